"""The form's page: headings, and under each as many columns as the width allows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from studio_desk.desk.form.beside import Cell

MOST_COLUMNS = 3
COLUMN_CHARACTERS = 15
"""A column is at least this many Chinese characters wide."""


class Section(QWidget):
    """Fields under one heading."""

    def __init__(self, heading: str, cells: Sequence[Cell]) -> None:
        super().__init__()
        self._cells = list(cells)
        self._columns = 0
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        if heading:
            label = QLabel(heading)
            label.setProperty("group", "true")
            box.addWidget(label)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(8)
        box.addLayout(self._grid)
        self._lay(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width may hold another number of columns."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font size as well."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        column = self.fontMetrics().height() * COLUMN_CHARACTERS
        self._lay(max(1, min(MOST_COLUMNS, self.width() // max(column, 1))))

    def _lay(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for cell in self._cells:
            self._grid.removeWidget(cell)
        for column in range(MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        row = column = 0
        for cell in self._cells:
            if cell.editor.field.wide:
                row, column = row + (1 if column else 0), 0
                self._grid.addWidget(cell, row, 0, 1, columns)
                row += 1
                continue
            self._grid.addWidget(cell, row, column)
            column += 1
            if column == columns:
                row, column = row + 1, 0
