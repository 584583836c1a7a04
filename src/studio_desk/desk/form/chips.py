"""Several chosen values side by side, each with a cross to take it off; they flow into as many lines as they need."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QLayout, QLayoutItem, QPushButton, QSizePolicy, QWidget

from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say

GAP = 4


class Flow(QLayout):
    """A layout that breaks its widgets into lines, as text is broken."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Take a widget in."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It grows nowhere by itself."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high at that width."""
        return self._lay(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Lay the widgets out."""
        super().setGeometry(rect)
        self._lay(rect, move=True)

    def sizeHint(self) -> QSize:
        """The least it needs."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """As wide as its widest widget."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _lay(self, rect: QRect, *, move: bool) -> int:
        x, y, height = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            width = min(size.width(), max(rect.width(), 40))
            if x > rect.x() and x + width > rect.right() + 1:
                x, y, height = rect.x(), y + height + GAP, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + GAP
            height = max(height, size.height())
        return y + height - rect.y()


class Chips(QWidget):
    """The values as buttons; pressing one takes it off.

    Signals:
        changed: one was taken off.
        pressed: one was pressed while only shown (to open what it stands for).
    """

    changed = Signal()
    pressed = Signal(str)

    def __init__(self, label: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chips")
        self.values: list[str] = []
        self._label, self._locked = label, False
        self._flow = Flow(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.hide()

    def put(self, values: list[str]) -> None:
        """Show these values."""
        self.values = list(values)
        while (item := self._flow.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for value in self.values:
            label = self._label(value)
            chip = QPushButton(label)
            if not self._locked:
                chip.setIcon(icon("x"))
                chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
                chip.setToolTip(say("去掉“{label}”", label=label))
                chip.setAccessibleName(say("去掉“{label}”", label=label))
            chip.clicked.connect(lambda _=False, value=value: self._press(value))
            self._flow.addWidget(chip)
        self.setVisible(bool(self.values))
        self.updateGeometry()

    def lock(self, locked: bool) -> None:
        """Show only: pressing opens instead of taking off."""
        if locked != self._locked:
            self._locked = locked
            self.put(self.values)

    def _press(self, value: str) -> None:
        if self._locked:
            self.pressed.emit(value)
            return
        self.put([v for v in self.values if v != value])
        self.changed.emit()
