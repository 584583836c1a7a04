"""Find records by any run of characters, by word or by pinyin initials; exact, also for one character and rare ones."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from studio_desk.kernel.pinyin import initials
from studio_desk.store.file import StationFile, driver_of

BREAK = "\ue000"
"""Stands for punctuation and line ends, so that a phrase never runs across them."""

COUNT_LIMIT = 1000
"""Counting stops here; a screen then says “1,000+”."""


@dataclass(frozen=True)
class Hit:
    """One record found."""

    uid: str
    kind: str
    code: str
    title: str
    state: str
    day: str


def tokens(text: str) -> str:
    """Every letter, digit and Han character as a token of its own, punctuation as a break.

    NFKC and case folding make full-width, half-width, upper and lower case the same.
    """
    return unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)[:-1]


class _Signs(dict[int, str]):
    """Each character as its token and a blank; worked out at the first meeting, for a merge meets millions."""

    def __missing__(self, code: int) -> str:
        ch = chr(code)
        token = ch if ch.isalnum() or unicodedata.category(ch) in {"Mn", "Mc", "Co", "So"} else BREAK
        self[code] = f"{token} "
        return self[code]


_SIGNS = _Signs()


def index(connection: Connection, rows: Sequence[tuple[int, str, str]], old: Iterable[int] = ()) -> None:
    """Write the search entries of records.

    Args:
        connection: inside a write transaction.
        rows: `(record.n, text, names)`; of the names the pinyin initials are searched as well.
        old: those of the numbers that have an entry, which is replaced.
    """
    bare = driver_of(connection)
    if replaced := [(n,) for n in old]:
        bare.executemany("DELETE FROM search WHERE rowid = ?", replaced)
    bare.executemany(
        "INSERT INTO search (rowid, text, initials) VALUES (?, ?, ?)",
        [(n, tokens(text), f" {BREAK} ".join(" ".join(i) for i in initials(name))) for n, text, name in rows],
    )


def forget(connection: Connection) -> None:
    """Write the search anew without the words of removed entries: until then they lie, unfindable, in its pages."""
    connection.exec_driver_sql("INSERT INTO search (search) VALUES ('optimize')")


def find(
    file: StationFile, text: str, kind: str | None = None, limit: int = 50, offset: int = 0
) -> tuple[list[Hit], int]:
    """The records that contain `text`, newest first, and how many there are (at most `COUNT_LIMIT`).

    Args:
        file: the open station file.
        text: what the clerk typed; blanks separate words that must all occur; Latin letters also match initials.
        kind: only records of this kind.
        limit: how many hits to return.
        offset: how many to pass over.
    """
    query = match(text)
    if not query:
        return [], 0
    where, values = "search MATCH ?", [query]
    if kind:
        where, values = where + " AND r.kind = ?", [*values, kind]
    source = f"FROM search s JOIN record r ON r.n = s.rowid WHERE {where}"
    fields = "SELECT r.uid, r.kind, r.code, r.title, r.state, r.day"
    with file.read() as c:
        rows = c.exec_driver_sql(
            f"{fields} {source} ORDER BY s.rowid DESC LIMIT {int(limit)} OFFSET {int(offset)}", tuple(values)
        )
        hits = [Hit(*row) for row in rows]
        if len(hits) < limit and (hits or not offset):
            return hits, min(offset + len(hits), COUNT_LIMIT)
        # Every entry of the search has its record: only a kind is looked up there.
        source = source if kind else f"FROM search s WHERE {where}"
        counted = c.exec_driver_sql(f"SELECT count(*) FROM (SELECT 1 {source} LIMIT {COUNT_LIMIT})", tuple(values))  # noqa: S608
        return hits, int(counted.scalar_one())


def match(text: str) -> str:
    """The FTS5 query of what was typed, `""` when nothing searchable was."""
    parts = []
    for word in text.split():
        run = tokens(word).strip(f" {BREAK}").replace('"', "")
        if not run:
            continue
        part = f'text : "{run}"'
        if word.isascii() and word.isalpha():
            part = f'({part} OR initials : "{run}")'
        parts.append(part)
    return " AND ".join(parts)
