"""At a district: what each computer of a station says it holds, and where its chain ended, by its last bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studio_desk.exchange import relay, tables
from studio_desk.exchange.header import Header, chain_owner, chain_stem, chain_to, is_return
from studio_desk.kernel import clock

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def note(home: Home, header: Header) -> None:
    """What the station says it holds of the district's chain; the last word of a computer counts, lower or not."""
    ours = [(dev, *point) for dev, point in header.seen.items() if chain_owner(dev) == home.code]
    with home.file.write() as c:
        _forget(home, header)
        _keep(home, header, [("", 0, ""), *ours])
        relay.report(c, header)


def _forget(home: Home, header: Header) -> None:
    """What an older file of the computer said it held, before it was rewound or copied from an early backup."""
    who = (header.sender, chain_stem(header.device))
    with home.file.write() as c:
        query = f"SELECT dev FROM {tables.seen.name} WHERE station = ? AND device = ?"  # noqa: S608 - own name
        for dev in c.exec_driver_sql(query, who).scalars().all():
            if chain_to(dev) == header.sender and dev not in header.seen:
                c.exec_driver_sql(
                    f"DELETE FROM {tables.seen.name} WHERE station = ? AND device = ? AND dev = ?",  # noqa: S608
                    (*who, dev),
                )


def ended(home: Home, header: Header) -> None:
    """How far a bundle that joined its chain went: a station restored from a backup learns that its end is known."""
    if home.role == "district" and not is_return(header):
        _keep(home, header, [(header.device, header.last, header.head)])


def _keep(home: Home, header: Header, rows: Sequence[tuple[str, int, str]]) -> None:
    with home.file.write() as c:
        for dev, seq, head in rows:
            c.exec_driver_sql(
                f"INSERT INTO {tables.seen.name} (station, device, dev, seq, head, at) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
                " ON CONFLICT (station, device, dev)"
                " DO UPDATE SET seq = excluded.seq, head = excluded.head, at = excluded.at",
                (header.sender, chain_stem(header.device), dev, seq, head, clock.stamp()),
            )
