"""A dead disk, a replaced computer, a number that was taken: the way back, and what is missing by name."""

from __future__ import annotations

import itertools
import shutil

import pytest

from studio_desk.exchange import computers, enrol, outbox, quarantine, rebuild, receipts, review, rotation, trust_store
from studio_desk.kernel.problem import Problem
from studio_desk.store import blobs, numbers
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import JPEG, World, photo, send, take, titles, words, write


def replaced(world: World, district: Home, name: str = "SQ-2") -> tuple[Home, rebuild.Rebuilt]:
    """A new computer in the place of SQ-1, filled from the district's copy."""
    new = world.home(name, "SQ", "station", 2)
    request, shown = enrol.request(new, world.stick / "ask")
    enrol.accept(district, request, world.stick / "ask", shown, replaces="SQ-1")
    made = rebuild.write(district, "SQ-2", world.stick / "back")
    return new, rebuild.read(new, made.file)


def test_a_dead_disk_is_rebuilt_and_what_is_missing_is_named(world: World):
    district = world.district()
    old = world.station(district)
    uid = write(old, "一")
    picture = photo(old, uid)
    world.meet(district, old)
    write(old, "二")
    first = send(old, world.stick / "1")
    write(old, "三")
    second = outbox.export(old, world.stick / "2").files[0]
    take(district, first)
    del second  # this stick is lost: nobody knows of op 4
    # A bundle of another export that names the end it knew, and that waits for what was lost.
    old.close()
    new, done = replaced(world, district)
    assert (done.records, done.attachments) == (3, 1)
    assert done.missing == ()
    assert "SQ-1 交到区里的最后一条" in done.notice
    assert sorted(titles(new).values()) == ["一", "二"]
    assert blobs.get(new, picture) == JPEG
    assert new.device == "SQ-2"
    later = write(new, "四")
    assert new.journal.record(later)["code"] == "SQ-BT-2026-20001"
    world.meet(district, new)
    assert titles(new) == titles(district)
    assert check(new, deep=True).findings == () == check(district, deep=True).findings


def test_ops_and_attachments_that_are_known_to_have_existed_are_named(world: World):
    district = world.district()
    old = world.station(district)
    uid = write(old, "一")
    world.meet(district, old)
    photo(old, uid, name="村口.jpg")
    write(old, "二")
    take(district, send(old, world.stick / "1"))
    with district.file.write() as c:
        c.exec_driver_sql("INSERT INTO wanted (sha256, dev, side) SELECT sha256, 'SQ-1', 'here' FROM blob")
        c.exec_driver_sql("DELETE FROM blob")
    for _ in range(3):
        write(old, "丢了")
    old.mark()
    old.new_incarnation("恢复")
    write(old, "三")
    # Of all that, only the new chain arrives: it says that the old one went to number 6.
    files = outbox.export(old, world.stick / "2").files
    take(district, next(f.file for f in files if f.device == old.device))
    _, done = replaced(world, district)
    assert [(m.chain, m.first, m.last) for m in done.missing] == [("SQ-1", 4, 6), ("SQ-1", 0, 0)]
    assert "缺 SQ-1 第4至6号" in done.notice
    assert "缺附件“村口.jpg”" in done.notice


def test_the_old_computer_is_believed_up_to_its_point_only(world: World):
    district = world.district()
    old = world.station(district)
    write(old, "一")
    world.meet(district, old)
    new, _ = replaced(world, district)
    revoked = next(c for c in trust_store.required(district).computers if c.device == "SQ-1")
    assert revoked.revoked == {"SQ-1": old.journal.frontiers()["SQ-1"]}
    assert "SQ-2" in revoked.reason
    write(old, "后来")
    (found,) = take(district, send(old, world.stick / "late"))
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_REVOKED")
    assert words(take(new, *receipts.write(district, "SQ", world.stick / "r").files))[-1] == "duplicate"
    # The name is never given again: a second chain of that name would fork the first.
    third = world.home("again", "SQ", "station")
    request, _ = enrol.request(third, world.stick / "again")
    with pytest.raises(Problem) as refused:
        enrol.accept(district, request, world.stick / "again")
    assert refused.value.code == "DEVICE_TAKEN"
    assert refused.value.more["free"] == 3
    assert "--computer 3" in refused.value.remedy


def test_a_stick_that_turns_up_late_is_taken_when_the_officer_vouches_for_it(world: World):
    district = world.district()
    old = world.station(district)
    write(old, "一")
    world.meet(district, old)
    write(old, "二")
    stick = send(old, world.stick / "1")
    write(old, "三")
    after = send(old, world.stick / "2")
    new, _ = replaced(world, district)
    assert {o.code for o in take(district, stick, after)} == {"SIGNER_REVOKED"}
    first, second = (next(e["id"] for e in quarantine.entries(district) if e["file"] == f.name) for f in (stick, after))
    version = trust_store.required(district).version
    again = review.release(district, first)  # tried again without a word why it should be believed
    assert again is not None
    assert again.code == "SIGNER_REVOKED"
    assert trust_store.required(district).version == version
    done = review.release(district, first, "电话核实过")
    assert done is not None
    assert done.outcome == "applied"
    gone = next(c for c in trust_store.required(district).computers if c.device == "SQ-1")
    assert gone.revoked is not None
    assert gone.revoked["SQ-1"][0] == done.last
    assert "电话核实过" in gone.reason
    still = review.release(district, second)  # believed so far and no further
    assert still is not None
    assert still.code == "SIGNER_REVOKED"
    world.meet(district, new)
    assert sorted(titles(new).values()) == sorted(titles(district).values()) == ["一", "二"]
    assert check(new, deep=True).findings == () == check(district, deep=True).findings


def test_nobody_vouches_for_a_computer_that_has_another_key(world: World):
    """What a leaked key signed is never taken so: the computer itself sends all that is its own again."""
    district = world.district()
    one = world.station(district)
    write(one, "一")
    world.meet(district, one)
    write(one, "二")
    forged = send(one, world.stick / "1")
    rotation.change(one, leaked=True)
    world.enrol(district, one)
    (found,) = take(district, forged)
    assert found.code == "SIGNER_REVOKED"
    version = trust_store.required(district).version
    again = review.release(district, quarantine.entries(district)[0]["id"], "电话核实过")
    assert again is not None
    assert again.code == "SIGNER_REVOKED"
    assert trust_store.required(district).version == version


def test_a_taken_number_is_put_right_without_losing_what_was_typed(world: World):
    district = world.district()
    one = world.station(district)
    write(one, "甲的")
    world.meet(district, one)
    other = world.home("other", "SQ", "station")  # its clerk did not know that it is the second
    uid, gone = write(other, "乙的"), write(other, "错的")
    picture = photo(other, uid)
    other.journal.correct(uid, {"note": "村口"}, "补")
    other.journal.void(gone, "重复")
    folder = world.stick / "ask"
    request, _ = enrol.request(other, folder)
    with pytest.raises(Problem) as refused:
        enrol.accept(district, request, folder)
    assert refused.value.code == "DEVICE_TAKEN"
    assert computers.free(district, "SQ") == refused.value.more["free"] == 2
    assert computers.change(other, 2) == 3
    assert other.device == "SQ-2"
    assert set(other.journal.frontiers()) == {"SQ-2"}
    assert other.journal.record(uid)["code"] == "SQ-BT-2026-20001"
    assert other.journal.record(gone)["state"] == "作废"
    assert [r.reason for r in other.journal.history(uid)][:2] == ["", "补"]
    other = world.reopen("other")
    assert other.device == "SQ-2"
    world.enrol(district, other)
    with pytest.raises(Problem) as refused:
        computers.change(other, 3)
    assert refused.value.code == "COMPUTER_ENROLLED"
    world.meet(district, other, one)
    assert sorted(titles(district).values()) == ["乙的", "甲的", "错的"]
    assert titles(one) == titles(district)
    assert blobs.get(one, picture) == JPEG
    codes = [home.journal.record(u)["code"] for home in (district,) for u in titles(district)]
    assert len(set(codes)) == len(codes)
    for home in (one, other, district):
        assert check(home, deep=True).findings == ()


def test_a_rebuild_can_be_repeated_and_needs_its_folder(world: World):
    district = world.district()
    old = world.station(district)
    write(old, "一")
    world.meet(district, old)
    new, done = replaced(world, district)
    again = rebuild.read(new, world.stick / "back" / "SQ-2-rebuild")
    assert (again.records, again.missing) == (done.records, ())
    alone = world.stick / "alone"
    alone.mkdir()
    shutil.copy(next((world.stick / "back" / "SQ-2-rebuild").glob("*.json")), alone)
    for path in (alone, next(alone.iterdir())):
        with pytest.raises(Problem) as refused:
            rebuild.read(new, path)
        assert refused.value.code == "NO_REBUILD_FILE"
    with pytest.raises(Problem) as refused:
        rebuild.write(district, "SQ-9", world.stick)
    assert refused.value.code == "NO_SUCH_DEVICE"
    with pytest.raises(Problem) as refused:
        rebuild.write(new, "SQ-2", world.stick)
    assert refused.value.code == "NOT_A_DISTRICT"


def test_who_replaces_whom_must_fit(world: World):
    district = world.district()
    world.station(district)
    world.station(district, "LW")
    new = world.home("new", "SQ", "station", 2)
    request, _ = enrol.request(new, world.stick / "ask")
    version = trust_store.required(district).version
    for other, code in (("LW-1", "REPLACES_OTHER_STATION"), ("SQ-7", "NO_SUCH_DEVICE")):
        with pytest.raises(Problem) as refused:
            enrol.accept(district, request, world.stick / "ask", replaces=other)
        assert refused.value.code == code
    assert trust_store.required(district).version == version


def test_no_two_computers_share_a_number():
    everything = [one for computer in range(1, numbers.MOST + 1) for one in numbers.ranges(computer)]
    everything.sort(key=lambda one: one.start)
    assert all(before.stop <= after.start for before, after in itertools.pairwise(everything))
    for computer in (1, 2, 99):
        first, second = numbers.ranges(computer)
        assert numbers.after(computer, 0) == first.start
        assert numbers.after(computer, first.stop - 1) == second.start
        assert numbers.after(computer, first.stop - 1, 100) in second
        assert numbers.after(computer, second.start) == second.start + 1
    assert numbers.ranges(1)[0].start == 1
    assert numbers.computer_of("SQ-2.3a1b2c3d4") == 2


@pytest.mark.parametrize("computer", [0, 100, -1])
def test_a_computer_has_a_number_from_1_to_99(world: World, computer: int):
    with pytest.raises(Problem) as refused:
        world.home("SQ", "SQ", "station", computer)
    assert refused.value.code == "COMPUTER_NOT_VALID"
