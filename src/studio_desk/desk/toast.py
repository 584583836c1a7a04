"""What the desk says in passing: a line over the foot of the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

TOAST_MS = 3500


class Toast(QFrame):
    """A line over the foot of the window that goes away by itself and never takes the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self._window = parent
        self._label = QLabel()
        self._label.setWordWrap(True)
        box = QHBoxLayout(self)
        box.setContentsMargins(14, 8, 14, 8)
        box.addWidget(self._label)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    @property
    def text(self) -> str:
        """What was said last."""
        return self._label.text()

    def say(self, text: str) -> None:
        """Show `text` for some seconds and tell screen readers."""
        self._label.setText(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(TOAST_MS + 40 * len(text))
        if hasattr(QAccessible, "updateAccessibility"):
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        parent = self._window
        self._label.setMaximumWidth(int(parent.width() * 0.6))
        wanted = self._label.fontMetrics().horizontalAdvance(self._label.text()) + 44
        self.setFixedWidth(min(wanted, int(parent.width() * 0.6)))
        self.setFixedHeight(self._label.heightForWidth(self.width() - 28) + 24)
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 48)
