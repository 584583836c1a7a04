"""Looking into a bundle takes nothing in, and tells of a copy of one's own what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_desk.exchange import inspection, outbox, quarantine, receipts
from studio_desk.kernel.problem import DAMAGED
from tests.exchange.world import World, cut, send, take, write
from tests.golden import make

BAD = Path(make.__file__).parent / "bad"


def test_inspect_tells_without_taking_in(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "甲")
    write(station, "乙")
    one, two = cut(station, "SQ-1", 1, 1, world.stick), cut(station, "SQ-1", 2, 2, world.stick)
    found = inspection.inspect(one, district)
    assert (found["verdict"], found["from"], found["to"], found["first"], found["last"]) == (
        "good",
        "SQ",
        "990000",
        1,
        1,
    )
    assert (found["ops"], found["signer"]) == (1, "SQ-1")
    assert inspection.inspect(two, district)["verdict"] == "waiting"
    take(district, one)
    assert inspection.inspect(one, district)["verdict"] == "duplicate"
    refused = inspection.inspect(BAD / "one_bit_flipped.sdx", district)
    assert (refused["verdict"], refused["code"], refused["exit"]) == ("refused", "BUNDLE_NOT_FOR_US", 2)
    assert refused["reasons"]
    assert quarantine.entries(district) == []


def test_the_copy_of_what_was_written_here_is_told_from_a_strange_one(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "路灯不亮")
    up = send(station, world.stick)
    found = inspection.inspect(up, station)
    assert (found["verdict"], found["to"], found["first"], found["last"], found["ops"]) == ("good", "990000", 1, 1, 1)
    assert (found["from"], found["signer"]) == ("SQ", "SQ-1")
    assert [r for r in found["reasons"] if "本单位交给 990000" in r]
    take(district, up)
    (down,) = receipts.write(district, "SQ", world.stick / "down").files
    mine = inspection.inspect(down, district)
    assert (mine["verdict"], mine["to"], mine["signer"]) == ("good", "SQ", "990000-1")
    assert [r for r in mine["reasons"] if "本单位交给 SQ" in r]


def test_the_copy_of_what_is_brought_back_is_known_too(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    world.meet(district, station)
    district.close()
    before = (world.folder / "990000" / "desk.db").read_bytes()
    district = world.reopen("990000")
    district.journal.correct(uid, {"note": "区里改"}, "改")
    world.meet(district, station)
    district.close()
    (world.folder / "990000" / "desk.db").write_bytes(before)
    district = world.reopen("990000")
    write(station, "井盖丢失")
    take(district, send(station, world.stick / "told"))
    take(station, *receipts.write(district, "SQ", world.stick / "down").files)
    files = [s.file for s in outbox.export(station, world.stick / "back").files]
    found = [inspection.inspect(file, station) for file in files]
    assert {one["verdict"] for one in found} == {"good"}
    assert {one["signer"] for one in found} == {"SQ-1"}
    assert [one for one in found if one["device"] == "990000-1@SQ"]


@pytest.mark.parametrize("place", [0.3, 0.9])
def test_a_damaged_copy_of_ones_own_is_refused(world: World, place: float):
    station = world.station(world.district())
    write(station, "路灯不亮")
    file = send(station, world.stick)
    data = bytearray(file.read_bytes())
    data[int(len(data) * place)] ^= 1
    file.write_bytes(data)
    found = inspection.inspect(file, station)
    assert (found["verdict"], found["exit"]) == ("refused", DAMAGED)
