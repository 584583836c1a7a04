"""Which automatic backups to keep: dense lately, sparse long ago (12 daily, 10 weekly, 9 monthly, as Anki does)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

DAILY: Final = 12
WEEKLY: Final = 10
MONTHLY: Final = 9


def thin(times: Iterable[datetime], now: datetime) -> set[datetime]:
    """The times to keep; backups of the other times may be removed.

    Everything of today and yesterday stays, and what a clock that was set back makes "later than now". Before that,
    going back in time, the last one of each of 12 days, then of each of 10 weeks, then of each of 9 months.

    Args:
        times: when backups were made.
        now: the current time, of the same zone.
    """
    yesterday = (now - timedelta(days=1)).date()
    left = {"day": DAILY, "week": WEEKLY, "month": MONTHLY}
    last: dict[str, object] = {}
    kept = set()
    for time in sorted(times, reverse=True):
        spans = {"day": time.date(), "week": time.isocalendar()[:2], "month": (time.year, time.month)}
        if time.date() < yesterday:
            rank = next((r for r in left if left[r] and spans[r] != last.get(r)), None)
            if rank is None:
                continue
            left[rank] -= 1
        last = spans
        kept.add(time)
    return kept
