"""Records that are probably one: the same citizen entered twice, the same event reported by two; a person decides.

Signs and their points are words of the vocabulary `duplicate_sign`. Records are compared only within blocks that share a
key (identity number, telephone, name with year, address or household; day with words of title or place), so that the
work grows with the records and not with their square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from studio_desk.kernel.dates import first_day
from studio_desk.kernel.identity import read_identity
from studio_desk.kernel.lookalike import folded, variants
from studio_desk.kernel.pinyin import initials, sounds
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.vocabulary import Term, vocabulary
from studio_desk.kernel.words import say
from studio_desk.record.kind import VOID
from studio_desk.store import links, search

if TYPE_CHECKING:
    from studio_desk.store.home import Home

KINDS: Final = ("person", "activity")
"""Kinds in which duplicates are looked for."""
CROWD: Final = 50
"""More records than this under one key tell nothing (a village committee's telephone): they are not compared by it."""
NEAR: Final = 0.5
"""Part of the two-character runs that similar titles and places share."""
HINTS: Final = 200
"""Most records looked at for a form that is being filled in."""
ANONYMOUS: Final = "匿名"
"""Stands where a citizen gave no name (domain.md 2.2)."""
_COLUMNS: Final = {
    "person": ("name", "sex", "birth", "age", "age_day", "address", "phone", "household", "id_number"),
    "activity": ("title", "start_day", "place"),
}
_NEEDED: Final = {
    "person": frozenset({"id_number", "phone", "name", "look", "sound"}),
    "activity": frozenset({"day"}),
}
"""Signs of which one must be there, and by which records are blocked: two people of one house and age are no duplicate."""
_NAME: Final = {"person": "name", "activity": "title"}


@dataclass(frozen=True)
class Side:
    """One of two records."""

    uid: str
    code: str
    title: str
    station: str


@dataclass(frozen=True)
class Suggestion:
    """Two records that are probably one.

    Attributes:
        kind: key of their kind.
        one: the first by uid.
        other: the second.
        score: sum of the points of the signs.
        signs: Chinese words of the signs, the weightiest first.
    """

    kind: str
    one: Side
    other: Side
    score: int
    signs: tuple[str, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The signs in the language in force."""
        labels = {term.word: term.label for term in vocabulary("duplicate_sign").terms}
        return tuple(labels.get(word, word) for word in self.signs)

    def as_json(self) -> dict[str, Any]:
        """One line of the answer of `duplicates`."""
        return {**asdict(self), "signs": list(self.signs), "reasons": list(self.reasons)}


@dataclass(frozen=True)
class _Facts:
    """What is compared of a record."""

    side: Side
    values: Mapping[str, Any]
    exact: str
    fold: str
    heard: frozenset[str]
    years: tuple[int, ...]
    words: frozenset[str]
    place: frozenset[str]


def duplicates(home: Home, kind: str = "person", progress: Progress = silent) -> list[Suggestion]:
    """Pairs that nobody has linked or found different yet, the likeliest first.

    A station looks among its own records, a district among all. Withdrawn records are left out.

    Args:
        home: an open home.
        kind: `person` or `activity`.
        progress: counts blocks.

    Raises:
        Problem: `NO_DUPLICATES_OF` for another kind.
    """
    known = _known(kind)
    with home.file.read() as c:
        rows = [dict(row) for row in c.exec_driver_sql(_query(kind, known, home), _own(home)).mappings()]
    facts = [_facts(kind, row) for row in rows]
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, one in enumerate(facts):
        for key in set(_keys(kind, one)):
            blocks[key].append(number)
    rules, least = _rules()
    seen: set[tuple[int, int]] = set()
    found: list[Suggestion] = []
    for count, members in enumerate(blocks.values()):
        if count % 5000 == 0:
            progress(count, len(blocks), say("正在比对"))
        if not 1 < len(members) <= CROWD:
            continue
        for pair in combinations(members, 2):
            if pair in seen:
                continue
            seen.add(pair)
            if (suggestion := _judge(kind, facts[pair[0]], facts[pair[1]], rules, least)) is not None:
                found.append(suggestion)
    return sorted(undecided(home, kind, found), key=lambda s: (-s.score, s.one.uid, s.other.uid))


def undecided(home: Home, kind: str, found: Iterable[Suggestion]) -> list[Suggestion]:
    """Those of some pairs that nobody has linked, directly or over others, or found different."""
    done = links.apart_pairs(home.journal)
    same = links.canonical(home.journal, kind)
    return [
        s
        for s in found
        if (s.one.uid, s.other.uid) not in done and same.get(s.one.uid, "") != same.get(s.other.uid, "-")
    ]


def alike(home: Home, kind: str, values: Mapping[str, Any]) -> list[Suggestion]:
    """Records that are probably the one whose form is being filled in, the likeliest first; quick at any size.

    Args:
        home: an open home.
        kind: `person` or `activity`.
        values: what stands in the form, with its `uid`.
    """
    known = _known(kind)
    me = _facts(kind, {"code": "", "station": home.code, "uid": "", **dict.fromkeys(known, ""), **values})
    uids = dict.fromkeys(_near(home, kind, me))
    uids.pop(me.side.uid, None)
    if not uids:
        return []
    marks = ",".join("?" * len(uids))
    with home.file.read() as c:
        query = f"{_query(kind, known, home)} AND uid IN ({marks})"
        rows = [dict(row) for row in c.exec_driver_sql(query, (*_own(home), *uids)).mappings()]
    rules, least = _rules()
    judged = (_judge(kind, _facts(kind, row), me, rules, least, ordered=False) for row in rows)
    return sorted((s for s in judged if s), key=lambda s: (-s.score, s.one.uid))


# --- what is compared ------------------------------------------------------------------------------------------------


def _known(kind: str) -> tuple[str, ...]:
    if kind not in KINDS:
        raise Problem(
            "NO_DUPLICATES_OF",
            say("不查“{kind}”的重复。", kind=kind[:40]),
            say("可以查 person（群众）和 activity（活动）。"),
        )
    return _COLUMNS[kind]


def _query(kind: str, columns: Sequence[str], home: Home) -> str:
    own = "AND station IN ('', ?)" if home.role == "station" else ""
    return f"SELECT uid, code, station, {', '.join(columns)} FROM \"{kind}\" WHERE state <> '{VOID}' {own}"  # noqa: S608 - own names


def _own(home: Home) -> tuple[str, ...]:
    return (home.code,) if home.role == "station" else ()


def _facts(kind: str, row: Mapping[str, Any]) -> _Facts:
    name = str(row[_NAME[kind]] or "")
    side = Side(row["uid"], row["code"], name, row["station"])
    if kind == "activity":
        runs = _runs(name)
        return _Facts(side, row, folded(name), "", frozenset(), (), runs, _runs(str(row["place"] or "")))
    plain = "".join(ch for ch in name.casefold() if ch.isalnum())
    told = plain if plain != ANONYMOUS and len(plain) > 1 else ""
    values = {**row, "phone": _digits(row["phone"]), "address": folded(str(row["address"] or ""))}
    values["id_number"] = str(row["id_number"] or "").upper()
    values["birth"] = row["birth"] or read_identity(values["id_number"]).birth
    heard = sounds(told) if told else frozenset[str]()
    return _Facts(side, values, told, folded(told), heard, _years(values), frozenset(), frozenset())


def _years(row: Mapping[str, Any]) -> tuple[int, ...]:
    """The year of birth; from an age told on a day, the two it may be."""
    birth, age, told = str(row["birth"] or ""), row["age"], str(row["age_day"] or "")
    if birth[:4].isdecimal():
        return (int(birth[:4]),)
    try:
        on = first_day(told)
    except ValueError:
        return ()
    return (on.year - age - 1, on.year - age) if on is not None and isinstance(age, int) else ()


def _digits(value: Any) -> str:
    return "".join(ch for ch in str(value or "") if ch.isdigit())


def _runs(text: str) -> frozenset[str]:
    """Every two characters that stand beside each other."""
    plain = folded(text)
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1)) or frozenset(plain)


def _keys(kind: str, one: _Facts) -> Iterator[tuple[str, ...]]:
    """What a record shares with those it is compared with."""
    if kind == "activity":
        day = str(one.values["start_day"])
        yield from (("title", day, run) for run in one.words)
        yield from (("place", day, run) for run in one.place)
        return
    for name in ("id_number", "phone"):
        if one.values[name]:
            yield name, one.values[name]
    anchors = [("year", str(year)) for year in one.years]
    anchors += [(name, str(one.values[name])) for name in ("address", "household") if one.values[name]]
    for anchor in anchors if one.exact else ():
        yield "look", one.fold, *anchor
        for heard in one.heard:
            yield "sound", heard, *anchor


def _near(home: Home, kind: str, me: _Facts) -> Iterator[str]:
    """Uids of records that may be the one in the form: by the same keys, where it can be from the full text."""
    with home.file.read() as c:
        asked = ("id_number", "household") if kind == "person" else ("start_day",)
        for name in asked:
            if value := me.values[name]:
                query = f'SELECT uid FROM "{kind}" WHERE {name} = ? LIMIT {HINTS}'  # noqa: S608 - own names
                yield from c.exec_driver_sql(query, (value,)).scalars()
    if kind == "person" and me.values["phone"]:
        yield from (hit.uid for hit in search.find(home.file, me.values["phone"], kind, HINTS)[0])
    if kind == "person" and me.exact:
        typed = {letters for name in (me.exact, *variants(me.exact)) for letters in initials(name)[:2]}
        for letters in sorted(typed):
            yield from (hit.uid for hit in search.find(home.file, letters, kind, HINTS)[0])


# --- judging ---------------------------------------------------------------------------------------------------------


def _rules() -> tuple[dict[str, Term], int]:
    rules = {str(term.more.get("sign")): term for term in vocabulary("duplicate_sign").terms}
    return rules, int(rules["least"].more["points"]) if "least" in rules else 0


def _judge(
    kind: str, one: _Facts, other: _Facts, rules: Mapping[str, Term], least: int, *, ordered: bool = True
) -> Suggestion | None:
    signs = set(_SIGNS[kind](one, other))
    if not signs & _NEEDED[kind]:
        return None
    told = sorted((rules[s] for s in rules if s in signs), key=lambda term: -int(term.more["points"]))
    score = sum(int(term.more["points"]) for term in told)
    if score < least:
        return None
    first, second = sorted((one.side, other.side), key=lambda s: s.uid) if ordered else (one.side, other.side)
    return Suggestion(kind, first, second, score, tuple(term.word for term in told))


def _name_signs(one: _Facts, other: _Facts) -> Iterable[str]:
    if one.exact and one.exact == other.exact:
        yield "name"
    elif one.fold and one.fold == other.fold:
        yield "look"
    elif one.heard & other.heard:
        yield "sound"


def _person_signs(one: _Facts, other: _Facts) -> Iterable[str]:
    a, b = one.values, other.values
    for name in ("id_number", "phone", "household", "address"):
        if a[name] and a[name] == b[name]:
            yield name
    yield from _name_signs(one, other)
    if a["birth"] and a["birth"] == b["birth"] and len(str(a["birth"])) > 4:
        yield "birth"
    elif set(one.years) & set(other.years):
        yield "year"
    elif one.years and other.years and min(abs(x - y) for x in one.years for y in other.years) > 1:
        yield "other_year"
    if a["id_number"] and b["id_number"] and a["id_number"] != b["id_number"]:
        yield "other_id"
    if a["sex"] and b["sex"] and a["sex"] != b["sex"]:
        yield "other_sex"


def _activity_signs(one: _Facts, other: _Facts) -> Iterable[str]:
    if one.values["start_day"] and one.values["start_day"] == other.values["start_day"]:
        yield "day"
    if one.exact and one.exact == other.exact:
        yield "title"
    elif _shared(one.words, other.words) >= NEAR:
        yield "near_title"
    if one.place and one.place == other.place:
        yield "place"
    elif _shared(one.place, other.place) >= NEAR:
        yield "near_place"


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    """The part of the shorter text's runs that the longer one has too."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


_SIGNS: Final[Mapping[str, Callable[[_Facts, _Facts], Iterable[str]]]] = {
    "person": _person_signs,
    "activity": _activity_signs,
}
