"""Heal a fork: what only the losing branch of a chain says moves into a new chain, and the district learns that it did.

A restored copy or a cloned folder gives two different ops one number. The district keeps the branch that came first and
sets the other apart; its relay shows the losing computer where they part (clause 10.9).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from contextlib import suppress
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from studio_desk.exchange import acknowledged, giving_back, quarantine, sealed_files, tables
from studio_desk.exchange.header import Header, brings_back, chain_age, chain_owner, chain_stem, chain_to, is_return
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store import branches, erasure

if TYPE_CHECKING:
    from studio_desk.exchange.worker import Verified, Worker
    from studio_desk.store.home import Home

TYPE: Final = "device.heal"
"""An op about no record: the ops of a branch, by old digest, and as what they were said again."""
HEALED: Final = "FORK_HEALED"
_AT_ONCE: Final = 5_000
"""Digests one such op names; a larger branch gets several."""


# --- at the one whose chain it is ----------------------------------------------------------------------------------------------


def writing(home: Home, dev: str) -> str:
    """The chain this home writes where it once wrote another: its own, at a district the one for the same station."""
    return f"{home.device}@{chain_to(dev)}" if chain_to(dev) else home.device


def joins(home: Home, bundle: Verified) -> bool:
    """Whether a bundle of an own chain begins at a point this home holds too; else the place where two branches part lies before it."""
    h = bundle.header
    return h.first == 1 or _digest(home, h.device, h.first - 1) == h.prev


def parting(home: Home, bundle: Verified) -> int | None:
    """The last number that a bundle and this home's copy of its chain share, `None` when they do not part."""
    h = bundle.header
    here = {op.seq: op.digest for op, _, _ in home.journal.ops(h.device, h.first, h.last)}
    for seq, line in enumerate(bundle.ops, h.first):
        if seq in here and here[seq] != hashlib.sha256(line.encode()).hexdigest():
            return seq - 1
    return None


def finding(home: Home, bundle: Verified) -> tuple[str, int | None]:
    """What a bundle that brings back a chain of ours shows: a sentence, `""` when nothing is to be done, and where branches part."""
    h = bundle.header
    if not brings_back(h):
        return "", None
    seq = home.journal.frontiers(h.device).get(h.device, (0, ""))[0]
    at, written = parting(home, bundle), writing(home, h.device)
    if at is None and not _twin(home, h) and (h.last <= seq or h.device != written):
        return "", None
    who = say("区级") if h.sender.isdigit() else say("{station} 站", station=h.sender)
    words = (
        say("{who}已有 {dev} 的第{first}至{last}号，本机没有：本机恢复过较旧的备份，或者另一台电脑在用本机的副本。", who=who, dev=h.device, first=seq + 1, last=h.last)
        if at is None
        else say("{who}的 {dev} 第{seq}号与本机的不同：这台电脑的历史分成了两支。", who=who, dev=h.device, seq=at + 1)
    )  # fmt: skip
    return words, at


def _twin(home: Home, h: Header) -> bool:
    """Whether a chain of ours is as young as the one being written: set back with its mark, this home counted the same again."""
    written = writing(home, h.device)
    same = is_return(h) and h.device != written and chain_stem(h.device) == chain_stem(written)
    # A thief of an old key must not make us count: numbers end somewhere.
    return same and chain_age(h.device)[0] >= home.incarnation and giving_back.sure(home, h)


def said_again(home: Home, bundle: Verified) -> bool:
    """Whether a return shows a branch that we have said again already: the one that is here stays (clause 10.6e)."""
    h = bundle.header
    at = parting(home, bundle) if is_return(h) else None
    if at is None:
        return False
    with home.file.read() as c:
        known = _known(c, h.device)
    return all(hashlib.sha256(line.encode()).hexdigest() in known for line in bundle.ops[max(at + 1 - h.first, 0) :])


def prepare(home: Home, bundle: Verified) -> list[str]:
    """Make room for a chain of ours that comes back: begin a new chain when it continues the one being written, move a branch that parts from it.

    Durable before the bundle itself is merged: interrupted between the two, the next one finishes the work.

    Returns:
        Sentences for the clerk.
    """
    h = bundle.header
    words, at = finding(home, bundle)
    if not words:
        return []
    if _twin(home, h) or h.device == writing(home, h.device):
        home.new_incarnation(words, above=chain_age(h.device)[0])
    if at is None:
        return [words]
    count = heal(home, h.device, at)
    return [
        words,
        say(
            "只有本机才有的{n}条已移到编号链 {chain}，下次导出时上报；没有丢失，也不会重复。",
            n=count,
            chain=writing(home, h.device),
        ),
    ]


def heal(home: Home, dev: str, at: int) -> int:
    """Move what a chain says behind a point into the one being written; answers how many ops were said again."""
    to = writing(home, dev)
    with home.file.write() as c:
        moved = branches.move(home.journal, dev, at, _known(c, dev), to)
        pairs = iter(moved.items())
        while part := dict(islice(pairs, _AT_ONCE)):
            home.journal.note(TYPE, {"chain": dev, "after": at, "moved": part}, chain=to)
        _undone(c, dev, at)
        acknowledged.settle(home)
    return len({new for old, new in moved.items() if new != old})


def part_numbers(c: Connection, home: Home, h: Header, added: Collection[str]) -> list[str]:
    """Give records that this home wrote another number where an older branch of its chain had given out the same.

    Two copies of one folder count in the same range until they know of each other (domain.md 2.1: no number twice). The
    older branch keeps its numbers, so of two copies only one changes; a record in conflict waits for its decision first.

    Args:
        c: the transaction of the merge.
        home: who took a bundle in.
        h: the bundle's header.
        added: uids of the records that came with it.

    Returns:
        Sentences for the clerk.
    """
    to = writing(home, h.device)
    if not brings_back(h) or chain_age(h.device) >= chain_age(to) or (is_return(h) and not giving_back.sure(home, h)):
        return []
    told = []
    for uid in sorted(added):
        query = (
            "SELECT DISTINCT a.uid, a.code, a.title FROM record b JOIN record a ON a.code = b.code AND a.uid <> b.uid"
            " JOIN op ON op.rec = a.uid AND op.dev = ? WHERE b.uid = ? AND b.code <> '' AND a.conflict = 0 AND a.kind <> ?"
            " AND NOT EXISTS (SELECT 1 FROM op o WHERE o.rec = a.uid AND o.dev <> op.dev AND o.n < op.n)"
        )
        for mine, code, title in c.exec_driver_sql(query, (to, uid, erasure.KIND)).all():
            with suppress(
                Problem
            ):  # a rule that came since forbids to write it: both keep the number, the register shows it
                now = home.journal.renumber(mine, say("同一台电脑的另一支历史里已有这个编号，编号随之更换")).code
                told.append(say("“{title}”的编号{code}另一支里已经用过，现改为{now}；已打印的请改写编号。", title=title, code=code, now=now))  # fmt: skip
    return told


def take_over(home: Home, dev: str, seq: int, head: str) -> int:
    """Say again what another computer of this station wrote and only this one still holds; answers how many ops (clause 10.6f)."""
    ours = chain_owner(dev) == home.code and not chain_to(dev) and chain_stem(dev) != chain_stem(home.device)
    more = seq < home.journal.frontiers(dev).get(dev, (0, ""))[0]
    return heal(home, dev, seq) if ours and more and (seq == 0 or _digest(home, dev, seq) == head) else 0


# --- at the others ---------------------------------------------------------------------------------------------


def told(home: Home, op: Mapping[str, Any], body: Any) -> str:
    """The chain whose losing branch a merged op says again, `""` when it is no such op of that chain's station."""
    values = body.get("values") if isinstance(body, dict) else None
    dev = str(values.get("chain", "")) if isinstance(values, dict) else ""
    healed = op["type"] == TYPE and chain_owner(dev) == chain_owner(str(op["dev"])) not in {"", home.code}
    return dev if healed else ""


def follow(c: Connection, home: Home, dev: str) -> None:
    """At a station: let go of the branch of a downward chain that its district has said again; the one it kept comes anew."""
    if chain_to(dev) != home.code:
        return
    known = _known(c, dev)
    ops = [(op.seq, op.digest) for op, _, _ in home.journal.ops(dev)]
    gone = list(takewhile(lambda one: one[1] in known, reversed(ops)))
    if gone:
        home.journal.take_back([digest for _, digest in gone], moved=True)
        _undone(c, dev, gone[-1][0] - 1)


def explain(home: Home, dev: str, worker: Worker) -> None:
    """Say of each refused bundle of a chain whose ops are all here by now, under old or new names, that it may go."""
    table = tables.quarantine
    query = table.select().where(table.c.code == "FORK", table.c.state == quarantine.OPEN, table.c.dev == dev)
    with home.file.read() as c:
        rows = c.execute(query).all()
        known = _known(c, dev)
    for row in rows:
        try:
            bundle = worker.verify(sealed_files.place(home, sealed_files.QUARANTINE, row.key))
        except Problem:
            continue  # not to be read any more: the entry stays as it is
        digests = {seq: hashlib.sha256(line.encode()).hexdigest() for seq, line in enumerate(bundle.ops, bundle.header.first)}  # fmt: skip
        if all(d in known or _digest(home, dev, seq) == d for seq, d in digests.items()):
            sentence = say("{device} 的历史分成了两支（备份恢复，或文件夹被复制到另一台电脑）；站点已把这一支的内容在新的编号链里重新上报。", device=dev)  # fmt: skip
            remedy = say("这个文件里的内容都已收到，不用再处理；可以丢弃它。")
            with home.file.write() as c:
                c.execute(
                    table.update().where(table.c.id == row.id).values(code=HEALED, sentence=sentence, remedy=remedy)
                )


def agreed(c: Connection, home: Home, points: Mapping[str, Any]) -> None:
    """A receipt that just came shows chains of the district to be as they are here: what parted from them is settled."""
    table, here = tables.quarantine, home.journal.frontiers()
    for dev in [dev for dev, point in points.items() if list(here.get(dev, ())) == point]:
        sentence = say("区级恢复过备份，{device} 的历史分成了两支；现在区级与本机一致。", device=dev)
        remedy = say("这个文件不用再处理：里面的话区级要么用新的编号重说了，要么自己也没有了。可以丢弃它。")
        c.execute(
            table.update()
            .where(table.c.code == "FORK", table.c.state == quarantine.OPEN, table.c.dev == dev)
            .values(code=HEALED, sentence=sentence, remedy=remedy)
        )


def _undone(c: Connection, dev: str, at: int) -> None:
    """The log of imports does not speak any more of what a chain said behind a point."""
    table = tables.imported
    behind = (table.c.dev == dev, table.c.new_last > at, table.c.undone_at == "")
    c.execute(table.update().where(*behind).values(undone_at=clock.stamp()))


def _known(c: Connection, dev: str) -> dict[str, str]:
    """Ops of a chain that somebody said again: old digest to new."""
    rows = c.exec_driver_sql(
        "SELECT o.dev, b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.type = ? ORDER BY o.n", (TYPE,)
    ).all()
    return branches.moved_in([line for by, line in rows if chain_owner(by) == chain_owner(dev)])


def _digest(home: Home, dev: str, seq: int) -> str:
    with home.file.read() as c:
        query = "SELECT digest FROM op WHERE dev = ? AND seq = ?"
        return str(c.exec_driver_sql(query, (dev, seq)).scalar() or "")
