"""Legal erasure: which bodies an op `record.redact` takes away, and what is left of their record (`exchange.md`).

The bodies lie outside the chain, which therefore still verifies. Who may erase what does not depend on the order in which
ops arrive: a district erases every body of a record, a station those of its own chains and of the chains written to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from studio_desk.store.ops import RECORD_TYPES, Op, read_body

TYPE: Final = "record.redact"
"""Type of the op that erases; its own body says why and keeps the record's number."""
KIND: Final = "erased"
"""Stands in the register for the kind of an erased record: it is in no kind's table, so that nothing counts it."""
STATE: Final = "已删除"
TITLE: Final = "已依法删除的记录"
_KEPT: Final = ("code", "station", "was")


def party(dev: str) -> str:
    """The station a chain belongs with: its writer, or the one a district writes it to; a district's code for its own."""
    return dev.partition("@")[2] or writer(dev)


def writer(dev: str) -> str:
    """Code of who writes a chain."""
    return dev.partition("-")[0]


def covers(erasing: Iterable[str], dev: str) -> bool:
    """Whether erasures in some chains take away the bodies of ops about the same record in the chain `dev`."""
    return any(writer(chain).isdigit() or writer(chain) == party(dev) for chain in erasing)


def erasing(c: Connection) -> dict[str, set[str]]:
    """Per erased record the chains that erase it."""
    found: dict[str, set[str]] = {}
    for rec, dev in c.exec_driver_sql("SELECT DISTINCT rec, dev FROM op WHERE type = ?", (TYPE,)):
        found.setdefault(rec, set()).add(dev)
    return found


def is_erased(by_record: Mapping[str, Iterable[str]], op: Op) -> bool:
    """Whether the body of an op is never to be kept."""
    return op.type != TYPE and op.rec in by_record and covers(by_record[op.rec], op.dev)


def without(c: Connection, ops: Sequence[tuple[Op, str | None]]) -> list[tuple[Op, str | None]]:
    """Ops about to be merged without those bodies that an erasure, here or among them, covers."""
    by_record = erasing(c)
    for op, _ in ops:
        if op.type == TYPE:
            by_record.setdefault(op.rec, set()).add(op.dev)
    if not by_record:
        return list(ops)
    return [(op, None if is_erased(by_record, op) else body) for op, body in ops]


def left_of(ops: Sequence[tuple[Op, str | None]]) -> dict[str, Any] | None:
    """What is left of a record once all its bodies are erased: number, station, `was` (its kind); `None` when it is not.

    A pure function of the set of its ops.

    Args:
        ops: every op about the record, with its body.
    """
    chains = {op.dev for op, _ in ops if op.type == TYPE}
    if not chains or not all(covers(chains, op.dev) for op, _ in ops if op.type in RECORD_TYPES):
        return None
    said = [(op.digest, read_body(line).get("values", {})) for op, line in ops if op.type == TYPE]
    kept = [(digest, {k: _text(values.get(k)) for k in _KEPT}) for digest, values in said]
    _, best = min(kept, key=lambda one: (not one[1]["code"], one[0]))
    return {**best, "state": STATE}


def take_away(c: Connection, recs: Iterable[str]) -> None:
    """Remove the covered bodies of some records, attachments that nothing else names, and half-typed forms.

    Args:
        c: inside a write transaction.
        recs: records that an op here erases.
    """
    by_record = erasing(c)
    bodies: list[str] = []
    named: set[str] = set()
    for rec in sorted(recs):
        c.exec_driver_sql("DELETE FROM draft WHERE uid = ?", (rec,))
        rows = c.exec_driver_sql(
            "SELECT o.line, b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.rec = ?", (rec,)
        )
        for line, body in rows.all():
            op = Op.from_line(line)
            if is_erased(by_record, op):
                bodies.append(op.body)
                named.update(read_body(body).get("blobs", []))
    for digest in bodies:
        c.exec_driver_sql("DELETE FROM body WHERE digest = ?", (digest,))
    for sha256 in sorted(named):
        if not is_named(c, sha256):
            c.exec_driver_sql("DELETE FROM blob WHERE sha256 = ?", (sha256,))


def is_named(c: Connection, sha256: str) -> bool:
    """Whether a body that is here names an attachment."""
    return c.exec_driver_sql("SELECT 1 FROM body WHERE instr(line, ?) LIMIT 1", (sha256,)).first() is not None


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 128 else ""
