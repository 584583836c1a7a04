"""Legal erasure across homes: erase here, confirm what others erased, say who has, and what no program can reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.exchange import tables
from studio_desk.exchange.acknowledged import newest
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.volumes import Volume
from studio_desk.kernel.pairs import LINK_TYPES, pair_of
from studio_desk.kernel.words import say
from studio_desk.store import erasure as store
from studio_desk.store import links
from studio_desk.store.home import BACKUPS
from studio_desk.store.ops import RECORD_TYPES, Op, read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

_REPEATS = "confirmed"
"""True in the body of an erasure that only repeats one decided elsewhere."""


@dataclass(frozen=True)
class Erased:
    """The answer to an erasure.

    Attributes:
        uid: the record.
        code: its number.
        records: all that went: the record, its attachments, what was said of it and another one.
        backups: files that were made before and still hold it: `(name, time)`; a person decides what becomes of them.
        bundles: files that took it out of the house: `(name, time, medium)`.
    """

    uid: str
    code: str
    records: tuple[str, ...]
    backups: tuple[tuple[str, str], ...]
    bundles: tuple[tuple[str, str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """The answer of `redact` on the command line."""
        bundles = [{"file": file, "at": at, "medium": medium} for file, at, medium in self.bundles]
        backups = [{"file": file, "at": at} for file, at in self.backups]
        return {
            "uid": self.uid,
            "code": self.code,
            "records": list(self.records),
            "state": store.STATE,
            "backups": backups,
            "bundles": bundles,
        }


@dataclass(frozen=True)
class Standing:
    """One erased record, and who is known to have erased it.

    Attributes:
        uid: the record.
        code: its number.
        station: whose it was.
        at: when the first erasure known here was written.
        reason: why.
        by: who decided.
        confirmed: computers and offices that are known to hold no body of it any more.
        waiting: those that hold or held it and have not said so.
    """

    uid: str
    code: str
    station: str
    at: str
    reason: str
    by: str
    confirmed: tuple[str, ...]
    waiting: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """One line of `erased` in the answer of `status`."""
        return {**self.__dict__, "confirmed": list(self.confirmed), "waiting": list(self.waiting)}


def redact(home: Home, uid: str, reason: str) -> Erased:
    """Erase a record and its attachments by law, here and with the next exchange at every other holder.

    Args:
        home: a station for its own records, or a district for any.
        uid: the record.
        reason: the legal ground and who decided; it stays, so it must not repeat what is erased.

    Raises:
        Problem: `REASON_REQUIRED`, `NO_SUCH_RECORD`, `NOT_OWNER`, `RECORD_ERASED`.
    """
    with home.file.write() as c:
        uids = [uid, *_attachments(c, home, uid), *links.pairs_of(c, uid)]
        code = str(c.exec_driver_sql("SELECT code FROM record WHERE uid = ?", (uid,)).scalar() or "")
        for one in uids:
            home.journal.redact(one, reason)
        _no_longer_wanted(c)
    return Erased(uid, code, tuple(uids), _backups(home), _bundles(home, uid))


def follow(c: Connection, home: Home, recs: Iterable[str]) -> None:
    """After a merge erased records: what hangs on them goes too, and a station says in its chain that it has erased.

    Its own op makes its later bundles explain themselves, also to a district that was restored and forgot.

    Args:
        c: the open transaction.
        home: who merged.
        recs: records that somebody erased.
    """
    for rec in sorted(recs):
        if home.role == "station":
            _confirm(c, home, rec)
        if c.exec_driver_sql("SELECT 1 FROM record WHERE uid = ? AND kind = ?", (rec, store.KIND)).first():
            for uid in (*_attachments(c, home, rec), *links.pairs_of(c, rec)):
                _confirm(c, home, uid)
    _no_longer_wanted(c)


def follow_links(c: Connection, home: Home, ops: Iterable[tuple[str, str]]) -> None:
    """After a merge brought links: what they say of a record that was erased meanwhile goes too.

    Args:
        c: the open transaction.
        home: who merged.
        ops: type and `rec` of what came.
    """
    for pair in sorted({rec for type_, rec in ops if type_ in LINK_TYPES}):
        query = "SELECT 1 FROM record WHERE kind = ? AND uid IN (?, ?)"
        if (parts := pair_of(pair)) and c.exec_driver_sql(query, (store.KIND, *parts)).first():
            _confirm(c, home, pair)


def said_for(c: Connection, station: str) -> list[str]:
    """What a receipt says: records of a station that are erased at the district."""
    return sorted(rec for rec, chains in store.erasing(c).items() if any(store.party(dev) == station for dev in chains))


def elsewhere(home: Home, volume: Volume) -> list[str]:
    """Erased records whose bodies a bundle lacks while the op that erased them is not in it.

    Of a chain that came from others that op may not even be here: who brought the ops promised it, and whoever gets them
    from us is promised the same. What our own chain lacks without one was lost and is nothing to promise.
    """
    inside = {op.rec for line in volume.ops if store.TYPE in line and (op := Op.from_line(line)).type == store.TYPE}
    bare = volume.bare - inside
    if bare and chain_stem(volume.dev) == chain_stem(home.device):
        with home.file.read() as c:
            bare &= store.erasing(c).keys()
    return sorted(bare)


def standing(home: Home) -> list[Standing]:
    """Every erased record, newest first, with who has confirmed."""
    received = set(newest(home, home.code).get("erased", ())) if home.role == "station" else set()
    found = []
    with home.file.read() as c:
        for rec in store.erasing(c):
            if pair_of(rec):
                continue  # what was said of a pair goes with its record, which is listed
            rows = c.exec_driver_sql(
                "SELECT o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body WHERE o.rec = ? ORDER BY o.n",
                (rec,),
            ).all()
            ops = [(Op.from_line(line), body) for line, body in rows]
            found.append(_standing(home, rec, ops, rec in received))
    return sorted(found, key=lambda one: (one.at, one.uid), reverse=True)


def _standing(home: Home, rec: str, ops: list[tuple[Op, str | None]], received: bool) -> Standing:
    erasing = [(op, read_body(body)) for op, body in ops if op.type == store.TYPE]
    first, said = min(erasing, key=lambda one: (bool(one[1].get("values", {}).get(_REPEATS)), one[0].t, one[0].digest))
    left = store.left_of(ops) or {}
    done = {chain_stem(op.dev) for op, _ in erasing} | {chain_stem(home.device)}
    holders = {chain_stem(op.dev) for op, _ in ops if op.type in RECORD_TYPES or op.type == store.TYPE}
    if home.role == "station":
        done = {stem for stem in done if not stem[0].isdigit()}
        holders = {stem for stem in holders if not stem[0].isdigit()} | {say("区级")}
        done |= {say("区级")} if received or first.dev[0].isdigit() else set()
    return Standing(
        rec,
        str(left.get("code", "")),
        str(left.get("station", "")),
        first.t,
        str(said.get("reason", "")),
        str(said.get("by", "")),
        tuple(sorted(done)),
        tuple(sorted(holders - done)),
    )


def _confirm(c: Connection, home: Home, uid: str) -> None:
    rows = c.exec_driver_sql("SELECT DISTINCT dev, type FROM op WHERE rec = ?", (uid,)).all()
    known = pair_of(uid) or c.exec_driver_sql("SELECT 1 FROM record WHERE uid = ?", (uid,)).first()
    held = known and any(t != store.TYPE for _, t in rows)
    mine = any(type_ == store.TYPE and chain_stem(dev) == chain_stem(home.device) for dev, type_ in rows)
    if held and not mine:
        home.journal.redact(uid, say("随别处的依法删除"), confirms=True)


def _attachments(c: Connection, home: Home, uid: str) -> list[str]:
    """Uids of the files that hang on a record."""
    if "attachment" not in home.journal.shapes:
        return []
    return list(c.exec_driver_sql("SELECT uid FROM attachment WHERE parent = ? ORDER BY uid", (uid,)).scalars())


def _no_longer_wanted(c: Connection) -> None:
    """Nobody waits any more for an attachment that no body names."""
    for sha256 in c.exec_driver_sql(f"SELECT sha256 FROM {tables.wanted.name} WHERE side = 'here'").scalars().all():  # noqa: S608 - own name
        if not store.is_named(c, sha256):
            c.exec_driver_sql(f"DELETE FROM {tables.wanted.name} WHERE sha256 = ? AND side = 'here'", (sha256,))  # noqa: S608 - own name


def _backups(home: Home) -> tuple[tuple[str, str], ...]:
    """Backups made before now, in the home's folder, in that for second copies, and the last one made by hand."""
    from studio_desk.store.archive import made_at

    found: dict[str, str] = {}
    for folder in (home.path / BACKUPS, Path(home.settings.second_backup_folder or home.path / BACKUPS)):
        for file in sorted(folder.glob("*.sdbackup")) if folder.is_dir() else ():
            if at := made_at(file.name, home.code):
                found[str(file)] = at.isoformat(timespec="seconds")
    by_hand, at_ = home.meta.get("backup.file"), home.meta.get("backup.at")
    if by_hand and at_:
        found.setdefault(by_hand, at_)
    return tuple(sorted(found.items(), key=lambda one: one[1]))


def _bundles(home: Home, uid: str) -> tuple[tuple[str, str, str], ...]:
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            'SELECT DISTINCT e.file, e.at, e.medium FROM "export" e JOIN op o ON o.dev = e.dev'
            " AND o.seq BETWEEN e.first AND e.last WHERE o.rec = ? AND o.type <> ? ORDER BY e.at",
            (uid, store.TYPE),
        ).all()
    return tuple((row[0], row[1], row[2]) for row in rows)
