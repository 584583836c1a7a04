"""How each field of a kind, or of a child line, is to be asked: worked out once from the model, nothing is declared twice."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from annotated_types import MinLen
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlmodel import SQLModel

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Ref, TimeOfDay
from studio_desk.record.kind import COMMON, Part

Sort = Literal["text", "long", "number", "yes", "day", "time", "word", "words", "ref", "refs", "lines", "parts"]
"""What kind of editor a field needs."""
WIDE: frozenset[Sort] = frozenset({"long", "refs", "words", "lines", "parts"})
"""Sorts that take the whole width of a form."""

_DAY, _TIME, _REF = (typing.get_args(alias)[1] for alias in (Day, TimeOfDay, Ref))


@dataclass(frozen=True)
class Field:
    """One field as a form needs it.

    Attributes:
        name: of the model's field.
        ask: label, vocabulary, hint.
        sort: which editor.
        required: a record is refused without it.
        part: the model of its child lines, for `parts`.
        default: value of a new record.
    """

    name: str
    ask: Ask
    sort: Sort
    required: bool
    part: type[Part] | None
    default: Any

    @property
    def wide(self) -> bool:
        """Whether it takes the whole width of a form."""
        return self.sort in WIDE


@cache
def fields_of(model: type[SQLModel]) -> tuple[Field, ...]:
    """The fields a person fills in, in the model's order; the columns that every record has are not among them."""
    own = ((n, i) for n, i in model.model_fields.items() if n not in COMMON or issubclass(model, Part))
    found = []
    for name, info in own:
        ask = next((m for m in info.metadata if isinstance(m, Ask)), None)
        if ask is not None:
            found.append(_field(name, info, ask))
    return tuple(found)


def _field(name: str, info: FieldInfo, ask: Ask) -> Field:
    inner = typing.get_args(info.annotation)
    part = next((a for a in inner if isinstance(a, type) and issubclass(a, Part)), None)
    required = info.is_required() or any(isinstance(m, MinLen) and m.min_length > 0 for m in info.metadata)
    missing = "" if info.annotation is str else None
    default = missing if info.default is PydanticUndefined else info.default
    if info.default_factory is not None:
        default = []
    return Field(name, ask, _sort(info, ask, inner, part), required, part, default)


def _sort(info: FieldInfo, ask: Ask, inner: tuple[Any, ...], part: type[Part] | None) -> Sort:
    if typing.get_origin(info.annotation) is list:
        told: Sequence[Any] = typing.get_args(inner[0])[1:]
        refs = bool(ask.refers) or _REF in told
        return "parts" if part else "words" if ask.vocabulary else "refs" if refs else "lines"
    tests: tuple[tuple[Sort, bool], ...] = (
        ("yes", info.annotation is bool),
        ("number", info.annotation is int or int in inner),
        ("day", _DAY in info.metadata),
        ("time", _TIME in info.metadata),
        ("word", bool(ask.vocabulary)),
        ("ref", bool(ask.refers) or _REF in info.metadata),
        ("long", ask.long),
    )
    return next((sort for sort, fits in tests if fits), "text")
