"""Search as the clerk types against the bare index and a plain scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, exponent, race
from studio_desk.store import search

OURS, PEER, SCAN = "search.find (ours)", "FTS5 raw (peer)", "LIKE over the texts (naive)"
TYPED = {
    "1 character": "水",
    "2 characters": "水利",
    "4 characters": "灌溉渠淤",
    "rare character": stock.RARE,
    "initials": "ggq",
    "miss": "魑魅魍魉",
    "2 words": "水利 查勘",
}
HITS = 50


def measure(folder: Path, *, quick: bool) -> Page:
    """First 50 hits and the count to 1,000 for every length of word."""
    page = Page(
        "search",
        "Search",
        "Ours: `search.find`: the first 50 hits with what is shown of them, newest first, and the count up to 1,000+."
        " Peer: rowids of the same FTS5 query, first 50, nothing else. Naive: LIKE over the stored texts. Oracle: the"
        " total equals that of a plain scan (capped at 1,000).",
        head=("what", "n", "CPU ms", "wall ms", "ratio", "p95 CPU ms"),
    )
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    costs: dict[str, list[tuple[int, float]]] = {}
    worst: dict[int, float] = {}
    for number in sizes:
        home = stock.stocked(folder, number)
        texts = _texts(home)
        for what, typed in TYPED.items():
            _oracle(home, texts, typed)
            lanes = [
                Lane(PEER, lambda h=home, t=typed: _raw(h, t)),
                Lane(OURS, lambda h=home, t=typed: search.find(h.file, t)),
                Lane(SCAN, lambda h=home, t=typed: _like(h, t)),
            ]
            taken = race(lanes, 21 if quick else 60 if number < 100_000 else 25)
            for name, one in taken.items():
                ratio = "1" if name == PEER else f"{one.over(taken[PEER]):.2f}"
                cells = (f"{what}: {name}", f"{number:,}", f"{one.cpu * 1e3:.2f}", f"{one.wall * 1e3:.2f}")
                page.rows.append((*cells, ratio, f"{one.p95 * 1e3:.2f}"))
            costs.setdefault(what, []).append((number, taken[OURS].cpu))
            worst[number] = max(worst.get(number, 0), taken[OURS].p95 * 1000)
    page.goals += [Goal(f"slowest p95 at {n:,}", value, 5, "ms") for n, value in worst.items()]
    page.remarks += [f"Growth of {what}: n^{exponent(points):.2f}." for what, points in costs.items()]
    return page


def _raw(home: Any, typed: str) -> list[Any]:
    with home.file.raw() as c:
        sql = f"SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT {HITS}"
        return c.execute(sql, (search.match(typed),)).fetchall()


def _like(home: Any, typed: str) -> list[Any]:
    words = typed.split()
    where = " AND ".join(["(content LIKE ? OR subject LIKE ? OR answer LIKE ? OR next_step LIKE ?)"] * len(words))
    with home.file.raw() as c:
        marks = tuple(f"%{word}%" for word in words for _ in range(4))
        return c.execute(f"SELECT uid FROM journal_entry WHERE {where} LIMIT {HITS}", marks).fetchall()


def _texts(home: Any) -> list[tuple[str, str]]:
    shape = home.journal.shapes["journal_entry"]
    return [shape.words(row) for row in stock.rows(home)]


def _oracle(home: Any, texts: list[tuple[str, str]], typed: str) -> None:
    from studio_desk.kernel.pinyin import initials

    known: dict[str, list[str]] = {}

    def holds(text: str, name: str, word: str) -> bool:
        if word in text.casefold():
            return True
        if not word.isascii():
            return False
        if name not in known:
            known[name] = initials(name)
        return any(word in reading for reading in known[name])

    wanted = sum(all(holds(text, name, word) for word in typed.split()) for text, name in texts)
    hits, total = search.find(home.file, typed)
    assert total == min(wanted, search.COUNT_LIMIT), (typed, total, wanted)
    assert len(hits) == min(wanted, HITS)
