"""Where a record is: draft, final, packed, received, returned or in conflict; one word per record (`exchange.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from studio_desk.store.home import Home

Word = Literal["draft", "final", "packed", "received", "returned", "conflict"]
WORDS: tuple[Word, ...] = ("draft", "final", "packed", "received", "returned", "conflict")

RECEIVED = "received."
"""Prefix of the `meta` entry that holds the highest number of an own chain that a verified receipt covers."""

_WORD = """CASE
 WHEN r.conflict THEN 'conflict'
 WHEN EXISTS (SELECT 1 FROM op o WHERE o.rec = r.uid AND o.type = 'record.return'
   AND o.n > coalesce((SELECT max(w.n) FROM op w WHERE w.rec = r.uid AND w.type LIKE 'record.%' AND w.type <> 'record.return'), 0))
   THEN 'returned'
 WHEN r.draft THEN 'draft'
 WHEN {gone} THEN 'received'
 WHEN {packed} THEN 'packed'
 ELSE 'final' END"""


@dataclass(frozen=True)
class Custody:
    """Counts per word, and the chains behind them."""

    records: dict[str, int]
    received: dict[str, int]
    packed: dict[str, int]


def _sql(home: Home) -> str:
    """The expression that gives a register row `r` its word.

    A record is as far as the last op about it in each of this home's own chains. At a district the records of stations
    are `received`: they came in.
    """
    own = own_chains(home)
    received, packed = received_to(home), packed_to(home)

    def through(limits: dict[str, int]) -> str:
        tests = [
            f"coalesce((SELECT max(o.seq) FROM op o WHERE o.rec = r.uid AND o.dev = '{dev}'), 0) <= {limits.get(dev, 0)}"  # noqa: S608 - own device names
            for dev in own
        ]
        return "(" + " AND ".join(tests) + ")" if tests else "1"

    if home.role == "district":
        return _WORD.format(gone="1", packed="1")
    return _WORD.format(gone=through(received), packed=through(packed))


def own_chains(home: Home) -> list[str]:
    """The chains this home wrote itself, all incarnations (not a district's downward chains)."""
    stem = home.device.split(".", maxsplit=1)[0]
    return [d for d in home.journal.frontiers() if d.split(".", maxsplit=1)[0] == stem and "@" not in d]


def received_to(home: Home) -> dict[str, int]:
    """Per own chain the last op that a verified receipt covers."""
    return {dev: int(seq) for dev, seq in home.meta.all(RECEIVED).items()}


def packed_to(home: Home) -> dict[str, int]:
    """Per own chain the last op that was ever packed into a bundle."""
    with home.file.read() as c:
        rows = c.exec_driver_sql('SELECT dev, max(last) FROM "export" GROUP BY dev')
        return {row[0]: row[1] for row in rows}


def words(home: Home, uids: Sequence[str]) -> dict[str, Word]:
    """The custody word of each of some records."""
    if not uids:
        return {}
    marks = ",".join("?" * len(uids))
    with home.file.read() as c:
        rows = c.exec_driver_sql(f"SELECT r.uid, {_sql(home)} FROM record r WHERE r.uid IN ({marks})", tuple(uids))  # noqa: S608
        return {row[0]: row[1] for row in rows}


def custody(home: Home) -> Custody:
    """How many records stand at each word."""
    expression = _sql(home)
    with home.file.read() as c:
        rows = c.exec_driver_sql(f"SELECT {expression} AS word, count(*) FROM record r GROUP BY word").all()  # noqa: S608
    counts = dict.fromkeys(WORDS, 0) | {row[0]: int(row[1]) for row in rows}
    return Custody({word: counts[word] for word in WORDS}, received_to(home), packed_to(home))
