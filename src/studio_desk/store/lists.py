"""The lists that a district edits and sends down: vocabularies, rule documents, schemes, calendars, forms' defaults.

One op `list` says one edition: `{sort, key, version, from, content}`. In force on a day is the edition with the latest `from`
not after it, of several the highest version. So the editions in force are a pure function of the *set* of ops.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import Column, Connection, Index, Integer, String, Table

from studio_desk.kernel import calendar, clock, vocabulary
from studio_desk.kernel.canon import canon, digest
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series
from studio_desk.store.custody import own_chains
from studio_desk.store.list_shapes import CONTENTS, Envelope
from studio_desk.store.ops import read_body
from studio_desk.store.tables import metadata

if TYPE_CHECKING:
    from studio_desk.store.home import Home

TYPE = "list"
"""Type of the op."""
SORTS = tuple(CONTENTS)
KNOWN = "list_sorts"
"""`meta` entry with the sorts that were known when the ops were last looked at."""

listed = Table(
    "listed",
    metadata,
    Column("op", String, primary_key=True),
    Column("dev", String, nullable=False),
    Column("sort", String, nullable=False),
    Column("key", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("since", String, nullable=False),
    Column("content", String, nullable=False),
    Index("listed_dev", "dev"),
)
"""Every edition by its op, content as canonical JSON; a line counts only while its op is in the journal."""


@dataclass(frozen=True)
class Edition:
    """One edition of one list.

    Attributes:
        sort: one of `SORTS`.
        key: what it is called within its sort: a vocabulary's key, a kind, a year.
        version: 1, 2, 3 … of its sort and key, counted by the district.
        since: ISO date from which it is in force.
        content: what it says, of the shape of its sort.
    """

    sort: str
    key: str
    version: int
    since: str
    content: Mapping[str, Any]

    @property
    def values(self) -> dict[str, Any]:
        """The body's values."""
        return {
            "sort": self.sort, "key": self.key, "version": self.version, "from": self.since, "content": dict(self.content),
        }  # fmt: skip

    @cached_property
    def id(self) -> str:
        """The same in whatever chain it stands."""
        return digest(canon(self.values))

    @property
    def order(self) -> tuple[str, int, str]:
        """Later ones follow earlier ones; two that claim one place are told apart by their content."""
        return self.since, self.version, self.id


def known_sort(values: Mapping[str, Any]) -> bool:
    """Whether this version of the program knows such lists; others are kept for a newer one."""
    return values.get("sort") in SORTS or not isinstance(values.get("sort"), str)


def read(values: Mapping[str, Any]) -> Edition:
    """The edition that an op's values say.

    Raises:
        Problem: `LIST_MALFORMED`, naming what is wrong; `LIST_SORT_UNKNOWN`.
    """
    try:
        told = Envelope.model_validate(values, strict=True)
        content = CONTENTS.get(told.sort)
        if content is None:
            raise Problem(
                "LIST_SORT_UNKNOWN",
                say("没有“{sort}”这一类下发内容。", sort=told.sort[:40]),
                say("可用的有：{sorts}。", sorts=series(SORTS)),
            )
        content.model_validate(told.content, strict=True, context={"key": told.key})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        raise Problem(
            "LIST_MALFORMED",
            say("下发的内容不合要求：{where}。", where=".".join(str(p) for p in first["loc"])[:80] or "—"),
            say("请按 lists schema 给出的样子改。"),
            errors=[
                {
                    "where": ".".join(str(p) for p in e["loc"]),
                    "message": e["msg"],
                    "type": e["type"],
                    "most": e.get("ctx", {}).get("max_length"),
                }
                for e in wrong.errors()[:20]
            ],
        ) from None
    return Edition(told.sort, told.key, told.version, told.since, told.content)


def keep(c: Connection, op: str, dev: str, edition: Edition) -> None:
    """Keep an edition under the op that says it, and its chain."""
    row = {
        "op": op,
        "dev": dev,
        "sort": edition.sort,
        "key": edition.key,
        "version": edition.version,
        "since": edition.since,
    }
    c.execute(listed.insert().prefix_with("OR IGNORE"), {**row, "content": canon(edition.content)})


def editions(home: Home, sort: str = "", key: str = "", *, chains: Sequence[str] | None = None) -> list[Edition]:
    """The editions that a home holds, each once, in the order in which they follow each other.

    Args:
        home: an open home.
        sort: only this sort.
        key: only this key.
        chains: only those that stand in these chains; else a district's own, where all are, and all that a station has.
    """
    if chains is None and home.role == "district":
        chains = own_chains(home)
    inside = f"AND l.dev IN ({','.join('?' * len(chains))})" if chains is not None else ""
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            "SELECT DISTINCT l.sort, l.key, l.version, l.since, l.content FROM listed l JOIN op o ON o.digest = l.op"  # noqa: S608 - only marks
            f" WHERE (? IN ('', l.sort)) AND (? IN ('', l.key)) {inside}",
            (sort, key, *(chains or ())),
        ).all()
    found = [Edition(row[0], row[1], row[2], row[3], json.loads(row[4])) for row in rows]
    return sorted(found, key=lambda one: (one.sort, one.key, *one.order))


def in_force(home: Home, sort: str, key: str, on: date | None = None) -> Edition | None:
    """The edition in force on a day, today when not given; `None` when the district sent none."""
    day = (on or clock.today()).isoformat()
    return next((one for one in reversed(editions(home, sort, key)) if one.since <= day), None)


def all_in_force(home: Home, sort: str, on: date | None = None) -> dict[str, Edition]:
    """By key, the editions of a sort that are in force on a day."""
    day = (on or clock.today()).isoformat()
    return {one.key: one for one in editions(home, sort) if one.since <= day}


def vocabulary_editions(found: Sequence[Edition]) -> list[dict[str, Any]]:
    """Editions of vocabularies as `kernel.vocabulary.install` wants them."""
    return [{**one.content, "key": one.key, "from": one.since} for one in found if one.sort == "vocabulary"]


def lay(home: Home) -> None:
    """Put what a home holds in force for this process: words, working days."""
    global _owner  # noqa: PLW0603 - one home at a time says what is in force
    found = editions(home)
    vocabulary.install(vocabulary_editions(found))
    today = clock.today().isoformat()
    years = {one.key: one for one in found if one.sort == "calendar" and one.since <= today}
    calendar.install(day for one in years.values() for day in one.content["days"])
    _owner = home.path


def leave(home: Home) -> None:
    """A home is closed: what it had put in force is no longer."""
    if _owner == home.path:
        vocabulary.install([])
        calendar.install([])


def take_again(home: Home) -> None:
    """Look at all ops `list` once more, when this version of the program knows more sorts than the one before."""
    if home.meta.get(KNOWN) == " ".join(SORTS):
        return
    with home.file.write() as c:
        rows = c.exec_driver_sql(
            "SELECT o.digest, o.dev, b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.type = ?", (TYPE,)
        ).all()
        for op, dev, line in rows:
            try:
                keep(c, op, dev, read(read_body(line).get("values") or {}))
            except Problem:
                continue  # flagged when it came in
        home.meta.set(KNOWN, " ".join(SORTS))


_owner: Any = None
