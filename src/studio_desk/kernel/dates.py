"""Read the dates and times that clerks write; a date keeps the precision of the old paper (day, month or year)."""

from __future__ import annotations

import re
from datetime import date, timedelta

from studio_desk.kernel import clock
from studio_desk.kernel.text import half_width

_HAN = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_FULL = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*(?:[-/.月]\s*(\d{1,2})\s*日?|月?)")
_YEAR = re.compile(r"(\d{4})\s*年?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SHORT = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_FOUR = re.compile(r"(\d{2})(\d{2})")
_CLOCK = re.compile(r"(上午|下午|晚上)?\s*(\d{1,2})\s*[::时点]\s*(\d{1,2})?\s*分?")
_WORDS = {"今天": 0, "昨天": -1, "前天": -2, "明天": 1, "后天": 2}


def parse_day(value: str) -> str:
    """A date as `2026-03-06`, `2021-06` or `2021`, from any usual Chinese spelling; `""` stays empty.

    Accepts `2023/5/3`, `2023.5`, `6月24日` and `11.22` (this year), `1122`, `二〇二三年六月四日`, `今天`, `-1` (yesterday).

    Raises:
        ValueError: no such day in the calendar (2023-02-29), or not a date.
    """
    text = _han_digits(half_width(value)).replace(" ", "")
    if not text:
        return ""
    if text in _WORDS or re.fullmatch(r"[-+]\d{1,3}", text):
        return (clock.today() + timedelta(days=_WORDS.get(text) or int(text if text not in _WORDS else 0))).isoformat()
    text = re.sub(r"[T ].*$", "", text) if re.match(r"\d{4}-\d{2}-\d{2}T", text) else text
    if match := _FULL.fullmatch(text):
        year, month, day = match.groups()
        if day is None:
            return date(int(year), int(month), 1).isoformat()[:7]
        return date(int(year), int(month), int(day)).isoformat()
    if match := _COMPACT.fullmatch(text):
        return date(*map(int, match.groups())).isoformat()
    if match := _YEAR.fullmatch(text):
        year = match.group(1)
        if "年" in text or 1900 <= int(year) <= 2099:  # noqa: PLR2004 - four digits that read as a year
            return date(int(year), 1, 1).isoformat()[:4]
    if match := _SHORT.fullmatch(text) or _FOUR.fullmatch(text):
        month, day = match.groups()
        return date(clock.today().year, int(month), int(day)).isoformat()
    raise ValueError(value)


def parse_clock(value: str) -> str:
    """A time of day as `09:30`; accepts `9:30`, `9点`, `下午3时20分`, full-width digits; `""` stays empty.

    Raises:
        ValueError: no such time (12:60), or not a time.
    """
    text = half_width(value).replace(" ", "")
    if not text:
        return ""
    match = _CLOCK.fullmatch(text)
    if not match:
        raise ValueError(value)
    half, hour, minute = match.group(1), int(match.group(2)), int(match.group(3) or 0)
    if half in {"下午", "晚上"} and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        raise ValueError(value)
    return f"{hour:02d}:{minute:02d}"


def first_day(value: str) -> date | None:
    """The first calendar day a (possibly imprecise) date can mean; `None` when empty."""
    return date.fromisoformat((value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10]) if value else None


def in_period(value: str, start: str, end: str) -> bool:
    """Whether a date lies in a closed period; an imprecise date counts by its first day. Empty bounds are open."""
    day = first_day(value)
    return bool(day) and (not start or str(day) >= start) and (not end or str(day) <= end)


def _han_digits(text: str) -> str:
    """`二〇二三年六月二十四日` with Arabic digits."""
    text = text.replace("元年", "1年")
    text = re.sub(r"([一二三四五六七八九])十([一二三四五六七八九])", r"\1\2", text)
    text = re.sub(r"([一二三四五六七八九])十", lambda m: m.group(1) + "0", text)
    text = re.sub(r"十([一二三四五六七八九])", r"1\1", text).replace("十", "10")
    return text.translate(_HAN)
