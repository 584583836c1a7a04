"""组, a group of members: study group, working group, committee, sector group, activity group."""

from __future__ import annotations

from studio_desk.kinds.group.model import Group
from studio_desk.kinds.group.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="group",
    title="委员小组",
    prefix="XZ",
    model=Group,
    life=LIFE,
    name="name",
    check=check,
    retention="永久",
)
