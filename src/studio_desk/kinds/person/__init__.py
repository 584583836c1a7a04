"""群众, a citizen."""

from __future__ import annotations

from studio_desk.kinds.person.model import Person
from studio_desk.kinds.person.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="person",
    title="群众",
    prefix="QZ",
    model=Person,
    life=LIFE,
    name="name",
    check=check,
    retention="30年",
    same="同一人",
)
