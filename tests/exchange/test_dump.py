"""Equal states give equal bytes, different states different ones."""

from __future__ import annotations

import shutil

from studio_desk.exchange.dump import dump
from studio_desk.kernel.canon import canon
from tests.exchange.world import World, photo, send, take, write


def test_the_whole_state_is_told(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮", urgent=True, steps=[{"day": "2026-03-06", "what": "看过"}])
    digest = photo(station, uid)
    take(district, send(station, world.stick))
    found = dump(district, canonical=True)
    record = next(r for r in found["records"] if r["uid"] == uid)
    assert record["kind"] == "slip"
    assert record["values"]["title"] == "路灯不亮"
    assert record["values"]["steps"] == [{"day": "2026-03-06", "what": "看过"}]
    assert record["values"]["urgent"] is True
    assert len(record["heads"]) == 1
    assert found["attachments"] == [digest]
    assert found["frontiers"]["SQ-1"] == list(station.journal.frontiers()["SQ-1"])
    assert found["total"] == 2
    assert canon(found)


def test_equal_states_give_equal_bytes(world: World):
    district = world.district()
    one, two = world.station(district, "SQ"), world.station(district, "HP")
    files = []
    for station in (one, two):
        write(station, "甲")
        write(station, "乙")
        files.append(send(station, world.stick))
    district.close()
    shutil.copytree(world.folder / "990000", world.folder / "twin")
    from studio_desk.store.home import Home
    from tests.exchange.world import PASSPHRASE, SHAPES

    district = world.reopen("990000")
    with Home.open(world.folder / "twin", shapes=SHAPES, passphrase=PASSPHRASE) as twin:
        take(district, *files)
        for file in reversed(files):
            take(twin, file)
        assert canon(dump(district, canonical=True)) == canon(dump(twin, canonical=True))
        write(one, "丙")
        take(twin, send(one, world.stick))
        assert dump(district)["digest"] != dump(twin)["digest"]
