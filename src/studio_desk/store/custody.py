"""Where a record is: draft, final, packed, received, returned or in conflict; one word per record (`exchange.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from studio_desk.store.home import Home

Word = Literal["draft", "final", "packed", "received", "returned", "conflict"]
WORDS: tuple[Word, ...] = ("draft", "final", "packed", "received", "returned", "conflict")

RECEIVED = "received."
"""Prefix of the `meta` entry that holds the highest number of an own chain that a verified receipt covers."""
KEY_WAITS: Final = "key_waits"
"""`meta` entry of a station that changed its keys, until the trust list it holds names the new ones."""
AWAITED: Final = "rebuild_awaited"
"""`meta` entry of a new computer that waits for the district's copy of its station: `ask` until its request is written, then `asked`."""

_WORD = """CASE
 WHEN r.conflict THEN 'conflict'
 WHEN EXISTS (SELECT 1 FROM op o WHERE o.rec = r.uid AND o.type = 'record.return'
   AND o.n > coalesce((SELECT max(w.n) FROM op w WHERE w.rec = r.uid AND w.type LIKE 'record.%' AND w.type NOT IN ('record.return', 'record.comment')), 0))
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

    Comments are no part of a record: they change nobody's word. A record is as far as the last op about it in each of this home's own chains. At a district the records of stations
    are `received`: they came in.
    """
    own = own_chains(home)
    received, packed = received_to(home), packed_to(home)

    def through(limits: dict[str, int]) -> str:
        tests = [
            f"coalesce((SELECT max(o.seq) FROM op o WHERE o.rec = r.uid AND o.dev = '{dev}' AND o.type <> 'record.comment'), 0) <= {limits.get(dev, 0)}"  # noqa: S608 - own device names
            for dev in own
        ]
        return "(" + " AND ".join(tests) + ")" if tests else "1"

    if home.role == "district":
        return _WORD.format(gone="1", packed="1")
    return _WORD.format(gone=through(received), packed=through(packed))


def own_chains(home: Home) -> list[str]:
    """The chains this home wrote itself, all incarnations (not a district's downward chains)."""
    stem = home.device.split(".", maxsplit=1)[0]
    return [d for d in home.journal.frontiers(f"{stem}*") if d.split(".", maxsplit=1)[0] == stem and "@" not in d]


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


@dataclass(frozen=True)
class Place:
    """Where one record is, and how it last left the house.

    Attributes:
        n: its number in the order of entry, the cursor of the next page.
        uid: the record.
        kind: key of its kind.
        code: its number.
        title: what it is called.
        day: its date.
        word: its custody word.
        at: when it was last packed, `""` when never.
        medium: what it was packed onto.
        by: who packed it.
    """

    n: int
    uid: str
    kind: str
    code: str
    title: str
    day: str
    word: Word
    at: str
    medium: str
    by: str


def places(home: Home, word: Word | None = None, *, before: int | None = None, limit: int = 200) -> list[Place]:
    """Records, newest first, with when, on what and by whom they were last packed.

    Args:
        home: an open home.
        word: only those at this word.
        before: the `n` after which the page begins.
        limit: records at most.
    """
    chosen = "WHERE word = ?" if word else ""
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            f"""SELECT r.n, r.uid, r.kind, r.code, r.title, r.day, r.word, coalesce(e.at, ''), coalesce(e.medium, ''),
                       coalesce(e.by, '')
                  FROM (SELECT * FROM (SELECT r.n, r.uid, r.kind, r.code, r.title, r.day, {_sql(home)} AS word
                          FROM record r WHERE r.n < ? ORDER BY r.n DESC) {chosen} LIMIT ?) r
                  LEFT JOIN "export" e ON e.id = (SELECT max(x.id) FROM op o JOIN "export" x ON x.dev = o.dev
                       AND o.seq BETWEEN x.first AND x.last WHERE o.rec = r.uid {_leaving(home)})
                 ORDER BY r.n DESC""",  # noqa: S608 - own device names and words
            (before if before is not None else 1 << 62, *((word,) if word else ()), limit),
        ).all()
    return [Place(*row) for row in rows]


@dataclass(frozen=True)
class Departure:
    """One bundle that left the house.

    Attributes:
        id: its running number here.
        at: when it was packed.
        medium: what it was packed onto.
        by: who packed it.
        file: its name.
        bundle: its id.
        sha256: digest of the sealed file.
        device: the chain its ops belong to.
        first: number of the first op.
        last: number of the last op.
        records: how many records it speaks of.
        received: a verified receipt covers all of it.
    """

    id: int
    at: str
    medium: str
    by: str
    file: str
    bundle: str
    sha256: str
    device: str
    first: int
    last: int
    records: int
    received: bool


def departure(home: Home, uid: str) -> Departure | None:
    """The last bundle that took a record out of the house, `None` when it never left."""
    found = _departures(
        home,
        f"""WHERE id = (SELECT max(x.id) FROM op o JOIN "export" x ON x.dev = o.dev
           AND o.seq BETWEEN x.first AND x.last WHERE o.rec = ? {_leaving(home)})""",  # noqa: S608 - own words
        uid,
    )
    return found[0] if found else None


def _leaving(home: Home) -> str:
    """What a station brings its district back of the district's own chains takes no record out of the house."""
    return "AND instr(x.dev, '@') = 0" if home.role == "station" else ""


def unconfirmed(home: Home) -> list[Departure]:
    """The station's own bundles that no verified receipt covers yet, the oldest first."""
    own = set(own_chains(home))
    return [one for one in _departures(home, "ORDER BY id") if one.device in own and not one.received]


def _departures(home: Home, query: str, *values: str) -> list[Departure]:
    received = received_to(home)
    columns = 'id, at, medium, "by", file, bundle, sha256, dev, first, last, records'
    with home.file.read() as c:
        rows = c.exec_driver_sql(f'SELECT {columns} FROM "export" {query}', values).all()  # noqa: S608 - own words
    return [Departure(*(*row, row[9] <= received.get(row[7], 0))) for row in rows]
