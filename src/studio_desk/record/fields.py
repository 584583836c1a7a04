"""The field types that records share: cleaned text, names, imprecise dates, times, telephone and ID numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from studio_desk.kernel import dates, text
from studio_desk.kernel.words import say

NAME_LENGTH = 50
"""Longest personal name in characters (domain.md 2.1)."""
TITLE_LENGTH = 200
LINE_LENGTH = 500
LONG_LENGTH = 20000
"""Longest running text; minutes of 12,000 characters occur (domain.md 6)."""


def refuse(code: str, sentence: str, remedy: str) -> PydanticCustomError:
    """The error a field validator raises; `Kind.find` turns it into a `Finding` with this code, sentence, remedy."""
    return PydanticCustomError(
        code,
        "{sentence}",
        {"sentence": sentence, "remedy": remedy},
    )


def _text(clean: Callable[[str], str], limit: int) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            return value
        value = clean(value)
        if len(value) > limit:
            raise refuse(
                "TEXT_TOO_LONG",
                say("这一栏有{n}个字，最多{limit}个字。", n=len(value), limit=limit),
                say("请删减到{limit}个字以内，或把多出的内容写进说明、附件。", limit=limit),
            )
        return value

    return BeforeValidator(read)


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value.isoformat() if hasattr(value, "isoformat") else value
    try:
        return dates.parse_day(value)
    except ValueError:
        raise refuse(
            "NO_SUCH_DATE", say("没有“{value}”这个日期。", value=value[:40]), say("请按“2026-03-06”的样子填写。")
        ) from None


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return dates.parse_clock(value)
    except ValueError:
        raise refuse(
            "NO_SUCH_TIME", say("没有“{value}”这个时间。", value=value[:40]), say("请按“09:30”的样子填写。")
        ) from None


def _number_text(value: Any) -> Any:
    return (
        text.one_line(re.sub(r"[\s-]", "", text.half_width(value))).replace("x", "X")
        if isinstance(value, str)
        else value
    )


Line = Annotated[str, _text(text.one_line, LINE_LENGTH)]
"""One line of text."""
Title = Annotated[str, _text(text.one_line, TITLE_LENGTH)]
"""The title of a record."""
Name = Annotated[str, _text(text.person_name, NAME_LENGTH)]
"""A personal name: up to 50 characters, middle dot U+00B7, full GB 18030."""
Long = Annotated[str, _text(text.clean, LONG_LENGTH)]
"""Running text of several paragraphs."""
Day = Annotated[str, BeforeValidator(_day)]
"""A date as ISO text of day, month or year precision (`2026-03-06`, `2021-06`, `2021`); see `kernel.dates`."""
TimeOfDay = Annotated[str, BeforeValidator(_time)]
"""A time of day as `09:30`."""
Phone = Annotated[str, BeforeValidator(_number_text)]
"""A telephone number; its form is a warning of the kind's check, never a block."""
IdNumber = Annotated[str, BeforeValidator(_number_text)]
"""An 18-digit resident identity number (GB 11643); a wrong check digit is a warning that can be kept."""
Ref = Annotated[str, _text(text.one_line, 40)]
"""The `uid` of another record; the kind is named by `Ask.refers`."""
