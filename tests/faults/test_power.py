"""A power cut: the file and its log as they lie on the disk at any point; and a disk that gives back other bytes.

The number of points follows `STUDIO_DESK_KILLS`: 1,000 cuts and 500 damages with 200 of them.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.store import keys
from studio_desk.store.check import check
from studio_desk.store.file import driver, open_raw
from studio_desk.store.home import DATABASE, Home
from tests.faults.drill import KILLS
from tests.store.conftest import PASSPHRASE, SLIP

SEED = int(os.environ.get("STUDIO_DESK_SEED", random.SystemRandom().randrange(1 << 32)))
CUTS, DAMAGES = 5 * KILLS, KILLS * 5 // 2
LOG = DATABASE + "-wal"

pytestmark = pytest.mark.timeout(3600)


@dataclass
class Life:
    """A home while somebody worked in it.

    Attributes:
        folder: the home as it lies on the disk, in use.
        key: what opens it.
        before: the bytes of the file before the log was folded into it.
        after: the bytes of the file after that.
        log: the bytes of the log.
        acknowledged: after each record: how long the log was, and the record.
    """

    folder: Path
    key: bytes
    before: bytes
    after: bytes
    log: bytes
    acknowledged: list[tuple[int, str]]


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    kib, keys._ARGON2["kib"] = keys._ARGON2["kib"], 64
    folder = tmp_path_factory.mktemp("power") / "SQ"
    Home.create(
        folder, role="station", code="SQ", name="站", shapes=(SLIP,), passphrase=PASSPHRASE, use_keyring=False
    ).close()
    keys._ARGON2["kib"] = kib
    home = Home.open(folder, shapes=(SLIP,), passphrase=PASSPHRASE)
    done = []
    with home.file.raw() as bare:
        bare.execute("PRAGMA wal_autocheckpoint = 0")
    for n in range(60):
        uid = home.journal.write("slip", {"day": "2026-03-06", "title": f"第{n}条", "note": "灌溉渠淤堵。" * n}).uid
        if n % 7 == 3:
            home.journal.correct(uid, {"title": f"第{n}条，更正"}, "写错")
        done.append(((folder / LOG).stat().st_size, uid))
    before, log = (folder / DATABASE).read_bytes(), (folder / LOG).read_bytes()
    key = home.file.key
    with home.file.raw() as bare:
        bare.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    after = (folder / DATABASE).read_bytes()
    home.close()
    assert len({size for size, _ in done}) == len(done)
    assert before != after
    return Life(folder, key, before, after, log, done)


def lying(life: Life, place: Path, data: bytes, log: bytes) -> Path:
    """The home as the next start finds it."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(life.folder, place, ignore=shutil.ignore_patterns(f"{DATABASE}*", "backups"))
    (place / DATABASE).write_bytes(data)
    (place / LOG).write_bytes(log)
    return place


def records(life: Life, place: Path) -> list[str]:
    """Uids in the order they were written, as plain SQL finds them."""
    with closing(open_raw(place / DATABASE, life.key)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [row[0] for row in raw.execute("SELECT uid FROM record ORDER BY n")]


def whole(life: Life, place: Path) -> None:
    with Home.open(place, shapes=(SLIP,), key=life.key) as home:
        assert check(home, deep=True).as_json() == {"ok": True, "findings": []}
        home.journal.write("slip", {"day": "2026-03-06", "title": "继续"})


def test_the_log_ends_anywhere(life: Life, tmp_path: Path) -> None:
    """What was acknowledged before the cut is there; of what came after, a beginning, never a hole and never a half."""
    print(f"STUDIO_DESK_SEED={SEED}")
    chance = random.Random(SEED)
    order = [uid for _, uid in life.acknowledged]
    for number in range(CUTS):
        at = chance.randrange(len(life.log) + 1)
        rest = chance.choice((0, 0, 512, 4096, len(life.log) - at))
        tail = chance.choice((b"", bytes(rest), chance.randbytes(rest)))  # lost, zeroed, or another's old bytes
        place = lying(life, tmp_path / "SQ", life.before, life.log[:at] + tail)
        here = records(life, place)
        assert here == order[: len(here)], (SEED, number)
        assert len(here) >= sum(size <= at for size, _ in life.acknowledged), (SEED, number)
        if number % 20 == 0:
            whole(life, place)


def test_the_log_was_being_folded_into_the_file(life: Life, tmp_path: Path) -> None:
    """Any pages of the file are new, any are old, one is torn: with the log whole, all is there."""
    print(f"STUDIO_DESK_SEED={SEED}")
    chance = random.Random(SEED)
    order = [uid for _, uid in life.acknowledged]
    size = len(life.after)
    for number in range(max(CUTS // 5, 10)):
        share = chance.random()
        file = bytearray(life.before.ljust(size, b"\0") if chance.random() < 0.5 else life.before)
        for start in range(0, len(file), 4096):
            if chance.random() < share:
                file[start : start + 4096] = life.after[start : start + 4096]
            elif chance.random() < 0.05:
                half = start + 512 * chance.randrange(1, 8)
                file[start:half] = life.after[start:half]
        place = lying(life, tmp_path / "SQ", bytes(file), life.log)
        with Home.open(place, shapes=(SLIP,), key=life.key) as home, home.file.read() as c:
            here = list(c.exec_driver_sql("SELECT uid FROM record ORDER BY n").scalars())
        assert here == order, (SEED, number)
        if number % 10 == 0:
            whole(life, place)


def said_to_be_damaged(life: Life, place: Path) -> bool:
    """Whether the opening or a deep check says so."""
    try:
        with Home.open(place, shapes=(SLIP,), key=life.key) as home:
            found = check(home, deep=True)
    except Problem as problem:
        return (problem.code, problem.exit_code) == ("FILE_DAMAGED", DAMAGED)
    return not found.ok and "FILE_DAMAGED" in {f.code for f in found.findings}


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def zero(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data) // 512) * 512
    data[start : start + 512] = bytes(512)


def swap(data: bytearray, chance: random.Random) -> None:
    """A page that belongs elsewhere: each is whole in itself."""
    one, two = (4096 * n for n in chance.sample(range(1, len(data) // 4096), 2))
    data[one : one + 4096], data[two : two + 4096] = data[two : two + 4096], data[one : one + 4096]


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


@pytest.mark.parametrize("spoil", [flip, zero, swap, cut])
def test_damage_anywhere_is_found(
    life: Life, tmp_path: Path, spoil: Callable[[bytearray, random.Random], None]
) -> None:
    print(f"STUDIO_DESK_SEED={SEED}")
    chance = random.Random(SEED)
    for number in range(max(DAMAGES // 4, 5)):
        data = bytearray(life.after)
        spoil(data, chance)
        if data == life.after:
            continue
        place = lying(life, tmp_path / "SQ", bytes(data), b"")
        assert said_to_be_damaged(life, place), (SEED, number)


def test_a_damaged_log_never_makes_anything_up(life: Life, tmp_path: Path) -> None:
    """A flipped bit in the log ends it there: what is left is a beginning of what was written, whole and sound."""
    print(f"STUDIO_DESK_SEED={SEED}")
    chance = random.Random(SEED)
    order = [uid for _, uid in life.acknowledged]
    for number in range(max(DAMAGES // 4, 5)):
        log = bytearray(life.log)
        flip(log, chance)
        place = lying(life, tmp_path / "SQ", life.before, bytes(log))
        try:
            here = records(life, place)
        except driver().DatabaseError:
            assert said_to_be_damaged(life, place), (SEED, number)
            continue
        assert here == order[: len(here)], (SEED, number)
        if number % 20 == 0:
            whole(life, place)
