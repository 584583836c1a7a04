"""A district set back gets its words back in hard cases: two branches among one station's computers, thieves, erasures, moves."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_desk.exchange import (
    acknowledged,
    erasure,
    escrow,
    lists,
    outbox,
    quarantine,
    receipts,
    roots,
    rotation,
    tables,
    trust_store,
)
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.volumes import cut
from studio_desk.exchange.vouch import vouch
from studio_desk.kernel import clock
from studio_desk.kernel.calendar import WORK
from studio_desk.kernel.canon import digest
from studio_desk.store import custody
from studio_desk.store import lists as kept_lists
from studio_desk.store.home import Home
from studio_desk.store.ops import FORMAT, GENESIS, Op, body_line
from tests.exchange.set_back import BACKUP, SNAPSHOT, agree, begun, saved, set_back
from tests.exchange.test_lost_district import again, lose
from tests.exchange.test_roots import WORD
from tests.exchange.world import World, take, titles, words, write

pytestmark = pytest.mark.usefixtures("read_here")
CHAIN = "990000-1@SQ"
DAYS = {"days": [{"day": "2026-10-10", "kind": WORK, "name": "调休"}]}


def two_branches(world: World) -> tuple[Home, Home, Home, str, str]:
    """Of a station's two computers one holds what the district said before it was set back, the other what it said after."""
    district = world.district()
    one = world.station(district)
    two = world.second(district)
    first, second = write(one, "路灯"), write(one, "水渠")
    world.meet(district, one, two)
    before = saved(world, *SNAPSHOT)
    world.homes["990000"].journal.correct(first, {"note": "先前的话"}, "改")
    receipts.send_back(world.homes["990000"], first, "先前的退回")
    world.meet(world.homes["990000"], one, rounds=1)
    district = set_back(world, before)
    district.journal.correct(second, {"note": "后来的话"}, "改")
    receipts.send_back(district, second, "后来的退回")
    world.meet(district, two, rounds=1)
    return district, one, two, first, second


def test_two_computers_with_two_branches_both_end_with_both_words_and_fall_silent(world: World):
    district, one, two, first, second = two_branches(world)
    world.meet(district, one, two, rounds=6)
    for home in (district, one, two):
        assert home.journal.record(first)["note"] == "先前的话"
        assert home.journal.record(second)["note"] == "后来的话"
        with home.file.read() as c:
            said = c.exec_driver_sql("SELECT rec FROM op WHERE type = 'record.return'").scalars().all()
        assert sorted(said) == sorted([first, second])
    agree(district, one, two)
    assert outbox.waiting(one) == outbox.waiting(two) == []
    stood = district.journal.frontiers()
    assert set(words(world.meet(district, one, two, rounds=2))) == {"duplicate"}
    assert district.journal.frontiers() == stood


def test_an_old_stick_with_the_branch_that_was_said_again_changes_nothing(world: World):
    district, one, two, _, _ = two_branches(world)
    last = two.journal.frontiers()[CHAIN][0]
    sticks = [_stick(two, first, last, world.stick / f"old{first}") for first in (1, last)]
    world.meet(district, one, rounds=2)
    assert district.incarnation == 2
    world.meet(district, one, two, rounds=4)
    stood = district.journal.frontiers()
    assert words(take(district, *sticks, dry_run=True)) == ["duplicate", "duplicate"]
    assert words(take(district, *reversed(sticks))) == ["duplicate", "duplicate"]
    assert district.journal.frontiers() == stood
    assert quarantine.entries(district) == []


@pytest.mark.parametrize("more", [1, 9])
def test_a_branch_that_parted_before_what_the_station_had_seen_heals(world: World, more: int):
    """The station says how far it holds the chain, the district has written past or not up to that number again."""
    one, (first, second), before = begun(world, "路灯", "水渠", names=SNAPSHOT)
    for note in ("先前的话", "先前改的话"):
        world.homes["990000"].journal.correct(first, {"note": note}, "改")
    world.meet(world.homes["990000"], one)
    district = set_back(world, before)
    for number in range(more):
        district.journal.correct(second, {"note": f"后来的话{number}"}, "改")
    write(one, "新的")
    world.meet(district, one, rounds=5)
    for home in (district, one):
        assert home.journal.record(first)["note"] == "先前改的话"
        assert home.journal.record(second)["note"] == f"后来的话{more - 1}"
    agree(district, one)
    assert outbox.waiting(one) == []
    with district.file.read() as c:
        assert c.execute(tables.held.select()).all() == []


def test_a_branch_that_the_district_lost_again_is_a_persons_question_and_the_station_falls_silent(world: World):
    one, (first, second), before = begun(world, "路灯", "水渠", names=SNAPSHOT)
    world.homes["990000"].journal.correct(first, {"note": "先前的话"}, "改")
    world.meet(world.homes["990000"], one)
    district = set_back(world, before)
    district.journal.correct(second, {"note": "后来的话"}, "改")
    take(one, *receipts.write(district, "SQ", world.stick / "1").files)
    assert [e["code"] for e in quarantine.entries(one)] == ["FORK"]
    files = [s.file for s in outbox.export(one, world.stick / "2").files]
    district = set_back(world, before)
    take(district, *files)
    world.meet(district, one, rounds=3)
    assert outbox.waiting(one) == []
    assert district.journal.record(first)["note"] == "先前的话"
    assert [e["code"] for e in quarantine.entries(one)] == ["FORK_HEALED"]
    assert quarantine.entries(district) == []


@pytest.mark.parametrize("written", [True, False])
def test_a_dry_run_of_a_return_begins_no_chain(world: World, written: bool):
    one, (first, second), before = begun(world, "路灯", "水渠", names=SNAPSHOT)
    world.homes["990000"].journal.correct(first, {"note": "先前的话"}, "改")
    lists.put(world.homes["990000"], "calendar", "2026", DAYS, "2026-01-01")
    world.meet(world.homes["990000"], one)
    district = set_back(world, before)
    district.journal.correct(second, {"note": "后来的话"}, "改")
    take(one, *receipts.write(district, "SQ", world.stick / "1").files)
    files = [s.file for s in outbox.export(one, world.stick / "2").files]
    if not written:
        district = set_back(world, before)
    stood = district.device, district.incarnation, district.read_mark(), dict(district.journal.frontiers())
    (outcome,) = take(district, *files, dry_run=True)
    assert outcome.outcome == "applied"
    assert outcome.notices
    assert stood == (district.device, district.incarnation, district.read_mark(), dict(district.journal.frontiers()))
    assert kept_lists.in_force(district, "calendar", "2026") is None
    assert words(take(district, *files)) == ["applied"]
    assert district.incarnation == 2
    assert kept_lists.in_force(district, "calendar", "2026") is not None


@pytest.mark.parametrize("who", ["SQ", "990000"])
def test_what_was_erased_comes_back_without_its_words(world: World, who: str):
    one, (uid,), before = begun(world, "路灯")
    world.homes["990000"].journal.correct(uid, {"note": "先前的话"}, "改")
    world.meet(world.homes["990000"], one)
    world.homes["990000"].new_incarnation("试")  # the erasure stands in another bundle than what it erases
    erasure.redact(world.homes[who], uid, "依法")
    world.meet(world.homes["990000"], one)
    district = set_back(world, before)
    world.meet(district, one)
    for home in (district, one):
        with home.file.read() as c:
            assert c.exec_driver_sql("SELECT count(*) FROM body WHERE line LIKE '%先前的话%'").scalar() == 0
        assert home.journal.record(uid)["state"] == "已删除"
    agree(district, one)
    assert outbox.waiting(one) == []


def test_a_record_that_was_handed_to_another_station_comes_back_to_it(world: World):
    district = world.district()
    one, two = world.station(district), world.station(district, "BH")
    write(one, "路灯")
    uid = write(two, "水渠")
    world.meet(district, one, two)
    before = saved(world, *BACKUP)
    world.homes["990000"].journal.correct(uid, {"station": "SQ"}, "移交")
    world.meet(world.homes["990000"], one, two)
    district = set_back(world, before)
    world.meet(district, one, two)
    assert district.journal.record(uid)["station"] == "SQ"
    assert quarantine.entries(district) == []
    assert outbox.waiting(one) == []


def test_restored_again_and_again_to_the_same_backup(world: World):
    one, (uid,), before = begun(world, "路灯")
    for note in ("甲", "乙", "丙"):
        district = world.homes["990000"]
        district.journal.correct(uid, {"note": note}, note)
        receipts.send_back(district, uid, note)
        world.meet(district, one)
        district = set_back(world, before)
        world.meet(district, one)
        assert district.journal.record(uid)["note"] == note
    with district.file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM op WHERE type = 'record.return'").scalar() == 3
    agree(district, one)
    assert outbox.waiting(one) == []


def test_a_lost_district_that_had_been_restored_before_is_followed_by_its_stations(world: World):
    """Stations follow the receipt of the youngest chain, so the new home's chains must be younger than the lost one's."""
    district = world.district()
    root = roots.save(district, world.folder / "safe", "备份", WORD)
    one = world.station(district)
    uid = write(one, "路灯")
    world.meet(district, one)
    for note in ("甲", "乙"):
        district.new_incarnation("恢复")
        district.journal.correct(uid, {"note": note}, "改")
        world.meet(district, one)
    lists.put(district, "calendar", "2026", DAYS, "2026-01-01")
    world.meet(district, one)
    listed = escrow.write_list(one, world.folder / "safe")
    lose(world)
    new = world.homes["990000"] = again(world, listed, None, [roots.open_key(root.file, WORD)])
    take(one, *receipts.write(new, "SQ", world.stick / "first").files)
    outcomes = take(new, *(s.file for s in outbox.export(one, world.stick / "back").files))
    assert list(titles(new).values()) == ["路灯"]
    assert new.journal.record(uid)["note"] == "乙"
    # The lost home's key may be in other hands: what holds for all stations is for the officer to say again.
    assert [n for o in outcomes for n in o.notices if "calendar 2026" in n and "重新下发" in n]
    assert kept_lists.in_force(new, "calendar", "2026") is None
    world.meet(new, one)
    assert outbox.waiting(one) == []


@pytest.mark.parametrize("who", ["a list and a receipt", "another's record"])
def test_a_stolen_key_and_a_station_reach_no_other_station_and_no_receipt(world: World, who: str):
    """A key that was changed and is in other hands: the trust list names no chain that a thief begins with it."""
    district = world.district()
    one, two = world.station(district), world.station(district, "BH")
    write(one, "路灯")
    other = write(two, "水渠")
    world.meet(district, one, two)
    stolen, newest = keys_of(district).signer, acknowledged.newest(one, "SQ")
    rotation.change_district(district)
    world.meet(district, one, two)
    dev, before = "990000-1.99deadbeef@SQ", acknowledged.newest(district, "SQ")
    if who == "another's record":
        seen = tuple(str(district.journal.record(other)["rev"]).split(","))
        one.journal.apply([_line(dev, "record.return", other, seen)])
    else:
        one.journal.note(
            "list", {"sort": "calendar", "key": "2026", "version": 9, "from": "2026-01-01", "content": DAYS}, chain=dev
        )
        one.journal.note("receipt", {**newest, "hub_epoch": "假"}, chain=dev)
    seq, head = one.journal.frontiers()[dev]
    with one.file.write() as c:
        c.execute(tables.vouched.insert().values(dev=dev, seq=seq, head=head, vouch=vouch(stolen, dev, seq, head)))
    (outcome,) = take(district, *(s.file for s in outbox.export(one, world.stick / "1").files))
    if who == "another's record":
        assert (outcome.outcome, outcome.code) == ("quarantined", "FOREIGN_RECORD")
    else:
        assert [n for n in outcome.notices if "calendar 2026" in n]
    assert kept_lists.in_force(district, "calendar", "2026") is None
    assert acknowledged.newest(district, "SQ") == before
    world.meet(district, two)
    stood = district.journal.frontiers()
    world.meet(district, two)
    assert district.journal.frontiers() == stood
    assert kept_lists.in_force(two, "calendar", "2026") is None


def test_what_is_brought_back_is_not_how_a_record_left_the_house(world: World):
    one, (uid,), before = begun(world, "路灯")
    world.homes["990000"].journal.correct(uid, {"note": "区里改"}, "改")
    world.meet(world.homes["990000"], one)
    left, (place,) = custody.departure(one, uid), custody.places(one)
    district = set_back(world, before)
    world.meet(district, one)
    assert any("returns" in file.name for file in world.folder.glob("there*/*.sdx"))
    assert left is not None
    assert left.received
    assert custody.departure(one, uid) == left
    assert custody.places(one) == [place]


@pytest.mark.parametrize("chain", ["the one being written", "99999999deadbeef"])
def test_a_stolen_key_makes_the_district_begin_no_chain(world: World, chain: str):
    district = world.district()
    one = world.station(district)
    uid = write(one, "路灯")
    world.meet(district, one)
    stolen = keys_of(district).signer
    rotation.change_district(district)
    district.new_incarnation("恢复")
    world.meet(district, one)
    device = district.device
    dev = f"{device}@SQ" if chain == "the one being written" else f"990000-1.{chain}@SQ"
    one.journal.note("record.return", {}, chain=dev, rec=uid, reason="假的退回")
    seq, head = one.journal.frontiers()[dev]
    known = district.journal.frontiers().get(dev, (0, ""))[0]
    with one.file.write() as c:
        c.execute(tables.vouched.insert().values(dev=dev, seq=seq, head=head, vouch=vouch(stolen, dev, seq, head)))
    (outcome,) = take(district, _stick(one, known + 1, seq, world.stick / "1", dev))
    assert district.device == device
    if chain == "the one being written":
        assert (outcome.outcome, outcome.code) == ("quarantined", "VOUCH_WRONG")


def _stick(station: Home, first: int, last: int, to: Path, dev: str = CHAIN) -> Path:
    """What a station holds of the district's chain as a return."""
    trust = trust_store.required(station)
    (volume,) = cut(station, dev, first, last)
    with station.file.read() as c:
        query = "SELECT vouch FROM vouched WHERE dev = ? AND seq = ?"
        volume.vouch = c.exec_driver_sql(query, (dev, last)).scalar_one()
    recipients = [one.archive for one in trust.of(trust.district)]
    (sent,) = outbox.send(station, [volume], trust.district, recipients, Folder(to))
    return sent.file


def _line(dev: str, type_: str, rec: str, base: tuple[str, ...]) -> tuple[str, str]:
    """The first op of a chain and its body, written by nobody's journal."""
    body = body_line({}, by="贼", reason="假的退回")
    op = Op(FORMAT, dev, 1, GENESIS, clock.stamp(), type_, rec, base, digest(body), len(body.encode()))
    return op.line, body
