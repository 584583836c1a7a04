"""Seal a year (归档): item numbers, page counts and boxes are frozen in the journal; what comes later is a supplement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from studio_desk.binder.gaps import Gap, gaps
from studio_desk.binder.items import Fonds, Item, filed, numbered
from studio_desk.binder.sight import Cut, Sight
from studio_desk.binder.thickness import Boxes
from studio_desk.kernel.canon import canon, digest
from studio_desk.kernel.pairs import LINK_TYPES
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store.projection import REMARKS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

SEAL = "archive.seal"
"""Type of the op that seals a year; it is about no single record."""


@dataclass(frozen=True)
class Seal:
    """One act of sealing.

    Attributes:
        year: 年度.
        station: code of the body whose records they are.
        day: ISO date of the sealing.
        by: who sealed.
        office: name of the body at that time.
        fonds: whose archive.
        cut: what of the journal counted.
        items: what was added.
        duplex: whether each item begins on a leaf of its own, printed on both sides.
        missing: per record that is filed all the same what was still missing, as `Gap.what`.
        digest: SHA-256 of the canonical list of `items`, lower-case hex.
    """

    year: int
    station: str
    day: str
    by: str
    office: str
    fonds: Fonds
    cut: Cut
    items: tuple[Item, ...]
    duplex: bool
    missing: Mapping[str, tuple[str, ...]]
    digest: str


@dataclass(frozen=True)
class Filing:
    """The state of one year.

    Attributes:
        year: 年度.
        station: code of the body whose records they are.
        office: its name.
        fonds: whose archive.
        duplex: whether leaves are printed on both sides.
        seals: acts of sealing so far, first to last.
        items: numbered: the sealed ones when there is a seal, else all that are filed, with provisional numbers.
        waiting: records that came after the last seal, with the numbers they would get.
    """

    year: int
    station: str
    office: str
    fonds: Fonds
    duplex: bool
    seals: tuple[Seal, ...]
    items: tuple[Item, ...]
    waiting: tuple[Item, ...]

    @property
    def sealed(self) -> bool:
        """Whether the numbers are final."""
        return bool(self.seals)

    @property
    def day(self) -> str:
        """The date of everything printed: of the last seal, else the year's last day; never the clock's."""
        return self.seals[-1].day if self.seals else f"{self.year:04d}-12-31"

    def seal_of(self, item: Item) -> Seal | None:
        """The act that sealed an item."""
        return self._sealed_by.get(item.uid)

    @cached_property
    def _sealed_by(self) -> dict[str, Seal]:
        return {item.uid: seal for seal in self.seals for item in seal.items}


def filing(home: Home, year: int, station: str = "", *, full: bool = False) -> Filing:
    """What is filed of a year, sealed or not.

    Args:
        home: a station's home, or a district's that holds the station's records.
        year: 年度.
        station: code of the body; the home's own when empty.
        full: see `Look.full`.

    Raises:
        Problem: `YEAR_NOT_VALID`.
    """
    if not 1949 <= year <= 2199:
        raise Problem("YEAR_NOT_VALID", say("年度“{year}”不对。", year=year), say("请写四位数的年份，例如2026。"))
    station = station or home.code
    done = seals(home, year, station)
    office = done[-1].office if done else office_of(home, station)
    fonds = done[-1].fonds if done else Fonds.of(home, office)
    items = tuple(item for seal in done for item in seal.items)
    last: dict[str, int] = {}
    for item in items:
        last[item.period] = max(last.get(item.period, 0), item.number)
    known = {item.uid for item in items}
    sight = Sight(home, full=full, office=office)
    fresh = [item for item in filed(home, year, sight, station) if item.uid not in known]
    waiting = tuple(numbered(fresh, year, fonds, last))
    duplex = done[-1].duplex if done else home.settings.duplex
    return Filing(year, station, office, fonds, duplex, done, items if done else waiting, waiting if done else ())


def office_of(home: Home, station: str) -> str:
    """The name of a body by its code: the home's own, else that of the station's record, else the code."""
    if station == home.code:
        return home.name
    with home.file.read() as c:
        found = c.exec_driver_sql("SELECT name FROM station WHERE station_code = ? ORDER BY uid", (station,)).scalar()
    return str(found or station)


def seals(home: Home, year: int, station: str) -> tuple[Seal, ...]:
    """Every act of sealing a year, in the order it was done.

    An item that two computers sealed apart from each other stays with the first; a number given twice is given anew.
    """
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            "SELECT o.t, b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.type = ? ORDER BY o.n", (SEAL,)
        ).all()
    found: list[Seal] = []
    uids: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    for at, line in rows:
        body = json.loads(line)
        said = body["values"]
        if said.get("year") != year or said.get("station") != station:
            continue
        fonds = Fonds(**said["fonds"])
        items = []
        for item in map(Item.from_json, said["items"]):
            if item.uid in uids:
                continue
            kept = item
            if (item.period, item.number) in numbers:
                number = max(n for period, n in numbers if period == item.period) + 1
                kept = replace(item, number=number, code=fonds.code(year, item.period, number))
            uids.add(kept.uid)
            numbers.add((kept.period, kept.number))
            items.append(kept)
        missing = {uid: tuple(what) for uid, what in said["missing"].items()}
        found.append(
            Seal(
                year,
                station,
                at[:10],
                body["by"],
                said["office"],
                fonds,
                said["cut"],
                tuple(items),
                said["duplex"],
                missing,
                said["digest"],
            )
        )
    return tuple(found)


def seal_year(
    home: Home, year: int, *, station: str = "", accept_gaps: bool = False, progress: Progress = silent
) -> Seal:
    """Seal a year, or add to a sealed year what has come since; numbers already given stay.

    Args:
        home: the home that made the records.
        year: 年度.
        station: code of the home itself, or empty; nobody seals the year of another body.
        accept_gaps: seal although papers are missing.
        progress: counts items.

    Returns:
        What was sealed now.

    Raises:
        Problem: `NOT_OWNER`; `FONDS_NUMBER_MISSING`; `ARCHIVE_GAPS` with all gaps as `findings`; `NOTHING_TO_SEAL`;
            `CHANGED_MEANWHILE` when something was saved while pages were counted.
    """
    if station not in {"", home.code}:
        raise Problem(
            "NOT_OWNER",
            say("{station}的年度要由它自己归档封存。", station=station[:20]),
            say("请在该站归档后，随数据包报来。"),
        )
    before = home.journal.frontiers()
    state = filing(home, year)
    fresh = state.waiting if state.sealed else state.items
    missing = gaps(home, year)
    _refuse(state, fresh, () if accept_gaps else missing)
    cut = {dev: seq for dev, (seq, _) in before.items()}
    sight = Sight(home, cut=cut, office=state.office)
    items = _boxed(home, state, fresh, sight, progress)
    listed = [item.as_json() for item in items]
    values: dict[str, Any] = {
        "year": year,
        "station": state.station,
        "office": state.office,
        "fonds": asdict(state.fonds),
        "cut": cut,
        "items": listed,
        "duplex": state.duplex,
        "missing": {item.uid: what for item in items if (what := [gap.what for gap in missing if gap.uid == item.uid])},
        "digest": digest(canon(listed)),
    }
    with home.transaction():
        if home.journal.frontiers() != before:
            raise Problem(
                "CHANGED_MEANWHILE",
                say("清点页数的时候又有记录保存了。"),
                say("请再做一次；归档期间先不要录入。"),
            )
        home.journal.note(SEAL, values)
    return seals(home, year, state.station)[-1]


def _refuse(state: Filing, fresh: Sequence[Item], missing: Sequence[Gap]) -> None:
    if not state.fonds.number:
        raise Problem(
            "FONDS_NUMBER_MISSING",
            say("还没有填全宗号，不能归档。"),
            say("请在设置的“打印和归档”里填写档案馆给的全宗号。"),
        )
    if not fresh:
        raise Problem(
            "NOTHING_TO_SEAL",
            say("{year}年度没有待归档的记录。", year=state.year),
            say("草稿和作废的记录不归档；请核对年度。"),
        )
    if missing:
        raise Problem(
            "ARCHIVE_GAPS",
            say("{year}年度还有{n}处不齐：{first}", year=state.year, n=len(missing), first=missing[0].sentence),
            say("请补齐；确实补不齐的，选“缺件归档”，缺少的会写进备考表。"),
            findings=[gap.as_json() for gap in missing],
        )


def _boxed(home: Home, state: Filing, fresh: tuple[Item, ...], sight: Sight, progress: Progress) -> list[Item]:
    """Items with their true page counts, each in a box of its period."""
    from studio_desk.press.printing import measure

    open_boxes: dict[str, Boxes] = {}
    done = []
    for number, item in enumerate(fresh, 1):
        kind, record = sight.model(item.uid)
        pages = sum(measure(kind.sheets(record, sight)))
        if item.period not in open_boxes:
            open_boxes[item.period] = _last_box(state, item.period, home.settings.spine_millimetres)
        done.append(replace(item, pages=pages, box=open_boxes[item.period].put(pages)))
        progress(number, len(fresh), say("正在清点页数：{title}", title=item.title))
    return done


def _last_box(state: Filing, period: str, spine_mm: int) -> Boxes:
    """The box that a period goes on filling: the last sealed one."""
    there = [item for item in state.items if item.period == period and item.box]
    box = max((item.box for item in there), default=1)
    return Boxes(spine_mm, box, [item.pages for item in there if item.box == box], duplex=state.duplex)


@dataclass(frozen=True)
class Later:
    """What happened to a record after it was sealed.

    Attributes:
        times: how often it was corrected or withdrawn; 0 for never.
        void: whether it was withdrawn.
        day: ISO date of the last time.
        reason: the last reason given.
    """

    times: int = 0
    void: bool = False
    day: str = ""
    reason: str = ""


_NO_CORRECTIONS = LINK_TYPES | REMARKS | {"record.move"}


def later_changes(home: Home, item: Item, cut: Cut) -> Later:
    """What happened to a sealed record after the cut; steps of the life cycle and remarks and links are no corrections."""
    told = Later()
    for revision in home.journal.history(item.uid):
        if revision.seq > cut.get(revision.dev, 0) and revision.type not in _NO_CORRECTIONS:
            void = told.void or revision.type == "record.void"
            told = Later(told.times + 1, void, revision.t[:10], revision.reason or told.reason)
    return told
