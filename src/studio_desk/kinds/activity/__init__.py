"""活动, an event with its attendance."""

from __future__ import annotations

from studio_desk.kinds.activity.model import Activity
from studio_desk.kinds.activity.printed import sheets
from studio_desk.kinds.activity.rules import LIFE, check, duties
from studio_desk.record.kind import Kind

KIND = Kind(
    key="activity",
    title="活动",
    prefix="HD",
    model=Activity,
    life=LIFE,
    name="title",
    day="start_day",
    check=check,
    duties=duties,
    sheets=sheets,
    retention="30年",
    searched=("attendance", "outside_hosts", "invited", "leaders", "stages"),
    same="同一场活动",
)
