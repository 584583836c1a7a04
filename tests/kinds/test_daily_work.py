"""What the six kinds of daily work have in common on paper: every value stands on it, blank or whatever was typed."""

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_desk.kernel import clock
from studio_desk.kinds import kind
from studio_desk.press import measure
from studio_desk.record import paper
from tests.kinds.bodies import BODIES, SHELVED, own, typed
from tests.kinds.shelf import Shelf, leaves, words
from tests.kinds.values import values_of

KEYS = list(BODIES)


@pytest.fixture(autouse=True)
def spring_2026():
    clock.set_clock(lambda: datetime(2026, 5, 1, 9, 0, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)


def test_numbers_begin_with_the_letters_of_the_field_book():
    assert {key: kind(key).prefix for key in KEYS} == {
        "journal_entry": "MQ", "case": "SX", "activity": "HD", "minutes": "JY", "suggestion": "YJ", "attachment": "FJ",
        "task": "RW",
    }  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("full", [True, False])
def test_paper_holds_every_value(key, full):
    one = kind(key)
    shelf = Shelf(*SHELVED, full=full)
    printed = words(one.sheets(one.read(typed(BODIES[key])), shelf))
    for name, value in own(one, BODIES[key]).items():
        for leaf in leaves(value):
            for line in _as_printed(name, leaf, shelf).splitlines():
                assert line in printed, (name, leaf)


def _as_printed(name, leaf, shelf):
    """How a value reads on paper."""
    if isinstance(leaf, bool) or leaf == "":
        return ""
    if name == "cost_fen":
        return "1,234.50元"
    if name == "issue":
        return "第3期"
    if isinstance(leaf, int):
        return str(leaf)
    if leaf in shelf.records:
        return shelf.title(leaf)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", leaf):
        return paper.day(leaf)
    if re.fullmatch(r"[\d-]{11,12}", leaf):
        return leaf.replace("-", "") if shelf.full else "****"
    return leaf


def test_telephone_numbers_are_masked_unless_full_print_was_asked_for():
    one = kind("journal_entry")
    record = one.read(typed(BODIES["journal_entry"]))
    assert "199****0001" in words(one.sheets(record, Shelf(*SHELVED)))
    assert "19900000001" not in words(one.sheets(record, Shelf(*SHELVED)))
    assert "19900000001" in words(one.sheets(record, Shelf(*SHELVED, full=True)))


@pytest.mark.parametrize("number", ["1", "12345", "12345678", "19900000001", "029888800001234"])
def test_a_masked_number_keeps_four_places_secret(number):
    shown = paper.phone(number, Shelf())
    assert "****" in shown
    assert shown.replace("*", "") in {"", number[:1] + number[-4:], number[:3] + number[-4:]}
    assert number not in shown


@pytest.mark.parametrize("key", KEYS)
def test_a_blank_form_prints_no_value(key):
    one = kind(key)
    for empty in (paper.blank(one), one.model.model_construct()):
        sheets = one.sheets(empty, Shelf())
        printed = words(sheets)
        assert printed
        assert "None" not in printed
        assert "[x]" not in printed
        assert "P1" not in printed
        assert not any(sheet.draft for sheet in sheets)


def test_a_journal_entry_fits_one_leaf_blank_and_filled():
    one = kind("journal_entry")
    assert measure(one.sheets(paper.blank(one), Shelf())) == [1]
    assert measure(one.sheets(one.read(typed(BODIES["journal_entry"])), Shelf(*SHELVED[:-1]))) == [1]


@pytest.mark.parametrize("key", KEYS)
def test_the_other_forms_fill_no_page_with_a_line_or_two(key):
    one = kind(key)
    for record in (paper.blank(one), one.read(typed(BODIES[key]))):
        assert max(measure(one.sheets(record, Shelf(*SHELVED[:-1])))) <= 2


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, print_blob=True)
def test_whatever_is_kept_stands_on_paper(key, data):
    one = kind(key)
    values = typed(BODIES[key]) | data.draw(values_of(one))
    if any(finding.level == "error" for finding in one.find(values)):
        return
    record = one.read(values)
    printed = words(one.sheets(record, Shelf(*SHELVED)))
    assert one.title_of(record) in printed
    for name in ("content", "text", "gist", "summary", "result_text", "caption"):
        for line in str(getattr(record, name, "")).splitlines():
            assert line in printed


@pytest.mark.parametrize(
    ("value", "told"), [("2026-03-06", "2026年3月6日"), ("2021-06", "2021年6月"), ("2021", "2021年"), ("", "")]
)
def test_a_date_is_as_precise_as_it_is_known(value, told):
    assert paper.day(value) == told


@pytest.mark.parametrize(
    ("fen", "told"),
    [(0, "0.00元"), (5, "0.05元"), (123450, "1,234.50元"), (10**13, "100,000,000,000.00元"), (None, "")],
)
def test_money_is_printed_to_the_fen(fen, told):
    assert paper.money(fen) == told


@pytest.mark.parametrize(("number", "told"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")])
def test_sections_are_numbered_in_chinese(number, told):
    assert paper.numbered(number) == told
