"""The only door: every change of a record is an op, appended in the same transaction as the row it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.kernel import clock, ids
from studio_desk.kernel.canon import digest
from studio_desk.kernel.dates import first_day
from studio_desk.kernel.pairs import pair_of
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import erasure, links, numbers, refusals, search
from studio_desk.store.answers import Applied, Changes, Conflict, Revision, Version, Written
from studio_desk.store.file import driver_of
from studio_desk.store.ops import BASES, FORMAT, GENESIS, RECORD_TYPES, Op, body_line
from studio_desk.store.past import Past
from studio_desk.store.shape import VOID, Shape

if TYPE_CHECKING:
    from studio_desk.store.file import StationFile

LATE_AFTER_DAYS = 3
"""A record entered more days after its event is marked as entered late (domain.md 2.1)."""


class Journal(Past):
    """The journal of one home and the records worked out from it."""

    def __init__(self, file: StationFile, shapes: Iterable[Shape], *, code: str, device: str, role: str) -> None:
        """Begin to keep the journal.

        Args:
            file: the open station file.
            shapes: all kinds of record.
            code: the station's (district's) own code.
            device: the chain that this home writes.
            role: `station` or `district`.
        """
        super().__init__(file, shapes)
        self.code, self.device, self.role = code, device, role
        self.operator: Callable[[], str] = lambda: ""
        self.late_after: Callable[[], int] = lambda: LATE_AFTER_DAYS
        self._heads: dict[str, tuple[int, str]] = {}
        self._numbers: dict[str, int] = {}
        self._pending = Changes()
        self._told: list[Callable[[Changes], None]] = []
        file.after_commit.append(self._committed)
        file.after_rollback.append(self._rolled_back)

    # --- writing -------------------------------------------------------------------------------------------------

    def write(
        self,
        kind: str,
        values: Mapping[str, Any],
        *,
        uid: str = "",
        type: str = "record.save",  # noqa: A002 - the key of the op line
        reason: str = "",
        base: str | None = None,
    ) -> Written:
        """Save one whole record, new or changed.

        Args:
            kind: key of its kind.
            values: all field values; number, state and station are filled in when missing.
            uid: the record to change; `""` makes a new one.
            type: the op's type.
            reason: why, for corrections, moves and withdrawals.
            base: the `rev` the writer had seen; today's when not given. An older one makes this a concurrent edit.

        Raises:
            Problem: the kind refuses the values (first error, all findings attached), the record is withdrawn, in
                conflict, or unknown.
        """
        shape = self._shape(kind)
        with self.file.write() as c:
            if uid:
                before = self._register(c, uid)
                refusals.refuse_unwritable(before, type, self.role, self.code)
            values = dict(values)
            uid = uid or str(values.get("uid") or "")
            heads = self._heads_of(c, uid) if uid else ()
            if heads:
                refusals.refuse_erased(self._register(c, uid))
            uid = uid or ids.new_uid()
            if not heads:
                self._fill_new(c, shape, values)
                shape.allow_step({**values, "state": ""}, str(values["state"]), self.role)
            values["uid"] = uid
            body, findings = shape.admit(values)
            line = body_line(
                body, kind=kind, version=shape.version, by=self.operator(), reason=reason, blobs=shape.blobs(body)
            )
            chosen = tuple(sorted((base if base is not None else ",".join(heads)).split(",")))[:BASES] if heads else ()
            op = self._append(c, self._chain_for(str(body.get("station", ""))), line, type_=type, rec=uid, base=chosen)
            touched = self._projector.touch(
                c, kind, uid, op, body, by=self.operator(), fresh=not heads, behind=set(chosen) != set(heads)
            )
            self._pending.kinds.add(kind)
            self._pending.records.add(uid)
            rev, state, code = touched
        return Written(uid, code, rev, state, tuple(findings))

    def correct(self, uid: str, changes: Mapping[str, Any], reason: str = "") -> Written:
        """Change some fields of a record.

        Raises:
            Problem: `REASON_REQUIRED` when the record is no draft and no reason is given; else as `write`.
        """
        row = self.record(uid)
        if not reason and not self._is_draft(uid):
            raise Problem("REASON_REQUIRED", say("更正要写明原因。"), say("请用一句话说明为什么更正。"))
        return self._rewrite(row, changes, "record.correct", reason)

    def move(self, uid: str, state: str, reason: str = "", changes: Mapping[str, Any] | None = None) -> Written:
        """Take one step of the life cycle.

        Raises:
            Problem: `MOVE_NOT_ALLOWED`, `REASON_REQUIRED`; else as `write`.
        """
        row = self.record(uid)
        refusals.refuse_erased(row)
        self._shape(row["kind"]).allow_move(row["state"], state, reason)
        return self._rewrite(row, {**(changes or {}), "state": state}, "record.move", reason)

    def void(self, uid: str, reason: str) -> Written:
        """Withdraw a record; nothing is deleted, its number stays in the ledger as withdrawn (S004-48).

        Raises:
            Problem: `REASON_REQUIRED`; else as `write`.
        """
        if not reason.strip():
            raise Problem("REASON_REQUIRED", say("作废要写明原因。"), say("请用一句话说明为什么作废。"))
        return self._rewrite(self.record(uid), {"state": VOID, "void_reason": reason}, "record.void", reason)

    def resolve(self, uid: str, changes: Mapping[str, Any], reason: str) -> Written:
        """Decide a conflict: the chosen values become the record, all versions stay in the history.

        Raises:
            Problem: `NO_CONFLICT`, `REASON_REQUIRED`; else as `write`.
        """
        row = self.record(uid)
        if not row["conflict"]:
            raise Problem("NO_CONFLICT", say("这条记录没有待定的冲突。"), say("请刷新列表。"))
        if not reason.strip():
            raise Problem("REASON_REQUIRED", say("裁定冲突要写明理由。"), say("请用一句话说明为什么这样定。"))
        return self._rewrite(row, changes, "record.resolve", reason)

    def renumber(self, uid: str, reason: str) -> Written:
        """Give a record the next number of this computer's range; the old one stays in its history.

        Raises:
            Problem: as `write`.
        """
        row = self.record(uid)
        with self.file.write() as c:
            code = self._number(c, row["code"][: row["code"].rindex("-") + 1])
            return self._rewrite(row, {"code": code}, _CHANGE_ANYTHING, reason)

    def redact(self, uid: str, reason: str, *, confirms: bool = False) -> list[Op]:
        """Erase a record by law: its bodies go here and, with the ops this writes, at every other holder.

        Number, station and kind stay; the chains still verify. A district writes to every station that wrote about it.

        Args:
            uid: the record.
            reason: why; it stays.
            confirms: another home decided, this one only says that it has done so too.

        Raises:
            Problem: `REASON_REQUIRED`, `NO_SUCH_RECORD`, `NOT_OWNER`, `RECORD_ERASED` when this home erased it before.
        """
        if not reason.strip():
            raise Problem(
                "REASON_REQUIRED", say("依法删除要写明原因。"), say("请写明依据和是谁决定的；不要写被删除的内容。")
            )
        with self.file.write() as c:
            before = _PAIR if pair_of(uid) else self._register(c, uid)
            if not confirms:
                refusals.refuse_foreign(before, self.role, self.code)
                refusals.refuse_erased(before)
            chains = {self._chain_for(erasure.party(dev)) for dev in self._chains_of(c, uid)}
            chains -= {op.dev for op in self._ops_of(c, uid) if op.type == erasure.TYPE}
            known = self._projector.row(c, erasure.KIND, uid) if before["kind"] == erasure.KIND else {}
            was = known.get("was") or before["kind"]
            values = {"code": before["code"], "station": before["station"], "was": was, "confirmed": confirms}
            ops = [self.note(erasure.TYPE, values, chain=dev, rec=uid, reason=reason.strip()) for dev in sorted(chains)]
            self._erase(c, {uid})
            self._pending.kinds |= self._projector.again(c, {uid})
            search.forget(c)
        return ops

    def chain_about(self, rows: Sequence[Mapping[str, Any]]) -> str:
        """The chain for what is said of several records: a district's own when they are not all of one station.

        Args:
            rows: their lines of the register.

        Raises:
            Problem: `RECORD_ERASED`, `NOT_OWNER`.
        """
        for row in rows:
            refusals.refuse_erased(row)
            refusals.refuse_foreign(row, self.role, self.code)
        owners = {str(row["station"]) for row in rows}
        return self._chain_for(owners.pop()) if len(owners) == 1 else self.device

    def note(
        self,
        type: str,  # noqa: A002 - the key of the op line
        values: Mapping[str, Any],
        *,
        chain: str = "",
        rec: str = "",
        reason: str = "",
        base: tuple[str, ...] | None = None,
    ) -> Op:
        """Append an op that holds no record: a receipt, a remark, a link, a change of the trust list.

        Args:
            type: the op's type.
            values: what it says (canonical JSON types).
            chain: the chain to write; this home's own when empty.
            rec: uid of the record it is about, or the pair (`kernel.pairs`).
            reason: why.
            base: the ops about it that the writer had seen; the record's heads when not given.

        Raises:
            Problem: `NO_SUCH_RECORD`, `RECORD_ERASED`: nothing more is said about a record that was erased by law.
        """
        with self.file.write() as c:
            if rec and type != erasure.TYPE and not pair_of(rec):
                refusals.refuse_erased(self._register(c, rec))
            line = body_line(values, by=self.operator(), reason=reason)
            if base is None:
                base = self._heads_of(c, rec)[:BASES] if rec else ()
            op = self._append(c, chain or self.device, line, type_=type, rec=rec, base=base)
            if rec:
                self._pending.records |= set(pair_of(rec) or (rec,))
        return op

    def repeat(self, op: Op, line: str, base: tuple[str, ...], chain: str) -> Op:
        """Append an op of another chain once more to one that this home writes; its record is worked out by `take_back` of the first.

        Args:
            op: the op.
            line: its body, with a salt of its own.
            base: the revisions it had seen, by the names they have now.
            chain: where it is appended.
        """
        with self.file.write() as c:
            return self._append(c, chain, line, type_=op.type, rec=op.rec, base=base, t=op.t)

    # --- merging -------------------------------------------------------------------------------------------------

    def apply(self, ops: Sequence[tuple[str, str | None]], progress: Progress = silent) -> Applied:
        """Merge ops of other chains through the same door; idempotent and order-free.

        Args:
            ops: `(op line, body line or None)`, already verified; each chain in order and joining what is here.
            progress: counts ops.

        Raises:
            Problem: `CHAIN_GAP` when an op does not join its chain (the caller holds such bundles back),
                `CHAIN_FORK` when another op already stands at its place.
        """
        result = Applied()
        with self.file.write() as c:
            read = [(Op.from_line(line), body) for line, body in ops]
            known = self._known(c, [op.digest for op, _ in read])
            read = erasure.without(c, read)
            fresh: list[tuple[Op, str | None]] = []
            again: list[tuple[Op, str]] = []
            for op, body in read:
                if op.digest in known:
                    result.same += 1
                    if body is not None:
                        again.append((op, body))
                    continue
                known.add(op.digest)
                self._join(c, op)
                fresh.append((op, body))
            here = self._bodies_here(c, [op.body for op, _ in again])
            late_bodies = [(op, body) for op, body in again if op.body not in here]
            bodies = [(op.body, body) for op, body in [*fresh, *late_bodies] if body is not None]
            if bodies:
                driver_of(c).executemany("INSERT OR IGNORE INTO body (digest, line) VALUES (?, ?)", bodies)
            if fresh:
                driver_of(c).executemany(_INSERT_OP, [_columns(op) for op, _ in fresh])
                for dev in {op.dev for op, _ in fresh}:
                    self._keep_head(c, dev)
            erased = self._erase(c, {op.rec for op, _ in fresh if op.type == erasure.TYPE})
            done = self._projector.merge(c, fresh, [op for op, _ in late_bodies], progress)
            result.new = len(fresh)
            result.added, result.changed, result.conflicts = done.added, done.changed, done.conflicts
            self._numbers.clear()  # another incarnation of this computer may have given out higher ones
            self._pending.kinds |= done.kinds
            self._pending.records |= done.added | done.changed
            self._pending.records |= {uid for op, _ in fresh for uid in pair_of(op.rec) or ()}
            if erased:
                search.forget(c)
        return result

    def take_back(self, digests: Iterable[str], *, moved: bool = False) -> set[str]:
        """Remove merged ops again (undo of an import); the records they touched are worked out anew.

        Args:
            digests: the ops.
            moved: they stand elsewhere by now (`repeat`), so nothing is lost whatever builds on them.

        Raises:
            Problem: `IMPORT_BUILT_ON` when a later op, here or of the same chain, builds on one of them; `IMPORT_ERASED`
                when one of its records was erased by law: an erasure is never taken back.
        """
        gone = set(digests)
        with self.file.write() as c:
            rows = self._rows_of(c, gone)
            recs = {rec for _, _, rec, _ in rows if rec}
            if recs & erasure.erasing(c).keys() and not moved:
                raise refusals.erased_since()
            for dev in {dev for dev, _, _, _ in rows}:
                mine = [seq for d, seq, _, _ in rows if d == dev]
                last = c.exec_driver_sql("SELECT max(seq) FROM op WHERE dev = ?", (dev,)).scalar_one()
                if sorted(mine) != list(range(last - len(mine) + 1, last + 1)):
                    raise refusals.built_on()
            for rec in recs if not moved else ():
                for op in self._ops_of(c, rec):
                    if op.digest not in gone and gone & set(op.base):
                        raise refusals.built_on()
            marks = [(d,) for d in gone]
            bodies = [(body,) for _, _, _, body in rows]
            c.exec_driver_sql("DELETE FROM op WHERE digest = ?", marks)
            c.exec_driver_sql("DELETE FROM body WHERE digest = ? AND digest NOT IN (SELECT body FROM op)", bodies)
            for dev in {dev for dev, _, _, _ in rows}:
                self._heads.pop(dev, None)
                found = c.exec_driver_sql(
                    "SELECT seq, digest FROM op WHERE dev = ? ORDER BY seq DESC LIMIT 1", (dev,)
                ).first()
                if found is None:
                    c.exec_driver_sql("DELETE FROM chain WHERE dev = ?", (dev,))
                else:
                    c.exec_driver_sql("UPDATE chain SET seq = ?, head = ? WHERE dev = ?", (found[0], found[1], dev))
            self._pending.kinds |= self._projector.again(c, recs)
            self._pending.records |= {uid for rec in recs for uid in pair_of(rec) or (rec,)}
        return recs

    def rebuild(self, progress: Progress = silent) -> int:
        """Work out all records anew from the ops; answers how many. Used after a change of a kind's table."""
        with self.file.write() as c:
            count = self._projector.rebuild(c, progress)
            self._pending.kinds |= set(self.shapes)
        return count

    def subscribe(self, told: Callable[[Changes], None]) -> None:
        """Call `told(changes)` after every commit that touched records."""
        self._told.append(told)

    # --- inside --------------------------------------------------------------------------------------------------

    def _shape(self, kind: str) -> Shape:
        try:
            return self.shapes[kind]
        except KeyError:
            raise Problem(
                "UNKNOWN_KIND",
                say("没有“{kind}”这种记录。", kind=kind[:60]),
                say("全部种类用 kinds 查看。"),
            ) from None

    def _rewrite(self, row: Mapping[str, Any], changes: Mapping[str, Any], type_: str, reason: str) -> Written:
        refusals.refuse_erased(row)
        state = str(changes.get("state", row["state"]))
        if type_ != "record.resolve" and state != row["state"]:
            self._shape(row["kind"]).allow_step(row, state, self.role)
        kept = {k: v for k, v in row.items() if k not in {"kind", *_WORKED_OUT}}
        return self.write(row["kind"], {**kept, **changes}, uid=row["uid"], type=type_, reason=reason)

    def _is_draft(self, uid: str) -> bool:
        with self.file.read() as c:
            return bool(self._register(c, uid)["draft"])

    def _chain_for(self, owner: str) -> str:
        """A district writes about a station's record in that station's downward chain."""
        return self.device if self.role == "station" or owner in {"", self.code} else f"{self.device}@{owner}"

    def _fill_new(self, c: Connection, shape: Shape, values: dict[str, Any]) -> None:
        day = first_day(str(values.get(shape.day) or "")) if shape.day and _is_day(values.get(shape.day)) else None
        values.setdefault("station", self.code)
        values["state"] = values.get("state") or shape.first_state
        values["created_at"] = values.get("created_at") or clock.stamp()
        values["created_by"] = values.get("created_by") or self.operator()
        if day and (clock.today() - day).days > self.late_after():
            values["entered_late"] = True
        if not values.get("code"):
            values["code"] = self._number(c, f"{self.code}-{shape.prefix}-{(day or clock.today()).year}-")

    def _number(self, c: Connection, stem: str) -> str:
        """The next number `{站码}-{类}-{年}-{4位流水}`, never used before (domain.md 2.1)."""
        computer = numbers.computer_of(self.device)
        if stem not in self._numbers:
            floor = c.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (f"number.{stem}",)).scalar()
            self._numbers[stem] = max(numbers.highest(c, stem, computer), int(floor or 0))
        self._numbers[stem] = numbers.after(computer, self._numbers[stem])
        return f"{stem}{self._numbers[stem]:04d}"

    def _head(self, c: Connection, dev: str) -> tuple[int, str]:
        if dev not in self._heads:
            found = driver_of(c).execute("SELECT seq, head FROM chain WHERE dev = ?", (dev,)).fetchone()
            self._heads[dev] = (found[0], found[1]) if found else (0, GENESIS)
        return self._heads[dev]

    def _keep_head(self, c: Connection, dev: str) -> None:
        driver_of(c).execute(
            "INSERT INTO chain (dev, seq, head) VALUES (?, ?, ?)"
            " ON CONFLICT (dev) DO UPDATE SET seq = excluded.seq, head = excluded.head",
            (dev, *self._heads[dev]),
        )

    def _append(
        self, c: Connection, dev: str, line: str, *, type_: str, rec: str, base: tuple[str, ...], t: str = ""
    ) -> Op:
        seq, head = self._head(c, dev)
        op = Op(FORMAT, dev, seq + 1, head, t or clock.stamp(), type_, rec, base, digest(line), len(line.encode()))
        driver_of(c).execute("INSERT INTO body (digest, line) VALUES (?, ?)", (op.body, line))
        driver_of(c).execute(_INSERT_OP, _columns(op))
        self._heads[dev] = (op.seq, op.digest)
        self._keep_head(c, dev)
        return op

    def _join(self, c: Connection, op: Op) -> None:
        seq, head = self._head(c, op.dev)
        if op.seq <= seq:
            raise Problem(
                "CHAIN_FORK",
                say("{dev}第{seq}号与已收到的不一致：同一编号有两个不同的内容。", dev=op.dev, seq=op.seq),
                say("可能是备份恢复后继续使用或文件被改动，请与该站点核对。"),
                dev=op.dev,
                seq=op.seq,
            )
        if op.seq > seq + 1 or op.prev != head:
            raise Problem(
                "CHAIN_GAP",
                say("{dev}缺第{first}至{last}号。", dev=op.dev, first=seq + 1, last=op.seq - 1),
                say("请先导入缺少的数据包。"),
                dev=op.dev,
                seq=op.seq,
            )
        self._heads[op.dev] = (op.seq, op.digest)

    def _known(self, c: Connection, digests: Sequence[str]) -> set[str]:
        return {
            row[0]
            for part in _chunks(digests)
            for row in c.exec_driver_sql(_in("SELECT digest FROM op WHERE digest", part), part)
        }

    def _bodies_here(self, c: Connection, digests: Sequence[str]) -> set[str]:
        return {
            row[0]
            for part in _chunks(digests)
            for row in c.exec_driver_sql(_in("SELECT digest FROM body WHERE digest", part), part)
        }

    def _rows_of(self, c: Connection, digests: set[str]) -> list[tuple[str, int, str, str]]:
        return [
            (row[0], row[1], row[2], row[3])
            for part in _chunks(sorted(digests))
            for row in c.exec_driver_sql(_in("SELECT dev, seq, rec, body FROM op WHERE digest", part), part)
        ]

    def _ops_of(self, c: Connection, rec: str) -> list[Op]:
        return [Op.from_line(line) for line in c.exec_driver_sql("SELECT line FROM op WHERE rec = ?", (rec,)).scalars()]

    def _chains_of(self, c: Connection, rec: str) -> list[str]:
        return list(c.exec_driver_sql("SELECT DISTINCT dev FROM op WHERE rec = ?", (rec,)).scalars())

    def _erase(self, c: Connection, recs: set[str]) -> bool:
        if recs:
            erasure.take_away(c, recs)
            self._pending.erased = True
        return bool(recs)

    def _committed(self) -> None:
        changes, self._pending = self._pending, Changes()
        if changes.erased:
            # The write-ahead log still holds the pages from before. A reader in the way is no harm: closing empties it.
            with suppress(Problem), self.file.raw() as bare:
                bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if changes.kinds or changes.records:
            for told in self._told:
                told(changes)

    def _rolled_back(self) -> None:
        self._heads.clear()
        self._numbers.clear()
        self._pending = Changes()


_INSERT_OP = "INSERT INTO op (dev, seq, digest, rec, type, t, body, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PAIR = {"kind": links.WAS, "code": "", "station": ""}
"""Stands for the line of the register, which a pair of linked records does not have."""
_CHANGE_ANYTHING = "record.resolve"
"""The one type that also withdrawn records and those in conflict take."""
_WORKED_OUT = ("rev", "conflict", "updated_at", "updated_by")


def _columns(op: Op) -> tuple[str, int, str, str, str, str, str, str]:
    return (op.dev, op.seq, op.digest, op.rec, op.type, op.t, op.body, op.line)


def _is_day(value: Any) -> bool:
    try:
        first_day(str(value or ""))
    except ValueError:
        return False
    return True


def _chunks(items: Sequence[str], size: int = 500) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


def _in(query: str, part: Sequence[str]) -> str:
    return f"{query} IN ({','.join('?' * len(part))})"


__all__ = ["RECORD_TYPES", "Applied", "Changes", "Conflict", "Journal", "Revision", "Shape", "Version", "Written"]
