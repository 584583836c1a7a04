"""Read the dates and times that clerks write; a date keeps the precision of the old paper (day, month or year)."""

from __future__ import annotations

import re
from datetime import date

from studio_desk.kernel import clock
from studio_desk.kernel.text import half_width

FIRST_YEAR, LAST_YEAR = 1840, 2199
"""Years that a clerk can mean; anything else is a slip of the hand (`0202`, `2203`)."""

_HAN = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_SIGNS = str.maketrans(
    {"\u2013": "-", "\u2014": "-", "\u2010": "-", "\u2011": "-", "\u2212": "-", "。": ".", "、": "."}
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ATTACHED = re.compile(r"(.*\d日?)(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?:Z|[-+]\d{2}:?\d{2})?", re.ASCII)
_WEEKDAY = re.compile(r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?$")
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})[日号]?|月?)", re.ASCII)
_TWO_DIGITS = re.compile(r"(\d{2})年(\d{1,2})月(?:(\d{1,2})[日号])?", re.ASCII)
_YEAR = re.compile(r"(\d{4})年?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHORT = re.compile(r"(\d{1,2})[-/.月](\d{1,2})[日号]?", re.ASCII)
_FOUR = re.compile(r"(\d{2})(\d{2})", re.ASCII)
_AWAY = re.compile(r"[-+]\d{1,3}", re.ASCII)
_DAYS = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "大前天": -3, "明天": 1, "明日": 1, "后天": 2}
_CLOCK = re.compile(
    r"(凌晨|早上|上午|中午|下午|傍晚|晚上)?(\d{1,2})(?:[:.时](\d{1,2})分?(?::\d{2}(?:\.\d+)?)?|[时点](?:(\d{1,2})分?|(整|半|一刻|三刻))?)",
    re.ASCII,
)
_QUARTERS = {"整": 0, "一刻": 15, "半": 30, "三刻": 45}
_AFTERNOON = ("下午", "傍晚", "晚上")


def parse_day(value: str) -> str:
    """A date as `2026-03-06`, `2021-06` or `2021`, from any usual Chinese spelling; `""` stays empty.

    Accepts `2023/5/3`, `2023.5`, `20230503`, `6月24日`, `11.22` and `1122` (this year), `二〇二三年六月四日`, `今天`,
    `-1` (yesterday), a weekday behind it and a time of day behind it (as spreadsheets write it), which is dropped.
    A bare number of a spreadsheet (`45000`) is not taken for a date.

    Raises:
        ValueError: no such day in the calendar (2023-02-29), a year nobody can mean, or not a date.
    """
    if _ISO.fullmatch(value):  # as it was read before
        day = date.fromisoformat(value)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError(value)
        return value
    text = half_width(value).translate(_SIGNS)
    if not text:
        return ""
    if match := _ATTACHED.fullmatch(text):
        if int(match.group(2)) > 23 or int(match.group(3)) > 59 or int(match.group(4) or 0) > 59:
            raise ValueError(value)
        text = match.group(1)
    text = re.sub(r"\s", "", text)
    if text in _DAYS or _AWAY.fullmatch(text):
        away = _DAYS[text] if text in _DAYS else int(text)
        return clock.later(clock.today(), away).isoformat()
    found = _spelt(_han_digits(_WEEKDAY.sub("", text)))
    if not found or not FIRST_YEAR <= int(found[:4]) <= LAST_YEAR:
        raise ValueError(value)
    return found


def parse_clock(value: str) -> str:
    """A time of day as `09:30`; accepts `9:30`, `9.30`, `9点半`, `下午3时20分`, `三点一刻`; `""` stays empty.

    Raises:
        ValueError: no such time (12:60, 下午0点, 晚上12点, which is another day), or not a time.
    """
    text = re.sub(r"\s", "", half_width(value)).replace("点钟", "点")
    if not text:
        return ""
    match = _CLOCK.fullmatch(text) or _CLOCK.fullmatch(_han_clock(text))
    if not match:
        raise ValueError(value)
    half, hour, minute = match.group(1), int(match.group(2)), match.group(3) or match.group(4)
    minutes = int(minute) if minute else _QUARTERS.get(match.group(5), 0)
    if half in _AFTERNOON:
        if hour == 0 or (hour == 12 and half != "下午"):
            raise ValueError(value)
        hour += 12 if hour < 12 else 0
    elif half == "中午":
        hour += 12 if hour < 3 else 0
    if hour > 23 or minutes > 59:
        raise ValueError(value)
    return f"{hour:02d}:{minutes:02d}"


def first_day(value: str) -> date | None:
    """The first calendar day a (possibly imprecise) date can mean; `None` when empty."""
    return date.fromisoformat((value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10]) if value else None


def in_period(value: str, start: str, end: str) -> bool:
    """Whether a date lies in a closed period; an imprecise date counts by its first day. Empty bounds are open."""
    day = first_day(value)
    return bool(day) and (not start or str(day) >= start) and (not end or str(day) <= end)


def _spelt(text: str) -> str:
    """The ISO text of a date written in Arabic digits, `""` when it is none; ValueError when there is no such day."""
    this_year = clock.today().year
    if match := _FULL.fullmatch(text):
        return _iso(*match.groups())
    if match := _TWO_DIGITS.fullmatch(text):
        century = this_year // 100 * 100
        year = century + int(match.group(1))
        return _iso(str(year if year <= this_year + 1 else year - 100), match.group(2), match.group(3))
    if match := _COMPACT.fullmatch(text):
        return _iso(*match.groups())
    if (match := _YEAR.fullmatch(text)) and ("年" in text or FIRST_YEAR <= int(match.group(1)) <= LAST_YEAR):
        return match.group(1)
    if match := _SHORT.fullmatch(text) or _FOUR.fullmatch(text):
        return _iso(str(this_year), *match.groups())
    return ""


def _iso(year: str, month: str, day: str | None) -> str:
    if day is None:
        return date(int(year), int(month), 1).isoformat()[:7]
    return date(int(year), int(month), int(day)).isoformat()


def _han_digits(text: str) -> str:
    """`二〇二三年六月二十四日` with Arabic digits."""
    text = text.replace("元月", "1月").replace("廿", "二十").replace("卅", "三十")
    text = re.sub(r"([一二三四五六七八九])十([一二三四五六七八九])", r"\1\2", text)
    text = re.sub(r"([一二三四五六七八九])十", lambda m: m.group(1) + "0", text)
    text = re.sub(r"十([一二三四五六七八九])", r"1\1", text).replace("十", "10")
    return text.translate(_HAN)


def _han_clock(text: str) -> str:
    """`下午三点二十分` with Arabic digits; the quarters keep their words."""
    kept = re.fullmatch(r"(.*?)(一刻|三刻)?", text)
    return _han_digits(kept.group(1)).replace("两", "2") + (kept.group(2) or "") if kept else text
