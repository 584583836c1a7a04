"""Controlled lists: dated words that a district edits, never code (domain.md 3)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from studio_desk.kernel import clock
from studio_desk.kernel.resources import resource
from studio_desk.kernel.words import language


@dataclass(frozen=True)
class Term:
    """One word of a list.

    Attributes:
        word: the Chinese word; it is what a record stores and an archivist reads.
        en: the English word, for the screen only.
        since: first day of validity as ISO date, `""` = always.
        until: last day of validity as ISO date, `""` = open.
        local: added by the station or district, not shipped.
        more: further figures of the word (days of a deadline, groups), by name.
    """

    word: str
    en: str = ""
    since: str = ""
    until: str = ""
    local: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)

    def valid(self, on: date) -> bool:
        """Whether the word may be chosen for an event of that day."""
        day = on.isoformat()
        return (not self.since or self.since <= day) and (not self.until or day <= self.until)

    @property
    def label(self) -> str:
        """The word in the language in force."""
        return self.en if self.en and language() == "en" else self.word


@dataclass(frozen=True)
class Vocabulary:
    """One controlled list with its source."""

    key: str
    title: str
    en: str
    terms: tuple[Term, ...]
    source: str = ""

    def words(self, on: date | None = None) -> list[str]:
        """The words valid on a day (today when not given), in the list's order."""
        return [term.word for term in self.terms if term.valid(on or clock.today())]

    def find(self, word: str) -> Term | None:
        """The term of that word, whatever its validity; English labels are understood as well."""
        return next((t for t in self.terms if t.word == word), None) or next(
            (t for t in self.terms if t.en and t.en == word), None
        )

    def nearest(self, word: str) -> str:
        """The listed word that looks most like `word`, in Chinese or English; `""` only when the list is empty.

        Of two that look alike the one in force today is taken, else the first of the list.
        """

        def likeness(term: Term) -> tuple[float, bool]:
            names = filter(None, (term.word, term.en.casefold()))
            ratio = max(difflib.SequenceMatcher(None, typed, name).ratio() for name in names)
            return ratio, term.valid(clock.today())

        typed = word[:60].casefold()
        return max(self.terms, key=likeness).word if self.terms else ""


@cache
def shipped() -> dict[str, Vocabulary]:
    """The lists that ship with the program, from `resources/vocabularies/*.json`."""
    lists: dict[str, Vocabulary] = {}
    for path in sorted(resource("vocabularies").glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8"))["lists"]:
            lists[entry["key"]] = _read(entry)
    return lists


_local: dict[str, Vocabulary] = {}


def install(entries: Iterable[Mapping[str, Any]]) -> None:
    """Lay the station's or district's own lists over the shipped ones (a list with the same key replaces it)."""
    _local.clear()
    _local.update({entry["key"]: _read(entry) for entry in entries})


def vocabulary(key: str) -> Vocabulary:
    """The list in force under `key`.

    Raises:
        KeyError: there is no such list.
    """
    return _local.get(key) or shipped()[key]


def vocabularies() -> dict[str, Vocabulary]:
    """All lists in force, by key."""
    return {**shipped(), **_local}


def _read(entry: Mapping[str, Any]) -> Vocabulary:
    own = {"word", "en", "since", "until", "local"}
    terms = tuple(
        Term(**{k: v for k, v in t.items() if k in own}, more={k: v for k, v in t.items() if k not in own})
        for t in entry["terms"]
    )
    return Vocabulary(entry["key"], entry["title"], entry.get("en", ""), terms, entry.get("source", ""))
