"""Merge one verified bundle: join its chain, apply what is new, keep what is asked for; in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.exchange import erasure, flaws, giving_back, healing, tables
from studio_desk.exchange.header import brings_back, is_return
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.worker import Verified
from studio_desk.kernel import clock
from studio_desk.kernel.pairs import LINK_TYPES, pair_of
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say, series
from studio_desk.store import erasure as store_erasure
from studio_desk.store.ops import RECORD_TYPES, Op, read_body
from studio_desk.store.projection import REMARKS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

Fetch = Callable[[Sequence[str]], Iterable[tuple[str, bytes]]]
"""Gives the wanted attachments of the bundle, one at a time."""


@dataclass
class Merged:
    """What one bundle changed.

    Attributes:
        new: records that were not here.
        changed: records that were here and changed.
        same: ops that were here already.
        conflicts: records in conflict afterwards, of those touched.
        first: first new op, 0 when there is none.
        last: last new op, 0 when there is none.
        notes: new ops that are about no record, with their bodies: `(digest, op, body)`.
        flagged: ops whose record does not fit its kind.
        newer: ops written by a newer version.
        about: new ops that are about a record, with their body lines.
        added: uids of the records that were not here.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    conflicts: int = 0
    first: int = 0
    last: int = 0
    notes: list[tuple[str, Mapping[str, Any], Any]] = field(default_factory=list)
    flagged: int = 0
    newer: int = 0
    about: list[tuple[Mapping[str, Any], str | None]] = field(default_factory=list)
    added: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Op:
    """An op of the bundle, parsed once."""

    digest: str
    line: str
    said: Mapping[str, Any]
    body: str | None


def missing(home: Home, bundle: Verified) -> tuple[int, int] | None:
    """The numbers that lie between what is here and a bundle; `None` when it joins."""
    seq = home.journal.frontiers(bundle.header.device).get(bundle.header.device, (0, ""))[0]
    if bundle.header.first > seq + 1:
        return seq + 1, bundle.header.first - 1
    # A chain of our own that parted from ours before the bundle begins: the one that shows where is still to come.
    return (1, bundle.header.first - 1) if brings_back(bundle.header) and not healing.joins(home, bundle) else None


def merge(home: Home, bundle: Verified, source: tuple[str, str], fetch: Fetch, progress: Progress = silent) -> Merged:
    """Apply a bundle that joins its chain; idempotent.

    Args:
        home: who takes it in.
        bundle: what the reader verified.
        source: name and digest of its file, for the log.
        fetch: gives attachments.
        progress: counts records.

    Raises:
        Problem: `FORK`, `FOREIGN_RECORD`, `BODY_MISSING`; nothing is changed then once the transaction is rolled back.
    """
    with home.file.write() as c:
        ops = _without_erased(c, list(_parsed(bundle)))
        _same_history(c, home, bundle, ops)
        seq = home.journal.frontiers(bundle.header.device).get(bundle.header.device, (0, ""))[0]
        fresh = [op for op in ops if op.said["seq"] > seq]
        _bodies_there(c, bundle, fresh)
        _own_records(c, home, bundle, fresh)
        late = _late(c, bundle, ops, seq)
        pairs = [(op.line, op.body) for op in [*late, *fresh]]
        merged = Merged(same=len(ops) - len(fresh))
        if pairs:
            applied = home.journal.apply(pairs, progress)
            merged.new, merged.changed, merged.conflicts = (
                len(applied.added),
                len(applied.changed),
                len(applied.conflicts),
            )
            merged.added = frozenset(applied.added)
        merged.about = [(op.said, op.body) for op in fresh if op.said["rec"]]
        if fresh:
            merged.first, merged.last = fresh[0].said["seq"], fresh[-1].said["seq"]
        named = _look(c, home, bundle, [*late, *fresh], merged)
        brought = _attach(c, bundle, named, fetch)
        if any(op.said["type"] == store_erasure.TYPE for op in fresh):
            erasure.follow(c, home, {op.said["rec"] for op in fresh if op.said["type"] == store_erasure.TYPE})
        erasure.follow_links(c, home, ((op.said["type"], op.said["rec"]) for op in fresh))
        _log(home, bundle, source, merged, brought)
    return merged


def _parsed(bundle: Verified) -> Iterator[_Op]:
    bodies = {hashlib.sha256(line.encode()).hexdigest(): line for line in bundle.bodies}
    for line in bundle.ops:
        said = json.loads(line)
        yield _Op(hashlib.sha256(line.encode()).hexdigest(), line, said, bodies.get(said["body"]))


def _same_history(c: Connection, home: Home, bundle: Verified, ops: Sequence[_Op]) -> None:
    """The overlap of the bundle with what is here must be the same ops (clause 10.3): one digest stands for all before."""
    dev, first = bundle.header.device, bundle.header.first
    seq, head = home.journal.frontiers(dev).get(dev, (0, bundle.header.prev))
    if first == seq + 1:
        if bundle.header.prev != head:
            raise refuse("FORK", device=dev, seq=seq)
        return
    rows = c.exec_driver_sql(
        "SELECT seq, digest FROM op WHERE dev = ? AND seq BETWEEN ? AND ?", (dev, first, bundle.header.last)
    )
    here: dict[int, str] = {row[0]: row[1] for row in rows}
    for op in ops:
        known = here.get(op.said["seq"])
        if known is not None and known != op.digest:
            raise refuse("FORK", device=dev, seq=op.said["seq"])


def _without_erased(c: Connection, ops: Sequence[_Op]) -> list[_Op]:
    """The ops without those bodies that an erasure, here or in the bundle, covers: they never come back (clause 8.4)."""
    kept = store_erasure.without(c, [(Op.from_line(op.line), op.body) for op in ops])
    return [op if op.body == body else replace(op, body=body) for op, (_, body) in zip(ops, kept, strict=True)]


def _bodies_there(c: Connection, bundle: Verified, fresh: Sequence[_Op]) -> None:
    if not bundle.missing:
        return
    erasing, dev = store_erasure.erasing(c), bundle.header.device
    new = {op.said["seq"] for op in fresh}
    for seq, rec in bundle.missing:
        if seq in new and not store_erasure.covers(erasing.get(rec, ()), dev):
            raise refuse("BODY_MISSING", device=bundle.header.device, seq=seq)


def _own_records(c: Connection, home: Home, bundle: Verified, fresh: Sequence[_Op]) -> None:
    """A station writes its own records: an op on a record that only other stations wrote is refused (clause 10.5).

    It links its own: both records of a pair must have been written by it, or for it by the district. What it brings back
    was written by the district, which may write about any.
    """
    if home.role != "district" or (is_return(bundle.header) and giving_back.sure(home, bundle.header)):
        return
    sender, own = bundle.header.sender, set()
    touched: dict[str, None] = {}
    linked: dict[str, None] = {}
    for op in fresh:
        rec = op.said["rec"]
        if op.said["type"] in LINK_TYPES:
            linked |= dict.fromkeys(pair_of(rec) or ())
        elif rec and not op.said["base"] and op.said["type"] not in {store_erasure.TYPE, *REMARKS}:
            own.add(rec)
        elif rec and rec not in own:
            touched[rec] = None
    for rec, known in _writers(c, list(touched), store_erasure.party):
        if sender not in known and home.code not in known:
            raise refuse("FOREIGN_RECORD", sender=sender, owner=series(sorted(known)), rec=rec)
    for rec, known in _writers(c, list(linked), store_erasure.party):
        if sender not in known:
            raise refuse("FOREIGN_RECORD", sender=sender, owner=series(sorted(known)), rec=rec)


def _writers(c: Connection, recs: Sequence[str], who: Callable[[str], str]) -> Iterator[tuple[str, set[str]]]:
    """Each record that is here with those whose chains speak of it."""
    for start in range(0, len(recs), 500):
        part = tuple(recs[start : start + 500])
        marks = ",".join("?" * len(part))
        found: dict[str, set[str]] = {}
        for rec, dev in c.exec_driver_sql(f"SELECT DISTINCT rec, dev FROM op WHERE rec IN ({marks})", part):  # noqa: S608 - only marks
            found.setdefault(rec, set()).add(who(dev))
        yield from found.items()


def _late(c: Connection, bundle: Verified, ops: Sequence[_Op], seq: int) -> list[_Op]:
    """Ops that are here without their body, which this bundle brings."""
    if bundle.header.first > seq:
        return []
    bare = set(
        c.exec_driver_sql(
            "SELECT o.digest FROM op o LEFT JOIN body b ON b.digest = o.body"
            " WHERE o.dev = ? AND o.seq BETWEEN ? AND ? AND b.digest IS NULL",
            (bundle.header.device, bundle.header.first, bundle.header.last),
        ).scalars()
    )
    return [op for op in ops if op.digest in bare and op.body is not None]


def _look(c: Connection, home: Home, bundle: Verified, ops: Sequence[_Op], merged: Merged) -> set[str]:
    """Judge the bodies of new ops; answers the attachments they name."""
    named: set[str] = set()
    for op in ops:
        body = json.loads(op.body) if op.body is not None else None
        type_, rec = op.said["type"], op.said["rec"]
        if body is not None:
            found = flaws.flaw(home, type_, rec, body)
            if not found and type_ in RECORD_TYPES and home.role == "district" and not is_return(bundle.header):
                found = flaws.step_flaw(home, partial(_states_seen, c, op.said["base"]), body)
            if found:
                merged.flagged += 1
                _flag(c, bundle, op, *found)
            if flaws.well_formed(body):
                named.update(b for b in body["blobs"] if len(b) == 64)
        merged.newer += flaws.newer(home, type_, body)
        if not type_.startswith("record."):
            merged.notes.append((op.digest, op.said, body))
    return named


def _states_seen(c: Connection, base: Sequence[str]) -> set[str]:
    """The states that the ops an op builds on had said."""
    marks = ",".join("?" * len(base))
    query = f"SELECT b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.digest IN ({marks})"  # noqa: S608 - only marks
    lines = c.exec_driver_sql(query, tuple(base)).scalars() if base else ()
    return {str((read_body(line).get("values") or {}).get("state", "")) for line in lines}


def _flag(c: Connection, bundle: Verified, op: _Op, code: str, sentence: str) -> None:
    c.execute(
        tables.quarantine.insert().prefix_with("OR IGNORE"),
        {
            "what": "record",
            "key": op.digest,
            "file": "",
            "sender": bundle.header.sender,
            "dev": op.said["dev"],
            "seq": op.said["seq"],
            "rec": op.said["rec"],
            "code": code,
            "sentence": sentence,
            "remedy": say("其余记录都已合并。请把这一条退回站点更正，或确认后放行。"),
            "state": "open",
            "at": clock.stamp(),
            "by": "",
            "reason": "",
        },
    )


def _attach(c: Connection, bundle: Verified, named: set[str], fetch: Fetch) -> list[str]:
    """Keep the attachments that the new bodies name or that were waited for; note those that are still missing."""
    waited = {
        row[0]
        for row in c.exec_driver_sql(f"SELECT sha256 FROM {tables.wanted.name} WHERE side = 'here'")  # noqa: S608
    }
    needed = {d for d in named | waited if not _here(c, d)}
    brought = []
    coming = sorted(needed & bundle.blobs.keys())
    for digest, data in fetch(coming) if coming else ():
        c.exec_driver_sql("INSERT OR IGNORE INTO blob (sha256, size, data) VALUES (?, ?, ?)", (digest, len(data), data))
        brought.append(digest)
    for digest in brought:
        c.exec_driver_sql(f"DELETE FROM {tables.wanted.name} WHERE sha256 = ? AND side = 'here'", (digest,))  # noqa: S608
    for digest in sorted((needed & named) - set(brought)):
        c.execute(
            tables.wanted.insert().prefix_with("OR IGNORE"),
            {"sha256": digest, "dev": bundle.header.device, "side": "here"},
        )
    return brought


def _here(c: Connection, digest: str) -> bool:
    return c.exec_driver_sql("SELECT 1 FROM blob WHERE sha256 = ?", (digest,)).first() is not None


def _log(home: Home, bundle: Verified, source: tuple[str, str], merged: Merged, brought: Sequence[str]) -> None:
    if not merged.last and not brought:
        return
    h = bundle.header
    line = {
        "bundle": h.bundle,
        "sha256": source[1],
        "file": source[0],
        "sender": h.sender,
        "dev": h.device,
        "first": h.first,
        "last": h.last,
        "new_first": merged.first,
        "new_last": merged.last,
        "new": merged.new,
        "changed": merged.changed,
        "same": merged.same,
        "conflicts": merged.conflicts,
        "blobs": json.dumps(list(brought)),
        "at": clock.stamp(),
        "by": home.journal.operator(),
        "undone_at": "",
    }
    with home.file.write() as c:
        c.execute(tables.imported.insert(), line)
