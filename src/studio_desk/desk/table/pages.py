"""Rows of a ledger by the page: whatever its length, only a few pages are in memory."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio_desk.desk import signs
from studio_desk.desk.lookup import titles
from studio_desk.desk.table.columns import Column, columns_of, condition, shown, uids_in
from studio_desk.store import custody, search
from studio_desk.store.ledger import Ledger, View

if TYPE_CHECKING:
    from studio_desk.record.kind import Kind
    from studio_desk.store.custody import Word
    from studio_desk.store.home import Home

PAGE = 200
PAGES_KEPT = 24
INDEXED = ("n", "day")
"""Orders the file keeps ready; by any other column it sorts once, and eight bytes a row remember the order."""
MOST_REFERRED = 60
"""Records a filter on a reference looks for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it is shown."""

    uid: str
    cells: tuple[str, ...]
    word: Word | None


@dataclass
class Narrowing:
    """What is listed, and in which order.

    Attributes:
        filters: what was typed into the filter row, by column name.
        states: only these states; all when empty.
        find: words the record must contain.
        order: column to sort by, `-column` descending.
    """

    filters: dict[str, str] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    find: str = ""
    order: str = "-n"

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.filters or self.states or self.find.strip())


class Pages:
    """The records of one kind, filtered and sorted by the file; no Qt, so that a job may have its own."""

    def __init__(self, home: Home, kind: Kind) -> None:
        self._home, self.kind = home, kind
        self.columns: tuple[Column, ...] = columns_of(kind, home.role)
        self._stored = tuple(c for c in self.columns if c.stored)
        self._ledger = Ledger(home.file, kind.table, kind.key)
        self.narrowing = Narrowing(order="-day" if kind.day else "-n")
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._after: dict[int, tuple[Any, int]] = {}
        self._numbers: array[int] | None = None
        self.total = 0

    def twin(self) -> Pages:
        """The same list for another thread."""
        other = Pages(self._home, self.kind)
        other.narrowing, other.total = self.narrowing, self.total
        return other

    def read(self) -> None:
        """Count anew and forget what was read."""
        self._pages.clear()
        self._after.clear()
        self._numbers = None
        self.total = self._ledger.count(self._view())

    def counts(self) -> dict[str, int]:
        """How many records stand in each state, whatever the filters."""
        with self._home.file.read() as c:
            rows = c.exec_driver_sql(
                "SELECT state, count(*) FROM record WHERE kind = ? GROUP BY state", (self.kind.key,)
            )
            return {state: int(number) for state, number in rows}

    def order_by(self, column: Column, *, down: bool) -> None:
        """Sort by a column that the file knows; its own indexes serve the day and the title."""
        key = {self.kind.day: "day", self.kind.name: "title"}.get(column.name, column.name)
        self.narrowing.order = ("-" if down else "") + key

    def row(self, number: int) -> Row:
        """One row, its page read when it is not here."""
        page = number // PAGE
        if page not in self._pages:
            self._pages[page] = self._fetch(page)
            while len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        self._pages.move_to_end(page)
        rows, place = self._pages[page], number % PAGE
        return rows[place] if place < len(rows) else Row("", ("",) * len(self.columns), None)

    def _view(self) -> View:
        narrowing = self.narrowing
        where: dict[str, str | Sequence[str]] = {}
        for column in self._stored:
            if typed := narrowing.filters.get(column.name, ""):
                uids = self._uids(typed) if column.sort in {"ref", "refs"} else ()
                where[column.name] = condition(column, typed, uids)
        if narrowing.states:
            states = "|".join(f"={state}" for state in narrowing.states)
            typed = str(where.get("state", ""))
            where["state"] = (states, typed) if typed else states
        return View(tuple(c.name for c in self._stored), where, narrowing.order, narrowing.find)

    def _uids(self, typed: str) -> list[str]:
        hits, _ = search.find(self._home.file, typed, None, MOST_REFERRED)
        return [hit.uid for hit in hits]

    def _fetch(self, page: int) -> list[Row]:
        view = self._view()
        if self.narrowing.order.lstrip("-") not in INDEXED and self.total > PAGE:
            if self._numbers is None:
                self._numbers = self._ledger.numbers(view)
            raw = self._ledger.of(view, self._numbers[page * PAGE : (page + 1) * PAGE])
        elif page == 0 or page in self._after:
            found = self._ledger.page(view, limit=PAGE, after=self._after.get(page))
            if found.after is not None:
                self._after[page + 1] = found.after
            raw = found.rows
        else:
            raw = self._ledger.at(view, page * PAGE, PAGE, self.total)
        refs = [n for n, c in enumerate(self._stored, 1) if c.sort in {"ref", "refs"}]
        names = titles(self._home, [uid for row in raw for n in refs for uid in uids_in(row[n])])
        words = custody.words(self._home, [row[0] for row in raw])
        return [self._row(row, names, words.get(row[0])) for row in raw]

    def _row(self, raw: tuple[Any, ...], names: Mapping[str, str], word: Word | None) -> Row:
        values = iter(raw[1:])
        cells = tuple(
            shown(column, next(values), names)
            if column.stored
            else (signs.custody_word(word) if word is not None else "")
            for column in self.columns
        )
        return Row(raw[0], cells, word)
