"""会议纪要, the minutes of an activity."""

from __future__ import annotations

from studio_desk.kinds.minutes.model import Minutes
from studio_desk.kinds.minutes.printed import sheets
from studio_desk.kinds.minutes.rules import LIFE, check, duties
from studio_desk.record.kind import Kind

KIND = Kind(
    key="minutes",
    title="会议纪要",
    prefix="JY",
    model=Minutes,
    life=LIFE,
    name="title",
    day="day",
    check=check,
    duties=duties,
    sheets=sheets,
    retention="永久",
    searched=("agenda", "speeches", "matters", "actions", "seats"),
)
