"""A disk or stick that is full, at every size, or read-only: a sentence, nothing half done, and the next time works."""

from __future__ import annotations

import io
import json
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio_desk import cli
from studio_desk.kernel.problem import MEDIUM
from studio_desk.store import keys
from tests.faults.drill import Drill, processes
from tests.faults.medium import Absent, SmallDisk

LINE = json.dumps({"name": "群众", "remark": "石桥村" * 400}, ensure_ascii=False) + "\n"
ENTRY = (
    json.dumps(
        {
            "way": "走访",
            "day": "2026-03-06",
            "place": "石桥村",
            "recorder": "何小兰",
            "subject": "清淤",
            "content": "清淤。" * 3000,
            "next_step": "查勘。",
        },
        ensure_ascii=False,
    )
    + "\n"
)
FULL = {"DISK_FULL", "DISK_ERROR", "MEDIUM_FULL"}


@pytest.fixture
def drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drill:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)
    return Drill(tmp_path)


@pytest.fixture
def pair(drill: Drill) -> tuple[Path, Path, Path]:
    """An enrolled station with 61 records, its district, and a bundle that waits for it."""
    station, district, stick = drill.folder / "SQ", drill.folder / "QX", drill.folder / "stick"
    stick.mkdir()
    drill.json(station, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    drill.json(district, "init", "district", "--code", "990000", "--name", "青溪区政协")
    request = drill.json(station, "enrol", "request", "--to", str(stick))["file"]
    drill.json(
        station,
        "enrol",
        "install",
        drill.json(district, "enrol", "accept", request, "--to", str(stick), "--yes")["file"],
    )
    drill.run(station, "add", "person", "--lines", stdin=LINE * 60)
    drill.run(station, "add", "journal_entry", "--lines", stdin=ENTRY)
    return station, district, Path(drill.json(station, "export", "--to", str(stick))["file"])


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of its own. The one permitted skip: a machine that lets nobody mount says so."""
    disk = SmallDisk(tmp_path / "small", 1 << 24)
    try:
        disk.mount()
    except Absent as reason:
        pytest.skip(f"no disk can be mounted here: {reason}")
    yield disk
    disk.unmount()


def limited(drill: Drill, home: Path, limit: int, *argv: str, stdin: str = "") -> tuple[int, list[dict[str, Any]]]:
    """A verb in a process that may write no file beyond `limit` bytes."""
    here, there = processes.Pipe()
    process = processes.Process(target=_limited, args=(there, drill._words(home, (*argv, "--json")), stdin, limit))
    process.start()
    there.close()
    rc, out, err = here.recv()
    process.join()
    assert "Traceback" not in err, err
    return rc, [json.loads(line) for line in out.splitlines()]


def _limited(pipe: Any, argv: list[str], stdin: str, limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    out, err = io.StringIO(), io.StringIO()
    pipe.send((cli.main(argv, stdin=io.StringIO(stdin), stdout=out, stderr=err), out.getvalue(), err.getvalue()))


def told(rc: int, answer: dict[str, Any], codes: set[str]) -> None:
    assert rc == MEDIUM, answer
    assert answer["code"] in codes, answer
    assert answer["problem"]
    assert answer["remedy"]


@pytest.mark.parametrize("room", [0, 4096, 60_000, 200_000, 600_000])
def test_adding_until_nothing_fits(drill: Drill, room: int) -> None:
    home = drill.folder / "SQ"
    drill.json(home, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    limit = max(path.stat().st_size for path in home.iterdir() if path.is_file()) + room
    rc, (*lines, last) = limited(drill, home, limit, "add", "person", "--lines", stdin=LINE * 400)
    told(rc, last, FULL)
    acknowledged = {line["ack"] for line in lines}
    here = {row["uid"] for row in drill.json(home, "list", "person", "--limit", "0")["rows"]}
    assert acknowledged <= here
    assert len(here) <= len(acknowledged) + 1  # the answer to the last one may be lost, never its predecessor
    drill.whole(home)
    drill.json(home, "add", "person", "--set", "name=又有地方了")


WRITING = {
    "export": ("export", "--all", "--to", "{to}"),
    "backup": ("backup", "--to", "{to}"),
    "print": ("print", "{uid}", "--to", "{to}/a.pdf"),
    "enrol request": ("enrol", "request", "--to", "{to}"),
    "receipt": ("receipt", "--for", "SQ", "--to", "{to}"),
}
"""Every verb that writes onto a medium."""


@pytest.mark.parametrize("verb", WRITING)
def test_a_medium_that_is_full_at_any_byte(drill: Drill, pair: tuple[Path, Path, Path], verb: str) -> None:
    station, district, bundle = pair
    home, to = district if verb == "receipt" else station, drill.folder / "to"
    to.mkdir()
    uid = drill.json(station, "list", "journal_entry")["rows"][0]["uid"]
    words = [word.format(to=to, uid=uid) for word in WRITING[verb]]
    if verb == "receipt":
        drill.json(district, "import", str(bundle))
    drill.json(home, *words)
    (whole,) = to.iterdir()
    size = whole.stat().st_size
    whole.unlink()
    for limit in (1, size // 3, size - 600):  # two runs differ by some bytes: salts and times do not pack alike
        rc, (answer,) = limited(drill, home, limit, *words)
        told(rc, answer, FULL)
        assert list(to.iterdir()) == [], (verb, limit)
        drill.whole(home)
    drill.json(home, *words)
    assert len(list(to.iterdir())) == 1


@pytest.mark.parametrize("room", [0, 20_000, 120_000])
def test_a_district_without_room_takes_all_or_nothing(drill: Drill, pair: tuple[Path, Path, Path], room: int) -> None:
    _, district, bundle = pair
    limit = max(path.stat().st_size for path in district.iterdir() if path.is_file()) + room
    rc, (answer,) = limited(drill, district, limit, "import", str(bundle))
    told(rc, answer["results"][0] if "results" in answer else answer, FULL)
    assert drill.json(district, "list", "person")["total"] == 0
    drill.whole(district)
    assert drill.json(district, "import", str(bundle))["results"][0]["new"] == 61
    drill.whole(district)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_a_restore_without_room_leaves_nothing(drill: Drill, pair: tuple[Path, Path, Path], share: float) -> None:
    station, _, _ = pair
    file = drill.json(station, "backup", "--to", str(drill.folder / "stick"))["file"]
    home = drill.folder / "new"
    rc, (answer,) = limited(drill, home, int(share * (station / "desk.db").stat().st_size), "restore", file)
    told(rc, answer, FULL)
    assert not home.exists()
    drill.json(home, "restore", file)
    assert drill.json(home, "list", "person")["total"] == 60
    drill.whole(home)


def test_a_home_on_a_disk_that_is_really_full(drill: Drill, small: SmallDisk) -> None:
    home = small.place / "SQ"
    drill.json(home, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    rest = small.place / "music.mp3"
    for spare in (0, 30_000, 300_000):
        rest.unlink(missing_ok=True)
        _fill(rest, spare)
        before = {row["uid"] for row in drill.json(home, "list", "person", "--limit", "0")["rows"]}
        rc, answers = drill.run(home, "add", "person", "--lines", "--json", stdin=LINE * 600)
        told(rc, answers[-1], FULL)
        rest.unlink()
        here = {row["uid"] for row in drill.json(home, "list", "person", "--limit", "0")["rows"]}
        acknowledged = {answer["ack"] for answer in answers[:-1]}
        assert before | acknowledged <= here
        assert len(here) <= len(before | acknowledged) + 1
        drill.whole(home)


def _fill(file: Path, spare: int) -> None:
    """Take all room of a disk but `spare` bytes."""
    import os

    stat = os.statvfs(file.parent)
    room = stat.f_bavail * stat.f_frsize - spare
    if room > 0:
        file.write_bytes(bytes(room))


@pytest.mark.parametrize("verb", WRITING)
def test_a_read_only_stick(drill: Drill, pair: tuple[Path, Path, Path], small: SmallDisk, verb: str) -> None:
    station, district, bundle = pair
    home = district if verb == "receipt" else station
    uid = drill.json(station, "list", "journal_entry")["rows"][0]["uid"]
    words = [word.format(to=small.place, uid=uid) for word in WRITING[verb]]
    if verb == "receipt":
        drill.json(district, "import", str(bundle))
    small.remount("ro")
    rc, (answer,) = drill.run(home, *words, "--json")
    told(rc, answer, {"MEDIUM_READ_ONLY"})
    drill.whole(home)
    small.remount("rw")
    drill.json(home, *words)


def test_a_home_on_a_disk_that_became_read_only(drill: Drill, small: SmallDisk) -> None:
    home = small.place / "SQ"
    drill.json(home, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    drill.json(home, "add", "person", "--set", "name=群众")
    small.remount("ro")
    for words in (("add", "person", "--set", "name=乙"), ("list", "person"), ("check",)):
        rc, (answer,) = drill.run(home, *words, "--json")
        told(rc, answer, {"FOLDER_READ_ONLY"})
    small.remount("rw")
    assert drill.json(home, "list", "person")["total"] == 1
    drill.whole(home)
