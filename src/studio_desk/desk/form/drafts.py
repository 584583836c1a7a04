"""Half-typed forms, kept while one types and offered again for that record only (table `draft` of the home)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio_desk.kernel import clock

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Draft:
    """What was typed and not saved.

    Attributes:
        key: the record's uid; a new record's uid is chosen when its form opens.
        kind: key of the kind.
        new: there is no record yet.
        at: when it was kept last.
        title: what names it, as far as typed.
        values: the form's values.
        base: `rev` of the record that was being changed, `""` for a new one.
    """

    key: str
    kind: str
    new: bool
    at: str
    title: str
    values: dict[str, Any]
    base: str


def keep(home: Home, key: str, kind: str, values: Mapping[str, Any], *, new: bool, title: str, base: str) -> None:
    """Keep a half-typed form; durable when this returns."""
    form = json.dumps({"values": dict(values), "title": title, "base": base}, ensure_ascii=False)
    with home.file.write() as c:
        c.exec_driver_sql(
            "INSERT OR REPLACE INTO draft (key, kind, uid, form, at) VALUES (?, ?, ?, ?, ?)",
            (key, kind, "" if new else key, form, clock.stamp()),
        )


def drop(home: Home, key: str) -> None:
    """Forget a half-typed form: it was saved or given up."""
    with home.file.write() as c:
        c.exec_driver_sql("DELETE FROM draft WHERE key = ?", (key,))


def of(home: Home, key: str) -> Draft | None:
    """The half-typed form of a record, `None` when there is none."""
    with home.file.read() as c:
        row = c.exec_driver_sql("SELECT key, kind, uid, form, at FROM draft WHERE key = ?", (key,)).first()
    return _read(tuple(row)) if row else None


def all_of(home: Home) -> list[Draft]:
    """All half-typed forms, the newest first."""
    with home.file.read() as c:
        rows = c.exec_driver_sql("SELECT key, kind, uid, form, at FROM draft ORDER BY at DESC").all()
    return [_read(tuple(row)) for row in rows]


def _read(row: tuple[Any, ...]) -> Draft:
    key, kind, uid, text, at = row
    form = json.loads(text)
    return Draft(key, kind, not uid, at, form.get("title", ""), form.get("values", {}), form.get("base", ""))
