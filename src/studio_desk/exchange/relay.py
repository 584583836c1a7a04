"""Relay: a district sends a station's own chains back to those of its computers that lack them (clause 10.8).

Two computers of one station see each other's records, a restored one gets back what only the district still has, and a
new one is filled, all by this one way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from studio_desk.exchange import acknowledged, tables, trust_store
from studio_desk.exchange.header import Header, chain_age, chain_owner, chain_stem, chain_to
from studio_desk.exchange.volumes import Volume, cut, sizes
from studio_desk.store.ops import read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

ASKED_AT_ONCE: Final = 1000
"""Attachments one bundle asks for; the rest are asked for by the next."""


# --- at the station ----------------------------------------------------------------------------------------------


def held(home: Home) -> dict[str, tuple[int, str]]:
    """How far this computer holds the chains of its own station, its own and those of other computers."""
    return {dev: point for dev, point in home.journal.frontiers().items() if chain_owner(dev) == home.code}


def lacking(home: Home) -> list[str]:
    """Attachments that records here name and that did not come."""
    query = f"SELECT sha256 FROM {tables.wanted.name} WHERE side = 'here' ORDER BY sha256 LIMIT {ASKED_AT_ONCE}"  # noqa: S608
    with home.file.read() as c:
        return list(c.exec_driver_sql(query).scalars())


def missing(home: Home) -> dict[str, int]:
    """Chains of this station that the district holds further than this home does, with the last op it holds."""
    here, said = held(home), acknowledged.newest(home, home.code).get("frontiers", {})
    return {dev: seq for dev, (seq, _) in said.items() if seq > here.get(dev, (0, ""))[0]}


def ahead(home: Home) -> bool:
    """Whether the district holds less than this home of a chain that its computer does not write any more.

    Both were set back, or that computer is gone: the district has to hear that we still hold it.
    """
    here, said = held(home), acknowledged.newest(home, home.code).get("frontiers")
    in_force = {one.device for one in trust_store.required(home).of(home.code)}
    return said is not None and any(
        seq > said.get(dev, (0, ""))[0] and chain_stem(dev) != chain_stem(home.device) and _over(dev, here, in_force)
        for dev, (seq, _) in here.items()
    )


def held_up(home: Home) -> bool:
    """Whether something from the district waits here for what came before it.

    Of two copies of a folder, which share a name, the other one may have said that it holds that.
    """
    query = f"SELECT 1 FROM {tables.held.name} WHERE dev LIKE ? OR dev LIKE ? LIMIT 1"  # noqa: S608 - own name
    with home.file.read() as c:
        return c.exec_driver_sql(query, (f"%@{home.code}", f"{home.code}-%")).first() is not None


# --- at the district ---------------------------------------------------------------------------------------------


def report(c: Connection, header: Header) -> None:
    """Keep what a computer says it holds and lacks; its last word counts, higher or lower."""
    device = chain_stem(header.device)
    for table in (tables.holds, tables.lacks):
        c.execute(table.delete().where(table.c.device == device))
    own = [(dev, point) for dev, point in header.seen.items() if chain_owner(dev) == header.sender]
    if own:
        rows = [{"device": device, "dev": dev, "seq": seq, "head": head} for dev, (seq, head) in own]
        c.execute(tables.holds.insert(), rows)
    if header.needs:
        c.execute(tables.lacks.insert(), [{"device": device, "sha256": sha256} for sha256 in sorted(set(header.needs))])


def volumes(home: Home, station: str, *, everything: bool = False) -> list[Volume]:
    """What the computers of a station lack of its chains, oldest chain first, and attachments they asked for.

    Args:
        home: the district.
        station: code of the station.
        everything: its chains from the first op on, whatever its computers say they hold.
    """
    frontiers = home.journal.frontiers(f"{station}-*")
    made: list[Volume] = []
    lacked = {dev: 0 for dev in frontiers if _of(dev, station)} if everything else behind(home, station)
    for dev, known in sorted(lacked.items(), key=lambda item: chain_age(item[0])):
        made += cut(home, dev, known + 1, frontiers[dev][0])
    asked = _asked(home, station)
    if asked and not made:
        # Attachments need an op to travel with: the newest one of the station's chains goes again.
        dev = max((d for d in frontiers if _of(d, station)), key=lambda d: frontiers[d][0], default="")
        made = cut(home, dev, frontiers[dev][0], frontiers[dev][0]) if dev else []
    if asked and made:
        made[-1].blobs |= asked
    return made


def behind(home: Home, station: str) -> dict[str, int]:
    """Chains of a station that one of its computers lacks, with the last op that all its computers hold."""
    computers = [c.device for c in trust_store.required(home).of(station)]
    found: dict[str, int] = {}
    with home.file.read() as c:
        for dev, (last, _) in home.journal.frontiers(f"{station}-*").items():
            if _of(dev, station):
                known = min((_known(c, computer, dev, last) for computer in computers), default=last)
                known = min(known, _forked(c, dev, last))
                if known < last:
                    found[dev] = known
    return found


def known_to_exist(c: Connection, home: Home, station: str) -> dict[str, int]:
    """At the district: chains of a station that are known to go further than what is here, with that last number.

    Known is what a computer said it holds, what waits for an earlier bundle, and where a new chain says its old one ended.
    """
    found: dict[str, int] = {}

    def heard(dev: Any, seq: Any) -> None:
        if isinstance(dev, str) and type(seq) is int and chain_owner(dev) == station and not chain_to(dev):
            found[dev] = max(seq, found.get(dev, 0))

    for row in c.execute(tables.holds.select()):
        heard(row.dev, row.seq)
    for row in c.execute(tables.held.select()):
        heard(row.dev, row.last)
    query = (
        "SELECT b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.type = 'device.incarnate' AND o.dev LIKE ?"
    )
    for line in c.exec_driver_sql(query, (f"{station}-%",)).scalars():
        values = read_body(line).get("values", {})
        heard(values.get("from"), values.get("seq"))
        mark = values.get("known")
        if isinstance(mark, Mapping):
            heard(mark.get("device"), mark.get("seq"))
    here = home.journal.frontiers(f"{station}-*")
    return {dev: seq for dev, seq in sorted(found.items()) if seq > here.get(dev, (0, ""))[0]}


def left(c: Connection, home: Home, station: str) -> dict[str, str]:
    """At the district: chains that nobody can bring but another computer of their station, and which one is asked to.

    The computer that wrote it was revoked, or writes a younger chain and holds less of this one than the other does.
    """
    in_force = {one.device for one in trust_store.required(home).of(station)}
    here = home.journal.frontiers(f"{station}-*")
    rows = [row for row in c.execute(tables.holds.select()) if _of(row.dev, station)]
    found: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: (-row.seq, row.device)):
        stem = chain_stem(row.dev)
        own = {one.dev: one.seq for one in rows if one.device == stem}
        more = row.seq > max(here.get(row.dev, (0, ""))[0], own.get(row.dev, 0) if stem in in_force else 0)
        if more and row.device in in_force - {stem} and _over(row.dev, own, in_force):
            found.setdefault(row.dev, row.device)
    return found


def _over(dev: str, known: Iterable[str], in_force: set[str]) -> bool:
    """Whether a chain is not written any more: its computer is not in force, or a younger chain of it is known."""
    stem = chain_stem(dev)
    return stem not in in_force or any(chain_stem(k) == stem and chain_age(k) > chain_age(dev) for k in known)


def _of(dev: str, station: str) -> bool:
    return chain_owner(dev) == station and not chain_to(dev)


def _known(c: Connection, computer: str, dev: str, last: int) -> int:
    """How far a computer holds a chain as it is here; `last` when nothing is to be sent to it."""
    mine = chain_stem(dev) == computer
    rows = c.execute(tables.holds.select().where(tables.holds.c.device == computer)).all()
    row = next((r for r in rows if r.dev == dev), None)
    if row is None:
        # A computer that never said what it holds certainly holds what it wrote itself.
        return last if mine and not rows else 0
    if row.seq > last:
        return last
    query = "SELECT 1 FROM op WHERE dev = ? AND seq = ? AND digest = ?"
    if c.exec_driver_sql(query, (dev, row.seq, row.head)).first():
        return int(row.seq)
    # Another branch of the chain. What it wrote itself comes here, is refused as a fork, and then `_forked` counts.
    return last if mine else 0


def _forked(c: Connection, dev: str, last: int) -> int:
    """Where a refused branch of a chain parts from what is here; `last` when there is none."""
    table = tables.quarantine
    query = table.select().where(table.c.code == "FORK", table.c.state == "open", table.c.dev == dev)
    return min((row.seq - 1 for row in c.execute(query) if 0 < row.seq <= last), default=last)


def _asked(home: Home, station: str) -> dict[str, int]:
    computers = {c.device for c in trust_store.required(home).of(station)}
    with home.file.read() as c:
        rows = [row.sha256 for row in c.execute(tables.lacks.select()) if row.device in computers]
    return sizes(home, sorted(set(rows)))
