"""The list of places on the left: icons and words under headings that fold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Screen

KEY, HEADING = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
WIDEST = 330


class Places(QListWidget):
    """Where one can go; a heading folds and unfolds its places.

    Signals:
        wanted: key of the screen a person wants.
        folded: names of the headings that are folded now.
    """

    wanted = Signal(str)
    folded = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("places")
        self.setAccessibleName(say("功能"))
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._chosen)
        self.itemActivated.connect(self._activated)
        self._closed: set[str] = set()
        self.fit()

    def fill(self, screens: Sequence[Screen], closed: Sequence[str]) -> None:
        """Show the listed screens.

        Args:
            screens: in their order.
            closed: names (`Screen.group.__name__`) of folded headings.
        """
        self._closed = set(closed)
        group: Callable[[], str] | None = None
        for screen in (s for s in screens if s.listed):
            if screen.group is not None and screen.group is not group:
                heading = QListWidgetItem(screen.group())
                heading.setData(HEADING, screen.group.__name__)
                heading.setForeground(self.palette().placeholderText())
                self.addItem(heading)
            group = screen.group
            item = QListWidgetItem(icon(screen.icon), screen.title())
            item.setData(KEY, screen.key)
            item.setData(HEADING + 1, screen.group.__name__ if screen.group else "")
            if screen.shortcut:
                item.setToolTip(f"{screen.title()} ({screen.shortcut})")
            self.addItem(item)
        self._fold()
        self.fit()

    def mark(self, key: str) -> None:
        """Show where the person is; its heading opens."""
        self.blockSignals(True)
        self.setCurrentRow(-1)
        for row in range(self.count()):
            item = self.item(row)
            if item.data(KEY) == key:
                if item.isHidden():
                    self._closed.discard(item.data(HEADING + 1))
                    self._fold()
                self.setCurrentRow(row)
        self.blockSignals(False)

    def fit(self) -> None:
        """As wide as the longest word."""
        metrics = self.fontMetrics()
        texts = [self.item(row).text() for row in range(self.count())]
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=metrics.averageCharWidth() * 16)
        size = max(20, metrics.height())
        self.setIconSize(QSize(size, size))
        self.setFixedWidth(min(widest + size + 52, WIDEST))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter or blank on a heading folds it."""
        item = self.currentItem()
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and item and not item.data(KEY):
            self._toggle(item)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()

    def _chosen(self, item: QListWidgetItem) -> None:
        if item.data(KEY):
            self.wanted.emit(item.data(KEY))
        else:
            self._toggle(item)

    def _activated(self, item: QListWidgetItem) -> None:
        """Enter on a place."""
        if item.data(KEY):
            self.wanted.emit(item.data(KEY))

    def _toggle(self, item: QListWidgetItem) -> None:
        self._closed ^= {item.data(HEADING)}
        self._fold()
        self.folded.emit(sorted(self._closed))

    def _fold(self) -> None:
        for row in range(self.count()):
            item = self.item(row)
            if item.data(KEY):
                item.setHidden(item.data(HEADING + 1) in self._closed)
            else:
                closed = item.data(HEADING) in self._closed
                item.setIcon(icon("chevron-right" if closed else "chevron-down"))
                item.setToolTip(say("展开") if closed else say("收起"))
