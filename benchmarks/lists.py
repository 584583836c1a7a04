"""A list screen over many records against raw SQL tuples."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, exponent, race
from studio_desk.store.ledger import Ledger, View

COLUMNS = ("code", "day", "way", "place", "subject", "state")
LIMIT = 200
OURS, PEER = "ledger (ours)", "raw SQL (peer)"
_FROM = "FROM record r JOIN journal_entry k ON k.uid = r.uid WHERE r.kind = 'journal_entry'"
_SHOWN = "r.uid, r.code, r.day, k.way, k.place, k.subject, r.state"


def measure(folder: Path, *, quick: bool) -> Page:
    """First page, jump to the end, sort and filter at growing sizes."""
    page = Page(
        "list",
        "Lists",
        "Ours: `store.ledger` as the list screen calls it, pages of 200 rows of six columns. Peer: the tuples of the"
        " same statement through the driver alone (for the end: the last page read backward through the index)."
        " Naive: all records as SQLModel objects. Oracle: the same rows in the same order.",
    )
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    costs: dict[str, list[tuple[int, float]]] = {}
    for number in sizes:
        home = stock.stocked(folder, number)
        ledger = Ledger(home.file, home.journal.shapes["journal_entry"].table, "journal_entry")
        for what, (ours, sql, values) in _ways(ledger, stock.records(number)).items():
            raw = _raw(home, sql, values)
            assert [tuple(row) for row in ours()] == [tuple(row) for row in raw()], what
            taken = race([Lane(PEER, raw), Lane(OURS, ours)], 15 if quick or number > 10_000 else 31)
            page.add(taken, PEER, number, what)
            costs.setdefault(what, []).append((number, taken[OURS].cpu))
            if number == sizes[-1]:
                page.goals.append(Goal(f"{what} at {number:,} / raw SQL", taken[OURS].over(taken[PEER]), 2.5))
        if number <= 10_000:
            naive = race([Lane("SQLModel objects, all (naive)", lambda h=home: _objects(h))], 3, warm=False)
            page.add(naive, "SQLModel objects, all (naive)", number)
        page.remarks.append(
            f"Peak memory of paging from the first row to the last at {number:,}: {walk_peak(home):.2f} MB."
        )
    page.remarks += [f"Growth of {what}: n^{exponent(points):.2f}." for what, points in costs.items()]
    return page


def _ways(ledger: Ledger, total: int) -> dict[str, tuple[Any, str, tuple[Any, ...]]]:
    view = View(COLUMNS)
    by_day = View(COLUMNS, order="day")
    by_place = View(COLUMNS, order="place")
    chosen = View(COLUMNS, {"way": "=走访", "day": ">=2025-01-01"})
    typed = View(COLUMNS, {"place": "河湾"})
    return {
        "first page": (lambda: ledger.page(view).rows, f"SELECT {_SHOWN} {_FROM} ORDER BY r.n DESC LIMIT {LIMIT}", ()),
        "count": (lambda: [(ledger.count(view),)], "SELECT count(*) FROM record r WHERE r.kind = 'journal_entry'", ()),
        "jump to the end": (
            lambda: ledger.at(view, total - LIMIT, total=total),
            f"SELECT * FROM (SELECT {_SHOWN}, r.n {_FROM} ORDER BY r.n LIMIT {LIMIT}) ORDER BY n DESC",
            (),
        ),
        "sort by day": (
            lambda: ledger.page(by_day).rows,
            f"SELECT {_SHOWN} {_FROM} ORDER BY r.day, r.n LIMIT {LIMIT}",
            (),
        ),
        "sort by place, no index": (
            lambda: ledger.page(by_place).rows,
            f"SELECT {_SHOWN} {_FROM} ORDER BY k.place, r.n LIMIT {LIMIT}",
            (),
        ),
        "filter way and day": (
            lambda: ledger.page(chosen).rows,
            f"SELECT {_SHOWN} {_FROM} AND k.way = ? AND r.day >= ? ORDER BY r.n DESC LIMIT {LIMIT}",
            ("走访", "2025-01-01"),
        ),
        "filter by typed characters": (
            lambda: ledger.page(typed).rows,
            f"SELECT {_SHOWN} {_FROM} AND instr(k.place, ?) > 0 ORDER BY r.n DESC LIMIT {LIMIT}",
            ("河湾",),
        ),
    }


def _raw(home: Any, sql: str, values: tuple[Any, ...]) -> Any:
    with home.file.raw() as connection:
        width = None if "count(" in sql else 7
        return lambda: [row[:width] for row in connection.execute(sql, values)]


def _objects(home: Any) -> int:
    from sqlmodel import Session, select

    with home.file.read() as c, Session(c) as session:
        return len(session.exec(select(home.journal.shapes["journal_entry"].model)).all())


def walk_peak(home: Any) -> float:
    """Peak MB of Python memory while a list is paged from the first row to the last."""
    ledger = Ledger(home.file, home.journal.shapes["journal_entry"].table, "journal_entry")
    after: tuple[Any, int] | None = None
    tracemalloc.start()
    try:
        while True:
            page = ledger.page(View(COLUMNS), after=after)
            after = page.after
            if after is None:
                return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
