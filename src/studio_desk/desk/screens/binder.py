"""年度归档: what is missing in a year, sealing it, printing its boxes, looking at the very files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QTabWidget, QVBoxLayout

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import coloured, icon
from studio_desk.desk.media import ask_folder
from studio_desk.desk.rows import Row, Rows
from studio_desk.kernel import clock
from studio_desk.kernel.words import say
from studio_desk.press.outcome import Missing

if TYPE_CHECKING:
    from studio_desk.binder import BinderResult, Filing, Gap, Seal
    from studio_desk.kernel.problem import Problem
    from studio_desk.kernel.progress import Progress
    from studio_desk.store.home import Home

FOLDER = "desk.binder_folder"
"""Name in the home's small texts of the folder boxes were printed into last."""


@dataclass(frozen=True)
class Year:
    """What the page shows of a year."""

    state: Filing
    gaps: tuple[Gap, ...]


class BinderPage(Page):
    """Year and station above; items, gaps and printed files below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.shown: Year | None = None
        self.result: BinderResult | None = None
        title = QLabel(say("年度归档"))
        title.setObjectName("title")
        self.year = QSpinBox()
        self.year.setRange(1949, 2199)
        self.year.setGroupSeparatorShown(False)
        self.year.setValue(clock.today().year)
        self.year.setAccessibleName(say("年度"))
        self.year.setKeyboardTracking(False)
        self.year.valueChanged.connect(self.read)
        self.station = QComboBox()
        self.station.setAccessibleName(say("站点"))
        self.station.setVisible(desk.role == "district")
        self.station.currentIndexChanged.connect(self.read)
        self.retention = QComboBox()
        self.retention.setAccessibleName(say("保管期限"))
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.seal_button = push("archive", say("归档…"), self._ask_seal)
        self.seal_button.setToolTip(say("件号、页数从此不变；以后补来的排在后面。"))
        self.print_button = push("printer", say("排出归档盒"), self._ask_folder, main=True)
        self._make_lists(desk)
        top = QHBoxLayout()
        for text, widget in (
            (say("年度"), self.year),
            (say("站点"), self.station),
            (say("保管期限"), self.retention),
        ):
            label = QLabel(text)
            label.setBuddy(widget)
            label.setVisible(widget is not self.station or desk.role == "district")
            top.addWidget(label)
            top.addWidget(widget)
        top.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(title, 1)
        for button in (self.look, self.seal_button, self.print_button):
            buttons.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addLayout(buttons)
        box.addLayout(top)
        box.addWidget(self.summary)
        box.addWidget(self.tabs, 1)

    def _make_lists(self, desk: Desk) -> None:
        self.items = Rows(
            say("归档文件"),
            (say("件号"), say("题名"), say("日期"), say("期限"), say("页数"), say("盒号")),
            stretch=1,
        )
        self.items.opened.connect(desk.open_record)
        self.gaps = Rows(say("缺漏"), (say("编号"), say("缺什么")), stretch=1)
        self.gaps.opened.connect(desk.open_record)
        self.files = Rows(say("排好的文件"), (say("文件"), say("页数")), stretch=0)
        self.files.opened.connect(self._preview)
        self.files.picked.connect(self._allow)
        self.look = push("eye", say("看"), lambda: self._preview(self.files.chosen[0] if self.files.chosen else None))
        self.tabs = QTabWidget()
        for rows, sign in ((self.items, "list-details"), (self.gaps, "alert-triangle"), (self.files, "file-text")):
            self.tabs.addTab(rows, icon(sign), "")

    def arrive(self, **args: Any) -> None:
        """Read; `year=` chooses one."""
        from studio_desk.binder.items import periods

        if not self.retention.count():
            self.retention.addItem(say("全部"), "")
            for period in periods():
                self.retention.addItem(period, period)
        self._fill_stations()
        if args.get("year"):
            self.year.blockSignals(True)
            self.year.setValue(int(args["year"]))
            self.year.blockSignals(False)
        self.read()

    def refresh(self, changes: Any) -> None:
        """Read again."""
        del changes
        if not self._desk.busy:
            self.read()

    def read(self) -> None:
        """Work out the year (a job)."""
        self._desk.run_job(
            _read,
            self._desk.home,
            self.year.value(),
            self.station.currentData() or "",
            title=say("正在清点…"),
            done=self._show,
        )

    def _fill_stations(self) -> None:
        if self._desk.role != "district":
            return
        with self._desk.home.file.read() as c:
            codes = (
                c.exec_driver_sql("SELECT DISTINCT station FROM record WHERE station <> '' ORDER BY 1").scalars().all()
            )
        before = self.station.currentData()
        self.station.blockSignals(True)
        self.station.clear()
        for code in codes:
            self.station.addItem(code, code)
        self.station.setCurrentIndex(max(self.station.findData(before), 0))
        self.station.blockSignals(False)

    def _show(self, year: Year) -> None:
        self.shown = year
        state = year.state
        if state.sealed:
            told = say(
                "{office}{year}年度已于{day}归档，共{n}件。",
                office=state.office,
                year=state.year,
                day=state.day,
                n=len(state.items),
            )
            if state.waiting:
                told += " " + say("以后又来了{n}件，可以补归档。", n=len(state.waiting))
        else:
            told = say(
                "{office}{year}年度还没有归档，将归档{n}件；件号是暂定的。",
                office=state.office,
                year=state.year,
                n=len(state.items),
            )
        if year.gaps:
            told += " " + say("还有{n}处不齐。", n=len(year.gaps))
        self.summary.setText(told)
        self.items.put(
            [
                Row(
                    (one.shown, one.title, _day(one.day), one.period, str(one.pages or "—"), str(one.box or "—")),
                    one.uid,
                    icon(signs.kind_icon(one.kind)),
                )
                for one in (*state.items, *state.waiting)
            ]
        )
        warn = coloured("alert-triangle", theme.colour("warning"))
        self.gaps.put([Row((one.code, one.sentence), one.uid, warn) for one in year.gaps])
        self._allow()

    def _allow(self) -> None:
        state = self.shown.state if self.shown else None
        fresh = bool(state and (state.waiting if state.sealed else state.items))
        self.seal_button.setVisible(self._desk.role == "station")
        self.seal_button.setEnabled(fresh)
        self.print_button.setEnabled(bool(state and state.items))
        self.look.setEnabled(bool(self.files.chosen))
        names = (say("文件 {n}"), say("缺漏 {n}"), say("排好的 {n}"))
        for number, (name, rows) in enumerate(zip(names, (self.items, self.gaps, self.files), strict=True)):
            self.tabs.setTabText(number, name.format(n=rows.rowCount()))

    # --- sealing -------------------------------------------------------------------------------------------------

    def _ask_seal(self) -> None:
        if self.shown is None:
            return
        count = len(self.shown.gaps)
        if count:
            self.tabs.setCurrentWidget(self.gaps)
        sentence = (
            say("还有{n}处不齐，列在“缺漏”里。最好先补齐；现在归档，缺少的会写进备考表。", n=count)
            if count
            else say("归档以后件号和页数不再变，更正会写进备考表。")
        )
        yes = say("缺件归档") if count else say("归档")
        title = say("{year}年度归档", year=self.year.value())
        self._desk.confirm(title, sentence, yes, lambda: self.seal(accept_gaps=bool(count)))

    def seal(self, *, accept_gaps: bool) -> None:
        """Seal the year (a job)."""
        self._desk.run_job(
            _seal,
            self._desk.home,
            self.year.value(),
            accept_gaps,
            title=say("正在归档…"),
            done=self._sealed,
            refused=self._not_sealed,
            writes=True,
        )

    def _sealed(self, seal: Seal) -> None:
        self._desk.tell(say("已归档{n}件。", n=len(seal.items)))
        self.read()

    def _not_sealed(self, problem: Problem) -> None:
        self._desk.refuse(problem)
        if problem.code == "FONDS_NUMBER_MISSING":
            self._desk.go("settings")

    # --- printing ------------------------------------------------------------------------------------------------

    def _ask_folder(self) -> None:
        told = self._desk.home.meta.get(FOLDER)
        ask_folder(self, say("归档盒的 PDF 放在哪里"), self.print_into, Path(told) if told else None)

    def print_into(self, folder: Path) -> None:
        """Print the boxes into a folder (a job)."""
        self._desk.home.meta.set(FOLDER, str(folder))
        self._desk.run_job(
            _print,
            self._desk.home,
            (self.year.value(), self.retention.currentData() or None, self.station.currentData() or ""),
            folder,
            title=say("正在排版…"),
            done=self._printed,
        )

    def _printed(self, result: BinderResult) -> None:
        self.result = result
        book = icon("file-text")
        self.files.put([Row((path.name, str(pages)), str(path), book, hint=str(path)) for path, pages in result.files])
        if self.files.rowCount():
            self.files.selectRow(0)
        self.tabs.setCurrentWidget(self.files)
        self._allow()
        pages = sum(count for _, count in result.files)
        told = say("排好{n}盒，共{pages}页。", n=len(result.files), pages=pages)
        if result.missing_glyphs:
            told += " " + say("有{n}个字没有字形，打开文件可以看到是哪些。", n=len(result.missing_glyphs))
        self.summary.setText(told)

    def _preview(self, path: Any) -> None:
        if not path or self.result is None:
            return
        name = Path(path).name
        missing = tuple(
            Missing(one["page"], one["sheet"], one["char"], one["codepoint"])
            for one in self.result.missing_glyphs
            if one["file"] == name
        )
        self._desk.go("preview", title=Path(path).stem, path=str(path), missing=missing)


def _day(digits: str) -> str:
    """The eight digits of the catalogue as a date; unknown parts fall out."""
    return "-".join(part for part in (digits[:4], digits[4:6], digits[6:8]) if part.strip("0"))


def _read(home: Home, year: int, station: str, progress: Progress) -> Year:
    from studio_desk.binder import filing, gaps

    progress(0, 1, "")
    missing = gaps(home, year) if not station or station == home.code else []
    return Year(filing(home, year, station), tuple(missing))


def _seal(home: Home, year: int, accept_gaps: bool, progress: Progress) -> Seal:
    from studio_desk.binder import seal_year

    return seal_year(home, year, accept_gaps=accept_gaps, progress=progress)


def _print(home: Home, what: tuple[int, str | None, str], folder: Path, progress: Progress) -> BinderResult:
    """Print boxes: `what` is year, retention and station."""
    from studio_desk.binder import print_binder

    year, retention, station = what
    return print_binder(home, year, folder, retention, progress, station=station)


SCREEN = Screen("binder", lambda: say("年度归档"), "archive", BinderPage, group=signs.exchange)
