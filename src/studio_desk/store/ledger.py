"""Read lists of any length in pages of raw values: sorted, filtered, never whole objects, memory independent of length."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Table

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.file import StationFile
from studio_desk.store.search import match

COUNT_LIMIT = 1_000_000
REGISTER = ("title", "day", "conflict", "draft", "closed", "revisions", "n")
"""Columns of the register that a list may show and filter beside the kind's own."""


@dataclass(frozen=True)
class View:
    """What a list shows.

    Attributes:
        columns: column names of the kind's table, or of the register.
        where: per column the text it must contain; `=word` must equal; `>=2026-01-01` and `<=…` compare; `|` separates
            alternatives. Several texts in a sequence must all hold.
        order: column to sort by, `-column` descending; ties by order of entry.
        find: words the record must contain, as `store.search` understands them (initials too); `""` for any.
    """

    columns: tuple[str, ...]
    where: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    order: str = "-n"
    find: str = ""


@dataclass(frozen=True)
class Page:
    """Rows of one page and the cursor after its last row (`None` at the end)."""

    rows: list[tuple[Any, ...]]
    after: tuple[Any, int] | None


class Ledger:
    """Lists of one kind."""

    def __init__(self, file: StationFile, table: Table, kind: str) -> None:
        self._file, self._table, self._kind = file, table, kind
        self._names = {c.name for c in table.columns}

    def page(self, view: View, *, limit: int = 200, after: tuple[Any, int] | None = None) -> Page:
        """One page by keyset: as fast at the end of a million rows as at the start.

        Args:
            view: columns, filters and order.
            limit: rows at most.
            after: the cursor of the page before.

        Returns:
            Rows of `view.columns`, each preceded by the record's uid.

        Raises:
            Problem: `UNKNOWN_FIELD`.
        """
        key, order, compare = self._order(view)
        source, values = self._source(view, register=self._own(view))
        if after is not None:
            if key == "r.n":
                source, values = f"{source} AND r.n {compare} ?", [*values, after[1]]
            else:
                source = f"{source} AND ({key}, r.n) {compare} (?, ?)"
                values = [*values, *after]
        shown = ", ".join(["r.uid", *(self._column(name) for name in view.columns), key, "r.n"])
        # The list is cut to one page before whole rows are read: sorting carries a key, not forty columns.
        which = f"SELECT r.n {source} ORDER BY {order} LIMIT {int(limit)}"
        with self._file.read() as c:
            found = c.exec_driver_sql(
                f"SELECT {shown} {self._joined} WHERE r.n IN ({which}) ORDER BY {order}", tuple(values)
            ).all()
        rows = [tuple(row[:-2]) for row in found]
        return Page(rows, (found[-1][-2], found[-1][-1]) if len(found) == limit else None)

    def at(self, view: View, offset: int, limit: int = 200, total: int | None = None) -> list[tuple[Any, ...]]:
        """Rows from a position, for a jump of the scroll bar; walks the index from the nearer end.

        Args:
            view: columns, filters and order.
            offset: the first row's position.
            limit: rows at most.
            total: what `count` said, when it was asked already.
        """
        total = self.count(view) if total is None else total
        limit = max(0, min(limit, total - offset))
        backward = offset > total // 2
        _, order, _ = self._order(view)
        _, walked, _ = self._order(view, turned=backward)
        skip = total - offset - limit if backward else offset
        source, values = self._source(view, register=self._own(view))
        shown = ", ".join(["r.uid", *(self._column(name) for name in view.columns)])
        which = f"SELECT r.n {source} ORDER BY {walked} LIMIT {int(limit)} OFFSET {int(skip)}"
        with self._file.read() as c:
            found = c.exec_driver_sql(
                f"SELECT {shown} {self._joined} WHERE r.n IN ({which}) ORDER BY {order}", tuple(values)
            ).all()
        return [tuple(row) for row in found]

    def numbers(self, view: View) -> array[int]:
        """The places in the register of all rows in the view's order, eight bytes each: sort once, then read by `of`."""
        _, order, _ = self._order(view)
        source, values = self._source(view, register=self._own(view))
        with self._file.read() as c:
            return array("q", c.exec_driver_sql(f"SELECT r.n {source} ORDER BY {order}", tuple(values)).scalars())

    def of(self, view: View, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """The rows at these places (of `numbers`), in their order."""
        shown = ", ".join(["r.n", "r.uid", *(self._column(name) for name in view.columns)])
        marks = ",".join(str(int(n)) for n in numbers)
        with self._file.read() as c:
            found = {
                row[0]: tuple(row[1:])
                for row in c.exec_driver_sql(f"SELECT {shown} {self._joined} WHERE r.n IN ({marks})")
            }
        return [found[n] for n in numbers if n in found]

    def count(self, view: View) -> int:
        """How many rows the filters leave."""
        source, values = self._source(view, register=self._own(view, ordered=False))
        with self._file.read() as c:
            return int(c.exec_driver_sql(f"SELECT count(*) {source}", tuple(values)).scalar_one())

    @property
    def _joined(self) -> str:
        return f'FROM record r JOIN "{self._table.name}" k ON k.uid = r.uid'

    def _own(self, view: View, *, ordered: bool = True) -> bool:
        """Whether the register alone answers the view's filters (and its order)."""
        names = [*view.where, view.order.lstrip("-")] if ordered else list(view.where)
        return all(name in REGISTER or name in {"code", "state", "station"} for name in names)

    def _order(self, view: View, *, turned: bool = False) -> tuple[str, str, str]:
        """The column sorted by, the terms of `ORDER BY`, and the sign of what comes after a row."""
        key, down = self._column(view.order.lstrip("-")), view.order.startswith("-") != turned
        direction = "DESC" if down else "ASC"
        return key, f"r.n {direction}" if key == "r.n" else f"{key} {direction}, r.n {direction}", "<" if down else ">"

    def _source(self, view: View, *, register: bool = False) -> tuple[str, list[Any]]:
        """The statement from `FROM` to `WHERE`, and its values; of the register alone when that is enough."""
        where = view.where
        texts, values = ["r.kind = ?"], [self._kind]
        if view.find.strip():
            texts.append("r.n IN (SELECT rowid FROM search WHERE search MATCH ?)")
            values.append(match(view.find) or '""')
        joined = "FROM record r" if register else self._joined
        for name, wanted in where.items():
            for one in (wanted,) if isinstance(wanted, str) else wanted:
                if one == "":
                    continue
                text, more = self._condition(name, one)
                texts.append(text)
                values += more
        return f"{joined} WHERE {' AND '.join(texts)}", values

    def _condition(self, name: str, wanted: str) -> tuple[str, list[Any]]:
        column = self._column(name)
        if name in self._names and isinstance(self._table.columns[name].type, Boolean):
            return f"{column} = ?", [wanted.strip("=").lower() in {"1", "true", "是", "yes"}]
        parts, values = [], []
        for choice in wanted.split("|"):
            for mark in (">=", "<=", "=", ">", "<"):
                if choice.startswith(mark):
                    # An imprecise date (2026-06) lies in a period by its first day: text comparison does that.
                    parts.append(f"{column} {mark} ?")
                    values.append(choice[len(mark) :] + ("~" if mark == "<=" and name.endswith("day") else ""))
                    break
            else:
                parts.append(f"instr({column}, ?) > 0")
                values.append(choice)
        return f"({' OR '.join(parts)})", values

    def _column(self, name: str) -> str:
        if name in {"code", "state", "station"} or name in REGISTER:
            return f"r.{name}"
        if name not in self._names:
            raise Problem(
                "UNKNOWN_FIELD",
                say("列表没有“{field}”这一栏。", field=name[:60]),
                say("全部栏目用 kinds {key} 查看。", key=self._kind),
            )
        return f'k."{name}"'


def children(file: StationFile, table: Table, column: str, uid: str) -> Sequence[str]:
    """Uids of the records whose `column` holds `uid`, in order of entry."""
    with file.read() as c:
        query = f'SELECT k.uid FROM "{table.name}" k JOIN record r ON r.uid = k.uid WHERE k."{column}" = ? ORDER BY r.n'  # noqa: S608
        return list(c.exec_driver_sql(query, (uid,)).scalars())
