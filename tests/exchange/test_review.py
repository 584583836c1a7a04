"""A person decides: release, discard, take an import back."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_desk.exchange import quarantine, review, sealed_files
from studio_desk.exchange.dump import dump
from studio_desk.kernel.problem import Problem
from studio_desk.store import custody
from tests.exchange.world import JPEG, World, photo, receipt, send, take, titles, words, write
from tests.golden import make

BAD = Path(make.__file__).parent / "bad"


def refusal(call, *args) -> str:
    with pytest.raises(Problem) as refused:
        call(*args)
    return refused.value.code


def test_an_import_is_taken_back_whole(world: World):
    district = world.district()
    station = world.station(district)
    kept = write(station, "一")
    take(district, send(station, world.stick))
    before = dump(district)["digest"]
    station.journal.correct(kept, {"title": "一改"}, "写错了")
    photo(station, write(station, "二"))
    (found,) = take(district, send(station, world.stick / "two"))
    after = dump(district)["digest"]
    assert review.undo(district, found.bundle) == {"undone": found.bundle, "ops": 3, "records": 3}
    assert dump(district)["digest"] == before
    assert titles(district) == {kept: "一"}
    assert refusal(review.undo, district, found.bundle) == "NO_SUCH_IMPORT"
    assert words(take(district, send(station, world.stick / "two"))) == ["applied"]
    assert dump(district)["digest"] == after


def test_an_import_that_others_built_on_stays(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    (first,) = take(district, send(station, world.stick))
    write(station, "二")
    take(district, send(station, world.stick / "two"))
    assert refusal(review.undo, district, first.bundle) == "IMPORT_BUILT_ON"
    assert len(titles(district)) == 2
    numbers = [i["id"] for i in review.imports(district)]
    for number in numbers:
        review.undo(district, str(number))
    assert titles(district) == {}


def test_an_attachment_that_others_name_stays(world: World):
    district = world.district()
    station = world.station(district)
    photo(station, write(station, "一"))
    take(district, send(station, world.stick))
    photo(station, write(station, "二"), JPEG)
    other = photo(station, write(station, "三"), JPEG + b"\0")
    (found,) = take(district, send(station, world.stick / "two"))
    review.undo(district, found.bundle)
    with district.file.read() as c:
        left = set(c.exec_driver_sql("SELECT sha256 FROM blob").scalars())
    assert len(left) == 1
    assert other not in left


def test_a_receipt_is_taken_back(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    (found,) = take(station, receipt(district, "SQ", world.stick))
    assert custody.received_to(station) == {"SQ-1": 1}
    review.undo(station, found.bundle)
    assert custody.received_to(station) == {"SQ-1": 0}


def test_a_false_picture_may_be_let_pass(world: World):
    district = world.district()
    station = world.station(district)
    digest = photo(station, write(station, "一"), b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "扫描.jpg")
    (found,) = take(district, send(station, world.stick))
    assert (found.outcome, found.code) == ("quarantined", "IMAGE_FALSE")
    (entry,) = quarantine.entries(district)
    outcome = review.release(district, entry["id"], "站点说是扫描件")
    assert outcome is not None
    assert outcome.outcome == "applied"
    with district.file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM blob WHERE sha256 = ?", (digest,)).scalar_one() == 1
    assert quarantine.entries(district) == []
    (entry,) = quarantine.entries(district, everything=True)
    assert entry["state"] == "released"
    assert not sealed_files.place(district, sealed_files.QUARANTINE, entry["key"]).exists()


def test_what_is_still_wrong_stays_set_apart(world: World):
    district = world.district()
    take(district, BAD / "climbs_out.sdx")
    (entry,) = quarantine.entries(district)
    outcome = review.release(district, entry["id"])
    assert outcome is not None
    assert outcome.outcome == "quarantined"
    (again,) = quarantine.entries(district)
    assert (again["id"], again["file"]) == (entry["id"], entry["file"])
    assert sealed_files.place(district, sealed_files.QUARANTINE, entry["key"]).exists()


def test_discarding_needs_a_reason_and_removes_the_file(world: World):
    district = world.district()
    take(district, BAD / "climbs_out.sdx")
    (entry,) = quarantine.entries(district)
    assert refusal(review.discard, district, entry["id"], "") == "REASON_REQUIRED"
    review.discard(district, entry["key"][:12], "恶意文件")
    assert quarantine.entries(district) == []
    assert not sealed_files.place(district, sealed_files.QUARANTINE, entry["key"]).exists()
    assert refusal(review.release, district, entry["id"]) == "QUARANTINE_DECIDED"
    assert refusal(quarantine.entry, district, 99) == "NO_SUCH_QUARANTINE"


def test_a_lost_file_is_said_to_be_lost(world: World):
    district = world.district()
    take(district, BAD / "climbs_out.sdx")
    (entry,) = quarantine.entries(district)
    sealed_files.drop(district, sealed_files.QUARANTINE, entry["key"])
    assert refusal(review.release, district, entry["id"]) == "QUARANTINE_FILE_LOST"
