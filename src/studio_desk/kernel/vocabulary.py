"""Controlled lists: dated words that a district edits, never code (domain.md 3)."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
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


Edition = tuple[str, Vocabulary]
"""One edition of a list: the ISO date from which it is in force (`""` = it replaces all before), and the list."""
_laid: dict[str, tuple[Edition, ...]] = {}
_folded: dict[tuple[str, date], Vocabulary] = {}


def install(entries: Iterable[Mapping[str, Any]]) -> None:
    """Lay the district's editions over the shipped lists; what was laid before is gone.

    Args:
        entries: `{key, from?, title?, en?, source?, terms}`; several of one key in the order in which they follow each other.
    """
    _laid.clear()
    _folded.clear()
    for entry in entries:
        _laid[entry["key"]] = (*_laid.get(entry["key"], ()), read_edition(entry))


def read_edition(entry: Mapping[str, Any]) -> Edition:
    """One edition as `install` takes it."""
    return entry.get("from", ""), _read({**entry, "title": entry.get("title") or entry["key"]})


def vocabulary(key: str) -> Vocabulary:
    """The list in force today under `key`.

    Raises:
        KeyError: there is no such list.
    """
    if key not in _laid:
        return shipped()[key]
    today = clock.today()
    if (key, today) not in _folded:
        _folded[key, today] = fold(shipped().get(key), _laid[key], today)
    return _folded[key, today]


def vocabularies() -> dict[str, Vocabulary]:
    """All lists in force, by key."""
    return {key: vocabulary(key) for key in {**shipped(), **_laid}}


def fold(first: Vocabulary | None, editions: Sequence[Edition], on: date) -> Vocabulary:
    """The list that editions amount to on a day.

    A word that an edition no longer has stays, ended on the day before: old records keep it, and it is shown as past. A
    word that is new begins with its edition. What an edition does not say of a word it keeps (English, days of a deadline).

    Args:
        first: the shipped list, `None` when there is none.
        editions: in the order in which they follow each other.
        on: later editions are not in force yet.
    """
    now = first
    known = {term.word for term in first.terms} if first else set()
    for since, edition in editions:
        if since > on.isoformat():
            continue
        now = _follow(now, edition, since, known) if now and since else edition
    return now or replace(editions[0][1], terms=())


def _follow(now: Vocabulary, edition: Vocabulary, since: str, shipped_words: AbstractSet[str]) -> Vocabulary:
    old = {term.word: term for term in now.terms}
    terms = []
    for term in edition.terms:
        before = old.pop(term.word, None)
        if before is None:
            terms.append(replace(term, since=term.since or since, local=term.word not in shipped_words))
        else:
            more = {**before.more, **term.more}
            start = term.since or before.since
            terms.append(replace(term, en=term.en or before.en, since=start, local=before.local, more=more))
    last = (date.fromisoformat(since) - timedelta(days=1)).isoformat()
    gone = [replace(term, until=min(term.until or last, last)) for term in old.values()]
    title = edition.title if edition.title != edition.key else now.title
    return replace(
        now, title=title, en=edition.en or now.en, terms=(*terms, *gone), source=edition.source or now.source
    )


def _read(entry: Mapping[str, Any]) -> Vocabulary:
    own = {"word", "en", "since", "until", "local"}
    terms = tuple(
        Term(**{k: v for k, v in t.items() if k in own}, more={k: v for k, v in t.items() if k not in own})
        for t in entry["terms"]
    )
    return Vocabulary(entry["key"], entry["title"], entry.get("en", ""), terms, entry.get("source", ""))
