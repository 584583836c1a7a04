"""The reading side of the journal: a record, its past, the chains, what waits for a decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.kernel.pairs import LINK_TYPES, pair_of
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.answers import Conflict, Revision, Version
from studio_desk.store.file import driver_of
from studio_desk.store.ops import Op, read_body
from studio_desk.store.projector import Projector
from studio_desk.store.shape import Shape

if TYPE_CHECKING:
    from studio_desk.store.file import StationFile


class Past:
    """What the journal of one home can tell."""

    def __init__(self, file: StationFile, shapes: Iterable[Shape]) -> None:
        """Begin to read.

        Args:
            file: the open station file.
            shapes: all kinds of record.
        """
        self.file = file
        self.shapes = {shape.key: shape for shape in shapes}
        self._projector = Projector(self.shapes)

    def record(self, uid: str) -> dict[str, Any]:
        """All columns of a record and its `kind`.

        Raises:
            Problem: `NO_SUCH_RECORD`.
        """
        with self.file.read() as c:
            head = self._register(c, uid)
            row = self._projector.row(c, head["kind"], uid)
        return {"kind": head["kind"], **row}

    def find(self, uid_or_code: str) -> str:
        """The uid of a record named by uid or by number.

        Raises:
            Problem: `NO_SUCH_RECORD`.
        """
        with self.file.read() as c:
            found = c.exec_driver_sql(
                "SELECT uid FROM record WHERE uid = ?1 OR code = ?1 LIMIT 1", (uid_or_code,)
            ).scalar()
        if found is None:
            raise _no_such_record(uid_or_code)
        return str(found)

    def register(self, uid: str) -> dict[str, Any]:
        """The line of a record in the register.

        Raises:
            Problem: `NO_SUCH_RECORD`.
        """
        with self.file.read() as c:
            return self._register(c, uid)

    def history(self, uid: str) -> list[Revision]:
        """Every op about a record, in the order it came here, with the values it said; its links among them."""
        with self.file.read() as c:
            self._register(c, uid)
            rows = c.exec_driver_sql(
                "SELECT o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body WHERE o.rec = ?1"
                " OR o.rec IN (SELECT pair FROM link WHERE one = ?1 OR other = ?1) ORDER BY o.n",
                (uid,),
            ).all()
        revisions = []
        for line, body in rows:
            op, said = Op.from_line(line), read_body(body)
            pair = pair_of(op.rec) if op.type in LINK_TYPES else None
            revisions.append(
                Revision(
                    op.digest,
                    op.dev,
                    op.seq,
                    op.t,
                    op.type,
                    said.get("by", ""),
                    said.get("reason", ""),
                    said.get("values"),
                    op.base,
                    next((part for part in pair or () if part != uid), ""),
                )
            )
        return revisions

    def heads(self, uid: str) -> tuple[str, ...]:
        """Digests of the record's ops that no other op has seen; empty when the record is unknown."""
        with self.file.read() as c:
            return self._heads_of(c, uid)

    def frontiers(self, like: str = "*") -> dict[str, tuple[int, str]]:
        """Last sequence number and head of every chain held here.

        Args:
            like: only of chains whose name has this form, with `*` for any text: a district has thousands.
        """
        query = "SELECT dev, seq, head FROM chain WHERE dev GLOB ? ORDER BY dev"
        with self.file.read() as c:
            return {d: (s, h) for d, s, h in c.exec_driver_sql(query, (like,))}

    def ops(self, dev: str, first: int = 1, last: int | None = None) -> Iterator[tuple[Op, str, str | None]]:
        """The ops of a chain in order: op, its line, its body line (`None` when erased or not here)."""
        with self.file.read() as c:
            rows = c.exec_driver_sql(
                "SELECT o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body"
                " WHERE o.dev = ? AND o.seq >= ? AND o.seq <= ? ORDER BY o.seq",
                (dev, first, last if last is not None else 1 << 53),
            ).all()
        for line, body in rows:
            yield Op.from_line(line), line, body

    def conflicts(self) -> list[Conflict]:
        """Every field that waits for a decision, with all its values, who wrote them and when."""
        with self.file.read() as c:
            uids = c.exec_driver_sql("SELECT uid FROM record WHERE conflict ORDER BY n").scalars().all()
            return [conflict for uid in uids for conflict in self._conflicts_of(c, uid)]

    # --- inside --------------------------------------------------------------------------------------------------

    def _register(self, c: Connection, uid: str) -> dict[str, Any]:
        found = c.exec_driver_sql("SELECT * FROM record WHERE uid = ?", (uid,)).mappings().first()
        if found is None:
            raise _no_such_record(uid)
        return dict(found)

    def _heads_of(self, c: Connection, uid: str) -> tuple[str, ...]:
        found = driver_of(c).execute("SELECT rev FROM record WHERE uid = ?", (uid,)).fetchone()
        return tuple(str(found[0]).split(",")) if found and found[0] else ()

    def _conflicts_of(self, c: Connection, uid: str) -> list[Conflict]:
        register = self._register(c, uid)
        projected, said = self._projector.versions(c, uid)
        return [
            Conflict(
                uid,
                register["kind"],
                register["code"],
                register["title"],
                name,
                tuple(
                    Version(
                        d,
                        (said[d][1].get("values") or {}).get(name),
                        said[d][0].dev,
                        said[d][0].t,
                        said[d][1].get("by", ""),
                    )
                    for d in which
                ),
            )
            for name, which in sorted(projected.conflicts.items())
        ]


def _no_such_record(name: str) -> Problem:
    return Problem(
        "NO_SUCH_RECORD", say("找不到记录“{name}”。", name=name[:60]), say("请用 list 或 search 查一下编号。")
    )
