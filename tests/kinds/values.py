"""Random values for any kind: what clerks type, what old files hold, and now and then a word of the right list."""

import types
import typing
from typing import Any

from hypothesis import strategies as st

from studio_desk.kernel.ask import Ask
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.record.kind import COMMON, Kind, Part

NASTY = "李䶮𠅤·X\u3000 \t\n“”①㎡{}%\\/<&>'\";\x00\u200f\ue863😀０Ａ〇"
DAYS = st.dates().map(str) | st.sampled_from(["", "2021", "2021-06", "2023-02-29", "二〇二三年六月四日"])
TIMES = st.times().map(lambda t: f"{t.hour}:{t.minute:02d}") | st.sampled_from(["", "12:60"])
TEXTS = st.text(st.sampled_from(NASTY) | st.characters(codec="utf-8"), max_size=40)


def values_of(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """Values for the kind's own fields and its state; some keys are left out."""
    fields = {
        name: _field(info, name) for name, info in kind.model.model_fields.items() if name not in COMMON
    }  # fmt: skip
    states = st.sampled_from(["", *kind.life.states])
    return st.fixed_dictionaries({"uid": st.uuids().map(str)}, optional=fields | {"state": states})


def _field(info: Any, name: str) -> st.SearchStrategy[Any]:
    ask = next((m for m in info.metadata if isinstance(m, Ask)), None)
    words = st.sampled_from(vocabulary(ask.vocabulary).words()) if ask and ask.vocabulary else st.nothing()
    if any(part in name for part in ("day", "due", "issued", "told", "signed")):
        words |= DAYS
    if name in {"time", "end_time", "start_time", "ended", "at"}:
        words |= TIMES
    return _values(info.annotation, TEXTS | words if words.is_empty else words | words | words | TEXTS)


def _values(annotation: Any, texts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _values(typing.get_args(annotation)[0], texts)
    if origin in {typing.Union, types.UnionType}:
        return st.none() | _values(typing.get_args(annotation)[0], texts)
    if origin is list:
        inner = typing.get_args(annotation)[0]
        return st.lists(_values(inner, texts), max_size=3)
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(0, 200)
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return st.fixed_dictionaries({}, optional={n: _field(i, n) for n, i in annotation.model_fields.items()})
    return texts
