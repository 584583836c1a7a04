"""What the content of a list consists of, part by part, for whoever lets a person edit it by its own shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from studio_desk.kernel.dates import parse_day
from studio_desk.store.list_shapes import CONTENTS, Figure, iso_day, iso_day_or_empty

Form = Literal["line", "text", "day", "whole", "figure", "choice", "rows", "values"]
"""`text` has several lines; `figure` is a whole number or a word; `values` are named figures, `rows` have columns."""
LONG: Final = 1000
"""Letters from which a text is given several lines."""


@dataclass(frozen=True)
class Part:
    """One field of a content, or one column of its rows.

    Attributes:
        path: its place, `calendar.days.kind`.
        form: how it is typed.
        needed: whether the shape asks for it.
        choices: the words it may be, empty when any.
        columns: of `rows`.
    """

    path: str
    form: Form
    needed: bool
    choices: tuple[str, ...] = ()
    columns: tuple[Part, ...] = ()

    @property
    def name(self) -> str:
        """The key in the content."""
        return self.path.rpartition(".")[2]


def parts(sort: str) -> tuple[Part, ...]:
    """The parts of a sort's content, in the order of its shape."""
    return tuple(_parts(sort, CONTENTS[sort]))


def typed(part: Part, text: str) -> Any:
    """The value that a typed text means; what it cannot mean stays the text, for the shape to refuse."""
    text = text if part.form == "text" else text.strip()
    if part.form in {"whole", "figure"} and re.fullmatch(r"-?(0|[1-9]\d{0,14})", text):
        return int(text)
    if part.form == "day":
        try:
            return parse_day(text)
        except ValueError:
            return text
    return text


def _parts(path: str, model: type[BaseModel]) -> Iterator[Part]:
    for name, info in model.model_fields.items():
        yield _part(f"{path}.{name}", info)


def _part(path: str, info: FieldInfo) -> Part:
    needed, kind = info.is_required(), info.annotation
    inner = next((one for one in get_args(kind) if isinstance(one, type) and issubclass(one, BaseModel)), None)
    if get_origin(kind) is list and inner is not None:
        return Part(path, "rows", needed, columns=tuple(_parts(path, inner)))
    pattern = next((p for m in info.metadata if (p := getattr(m, "pattern", None))), "")
    if words := re.fullmatch(r"\^\(([^()]+)\)\$", str(pattern)):
        return Part(path, "choice", needed, choices=tuple(words[1].split("|")))
    return Part(path, _form(info), needed)


def _form(info: FieldInfo) -> Form:
    kind = info.annotation
    if get_origin(kind) is dict:
        return "values"
    if kind == Figure:
        return "figure"
    if kind is int or int in get_args(kind):
        return "whole"
    if any(getattr(m, "func", None) in {iso_day, iso_day_or_empty} for m in info.metadata):
        return "day"
    most = next((n for m in info.metadata if (n := getattr(m, "max_length", None))), 0)
    return "text" if most > LONG else "line"
