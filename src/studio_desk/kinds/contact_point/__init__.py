"""联系点, a place that members keep contact with."""

from __future__ import annotations

from studio_desk.kinds.contact_point.model import ContactPoint
from studio_desk.kinds.contact_point.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="contact_point",
    title="联系点",
    prefix="LX",
    model=ContactPoint,
    life=LIFE,
    name="name",
    check=check,
    retention="30年",
    searched=("needs",),
)
