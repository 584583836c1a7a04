"""Two programs at one home, and a folder that goes away while something is written into it."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio_desk import cli
from studio_desk.exchange import outbox, receipts
from studio_desk.kernel.problem import BUSY, MEDIUM, Problem
from studio_desk.kernel.progress import Progress
from studio_desk.store import backup, custody, keys
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import World, photo, send, take, words, write
from tests.faults.drill import Drill, processes


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_programs_at_once_get_the_home_one_after_the_other_or_are_told_who_has_it(tmp_path: Path) -> None:
    drill, home = Drill(tmp_path), tmp_path / "SQ"
    drill.json(home, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    lines = '{"name": "群众"}\n' * 30
    together = processes.Barrier(4)
    pipes = []
    for _ in range(4):
        here, there = processes.Pipe()
        argv = drill._words(home, ("--json", "add", "person", "--lines"))
        process = processes.Process(target=_at_once, args=(together, there, argv, lines))
        process.start()
        there.close()
        pipes.append((here, process))
    acknowledged: list[str] = []
    done = 0
    for here, process in pipes:
        rc, out, holder = here.recv()
        process.join()
        answers = [json.loads(line) for line in out.splitlines()]
        if rc == BUSY:
            (refused,) = answers
            assert refused["code"] == "FILE_BUSY"
            assert holder <= {str(other.pid) for _, other in pipes} | {"?"}
        else:
            assert rc == 0, answers
            acknowledged += [answer["ack"] for answer in answers]
            done += 1
    rows = drill.json(home, "list", "person", "--limit", "0")["rows"]
    assert done >= 1
    assert len(acknowledged) == 30 * done == len(rows)
    assert {row["uid"] for row in rows} == set(acknowledged)
    assert len({row["code"] for row in rows}) == len(rows)
    drill.whole(home)


def _at_once(together: Any, pipe: Any, argv: list[str], given: str) -> None:
    out, err = io.StringIO(), io.StringIO()
    together.wait()
    rc = cli.main(argv, stdin=io.StringIO(given), stdout=out, stderr=err)
    told = [json.loads(line) for line in out.getvalue().splitlines()]
    holders = {str(answer["holder"].get("pid", "?")) for answer in told if "holder" in answer}
    pipe.send((rc, out.getvalue(), holders))


def export(home: Home, to: Path, progress: Progress) -> None:
    outbox.export(home, to, progress=progress)


def receipt(home: Home, to: Path, progress: Progress) -> None:
    receipts.write(home, "SQ", to, progress)


def keep(home: Home, to: Path, progress: Progress) -> None:
    backup.backup(home, to, progress)


@pytest.mark.parametrize("act", [export, receipt, keep])
@pytest.mark.parametrize("moment", [0, 1, 2, 5])
def test_the_folder_goes_while_it_is_written(
    world: World, act: Callable[[Home, Path, Progress], None], moment: int
) -> None:
    """A network drive, a stick, a folder that somebody deletes: said in a sentence, and the next time works."""
    district = world.district()
    station = world.station(district)
    uid = write(station, "有照片")
    photo(station, uid, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 16384)
    home = district if act is receipt else station
    if act is receipt:
        take(district, send(station, world.stick))
    to, steps = world.folder / "to", 0
    to.mkdir()

    def gone(_done: int, _total: int, _text: str) -> None:
        nonlocal steps
        if any(to.glob(".studio-desk-*")):  # writing onto the medium has begun
            if steps == moment:
                shutil.rmtree(to)
            steps += 1

    try:
        act(home, to, gone)
    except Problem as problem:
        assert (problem.code, problem.exit_code) == ("MEDIUM_GONE", MEDIUM)  # noqa: PT017 - it may be done before
    else:
        assert steps <= moment
    assert list(world.folder.glob("to/.studio-desk-*")) == []
    if act is export and steps > moment:
        assert custody.words(station, [uid])[uid] == "final"
    assert check(home, deep=True).ok
    to.mkdir(exist_ok=True)
    act(home, to, lambda *_: None)
    if act is export:
        assert words(take(district, *sorted(to.glob("*.sdx")))) == ["applied"]
