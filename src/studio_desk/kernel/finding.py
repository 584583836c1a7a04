"""What a check found in a record: beside which field, how grave, and what to do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """One remark about one field.

    An `error` stops the record from being saved as final; a `warning` may be kept with a reason.

    Attributes:
        field: the field's name, `""` for the whole record; `steps.2.day` inside child lines.
        code: `SCREAMING_SNAKE`.
        sentence: what is wrong, in the user's language.
        remedy: what to do, in the user's language.
        level: `error` or `warning`.
    """

    field: str
    code: str
    sentence: str
    remedy: str = ""
    level: Literal["error", "warning"] = "error"

    def as_json(self) -> dict[str, Any]:
        """The finding as the command line prints it."""
        return asdict(self)
