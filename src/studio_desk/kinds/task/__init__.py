"""任务·督办单, what the district gives a station to do, and what came of it."""

from __future__ import annotations

from studio_desk.kinds.task.model import Task
from studio_desk.kinds.task.printed import sheets
from studio_desk.kinds.task.rules import LIFE, check, duties, may_step
from studio_desk.record.kind import Kind

KIND = Kind(
    key="task",
    title="任务",
    prefix="RW",
    model=Task,
    life=LIFE,
    name="title",
    day="issued",
    owner="district",
    check=check,
    duties=duties,
    sheets=sheets,
    may_step=may_step,
    retention="10年",
    searched=("replies",),
)
