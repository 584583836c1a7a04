"""The columns a ledger of a kind can show, and how their stored values read on screen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio_desk.desk.form.fields import Sort, fields_of
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import language, say, series

if TYPE_CHECKING:
    from studio_desk.record.kind import Kind

CUSTODY = "custody"
"""The column of the custody word: worked out, neither sorted nor filtered by the file."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: column of the kind's table, or `custody`.
        label: its heading.
        sort: what kind of value it holds.
        vocabulary: key of its list, `""` for none.
        shown: whether it shows before the person chooses columns.
        text: its cells are copied as text whatever they look like (long numbers).
    """

    name: str
    label: str
    sort: Sort
    vocabulary: str = ""
    shown: bool = True
    text: bool = True

    @property
    def stored(self) -> bool:
        """Whether the file can sort and filter by it."""
        return self.name != CUSTODY


def columns_of(kind: Kind, role: str) -> tuple[Column, ...]:
    """All columns a ledger may show: number, what the kind lists, its other fields, state, custody; sensitive ones never.

    Args:
        kind: whose ledger.
        role: `station` or `district`; a district shows whose records they are.
    """
    asks = kind.asks
    found = [Column("code", say(asks["code"].label), "text")]
    if role == "district":
        found.append(Column("station", say(asks["station"].label), "text"))
    rest: list[Column] = []
    for field in fields_of(kind.model):
        ask = field.ask
        if ask.personal == "P2" or field.sort == "parts":
            continue
        column = Column(field.name, say(ask.label), field.sort, ask.vocabulary, ask.listed, field.sort != "number")
        (found if ask.listed else rest).append(column)
    found.append(Column("state", say(asks["state"].label), "text"))
    found.append(Column(CUSTODY, say("报送"), "text"))
    common = [
        Column("entered_late", say(asks["entered_late"].label), "yes", shown=False),
        Column("source", say(asks["source"].label), "word", asks["source"].vocabulary, shown=False),
        Column("created_by", say(asks["created_by"].label), "text", shown=False),
        Column("updated_at", say("最后改动"), "text", shown=False),
    ]
    return (*found, *rest, *common)


def shown(column: Column, value: Any, titles: Mapping[str, str]) -> str:
    """A stored value as a person reads it."""
    if value is None or (value in ("", 0) and column.sort == "yes"):
        return ""
    if column.sort in {"ref", "refs"}:
        return series(titles.get(uid, uid) for uid in uids_in(value))
    if column.sort in {"words", "lines"}:
        return series(word_label(column.vocabulary, word) for word in _list(value))
    return _plain(column, value)


def _plain(column: Column, value: Any) -> str:
    text = str(value)
    plain = {"state": say(text), "updated_at": text[:16].replace("T", " ")}
    if column.sort == "yes":
        return say("是")
    return word_label(column.vocabulary, text) if column.sort == "word" else plain.get(column.name, text)


def word_label(key: str, word: str) -> str:
    """A word of a list in the language in force."""
    if not key or language() == "zh_CN":
        return word
    term = vocabulary(key).find(word)
    return term.label if term else word


def uids_in(value: Any) -> list[str]:
    """The uids in a stored reference or list of references."""
    text = str(value or "")
    return [str(uid) for uid in _list(value)] if text.startswith("[") else [text] if text else []


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    return [str(one) for one in value] if isinstance(value, list) else []


def condition(column: Column, typed: str, uids: Sequence[str] = ()) -> str:
    """What the file must look for when a person typed into a column's filter.

    Args:
        column: the column.
        typed: what was typed; `>=2026-03-01`, `=…` and `a|b` go through as they are.
        uids: for references, the records whose titles fit.
    """
    typed = typed.strip()
    if not typed:
        return ""
    if column.sort in {"ref", "refs"}:
        return "|".join(uids) or "=-"
    if column.sort == "yes":
        return "1" if typed.casefold() in {"1", "是", "y", "yes", "√", say("是").casefold()} else "0"
    if column.vocabulary and language() != "zh_CN" and typed[0] not in "=<>":
        low = typed.casefold()
        fits = [t.word for t in vocabulary(column.vocabulary).terms if low in t.label.casefold() or low in t.word]
        return "|".join(fits) or typed
    return typed
