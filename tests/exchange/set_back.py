"""A district set back to an earlier state of its folder, as a restored backup or a snapshot of its machine leaves it."""

from __future__ import annotations

from studio_desk.exchange import quarantine
from studio_desk.exchange.dump import dump
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import World, write

BACKUP = ("desk.db",)
SNAPSHOT = ("desk.db", "desk.mark")
"""Nothing outside the database remembers what was sent."""


def begun(world: World, *titles: str, names: tuple[str, ...] = BACKUP) -> tuple[Home, list[str], dict[str, bytes]]:
    """A district and its station `SQ` that hold the same records; answers the station, their uids and the district's files."""
    district = world.district()
    station = world.station(district)
    uids = [write(station, title) for title in titles]
    world.meet(district, station)
    return station, uids, saved(world, *names)


def saved(world: World, *names: str, home: str = "990000") -> dict[str, bytes]:
    """The district's files, or those of another home, as they are now."""
    world.homes[home].close()
    found = {name: (world.folder / home / name).read_bytes() for name in names}
    world.reopen(home)
    return found


def set_back(world: World, saved: dict[str, bytes], home: str = "990000") -> Home:
    """The folder of the district, or of another home, as it was; with its mark, when that was saved too."""
    world.homes[home].close()
    for name, data in saved.items():
        (world.folder / home / name).write_bytes(data)
    return world.reopen(home)


def agree(district: Home, *stations: Home) -> None:
    """All are sound, nothing waits for a person, and each station's records are the district's."""
    records = {one["uid"]: one for one in dump(district)["records"]}
    for home in (district, *stations):
        assert check(home, deep=True).findings == ()
        assert [e["code"] for e in quarantine.entries(home) if e["code"] != "FORK_HEALED"] == []
    for station in stations:
        mine = {one["uid"]: one for one in dump(station)["records"]}
        assert mine == {uid: records[uid] for uid in mine}
