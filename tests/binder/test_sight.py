"""What printed forms look up: today's records, and those of a cut that no later op changes."""

import pytest

from studio_desk.binder.sight import Sight, home_look, record_of
from studio_desk.kernel.problem import Problem
from studio_desk.kinds import KINDS, kind
from tests.binder.station import Station


def cut_of(station: Station) -> dict[str, int]:
    return {dev: seq for dev, (seq, _) in station.home.journal.frontiers().items()}


def test_titles_records_children_and_photos(station: Station):
    look = home_look(station.home)
    assert look.title(station.members[0]) == "李䶮"
    assert look.title("nobody") == "nobody"
    assert look.record("nobody") == {}
    assert look.record(station.studio)["name"] == "石桥镇第11委员工作室"
    assert [row["code"] for row in look.children("case", "journal_entry", station.entries[1])] == ["SQ-SX-2025-0002"]
    (photo,) = look.children("attachment", "parent", station.entries[0])
    image = look.photo(photo["sha256"])
    assert image is not None
    assert image.startswith(b"\xff\xd8")
    assert look.photo("0" * 64) is None
    assert (look.office, look.full) == (station.home.name, False)
    assert look.children("no_such_kind", "parent", "x") == []
    assert look.children("case", "no_such_field", "x") == []


def test_children_come_in_the_order_of_their_numbers(station: Station):
    for n in range(60, 63):
        station.case(n % 4, journal_entry=station.entries[5])
    codes = [row["code"] for row in home_look(station.home).children("case", "journal_entry", station.entries[5])]
    assert codes == sorted(codes)
    assert len(codes) == 3


def test_a_cut_shows_the_past_whole(station: Station):
    cut = cut_of(station)
    now = {uid: Sight(station.home).record(uid) for uid in station.filed}
    journal = station.home.journal
    journal.correct(station.entries[0], {"subject": "后来"}, "更正")
    journal.correct(station.cases[0], {"journal_entry": station.entries[9]}, "挂错了")
    late = station.case(2, journal_entry=station.entries[0])
    past = Sight(station.home, cut=cut)
    assert {uid: past.record(uid) for uid in station.filed} == now
    assert past.title(station.entries[0]) == "灌溉渠淤堵影响春灌（1）"
    assert past.title(late) == late
    assert past.record(late) == {}
    assert [row["uid"] for row in past.children("case", "journal_entry", station.entries[0])] == [station.cases[0]]
    assert past.children("case", "journal_entry", station.entries[9]) == []
    today = Sight(station.home)
    assert [row["uid"] for row in today.children("case", "journal_entry", station.entries[0])] == [late]
    assert today.title(station.entries[0]) == "后来"


def test_the_beginning_of_time_is_empty(station: Station):
    assert Sight(station.home, cut={}).record(station.entries[0]) == {}


def test_an_unknown_record_is_refused(station: Station):
    with pytest.raises(Problem) as refused:
        Sight(station.home).model("nobody")
    assert refused.value.code == "NO_SUCH_RECORD"


def test_a_record_of_a_newer_version_is_refused_in_a_sentence(station: Station):
    with station.home.file.write() as c:
        c.exec_driver_sql("UPDATE record SET kind = 'shift' WHERE uid = ?", (station.entries[0],))
    with pytest.raises(Problem) as refused:
        Sight(station.home).model(station.entries[0])
    assert refused.value.code == "NO_PAPER"


def test_a_row_that_no_longer_fits_is_printed_as_it_is(station: Station):
    row = {**station.home.journal.record(station.entries[0]), "weather": "阴" * 500}
    entry = kind("journal_entry")
    record = record_of(entry, row)
    (sheet, *_) = entry.sheets(record, home_look(station.home))
    assert sheet.title == row["subject"]
    assert {one.key for one in KINDS} >= {"journal_entry"}
