"""What a new record begins with: today, who is typing, what the last one said, the record it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.exchange import lists
from studio_desk.kernel import clock
from studio_desk.kernel.ids import new_uid
from studio_desk.record.kind import COMMON, VOID

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind

WRITER = ("recorder",)
"""Fields that name who writes: the operator of the settings."""


def first_values(desk: Desk, kind: Kind, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Values of a new record: its uid and first state, today as its day, the operator as its recorder, and `given`."""
    values: dict[str, Any] = {f.name: f.default for f in fields_of(kind.model)}
    values |= {"uid": new_uid(), "state": kind.life.first}
    if kind.day:
        values[kind.day] = clock.today().isoformat()
    values |= {name: desk.settings.operator for name in WRITER if name in values}
    values |= lists.first_values(desk.home, kind.key)
    return values | dict(given or {})


def like(desk: Desk, kind: Kind, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """Values of a new record like another one (照上一条): all but its number, its day, its states and its closing.

    Args:
        desk: the open home.
        kind: the kind.
        row: the record to follow; the last one entered when not given.
    """
    if row is None:
        with desk.home.file.read() as c:
            uid = c.exec_driver_sql(
                "SELECT uid FROM record WHERE kind = ? AND state <> ? ORDER BY n DESC LIMIT 1", (kind.key, VOID)
            ).scalar()
        row = desk.journal.record(uid) if uid else {}
    copied = {
        f.name: row[f.name] for f in fields_of(kind.model) if f.name in row and f.sort not in {"day", "time", "long"}
    }
    return first_values(desk, kind, copied | ({kind.day: clock.today().isoformat()} if kind.day else {}))


def references_to(desk: Desk, kind: str) -> Iterator[tuple[Kind, Field, Field | None]]:
    """Where records of a kind are named by others: kind, field, and the field inside its child lines."""
    for other in desk.kinds:
        for field in fields_of(other.model):
            if field.sort in {"ref", "refs"} and field.ask.refers == kind:
                yield other, field, None
            elif field.part is not None:
                for inner in fields_of(field.part):
                    if inner.sort == "ref" and inner.ask.refers == kind:
                        yield other, field, inner


def coming_from(row: Mapping[str, Any], field: Field, inner: Field | None) -> dict[str, Any]:
    """Values of a new record that names `row` in that place; a child line takes over fields of the same names."""
    uid = row["uid"]
    if inner is None or field.part is None:
        return {field.name: [uid] if field.sort == "refs" else uid}
    same = {f.name: row[f.name] for f in fields_of(field.part) if f.name not in COMMON and row.get(f.name)}
    return {field.name: [{**same, inner.name: uid}]}
