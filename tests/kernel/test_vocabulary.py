"""Controlled lists: whole, sourced, dated, and read the same in both languages."""

import json
import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel import clock
from studio_desk.kernel import vocabulary as lists
from studio_desk.kernel.resources import resource
from studio_desk.kernel.vocabulary import Term, shipped, vocabulary
from studio_desk.kernel.words import speaking

ALL = list(shipped().values())
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Words that are signs of a standard, the same in every language.
SIGNS = {"A", "B", "C", "D", "P0", "P1", "P2"}


@pytest.fixture(autouse=True)
def pinned():
    clock.set_clock(lambda: datetime(2026, 11, 22, 11, 55, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)
    lists.install([])


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)
def test_a_shipped_list_is_whole(one):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", one.key)
    assert CHINESE.search(one.title)
    assert one.en
    assert not CHINESE.search(one.en)
    assert one.source, "every list says where it comes from"
    assert one.terms
    words = [term.word for term in one.terms]
    assert len(set(words)) == len(words)
    for term in one.terms:
        assert CHINESE.search(term.word) or term.word in SIGNS, term
        assert term.en, term
        assert not CHINESE.search(term.en), term
        for day in filter(None, (term.since, term.until)):
            assert date.fromisoformat(day).isoformat() == day
        assert not term.since or not term.until or term.since <= term.until
        assert not term.local


def test_keys_are_unique_over_all_files():
    keys = [
        e["key"]
        for path in resource("vocabularies").glob("*.json")
        for e in json.loads(path.read_text("utf-8"))["lists"]
    ]
    assert len(set(keys)) == len(keys)


def test_sectors_number_34_in_both_terms():
    sector = vocabulary("sector")
    assert len(sector.words(date(2023, 3, 4))) == 34
    assert len(sector.words(date(2018, 3, 3))) == 34
    assert "环境资源界" not in sector.words(date(2018, 3, 3))
    assert "共青团和青联" in sector.words()


def test_nations_are_those_of_the_standard():
    nation = vocabulary("nation").terms
    assert [t.more["code"] for t in nation] == [f"{n:02d}" for n in range(1, 57)] + ["97", "98"]
    letters = [t.more["letters"] for t in nation[:56]]
    assert len(set(letters)) == 56


def test_figures_are_there():
    assert {t.word: t.more["days"] for t in vocabulary("urgency").terms} == {"一般": 60, "较急": 15, "急": 7, "特急": 1}
    deadline = {t.word: t.more for t in vocabulary("deadline").terms}
    assert deadline["受理答复"]["days"] == 15
    assert deadline["办结"]["days"] == 60
    assert deadline["会议纪要印发"]["working_days"] == 7
    assert deadline["值班最短时长"]["minutes"] == 120
    assert [t.more["mark"] for t in vocabulary("retention").terms] == ["Y", "D30", "D10"]
    periods = {t.word for t in vocabulary("retention").terms}
    assert {t.more["period"] for t in vocabulary("retention_schedule").terms} <= periods


def test_contradicting_sources_are_side_by_side():
    assert len(vocabulary("checklist_four_walls").terms) == 4
    assert vocabulary("checklist_four_walls").source != vocabulary("checklist_four_walls_haian").source
    assert {k for k in shipped() if k.startswith("checklist_five_haves")} == {
        "checklist_five_haves",
        "checklist_five_haves_haian",
    }
    assert len(vocabulary("checklist_six_haves").terms) == len(vocabulary("checklist_six_ones").terms) == 6


def test_validity_is_closed_on_both_days():
    term = Term("词", since="2020-01-01", until="2020-12-31")
    assert [term.valid(d) for d in (date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1))] == [
        False, True, True, False,
    ]  # fmt: skip


def test_words_are_found_in_both_languages_and_shown_in_the_one_in_force():
    term = vocabulary("contact_way").find("Home visit")
    assert term
    assert term.word == "走访"
    assert term.label == "走访"
    with speaking("en"):
        assert term.label == "Home visit"
    assert vocabulary("contact_way").find("没有") is None


@pytest.mark.parametrize(
    ("typed", "near"), [("家访", "走访"), ("visit", "走访"), ("接待", "接待(来访)"), ("扫码", "网络/扫码")]
)
def test_the_nearest_word(typed, near):
    assert vocabulary("contact_way").nearest(typed) == near


@given(st.text(max_size=80), st.sampled_from(ALL))
def test_there_is_always_a_nearest_word(text, one):
    assert one.nearest(text) in [term.word for term in one.terms]


def test_a_word_in_force_is_nearer_than_an_outdated_one():
    one = lists.Vocabulary("k", "表", "", (Term("甲乙", until="2020-01-01"), Term("甲丙")))
    assert one.nearest("甲丁") == "甲丙"


def test_a_district_lays_its_own_list_over_the_shipped_one():
    own = {"key": "platform", "title": "履职平台", "terms": [{"word": "有话跟委员说", "local": True, "brand": True}]}
    lists.install([own, {**own, "key": "own_list"}])
    assert vocabulary("platform").words() == ["有话跟委员说"]
    assert vocabulary("platform").terms[0].local
    assert vocabulary("platform").terms[0].more == {"brand": True}
    assert vocabulary("own_list").terms
    assert len(lists.vocabularies()) == len(shipped()) + 1
    lists.install([])
    assert "委员读书" in vocabulary("platform").words()
    with pytest.raises(KeyError):
        vocabulary("own_list")
