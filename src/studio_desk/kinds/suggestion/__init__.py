"""意见建议, one suggestion."""

from __future__ import annotations

from studio_desk.kinds.suggestion.model import Suggestion
from studio_desk.kinds.suggestion.printed import sheets
from studio_desk.kinds.suggestion.rules import LIFE, check, duties
from studio_desk.record.kind import Kind

KIND = Kind(
    key="suggestion",
    title="意见建议",
    prefix="YJ",
    model=Suggestion,
    life=LIFE,
    name="title",
    day="day",
    check=check,
    duties=duties,
    sheets=sheets,
    retention="30年",
)
