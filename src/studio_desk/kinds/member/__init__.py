"""政协委员, a member of the CPPCC."""

from __future__ import annotations

from studio_desk.kinds.member.model import Member
from studio_desk.kinds.member.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="member",
    title="委员",
    prefix="WY",
    model=Member,
    life=LIFE,
    name="name",
    check=check,
    retention="永久",
    searched=("posts",),
)
