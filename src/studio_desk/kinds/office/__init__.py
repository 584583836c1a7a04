"""区政协, the district's own entry."""

from __future__ import annotations

from studio_desk.kinds.office.model import Office
from studio_desk.kinds.office.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="office",
    title="区政协",
    prefix="ZX",
    model=Office,
    life=LIFE,
    name="name",
    owner="district",
    check=check,
    retention="永久",
)
