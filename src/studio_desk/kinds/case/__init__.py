"""民情事项, one matter of the people and how it was handled."""

from __future__ import annotations

from studio_desk.kinds.case.model import Case
from studio_desk.kinds.case.printed import sheets
from studio_desk.kinds.case.rules import LIFE, check, duties
from studio_desk.record.kind import Kind

KIND = Kind(
    key="case",
    title="民情事项",
    prefix="SX",
    model=Case,
    life=LIFE,
    name="title",
    day="registered",
    check=check,
    duties=duties,
    sheets=sheets,
    retention="30年",
    searched=("steps", "co_units"),
)
