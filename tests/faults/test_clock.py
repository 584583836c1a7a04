"""Clocks that are wrong, that jump and that disagree decide nothing: the same work gives the same state in any order."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from studio_desk.exchange import outbox, receipts
from studio_desk.exchange.dump import dump
from studio_desk.kernel import clock
from studio_desk.store import custody, keys
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import SHAPES, World, send, take, write
from tests.store.conftest import PASSPHRASE

CLOCKS = {
    "right": ("2026-03-06T10:00:00", "2026-03-06T10:00:00", "2026-03-06T10:00:00"),
    "never set": ("1970-01-01T00:00:00", "2000-01-01T00:00:00", "2026-03-06T10:00:00"),
    "2038": ("2038-01-19T03:14:07", "2038-01-19T11:14:07", "2106-02-07T06:28:15"),
    "the last day": ("9999-12-31T23:59:00", "2026-03-06T10:00:00", "9999-12-31T23:59:00"),
    "29 February": ("2028-02-29T23:59:59", "2024-02-29T00:00:00", "2028-02-29T12:00:00"),
    "new year": ("2026-12-31T23:59:59", "2027-01-01T00:00:00", "2026-12-31T23:59:58"),
    "before 1970": ("1901-12-13T20:45:52", "1969-12-31T23:59:59", "1969-07-20T20:17:40"),
}
"""What the clocks of the station, of the other station and of the district say."""


class Clock:
    """Three computers, each with a time of its own; every look moves it by a second, backwards when `back`."""

    def __init__(self, times: tuple[str, str, str], back: bool) -> None:
        self.times = [datetime.fromisoformat(text).replace(tzinfo=clock.CHINA) for text in times]
        self.step = timedelta(seconds=-1 if back else 0)
        self.at = 0

    def now(self) -> datetime:
        self.times[self.at] += self.step
        return self.times[self.at]


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)
    yield
    clock.set_clock(None)


def work(folder: Path, times: tuple[str, str, str], back: bool) -> list[Any]:
    """A day of two stations and a district, its bundles merged in several orders; answers what every district holds."""
    hands = Clock(times, back)
    clock.set_clock(hands.now)
    world = World(folder)
    hands.at = 2
    district = world.district()
    stations = []
    for at, code in enumerate(("SQ", "BH")):
        hands.at = at
        stations.append(world.station(None, code))
        hands.at = 2
        world.enrol(district, stations[-1])
    hands.at = 0
    uid = write(stations[0], "路灯", note="第一次")
    take(district, send(stations[0], world.stick / "0"))
    hands.at = 2
    district.journal.correct(uid, {"note": "区里写的"}, "更正")
    hands.at = 0
    stations[0].journal.correct(uid, {"note": "站里写的"}, "更正")
    stations[0].journal.correct(uid, {"title": "路灯两盏"}, "更正")
    files = [send(stations[0], world.stick / "1")]
    write(stations[0], "水渠")
    files.append(send(stations[0], world.stick / "2", everything=True))
    hands.at = 1
    write(stations[1], "路灯", note="别处的")
    files.append(send(stations[1], world.stick / "3"))
    hands.at = 2
    district.close()
    shutil.copytree(district.path, folder / "saved")
    district = world.reopen("990000")
    for station in stations:
        take(station, receipts.write(district, station.code, world.stick / station.code).file)
    found = []
    for number, order in enumerate(list(itertools.permutations(files))[:: 1 if times == CLOCKS["right"] else 5]):
        place = folder / f"district-{number}"
        shutil.copytree(folder / "saved", place)
        with Home.open(place, shapes=SHAPES, passphrase=PASSPHRASE) as copy:
            for file in order:
                take(copy, file)
            assert check(copy, deep=True).ok
            found.append(state(copy))
    for file in files:
        take(district, file)
    for station in stations:
        take(station, receipts.write(district, station.code, world.stick / "last").file)
        assert set(custody.words(station, uids(station)).values()) <= {"received", "conflict"}
        assert check(station, deep=True).ok
        with pytest.raises(Exception, match="没有要上报的内容"):
            outbox.export(station, world.stick)
    assert state(district) == found[0]
    assert dump(district, canonical=True)["digest"]
    world.close()
    assert all(one == found[0] for one in found)
    return found[0]


def uids(home: Home) -> list[str]:
    with home.file.read() as c:
        return list(c.exec_driver_sql("SELECT uid FROM record WHERE station = ?", (home.code,)).scalars())


def state(home: Home) -> list[Any]:
    """What a person sees of every record, without numbers and times."""
    with home.file.read() as c:
        found = list(c.exec_driver_sql("SELECT uid FROM record").scalars())
    rows = [home.journal.record(uid) for uid in found]
    versions = {(c.rec, c.field): sorted(str(v.value) for v in c.versions) for c in home.journal.conflicts()}
    return sorted(
        (row["station"], row["title"], tuple(row["conflict"]), *(versions.get((row["uid"], f), row[f]) for f in ("note",)))
        for row in rows
    )  # fmt: skip


@pytest.mark.parametrize("back", [False, True], ids=["standing still", "going back"])
@pytest.mark.parametrize("name", CLOCKS)
def test_no_clock_decides_anything(tmp_path: Path, name: str, back: bool) -> None:
    found = work(tmp_path, CLOCKS[name], back)
    assert found == [
        ("BH", "路灯", (), "别处的"),
        ("SQ", "水渠", (), ""),
        ("SQ", "路灯两盏", ("note",), ["区里写的", "站里写的"]),
    ]
