"""Give a restored district back what it wrote itself and lost: its stations hold it, and it signed it (clause 10.6d)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from studio_desk.exchange import acknowledged, quarantine, tables, trust_store
from studio_desk.exchange.header import Header, chain_age, chain_owner, chain_stem, chain_to, is_return
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.volumes import Volume, cut
from studio_desk.exchange.vouch import voucher
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home

_TOLD: Final = 5
"""Chains that one bundle's notices name."""
_COUNTS: Final = "district_counts"
"""The `meta` entry of a station with the incarnation that the district last said it is."""
_REPEATED: Final = "district_repeats."
"""Prefix of the `meta` entry of a station with where the last bundle of a downward chain ended, when that is less than what it holds."""


# --- at the station ----------------------------------------------------------------------------------------------


def keep(c: Connection, home: Home, header: Header) -> None:
    """Keep the district's signature over its chain, and its incarnation, from a bundle that joined here."""
    number = header.hub_epoch.rpartition(".")[2]
    if home.role == "station" and number.isdecimal():
        home.meta.set(_COUNTS, number)
    if home.role == "station" and chain_to(header.device) == home.code:
        # An old stick, or a district that was set back and does not know it: shown what it wrote, it does.
        held = home.journal.frontiers(header.device)[header.device][0]
        home.meta.set(_REPEATED + header.device, str(header.last) if header.last < held else "")
    if home.role == "station" and header.vouch:
        row = {"dev": header.device, "seq": header.last, "head": header.head, "vouch": header.vouch}
        c.execute(tables.vouched.insert().prefix_with("OR REPLACE"), row)


def volumes(home: Home) -> list[Volume]:
    """What the district wrote to this station and does not hold any more, oldest chain first; each ends where it signed."""
    made: list[Volume] = []
    for dev, known in sorted(_owed(home), key=lambda one: chain_age(one[0])):
        points, first = _signed(home, dev, known), known + 1
        while points:
            # As few bundles as the limits allow; what came down in one bundle goes back in one.
            found = ((p, cut(home, dev, first, p)) for p in reversed(points))
            seq, (one, *_) = next((p, parts) for p, parts in found if len(parts) == 1 or p == min(points))
            one.vouch, first = points[seq], seq + 1
            made.append(one)
            points = {p: signature for p, signature in points.items() if p > seq}
    return made


def _owed(home: Home) -> Iterator[tuple[str, int]]:
    """Chains of the district with the last op that it still holds."""
    newest, said = acknowledged.last(home, home.code)
    chains = {dev: point for dev, point in home.journal.frontiers().items() if chain_to(dev) == home.code}
    # Set back with its mark the district counts again from lower down: of two chains of one age either may be the one it
    # writes, and one that is younger than what it last said of itself is not.
    age = chain_age(newest)[0]
    forgotten = [dev for dev in chains if chain_age(dev)[0] == age] != [newest] or int(
        home.meta.get(_COUNTS, str(age))
    ) < age
    for dev, (seq, _) in chains.items():
        known = _forked(home, dev, seq)
        if dev == newest:
            known = min(known, int(home.meta.get(_REPEATED + dev) or seq))
        if (dev != newest or forgotten) and "own" in said:
            there, head = said["own"].get(dev, (0, ""))
            known = min(known, there if there > seq or _holds(home, dev, there, head) else 0)
        if known < seq:
            yield dev, known


def _forked(home: Home, dev: str, last: int) -> int:
    """Where a refused branch of a chain parts from what is here; `last` when there is none."""
    table = tables.quarantine
    query = table.select().where(table.c.code == "FORK", table.c.state == quarantine.OPEN, table.c.dev == dev)
    with home.file.read() as c:
        return min((row.seq - 1 for row in c.execute(query) if 0 < row.seq <= last), default=last)


def _signed(home: Home, dev: str, above: int) -> dict[int, str]:
    """The points of a chain that the district signed, in order, with its signatures."""
    query = (
        f"SELECT v.seq, v.vouch FROM {tables.vouched.name} v JOIN op o ON o.dev = v.dev AND o.seq = v.seq"  # noqa: S608
        " AND o.digest = v.head WHERE v.dev = ? AND v.seq > ? ORDER BY v.seq"
    )
    with home.file.read() as c:
        return {row[0]: row[1] for row in c.exec_driver_sql(query, (dev, above))}


def _holds(home: Home, dev: str, seq: int, head: str) -> bool:
    query = "SELECT 1 FROM op WHERE dev = ? AND seq = ? AND digest = ?"
    with home.file.read() as c:
        return seq == 0 or c.exec_driver_sql(query, (dev, seq, head)).first() is not None


# --- at the district ---------------------------------------------------------------------------------------------


def own_points(home: Home, station: str, but: str) -> dict[str, list[Any]]:
    """How far this district holds its own chains for a station, without the one that is being written."""
    return {
        dev: list(point)
        for dev, point in sorted(home.journal.frontiers().items())
        if chain_to(dev) == station and chain_owner(dev) == home.code and dev != but
    }


def sure(home: Home, header: Header) -> bool:
    """Whether the trust list itself vouches for a return: its key is in force, or bounded for this chain.

    Any other is believed because nothing tells how far a lost computer went. A thief may hold its key, so that return may touch
    only what its station may touch.
    """
    known = trust_store.policy(home).own.get(voucher(header))
    return known is not None and (known.revoked is None or header.device in known.revoked)


def admit(home: Home, header: Header) -> None:
    """Refuse what a void key says about the chain that is being written: what it wrote, the trust list would name.

    Raises:
        Problem: `VOUCH_WRONG`.
    """
    written = is_return(header) and header.device == f"{home.device}@{chain_to(header.device)}"
    if written and not sure(home, header):
        raise refuse("VOUCH_WRONG", device=header.device, sender=header.sender)


def lost(home: Home, header: Header) -> list[str]:
    """Sentences for the officer of a district that was set back: what of its own words only a station holds; said once."""
    here, computer = home.journal.frontiers(), chain_stem(header.device)
    with home.file.read() as c:
        query = f"SELECT dev, seq FROM {tables.seen.name} WHERE station = ? AND device = ?"  # noqa: S608 - own name
        before = {row[0]: row[1] for row in c.exec_driver_sql(query, (header.sender, computer))}
    said = []
    for dev, (seq, _) in sorted(header.seen.items()):
        known = here.get(dev, (0, ""))[0]
        ours = chain_owner(dev) == home.code and chain_to(dev) in {"", header.sender}
        if ours and seq > max(known, before.get(dev, 0)):
            said.append(
                say(
                    "本机恢复过较旧的备份：{device} 已收下区级的 {dev} 第{first}至{last}号（更正、退回、任务等），本机没有了。请给该站点发回执，它下次上报时会送回来。",
                    device=computer, dev=dev, first=known + 1, last=seq,
                )
            )  # fmt: skip
    if len(said) > _TOLD:  # a backup is behind in few chains; a station may claim anything
        said[_TOLD:] = [say("还有{n}条这样的说法没有列出。", n=len(said) - _TOLD)]
    return said
