"""What a record counts for: one fact that the statistics and the assessment add up (domain.md 4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """One countable fact.

    Attributes:
        name: what was done, a word of the field book (`走访`, `三微`, `意见建议`, `实事`).
        day: ISO date that decides the period it counts in.
        who: uid of the member it counts for, `""` when it counts for the body alone.
        body: uid of the studio, station or group it counts for.
        count: how many units (件, 条, 次).
    """

    name: str
    day: str
    who: str = ""
    body: str = ""
    count: int = 1
