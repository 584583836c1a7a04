"""Links travel as ops: down only where both records belong, up only for one's own, away with a legal erasure."""

from __future__ import annotations

import pytest

from studio_desk.exchange import erasure, outbox, preview, review
from studio_desk.exchange.dump import dump
from studio_desk.kernel.pairs import LINK, pair_name
from studio_desk.store import links
from studio_desk.store.check import check
from studio_desk.store.home import Home
from tests.exchange.world import World, receipt, send, take, words, write


def said(home: Home, uid: str) -> list[tuple[str, bool]]:
    return [(tie.uid, tie.linked) for tie in links.ties(home.journal, uid)]


def sound(*homes: Home) -> None:
    for home in homes:
        assert [f.code for f in check(home, deep=True).findings] == []


def bodies(home: Home, pair: str) -> int:
    with home.file.read() as c:
        query = (
            "SELECT count(*) FROM op o JOIN body b ON b.digest = o.body WHERE o.rec = ? AND o.type <> 'record.redact'"
        )
        return int(c.exec_driver_sql(query, (pair,)).scalar_one())


def exchange(world: World, district: Home, code: str) -> None:
    station = world.homes[code]
    if outbox.waiting(station):
        assert set(words(take(district, *(f.file for f in outbox.export(station, world.stick).files)))) <= {
            "applied",
            "duplicate",
        }
    assert set(words(take(station, receipt(district, code, world.stick)))) <= {"applied", "duplicate"}


def test_a_stations_link_goes_up_and_the_districts_word_comes_down(world: World) -> None:
    district = world.district()
    station = world.station(district)
    a, b = sorted((write(station, "王秀英"), write(station, "王秀瑛")))
    links.link(station.journal, a, b, "电话相同")
    told = preview.preview(station)
    (item,) = [i for i in told["items"] if i["kind"] == "link"]
    assert station.journal.record(a)["code"] in item["title"]
    (counted,) = [k for k in told["kinds"] if k["kind"] == "link"]
    assert (counted["title"], counted["records"]) == ("关联", 1)
    exchange(world, district, "SQ")
    assert said(district, a) == [(b, True)]
    assert dump(district)["links"] == [{"records": [a, b], "linked": True}]
    links.unlink(district.journal, a, b, "两位不同的人")
    assert said(station, a) == [(b, True)]
    exchange(world, district, "SQ")
    assert said(station, a) == [(b, False)]
    assert links.ties(station.journal, a)[0].reason == "两位不同的人"
    sound(district, station)


def test_no_station_learns_of_anothers_people(world: World) -> None:
    district = world.district()
    one, other = world.station(district), world.station(district, "HX")
    a, b = write(one, "李晴"), write(other, "李睛")
    for code in ("SQ", "HX"):
        exchange(world, district, code)
    links.link(district.journal, a, b, "SECRET-GROUNDS")
    for code in ("SQ", "HX"):
        exchange(world, district, code)
    assert links.group(district.journal, a).members == tuple(sorted((a, b)))
    for home in (one, other):
        assert dump(home)["links"] == []
        with home.file.read() as c:
            assert not c.exec_driver_sql("SELECT 1 FROM op WHERE type = ?", (LINK,)).first()
            assert not c.exec_driver_sql("SELECT 1 FROM body WHERE instr(line, 'SECRET-GROUNDS')").first()


@pytest.mark.parametrize("mine", [True, False])
def test_a_station_that_links_anothers_record_is_refused(world: World, mine: bool) -> None:
    district = world.district()
    one, other = world.station(district), world.station(district, "HX")
    a, b, c = write(one, "甲"), write(one, "乙"), write(other, "丙")
    for code in ("SQ", "HX"):
        exchange(world, district, code)
    pair = pair_name(a, b if mine else c)
    with one.file.write():
        one.journal.note(LINK, {}, rec=pair, base=())
    (outcome,) = take(district, send(one, world.stick))
    if mine:
        assert outcome.outcome == "applied"
    else:
        assert (outcome.outcome, outcome.code) == ("quarantined", "FOREIGN_RECORD")
    assert dump(district)["links"] == ([{"records": sorted((a, b)), "linked": True}] if mine else [])


def test_a_pair_that_is_none_is_refused_before_anything_is_written(world: World) -> None:
    district = world.district()
    station = world.station(district)
    a = write(station, "甲")
    station.journal.note(LINK, {}, rec=a, base=())
    before = dump(district)["digest"]
    (outcome,) = take(district, send(station, world.stick))
    assert (outcome.outcome, outcome.code) == ("quarantined", "OP_WRONG")
    assert dump(district)["digest"] == before


def test_undo_takes_links_back(world: World) -> None:
    district = world.district()
    station = world.station(district)
    a, b = write(station, "甲"), write(station, "乙")
    exchange(world, district, "SQ")
    before = dump(district)["digest"]
    links.link(station.journal, a, b)
    (outcome,) = take(district, send(station, world.stick))
    assert said(district, a) == [(b, True)]
    review.undo(district, outcome.bundle)
    assert said(district, a) == []
    assert dump(district)["digest"] == before


@pytest.mark.parametrize("who", ["SQ", "990000"])
def test_an_erased_records_links_are_gone_everywhere(world: World, who: str) -> None:
    district = world.district()
    station = world.station(district)
    world.station(district, "HX")
    a, b = write(station, "甲"), write(station, "乙")
    c = write(world.homes["HX"], "丙")
    links.link(station.journal, a, b, "SECRET-GROUNDS")
    for code in ("SQ", "HX"):
        exchange(world, district, code)
    links.link(district.journal, a, c, "SECRET-GROUNDS")
    exchange(world, district, "SQ")
    erased = erasure.redact(world.homes[who], a, "本人依法要求")
    assert pair_name(a, b) in erased.records
    for _ in range(2):
        exchange(world, district, "SQ")
    for home in (district, station):
        assert said(home, b) == []
        assert said(home, a) == []
        assert dump(home)["links"] == []
        assert bodies(home, pair_name(a, b)) == bodies(home, pair_name(a, c)) == 0
        with home.file.read() as r:
            assert not r.exec_driver_sql("SELECT 1 FROM body WHERE instr(line, 'SECRET-GROUNDS')").first()
        home.journal.rebuild()
        assert dump(home)["links"] == []
        assert [s.uid for s in erasure.standing(home)] == [a]
    sound(district, station)
    links.link(station.journal, b, write(station, "丁"))
    exchange(world, district, "SQ")
    assert len(dump(district)["links"]) == 1


def test_a_link_that_comes_after_the_erasure_says_nothing(world: World) -> None:
    """Two computers of a station: one links while the other erases."""
    district = world.district()
    station = world.station(district)
    a, b = write(station, "甲"), write(station, "乙")
    exchange(world, district, "SQ")
    links.link(station.journal, a, b, "SECRET-GROUNDS")
    late = send(station, world.stick)
    erasure.redact(district, a, "本人依法要求")
    take(district, late)
    assert said(district, b) == []
    assert bodies(district, pair_name(a, b)) == 0
    for _ in range(2):
        exchange(world, district, "SQ")
    assert bodies(station, pair_name(a, b)) == 0
    assert said(station, b) == []
    sound(district, station)


def test_an_older_program_keeps_links_verbatim(world: World) -> None:
    """`record.link` is an unknown type to it: here a type that nobody knows goes the same way, pair and all."""
    district = world.district()
    station = world.station(district)
    a, b = write(station, "甲"), write(station, "乙")
    op = station.journal.note("record.joined", {}, rec=pair_name(a, b), base=())
    (outcome,) = take(district, send(station, world.stick))
    assert outcome.outcome == "applied"
    with district.file.read() as c:
        assert c.exec_driver_sql("SELECT line FROM op WHERE digest = ?", (op.digest,)).scalar() == op.line
    assert dump(district)["links"] == []
