"""A district set back by a restored backup gets back what it had written to its stations and they still hold."""

from __future__ import annotations

import pytest

from studio_desk.exchange import lists, outbox, quarantine, receipts, sshsig, tables, trust_store
from studio_desk.exchange.header import Header, file_name
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.vouch import vouch
from studio_desk.kernel.calendar import WORK
from studio_desk.kernel.canon import canon
from studio_desk.store import lists as kept_lists
from tests.exchange.set_back import BACKUP, SNAPSHOT, agree, begun, saved, set_back
from tests.exchange.world import World, take, titles, words, write

pytestmark = pytest.mark.usefixtures("read_here")


def test_what_a_restored_district_wrote_itself_comes_back(world: World):
    district = world.district()
    one, two = world.station(district), world.station(district, "BH")
    uid, other, kept = write(one, "路灯"), write(two, "水渠"), write(one, "井盖")
    world.meet(district, one, two)
    before = saved(world, *BACKUP)
    district = world.homes["990000"]
    district.journal.correct(uid, {"note": "区里改"}, "改")
    receipts.send_back(district, other, "请补地点")
    district.journal.void(kept, "重复")
    world.meet(district, one, two)
    district = set_back(world, before)
    assert district.incarnation == 2
    assert district.journal.record(uid).get("note", "") == ""
    world.meet(district, one, two)
    assert district.journal.record(uid)["note"] == "区里改"
    assert district.journal.record(kept)["state"] == one.journal.record(kept)["state"] == "作废"
    assert receipts.issue(district, "BH")["returned"] == [
        {"rec": other, "code": district.journal.record(other)["code"], "reason": "请补地点"}
    ]
    agree(district, one, two)
    assert outbox.waiting(one) == outbox.waiting(two) == []


def test_the_officer_is_told_once_what_is_missing_and_once_that_it_came(world: World):
    one, (uid,), before = begun(world, "路灯")
    world.homes["990000"].journal.correct(uid, {"note": "区里改"}, "改")
    world.meet(world.homes["990000"], one)
    district = set_back(world, before)
    write(one, "井盖")
    (outcome,) = take(district, *(s.file for s in outbox.export(one, world.stick / "again").files))
    assert [n for n in outcome.notices if "SQ-1 已收下区级的 990000-1@SQ" in n and "送回来" in n] == outcome.notices
    take(one, *receipts.write(district, "SQ", world.stick / "back").files)
    outcomes = take(district, *(s.file for s in outbox.export(one, world.stick / "more").files))
    assert [o.outcome for o in outcomes] == ["applied"]
    (told,) = (n for o in outcomes for n in o.notices)
    assert told.startswith("SQ 送回了区级恢复备份后缺少的 990000-1@SQ 的内容：1条记录上区里写的话")
    assert told.endswith("1份回执。这是区级自己写的，不是站点的新记录。")


@pytest.mark.parametrize("at_once", [False, True])
def test_the_officer_is_told_also_when_the_bundle_waits_for_earlier_ones(world: World, at_once: bool):
    """What the station had sent after the backup is missing too, so its next bundle is held at first."""
    one, (uid,), before = begun(world, "路灯")
    world.homes["990000"].journal.correct(uid, {"note": "区里改"}, "改")
    write(one, "水渠")
    (earlier,) = [s.file for s in outbox.export(one, world.stick / "earlier").files]
    take(world.homes["990000"], earlier)
    take(one, *receipts.write(world.homes["990000"], "SQ", world.stick / "receipt").files)
    district = set_back(world, before)
    write(one, "井盖")
    (late,) = [s.file for s in outbox.export(one, world.stick / "late").files]
    outcome, *_ = take(district, *((late, earlier) if at_once else (late,)))
    assert outcome.outcome == ("applied" if at_once else "held")
    assert [n for n in outcome.notices if "SQ-1 已收下区级的 990000-1@SQ" in n]


def test_its_lists_and_its_trust_list_come_back_too(world: World):
    one, _, before = begun(world, "路灯")
    district = world.homes["990000"]
    lists.put(
        district, "calendar", "2026", {"days": [{"day": "2026-10-10", "kind": WORK, "name": "调休"}]}, "2026-01-01"
    )
    late = world.station(district, "BH")
    write(late, "后来登记的站")
    version = trust_store.required(district).version
    world.meet(district, one, late)
    district = set_back(world, before)
    assert trust_store.required(district).version < version
    world.meet(district, one)
    assert trust_store.required(district).version == version
    assert kept_lists.in_force(district, "calendar", "2026") is not None
    world.meet(district, one, late)
    assert set(titles(late).values()) <= set(titles(district).values())
    agree(district, one, late)


def test_a_district_set_back_with_its_mark_keeps_both_branches(world: World):
    """A snapshot of the whole machine: nothing outside the database remembers, so it writes the same numbers again."""
    one, (first, second), before = begun(world, "路灯", "水渠", names=SNAPSHOT)
    world.homes["990000"].journal.correct(first, {"note": "先前的话"}, "改")
    world.meet(world.homes["990000"], one)
    district = set_back(world, before)
    assert district.incarnation == 1
    district.journal.correct(second, {"note": "后来的话"}, "改")
    world.meet(district, one, rounds=4)
    assert district.incarnation == 2
    for home in (district, one):
        assert home.journal.record(first)["note"] == "先前的话"
        assert home.journal.record(second)["note"] == "后来的话"
    agree(district, one)
    assert {e["code"] for e in quarantine.entries(one)} <= {"FORK_HEALED"}


def test_a_district_set_back_twice_with_its_mark_counts_on(world: World):
    """Its second chain has the number of the one it forgot; the station holds both and brings back the forgotten one."""
    district = world.district()
    one, two = world.station(district), world.station(district, "BH")
    first, second = write(one, "路灯"), write(two, "水渠")
    world.meet(district, one, two)
    before = saved(world, *SNAPSHOT)
    for note in ("一", "二"):
        world.homes["990000"].journal.correct(first, {"note": note}, "改")
        world.meet(world.homes["990000"], one, rounds=4)
        district = set_back(world, before)
    district.journal.correct(second, {"note": "三"}, "改")
    write(one, "井盖")
    world.meet(district, one, two, rounds=6)
    assert district.incarnation == 3
    assert "二" in {r.values.get("note") for r in district.journal.history(first)}
    assert outbox.waiting(one) == outbox.waiting(two) == []
    agree(district, one, two)


def test_a_district_set_back_below_what_it_forgot_counts_above_it(world: World):
    """Its chain after that has a lower number than the one which only the station remembers."""
    one, (first,), early = begun(world, "路灯", names=SNAPSHOT)
    for note in ("一", "二"):
        late = saved(world, *BACKUP)
        world.homes["990000"].journal.correct(first, {"note": note}, "改")
        world.meet(world.homes["990000"], one)
        district = set_back(world, late)
        world.meet(district, one)
    assert district.incarnation == 3
    district = set_back(world, early)
    district.journal.correct(first, {"title": "路灯坏了"}, "改")
    write(one, "井盖")
    world.meet(district, one, rounds=6)
    assert district.incarnation > 3
    assert district.journal.record(first)["title"] == "路灯坏了"
    assert {"一", "二"} <= {r.values.get("note") for r in district.journal.history(first)}
    assert outbox.waiting(one) == []
    agree(district, one)


def test_two_computers_of_a_station_bring_the_same_back(world: World):
    district = world.district()
    one = world.station(district)
    two = world.second(district)
    uid = write(one, "路灯")
    world.meet(district, one, two)
    before = saved(world, *BACKUP)
    world.homes["990000"].journal.correct(uid, {"note": "区里改"}, "改")
    world.meet(world.homes["990000"], one, two)
    district = set_back(world, before)
    world.meet(district, one, two)
    assert district.journal.record(uid)["note"] == "区里改"
    agree(district, one, two)


@pytest.mark.parametrize("how", ["unsigned", "by the station", "another point", "another chain", "for a bundle"])
def test_only_what_the_district_signed_is_believed(world: World, how: str):
    one, (uid,), before = begun(world, "路灯")
    world.homes["990000"].journal.correct(uid, {"note": "区里改"}, "改")
    world.meet(world.homes["990000"], one)
    with one.file.write() as c:
        dev, seq, head = tuple(c.exec_driver_sql("SELECT dev, seq, head FROM vouched ORDER BY seq DESC LIMIT 1").one())
        boss = keys_of(world.homes["990000"]).signer
        said = canon({"dev": dev, "head": head, "seq": seq}).encode()
        false = {
            "unsigned": "",
            "by the station": vouch(keys_of(one).signer, dev, seq, head),
            "another point": vouch(boss, dev, seq - 1, head),
            "another chain": vouch(boss, "990000-1@BH", seq, head),
            "for a bundle": sshsig.sign(said, boss.public, boss.sign),
        }[how]
        c.execute(tables.vouched.delete().where(tables.vouched.c.seq != seq))
        c.execute(tables.vouched.update().values(vouch=false))
    district = set_back(world, before)
    take(one, *receipts.write(district, "SQ", world.stick / "back").files)
    files = outbox.export(one, world.stick / "again").files
    (back,) = take(district, *(s.file for s in files if s.device == "990000-1@SQ"))
    assert (back.outcome, back.code) == ("quarantined", "VOUCH_WRONG")
    assert back.problem
    assert back.remedy
    assert district.journal.record(uid).get("note", "") == ""


def test_the_name_of_what_is_brought_back_says_so():
    back = Header("SQ", "990000", "990000-1@SQ", 3, 9, "0" * 64, "0" * 64)
    assert file_name(back) == "SQ-returns-990000-1-to-SQ-000003-000009.sdx"


def test_nothing_is_brought_back_to_a_district_that_lost_nothing(world: World):
    district = world.district()
    one = world.station(district)
    uid = write(one, "路灯")
    world.meet(district, one)
    district.journal.correct(uid, {"note": "区里改"}, "改")
    assert words(take(one, *receipts.write(district, "SQ", world.stick / "1").files)) == ["applied"]
    write(one, "又一条")
    assert [v.dev for v in outbox.waiting(one)] == ["SQ-1"]
