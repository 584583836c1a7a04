"""The district's lists on their way: one edition becomes an op of the main chain, and a copy in every station's chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import shipped, vocabulary
from studio_desk.kernel.words import say, series
from studio_desk.kinds import kind
from studio_desk.record.kind import COMMON
from studio_desk.store import lists
from studio_desk.store.lists import TYPE, Edition

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def put(home: Home, sort: str, key: str, content: Mapping[str, Any], since: str = "") -> Edition:
    """At the district: a new edition of a list. It is in force here at once and goes down with the next receipts.

    Args:
        home: the district.
        sort: one of `lists.SORTS`.
        key: what it is called within its sort.
        content: of the shape of its sort.
        since: ISO date from which it is in force, today when not given.

    Raises:
        Problem: `NOT_A_DISTRICT`, `LIST_SORT_UNKNOWN`, `LIST_MALFORMED`, `UNKNOWN_LIST`, `UNKNOWN_KIND`, `DEFAULT_NOT_VALID`,
            `LIST_SAME` when the newest edition says just that.
    """
    with home.transaction() as c:
        edition = draft(home, sort, key, content, since)
        op = home.journal.note(TYPE, edition.values)
        lists.keep(c, op.digest, op.dev, edition)
    lists.lay(home)
    return edition


def draft(home: Home, sort: str, key: str, content: Mapping[str, Any], since: str = "") -> Edition:
    """At the district: the edition that `put` would make; nothing is kept.

    Raises:
        Problem: as `put`.
    """
    if home.role != "district":
        raise Problem(
            "NOT_A_DISTRICT",
            say("词表、口径、方案、日历由区级下发。"),
            say("需要改的，请告诉区级；站点收到后自动生效。"),
        )
    before = lists.editions(home, sort, key)
    number = max((one.version for one in before), default=0) + 1
    values = {
        "sort": sort,
        "key": key,
        "version": number,
        "from": since or clock.today().isoformat(),
        "content": dict(content),
    }
    edition = lists.read(values)
    _fits(edition)
    if any(one.since == edition.since and one.content == edition.content for one in before[-1:]):
        raise Problem("LIST_SAME", say("与已下发的完全相同，没有改动。"), say("改了以后再下发。"))
    return edition


def pass_down(c: Connection, home: Home, station: str, chain: str) -> int:
    """Write into a station's chain what it lacks of the lists; answers how many editions.

    Args:
        c: the open transaction.
        home: the district.
        station: the station's code.
        chain: the chain that is written.
    """
    written = list(home.journal.frontiers(f"*@{station}"))
    there = {one.id for one in lists.editions(home, chains=written)}
    missing = [one for one in lists.editions(home) if one.id not in there]
    for edition in missing:
        op = home.journal.note(TYPE, edition.values, chain=chain)
        lists.keep(c, op.digest, op.dev, edition)
    return len(missing)


def take_in(c: Connection, op: str, dev: str, values: Mapping[str, Any]) -> Edition | None:
    """At the station: keep an edition that came; what is malformed or of an unknown sort is left in the journal only."""
    try:
        edition = lists.read(values)
    except Problem:
        return None
    lists.keep(c, op, dev, edition)
    return edition


def take_up(c: Connection, home: Home, edition: Edition, *, sure: bool) -> bool:
    """At a district whose file was set back: an edition that came back with a station's chain is in force here again.

    It holds for all stations, so only what the trust list vouches for is taken up.

    Returns:
        Whether it is in force here now.
    """
    known = edition.id in {one.id for one in lists.editions(home)}
    if sure and not known:
        op = home.journal.note(TYPE, edition.values)
        lists.keep(c, op.digest, op.dev, edition)
    return sure or known


def first_values(home: Home, key: str) -> dict[str, Any]:
    """What the district wants a new record of a kind to begin with; fields that the kind does not have are left out."""
    edition = lists.in_force(home, "defaults", key)
    fields = kind(key).model.model_fields
    return {k: v for k, v in edition.content["values"].items() if k in fields and k not in COMMON} if edition else {}


def _fits(edition: Edition) -> None:
    """What only the program around the lists can tell: that there is such a vocabulary, such a kind, such a field."""
    if edition.sort == "vocabulary" and edition.key not in shipped():
        import difflib

        near = difflib.get_close_matches(edition.key, shipped(), n=1, cutoff=0)[0]
        raise Problem(
            "UNKNOWN_LIST",
            say("没有“{name}”这个词表。", name=edition.key),
            say("最接近的是“{near}”（{title}）。", near=near, title=shipped()[near].title),
        )
    if edition.sort != "defaults":
        return
    one, values = kind(edition.key), edition.content["values"]
    own = {name: value for name, value in values.items() if name in one.model.model_fields and name not in COMMON}
    found = [f for f in one.find({"uid": "x", **own}) if f.field.split(".")[0] in own and f.level == "error"]
    if strange := sorted(set(values) - set(own)):
        raise Problem(
            "DEFAULT_NOT_VALID",
            say("“{title}”没有这些栏目：{fields}。", title=say(one.title), fields=series(strange)[:200]),
            say("全部栏目用 kinds {key} 查看。", key=one.key),
        )
    for name, value in own.items():
        ask = one.asks.get(name)
        for word in value if isinstance(value, list) else [value]:
            words_ = vocabulary(ask.vocabulary).words() if ask and ask.vocabulary else [word]
            if word not in words_:
                raise Problem(
                    "DEFAULT_NOT_VALID",
                    say("“{label}”里没有“{word}”这个词。", label=one.label(name), word=str(word)[:60]),
                    say("可选的有：{known}。", known=series(words_)[:400]),
                    field=name,
                )
    if found:
        raise Problem("DEFAULT_NOT_VALID", found[0].sentence, found[0].remedy, field=found[0].field)
