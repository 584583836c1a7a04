"""The whole state as canonical text: equal states give equal bytes, whatever way they came about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Boolean

from studio_desk.kernel.canon import canon
from studio_desk.store import links

if TYPE_CHECKING:
    from studio_desk.store.home import Home
    from studio_desk.store.shape import Shape

_LOCAL: Final = frozenset({"uid", "rev", "conflict", "updated_at", "updated_by"})
"""Columns that are told otherwise, or that depend on what arrived last."""
_EMPTY: Final[tuple[Any, ...]] = ("", [], {}, None, False)


def dump(home: Home, *, canonical: bool = False) -> dict[str, Any]:
    """All records with their values, revisions and conflicts, the frontiers of all chains, attachments and links.

    Args:
        home: the home.
        canonical: leave out what is of this home alone (its role, code, device).

    Returns:
        `{digest, records, frontiers, attachments, links, …}`; `digest` is the SHA-256 over the canonical lines of all four.
    """
    records = list(_records(home))
    frontiers = {dev: list(point) for dev, point in sorted(home.journal.frontiers().items())}
    with home.file.read() as c:
        attachments = list(c.exec_driver_sql("SELECT sha256 FROM blob ORDER BY sha256").scalars())
        pairs = links.all_pairs(c)
    digest = hashlib.sha256()
    for value in (*records, frontiers, attachments, pairs):
        digest.update(canon(value).encode() + b"\n")
    found = {
        "digest": digest.hexdigest(),
        "records": records,
        "total": len(records),
        "frontiers": frontiers,
        "attachments": attachments,
        "links": pairs,
    }
    return found if canonical else {**found, "role": home.role, "code": home.code, "device": home.device}


def record(home: Home, uid: str) -> dict[str, Any] | None:
    """One record as `dump` tells it; `None` when it is not in the register."""
    with home.file.read() as c:
        row = c.exec_driver_sql("SELECT kind, rev FROM record WHERE uid = ?", (uid,)).first()
    if row is None:
        return None
    told, conflicts = _one(home, uid)
    return {"uid": uid, "kind": row[0], "values": told, "heads": sorted(row[1].split(",")), "conflicts": conflicts}


def _records(home: Home) -> Iterator[dict[str, Any]]:
    """Every record in the order of its uid."""
    shapes = {shape.key: shape for shape in home.shapes}
    with home.file.read() as c:
        register = c.exec_driver_sql("SELECT uid, kind, rev FROM record ORDER BY uid").all()
    values = {kind: _values(home, shape) for kind, shape in shapes.items()}
    for uid, kind, rev in register:
        told, conflicts = values[kind][uid] if kind in values else _one(home, uid)
        yield {"uid": uid, "kind": kind, "values": told, "heads": sorted(rev.split(",")), "conflicts": conflicts}


def _values(home: Home, shape: Shape) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Values and conflicting fields of all records of a kind, by uid; empty values are left out as in bodies."""
    as_json = {c.name for c in shape.table.columns if isinstance(c.type, JSON)}
    as_bool = {c.name for c in shape.table.columns if isinstance(c.type, Boolean)}
    found = {}
    with home.file.read() as c:
        for row in c.exec_driver_sql(f'SELECT * FROM "{shape.table.name}"').mappings():  # noqa: S608 - own name
            told = {}
            for name, stored in row.items():
                value = json.loads(stored) if name in as_json and isinstance(stored, str) else stored
                value = bool(value) if name in as_bool and value is not None else value
                if name not in _LOCAL and value not in _EMPTY:
                    told[name] = value
            conflict = row["conflict"]
            found[row["uid"]] = (told, json.loads(conflict) if isinstance(conflict, str) else list(conflict or ()))
    return found


def _one(home: Home, uid: str) -> tuple[dict[str, Any], list[str]]:
    """Values and conflicting fields of one record, also of a kind that this version does not know."""
    row = home.journal.record(uid)
    told = {k: v for k, v in row.items() if k not in _LOCAL | {"kind"} and v not in _EMPTY}
    return told, sorted(row.get("conflict") or ())
