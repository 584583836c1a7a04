"""委员工作室, a member studio."""

from __future__ import annotations

from studio_desk.kinds.studio.model import Studio
from studio_desk.kinds.studio.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="studio",
    title="委员工作室",
    prefix="GZ",
    model=Studio,
    life=LIFE,
    name="name",
    check=check,
    retention="永久",
)
