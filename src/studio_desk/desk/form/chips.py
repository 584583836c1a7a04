"""Several chosen values side by side, each with a cross to take it off; they flow into as many lines as they need."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from studio_desk.desk.flow import Flow
from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say


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
