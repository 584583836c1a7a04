"""Bundles come in whole, in any order, as often as they like; what is wrong is set apart and changes nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from studio_desk.exchange import quarantine, sealed_files
from studio_desk.exchange.dump import dump
from studio_desk.exchange.gaps import gaps_before
from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.store.home import Home
from tests.exchange.world import JPEG, World, cut, photo, send, take, titles, words, write
from tests.golden import make

BAD = Path(make.__file__).parent / "bad"


def state(home: Home) -> str:
    return str(dump(home)["digest"])


def test_a_bundle_is_applied_once(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    photo(station, uid)
    file = send(station, world.stick)
    (first,) = take(district, file)
    assert (first.outcome, first.new, first.changed, first.same, first.conflicts) == ("applied", 2, 0, 0, 0)
    assert (first.sender, first.device, first.first, first.last) == ("SQ", "SQ-1", 1, 2)
    assert titles(district) == {uid: "路灯不亮"}
    before = state(district)
    (again,) = take(district, file)
    assert (again.outcome, again.new, again.same) == ("duplicate", 0, 2)
    assert state(district) == before


def test_a_changed_record_is_counted_as_changed(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    take(district, send(station, world.stick))
    station.journal.correct(uid, {"title": "路灯坏了"}, "写错了")
    write(station, "井盖丢失")
    (found,) = take(district, send(station, world.stick))
    assert (found.new, found.changed, found.same) == (1, 1, 1)
    assert set(titles(district).values()) == {"路灯坏了", "井盖丢失"}


def test_attachments_come_with_their_record(world: World):
    district = world.district()
    station = world.station(district)
    digest = photo(station, write(station, "路灯不亮"))
    take(district, send(station, world.stick))
    with district.file.read() as c:
        assert c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (digest,)).scalar_one() == JPEG


def test_a_dry_run_changes_nothing_and_tells_the_same(world: World):
    district = world.district()
    station = world.station(district)
    photo(station, write(station, "路灯不亮"))
    one = cut(station, "SQ-1", 1, 1, world.stick)
    two = cut(station, "SQ-1", 2, 2, world.stick)
    before = state(district), sorted(p.name for p in district.path.rglob("*"))
    planned = take(district, two, BAD / "climbs_out.sdx", one, dry_run=True)
    assert (state(district), sorted(p.name for p in district.path.rglob("*"))) == before
    assert quarantine.entries(district) == []
    done = take(district, two, BAD / "climbs_out.sdx", one)
    assert [o.as_json() for o in planned] == [o.as_json() for o in done]
    assert words(done) == ["applied", "quarantined", "applied"]


def test_a_gap_is_held_and_named_and_closes(world: World):
    district = world.district()
    station = world.station(district)
    for n in range(6):
        write(station, f"第{n}条")
    parts = {n: cut(station, "SQ-1", n, n, world.stick) for n in range(1, 7)}
    (held,) = take(district, parts[5])
    assert (held.outcome, held.code, held.exit_code) == ("held", "WAITING_FOR_EARLIER", 2)
    assert held.problem == "等待 SQ-1 第1至4号"
    assert held.waiting_for is not None
    assert {k: held.waiting_for[k] for k in ("device", "first", "last")} == {"device": "SQ-1", "first": 1, "last": 4}
    (held,) = take(district, parts[3])
    assert held.problem == "等待 SQ-1 第1至2号"
    assert gaps_before(district, "SQ-1", 5) == [(1, 2), (4, 4)]
    assert titles(district) == {}
    done = take(district, parts[1], parts[6], parts[2])
    # 1 and 2 join, which frees 3; 6 still waits for 4.
    assert words(done) == ["applied", "held", "applied"]
    assert len(titles(district)) == 3
    assert done[1].problem == "等待 SQ-1 第4号"
    take(district, parts[4])
    assert len(titles(district)) == 6
    assert not list((district.path / sealed_files.HELD).glob("*"))


def test_a_held_bundle_whose_file_is_lost_is_forgotten(world: World):
    district = world.district()
    station = world.station(district)
    for n in range(2):
        write(station, f"第{n}条")
    one, two = cut(station, "SQ-1", 1, 1, world.stick), cut(station, "SQ-1", 2, 2, world.stick)
    take(district, two)
    for file in (district.path / sealed_files.HELD).iterdir():
        file.unlink()
    assert words(take(district, one)) == ["applied"]
    assert words(take(district, two)) == ["applied"]


def test_the_same_file_twice_in_one_go(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    write(station, "二")
    one, two = cut(station, "SQ-1", 1, 1, world.stick), cut(station, "SQ-1", 2, 2, world.stick)
    assert words(take(district, two, two, one)) == ["applied", "duplicate", "applied"]


def test_an_overlap_is_merged(world: World):
    district = world.district()
    station = world.station(district)
    for n in range(5):
        write(station, f"第{n}条")
    take(district, cut(station, "SQ-1", 1, 3, world.stick))
    (found,) = take(district, cut(station, "SQ-1", 2, 5, world.stick))
    assert (found.outcome, found.new, found.same) == ("applied", 2, 2)


@pytest.mark.parametrize("name", ["empty", "cut_in_the_middle", "climbs_out", "a_zip_bomb", "an_svg_called_jpg"])
def test_what_is_wrong_is_set_apart_and_changes_nothing(name: str, world: World):
    district = world.district()
    before = state(district)
    (found,) = take(district, BAD / f"{name}.sdx")
    assert found.outcome == "quarantined"
    assert found.problem
    assert found.remedy
    assert found.exit_code in {2, DAMAGED}
    assert state(district) == before
    (entry,) = quarantine.entries(district)
    assert (entry["what"], entry["file"], entry["code"]) == ("bundle", f"{name}.sdx", found.code)
    kept = sealed_files.place(district, sealed_files.QUARANTINE, entry["key"])
    assert kept.read_bytes() == (BAD / f"{name}.sdx").read_bytes()
    take(district, BAD / f"{name}.sdx")
    assert len(quarantine.entries(district)) == 1


def test_one_bad_bundle_does_not_stop_the_others(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "路灯不亮")
    file = send(station, world.stick)
    done = take(district, BAD / "deep_nesting.sdx", world.stick / "no.sdx", file)
    assert words(done) == ["quarantined", "unread", "applied"]
    assert (done[1].code, done[1].exit_code) == ("MEDIUM_GONE", 5)


def test_a_station_that_is_not_enrolled_takes_nothing_in(world: World):
    station = world.station(None)
    with pytest.raises(Problem) as refused:
        take(station, BAD / "empty.sdx")
    assert refused.value.code == "NOT_ENROLLED"


def test_a_bundle_for_another_district_stays_closed(world: World):
    district, other = world.district(), world.district("990001")
    station = world.station(district)
    write(station, "路灯不亮")
    (found,) = take(other, send(station, world.stick))
    assert (found.outcome, found.code) == ("quarantined", "BUNDLE_NOT_FOR_US")


def test_two_histories_of_one_device_are_kept_apart(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "甲")
    write(station, "乙")
    file = send(station, world.stick)
    # The same computer goes on from an older copy: the same number, another op.
    copy = world.home("copy", "SQ", "station")
    for name in ("exchange.sign", "exchange.archive"):
        secret = station.secret(name)
        assert secret is not None
        copy.keep_secret(name, secret)
    from studio_desk.exchange import enrol

    enrol.install(copy, next(world.stick.glob("*install.json")))
    write(copy, "丙")
    write(copy, "丁")
    write(copy, "戊")
    other = send(copy, world.stick / "other")
    assert words(take(district, file)) == ["applied"]
    before = state(district)
    (found,) = take(district, other)
    assert (found.outcome, found.code) == ("quarantined", "FORK")
    assert "SQ-1" in found.problem
    assert "第1号" in found.problem.replace(" ", "")
    assert state(district) == before
    tail = cut(copy, "SQ-1", 3, 3, world.stick / "tail")
    (found,) = take(district, tail)
    assert found.code == "FORK"
    assert len(quarantine.entries(district)) == 2


def test_a_station_cannot_change_another_stations_record(world: World):
    district = world.district()
    one, two = world.station(district, "SQ"), world.station(district, "HP")
    uid = write(one, "路灯不亮")
    take(district, send(one, world.stick))
    # HP learns of the record (a leak), and writes a change of it into its own chain.
    two.journal.apply([(line, body) for _, line, body in one.journal.ops("SQ-1")])
    with two.file.write() as c:
        c.exec_driver_sql("UPDATE slip SET station = 'HP'")
        c.exec_driver_sql("UPDATE record SET station = 'HP'")
    two.journal.correct(uid, {"title": "没有的事"}, "冒充")
    (found,) = take(district, send(two, world.stick))
    assert (found.outcome, found.code) == ("quarantined", "FOREIGN_RECORD")
    assert titles(district) == {uid: "路灯不亮"}


def test_a_body_that_is_left_out_is_missed(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "甲")
    uid = write(station, "乙")
    with station.file.write() as c:
        c.exec_driver_sql("DELETE FROM body WHERE digest = (SELECT body FROM op WHERE rec = ?)", (uid,))
    (found,) = take(district, send(station, world.stick))
    assert (found.outcome, found.code) == ("quarantined", "BODY_MISSING")
    assert titles(district) == {}


def test_an_attachment_that_is_missing_is_asked_for_and_comes(world: World):
    from studio_desk.exchange import receipts

    district = world.district()
    station = world.station(district)
    digest = photo(station, write(station, "路灯不亮"))
    with station.file.write() as c:
        kept = c.exec_driver_sql("SELECT size, data FROM blob WHERE sha256 = ?", (digest,)).one()
        c.exec_driver_sql("DELETE FROM blob")
    assert words(take(district, send(station, world.stick))) == ["applied"]
    with station.file.write() as c:
        c.exec_driver_sql("INSERT INTO blob (sha256, size, data) VALUES (?, ?, ?)", (digest, *kept))
    receipt = receipts.write(district, "SQ", world.stick)
    assert receipt.said["need_blobs"] == [digest]
    take(station, receipt.file)
    (found,) = take(district, send(station, world.stick))
    assert found.outcome in {"applied", "duplicate"}
    with district.file.read() as c:
        data = c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (digest,)).scalar_one()
    assert hashlib.sha256(data).hexdigest() == digest
    assert receipts.issue(district, "SQ")["need_blobs"] == []


def test_a_cancelled_merge_leaves_nothing_behind(world: World, monkeypatch: pytest.MonkeyPatch):
    from studio_desk.kernel.progress import Cancelled
    from studio_desk.store import projector

    monkeypatch.setattr(projector, "BATCH", 2)
    district = world.district()
    station = world.station(district)
    for n in range(5):
        write(station, f"第{n}条")
    file = send(station, world.stick)
    told: list[str] = []

    def enough(done: int, total: int, text: str) -> None:
        told.append(text)
        if "/" in text:
            raise Cancelled

    before = state(district)
    with pytest.raises(Cancelled):
        take(district, file, progress=enough)
    assert told[0] == file.name
    assert state(district) == before
    assert not list(district.path.glob("inbox-*"))
    assert words(take(district, file)) == ["applied"]


def test_leftovers_of_a_killed_program_are_swept(world: World):
    import os

    district = world.district()
    for name, age in (("inbox-old", 7200), ("outbox-old", 7200), ("inbox-new", 0)):
        folder = district.path / name
        folder.mkdir()
        (folder / "bundle.sdx").write_bytes(b"x")
        os.utime(folder, (folder.stat().st_atime, folder.stat().st_mtime - age))
    take(district, BAD / "empty.sdx")
    assert [p.name for p in sorted(district.path.glob("*box-*"))] == ["inbox-new"]
