"""A durable save through the journal against one bare commit."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, race
from studio_desk.store.file import driver, open_raw

BARE, CIPHER, SAME, SYNC, OURS, NAIVE = (
    "bare SQLite commit (peer)",
    "bare SQLCipher commit",
    "the same rows in raw SQLCipher (limit)",
    "append and fsync 2 KB (disk)",
    "journal.write (ours)",
    "SQLModel session, no journal (naive)",
)


def measure(folder: Path, *, quick: bool) -> Page:
    """Save one record at a time; every lane is durable when it returns."""
    page = Page(
        "save",
        "Durable save",
        "Ours: `journal.write` of a new 民情日志: rules, number, chained op, body, row, register and search text in one"
        " transaction of the encrypted file. Peer: one row of the same bytes in a plain SQLite file. Limit: the rows that"
        " ours wrote, written again by prepared SQL into the same tables with the same indexes and search. All: WAL,"
        " `synchronous=FULL`. Naive: an SQLModel session per record, no journal, no search. Oracle: after the race"
        " every acknowledged record is read back from a newly opened file.",
    )
    each = 20
    home = stock.new_home(folder / "save")
    chance = random.Random(stock.SEED)
    typed = iter([stock.entry(chance, n) for n in range(100_000)][: (40 if quick else 100) * each])
    uids: list[str] = []

    def ours() -> None:
        some = (next(typed) for _ in range(each))
        uids.extend(home.journal.write("journal_entry", {**values, "state": "已登记"}).uid for values in some)

    line = next(stock.ops(1))[1]
    plain = _bare(sqlite3.connect(folder / "bare.db", isolation_level=None))
    sealed = _bare(open_raw(folder / "bare-sealed.db", os.urandom(32)))
    raw = _Same(folder)
    sync = (folder / "appended").open("ab")

    def append() -> None:
        for _ in range(each):
            sync.write(line.encode())
            sync.flush()
            os.fdatasync(sync.fileno()) if hasattr(os, "fdatasync") else os.fsync(sync.fileno())

    lanes = [
        Lane(BARE, lambda: _commits(plain, line, each), times=each),
        Lane(CIPHER, lambda: _commits(sealed, line, each), times=each),
        Lane(SAME, lambda: raw.write(each), times=each),
        Lane(SYNC, append, times=each),
        Lane(OURS, ours, times=each),
        Lane(NAIVE, _session(folder, each), times=each),
    ]
    taken = race(lanes, 12 if quick else 40)
    page.add(taken, BARE)
    page.goals.append(Goal("save / bare SQLite commit, CPU", taken[OURS].over(taken[BARE]), 6))
    page.remarks.append(f"Against the same rows in raw SQLCipher: {taken[OURS].over(taken[SAME]):.2f}×.")
    _oracle(folder, home, uids)
    return page


def _bare(connection: Any) -> Any:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "locking_mode = EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE line (n INTEGER PRIMARY KEY, text TEXT)")
    return connection


def _commits(connection: Any, line: str, number: int) -> None:
    for _ in range(number):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO line (text) VALUES (?)", (line,))
        connection.execute("COMMIT")


class _Same:
    """The rows of one save, written again and again by prepared SQL into tables like ours."""

    def __init__(self, folder: Path) -> None:
        from studio_desk.store import search

        other = stock.new_home(folder / "same")
        chance = random.Random(stock.SEED)
        uid = other.journal.write("journal_entry", {**stock.entry(chance, 1), "state": "已登记"}).uid
        shape = other.journal.shapes["journal_entry"]
        text, initials = shape.words(other.journal.record(uid))
        self._search = (search.tokens(text), " ".join(search.tokens(initials)))
        with other.file.raw() as c:
            self._rows = {
                table: c.execute(f'SELECT * FROM "{table}" LIMIT 1').fetchone()
                for table in ("body", "op", "journal_entry", "record")
            }
            self._keys = {table: [row[1] for row in c.execute(f'PRAGMA table_info("{table}")')] for table in self._rows}
            self._connection = c
        self._home, self._n = other, 1

    def write(self, number: int) -> None:
        c = self._connection
        for _ in range(number):
            self._n += 1
            c.execute("BEGIN IMMEDIATE")
            for table, row in self._rows.items():
                fresh = dict(zip(self._keys[table], row, strict=True))
                for key in {"n", "seq"} & set(fresh):
                    fresh[key] = self._n
                for key in {"uid", "digest", "code"} & set(fresh):
                    fresh[key] = f"{self._n:08d}{str(fresh[key])[8:]}"
                marks = ",".join("?" * len(fresh))
                c.execute(f'INSERT INTO "{table}" VALUES ({marks})', tuple(fresh.values()))
            c.execute("UPDATE chain SET seq = ?", (self._n,))
            c.execute("INSERT INTO search (rowid, text, initials) VALUES (?, ?, ?)", (self._n, *self._search))
            c.execute("COMMIT")


def _session(folder: Path, each: int) -> Callable[[], None]:
    """What a newcomer would write: one session and one object a record."""
    from sqlalchemy import event
    from sqlmodel import Session, create_engine

    from studio_desk.kernel import ids
    from studio_desk.kinds import kind

    engine = create_engine(f"sqlite:///{folder / 'naive.db'}")
    event.listen(engine, "connect", lambda c, _: c.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"))
    one = kind("journal_entry")
    one.table.create(engine)
    chance = random.Random(stock.SEED)

    def run() -> None:
        for _ in range(each):
            with Session(engine) as session:
                session.add(one.model(**one.project({**stock.entry(chance, 1), "uid": ids.new_uid()})))
                session.commit()

    return run


def _oracle(folder: Path, home: Any, uids: list[str]) -> None:
    home.close()
    assert driver()
    with type(home).open(folder / "save", shapes=home.shapes, passphrase=stock.PASSPHRASE) as again:
        for uid in uids:
            assert again.journal.record(uid)["content"]
        assert len(set(uids)) == len(uids) == again.journal.frontiers()[again.device][0]
