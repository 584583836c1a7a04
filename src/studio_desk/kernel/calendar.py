"""Which days are working days: Monday to Friday, but for the holidays and exchanged days that the district sent (调休)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

WORK, REST, HOLIDAY = "工作", "休息", "法定"
"""What a day of the calendar is (domain.md 2.2, `calendar_day`): worked although at a weekend, off, a public holiday."""
SATURDAY = 6

_days: dict[str, str] = {}


def install(days: Iterable[Mapping[str, Any]]) -> None:
    """Put a calendar in force; what was in force before is gone.

    Args:
        days: `{day, kind}` of the days that are not as their weekday says.
    """
    _days.clear()
    _days.update({one["day"]: one["kind"] for one in days})


def is_working(day: date) -> bool:
    """Whether offices work on a day."""
    said = _days.get(day.isoformat())
    return said == WORK if said else day.isoweekday() < SATURDAY


def known(year: int) -> bool:
    """Whether the calendar in force says anything of a year."""
    return any(day.startswith(f"{year:04d}-") for day in _days)
