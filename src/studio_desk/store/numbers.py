"""The running part of a record's number: every computer of a station counts in a range of its own (domain.md 2.1).

Computer 1 gives out 0001, 0002 …; computer 2 begins at 20001, computer 3 at 30001. No two ranges share a number, so two
computers that never met give no number twice.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

MOST: Final = 99
"""Computers one station can have, the replaced ones included."""
_BLOCK: Final = 10_000
_NEXT_BLOCK: Final = 10_000_000


def ranges(computer: int) -> tuple[range, range]:
    """The numbers of one computer of a station: its first range, and the one it goes on with when that is used up.

    Args:
        computer: 1 to 99.
    """
    first = range(1, 2 * _BLOCK) if computer == 1 else range(computer * _BLOCK + 1, (computer + 1) * _BLOCK)
    return first, range(computer * _NEXT_BLOCK + 1, (computer + 1) * _NEXT_BLOCK)


def after(computer: int, top: int, step: int = 1) -> int:
    """The number that follows `top`, the highest this computer gave out so far; `0` when it gave out none."""
    first, second = ranges(computer)
    wanted = max(top, first.start - 1) + step
    return wanted if wanted in first or wanted >= second.start else second.start - 1 + step


def highest(c: Connection, stem: str, computer: int) -> int:
    """The highest number of one computer among all records here, 0 when there is none.

    Args:
        c: an open connection.
        stem: what stands before the number: `SQ-MQ-2026-`.
        computer: which of the station's computers.
    """
    for own in reversed(ranges(computer)):
        top = c.exec_driver_sql(
            "SELECT max(n) FROM (SELECT CAST(substr(code, ?) AS INTEGER) AS n FROM record WHERE code >= ? AND code < ?)"
            " WHERE n BETWEEN ? AND ?",
            (len(stem) + 1, stem, stem + "~", own.start, own.stop - 1),
        ).scalar()
        if top:
            return int(top)
    return 0


def computer_of(device: str) -> int:
    """Which computer of its station writes a chain: 2 for `SQ-2.3a1b2c3d4`."""
    return int(device.partition("-")[2].partition("@")[0].partition(".")[0])
