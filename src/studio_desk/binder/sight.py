"""Look records up for printed forms: as they are now, or as they were when a year was sealed."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import select

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS
from studio_desk.record.kind import Kind, Part, Record
from studio_desk.store import tables
from studio_desk.store.ops import RECORD_TYPES, Op
from studio_desk.store.projection import Said, project

if TYPE_CHECKING:
    from studio_desk.record.look import Look
    from studio_desk.store.home import Home

Cut = Mapping[str, int]
"""Per chain the last op that counts: a state of the journal that no later op changes."""

FULL_PRINT = "print.full"
"""Type of the op that tells who printed unmasked numbers of which records or of which year."""

_KINDS = {kind.key: kind for kind in KINDS}


def home_look(home: Home, full: bool = False) -> Look:
    """The records of a home for `Kind.sheets`.

    Args:
        home: an open home.
        full: telephone numbers and sensitive pictures are printed in full.
    """
    return Sight(home, full=full)


class Sight:
    """The `Look` of a home; what it has read once it does not read again, so make one for each print.

    Args:
        home: an open home.
        full: see `Look.full`.
        cut: show every record as the ops up to the cut make it; later records do not exist. `None` shows today's.
        office: who prints; the home's name when empty.
    """

    def __init__(self, home: Home, *, full: bool = False, cut: Cut | None = None, office: str = "") -> None:
        self._home, self._cut = home, cut
        self._all = full
        self._full = full or not home.settings.mask_phones
        self._office = office or home.name
        self._rows: dict[str, Mapping[str, Any]] = {}
        self._titles: dict[str, str] = {}
        self._children: dict[tuple[str, str], dict[str, list[str]]] = {}

    @property
    def office(self) -> str:
        """The name of the station or district that prints."""
        return self._office

    @property
    def full(self) -> bool:
        """Whether telephone numbers are printed in full: on this print, or always by the settings."""
        return self._full

    def title(self, uid: str) -> str:
        """The title of a record, the uid itself when there is none."""
        if uid not in self._titles:
            self._titles[uid] = self._title(uid) or uid
        return self._titles[uid]

    def record(self, uid: str) -> Mapping[str, Any]:
        """The columns of a record and its `kind`, empty when unknown."""
        if uid not in self._rows:
            self._rows[uid] = self._past[uid] if uid in self._past else self._now(uid)
        return self._rows[uid]

    def children(self, kind: str, field: str, uid: str) -> Sequence[Mapping[str, Any]]:
        """The records of `kind` whose `field` holds `uid`, in order of their number."""
        if (kind, field) not in self._children:
            self._children[kind, field] = self._index(kind, field)
        return [self.record(child) for child in self._children[kind, field].get(uid, ())]

    def photo(self, sha256: str) -> bytes | None:
        """The bytes of an attachment, `None` when they are not here, or not to be seen on this print (class P2)."""
        if not self._all and sha256 in self._sensitive:
            return None
        with self._home.file.read() as c:
            data = c.execute(select(tables.blob.c.data).where(tables.blob.c.sha256 == sha256)).scalar()
        return None if data is None else bytes(data)

    def model(self, uid: str) -> tuple[Kind, Record]:
        """A record as its kind's forms take it.

        Raises:
            Problem: `NO_SUCH_RECORD`; `NO_PAPER` when it is of a kind that this version does not know.
        """
        row = self.record(uid) or self._home.journal.record(uid)
        if (kind := _KINDS.get(str(row["kind"]))) is None:
            raise Problem(
                "NO_PAPER",
                say("{code}是更新版本的程序写的记录，这里不能打印。", code=row.get("code") or uid),
                say("请升级程序后再打印。"),
            )
        return kind, record_of(kind, row)

    # --- inside --------------------------------------------------------------------------------------------------

    def _now(self, uid: str) -> Mapping[str, Any]:
        try:
            return self._home.journal.record(uid)
        except Problem:
            return {}

    def _title(self, uid: str) -> str:
        if uid in self._past:
            row = self._past[uid]
            kind = _KINDS.get(str(row.get("kind")))
            return str(row.get(kind.name) or row.get("code") or "") if kind else ""
        with self._home.file.read() as c:
            return str(c.exec_driver_sql("SELECT title FROM record WHERE uid = ?", (uid,)).scalar() or "")

    def _index(self, kind: str, field: str) -> dict[str, list[str]]:
        shape = _KINDS.get(kind)
        if shape is None or field not in shape.table.columns:
            return {}
        query = select(shape.table.c.uid, shape.table.c[field], shape.table.c.code)
        with self._home.file.read() as c:
            found = [(str(uid), str(to or ""), str(code)) for uid, to, code in c.execute(query)]
        found = [line for line in found if line[0] not in self._past]
        found += [
            (uid, str(row.get(field) or ""), str(row.get("code") or ""))
            for uid, row in self._past.items()
            if row.get("kind") == kind
        ]
        index: dict[str, list[str]] = {}
        for uid, to, _ in sorted(found, key=lambda line: (line[2], line[0])):
            index.setdefault(to, []).append(uid)
        return index

    @cached_property
    def _sensitive(self) -> set[str]:
        """Digests of the pictures that only a full print shows, whatever the settings say of telephone numbers."""
        attachments = _KINDS["attachment"].table
        query = select(attachments.c.sha256).where(attachments.c.personal == "P2")
        with self._home.file.read() as c:
            return set(c.execute(query).scalars())

    @cached_property
    def _past(self) -> dict[str, Mapping[str, Any]]:
        """Every record that an op after the cut is about, as it was at the cut; empty when it did not exist."""
        if self._cut is None:
            return {}
        known = ",".join("?" * len(self._cut))
        beyond = " OR ".join([f"dev NOT IN ({known})", *["(dev = ? AND seq > ?)"] * len(self._cut)])
        values = [*self._cut, *(value for limit in self._cut.items() for value in limit)]
        with self._home.file.read() as c:
            rows = c.exec_driver_sql(
                "SELECT o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body WHERE o.rec IN"  # noqa: S608 - only marks
                f" (SELECT rec FROM op WHERE rec <> '' AND ({beyond})) ORDER BY o.n",
                tuple(values),
            ).all()
        said: dict[str, list[tuple[Op, dict[str, Any]]]] = {}
        for line, body in rows:
            op = Op.from_line(line)
            before = said.setdefault(op.rec, [])
            if op.type in RECORD_TYPES and op.seq <= self._cut.get(op.dev, 0):
                before.append((op, json.loads(body) if body else {}))
        return {uid: _row(uid, ops) for uid, ops in said.items()}


def record_of(kind: Kind, row: Mapping[str, Any]) -> Record:
    """A row as a record; one written under other limits, which `Kind.read` refuses, is taken as it is."""
    values = {name: row[name] for name in kind.model.model_fields if name in row}
    try:
        return kind.read(values)
    except ValidationError:
        return kind.model(**{name: _lines(kind.model.model_fields[name].annotation, v) for name, v in values.items()})


def _lines(annotation: Any, value: Any) -> Any:
    """Child lines as objects, unchecked."""
    part = next(iter(typing.get_args(annotation)), None)
    if not (isinstance(value, list) and isinstance(part, type) and issubclass(part, Part)):
        return value
    return [part.model_construct(**line) for line in value if isinstance(line, dict)]


def _row(uid: str, ops: Sequence[tuple[Op, dict[str, Any]]]) -> Mapping[str, Any]:
    """The columns that some ops about a record amount to; empty for none, and for a kind that is not known."""
    kind = next((_KINDS[body["kind"]] for _, body in ops if body.get("kind") in _KINDS), None)
    if kind is None:
        return {}
    found = project(
        [
            Said(op.digest, op.base, kind.upcast(body["values"], int(body.get("version") or 1)) if body else None)
            for op, body in ops
        ]
    )
    last, body = ops[-1]
    return {
        **kind.project({**found.values, "uid": uid}),
        "kind": kind.key,
        "rev": ",".join(found.heads),
        "conflict": sorted(found.conflicts),
        "updated_at": last.t,
        "updated_by": body.get("by", ""),
    }
