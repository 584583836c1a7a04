"""An op line reads the same by the quick way and by the careful one, and what one refuses the other does."""

import random

import pytest

from studio_desk.kernel.canon import digest
from studio_desk.store import ops
from studio_desk.store.ops import FORMAT, GENESIS, Op

SEED = 20230604


class _Never:
    def fullmatch(self, _line):
        return None


def _line(chance: random.Random) -> str:
    seen = tuple(sorted(digest(str(chance.random())) for _ in range(chance.randrange(4))))
    dev = chance.choice(("SQ-1", "990000-1@SQ", "SQ-1.2ab"))
    rec = chance.choice(("", "00000000-0000-7000-8000-000000000001"))
    body = digest(str(chance.random()))
    return Op(
        FORMAT, dev, chance.randrange(1, 99), GENESIS, "2026-01-01T09:00:00+08:00", "record.save", rec, seen, body, 9
    ).line


def _read(line: str) -> object:
    try:
        op = Op.from_line(line)
    except ValueError:
        return "refused"
    return op, op.line, op.digest


def test_both_ways_of_reading_agree_on_lines_and_on_damaged_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(SEED)
    whole = [_line(chance) for _ in range(50)]
    assert all(ops._USUAL.fullmatch(line) for line in whole)
    damaged = []
    for _ in range(4000):
        signs = list(chance.choice(whole))
        for _ in range(chance.choice((1, 1, 2))):
            at, sign = (
                chance.randrange(len(signs)),
                chr(chance.choice((chance.randrange(128), chance.randrange(0x3000)))),
            )
            signs[at : at + chance.randrange(2)] = [sign] * chance.randrange(2)
        damaged.append("".join(signs))
    quick = [_read(line) for line in whole + damaged]
    monkeypatch.setattr(ops, "_USUAL", _Never())
    careful = [_read(line) for line in whole + damaged]
    assert quick == careful, f"seed {SEED}"
    assert "refused" in quick
