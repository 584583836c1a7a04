"""A short read-only table of words: whole rows are chosen, Ctrl+C copies them, its rows follow the font."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QTableWidget, QTableWidgetItem

from studio_desk.desk import theme

FEWEST, MOST, MOST_WRAPPED = 3, 12, 9
"""Rows that the table asks room for before it scrolls; fewer lines where long words take several."""
NARROWEST, WIDEST = 14, 44
"""Letters of the column that stretches at least, and of any other at most."""


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        cells: words of each column.
        data: what `Rows.chosen` gives for it.
        icon: stands before the first word.
        colour: name of a colour of the scheme for the first word.
        hint: words of the tool tip, when the cells do not say all.
    """

    cells: tuple[str, ...]
    data: Any = None
    icon: QIcon | None = None
    colour: str = ""
    hint: str = ""


class Rows(QTableWidget):
    """The table.

    Signals:
        opened: the data of the row that was double-clicked or entered.
        picked: another row was chosen.
    """

    opened = Signal(object)
    picked = Signal()

    def __init__(
        self,
        name: str,
        headers: Sequence[str],
        *,
        stretch: int = 0,
        many: bool = False,
        fewest: int = FEWEST,
        snug: bool = False,
        wrapped: bool = False,
    ) -> None:
        """Make an empty table.

        Args:
            name: what it holds, for screen readers.
            headers: words above the columns.
            stretch: the column that takes the room left.
            many: several rows can be chosen.
            fewest: rows it has room for at least.
            snug: exactly as tall as its rows, `MOST` at the most.
            wrapped: long words take several lines; the columns share the width, all of it is in sight.
        """
        super().__init__(0, len(headers))
        self._fewest, self._snug, self._wrapped = fewest, snug, wrapped
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(list(headers))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        mode = QAbstractItemView.SelectionMode
        self.setSelectionMode(mode.ExtendedSelection if many else mode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(wrapped)
        if wrapped:
            self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        self._stretch = stretch
        self.cellDoubleClicked.connect(lambda row, _: self.opened.emit(self._data(row)))
        self.itemSelectionChanged.connect(self.picked)
        self._measure()

    def put(self, rows: Sequence[Row]) -> None:
        """Show other rows; what was chosen stays chosen when it is still there."""
        before = self.chosen
        self.blockSignals(True)
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate(row.cells):
                item = QTableWidgetItem(text)
                item.setToolTip(row.hint or text)
                if column == 0:
                    item.setData(Qt.ItemDataRole.UserRole, row.data)
                    if row.icon is not None:
                        item.setIcon(row.icon)
                    if row.colour:
                        item.setForeground(QColor(theme.colour(row.colour)))
                self.setItem(number, column, item)
        self.clearSelection()
        for number, row in enumerate(rows):
            if row.data in before and row.data is not None:
                self.selectRow(number)
        self.blockSignals(False)
        self._measure()
        self.picked.emit()

    @property
    def chosen(self) -> list[Any]:
        """The data of the chosen rows, top to bottom."""
        return [self._data(row) for row in sorted({index.row() for index in self.selectedIndexes()})]

    def text_at(self, row: int, column: int) -> str:
        """The words of a cell."""
        item = self.item(row, column)
        return item.text() if item is not None else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the row, Ctrl+C copies the chosen rows as a spreadsheet reads them."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentRow() >= 0:
            self.opened.emit(self._data(self.currentRow()))
        elif event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted({index.row() for index in self.selectedIndexes()})
            lines = ["\t".join(self.text_at(row, c) for c in range(self.columnCount())) for row in rows]
            QGuiApplication.clipboard().setText("\n".join(lines))
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font size."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange} and hasattr(self, "_stretch"):
            self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The stretching column takes the room left."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._measure()

    def _data(self, row: int) -> Any:
        item = self.item(row, 0)
        return item.data(Qt.ItemDataRole.UserRole) if item is not None else None

    def _measure(self) -> None:
        line = self.fontMetrics().height() + 12
        self.verticalHeader().setDefaultSectionSize(line)
        header = self.horizontalHeader()
        above = header.sizeHint().height() + 6
        if self._wrapped:
            share_columns(self)
            self.resizeRowsToContents()
            for row in range(self.rowCount()):
                self.setRowHeight(row, max(self.rowHeight(row) + 6, line))
        else:
            fit_columns(self, self._stretch)
        if self._snug and self._wrapped:
            whole = sum(self.rowHeight(row) for row in range(self.rowCount()))
            self.setFixedHeight(min(max(whole, line), line * MOST_WRAPPED) + above)
        elif self._snug:
            sideways = header.length() > self.viewport().width()
            foot = self.horizontalScrollBar().sizeHint().height() if sideways else 0
            self.setFixedHeight(line * min(max(self.rowCount(), 1), MOST) + above + foot)
        else:
            self.setMinimumHeight(line * self._fewest + above)


class Fitted(QTableWidget):
    """A table that is typed into; one of its columns takes the room left, however wide the window becomes."""

    def __init__(self, heads: Sequence[str], stretch: int) -> None:
        super().__init__(0, len(heads))
        self._stretch = stretch
        self.setHorizontalHeaderLabels(list(heads))
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def fit(self) -> None:
        """Columns as wide as their words."""
        fit_columns(self, self._stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self.fit()


def share_columns(table: QTableView) -> None:
    """Make all columns of a table that wraps share its width: each as wide as its words, the longest give way."""
    header = table.horizontalHeader()
    letter = table.fontMetrics().averageCharWidth()
    columns = range(header.count())
    wanted = [max(table.sizeHintForColumn(n), header.sectionSizeHint(n)) + letter * 2 for n in columns]
    room = table.viewport().width()
    share = room // max(header.count(), 1)
    spare = sum(max(share - one, 0) for one in wanted)
    over = sum(max(one - share, 0) for one in wanted)
    for n, one in enumerate(wanted):
        if one <= share:
            header.resizeSection(n, one if over else one + spare // len(wanted))
        else:
            header.resizeSection(n, share + spare * (one - share) // over)


def fit_columns(table: QTableView, stretch: int) -> None:
    """Make columns as wide as their words, one of them as wide as the room left; never so narrow that nothing is read.

    Args:
        table: the table.
        stretch: the column that takes the room left.
    """
    header = table.horizontalHeader()
    letter = table.fontMetrics().averageCharWidth()
    header.setMinimumSectionSize(letter * 6)
    taken = 0
    for column in range(header.count()):
        if column != stretch:
            wanted = max(table.sizeHintForColumn(column), header.sectionSizeHint(column)) + letter * 2
            header.resizeSection(column, min(wanted, letter * WIDEST))
            taken += header.sectionSize(column)
    header.resizeSection(stretch, max(table.viewport().width() - taken, letter * NARROWEST))
