"""How far verified receipts cover this home's own chains: worked out from what came back, kept where custody reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import tables
from studio_desk.exchange.header import chain_age
from studio_desk.store.custody import RECEIVED, own_chains

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def newest(home: Home, station: str) -> dict[str, Any]:
    """What the newest receipt for a station says; empty before the first.

    Newest is the highest number in the youngest chain of the district: no clock decides, and the order in which receipts
    came in does not either.
    """
    name = tables.receipt.name
    with home.file.read() as c:
        rows = c.exec_driver_sql(f"SELECT dev, seq, op FROM {name} WHERE station = ?", (station,)).all()  # noqa: S608
        if not rows:
            return {}
        op = max(rows, key=lambda row: (chain_age(row[0]), row[1]))[2]
        found: dict[str, Any] = json.loads(
            c.exec_driver_sql(f"SELECT said FROM {name} WHERE op = ?", (op,)).scalar_one()  # noqa: S608 - own name
        )
    return found


def settle(home: Home) -> dict[str, int]:
    """Work out anew how far each own chain is received, and keep it for the custody words.

    The newest receipt decides, even when it goes back behind an earlier one: a district that was restored asks again for
    what it lost (`exchange.md`, restore (c)). A typed receipt code counts until a receipt says less in a new epoch.
    """
    frontiers = newest(home, home.code).get("frontiers", {})
    with home.file.write() as c:
        rows = c.exec_driver_sql(f"SELECT dev, seq FROM {tables.code_receipt.name}").all()  # noqa: S608 - own name
        typed: dict[str, int] = {dev: seq for dev, seq in rows}  # noqa: C416 - typed rows
        covered = {dev: max(int(frontiers.get(dev, [0])[0]), typed.get(dev, 0)) for dev in own_chains(home)}
        for dev, seq in covered.items():
            home.meta.set(f"{RECEIVED}{dev}", str(seq))
    return covered
