"""Which records are filed, in which order, under which numbers."""

import pytest

from studio_desk.binder import filing
from studio_desk.binder.items import ARCHIVED, Fonds, periods, term_of
from studio_desk.binder.remarks import runs
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.settings import ARCHIVE_CODE_FORMS
from studio_desk.record import paper
from tests.binder.station import YEAR, Station
from tests.kinds.shelf import Shelf


def code(template: str, number: str = "Z109", unit: str = "") -> str:
    return Fonds(number, "石桥镇政协联络站", "WS", unit, template).code(2025, "30年", 7)


@pytest.mark.parametrize(
    ("template", "unit", "expected"),
    [
        (ARCHIVE_CODE_FORMS["DA/T 13-2022"], "", "Z109-WS·2025·D30-0007"),
        (ARCHIVE_CODE_FORMS["DA/T 22-2015"], "BGS", "Z109-WS·2025-D30-BGS-0007"),
        (ARCHIVE_CODE_FORMS["DA/T 22-2015"], "", "Z109-WS·2025-D30-0007"),
        ("档{年度}.{保管期限}.{全宗号}.{件号}.{机构}号", "", "档2025.D30.Z109.0007号"),
    ],
)
def test_the_code_follows_the_district_s_template(template: str, unit: str, expected: str):
    assert code(template, unit=unit) == expected


def test_a_place_without_a_value_takes_its_mark_along():
    assert code(ARCHIVE_CODE_FORMS["DA/T 13-2022"], number="") == "WS·2025·D30-0007"


@pytest.mark.parametrize("named", ["30年", "D30", "d30", "30 years"])
def test_a_period_is_known_by_word_and_mark(named: str):
    assert term_of(named).word == "30年"


def test_an_unknown_period_names_the_nearest():
    with pytest.raises(Problem) as refused:
        term_of("30年期")
    assert refused.value.code == "UNKNOWN_RETENTION"
    assert "最接近的是“30年”" in refused.value.remedy


@pytest.mark.parametrize("kind", ARCHIVED, ids=lambda kind: kind.key)
def test_what_is_filed_has_paper_and_a_known_period(kind):
    assert kind.sheets(paper.blank(kind), Shelf())
    assert kind.retention in periods()


def test_drafts_withdrawn_records_and_other_years_stay_out(station: Station):
    found = {item.uid for item in filing(station.home, YEAR).items}
    assert found == set(station.filed)
    assert [item.uid for item in filing(station.home, YEAR - 1).items] == [station.old]


def test_order_is_period_kind_day_code_and_numbers_run_within_the_period(station: Station):
    items = filing(station.home, YEAR).items
    assert [item.period for item in items] == ["永久"] * 2 + ["30年"] * 28
    assert list(dict.fromkeys(item.kind for item in items)) == [
        "minutes", "journal_entry", "case", "activity", "suggestion",
    ]  # fmt: skip
    assert [item.number for item in items] == [1, 2, *range(1, 29)]
    for kind in {item.kind for item in items}:
        days = [(item.day, item.reference) for item in items if item.kind == kind]
        assert days == sorted(days)


def test_what_the_catalogue_says_of_an_item(station: Station):
    minutes, *_ = filing(station.home, YEAR).items
    assert minutes.title == "第1次走访慰问会议纪要"  # its own title says what it is
    assert (minutes.maker, minutes.day, minutes.reference) == (station.home.name, "20250322", "SQ-JY-2025-0001")
    entry = filing(station.home, YEAR).items[2]
    assert entry.title == "灌溉渠淤堵影响春灌（1）[民情日志]"  # what we added stands in square brackets
    assert (entry.maker, entry.code) == ("石桥镇第11委员工作室", "Z109-WS·2025·D30-0001")


@pytest.mark.parametrize(("day", "eight"), [("2025-03", "20250300"), ("2025", "20250000")])
def test_unknown_digits_of_a_day_are_noughts(station: Station, day: str, eight: str):
    uid = station.entry(60, day=day)
    assert next(item.day for item in filing(station.home, YEAR).items if item.uid == uid) == eight


@pytest.mark.parametrize(
    ("numbers", "told"), [([], ""), ([7], "0007"), ([1, 2, 3, 7, 9, 10], "0001—0003、0007、0009—0010")]
)
def test_neighbouring_numbers_are_joined(numbers: list[int], told: str):
    assert runs(numbers) == told


def test_a_year_nobody_means_is_refused(station: Station):
    with pytest.raises(Problem) as refused:
        filing(station.home, 25)
    assert refused.value.code == "YEAR_NOT_VALID"
