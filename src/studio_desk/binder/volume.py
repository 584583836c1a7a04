"""Print the boxes of a year: cover, spines, catalogue, the items with their stamps, note sheet; one PDF for each box."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.binder.catalogue import catalogue, front
from studio_desk.binder.covers import Label, cover, spines
from studio_desk.binder.items import Item, periods, term_of
from studio_desk.binder.note_sheet import note_sheet
from studio_desk.binder.remarks import remarks
from studio_desk.binder.seal import Filing, Seal, filing
from studio_desk.binder.sight import FULL_PRINT, Sight
from studio_desk.binder.thickness import Boxes, box_mm, spine_for
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.press.page import ArchiveStamp, Sheet

if TYPE_CHECKING:
    from studio_desk.press import Composed
    from studio_desk.store.home import Home


@dataclass
class BinderResult:
    """What was printed.

    Attributes:
        files: each box's file and its number of pages.
        missing_glyphs: characters that no face has: `{file, page, sheet, char, codepoint}`.
        items: how many 件 are in the boxes.
        sealed: whether the numbers are final.
        waiting: records of a sealed year that came later and are not in the boxes.
    """

    files: list[tuple[Path, int]] = field(default_factory=list)
    missing_glyphs: list[dict[str, Any]] = field(default_factory=list)
    items: int = 0
    sealed: bool = False
    waiting: int = 0


@dataclass(frozen=True)
class Laid:
    """An item with its pages laid out.

    Attributes:
        item: with its true page count when it is not sealed, the sealed count otherwise.
        sheets: what is printed.
    """

    item: Item
    sheets: tuple[Composed, ...]


def print_binder(
    home: Home,
    year: int,
    to_folder: Path,
    retention: str | None = None,
    progress: Progress = silent,
    *,
    station: str = "",
    full: bool = False,
) -> BinderResult:
    """Print the boxes of a year; years and periods never share a box.

    A sealed year is printed as it was sealed, whatever was corrected since, and the corrections stand on the note
    sheet; so two runs give the same catalogue, and the same bytes until something is corrected.

    Args:
        home: an open home.
        year: 年度.
        to_folder: made when it does not exist; files of the same name are replaced, all together at the end.
        retention: only this 保管期限 (`永久`, `30年`, `D10` …).
        progress: counts items twice: laid out, printed.
        station: code of the body whose year it is; the home's own when empty.
        full: telephone numbers and sensitive pictures are printed in full; this is written down in the journal.

    Raises:
        Problem: `BINDER_EMPTY`, `UNKNOWN_RETENTION`, `YEAR_NOT_VALID`, `MEDIUM_…`.
    """
    state = filing(home, year, station, full=full)
    wanted = [term_of(retention).word] if retention else periods()
    chosen = [item for item in state.items if item.period in wanted]
    if not chosen:
        raise Problem(
            "BINDER_EMPTY",
            say("{year}年度没有可以归档的记录。", year=year),
            say("草稿和作废的记录不归档；请核对年度和保管期限。"),
        )
    volume = _Volume(home, state, full=full, total=len(chosen), progress=progress)
    try:
        to_folder.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".studio-desk-", dir=to_folder))
    except OSError as error:
        raise medium_problem(error, to_folder) from error
    try:
        for period in wanted:
            volume.period(sorted((i for i in chosen if i.period == period), key=lambda i: i.number), folder)
        result = volume.result
        result.files = [(_moved(path, to_folder), pages) for path, pages in result.files]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if full:
        names = [path.name for path, _ in result.files]
        home.journal.note(FULL_PRINT, {"year": year, "station": state.station, "files": names})
    return result


def _moved(path: Path, folder: Path) -> Path:
    target = folder / path.name
    try:
        return path.replace(target)
    except OSError as error:
        raise medium_problem(error, target) from error


class _Volume:
    """One print of a year."""

    def __init__(self, home: Home, state: Filing, *, full: bool, total: int, progress: Progress) -> None:
        self._home, self._state, self._full = home, state, full
        self._total, self._done, self._progress = total, 0, progress
        self._sights: dict[str, Sight] = {}
        self.result = BinderResult(sealed=state.sealed, waiting=len(state.waiting))

    def period(self, items: Sequence[Item], folder: Path) -> None:
        """Print the boxes of one period; only one box is in memory at a time."""
        boxes = Boxes(self._home.settings.spine_millimetres, duplex=self._state.duplex)
        box: list[Laid] = []
        for item in items:
            laid = self._lay(item)
            if not laid.item.box:
                laid = replace(laid, item=replace(laid.item, box=boxes.put(laid.item.pages)))
            if box and laid.item.box != box[0].item.box:
                self._box(box, folder)
                box = []
            box.append(laid)
        if box:
            self._box(box, folder, last=True)

    def _lay(self, item: Item) -> Laid:
        """The sheets of an item, laid out once for counting and printing."""
        from studio_desk.press import compose

        sight = self._sight(self._state.seal_of(item))
        kind, record = sight.model(item.uid)
        sheets = tuple(compose(sheet) for sheet in kind.sheets(record, sight))
        self._tell(1, say("正在排版：{title}", title=item.title))
        pages = sum(len(sheet.pages) for sheet in sheets)
        return Laid(item if item.pages else replace(item, pages=pages), sheets)

    def _sight(self, seal: Seal | None) -> Sight:
        key = seal.digest if seal else ""
        if key not in self._sights:
            cut = seal.cut if seal else None
            self._sights[key] = Sight(
                self._home, full=self._full, cut=cut, office=seal.office if seal else self._state.office
            )
        return self._sights[key]

    def _box(self, box: Sequence[Laid], folder: Path, *, last: bool = False) -> None:
        """Print one box."""
        from studio_desk.press import compose, first_pages, measure, render

        state, items = self._state, [laid.item for laid in box]
        label = self._label(items)
        inside = [sheet for laid in box for sheet in self._stamped(laid)]
        ahead = [compose(self._sided(sheet)) for sheet in (cover(label), spines(label), front(label))]
        blank = self._sided(catalogue(label, (), ()))
        # The list is as long with page numbers as without: they stand in a column of their own, on one line.
        listed = measure([catalogue(label, items, [0] * len(items))])
        sheets = [one.sheet for one in ahead] + [blank] + [one.sheet for one in inside]
        counts = [len(one.pages) for one in ahead] + listed + [len(one.pages) for one in inside]
        starts = first_pages(sheets, counts)[len(ahead) + 1 :]
        begin = [starts[sum(len(before.sheets) for before in box[:at])] for at in range(len(box))]
        ahead.append(compose(self._sided(catalogue(label, items, begin))))
        seal = state.seals[-1] if state.sealed else None
        behind = note_sheet(
            remarks(self._home, state, items, label, masked=not self._sight(seal).full, last=last),
            arranged_by=seal.by if seal else "",
            arranged=seal.day if seal else "",
            box=_words(state, label),
        )
        name = f"{state.station}-{state.year}-{items[0].period}-第{items[0].box:02d}盒.pdf"
        before, printing = self._done, [*ahead, *inside, compose(self._sided(behind))]
        printed = render(
            printing,
            folder / name,
            when=date.fromisoformat(state.day),
            title=_words(state, label),
            author=state.office,
            subject="归档文件",
            progress=lambda done, total, text: self._progress(
                before + len(box) * done // (total or 1), 2 * self._total, text
            ),
        )
        self._done += len(box)
        self.result.files.append((folder / name, printed.pages))
        self.result.missing_glyphs += [{"file": name, **asdict(missing)} for missing in printed.missing]
        self.result.items += len(items)

    def _label(self, items: Sequence[Item]) -> Label:
        fonds = self._state.fonds
        return Label(
            fonds.number,
            fonds.name,
            str(self._state.year),
            items[0].period,
            fonds.unit,
            items[0].shown,
            items[-1].shown,
            str(items[0].box),
            spine_for(box_mm((item.pages for item in items), duplex=self._state.duplex)),
        )

    def _stamped(self, laid: Laid) -> Iterable[Composed]:
        """An item's sheets, the first with the 归档章 and on a front page, so that each item has leaves of its own."""
        item, fonds = laid.item, self._state.fonds
        stamp = ArchiveStamp(fonds.number, str(self._state.year), item.shown, fonds.unit, item.period, str(item.pages))
        first, *rest = laid.sheets
        title = f"{item.shown} {item.title}"
        yield replace(first, sheet=replace(first.sheet, title=title, stamp=stamp, recto=self._state.duplex))
        yield from rest

    def _sided(self, sheet: Sheet) -> Sheet:
        """Where leaves are printed on one side only, every page is a front page."""
        return replace(sheet, recto=self._state.duplex)

    def _tell(self, more: int, text: str) -> None:
        self._done += more
        self._progress(self._done, 2 * self._total, text)


def _words(state: Filing, label: Label) -> str:
    return f"{state.office} {label.year}年度 {label.period} 第{label.box}盒"
