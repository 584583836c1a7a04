"""What journal entry, case, activity, minutes, suggestion and attachment have in common: whole bodies, paper, random values."""

import re
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS, kind
from studio_desk.record import paper
from studio_desk.record.kind import VOID
from tests.kinds.bodies import BODIES, SHELVED, own, typed
from tests.kinds.shelf import Shelf, leaves, words
from tests.kinds.values import values_of

KEYS = list(BODIES)


@pytest.fixture(autouse=True)
def spring_2026():
    clock.set_clock(lambda: datetime(2026, 5, 1, 9, 0, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)


@pytest.mark.parametrize("key", KEYS)
def test_the_full_body_fills_every_field_and_has_no_finding(key):
    one = kind(key)
    assert set(one.model.model_fields) >= set(own(one, BODIES[key]))
    empty = {"refusal_ground", "petition"}  # a case that was accepted
    missing = {
        name for name in one.asks if name not in BODIES[key] and name not in {"source", "entered_late", "void_reason"}
    } - {"created_by", "kept"}  # fmt: skip
    assert missing <= empty
    assert one.find(typed(BODIES[key])) == []


@pytest.mark.parametrize("key", KEYS)
def test_a_body_read_and_written_again_is_the_same(key):
    one = kind(key)
    body = one.body(one.read(typed(BODIES[key])))
    assert canon(one.body(one.read(body))) == canon(body)
    kept = {str(leaf).replace("-", "") for leaf in leaves(body)}
    assert {str(leaf).replace("-", "") for leaf in leaves(typed(BODIES[key])) if leaf not in {"", False}} <= kept


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


@pytest.mark.parametrize("key", KEYS)
def test_a_blank_form_prints_no_value(key):
    one = kind(key)
    for empty in (paper.blank(one), one.model.model_construct()):
        sheets = one.sheets(empty, Shelf())
        assert sheets
        printed = words(sheets)
        assert "None" not in printed
        assert "[x]" not in printed
        assert "draft=True" not in repr(sheets)


@pytest.mark.parametrize("key", KEYS)
def test_every_state_can_be_reached_and_left_or_is_an_end(key):
    life = kind(key).life
    reached, frontier = {life.first}, [life.first]
    while frontier:
        for move in life.moves_from(frontier.pop()):
            if move.end not in reached:
                reached.add(move.end)
                frontier.append(move.end)
    assert reached == {*life.states, VOID}
    assert life.moves_from(VOID) == []
    assert {move.who for move in life.moves if set(move.who) - set("CHVMDAR")} == set()
    assert all(move.reason for move in life.moves if move.end == VOID)
    ends = [state for state in life.states if [m.end for m in life.moves_from(state)] == [VOID]]
    assert set(ends) <= {*life.closed, "在档"}


@pytest.mark.parametrize("key", KEYS)
def test_a_void_record_counts_for_nothing_and_may_be_withdrawn_whatever_its_faults(key):
    one = kind(key)
    values = typed(BODIES[key], state=VOID, void_reason="重复登记")
    assert one.find(values) == []
    assert one.duties(one.read(values)) == []


@pytest.mark.parametrize("key", KEYS)
def test_prefixes_and_titles_are_those_of_the_field_book(key):
    prefixes = {"journal_entry": "MQ", "case": "SX", "activity": "HD", "minutes": "JY", "suggestion": "YJ"}
    assert kind(key).prefix == {**prefixes, "attachment": "FJ"}[key]
    assert len({one.prefix for one in KINDS}) == len(KINDS)


@pytest.mark.parametrize("key", KEYS)
def test_sensitive_fields_are_neither_listed_nor_searched(key):
    for name, ask in kind(key).asks.items():
        assert not (ask.personal == "P2" and (ask.listed or ask.search or name in kind(key).searched)), name


@pytest.mark.parametrize("key", KEYS)
@given(data=st.data())
@settings(max_examples=60, deadline=None, print_blob=True)
def test_any_values_give_sentences_or_a_record_that_prints(key, data):
    one = kind(key)
    values = typed(BODIES[key]) | data.draw(values_of(one))
    findings = one.find(values)
    for finding in findings:
        assert finding.sentence
        assert finding.code.isupper()
        assert "{" not in finding.sentence.replace("{%}", "").replace("{}", "") or any(
            "{" in str(leaf) for leaf in leaves(values)
        )
    if all(finding.level == "warning" for finding in findings):
        record = one.read(values)
        assert canon(one.body(one.read(one.body(record)))) == canon(one.body(record))
        printed = words(one.sheets(record, Shelf(*SHELVED)))
        assert one.title_of(record) in printed
        for duty in one.duties(record):
            assert duty.name
            assert duty.day


@pytest.mark.parametrize("key", KEYS)
def test_an_unknown_field_is_refused_with_the_nearest(key):
    (finding,) = kind(key).find(typed(BODIES[key], tittle="x"))
    assert (finding.field, finding.code) == ("tittle", "UNKNOWN_FIELD")
    assert say("最接近的是") in finding.remedy
