"""Export and import of bundles against their parts: digest, deflate, age, and bare inserts into the same tables."""

from __future__ import annotations

import hashlib
import shutil
import zlib
from pathlib import Path
from typing import Any

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, exponent, ms, race
from studio_desk.exchange import enrol, inbox, outbox
from studio_desk.exchange.home_keys import keys_of
from studio_desk.kinds import KINDS
from studio_desk.store import search
from studio_desk.store.home import Home

PARTS, PACK, SCAN = (
    "SHA-256, deflate, age of the same bytes (limit)",
    "outbox.export (ours)",
    "bytes alone, stored (naive)",
)
RAW, BARE = "executemany into the same tables, with search (peer)", "executemany without search"
APPLY, TAKE = "journal.apply (ours, merge)", "inbox.receive (ours, verify and merge)"


def measure(folder: Path, *, quick: bool) -> Page:
    """Carry a station's whole journal to an empty district."""
    page = Page(
        "exchange",
        "Export and import",
        "Ours: `outbox.export` of a whole chain into a folder (read, pack, sign, seal, write, read back) and"
        " `inbox.receive` of its bundles at an empty district (own reading process, every digest, chain and body checked,"
        " merged, searchable). Limit of the export: SHA-256, deflate level 6 and age over the same op and body lines."
        " Peer of the import: the rows that resulted, as prepared tuples through `executemany` into the same empty"
        " encrypted tables. Oracle: the district's register equals the station's, row by row, and searches agree.",
    )
    sizes = (1_000, 10_000) if quick else (1_000, 10_000, 100_000)
    costs: dict[str, list[tuple[int, float]]] = {}
    for number in sizes:
        home = stock.stocked(folder, number)
        empty = _enrolled(folder, home, number)
        stick = folder / f"stick-{number}"
        stick.mkdir()
        rounds = 1 if number >= 100_000 else 3 if number >= 10_000 else 7
        rounds = max(1, rounds // 3) if quick else rounds
        out = _export(home, stick, number, rounds)
        page.add(out, PARTS, number)
        bundles = sorted(stick.glob("*.sdx"))
        into = _import(folder, home, empty, bundles, number, rounds)
        page.add(into, RAW, number)
        for what, taken in ((PACK, out), (TAKE, into), (APPLY, into)):
            costs.setdefault(what, []).append((number, taken[what].cpu))
        page.goals += [
            Goal(f"export of {number:,} ops / its parts", out[PACK].over(out[PARTS]), 3),
            Goal(f"merge of {number:,} ops / executemany with search", into[APPLY].over(into[RAW]), 4),
            Goal(f"import of {number:,} ops / executemany with search", into[TAKE].over(into[RAW]), 4),
        ]
        each = into[TAKE].cpu / number
        page.remarks.append(
            f"{number:,} ops: {ms(each)} ms CPU an op to import, {ms(out[PACK].cpu / number)} to export."
        )
    page.remarks += [f"Growth of {what}: n^{exponent(points):.2f}." for what, points in costs.items()]
    return page


def _enrolled(folder: Path, home: Home, number: int) -> Path:
    """The folder of an empty, closed district that knows the station."""
    path, post = folder / f"district-{number}", folder / f"post-{number}"
    post.mkdir()
    with stock.new_home(path, "district") as district:
        request, _ = enrol.request(home, post)
        enrol.install(home, enrol.accept(district, request, post).file)
    return path


def _export(home: Home, stick: Path, number: int, rounds: int) -> Any:
    lines = [(line, body or "") for _, line, body in home.journal.ops(home.device)]
    data = "\n".join(text for pair in lines for text in pair).encode()
    recipients = [keys_of(home).recipient] * 2

    def parts() -> int:
        import pyrage

        assert hashlib.sha256(data).digest()
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(data) + packer.flush()
        keys = [pyrage.x25519.Recipient.from_str(one) for one in recipients]
        return len(pyrage.encrypt(packed, keys))

    def stored() -> None:
        (stick / "plain.txt").write_bytes(data)

    def check(sent: Any) -> None:
        assert sum(one.ops for one in sent.files) == number

    lanes = [
        Lane(PARTS, parts),
        Lane(PACK, lambda: outbox.export(home, stick, everything=True), after=check),
        Lane(SCAN, stored),
    ]
    return race(lanes, rounds)


def _import(folder: Path, home: Home, empty: Path, bundles: list[Path], number: int, rounds: int) -> Any:
    rows = rows_of(home)
    lines = [(line, body) for _, line, body in home.journal.ops(home.device)]
    here: list[Home] = []

    def fresh() -> None:
        path = folder / f"copy-{number}"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(empty, path)
        here.append(Home.open(path, shapes=KINDS, passphrase=stock.PASSPHRASE))

    def done(_: object) -> None:
        here.pop().close()

    def same(_: object) -> None:
        assert register(here[0]) == register(home)
        for typed in ("灌溉", stock.RARE, "水利 查勘"):
            assert search.find(here[0].file, typed)[1] == search.find(home.file, typed)[1]
        done(_)

    lanes = [
        Lane(RAW, lambda: insert(here[0], rows), before=fresh, after=done),
        Lane(BARE, lambda: insert(here[0], {k: v for k, v in rows.items() if k != "search"}), before=fresh, after=done),
        Lane(APPLY, lambda: here[0].journal.apply(lines), before=fresh, after=same),
        Lane(TAKE, lambda: inbox.receive(here[0], bundles), before=fresh, after=same),
    ]
    return race(lanes, rounds, warm=number < 10_000)


def register(home: Home) -> list[Any]:
    with home.file.raw() as c:
        return c.execute(
            "SELECT uid, kind, code, title, state, day, station, rev, conflict, revisions FROM record ORDER BY uid"
        ).fetchall()


def rows_of(home: Home) -> dict[str, list[Any]]:
    """Everything the merge will write, ready to insert."""
    shape = home.journal.shapes["journal_entry"]
    with home.file.raw() as c:
        found = {t: c.execute(f'SELECT * FROM "{t}"').fetchall() for t in ("body", "op", "journal_entry", "record")}
        numbers = dict(c.execute("SELECT uid, n FROM record").fetchall())
    texts = [(numbers[row["uid"]], *(search.tokens(text) for text in shape.words(row))) for row in stock.rows(home)]
    return {**found, "search": texts}


def insert(home: Home, rows: dict[str, list[Any]]) -> None:
    with home.file.raw() as c:
        c.execute("BEGIN IMMEDIATE")
        for table, tuples in rows.items():
            names = " (rowid, text, initials)" if table == "search" else ""
            marks = ",".join("?" * len(tuples[0]))
            c.executemany(f'INSERT INTO "{table}"{names} VALUES ({marks})', tuples)
        c.execute("COMMIT")
