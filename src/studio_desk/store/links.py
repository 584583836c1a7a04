"""Links: two records of one person, or of one joint event, said to be the same; neither is changed, so none is lost.

What was last said of a pair is a register with one value (decision 25): the ops about it are ordered by `base`, and where a
link and an unlink had not seen each other the pair stays linked. Linked records form groups; each is counted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from studio_desk.kernel.pairs import LINK, LINK_TYPES, UNLINK, pair_name, pair_of
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series
from studio_desk.store import erasure
from studio_desk.store.ops import BASES, Op, read_body
from studio_desk.store.projection import Said, project
from studio_desk.store.shape import VOID

if TYPE_CHECKING:
    from studio_desk.store.journal import Journal

WAS: Final = "link"
"""Stands for the kind in the op that erases what was said of a pair."""
_BOTH: Final = """FROM link l JOIN record a ON a.uid = l.one JOIN record b ON b.uid = l.other
 WHERE a.kind = b.kind AND a.kind NOT IN ('erased', 'unknown')"""
"""Pairs whose records are both here: what an erased record was linked to is not told."""


@dataclass(frozen=True)
class Tie:
    """What was said of a record and another one.

    Attributes:
        uid: the other record.
        code: its number.
        title: what it is called.
        station: whose it is.
        state: its state.
        linked: they are the same; `False`: somebody found that they are not.
        at: when it was said.
        by: who said it.
        reason: why.
    """

    uid: str
    code: str
    title: str
    station: str
    state: str
    linked: bool
    at: str
    by: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """One line of `links` in the answer of `show`."""
        return asdict(self)


@dataclass(frozen=True)
class Group:
    """Records that are the same person or event, directly or over others.

    Attributes:
        members: their uids, sorted.
        canonical: the one that is counted: the smallest uid of those not withdrawn.
    """

    members: tuple[str, ...]
    canonical: str


# --- saying it -------------------------------------------------------------------------------------------------------


def link(journal: Journal, one: str, other: str, reason: str = "") -> Op:
    """Say that two records are the same person or event.

    A station links its own records, a district any two. What a district says of records of two stations stays in its own
    chain: no station learns of another's people.

    Raises:
        Problem: `LINK_ITSELF`, `LINK_KINDS`, `NOT_OWNER`, `RECORD_VOID`, `ALREADY_LINKED`, `NO_SUCH_RECORD`.
    """
    with journal.file.write() as c:
        if _row(c, pair_name(one, other))[0]:
            raise Problem("ALREADY_LINKED", say("这两条已经关联。"), say("不用再做什么。"))
        return _say(c, journal, LINK, (one, other), reason)


def unlink(journal: Journal, one: str, other: str, reason: str) -> Op:
    """Take a link back; both records are as they were.

    Raises:
        Problem: `REASON_REQUIRED`, `NOT_LINKED`; else as `link`.
    """
    with journal.file.write() as c:
        if not _row(c, pair_name(one, other))[0]:
            between = _between(c, one, other)
            if not between:
                raise Problem("NOT_LINKED", say("这两条没有关联。"), say("请刷新后再看。"))
            raise Problem(
                "NOT_LINKED",
                say("这两条没有直接关联，是经别的记录连在一起的。"),
                say("请取消其中一处关联：{pairs}。", pairs=series(between)),
            )
        return apart(journal, one, other, reason)


def apart(journal: Journal, one: str, other: str, reason: str) -> Op:
    """Say that two records are not the same, linked before or not: they are not suggested again.

    Raises:
        Problem: `REASON_REQUIRED`; else as `link`.
    """
    if not reason.strip():
        raise Problem("REASON_REQUIRED", say("要写明为什么不是同一个。"), say("请用一句话写明依据。"))
    with journal.file.write() as c:
        return _say(c, journal, UNLINK, (one, other), reason)


def _say(c: Connection, journal: Journal, type_: str, uids: tuple[str, str], reason: str) -> Op:
    pair = pair_name(*uids)
    if pair_of(pair) is None:
        raise Problem("LINK_ITSELF", say("一条记录不能和自己关联。"), say("请选另一条。"))
    rows = [journal.register(uid) for uid in uids]
    kinds = {row["kind"] for row in rows}
    shape = journal.shapes.get(kinds.pop())
    if kinds or shape is None or not shape.same:
        raise Problem("LINK_KINDS", say("只能关联两条同类的记录，如两位群众、两场活动。"), say("请核对编号。"))
    for row in rows:
        if type_ == LINK and row["state"] == VOID:
            raise Problem("RECORD_VOID", say("{code}已经作废，不能关联。", code=row["code"]), say("请选另一条。"))
    chain = journal.chain_about(rows)
    heads = _row(c, pair)[1]
    op = journal.note(type_, {}, chain=chain, rec=pair, reason=reason.strip(), base=heads[:BASES])
    work_out(c, [pair])
    return op


# --- what follows from the ops ---------------------------------------------------------------------------------------


def verdict(ops: Iterable[Op]) -> tuple[bool, tuple[str, ...]] | None:
    """What a set of ops says of a pair: whether it is linked, and the ops nobody has seen since; `None` without any.

    A pure function of the set: concurrent link and unlink leave the pair linked, for nothing is lost by it.
    """
    told = {op.digest: op for op in ops if op.type in LINK_TYPES}
    if not told:
        return None
    heads = project([Said(digest, op.base, None) for digest, op in told.items()]).heads
    return any(told[digest].type == LINK for digest in heads), heads


def work_out(c: Connection, pairs: Iterable[str]) -> None:
    """Bring what is known of some pairs up to their ops, inside the caller's transaction."""
    by_record: dict[str, set[str]] | None = None
    for pair in pairs:
        parts = pair_of(pair)
        lines = c.exec_driver_sql("SELECT line FROM op WHERE rec = ?", (pair,)).scalars()
        ops = [Op.from_line(line) for line in lines]
        if any(op.type == erasure.TYPE for op in ops):
            by_record = erasure.erasing(c) if by_record is None else by_record
            ops = [op for op in ops if not erasure.is_erased(by_record, op)]
        found = verdict(ops)
        if found is None or parts is None:
            c.exec_driver_sql("DELETE FROM link WHERE pair = ?", (pair,))
        else:
            c.exec_driver_sql(
                "INSERT OR REPLACE INTO link (pair, one, other, linked, rev) VALUES (?, ?, ?, ?, ?)",
                (pair, *parts, found[0], ",".join(found[1])),
            )


def rebuild(c: Connection) -> None:
    """Work out all pairs anew from the journal."""
    c.exec_driver_sql("DELETE FROM link")
    marks = ",".join("?" * len(LINK_TYPES))
    query = f"SELECT DISTINCT rec FROM op WHERE type IN ({marks})"  # noqa: S608 - only marks
    work_out(c, c.exec_driver_sql(query, tuple(LINK_TYPES)).scalars().all())


# --- reading ---------------------------------------------------------------------------------------------------------


def ties(journal: Journal, uid: str) -> list[Tie]:
    """What was said directly of a record and others, links first."""
    with journal.file.read() as c:
        rows = c.exec_driver_sql(
            f"""SELECT r.uid, r.code, r.title, r.station, r.state, t.linked, t.pair, t.rev FROM
                 (SELECT l.pair, l.linked, l.rev, iif(l.one = ?1, l.other, l.one) AS uid {_BOTH}
                     AND (l.one = ?1 OR l.other = ?1)) t
                 JOIN record r ON r.uid = t.uid ORDER BY t.linked DESC, r.code, r.uid""",  # noqa: S608 - own words
            (uid,),
        ).all()
        found = []
        for other, code, title, station, state, linked, pair, rev in rows:
            at, by, reason = _who(c, pair, rev, linked=bool(linked))
            found.append(Tie(other, code, title, station, state, bool(linked), at, by, reason))
    return found


def group(journal: Journal, uid: str) -> Group:
    """The records that are the same as one, itself among them."""
    with journal.file.read() as c:
        seen, edge = {uid}, [uid]
        while edge:
            edge = [other for one in edge for other in _neighbours(c, one) if other not in seen]
            seen.update(edge)
        return Group(tuple(sorted(seen)), _canonical(c, seen))


def canonical(journal: Journal, kind: str) -> dict[str, str]:
    """Every linked record of a kind, and the one of its group that is counted; a record not in it stands for itself."""
    with journal.file.read() as c:
        rows = c.exec_driver_sql(f"SELECT l.one, l.other {_BOTH} AND l.linked AND a.kind = ?", (kind,)).all()
        found: dict[str, str] = {}
        for members in components([(row[0], row[1]) for row in rows]):
            chosen = _canonical(c, members)
            found.update(dict.fromkeys(members, chosen))
    return found


def components(edges: Sequence[tuple[str, str]]) -> list[set[str]]:
    """The connected groups of a graph, given by its edges."""
    of: dict[str, set[str]] = {}
    for one, other in edges:
        few, many = sorted((of.setdefault(one, {one}), of.setdefault(other, {other})), key=len)
        if few is not many:
            many |= few
            of.update(dict.fromkeys(few, many))
    return list({id(members): members for members in of.values()}.values())


def apart_pairs(journal: Journal) -> set[tuple[str, str]]:
    """The pairs that somebody found to be different."""
    with journal.file.read() as c:
        return {(row[0], row[1]) for row in c.exec_driver_sql("SELECT one, other FROM link WHERE NOT linked")}


def pairs_of(c: Connection, uid: str) -> list[str]:
    """The names of all pairs that a record is in."""
    return list(c.exec_driver_sql("SELECT pair FROM link WHERE one = ?1 OR other = ?1 ORDER BY pair", (uid,)).scalars())


def all_pairs(c: Connection) -> list[dict[str, Any]]:
    """Every pair whose records are both here, in the order of their uids: for a dump."""
    rows = c.exec_driver_sql(f"SELECT l.one, l.other, l.linked {_BOTH} ORDER BY l.pair")
    return [{"records": [row[0], row[1]], "linked": bool(row[2])} for row in rows]


# --- inside ----------------------------------------------------------------------------------------------------------


def _row(c: Connection, pair: str) -> tuple[bool, tuple[str, ...]]:
    found = c.exec_driver_sql("SELECT linked, rev FROM link WHERE pair = ?", (pair,)).first()
    return (bool(found[0]), tuple(found[1].split(","))) if found else (False, ())


def _who(c: Connection, pair: str, rev: str, *, linked: bool) -> tuple[str, str, str]:
    """When, by whom and why the word in force was said; of several the one with the smallest digest."""
    rows = c.exec_driver_sql(
        "SELECT o.digest, o.type, o.t, b.line FROM op o LEFT JOIN body b ON b.digest = o.body WHERE o.rec = ?"
        " ORDER BY o.digest",
        (pair,),
    )
    wanted, heads = LINK if linked else UNLINK, set(rev.split(","))
    for digest, type_, t, line in rows:
        if digest in heads and type_ == wanted:
            said = read_body(line)
            return t, said.get("by", ""), said.get("reason", "")
    return "", "", ""


def _neighbours(c: Connection, uid: str) -> list[str]:
    query = f"SELECT iif(l.one = ?1, l.other, l.one) {_BOTH} AND l.linked AND (l.one = ?1 OR l.other = ?1)"
    return list(c.exec_driver_sql(query, (uid,)).scalars())


def _canonical(c: Connection, members: Iterable[str]) -> str:
    names = sorted(members)
    marks = ",".join("?" * len(names))
    query = f"SELECT min(uid) FROM record WHERE uid IN ({marks}) AND state <> '{VOID}'"  # noqa: S608 - only marks
    return str(c.exec_driver_sql(query, tuple(names)).scalar() or names[0])


def _between(c: Connection, one: str, other: str) -> list[str]:
    """The direct links on the way from one record to another, by their numbers."""
    came: dict[str, str] = {one: ""}
    edge = [one]
    while edge and other not in came:
        edge = [came.setdefault(n, uid) and n for uid in edge for n in _neighbours(c, uid) if n not in came]
    path, at = [], other
    while came.get(at):
        path.append((came[at], at))
        at = came[at]

    def code(uid: str) -> str:
        return str(c.exec_driver_sql("SELECT code FROM record WHERE uid = ?", (uid,)).scalar() or uid)

    return [f"{code(first)} - {code(second)}" for first, second in reversed(path)]
