"""How far verified receipts cover this home's own chains: worked out from what came back, kept where custody reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.exchange import tables
from studio_desk.exchange.header import chain_age
from studio_desk.store.custody import RECEIVED, own_chains

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def newest(home: Home, station: str) -> dict[str, Any]:
    """What the newest receipt for a station says; empty before the first."""
    return last(home, station)[1]


def last(home: Home, station: str) -> tuple[str, dict[str, Any]]:
    """The chain of the newest receipt for a station and what it says; empty before the first.

    Newest is the highest number in the youngest chain of the district: no clock decides, and the order in which receipts
    came in does not either.
    """
    name = tables.receipt.name
    with home.file.read() as c:
        rows = c.exec_driver_sql(f"SELECT dev, seq, op FROM {name} WHERE station = ?", (station,)).all()  # noqa: S608
        if not rows:
            return "", {}
        dev, _, op = max(rows, key=lambda row: (chain_age(row[0]), row[1]))
        found: dict[str, Any] = json.loads(
            c.exec_driver_sql(f"SELECT said FROM {name} WHERE op = ?", (op,)).scalar_one()  # noqa: S608 - own name
        )
    return dev, found


def settle(home: Home) -> dict[str, int]:
    """Work out anew how far each own chain is received, and keep it for the custody words.

    The newest receipt decides, even when it goes back behind an earlier one: a district that was restored asks again for
    what it lost (`exchange.md`, restore (c)). A typed receipt code counts until a receipt says less in a new epoch.

    A point counts only where the own chain holds exactly it: what the district received from a copy of this home does not
    cover what was written here under the same numbers.
    """
    said_last = newest(home, home.code)
    with home.file.write() as c:
        points: list[tuple[str, int, str]] = [
            (dev, seq, head)
            for dev, seq, head in c.exec_driver_sql(f"SELECT dev, seq, head FROM {tables.code_receipt.name}")  # noqa: S608 - own name
        ]
        for said in _same_epoch(c, home, said_last):
            for dev, (seq, head) in [*said["frontiers"].items(), *said.get("ends", {}).items()]:
                if seq <= int(said_last["frontiers"].get(dev, [0])[0]):
                    points.append((dev, seq, head))
        covered = dict.fromkeys(own_chains(home), 0)
        for dev, seq, head in points:
            if seq > covered.get(dev, seq) and _holds(c, dev, seq, head):
                covered[dev] = seq
        for dev, seq in covered.items():
            home.meta.set(f"{RECEIVED}{dev}", str(seq))
    return covered


def _same_epoch(c: Connection, home: Home, last: dict[str, Any]) -> list[dict[str, Any]]:
    """The receipts that are in force beside the newest: those of its epoch."""
    query = f"SELECT said FROM {tables.receipt.name} WHERE station = ? AND hub_epoch = ?"  # noqa: S608 - own name
    return [json.loads(said) for said in c.exec_driver_sql(query, (home.code, last.get("hub_epoch", ""))).scalars()]


def _holds(c: Connection, dev: str, seq: int, head: str) -> bool:
    query = "SELECT 1 FROM op WHERE dev = ? AND seq = ? AND digest = ?"
    return c.exec_driver_sql(query, (dev, seq, head)).first() is not None
