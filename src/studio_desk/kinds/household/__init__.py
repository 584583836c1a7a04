"""家庭, one household and its file."""

from __future__ import annotations

from studio_desk.kinds.household.model import Household
from studio_desk.kinds.household.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="household",
    title="家庭",
    prefix="JT",
    model=Household,
    life=LIFE,
    name="head",
    check=check,
    retention="30年",
)
