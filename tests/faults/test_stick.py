"""A stick as people have it, FAT32 or exFAT: carried, pulled, filled, cut off from power after "you may remove it"."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from studio_desk.exchange import inbox, outbox, receipts
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel.problem import MEDIUM, Problem
from studio_desk.store import custody, keys
from studio_desk.store.check import check
from tests.exchange.world import World, photo, take, titles, words, write
from tests.faults.drill import Drill
from tests.faults.medium import FORMS, MIB, Absent, Stick


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)


@pytest.fixture(params=FORMS)
def stick(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stick]:
    """A stick that is plugged in. The one permitted skip: a machine that lets nobody mount says so."""
    try:
        made = Stick.blank(request.param, tmp_path / "medium")
        made.plug()
    except Absent as reason:
        pytest.skip(f"no {request.param} stick can be mounted here: {reason}")
    yield made
    made.pull()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


def test_a_day_with_a_stick(stick: Stick, tmp_path: Path) -> None:
    """Enrol, export, import, receipt, backup, restore; after every "done" the power is cut and another computer looks."""
    drill, place = Drill(tmp_path), stick.place
    station, district = tmp_path / "SQ", tmp_path / "QX"
    drill.json(station, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    drill.json(district, "init", "district", "--code", "990000", "--name", "青溪区政协")
    request = drill.json(station, "enrol", "request", "--to", str(place))["file"]
    answer = drill.json(district, "enrol", "accept", request, "--to", str(place), "--yes")["file"]
    drill.json(station, "enrol", "install", answer)
    drill.run(station, "add", "person", "--lines", stdin='{"name": "群众䶮"}\n' * 40)

    for again in range(2):  # the second time the same names are replaced
        sent = drill.json(station, "export", "--to", str(place), *(["--all"] if again else []))
        with found_after(stick, tmp_path / f"cut-{again}") as other:
            found = other / Path(sent["file"]).name
            assert found.stat().st_size == Path(sent["file"]).stat().st_size > 0
            assert drill.json(district, "inspect", str(found))["verdict"] in {"good", "duplicate"}
            assert drill.json(district, "import", str(found))["results"][0]["new"] == (0 if again else 40)
    receipt = drill.json(district, "receipt", "--for", "SQ", "--to", str(place))["file"]
    with found_after(stick, tmp_path / "cut-receipt") as other:
        drill.json(station, "import", str(other / Path(receipt).name))
    assert drill.json(station, "status")["records"]["received"] == 40
    backup = drill.json(station, "backup", "--to", str(place))["file"]
    with found_after(stick, tmp_path / "cut-backup") as other:
        assert drill.json(station, "backup", "verify", str(other / Path(backup).name))["records"] == 40
        drill.json(tmp_path / "restored", "restore", str(other / Path(backup).name))
    drill.whole(station)
    drill.whole(district)
    assert [file.name for file in place.iterdir() if file.name.startswith(".")] == []
    stick.pull()
    stick.judge()


class found_after:  # noqa: N801 - reads as a word of the test
    """The stick as it is after a power cut, plugged into another computer."""

    def __init__(self, stick: Stick, folder: Path) -> None:
        self.copy = stick.power_cut(folder)

    def __enter__(self) -> Path:
        self.copy.judge()
        return self.copy.plug()

    def __exit__(self, *_: object) -> None:
        self.copy.pull()


def test_a_home_that_lives_on_a_stick_is_not_called_damaged(stick: Stick, tmp_path: Path) -> None:
    """No modes, and not every driver can cut the log: that is no damage of the file."""
    drill, home = Drill(tmp_path), stick.place / "SQ"
    drill.json(home, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    for name in ("甲", "乙"):
        drill.json(home, "add", "person", "--set", f"name={name}")
        assert drill.json(home, "check", "--deep") == {"ok": True, "findings": []}
    assert drill.json(home, "list", "person")["total"] == 2


def test_times_letters_and_modes_of_a_stick_decide_nothing(stick: Stick, world: World) -> None:
    """FAT keeps times of two seconds in somebody's zone, takes Ab and aB for one name and has no owners: only content counts."""
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")

    def sent(**options: Any) -> tuple[Path, str]:
        (one,) = outbox.export(station, stick.place, **options).files
        return one.file, hashlib.sha256(one.file.read_bytes()).hexdigest()

    # The same name and length twice within two seconds, other bytes: a comparison by time and size would see no change.
    (file, before), (again, digest) = sent(), sent(everything=True)
    assert (file, before != digest) == (again, True)
    assert words(take(district, file)) == ["applied"]
    assert words(take(district, file)) == ["duplicate"]
    for year in (1980, 2026, 2107):  # the first and the last that FAT can tell
        moment = datetime(year, 2, 3, 4, 5, 7, tzinfo=UTC).timestamp()
        with suppress(OSError):  # a driver without the call leaves what is there
            os.utime(file, (moment, moment))
        assert words(take(district, file)) == ["duplicate"]

    # Another computer wrote the name in other letters: it is one file, found as ever, and replaced by the next export.
    file.rename(stick.place / "between.tmp")
    (stick.place / "between.tmp").rename(file.with_name(file.stem.lower() + ".SDX"))
    (found,) = Folder(stick.place).list()
    assert words(take(district, found)) == ["duplicate"]
    station.journal.correct(uid, {"title": "路灯坏了"}, "写错了")
    write(station, "井盖丢失")
    (found, digest) = sent(everything=True)
    assert words(take(district, found)) == ["applied"]
    found.rename(stick.place / "between.tmp")
    (stick.place / "between.tmp").rename(found.with_name(found.stem.lower() + ".SDX"))
    (found, digest) = sent(everything=True)
    (_, only) = sorted(Folder(stick.place).list(), key=lambda one: one.name.upper())
    assert hashlib.sha256(only.read_bytes()).hexdigest() == digest
    assert words(take(district, only)) == ["duplicate"]

    # Receipts of the same moment under one name: the newest decides, whatever the stick says of their times.
    first = receipts.write(district, "SQ", stick.place).file
    kept = first.read_bytes()
    late = receipts.write(district, "SQ", stick.place).file
    late.with_name("OLD.SDX").write_bytes(kept)
    assert set(words(take(station, late, late.with_name("old.sdx")))) <= {"applied", "duplicate"}
    assert set(custody.words(station, list(titles(station))).values()) == {"received"}
    assert check(station, deep=True).ok
    assert check(district, deep=True).ok


@pytest.mark.parametrize("moment", [0, 1, 4, 7])
def test_pulled_while_it_is_written(stick: Stick, world: World, moment: int) -> None:
    """Nothing is said to have left, nothing on the stick bears a last name unless it is whole, and the next time works."""
    district = world.district()
    station = world.station(district)
    uid = write(station, "有照片")
    photo(station, uid, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 16384, "村口.jpg")
    steps = 0

    def pull(_done: int, _total: int, _text: str) -> None:
        nonlocal steps
        if steps == moment:
            stick.pull()
        steps += 1

    with pytest.raises(Problem) as refused:
        outbox.export(station, stick.place / "sent", progress=pull)
    assert (refused.value.exit_code, steps > moment) == (MEDIUM, True)
    assert custody.words(station, [uid])[uid] == "final"
    assert check(station, deep=True).ok
    stick.plug()
    for file in (stick.place / "sent").glob("*.sdx") if (stick.place / "sent").is_dir() else ():
        assert words(take(district, file)) == ["applied"]
    sent = outbox.export(station, stick.place / "again").files[0]
    assert words(take(district, sent.file))[0] in {"applied", "duplicate"}
    assert check(district, deep=True).ok


def test_a_stick_without_room(tmp_path: Path, world: World) -> None:
    stick = Stick.blank("exfat", tmp_path / "small", 34 * MIB)
    try:
        stick.plug()
    except Absent as reason:
        pytest.skip(f"no stick can be mounted here: {reason}")
    try:
        district = world.district()
        station = world.station(district)
        uid = write(station, "很多照片")
        (stick.place / "music.mp3").write_bytes(bytes(30 * MIB))
        photo(station, uid, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 32768, "a.jpg")
        with pytest.raises(Problem) as refused:
            outbox.export(station, stick.place)
        assert (refused.value.code, refused.value.exit_code) == ("MEDIUM_FULL", MEDIUM)
        assert [file.name for file in stick.place.iterdir()] == ["music.mp3"]
        assert custody.words(station, [uid])[uid] == "final"
        (stick.place / "music.mp3").unlink()
        assert words(take(district, outbox.export(station, stick.place).files[0].file)) == ["applied"]
    finally:
        stick.pull()


def test_a_file_copied_only_in_part(world: World, tmp_path: Path) -> None:
    """Cut at every 4 KiB, as a copy that was stopped: never taken, said to be incomplete or damaged."""
    district = world.district()
    station = world.station(district)
    photo(station, write(station, "有照片"), b"\xff\xd8\xff\xe0" + bytes(range(256)) * 512)
    whole = outbox.export(station, world.stick).files[0].file.read_bytes()
    half = []
    for size in range(0, len(whole), 4096):
        half.append(tmp_path / f"{size}.sdx")
        half[-1].write_bytes(whole[:size])
        half.append(tmp_path / f"{size}-zero.sdx")  # the length is there, the rest was never written
        half[-1].write_bytes(whole[:size] + bytes(len(whole) - size))
    outcomes = inbox.receive(district, half)
    assert {o.outcome for o in outcomes} == {"quarantined"}
    assert {o.code for o in outcomes} <= {"BUNDLE_EMPTY", "BUNDLE_TRUNCATED", "BUNDLE_DAMAGED", "BUNDLE_NOT_ONE"}
    assert words(take(district, *sorted(world.stick.glob("*.sdx")))) == ["applied"]
