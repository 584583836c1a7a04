"""Line breaking: no forbidden mark at either end, nothing lost, nothing too wide."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.press.breaker import CLOSERS, NON_ENDERS, NON_STARTERS, OPENERS, Line, break_lines

EM = 12.0
HAN = st.text(st.sampled_from("古城镇委员联络站民情日志群众反映水务办理䶮㛃𠅤𫖯"), min_size=1, max_size=9)
MARK = st.sampled_from(
    ["，", "。", "、", "；", "：", "！", "？", "，“", "。”", "《", "》", "（", "）", "”，", "——", "……", "”（", "）、", "……”", "：“", "·", "％"]
)  # fmt: skip
WORD = st.sampled_from(["2025", "12.5%", "A4", "3.8", "SDX1-ST0007", "Wi-Fi", "f(x)", "10:30", " ", "¥120", "C++"])
TEXT = st.lists(st.one_of(HAN, HAN, HAN, MARK, WORD), min_size=1, max_size=40).map("".join)


def widths(text: str) -> list[float]:
    return [EM / 2 if char.isascii() else EM for char in text]


def shown(text: str, lines: list[Line]) -> list[str]:
    return [text[line.start : line.end] for line in lines]


@given(TEXT, st.floats(min_value=12 * EM, max_value=40 * EM), st.booleans())
def test_nothing_is_lost_and_nothing_sticks_out(text: str, width: float, tight: bool) -> None:
    wide = widths(text)
    lines = break_lines(text, wide, em=EM, width=width, first=width - 2 * EM, tight=tight)
    starts = [line.start for line in lines] + [len(text)]
    assert starts[0] == 0
    for line, following in zip(lines, starts[1:], strict=True):
        assert text[line.end : following].strip(" \u3000") == "", "only blanks may fall out at a line's end"
        room = width - 2 * EM if line.start == 0 else width
        natural = sum(wide[line.start : line.end]) - sum(amount for _at, amount in line.cuts)
        assert line.width == pytest.approx(natural, abs=0.01)
        assert line.width <= room + 0.02
        assert all(0 <= amount <= EM + 0.01 and line.start <= at < line.end for at, amount in line.cuts)
    assert [line.last for line in lines] == [False] * (len(lines) - 1) + [True]


@given(TEXT, st.floats(min_value=14 * EM, max_value=40 * EM), st.booleans())
def test_no_line_begins_or_ends_with_a_forbidden_mark(text: str, width: float, tight: bool) -> None:
    lines = break_lines(text, widths(text), em=EM, width=width, tight=tight)
    for line, following in pairwise(lines):
        before, after = text[line.end - 1], text[following.start]
        if _marks_in_a_row(text, line.end) * EM < width - 2 * EM:
            assert after not in CLOSERS | NON_STARTERS, shown(text, lines)
            assert before not in OPENERS | NON_ENDERS, shown(text, lines)


def _marks_in_a_row(text: str, at: int) -> int:
    """Length of the run of marks and Western characters around a place: longer than a line, it must be torn somewhere."""
    marks = CLOSERS | NON_STARTERS | OPENERS | NON_ENDERS | set("—…")
    start = end = at
    while start > 0 and (text[start - 1] in marks or text[start - 1].isascii()):
        start -= 1
    while end < len(text) and (text[end] in marks or text[end].isascii()):
        end += 1
    return end - start + 2


@given(TEXT, st.floats(min_value=20 * EM, max_value=40 * EM))
def test_dashes_and_dots_stay_pairs(text: str, width: float) -> None:
    lines = break_lines(text, widths(text), em=EM, width=width)
    for line, following in pairwise(lines):
        assert text[line.end - 1] + text[following.start] not in {"——", "……"}


def test_words_and_numbers_stay_whole() -> None:
    text = "本站2025年第3季度共接待群众1,286人次，其中通过Wi-Fi-6网络视频接待37.5%以上，网址example.gov.cn。"
    lines = shown(text, break_lines(text, widths(text), em=EM, width=14 * EM))
    for word in ("2025", "1,286", "Wi-Fi-6", "37.5%", "example.gov.cn"):
        assert any(word in line for line in lines), lines


def test_a_word_longer_than_a_line_is_torn_at_a_soft_place() -> None:
    text = "见https://example.gov.cn/zhengxie/lianluozhan/2025/minqing/index.html附件"
    lines = shown(text, break_lines(text, widths(text), em=EM, width=14 * EM))
    assert "".join(lines) == text
    assert all(sum(widths(line)) <= 14 * EM for line in lines)
    assert all(line[-1] in "/.-" for line in lines[1:-2])


def test_the_closing_mark_squeezes_before_a_character_goes_down() -> None:
    text = "群众反映镇区老街排水不畅，请尽快清淤。"
    (line,) = break_lines(text, widths(text), em=EM, width=18.5 * EM)
    assert line.width == pytest.approx(18.5 * EM)
    assert line.cuts == ((18, pytest.approx(0.5 * EM)),)


def test_inner_marks_squeeze_too() -> None:
    text = "“急、难、愁、盼”的问题都要办"
    (line,) = break_lines(text, widths(text), em=EM, width=14.3 * EM)
    assert [at for at, _amount in line.cuts] == [2, 4, 6, 8], "three 、 and ”; “ begins the line and gives nothing"
    assert sum(amount for _at, amount in line.cuts) == pytest.approx(0.7 * EM)


def test_marks_that_cannot_give_are_not_squeezed() -> None:
    text = "一二三四五六七八九，十"
    lines = break_lines(text, widths(text), em=EM, width=9.4 * EM, blank=lambda _mark: 0.25)
    assert shown(text, lines)[0] == "一二三四五六七八", "the mark takes the character before it along"


def test_neighbouring_marks_share_their_blank() -> None:
    text = "（见《通知》），办理"
    (line,) = break_lines(text, widths(text), em=EM, width=40 * EM, tight=True)
    assert line.width == (10 - 2 * 0.5) * EM


def test_no_single_character_on_the_last_line() -> None:
    text = "一二三四五六七八九十一二三四五六七八九十一"
    lines = shown(text, break_lines(text, widths(text), em=EM, width=10 * EM))
    assert lines == [text[:10], text[10:19], text[19:]]


def test_a_code_breaks_only_where_it_may() -> None:
    text = "Z109-WS·2025-Y-BGS-0001"
    lines = shown(text, break_lines(text, widths(text), em=EM, width=8 * EM, breaks="-"))
    assert "".join(lines) == text
    assert len(lines) > 1
    assert all(line.endswith("-") for line in lines[:-1])


@pytest.mark.parametrize("text", ["", " ", "　", "，", "（", "——", "a" * 400, "，" * 90, "（" * 90])
def test_odd_texts_end(text: str) -> None:
    lines = break_lines(text, widths(text), em=EM, width=6 * EM)
    assert lines[-1].last
    assert "".join(shown(text, lines)).strip() == text.strip()
