"""Two computers at one station, and what a district sends back: each sees what the other wrote."""

from __future__ import annotations

import shutil

import pytest

from studio_desk.exchange import inbox, outbox, receipts, relay, trust_store
from studio_desk.exchange.bundle import judge
from studio_desk.exchange.header import GENESIS, Header
from studio_desk.kernel.problem import Problem
from studio_desk.store import blobs, custody
from studio_desk.store.check import check
from tests.exchange.world import JPEG, World, photo, receipt, send, take, titles, words, write


def test_each_computer_sees_what_the_other_wrote(world: World):
    district = world.district()
    one, two = world.station(district), world.second(district)
    a, b = write(one, "路灯"), write(two, "井盖")
    picture = photo(one, a)
    assert one.journal.record(a)["code"] == "SQ-BT-2026-0001"
    assert two.journal.record(b)["code"] == "SQ-BT-2026-20001"
    world.meet(district, one, two, one)
    assert titles(one) == titles(two) == titles(district) == {a: "路灯", b: "井盖"}
    assert blobs.get(two, picture) == JPEG
    assert custody.custody(two).records["received"] == 3
    # Edits of one record on both: different fields merge, the same field is a conflict that a person decides.
    one.journal.correct(a, {"note": "村口"}, "补")
    two.journal.correct(a, {"title": "路灯不亮"}, "改")
    two.journal.correct(b, {"title": "甲"}, "改")
    one.journal.correct(b, {"title": "乙"}, "改")
    world.meet(district, one, two)
    for home in (one, two, district):
        row = home.journal.record(a)
        assert (row["title"], row["note"], bool(row["conflict"])) == ("路灯不亮", "村口", False)
        assert [c.field for c in home.journal.conflicts()] == ["title"]
        assert check(home, deep=True).findings == ()
    two.journal.resolve(b, {"title": "甲"}, "核对过")
    world.meet(district, two, one)
    assert not any(home.journal.conflicts() for home in (one, two, district))


def test_a_relay_is_not_repeated_once_it_came(world: World):
    district = world.district()
    one, two = world.station(district), world.second(district)
    write(one, "路灯")
    assert relay.behind(district, "SQ") == {}
    world.meet(district, one, rounds=1)
    assert relay.behind(district, "SQ") == {"SQ-1": 0}
    back = receipts.write(district, "SQ", world.stick)
    assert [f.name for f in back.files] == [
        "990000-relay-to-SQ-1-000001-000001.sdx",
        "990000-1-to-SQ-000001-000002.sdx",
    ]
    (relayed, _) = take(two, *back.files)
    assert (relayed.outcome, relayed.new) == ("applied", 1)
    assert len(relayed.notices) == 1
    write(two, "井盖")
    world.meet(district, two, rounds=1)
    assert relay.behind(district, "SQ") == {"SQ-2": 0}  # for the other computer; SQ-1 came
    world.meet(district, one, rounds=1)
    write(one, "后来")
    world.meet(district, one, rounds=1)
    assert relay.behind(district, "SQ") == {"SQ-1": 1}  # SQ-1 has said that it holds all of SQ-2


def test_an_attachment_that_came_late_is_asked_for_and_relayed(world: World):
    district = world.district()
    one, two = world.station(district), world.second(district)
    uid = write(one, "路灯")
    picture = photo(one, uid)
    # The district takes the records in, but has lost the picture; its relay cannot bring it.
    world.meet(district, one, rounds=1)
    with district.file.write() as c:
        c.exec_driver_sql("DELETE FROM blob")
        c.exec_driver_sql("INSERT INTO wanted (sha256, dev, side) VALUES (?, 'SQ-1', 'here')", (picture,))
    take(two, *receipts.write(district, "SQ", world.stick).files)
    assert relay.lacking(two) == [picture]
    assert [f.level for f in check(two, deep=True).findings] == ["warning"]
    world.meet(district, two, one, two, rounds=2)
    assert blobs.get(two, picture) == JPEG
    assert relay.lacking(two) == []


def test_only_our_district_may_relay_and_only_our_chains(world: World):
    district = world.district()
    one, other = world.station(district), world.station(district, "LW")
    write(one, "路灯")
    world.meet(district, one, rounds=1)
    signer = next(c.sign for c in trust_store.required(one).computers if c.code == "990000")
    ours = next(c.sign for c in trust_store.required(one).computers if c.code == "SQ")

    def header(sender: str, to: str, device: str) -> Header:
        return Header(sender, to, device, 1, 1, GENESIS, "a" * 64)

    judge(header("990000", "SQ", "SQ-1"), signer, trust_store.policy(one))
    judge(header("990000", "SQ", "SQ-7.2abcdef01"), signer, trust_store.policy(one))
    for sender, to, device, key, home, code in (
        ("990000", "SQ", "LW-1", signer, one, "DEVICE_FALSE"),
        ("990000", "SQ", "SQ-1@SQ", signer, one, "DEVICE_FALSE"),
        ("990000", "SQ", "990000-2@SQ", signer, one, "DEVICE_FALSE"),
        ("990000", "LW", "SQ-1", signer, other, "DEVICE_FALSE"),
        ("990000", "LW", "LW-1", signer, one, "WRONG_DISTRICT"),
        ("SQ", "990000", "SQ-2", ours, district, "DEVICE_FALSE"),
        ("SQ", "990000", "990000-1", ours, district, "DEVICE_FALSE"),
        ("SQ", "SQ", "SQ-1", ours, one, "SIGNER_UNKNOWN"),
    ):
        with pytest.raises(Problem) as refused:
            judge(header(sender, to, device), key, trust_store.policy(home))
        assert refused.value.code == code, (sender, to, device)


def test_a_restored_station_gets_back_what_only_the_district_has(world: World):
    district = world.district()
    station = world.station(district)
    first = write(station, "一")
    world.meet(district, station)
    station.close()
    shutil.copytree(world.folder / "SQ", world.folder / "backup")
    station = world.reopen("SQ")
    second = write(station, "二")
    world.meet(district, station)
    station.close()
    shutil.copyfile(world.folder / "backup" / "desk.db", world.folder / "SQ" / "desk.db")
    station = world.reopen("SQ")
    assert station.device.startswith("SQ-1.2")  # the mark knew
    assert titles(station) == {first: "一"}
    third = write(station, "三")
    world.meet(district, station)
    assert titles(station) == titles(district) == {first: "一", second: "二", third: "三"}
    assert len({station.journal.record(uid)["code"] for uid in (first, second, third)}) == 3
    assert check(station, deep=True).findings == ()


def test_a_rewound_live_chain_takes_its_end_back_and_goes_on_under_a_new_one(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    world.meet(district, station)
    station.close()
    shutil.copytree(world.folder / "SQ", world.folder / "backup")
    station = world.reopen("SQ")
    write(station, "二")
    world.meet(district, station, rounds=1)
    station.close()
    shutil.rmtree(world.folder / "SQ")
    shutil.copytree(world.folder / "backup", world.folder / "SQ")  # the mark is rewound as well
    station = world.reopen("SQ")
    assert station.device == "SQ-1"
    write(station, "三")
    # It exports under numbers the district knows otherwise: a fork, set apart; the way back mends it.
    outcomes = world.meet(district, station, rounds=1)
    assert "quarantined" in words(outcomes)
    world.meet(district, station)
    assert sorted(titles(station).values()) == sorted(titles(district).values()) == ["一", "三", "二"]
    assert station.device.startswith("SQ-1.2")


def test_a_dry_run_of_a_relay_changes_nothing(world: World):
    district = world.district()
    one, two = world.station(district), world.second(district)
    write(one, "路灯")
    take(district, send(one, world.stick))
    files = receipts.write(district, "SQ", world.stick / "back").files
    before = two.journal.frontiers()
    assert words(inbox.receive(two, files, dry_run=True)) == ["applied", "applied"]
    assert two.journal.frontiers() == before
    assert titles(two) == {}


def test_a_single_station_gets_no_relay(world: World):
    district = world.district()
    station = world.station(district)
    for n in range(3):
        write(station, str(n))
        take(district, send(station, world.stick / str(n)))
        assert receipt(district, "SQ", world.stick / str(n)).name.startswith("990000-1-to-SQ")
        assert relay.behind(district, "SQ") == {}
    assert outbox.waiting(station)
