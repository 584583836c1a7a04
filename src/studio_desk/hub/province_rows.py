"""What a province may hold of a district's records: rows without sensitive fields, bodies without sensitive values.

Personal data of class P2 (domain.md 2.1) stays with the district: such fields are left out of a record's row, and a body
that holds one is not copied at all; its place says that it exists. What this program does not know, it cannot judge, and
counts as sensitive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

from studio_desk.exchange import dump
from studio_desk.hub.province_schema import FIRST_YEAR
from studio_desk.kernel import clock
from studio_desk.kinds import KINDS
from studio_desk.record.kind import Kind, Part
from studio_desk.store import erasure
from studio_desk.store.ops import RECORD_TYPES, Op, read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

_COMMON: Final = ("code", "station", "state")
"""What is told of a record that says of itself that it is sensitive."""


@dataclass(frozen=True)
class Row:
    """One record for the province.

    Attributes:
        station: `district/station`.
        uid: the record.
        year: the year it is filed under, 0 when it has no believable one, `None` when the record is no more.
        kind: its kind, `erased` when it was erased by law.
        code: its number.
        state: its state.
        day: the day of its event, as the record writes it.
        heads: digests of its newest ops.
        conflicts: names of the fields in conflict.
        fields: its values, without sensitive ones.
    """

    station: str
    uid: str
    year: int | None
    kind: str = ""
    code: str = ""
    state: str = ""
    day: str = ""
    heads: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Body:
    """The body of one op for the province.

    Attributes:
        station: `district/station`.
        digest: its digest.
        line: its line, `None` when it stays with the district.
        gone: it is erased, or not here.
    """

    station: str
    digest: str
    line: str | None
    gone: bool


def station_of(district: str, dev: str) -> str:
    """Whose data a chain is: `990000/SQ` for `SQ-1` and for `990000-1@SQ`, `990000/990000` for the district's own."""
    return f"{district}/{erasure.party(dev)}"


def of_record(home: Home, uid: str, stations: set[str]) -> tuple[list[Row], list[Body]]:
    """Everything the province is to hold about one record, as the district's journal has worked it out.

    Args:
        home: the district's home.
        uid: the record.
        stations: stations under which the province may know it.
    """
    with home.file.read() as c:
        found = c.exec_driver_sql(
            "SELECT o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body WHERE o.rec = ? ORDER BY o.n", (uid,)
        ).all()
        day = c.exec_driver_sql("SELECT day FROM record WHERE uid = ?", (uid,)).scalar()
    ops = [(Op.from_line(line), body) for line, body in found]
    bodies = [
        Body(station_of(home.code, op.dev), op.body, public_body(body), body is None)
        for op, body in ops
        if op.type in RECORD_TYPES
    ]
    stations = stations | {station_of(home.code, op.dev) for op, _ in ops}
    told = dump.record(home, uid)
    if told is None:
        return [Row(station, uid, None) for station in sorted(stations)], bodies
    holders = sorted((op.dev for op, _ in ops if op.type in RECORD_TYPES), key=lambda dev: (dev[0].isdigit(), dev))
    station = station_of(home.code, holders[0]) if holders else min(stations)
    values = told["values"]
    row = Row(
        station,
        uid,
        _year(str(day or ""), min(op.t for op, _ in ops)),
        told["kind"],
        _text(values.get("code")),
        _text(values.get("state")),
        _text(day),
        tuple(told["heads"]),
        tuple(told["conflicts"]),
        public(told["kind"], values),
    )
    return [row, *(Row(other, uid, None) for other in sorted(stations - {station}))], bodies


def public(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a record that are not sensitive."""
    if kind == erasure.KIND:
        return {name: clean(value) for name, value in values.items()}
    known = _KINDS.get(kind)
    if known is None:
        return {}
    if values.get("personal") == "P2" and "personal" in known.model.model_fields:  # an attachment says it of itself
        return {name: clean(values[name]) for name in _COMMON if name in values}
    closed, inner = _sensitive(known)
    return {
        name: clean(_without(value, inner.get(name, frozenset())))
        for name, value in values.items()
        if name in known.model.model_fields and name not in closed
    }


def public_body(line: str | None) -> str | None:
    """A body line if nothing in it is sensitive, else `None`."""
    body = read_body(line)
    kind, values = _KINDS.get(body.get("kind", "")), body.get("values")
    if line is None or kind is None or not isinstance(values, dict) or body.get("version") != kind.version:
        return None
    said = {name: clean(value) for name, value in values.items() if value or name not in _sensitive(kind)[0]}
    return line if public(kind.key, said) == said else None


_KINDS: Final = {kind.key: kind for kind in KINDS}
_CLOSED: dict[str, tuple[frozenset[str], dict[str, frozenset[str]]]] = {}


def _sensitive(kind: Kind) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The fields of class P2 of a kind, and those inside the lines of its lists."""
    if kind.key not in _CLOSED:
        closed = frozenset(name for name, ask in kind.asks.items() if ask.personal == "P2")
        inner = {}
        for name, info in kind.model.model_fields.items():
            part = next(
                (one for one in get_args(info.annotation) if isinstance(one, type) and issubclass(one, Part)), None
            )
            if part is not None:
                inner[name] = frozenset(
                    field
                    for field, told in part.model_fields.items()
                    if any(getattr(one, "personal", "") == "P2" for one in told.metadata)
                )
        _CLOSED[kind.key] = closed, inner
    return _CLOSED[kind.key]


def _without(value: Any, names: frozenset[str]) -> Any:
    if not names or not isinstance(value, list):
        return value
    return [{k: v for k, v in one.items() if k not in names} if isinstance(one, dict) else one for one in value]


def clean(value: Any) -> Any:
    """A value without NUL: PostgreSQL's texts hold no NUL; a hostile station may write one."""
    if isinstance(value, str):
        return value.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, dict):
        return {clean(k): clean(v) for k, v in value.items()}
    return value


def _text(value: Any) -> str:
    return str(clean(value)) if isinstance(value, str) else ""


def _year(day: str, t: str) -> int:
    """The year of the event, else that of the first op; 0 when neither is believable."""
    latest = clock.today().year + 1
    for text in (day, t):
        if text[:4].isascii() and text[:4].isdigit() and FIRST_YEAR <= int(text[:4]) <= latest:
            return int(text[:4])
    return 0
