"""Two accidents at once: a computer is gone or set back, and the district is set back too."""

from __future__ import annotations

import pytest

from studio_desk.exchange import enrol, escrow, outbox, quarantine, rebuild, receipts, review, roots, trust_store
from studio_desk.kernel.problem import Problem
from studio_desk.store import blobs, custody
from tests.exchange.set_back import BACKUP, SNAPSHOT, agree, begun, saved, set_back
from tests.exchange.world import JPEG, World, photo, send, take, titles, write

pytestmark = pytest.mark.usefixtures("read_here")


def test_a_district_set_back_with_its_mark_while_nobody_writes_anything(world: World):
    """All was received: nothing makes the station send, nothing makes the district say another word than its old ones."""
    station, _, before = begun(world, "路灯", names=SNAPSHOT)
    uid = write(station, "水渠")
    world.meet(world.homes["990000"], station)
    receipts.send_back(world.homes["990000"], uid, "补门牌号")
    world.meet(world.homes["990000"], station)
    with pytest.raises(Problem) as nothing:
        outbox.export(station, world.stick / "nothing")
    assert nothing.value.code == "NOTHING_TO_EXPORT"
    district = set_back(world, before)
    world.meet(district, station, rounds=4)
    assert titles(station) == titles(district)
    assert uid in titles(district)
    assert any(
        op.type == "record.return"
        for dev in district.journal.frontiers("*@SQ")
        for op, _, _ in district.journal.ops(dev)
    )
    agree(district, station)
    with pytest.raises(Problem) as nothing:
        outbox.export(station, world.stick / "quiet")
    assert nothing.value.code == "NOTHING_TO_EXPORT"


def test_an_old_stick_is_answered_once_and_forgotten(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "路灯")
    take(district, send(station, world.stick / "1"))
    old = receipts.write(district, "SQ", world.stick / "old").files
    take(station, *old)
    write(station, "水渠")
    world.meet(district, station)
    assert outbox.waiting(station) == []
    take(station, *old)
    assert [volume.dev for volume in outbox.waiting(station)] == [f"{district.device}@SQ"]
    chain = district.device
    world.meet(district, station, rounds=1)
    assert outbox.waiting(station) == []
    assert district.device == chain
    agree(district, station)


@pytest.mark.parametrize("how", ["set back", "gone", "replaced"])
def test_what_only_another_computer_of_the_station_still_holds_comes_back(world: World, how: str):
    world.station(world.district())
    two = world.second(world.homes["990000"])
    write(world.homes["SQ"], "一")
    write(two, "甲")
    world.meet(world.homes["990000"], world.homes["SQ"], two)
    backup, own = saved(world, *BACKUP), saved(world, *BACKUP, home="SQ")
    one = world.homes["SQ"]
    uid = write(one, "二")
    picture = photo(one, uid)
    one.journal.correct(uid, {"note": "补"}, "补")
    world.meet(world.homes["990000"], one, two)
    assert uid in titles(two)
    district = set_back(world, backup)
    there = [two]
    if how == "set back":
        there = [set_back(world, own, home="SQ"), two]
        write(there[0], "三")
    else:
        one.close()
        world.meet(district, two)
        assert uid not in titles(district)  # as far as anybody knows the one that wrote it may still bring it
    if how == "gone":
        trust_store.revoke(district, "SQ-1", "电脑坏了")
    if how == "replaced":
        third = world.home("SQ-3", "SQ", "station", 3)
        request, shown = enrol.request(third, world.stick / "ask")
        enrol.accept(district, request, world.stick / "ask", shown, replaces="SQ-1")
        rebuild.read(third, rebuild.write(district, "SQ-3", world.stick / "back").file)
        there.append(third)
        write(third, "三")
    world.meet(district, *there, rounds=5)
    assert uid in titles(district)
    assert district.journal.record(uid)["note"] == "补"
    assert blobs.get(district, picture) == JPEG
    agree(district, *there)
    for home in there:
        assert titles(home) == titles(district)
        with pytest.raises(Problem) as nothing:
            outbox.export(home, world.stick / f"{home.device}-quiet")
        assert nothing.value.code == "NOTHING_TO_EXPORT"
        records = custody.custody(home).records
        assert (records["packed"], records["final"]) == (0, 0)


def test_who_was_only_set_back_brings_its_own_itself(world: World):
    """The other computer says nothing again while the one that wrote it may."""
    world.station(world.district())
    two = world.second(world.homes["990000"])
    write(two, "甲")
    world.meet(world.homes["990000"], world.homes["SQ"], two)
    backup = saved(world, *BACKUP)
    one = world.homes["SQ"]
    uid = write(one, "二")
    world.meet(world.homes["990000"], one, two)
    district = set_back(world, backup)
    before = two.journal.frontiers()["SQ-2"]
    world.meet(district, two, one, rounds=5)
    assert two.journal.frontiers()["SQ-2"] == before
    assert uid in titles(district)
    agree(district, one, two)


def test_a_district_set_back_gives_no_number_of_a_list_twice(world: World):
    """It enrolled somebody and forgot: the list it makes then must not look like a forged one to him."""
    one = world.station(world.district())
    write(one, "一")
    world.meet(world.homes["990000"], one)
    backup = saved(world, *BACKUP)
    district = world.homes["990000"]
    late = world.station(district, "BH")
    write(late, "后来登记的站")
    version = trust_store.required(district).version
    world.meet(district, one)
    assert trust_store.required(one).version == version
    district = set_back(world, backup)
    assert trust_store.required(district).version < version
    world.station(district, "LW")
    told = world.meet(district, one, rounds=1)
    assert not [notice for outcome in told for notice in outcome.notices if "两个不同的内容" in notice]
    world.enrol(district, late)
    world.meet(district, one, late)
    assert trust_store.required(one) == trust_store.required(district) == trust_store.required(late)
    assert "后来登记的站" in titles(district).values()
    agree(district, one, late)


def test_a_district_set_back_takes_up_the_list_that_a_station_wrote_out(world: World):
    """A snapshot: nothing tells the district, and who was enrolled since is refused."""
    one = world.station(world.district())
    receipts.write(world.homes["990000"], "SQ", world.stick / "mark")
    old_list = escrow.write_list(one, world.stick / "old")
    before = saved(world, *SNAPSHOT)
    district = world.homes["990000"]
    late = world.station(district, "BH")
    write(late, "后来登记的站")
    version = trust_store.required(district).version
    district = set_back(world, before)
    (refused,) = take(district, *(s.file for s in outbox.export(late, world.stick / "1").files))
    assert refused.code == "SIGNER_UNKNOWN"
    assert roots.take(district, escrow.write_list(late, world.stick / "new")).version == version
    assert review.release(district, quarantine.entries(district)[0]["id"]) is not None
    world.meet(district, one, late)
    assert "后来登记的站" in titles(district).values()
    agree(district, one, late)
    with pytest.raises(Problem) as old:
        roots.take(district, old_list)
    assert old.value.code == "TRUST_OLD"
