"""The table of a ledger: first column always in sight, rows as high as the font needs, dates never cut."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QEvent, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QApplication, QMenu, QTableView, QWidget

from studio_desk.desk.table import copying
from studio_desk.desk.table.header import FilterHeader
from studio_desk.desk.table.model import UID, LedgerModel
from studio_desk.desk.table.pages import PAGE, Row
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk

WIDTHS = {"day": "0000-00-00", "time": "00:00", "yes": "是是", "number": "0000000"}
"""A text as wide as the narrowest column of each sort; others are `PLAIN`."""
PLAIN = "八个汉字的宽度"
MOST_COPIED = 200_000


class LedgerTable(QTableView):
    """Rows of one kind.

    Signals:
        wanted: a record is to be opened (its uid).
        pasted: the person pressed Ctrl+V.
    """

    wanted = Signal(str)
    pasted = Signal()

    def __init__(self, desk: Desk, model: LedgerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self.ledger = desk, model
        self._fresh, self._kept = True, ""
        self.filter_header = FilterHeader(model.columns, self)
        self.setHorizontalHeader(self.filter_header)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.setSortingEnabled(False)
        self.filter_header.sectionClicked.connect(self._sort)
        self.doubleClicked.connect(lambda index: self.wanted.emit(index.data(UID)))
        self.frozen = QTableView(self)
        self._freeze()
        self.restore()
        self.fit()

    # --- widths and columns --------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Rows as high as the font, no column narrower than its values need."""
        metrics = self.fontMetrics()
        self.filter_header.setMinimumSectionSize(40)
        self.verticalHeader().setDefaultSectionSize(max(28, metrics.height() + 12))
        self.frozen.verticalHeader().setDefaultSectionSize(max(28, metrics.height() + 12))
        for section, column in enumerate(self.ledger.columns):
            least = metrics.horizontalAdvance(WIDTHS.get(column.sort, PLAIN)) + 24
            if column.name == "code":
                least = metrics.horizontalAdvance(f"{self._desk.home.code}-{self.ledger.kind.prefix}-2026-0000") + 24
            least = max(least, metrics.horizontalAdvance(column.label) + 34)
            if self.columnWidth(section) < least or self._fresh:
                self.setColumnWidth(section, least)
        self._fresh = False
        self._place_frozen()

    def show_column(self, section: int, shown: bool) -> None:
        """Show or hide a column."""
        self.setColumnHidden(section, not shown)
        self.filter_header.place()

    def column_menu(self) -> QMenu:
        """A menu in which columns are ticked."""
        menu = QMenu(self)
        for section, column in enumerate(self.ledger.columns):
            action = menu.addAction(column.label)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(section))
            action.setEnabled(section > 0)
            action.toggled.connect(lambda on, s=section: self.show_column(s, on))
        return menu

    def keep(self) -> None:
        """Remember widths, order and hidden columns (in the home, so that they come back with a backup)."""
        names = [c.name for c in self.ledger.columns]
        state = bytes(self.filter_header.saveState().toBase64().data()).decode()
        text = json.dumps({"columns": names, "state": state})
        if text != self._kept:
            self._kept = text
            self._desk.home.meta.set(f"view.ledger.{self.ledger.kind.key}", text)

    def restore(self) -> None:
        """Columns as they were left; the kind's own choice the first time, or when its columns changed."""
        self._fresh = True
        self._kept = self._desk.home.meta.get(f"view.ledger.{self.ledger.kind.key}")
        told: dict[str, Any] = json.loads(self._kept) if self._kept else {}
        if told.get("columns") == [c.name for c in self.ledger.columns]:
            self._fresh = not self.filter_header.restoreState(QByteArray.fromBase64(str(told["state"]).encode()))
        if self._fresh:
            for section, column in enumerate(self.ledger.columns):
                self.setColumnHidden(section, not column.shown)
        self.filter_header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)

    # --- the first column stays in sight -------------------------------------------------------------------------

    def _freeze(self) -> None:
        frozen = self.frozen
        frozen.setModel(self.ledger)
        frozen.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        frozen.setObjectName("frozen")
        frozen.setAccessibleName(say("编号"))
        frozen.verticalHeader().hide()
        frozen.horizontalHeader().hide()
        frozen.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        frozen.setAlternatingRowColors(True)
        frozen.setSelectionModel(self.selectionModel())
        frozen.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        frozen.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        frozen.setStyleSheet("QTableView#frozen { border: none; }")
        for section in range(1, len(self.ledger.columns)):
            frozen.setColumnHidden(section, True)
        frozen.doubleClicked.connect(lambda index: self.wanted.emit(index.data(UID)))
        self.verticalScrollBar().valueChanged.connect(frozen.verticalScrollBar().setValue)
        frozen.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.horizontalScrollBar().valueChanged.connect(lambda _: self._place_frozen())
        self.filter_header.sectionResized.connect(lambda *_: self._place_frozen())
        self.filter_header.sectionMoved.connect(lambda *_: self._place_frozen())

    def _place_frozen(self) -> None:
        """Over the first column, as soon as that one is scrolled away."""
        width = self.columnWidth(0)
        self.frozen.setColumnWidth(0, width)
        frame = self.frameWidth()
        top = self.viewport().geometry().top()
        self.frozen.setGeometry(frame, top, width, self.viewport().height())
        self.frozen.setVisible(self.filter_header.first_stays)
        self.frozen.raise_()

    def resizeEvent(self, event: Any) -> None:
        """The frozen column is as high as the rows."""
        super().resizeEvent(event)
        self._place_frozen()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "frozen"):
            self.fit()

    # --- sorting -------------------------------------------------------------------------------------------------

    def _sort(self, section: int) -> None:
        if not self.ledger.columns[section].stored:
            return
        header = self.filter_header
        same = header.property("sorted") == section
        up = same and header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        order = Qt.SortOrder.AscendingOrder if up or not same else Qt.SortOrder.DescendingOrder
        header.setProperty("sorted", section)
        header.setSortIndicator(section, order)
        self.ledger.sort(section, order)

    # --- keys, copying -------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens, Ctrl+C copies, Ctrl+V pastes."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.wanted.emit(self.currentIndex().data(UID))
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.pasted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open, copy, columns."""
        menu = QMenu(self)
        uid = self.currentIndex().data(UID) if self.currentIndex().isValid() else ""
        opening = menu.addAction(say("打开"), lambda: self.wanted.emit(uid))
        opening.setEnabled(bool(uid))
        menu.addAction(say("复制"), self.copy)
        columns = self.column_menu()
        columns.setTitle(say("栏目", "按钮"))
        menu.addMenu(columns)
        menu.popup(event.globalPos())

    def copy(self) -> int:
        """Put the selected cells, with their headings, on the clipboard; answers how many rows."""
        selection = self.selectionModel().selection()
        spans = [selection.at(number) for number in range(selection.size())]
        numbers = sorted({row for span in spans for row in range(span.top(), span.bottom() + 1)})[:MOST_COPIED]
        sections = sorted(
            {s for span in spans for s in range(span.left(), span.right() + 1) if not self.isColumnHidden(s)},
            key=self.filter_header.visualIndex,
        )
        if not numbers or not sections:
            return 0
        if len(numbers) <= 10 * PAGE:
            self._to_clipboard([self.ledger.pages.row(number) for number in numbers], sections)
        else:
            self._desk.run_job(
                self._gather, numbers, title=say("正在复制…"), done=lambda rows: self._to_clipboard(rows, sections)
            )
        return len(numbers)

    def _gather(self, numbers: list[int], progress: Any) -> list[Row]:
        """Read many rows without disturbing those on screen (a job)."""
        pages = self.ledger.pages.twin()
        rows = []
        for place, number in enumerate(numbers):
            if place % PAGE == 0:
                progress(place, len(numbers), "")
            rows.append(pages.row(number))
        return rows

    def _to_clipboard(self, rows: list[Row], sections: list[int]) -> None:
        columns = [self.ledger.columns[s] for s in sections]
        single = len(rows) == 1 and len(sections) == 1
        head = [] if single else [[c.label for c in columns]]
        cells = [[row.cells[s] for s in sections] for row in rows]
        QApplication.clipboard().setMimeData(copying.mime([*head, *cells], [c.text for c in columns]))
        self._desk.tell(say("复制了{n}行。", n=len(rows)))

    def go_to_row(self, number: int) -> None:
        """Make a row the current one."""
        if 0 <= number < self.ledger.rowCount():
            index = self.ledger.index(number, 0)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)
