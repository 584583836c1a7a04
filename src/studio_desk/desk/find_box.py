"""Find as one types, from anywhere in the window: any run of characters, words, pinyin initials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from studio_desk.desk.icons import icon
from studio_desk.desk.signs import kind_icon
from studio_desk.kernel.words import say
from studio_desk.store import search

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk

WAIT_MS = 150
"""Pause after the last key before the search runs."""
SHOWN = 12
ALL = "all"


class FindBox(QLineEdit):
    """The search line; what an input method is still composing is not searched for (Qt leaves it out of the text)."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setPlaceholderText(say("找人、找事、找编号：字、词或拼音首字母（Ctrl+F）"))
        self.setAccessibleName(say("查找"))
        self.setClearButtonEnabled(True)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self.look_up)
        self.textEdited.connect(self._wait.start)
        self.textChanged.connect(lambda text: None if text else self._close())
        self.popup = QFrame(self, Qt.WindowType.ToolTip)
        self.popup.setFrameShape(QFrame.Shape.Box)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(say("找到的记录"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._open)
        box = QVBoxLayout(self.popup)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.list)

    def start(self) -> None:
        """Take the focus, the old text selected."""
        self.setFocus()
        self.selectAll()

    def stop(self) -> None:
        """The window goes; nothing is found any more."""
        self._wait.stop()
        self._close()

    def look_up(self) -> None:
        """Search and show the first hits."""
        text = self.text().strip()
        if not text or self._desk.busy:
            self._close()
            return
        hits, total = search.find(self._desk.home.file, text, limit=SHOWN)
        self.list.clear()
        for hit in hits:
            words = [hit.title or hit.code, hit.code if hit.title else "", hit.day, say(hit.state)]
            item = QListWidgetItem(icon(kind_icon(hit.kind)), "   ".join(filter(None, words)))
            item.setData(Qt.ItemDataRole.UserRole, hit.uid)
            self.list.addItem(item)
        if total > len(hits):
            item = QListWidgetItem(say("全部 {n} 条…", n=total if total < search.COUNT_LIMIT else f"{total}+"))
            item.setData(Qt.ItemDataRole.UserRole, ALL)
            self.list.addItem(item)
        if not hits:
            item = QListWidgetItem(say("没有找到“{text}”。", text=text))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and up choose a hit, Enter opens it or shows all, Escape closes."""
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and self.popup.isVisible():
            step = 1 if key == Qt.Key.Key_Down else -1
            self.list.setCurrentRow(max(0, min(self.list.count() - 1, self.list.currentRow() + step)))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._wait.stop()
            item = self.list.currentItem() if self.popup.isVisible() else None
            if item is not None:
                self._open(item)
            elif self.text().strip():
                self._all()
        elif key == Qt.Key.Key_Escape and self.popup.isVisible():
            self._close()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close the hits when the person clicks elsewhere or leaves the program."""
        if self.popup.isVisible() and (
            (event.type() == QEvent.Type.MouseButtonPress and watched not in {self.list.viewport(), self.popup})
            or event.type() == QEvent.Type.ApplicationDeactivate
            or (event.type() == QEvent.Type.FocusOut and watched is self)
        ):
            QTimer.singleShot(0, self._close_unless_typing)
        return super().eventFilter(watched, event)

    def _close_unless_typing(self) -> None:
        if not self.hasFocus():
            self._close()

    def _show(self) -> None:
        rows = min(self.list.count(), SHOWN + 1)
        height = self.list.sizeHintForRow(0) * rows + 2 * self.list.frameWidth() + 2
        self.popup.setFixedSize(self.width(), height)
        self.popup.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        app = QApplication.instance()
        if app is not None and not self.popup.isVisible():
            app.installEventFilter(self)  # only while the hits show: it sees every event of the program
        self.popup.show()

    def _close(self) -> None:
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self.popup.hide()

    def _all(self) -> None:
        text = self.text().strip()
        self._close()
        self._desk.go("search", text=text)

    def _open(self, item: QListWidgetItem) -> None:
        uid = item.data(Qt.ItemDataRole.UserRole)
        if uid == ALL:
            self._all()
        elif uid:
            self._close()
            self.clear()
            self._desk.open_record(uid)
