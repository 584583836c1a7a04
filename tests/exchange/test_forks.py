"""A home copied to a second computer: both write, the district refuses one branch, and in the end everybody holds all."""

from __future__ import annotations

import itertools
import os
import random

import pytest

from studio_desk.exchange import erasure, quarantine, review
from studio_desk.kernel import clock
from studio_desk.store import custody
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import JPEG, World, photo, receipt, send, take, titles, words, write

pytestmark = pytest.mark.usefixtures("read_here")


def copied(world: World, *titles: str) -> tuple[Home, Home, Home, list[str]]:
    """A district, a station with some records that it has handed over, a copy of the station's folder, and the uids."""
    district = world.district()
    station = world.station(district)
    uids = [write(station, title) for title in titles]
    if uids:
        world.meet(district, station)
    copy = world.twin("SQ")
    return district, world.homes["SQ"], copy, uids


def test_both_copies_write_and_nothing_stays_in_quarantine(world: World):
    district, one, two, (common,) = copied(world, "原有")
    mine = write(one, "甲写的")
    yours = write(two, "乙写的")
    two.journal.correct(yours, {"note": "村口"}, "补地点")
    two.journal.correct(common, {"note": "乙补充"}, "补")
    picture = photo(two, yours)
    assert words(take(district, send(one, world.stick / "1"))) == ["applied"]
    world.meet(district, two, rounds=1)
    (entry,) = quarantine.entries(district)
    assert (entry["code"], entry["dev"]) == ("FORK", "SQ-1")
    assert two.device.startswith("SQ-1.2")
    history = [(r.type, r.reason, r.values) for r in two.journal.history(yours)]
    world.meet(district, two, one, two, rounds=2)
    assert titles(one) == titles(two) == titles(district) == {common: "原有", mine: "甲写的", yours: "乙写的"}
    assert district.journal.record(common)["note"] == "乙补充"
    assert [(r.type, r.reason, r.values) for r in district.journal.history(yours)][:2] == history[:2]
    assert [r.reason for r in district.journal.history(yours)][:2] == ["", "补地点"]
    assert district.journal.conflicts() == []
    with one.file.read() as c:
        assert bytes(c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (picture,)).scalar_one()) == JPEG
    for entry in quarantine.entries(district):
        assert entry["code"] == "FORK_HEALED", entry
        assert "重新上报" in entry["sentence"]
        review.discard(district, entry["id"], "已核对")
    for home in (one, two, district):
        assert check(home, deep=True).findings == ()
        assert not home.journal.conflicts()
    assert custody.custody(two).records["received"] == custody.custody(one).records["received"] == 4


def test_of_two_records_with_one_number_the_younger_branch_gives_its_own_another(world: World):
    district = world.district()
    world.station(district)
    two = world.twin("SQ")
    one = world.homes["SQ"]
    mine, yours, other = write(one, "甲写的"), write(two, "乙写的"), write(two, "乙又写的")
    two.journal.void(other, "写重了")
    code = one.journal.record(mine)["code"]
    assert two.journal.record(yours)["code"] == code
    take(district, send(one, world.stick / "1"))
    told = [n for o in world.meet(district, two, rounds=1) for n in o.notices]
    now = two.journal.record(yours)["code"]
    assert [n for n in told if code in n and now in n and "乙写的" in n]
    world.meet(district, two, one, two, rounds=2)
    for home in (one, two, district):
        assert home.journal.record(mine)["code"] == code
        codes = [home.journal.record(uid)["code"] for uid in (mine, yours, other)]
        assert len(set(codes)) == 3, codes
        assert home.journal.history(yours)[0].values["code"] == code
        assert home.journal.conflicts() == []
    assert not [n for o in world.meet(district, one, two, rounds=2) for n in o.notices if "编号" in n]


def test_the_older_branch_keeps_its_numbers_whichever_comes_first(world: World):
    district = world.district()
    world.station(district)
    two = world.twin("SQ")
    one = world.homes["SQ"]
    world.meet(district, one, two)
    two.new_incarnation("复制的")
    for number in range(101):
        write(one, f"甲{number}")
    mine, yours = write(one, "甲写的"), write(two, "乙写的")
    world.meet(district, two, one, rounds=6)
    codes = [[home.journal.record(uid)["code"] for uid in (mine, yours)] for home in (one, two, district)]
    assert codes[0] == codes[1] == codes[2], codes
    assert codes[0][0] != codes[0][1], codes
    assert [len(home.journal.history(mine)) for home in (one, two, district)] == [1, 1, 1]


def test_the_clerk_is_told_once(world: World):
    district, one, two, _ = copied(world)
    write(one, "甲写的")
    write(two, "乙写的")
    take(district, send(one, world.stick / "1"))
    first = world.meet(district, two, rounds=1)
    told = [n for o in first for n in o.notices]
    assert len([n for n in told if "分成了两支" in n]) == 1, told
    assert len([n for n in told if "没有丢失" in n]) == 1, told
    again = world.meet(district, two, rounds=2)
    assert not [n for o in again for n in o.notices if "两支" in n]


def test_a_copy_from_before_the_first_record_sees_what_the_other_wrote(world: World):
    district, one, two, _ = copied(world)
    write(one, "甲写的")
    world.meet(district, one, two)
    assert titles(one) == titles(two) == titles(district)
    assert two.device.startswith("SQ-1.2")
    write(two, "乙写的")
    world.meet(district, two, one)
    assert titles(one) == titles(two) == titles(district)
    assert sorted(titles(one).values()) == ["乙写的", "甲写的"]
    assert not quarantine.entries(district)


def test_a_copy_that_writes_nothing_still_says_what_it_waits_for(world: World):
    """Two copies share a name: what one says it holds, the district no longer sends, and the other waits for just that."""
    district, one, two, (uid,) = copied(world, "原有")
    district.journal.correct(uid, {"note": "区里改"}, "改")
    assert words(take(one, receipt(district, "SQ", world.stick / "1"))) == ["applied"]
    write(one, "甲写的")
    take(district, send(one, world.stick / "2"))
    district.journal.void(uid, "重复")
    (held,) = take(two, receipt(district, "SQ", world.stick / "3"))
    assert held.outcome == "held"
    world.meet(district, two)
    assert two.journal.record(uid)["note"] == "区里改"
    assert two.journal.record(uid)["state"] == district.journal.record(uid)["state"]
    assert titles(two) == titles(one) == titles(district)


def test_what_the_losing_branch_had_erased_by_law_leaves_no_fork(world: World):
    district, one, two, _ = copied(world)
    write(one, "甲写的")
    uid = write(two, "乙写的")
    kept = write(two, "乙又写的")
    erasure.redact(two, uid, "本人要求")
    world.meet(district, one, two, one)
    assert {entry["code"] for entry in quarantine.entries(district)} == {"FORK_HEALED"}
    for home in (one, two, district):
        assert titles(home)[kept] == "乙又写的"
        assert check(home, deep=True).findings == ()
        assert "乙写的" not in titles(home).values()


def test_edits_of_one_record_on_both_copies_show_as_a_conflict(world: World):
    district, one, two, (uid,) = copied(world, "路灯")
    one.journal.correct(uid, {"title": "甲", "note": "同一句"}, "改")
    two.journal.correct(uid, {"title": "乙", "note": "同一句"}, "改")
    world.meet(district, one, two, one)
    for home in (one, two, district):
        assert [(c.field, sorted(str(v.value) for v in c.versions)) for c in home.journal.conflicts()] == [
            ("title", ["乙", "甲"])
        ]
    one.journal.resolve(uid, {"title": "甲"}, "核对")
    world.meet(district, one, two)
    assert {home.journal.record(uid)["title"] for home in (one, two, district)} == {"甲"}
    assert titles(two) == titles(district)


def test_a_branch_that_later_work_built_on_keeps_the_record_as_its_clerk_saw_it(world: World):
    district, one, two, _ = copied(world)
    write(one, "甲写的")
    uid = write(two, "乙写的")
    two.new_incarnation("恢复")  # a restore in between: what follows builds on the losing branch from another chain
    two.journal.correct(uid, {"title": "乙改过的", "note": "后来"}, "改")
    world.meet(district, one, two, one, two)
    for home in (one, two, district):
        row = home.journal.record(uid)
        assert (row["title"], row["note"], bool(row["conflict"])) == ("乙改过的", "后来", False)
    assert titles(one) == titles(two) == titles(district)


def test_two_losers_with_one_branch_say_it_once(world: World):
    district = world.district()
    world.station(district)
    two = world.twin("SQ")
    write(two, "乙写的")
    three = world.twin("SQ+")
    one, two = world.homes["SQ"], world.homes["SQ+"]
    write(one, "甲写的")
    write(three, "丙写的")
    world.meet(district, one, two, three, rounds=4)
    uid = next(u for u, t in titles(district).items() if t == "乙写的")
    assert sorted(titles(district).values()) == ["丙写的", "乙写的", "甲写的"]
    assert titles(one) == titles(two) == titles(three) == titles(district)
    two.journal.correct(uid, {"title": "乙又改"}, "改")
    world.meet(district, two, one, three)
    assert district.journal.conflicts() == []
    assert {entry["code"] for entry in quarantine.entries(district)} <= {"FORK_HEALED"}


@pytest.mark.parametrize("order", list(itertools.permutations("甲乙丙")))
def test_whatever_the_order_no_acknowledged_record_is_lost(world: World, order: tuple[str, ...]):
    seed = int(os.environ.get("STUDIO_DESK_SEED", clock.now().microsecond))
    print(f"seed {seed}")
    chance = random.Random(seed)
    district = world.district()
    one = world.station(district)
    write(one, "原有")
    world.meet(district, one, rounds=chance.randrange(2))
    world.twin("SQ")
    write(world.homes["SQ+"], "副本先写的")
    world.twin("SQ+")
    homes: dict[str, Home] = dict(zip("甲乙丙", (world.homes[n] for n in ("SQ", "SQ+", "SQ++")), strict=True))
    acknowledged = {"原有", "副本先写的"}
    for step in range(9):
        who = chance.choice("甲乙丙")
        title = f"{who}{step}"
        write(homes[who], title)
        acknowledged.add(title)
        if chance.random() < 0.3:
            world.meet(district, homes[chance.choice("甲乙丙")], rounds=1)
    world.meet(district, *(homes[name] for name in order), rounds=5)
    assert set(titles(district).values()) == acknowledged
    assert len(titles(district)) == len(acknowledged)
    for home in homes.values():
        assert titles(home) == titles(district)
        assert check(home).findings == ()
        counts = custody.custody(home).records
        assert not counts["packed"], counts
        assert not counts["final"], counts
    assert not [e for e in quarantine.entries(district) if e["code"] == "FORK"]
