"""Ledgers and search: exact, in pages, for one character and rare ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio_desk.kernel.problem import Problem
from studio_desk.record.kind import Kind
from studio_desk.store import search
from studio_desk.store.home import Home
from studio_desk.store.ledger import Ledger, View

TITLES = [
    "张卫国反映路灯不亮",
    "李䶮家屋顶漏雨",
    "赵㛃、孙𠅤来访",
    "上河湾灌溉渠淤堵约200米",
    "阿卜杜热合曼·吐尔逊尼亚孜约见",
    "ＡＢＣ公司 abc Tai-man",
    "单雄信走访;路不平,灯不亮",
]


@pytest.fixture
def home(new_home: Callable[..., Home]) -> Home:
    made = new_home()
    for number, title in enumerate(TITLES * 3):
        made.journal.write("slip", {"day": f"2026-{number % 12 + 1:02d}-05", "title": title, "note": f"备注{number}"})
    return made


def _titles(found: tuple[list[search.Hit], int]) -> set[str]:
    return {hit.title for hit in found[0]}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("䶮", {1}),
        ("𠅤", {2}),
        ("路", {0, 6}),
        ("路灯", {0}),
        ("灯不亮", {0, 6}),
        ("zwg", {0}),
        ("sxx", {6}),
        ("dxx", {6}),
        ("abc", {5}),
        ("200", {3}),
        ("尼亚孜约", {4}),
        ("合曼·吐", {4}),
        ("路 亮", {0, 6}),
        ("不平灯", set()),
        ("没有的词", set()),
        ('" OR 1', set()),
    ],
)
def test_search_finds_exactly(home: Home, typed: str, wanted: set[int]) -> None:
    assert _titles(search.find(home.file, typed)) == {TITLES[i] for i in wanted}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.sampled_from(TITLES), st.integers(0, 30), st.integers(1, 5))
def test_every_run_of_letters_of_a_title_finds_it_as_a_plain_scan_does(
    home: Home, title: str, start: int, length: int
) -> None:
    typed = title[start : start + length].strip()
    if not search.match(typed) or " " in typed or typed.isascii():
        return
    if any(not ch.isalnum() for ch in typed) or any(ch.isascii() for ch in unicodedata.normalize("NFKC", typed)):
        return  # letters and digits also occur in numbers and initials
    scan = {t for t in TITLES if typed.casefold() in t.casefold()}
    assert _titles(search.find(home.file, typed)) == scan


def test_the_index_follows_a_correction(home: Home) -> None:
    uid = home.journal.write("slip", {"day": "2026-11-01", "title": "旧题名甲乙"}).uid
    home.journal.correct(uid, {"title": "新题名丙丁"})
    assert search.find(home.file, "旧题名")[1] == 0
    assert search.find(home.file, "丙丁")[1] == 1


def _all(ledger: Ledger, view: View, limit: int) -> list[tuple[Any, ...]]:
    rows, after = [], None
    while True:
        page = ledger.page(view, limit=limit, after=after)
        rows += page.rows
        if page.after is None:
            return rows
        after = page.after


@pytest.mark.parametrize("order", ["n", "-n", "day", "-day", "title"])
def test_pages_and_jumps_show_the_same_rows(home: Home, slip: Kind, order: str) -> None:
    ledger = Ledger(home.file, slip.table, "slip")
    view = View(("code", "day", "title"), order=order)
    whole = _all(ledger, view, 1000)
    assert _all(ledger, view, 4) == whole
    assert len(whole) == ledger.count(view) == len(TITLES) * 3
    for offset in range(0, len(whole), 5):
        assert ledger.at(view, offset, 3) == whole[offset : offset + 3]


def test_filters_narrow_by_text_word_and_period(home: Home, slip: Kind) -> None:
    ledger = Ledger(home.file, slip.table, "slip")
    assert ledger.count(View(("title",), {"title": "路灯"})) == 3
    assert ledger.count(View(("title",), {"title": "路灯|漏雨"})) == 6
    assert ledger.count(View(("title",), {"state": "=草稿"})) == len(TITLES) * 3
    assert ledger.count(View(("title",), {"state": "=已登记"})) == 0
    june = [row for row in _all(ledger, View(("day",)), 100) if row[1].startswith("2026-06")]
    assert ledger.count(View(("day",), {"day": "2026-06"})) == len(june)
    with pytest.raises(Problem, match="UNKNOWN_FIELD"):
        ledger.page(View(("nonsense",)))
