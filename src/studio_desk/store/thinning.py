"""Which automatic backups to keep: dense lately, sparse long ago (the rule of Anki: 12 daily, 10 weekly, 9 monthly)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

DAILY: Final = 12
WEEKLY: Final = 10
MONTHLY: Final = 9


def thin(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """The times to keep; the others may be removed.

    Everything of today and yesterday stays (a clock that was set back makes "later than now", which stays as well).
    Older ones, newest first: the last of each of 12 days, then of each of 10 weeks, then of each of 9 months.

    Args:
        times: when backups were made.
        now: the current time, of the same zone.
    """
    yesterday = (now - timedelta(days=1)).date()
    kept: set[datetime] = set()
    left = [DAILY, WEEKLY, MONTHLY]
    last: list[object] = [None, None, None]
    for time in sorted(times, reverse=True):
        if time.date() >= yesterday:
            kept.add(time)
            continue
        spans: list[object] = [time.date(), time.isocalendar()[:2], (time.year, time.month)]
        for rank in range(3):
            if left[rank] and spans[rank] != last[rank]:
                left[rank] -= 1
                last = spans[: rank + 1] + last[rank + 1 :] if not rank else _later(last, spans)
                kept.add(time)
                break
    return kept


def _later(last: list[object], spans: list[object]) -> list[object]:
    del last
    return list(spans)
