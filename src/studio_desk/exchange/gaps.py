"""Which ops of a chain lie between what is here and a bundle that came too early."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio_desk.exchange import tables
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def gaps_before(home: Home, device: str, first: int) -> list[tuple[int, int]]:
    """The ranges of a chain below `first` that are neither here nor held."""
    seq = home.journal.frontiers(device).get(device, (0, ""))[0]
    with home.file.read() as c:
        ranges = c.exec_driver_sql(
            f'SELECT "first", "last" FROM {tables.held.name} WHERE dev = ? AND "first" < ? ORDER BY 1',  # noqa: S608
            (device, first),
        ).all()
    gaps, at = [], seq
    for start, stop in [*ranges, (first, first)]:
        if start > at + 1:
            gaps.append((at + 1, start - 1))
        at = max(at, stop)
    return gaps


def waiting_words(device: str, gaps: Sequence[tuple[int, int]]) -> str:
    """What is waited for, as a clerk reads it: the chain and its missing numbers."""
    ranges = series(say("第{first}至{last}号", first=a, last=b) if a != b else say("第{seq}号", seq=a) for a, b in gaps)
    return say("等待 {device} {ranges}", device=device, ranges=ranges)
