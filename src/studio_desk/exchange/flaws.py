"""Look at a body before it becomes a record: what does not fit its kind is kept verbatim, flagged, and blocks nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from studio_desk.kernel.pairs import LINK_TYPES
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series
from studio_desk.record.kind import Kind
from studio_desk.store import lists
from studio_desk.store.ops import RECORD_TYPES
from studio_desk.store.projection import REMARKS

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def well_formed(body: Any) -> bool:
    """Whether a body has the shape of clause 8.2: an object with its texts, numbers, values and attachments."""
    return (
        isinstance(body, dict)
        and isinstance(body.get("values"), dict)
        and all(isinstance(body.get(k), str) for k in ("kind", "by", "reason"))
        and type(body.get("version")) is int
        and body["version"] >= 1
        and isinstance(body.get("blobs"), list)
        and all(isinstance(b, str) for b in body["blobs"])
    )


def flaw(home: Home, type_: str, rec: str, body: Any) -> tuple[str, str] | None:
    """Why a record's body is not as its kind says: a code and a sentence; `None` when it is, or when nobody can tell.

    A body of an unknown kind or of a newer version is no flaw: it was written by a newer program.
    """
    if not well_formed(body):
        return "BODY_MALFORMED", say("正文不是规定的样子，已原样保存。")
    if type_ == lists.TYPE and lists.known_sort(body["values"]):
        try:
            lists.read(body["values"])
        except Problem as problem:
            return problem.code, problem.sentence
    kind = _kind(home, body["kind"])
    if type_ not in RECORD_TYPES or kind is None or body["version"] > kind.version:
        return None
    if body["values"].get("uid", rec) != rec:
        return "BODY_OTHER_RECORD", say("正文写的是另一条记录，已原样保存。")
    fields = ""
    try:
        kind.plain.model_validate(kind.upcast(body["values"], body["version"]))
    except ValidationError as wrong:
        fields = series(sorted({str(e["loc"][0]) for e in wrong.errors() if e["loc"]})[:5])[:200]
    except Exception:  # noqa: BLE001 - an upcast meets a stranger's values
        fields = "?"
    else:
        return None
    return "BODY_NOT_VALID", say("这些栏目不合要求：{fields}。已原样保存。", fields=fields)


def step_flaw(home: Home, seen: Callable[[], set[str]], body: Any) -> tuple[str, str] | None:
    """Why a station's op takes a step that belongs to the district; `None` when it does not.

    Args:
        home: the district.
        seen: gives the states that the ops named as seen (`base`) had said; none for a new record.
        body: the op's body, well formed.
    """
    kind, values = _kind(home, body["kind"]), body["values"]
    if kind is None or not kind.sided or body["version"] > kind.version:
        return None
    state, states = str(values.get("state", "")), seen()
    before = next(iter(sorted(states)), "")
    if state in states or kind.may_step({**values, "state": before}, state, "station"):
        return None
    return "STEP_OF_OTHER_SIDE", say("站点把状态改成了“{state}”，这一步由区级来做。", state=say(state))


def newer(home: Home, type_: str, body: Any) -> bool:
    """Whether an op was written by a newer version of the program: kept verbatim, shown as such, sent on unchanged."""
    if type_.startswith("record.") and type_ not in RECORD_TYPES | LINK_TYPES | REMARKS | {"record.redact"}:
        return True
    if type_ == lists.TYPE and well_formed(body):
        return not lists.known_sort(body["values"])
    if type_ not in RECORD_TYPES or not well_formed(body):
        return False
    kind = _kind(home, body["kind"])
    return kind is None or body["version"] > kind.version


def _kind(home: Home, key: str) -> Kind | None:
    return next((k for k in home.shapes if k.key == key and isinstance(k, Kind)), None)
