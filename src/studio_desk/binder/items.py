"""Decide which records of a year are filed, in which order, and under which numbers: one record is one 件 (DA/T 22-2015, 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import Term, vocabulary
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS
from studio_desk.record.kind import VOID, Kind

if TYPE_CHECKING:
    from studio_desk.binder.sight import Sight
    from studio_desk.store.home import Home

ARCHIVED: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind.retention and kind.day)
"""Kinds whose records are filed year by year: they have a period and a day. Rolls and registers stand on their own."""

_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Fonds:
    """Whose archive it is, frozen when a year is sealed.

    Attributes:
        number: 全宗号, `""` when the archive has not given one.
        name: 全宗名称.
        category: 门类代码 (`WS`).
        unit: 机构（问题）代码, mostly `""`.
        template: of the 档号, see `kernel.settings`.
    """

    number: str
    name: str
    category: str
    unit: str
    template: str

    @classmethod
    def of(cls, home: Home, name: str) -> Self:
        """As the settings of a home say."""
        told = home.settings
        return cls(told.fonds_number, name, told.archive_category, told.archive_unit, told.archive_code_template)

    def code(self, year: int, period: str, number: int) -> str:
        """The 档号 of an item (DA/T 13-2022 or the district's form); a place without a value falls out with its mark.

        Args:
            year: 年度.
            period: word of the list `retention`.
            number: 件号.
        """
        values = {
            "全宗号": self.number,
            "门类": self.category,
            "年度": str(year),
            "保管期限": str(term_of(period).more["mark"]),
            "机构": self.unit,
            "件号": f"{number:04d}",
        }
        first, *parts = _PLACE.split(self.template)
        made = between = ""
        for place, after in zip(parts[::2], parts[1::2], strict=True):
            if values[place]:
                made += (between if made else "") + values[place]
                between = after
        return first + made + parts[-1]


@dataclass(frozen=True)
class Item:
    """One 件: a record, its number and what the catalogue says of it.

    Attributes:
        uid: of the record.
        kind: key of its kind.
        period: 保管期限, word of the list `retention`.
        number: 件号 within year and period, 0 before it is given.
        code: 档号.
        reference: 文号: the record's own number.
        maker: 责任者.
        title: 题名; what was added to the maker's own words stands in square brackets (DA/T 22-2015, 6.2).
        day: eight digits, unknown ones 0.
        pages: 页数, 0 before they are counted.
        box: 盒号, 0 before it is put into one.
        rev: the record's version that is filed.
    """

    uid: str
    kind: str
    period: str
    number: int
    code: str
    reference: str
    maker: str
    title: str
    day: str
    pages: int = 0
    box: int = 0
    rev: str = ""

    @property
    def shown(self) -> str:
        """件号 as it is printed: four digits."""
        return f"{self.number:04d}"

    def as_json(self) -> dict[str, Any]:
        """For the journal."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """From the journal; keys of a newer version are passed over."""
        return cls(**{field.name: values[field.name] for field in fields(cls)})


def periods() -> list[str]:
    """The periods in their order: 永久, 30年, 10年."""
    return [term.word for term in vocabulary("retention").terms]


def term_of(period: str) -> Term:
    """A period of the list `retention`, by its word, its English word or its mark (`D30`).

    Raises:
        Problem: `UNKNOWN_RETENTION`, naming the nearest.
    """
    listed = vocabulary("retention")
    wanted = period.strip()
    found = listed.find(wanted) or next((t for t in listed.terms if str(t.more["mark"]) == wanted.upper()), None)
    if found is None:
        raise Problem(
            "UNKNOWN_RETENTION",
            say("没有“{period}”这个保管期限。", period=wanted[:30]),
            say("可用的有：{periods}；最接近的是“{near}”。", periods="、".join(periods()), near=listed.nearest(wanted)),
        )
    return found


def filed(home: Home, year: int, sight: Sight, station: str) -> list[Item]:
    """Every record of a year that is filed, in order and not yet numbered: no draft, nothing withdrawn (domain.md 2.4).

    Args:
        home: where the records are.
        year: 年度: the year of the record's own day.
        sight: looks titles up.
        station: code of the body whose records they are.

    Returns:
        By period, then in the order of the kinds, then by day and number.
    """
    keys = {kind.key: place for place, kind in enumerate(ARCHIVED)}
    marks = ",".join("?" * len(keys))
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            f"SELECT uid, kind, code, day, rev FROM record WHERE kind IN ({marks}) AND day >= ? AND day < ?"  # noqa: S608 - only marks
            " AND NOT draft AND state <> ? AND station = ?",
            (*keys, f"{year:04d}", f"{year + 1:04d}", VOID, station),
        ).all()
    order = periods()
    found = []
    for uid, key, code, day, rev in rows:
        kind = ARCHIVED[keys[key]]
        row = sight.record(uid)
        item = Item(uid, key, kind.retention, 0, "", code, _maker(row, sight), _title(kind, row), _eight(day), rev=rev)
        found.append(((order.index(item.period), keys[key], day, code, uid), item))
    return [item for _, item in sorted(found, key=lambda pair: pair[0])]


def numbered(items: Iterable[Item], year: int, fonds: Fonds, last: Mapping[str, int]) -> list[Item]:
    """Items with their numbers, going on after the last number of each period.

    Args:
        items: in order, those of one period together.
        year: 年度.
        fonds: gives the 档号.
        last: per period the last number given.
    """
    done = []
    for period, group in groupby(items, key=lambda item: item.period):
        for number, item in enumerate(group, last.get(period, 0) + 1):
            done.append(replace(item, number=number, code=fonds.code(year, period, number)))
    return done


def _maker(row: Mapping[str, Any], sight: Sight) -> str:
    """责任者: the studio or host that made the record, else the station itself."""
    body = str(row.get("studio") or row.get("host") or "")
    return sight.title(body) if body else sight.office


def _title(kind: Kind, row: Mapping[str, Any]) -> str:
    """题名: the record's own title, and in square brackets what kind of paper it is when the title does not say so."""
    title = str(row.get(kind.name) or "")
    return title if kind.title in title else f"{title}[{kind.title}]"


def _eight(day: str) -> str:
    """`20260306`; `20260300` when only the month is known."""
    return day.replace("-", "").ljust(8, "0")
