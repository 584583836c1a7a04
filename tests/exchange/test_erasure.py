"""What the law says must go goes at every holder, stays away, and everything else still verifies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio_desk.exchange import erasure, outbox, receipts, review
from studio_desk.exchange.dump import dump
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.reader import read_file
from studio_desk.exchange.trust_store import policy
from studio_desk.kernel.problem import Problem
from studio_desk.store import backup, search
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.pages import plain
from tests.exchange.world import JPEG, SHAPES, World, cut, photo, receipt, send, take, words, write
from tests.store.conftest import PASSPHRASE

NAME = "欧阳鱻婷"
PLACE = "SECRET-PLACE-4711"
MARKED = JPEG + b"PIXELS-OF-A-FACE-" * 30
MARKERS = (NAME.encode(), PLACE.encode(), b"PIXELS-OF-A-FACE", "鱻".encode())
"""Of the last one only the search knows: it keeps single characters."""


def pair(world: World) -> tuple[Home, Home, str]:
    """A district and a station with one record that must go and some that stay."""
    district = world.district()
    station = world.station(district)
    for number in range(5):
        write(station, f"路灯{number}")
    uid = write(station, NAME, note=f"住在{PLACE}")
    station.journal.correct(uid, {"note": f"仍住{PLACE}"}, "补充")
    photo(station, uid, MARKED)
    for number in range(5):
        write(station, f"水渠{number}")
    return district, station, uid


def exchange(world: World, district: Home, station: Home, rounds: int = 2) -> None:
    for _ in range(rounds):
        if outbox.waiting(station):
            sent = [f.file for f in outbox.export(station, world.stick).files]
            assert set(words(take(district, *sent))) <= {"applied", "duplicate"}
        assert set(words(take(station, receipt(district, "SQ", world.stick)))) <= {"applied", "duplicate"}


def traces(home: Home) -> list[bytes]:
    seen = plain(home.path, home.file.key)
    return [marker for marker in MARKERS if marker in seen]


def sound(*homes: Home) -> None:
    for home in homes:
        assert [f.code for f in check(home, deep=True).findings] == []


def test_at_a_station(world: World) -> None:
    district, station, uid = pair(world)
    exchange(world, district, station)
    assert set(traces(station)) == set(MARKERS) == set(traces(district))
    with station.file.write() as c:
        c.exec_driver_sql("INSERT INTO draft VALUES ('k', 'slip', ?, ?, '')", (uid, json.dumps({"title": NAME})))
    code = station.journal.record(uid)["code"]
    told = erasure.redact(station, uid, "个人依法要求删除，站长决定")
    assert len(told.records) == 2
    assert traces(station) == []
    assert (station.path / "desk.db-wal").stat().st_size == 0
    left = station.journal.record(station.journal.find(code))
    assert (left["state"], left["code"], left["uid"], left["kind"]) == ("已删除", code, uid, "erased")
    with station.file.read() as c:
        assert c.exec_driver_sql("SELECT title, day FROM record WHERE uid = ?", (uid,)).one() == (
            "已依法删除的记录",
            "",
        )
        assert not c.exec_driver_sql("SELECT count(*) FROM slip WHERE uid = ?", (uid,)).scalar()
    assert search.find(station.file, NAME) == ([], 0)
    assert [r.values is None for r in station.journal.history(uid)] == [True, True, False]
    sound(station)
    # The district follows with the next bundle, whose pages hold nothing either.
    bundles = [f.file for f in outbox.export(station, world.stick).files]
    for bundle in bundles:
        reading = read_file(bundle, [keys_of(district).identity], policy(district))
        assert not any(m in reading.ops + reading.bodies for m in MARKERS)
    assert words(take(district, *bundles)) == ["applied"]
    assert traces(district) == []
    exchange(world, district, station)
    sound(station, district)
    assert dump(district, canonical=True)["records"] == dump(station, canonical=True)["records"]
    assert dump(district)["attachments"] == dump(station)["attachments"] == []
    (there,) = [one for one in erasure.standing(district) if one.uid == uid]
    assert (there.confirmed, there.waiting, there.code) == (("990000-1", "SQ-1"), (), code)
    (here,) = [one for one in erasure.standing(station) if one.uid == uid]
    assert (here.confirmed, here.waiting) == (("SQ-1", "区级"), ())
    assert here.reason == "个人依法要求删除，站长决定"


def test_at_a_district(world: World) -> None:
    district, station, uid = pair(world)
    exchange(world, district, station)
    district.journal.correct(uid, {"note": f"{PLACE}核实"}, "核实")
    receipts.send_back(district, uid, "请补充")
    exchange(world, district, station)
    erasure.redact(district, uid, "区里依法决定")
    assert traces(district) == []
    (there,) = [one for one in erasure.standing(district) if one.uid == uid]
    assert there.waiting == ("SQ-1",)
    take(station, receipt(district, "SQ", world.stick))
    assert traces(station) == []
    (here,) = [one for one in erasure.standing(station) if one.uid == uid]
    assert (here.confirmed, here.reason) == (("SQ-1", "区级"), "区里依法决定")
    exchange(world, district, station)
    (there,) = [one for one in erasure.standing(district) if one.uid == uid]
    assert there.waiting == ()
    sound(station, district)
    assert dump(district, canonical=True)["records"] == dump(station, canonical=True)["records"]
    assert uid in receipts.issue(district, "SQ")["erased"]


def test_what_is_older_does_not_bring_it_back(world: World, tmp_path: Path) -> None:
    district, station, uid = pair(world)
    old = send(station, world.stick)
    part = cut(station, "SQ-1", 1, 6, world.stick)
    erasure.redact(station, uid, "依法")
    new = send(station, tmp_path)
    assert words(take(district, old)) == ["applied"]
    assert words(take(district, new, old, part)) == ["applied", "duplicate", "duplicate"]
    assert traces(district) == []
    sound(district)


def test_a_district_that_forgot_learns_it_again(world: World, tmp_path: Path) -> None:
    district, station, uid = pair(world)
    exchange(world, district, station)
    kept = backup.backup(district, tmp_path)
    erasure.redact(district, uid, "依法")
    exchange(world, district, station)
    assert traces(station) == []
    with backup.restore(kept.file, tmp_path / "again", SHAPES, passphrase=PASSPHRASE) as again:
        assert set(traces(again)) == set(MARKERS)
        take(station, receipts.write(again, "SQ", world.stick).file)
        assert words(take(again, *[f.file for f in outbox.export(station, world.stick).files])) == ["applied"] * 2
        assert traces(again) == []
        sound(again)


def test_a_new_district_takes_bare_chains(world: World) -> None:
    """The erasure stands in another chain than the bodies: the header says so."""
    district, station, uid = pair(world)
    exchange(world, district, station)
    station.new_incarnation("试")
    erasure.redact(station, uid, "依法")
    bundles = [f.file for f in outbox.export(station, world.stick, everything=True).files]
    assert len(bundles) == 2
    with district.file.write() as c:  # as if it had never received anything
        for table in ("op", "body", "blob", "chain", "imported"):
            c.exec_driver_sql(f"DELETE FROM {table} WHERE 1")
    district.journal._rolled_back()
    district.journal.rebuild()
    assert words(take(district, *bundles)) == ["applied", "applied"]
    sound(district)


def test_who_was_promised_an_erasure_passes_the_promise_on(world: World) -> None:
    """The bundle with the erasure is still under way when the district hands the bare chain to another computer."""
    district, station, uid = pair(world)
    exchange(world, district, station)
    second = world.second(district)
    station.new_incarnation("试")
    erasure.redact(station, uid, "依法")
    bare, erasing = (f.file for f in outbox.export(station, world.stick, everything=True).files)
    with district.file.write() as c:  # as if it had never received anything
        for table in ("op", "body", "blob", "chain", "imported"):
            c.exec_driver_sql(f"DELETE FROM {table} WHERE 1")
    district.journal._rolled_back()
    district.journal.rebuild()
    assert words(take(district, bare)) == ["applied"]
    down = receipts.write(district, "SQ", world.stick / "early").files
    assert set(words(take(second, *down))) == {"applied"}
    assert words(take(district, erasing)) == ["applied"]
    world.meet(district, second, station)
    for home in (district, station, second):
        assert home.journal.record(uid)["state"] == "已删除"
        sound(home)


def test_a_restored_station_erases_again(world: World, tmp_path: Path) -> None:
    district, station, uid = pair(world)
    exchange(world, district, station)
    kept = backup.backup(station, tmp_path)
    told = erasure.redact(station, uid, "依法")
    assert str(kept.file) in [file for file, _ in told.backups]
    assert [medium for _, _, medium in told.bundles]
    exchange(world, district, station)
    newer = backup.backup(station, tmp_path)
    with backup.restore(newer.file, tmp_path / "newer", SHAPES, passphrase=PASSPHRASE) as clean:
        assert traces(clean) == []
    with backup.restore(kept.file, tmp_path / "older", SHAPES, passphrase=PASSPHRASE) as back:
        assert set(traces(back)) == set(MARKERS)
        take(back, receipt(district, "SQ", world.stick))
        assert traces(back) == []
        sound(back)


def test_nobody_erases_what_is_not_theirs(world: World) -> None:
    district = world.district()
    station, other = world.station(district), world.station(district, "BH")
    uid = write(station, NAME)
    take(district, send(station, world.stick))
    other.journal.note("record.redact", {"code": "", "station": "SQ"}, rec=uid, reason="恶意")
    (outcome,) = take(district, send(other, world.stick))
    assert (outcome.outcome, outcome.code) == ("quarantined", "FOREIGN_RECORD")
    # Also not when it comes first: it covers only what its own chains say.
    third = world.station(district, "HM")
    late = write(third, NAME)
    sly = world.station(district, "ZZ")
    sly.journal.note("record.redact", {"code": "", "station": "HM"}, rec=late, reason="恶意")
    assert words(take(district, send(sly, world.stick), send(third, world.stick))) == ["applied", "applied"]
    assert district.journal.record(late)["title"] == NAME
    sound(district)


def test_it_is_final(world: World) -> None:
    district, station, uid = pair(world)
    with pytest.raises(Problem, match="原因"):
        erasure.redact(station, uid, " ")
    take(district, send(station, world.stick))
    erasure.redact(station, uid, "依法")
    for act in (
        lambda: erasure.redact(station, uid, "再来"),
        lambda: station.journal.void(uid, "作废"),
        lambda: station.journal.write("slip", {"uid": uid, "day": "2026-03-06", "title": NAME}),
        lambda: station.journal.correct(uid, {"title": NAME}, "改"),
    ):
        with pytest.raises(Problem) as refused:
            act()
        assert refused.value.code == "RECORD_ERASED"
    take(district, send(station, world.stick))
    with pytest.raises(Problem) as refused:
        receipts.send_back(district, uid, "请补充")
    assert refused.value.code == "RECORD_ERASED"
    with pytest.raises(Problem) as refused:
        review.undo(district, review.imports(district)[0]["bundle"])
    assert refused.value.code == "IMPORT_ERASED"
    station.journal.rebuild()
    sound(station, district)


def test_a_shared_photo_stays(world: World) -> None:
    station = world.station(world.district())
    one, two = write(station, "甲"), write(station, "乙")
    digest = photo(station, one, MARKED)
    photo(station, two, MARKED)
    erasure.redact(station, one, "依法")
    with station.file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM blob WHERE sha256 = ?", (digest,)).scalar() == 1
    erasure.redact(station, two, "依法")
    with station.file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM blob").scalar() == 0


def test_numbers_are_not_given_again(world: World) -> None:
    station = world.station(world.district())
    uid = write(station, "最后一条")
    code = station.journal.record(uid)["code"]
    erasure.redact(station, uid, "依法")
    station = world.reopen("SQ")
    assert station.journal.record(write(station, "下一条"))["code"] > code
