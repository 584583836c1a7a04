"""Keep the rows, the register and the search in step with the journal."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, Connection

from studio_desk.kernel.pairs import pair_of
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import erasure, links, search
from studio_desk.store.file import driver_of
from studio_desk.store.ops import RECORD_TYPES, Op, read_body
from studio_desk.store.projection import Projected, Said, project
from studio_desk.store.tables import SEARCH

if TYPE_CHECKING:
    from studio_desk.store.shape import Shape

BATCH = 500
UNKNOWN_KIND = "unknown"
"""Kind of a record written by a newer version: kept in the journal and the register, shown as such."""


@dataclass
class Done:
    """What a merge changed."""

    kinds: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)


@dataclass
class _Row:
    """A record about to be written: its register line and its kind's row."""

    uid: str
    kind: str
    values: dict[str, Any]
    projected: Projected
    last: Op
    by: str
    revisions: int


class Projector:
    """Writes what `project` says into the kinds' tables, the register and the search; inside the caller's transaction."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self._shapes = shapes
        self._columns = {key: [c.name for c in shape.table.columns] for key, shape in shapes.items()}
        self._json = {key: {c.name for c in s.table.columns if isinstance(c.type, JSON)} for key, s in shapes.items()}
        self._bool = {
            key: {c.name for c in s.table.columns if isinstance(c.type, Boolean)} for key, s in shapes.items()
        }
        self._insert = {
            key: f'INSERT OR REPLACE INTO "{shapes[key].table.name}" ({", ".join(_quoted(names))})'  # noqa: S608 - own names
            f" VALUES ({', '.join('?' * len(names))})"
            for key, names in self._columns.items()
        }

    def touch(
        self, c: Connection, kind: str, uid: str, op: Op, body: Mapping[str, Any], *, by: str, fresh: bool, behind: bool
    ) -> tuple[str, str, str]:
        """The quick way after a local write: the new op has seen all others, so its body is the record.

        Returns:
            The record's `rev`, state and number.
        """
        if behind:
            self.again(c, {uid})
            found = c.exec_driver_sql("SELECT rev, state, code FROM record WHERE uid = ?", (uid,)).one()
            return found[0], found[1], found[2]
        count = 1 if fresh else self._revisions(c, uid)
        row = _Row(uid, kind, dict(body), Projected(dict(body), (op.digest,)), op, by, count)
        self._write(c, [row], {} if fresh else self._known(c, [uid]))
        return op.digest, str(body.get("state", "")), str(body.get("code", ""))

    def merge(
        self, c: Connection, fresh: Sequence[tuple[Op, str | None]], late: Iterable[Op], progress: Progress
    ) -> Done:
        """Bring every record up that freshly stored ops are about."""
        touched: dict[str, list[tuple[Op, str | None]]] = {}
        for op, body in fresh:
            if op.rec:
                touched.setdefault(op.rec, []).append((op, body))
        for op in late:
            if op.rec:
                touched.setdefault(op.rec, [])
        before = self._known(c, list(touched))
        done, total = Done(added=set(touched) - set(before), changed=set(touched) & set(before)), len(touched)
        rows: list[_Row] = []
        for count, (uid, ops) in enumerate(touched.items()):
            row = self._work_out(c, uid) if uid in before or not ops else self._made(uid, ops)
            if row is not None:
                rows.append(row)
            if len(rows) >= BATCH:
                self._flush(c, rows, done)
                progress(count, total, say("正在合并记录"))
        self._flush(c, rows, done)
        links.work_out(c, filter(pair_of, touched))
        # A remark alone adds no record; one without any value-bearing op here is not listed.
        listed = self._known(c, list(done.added))
        done.added &= set(listed)
        return done

    def again(self, c: Connection, uids: Collection[str]) -> set[str]:
        """Work out some records anew; a record without any op left disappears. Answers the kinds touched."""
        done = Done()
        rows = []
        for uid in sorted(uids):
            known = c.exec_driver_sql("SELECT kind FROM record WHERE uid = ?", (uid,)).scalar()
            row = self._work_out(c, uid)
            if known and (row is None or row.kind not in {known, erasure.KIND}):
                self._remove(c, uid, str(known))
            if known:
                done.kinds.add(str(known))
            if row is not None:
                rows.append(row)
        self._flush(c, rows, done)
        links.work_out(c, filter(pair_of, uids))
        return done.kinds

    def rebuild(self, c: Connection, progress: Progress = silent) -> int:
        """Empty all tables of records and fill them from the journal; answers how many records there are."""
        for shape in self._shapes.values():
            shape.table.drop(c, checkfirst=True)
            shape.table.create(c)
        numbers: dict[str, int] = dict(c.exec_driver_sql("SELECT uid, n FROM record").all())
        c.exec_driver_sql("DROP TABLE search")
        c.exec_driver_sql(SEARCH)
        c.exec_driver_sql("DELETE FROM record WHERE uid NOT IN (SELECT rec FROM op)")
        uids = c.exec_driver_sql("SELECT DISTINCT rec FROM op WHERE rec <> ''").scalars().all()
        uids = sorted(uids, key=lambda uid: (numbers.get(uid, 1 << 62), uid))
        links.rebuild(c)
        rows: list[_Row] = []
        done = Done()
        for count, uid in enumerate(uids):
            row = self._work_out(c, uid)
            if row is not None:
                rows.append(row)
            if len(rows) >= BATCH:
                self._flush(c, rows, done)
                progress(count, len(uids), say("正在重建记录"))
        self._flush(c, rows, done)
        return len(uids)

    def row(self, c: Connection, kind: str, uid: str) -> dict[str, Any]:
        """The columns of one record as Python values."""
        if kind == erasure.KIND:
            ops = self._ops(c, uid)
            return {**(erasure.left_of(ops) or {}), "uid": uid, "rev": ",".join(_heads(ops)), "conflict": []}
        if kind not in self._shapes:
            projected, _ = self.versions(c, uid)
            return {
                **projected.values,
                "uid": uid,
                "rev": ",".join(projected.heads),
                "conflict": sorted(projected.conflicts),
            }
        found = c.exec_driver_sql(
            f'SELECT * FROM "{self._shapes[kind].table.name}" WHERE uid = ?',  # noqa: S608 - own name
            (uid,),
        )
        return self.read_row(kind, dict(found.mappings().one()))

    def read_row(self, kind: str, row: dict[str, Any]) -> dict[str, Any]:
        """Stored values of one row turned back into Python values (JSON lists, booleans)."""
        for name in self._json[kind]:
            if isinstance(row.get(name), str):
                row[name] = json.loads(row[name])
        for name in self._bool[kind]:
            if name in row:
                row[name] = bool(row[name])
        return row

    def versions(self, c: Connection, uid: str) -> tuple[Projected, dict[str, tuple[Op, dict[str, Any]]]]:
        """The projection of a record and, by digest, its ops with their bodies."""
        said = self._told(self._ops(c, uid))
        return _project(said), said

    # --- inside --------------------------------------------------------------------------------------------------

    def _ops(self, c: Connection, uid: str) -> list[tuple[Op, str | None]]:
        rows = c.exec_driver_sql(
            "SELECT o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body WHERE o.rec = ? ORDER BY o.n", (uid,)
        )
        return [(Op.from_line(line), body) for line, body in rows]

    def _told(self, ops: Iterable[tuple[Op, str | None]]) -> dict[str, tuple[Op, dict[str, Any]]]:
        """By digest, those of a record's ops that hold values, with their bodies; in the order they came."""
        return {op.digest: (op, self._read_body(line)) for op, line in ops if op.type in RECORD_TYPES}

    def _read_body(self, line: str | None) -> dict[str, Any]:
        """A body with its values brought up to today's version of the kind; empty when erased or not here."""
        body = read_body(line)
        shape = self._shapes.get(body.get("kind", ""))
        if shape is not None and body.get("version") != shape.version:
            body["values"] = shape.upcast(body.get("values") or {}, body.get("version") or 1)
        return body

    def _revisions(self, c: Connection, uid: str) -> int:
        marks = ",".join("?" * len(RECORD_TYPES))
        return int(
            c.exec_driver_sql(
                f"SELECT count(*) FROM op WHERE rec = ? AND type IN ({marks})",  # noqa: S608 - only marks
                (uid, *sorted(RECORD_TYPES)),
            ).scalar_one()
        )

    def _work_out(self, c: Connection, uid: str) -> _Row | None:
        return self._made(uid, self._ops(c, uid))

    def _made(self, uid: str, ops: Sequence[tuple[Op, str | None]]) -> _Row | None:
        """The row that a record's ops amount to; none when no op holds values, as those about a pair."""
        if pair_of(uid) and not any(op.type in RECORD_TYPES for op, _ in ops):
            return None
        if (left := erasure.left_of(ops)) is not None:
            told = [(op, body) for op, body in ops if op.type in _HOLDING]
            last, line = told[-1]
            return _Row(
                uid, erasure.KIND, left, Projected(left, _heads(ops)), last, read_body(line).get("by", ""), len(told)
            )
        said = self._told(ops)
        if not said:
            return None
        projected = _project(said)
        kind = next((body["kind"] for _, body in said.values() if body.get("kind")), UNKNOWN_KIND)
        last, body = next(reversed(said.values()))
        return _Row(uid, kind, projected.values, projected, last, body.get("by", ""), len(said))

    def _known(self, c: Connection, uids: Sequence[str]) -> dict[str, int]:
        known: dict[str, int] = {}
        for start in range(0, len(uids), BATCH):
            part = tuple(uids[start : start + BATCH])
            marks = ",".join("?" * len(part))
            known.update(driver_of(c).execute(f"SELECT uid, n FROM record WHERE uid IN ({marks})", part))  # noqa: S608
        return known

    def _flush(self, c: Connection, rows: list[_Row], done: Done) -> None:
        if rows:
            self._write(c, rows, self._known(c, [row.uid for row in rows]))
            done.kinds |= {row.kind for row in rows}
            done.conflicts |= {row.uid for row in rows if row.projected.conflicts}
            rows.clear()

    def _remove(self, c: Connection, uid: str, kind: str) -> None:
        c.exec_driver_sql("DELETE FROM search WHERE rowid = (SELECT n FROM record WHERE uid = ?)", (uid,))
        c.exec_driver_sql("DELETE FROM record WHERE uid = ?", (uid,))
        if kind in self._shapes:
            c.exec_driver_sql(f'DELETE FROM "{self._shapes[kind].table.name}" WHERE uid = ?', (uid,))  # noqa: S608

    def _write(self, c: Connection, rows: Sequence[_Row], known: Mapping[str, int]) -> None:
        """Write rows; `known` are the register's numbers of those that are here."""
        (top,) = driver_of(c).execute("SELECT coalesce(max(n), 0) FROM record").fetchone()
        by_kind: dict[str, list[list[Any]]] = {}
        register, words = [], []
        for row in rows:
            shape = self._shapes.get(row.kind)
            rev = ",".join(row.projected.heads)
            title, day, draft, closed, text, names = row.uid, "", False, False, "", ""
            values = row.values
            if row.kind == erasure.KIND:
                title, closed = erasure.TITLE, True
                self._empty(c, row.uid)
            if shape is not None:
                values = shape.project({**row.values, "uid": row.uid})
                values |= {
                    "rev": rev,
                    "conflict": sorted(row.projected.conflicts),
                    "updated_at": row.last.t,
                    "updated_by": row.by,
                }
                by_kind.setdefault(row.kind, []).append(self._stored(row.kind, values))
                title, day, draft, closed = shape.summary(values)
                text, names = shape.words(values)
            number = known.get(row.uid)
            if number is None:
                number = top = top + 1
            if row.kind != erasure.KIND:
                words.append((number, text, names))
            register.append(
                (
                    number,
                    row.uid,
                    row.kind,
                    str(values.get("code", "")),
                    title,
                    str(values.get("state", "")),
                    day,
                    str(values.get("station", "")),
                    rev,
                    bool(row.projected.conflicts),
                    draft,
                    closed,
                    row.last.dev,
                    row.last.seq,
                    row.revisions,
                    row.last.t,
                )
            )
        for kind, stored in by_kind.items():
            driver_of(c).executemany(self._insert[kind], stored)
        driver_of(c).executemany(_REGISTER, register)
        search.index(c, words, known.values())

    def _empty(self, c: Connection, uid: str) -> None:
        """Take the row of a record out of its kind's table; the register keeps its line."""
        known = c.exec_driver_sql("SELECT kind FROM record WHERE uid = ?", (uid,)).scalar()
        if known is not None and known in self._shapes:
            c.exec_driver_sql(f'DELETE FROM "{self._shapes[known].table.name}" WHERE uid = ?', (uid,))  # noqa: S608

    def _stored(self, kind: str, values: Mapping[str, Any]) -> list[Any]:
        as_json = self._json[kind]
        return [_encode(values.get(name)) if name in as_json else values.get(name) for name in self._columns[kind]]


def _heads(ops: Iterable[tuple[Op, str | None]]) -> tuple[str, ...]:
    """Digests of an erased record's ops that no other op has seen."""
    return project([Said(op.digest, op.base, None) for op, _ in ops if op.type in _HOLDING]).heads


_HOLDING = RECORD_TYPES | {erasure.TYPE}
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _project(said: Mapping[str, tuple[Op, dict[str, Any]]]) -> Projected:
    return project([Said(digest, op.base, body.get("values")) for digest, (op, body) in said.items()])


_REGISTER = """INSERT INTO record (n, uid, kind, code, title, state, day, station, rev, conflict, draft, closed, dev, seq,
 revisions, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
 ON CONFLICT (uid) DO UPDATE SET kind = excluded.kind, code = excluded.code, title = excluded.title,
 state = excluded.state, day = excluded.day, station = excluded.station, rev = excluded.rev,
 conflict = excluded.conflict, draft = excluded.draft, closed = excluded.closed, dev = excluded.dev,
 seq = excluded.seq, revisions = excluded.revisions, updated_at = excluded.updated_at"""


def _quoted(names: Iterable[str]) -> Iterator[str]:
    return (f'"{name}"' for name in names)
