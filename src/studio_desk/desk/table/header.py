"""The header of a ledger with a filter line under each heading."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QLineEdit, QPushButton, QTableView

from studio_desk.desk.table.columns import Column
from studio_desk.kernel.words import say

WAIT_MS = 250


class FilterHeader(QHeaderView):
    """Headings above, filters below; both move and scroll together, those of the first column stay in sight.

    Signals:
        narrowed: the person typed into a filter and paused.
    """

    narrowed = Signal()

    def __init__(self, columns: Sequence[Column], table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self.columns = list(columns)
        self.filters: list[QLineEdit] = []
        self.first = QPushButton(self.columns[0].label, self)
        self.first.setObjectName("firstheading")
        self.first.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.first.clicked.connect(lambda: self.sectionClicked.emit(0))
        self.first.hide()
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setSortIndicatorShown(True)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self.narrowed)
        for column in self.columns:
            line = QLineEdit(self)
            line.setAccessibleName(say("筛选：{label}", label=column.label))
            line.setPlaceholderText(say("筛选") if column.stored else "")
            line.setEnabled(column.stored)
            line.textEdited.connect(self._wait.start)
            line.returnPressed.connect(self.narrowed)
            self.filters.append(line)
        self.sectionResized.connect(lambda *_: self.place())
        self.sectionMoved.connect(lambda *_: self.place())
        self.sectionCountChanged.connect(lambda *_: self.place())
        table.horizontalScrollBar().valueChanged.connect(lambda _: self.place())

    def values(self) -> dict[str, str]:
        """What was typed, by column name."""
        return {c.name: line.text() for c, line in zip(self.columns, self.filters, strict=True) if line.text().strip()}

    def clear_filters(self) -> None:
        """Empty all filters."""
        for line in self.filters:
            line.clear()
        self.narrowed.emit()

    def sizeHint(self) -> QSize:
        """Twice as high as a plain header."""
        size = super().sizeHint()
        return QSize(size.width(), size.height() + self._line_height())

    def updateGeometries(self) -> None:
        """Leave room for the filters under the headings."""
        self.setViewportMargins(0, 0, 0, self._line_height())
        super().updateGeometries()
        self.place()

    def place(self) -> None:
        """Put each filter under its heading."""
        height = self._line_height()
        top = self.height() - height
        for section, line in enumerate(self.filters):
            line.setGeometry(self.sectionViewportPosition(section), top, self.sectionSize(section), height)
            line.setVisible(not self.isSectionHidden(section))
        stays = self.first_stays
        if stays:
            self.first.setGeometry(0, 0, self.sectionSize(0), top)
            self.filters[0].setGeometry(0, top, self.sectionSize(0), height)
            self.first.raise_()
            self.filters[0].raise_()
        self.first.setVisible(stays)

    @property
    def first_stays(self) -> bool:
        """Whether the first column would be scrolled away, and is shown at the edge instead."""
        return self.visualIndex(0) == 0 and self.offset() > 0

    def _line_height(self) -> int:
        return max(28, self.fontMetrics().height() + 10, *(line.minimumSizeHint().height() for line in self.filters))
