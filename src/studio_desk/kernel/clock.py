"""The wall clock of the station: local time +08:00, pinned by tests through `set_clock`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "+08:00")
"""Time zone of every time on screen and paper (domain.md 2.1: local +08:00 wall time)."""

_source: list[Callable[[], datetime]] = [lambda: datetime.now(CHINA)]


def now() -> datetime:
    """The current time, zone +08:00."""
    return _source[0]()


def stamp() -> str:
    """The current time as `2026-11-22T11:55:41+08:00`, for display only: no clock decides anything."""
    return now().isoformat(timespec="seconds")


def today() -> date:
    """The current local date."""
    return now().date()


def later(day: date, days: int) -> date:
    """The day so many days on; the calendar's last where a clock set wrong leaves no room."""
    return day + timedelta(days=min(days, (date.max - day).days))


def set_clock(source: Callable[[], datetime] | None) -> None:
    """Replace the clock (tests, generated sample data); `None` restores the system's."""
    _source[0] = source or (lambda: datetime.now(CHINA))
