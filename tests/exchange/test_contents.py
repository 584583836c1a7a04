"""What travels is told apart: the station's own words, and those of the district that it hands back (clause 6.3b)."""

from __future__ import annotations

import pytest

from studio_desk.exchange import inbox, outbox, preview, receipts
from studio_desk.exchange.contents import count, leaving
from studio_desk.exchange.network import Pushed
from tests.exchange.test_giving_back import saved, set_back
from tests.exchange.test_model import Here
from tests.exchange.world import World, take, write


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's process is not the subject: the same judgement without it."""
    monkeypatch.setattr(inbox, "Worker", Here)


def forgotten(world: World) -> None:
    """The district corrected a record and was set back behind that; the station was told."""
    district = world.district()
    one = world.station(district)
    uid = write(one, "路灯")
    world.meet(district, one)
    before = saved(world, "desk.db")
    district = world.homes["990000"]
    district.journal.correct(uid, {"note": "区里改"}, "改")
    world.meet(district, one)
    take(one, *receipts.write(set_back(world, before), "SQ", world.stick / "told").files)


def test_the_export_reports_the_station_s_chain_and_the_return_beside_it(world: World):
    forgotten(world)
    one = world.homes["SQ"]
    first = one.journal.frontiers()["SQ-1"][0] + 1
    write(one, "井盖")
    write(one, "水渠")
    seen = preview.preview(one)
    assert (seen["records"], seen["chains"]) == (2, [{"device": "SQ-1", "first": first, "last": first + 1}])
    back = seen["handed_back"]
    assert (back["records"], back["receipts"], back["chains"][0]["device"]) == (1, 1, "990000-1@SQ")
    told = preview.sentences(seen, str)
    assert len(told) == 2
    assert "2条记录" in told[0]
    assert told[1] == leaving(back)

    sent = outbox.export(one, world.stick / "mixed")
    said = sent.as_json()
    assert [f["handed_back"] for f in said["files"]] == [True, False], "the return goes first"
    assert (said["device"], said["first"], said["last"], said["ops"], said["records"]) == (
        "SQ-1",
        first,
        first + 1,
        2,
        2,
    )
    assert said["file"] == str(sent.own[0].file)
    assert said["sha256"] == sent.own[0].sha256
    assert said["handed_back"]["files"] == [str(sent.handed_back[0].file)]
    assert (said["handed_back"]["ops"], said["handed_back"]["records"]) == (back["ops"], 1)
    pushed = Pushed("u", [{**one, "sha256": one["sha256"]} for one in said["files"]]).as_json()
    assert (pushed["records"], pushed["handed_back"]["records"]) == (2, 1)
    assert pushed["handed_back"]["files"] == [sent.handed_back[0].sha256]


def test_a_return_alone_reports_an_empty_range_of_the_station_s_chain(world: World):
    forgotten(world)
    one = world.homes["SQ"]
    last = one.journal.frontiers()["SQ-1"][0]
    sent = outbox.export(one, world.stick / "alone")
    said = sent.as_json()
    assert sent.own == ()
    assert (said["device"], said["first"], said["last"], said["ops"], said["records"]) == ("SQ-1", last + 1, last, 0, 0)
    assert said["file"] == said["handed_back"]["files"][0]
    (outcome,) = take(world.homes["990000"], *(one.file for one in sent.files))
    assert outcome.outcome == "applied"
    assert "1份回执" in outcome.notices[0]
    assert "不是站点的新记录" in outcome.notices[0]


def test_everything_confirmed_goes_again_only_to_say_what_is_lacking(world: World):
    district = world.district()
    one = world.station(district)
    two = world.second(district)
    write(one, "路灯")
    write(two, "水渠")
    world.meet(district, one)
    take(district, *(sent.file for sent in outbox.export(two, world.stick / "two").files))
    down = receipts.write(district, "SQ", world.stick / "down").files
    take(
        one, *(file for file in down if "-relay-" not in file.name)
    )  # the receipt came, the other computer's chain did not
    seen = preview.preview(one)
    assert (seen["again"], seen["records"]) == (True, 1)
    (told,) = preview.sentences(seen, str)
    assert "没有新的记录" in told
    write(one, "井盖")
    seen = preview.preview(one)
    assert not seen["again"]


def test_ops_are_counted_by_what_they_are():
    ops = [{"type": kind, "rec": rec} for kind, rec in (
        ("record.save", "a"), ("record.correct", "a"), ("record.return", "b"), ("receipt", ""), ("receipt", ""),
        ("list", ""), ("trust", ""), ("device.incarnate", ""), ("record.link", "a+b"),
    )]  # fmt: skip
    told = count(ops)
    assert (told.ops, told.records, told.receipts, told.lists, told.trust, told.other) == (9, 3, 2, 1, 1, 1)
    assert count([]).as_json() == dict.fromkeys(told.as_json(), 0)
    assert leaving(count([]).as_json()) == ""
