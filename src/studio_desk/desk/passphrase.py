"""Ask for the passphrase of a home whose key is not in the system's keyring."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say


class Passphrase(QDialog):
    """Calls `then(passphrase)`; `gave_up()` when the person cancels."""

    def __init__(
        self, parent: QWidget, problem: Problem, then: Callable[[str], None], gave_up: Callable[[], object]
    ) -> None:
        super().__init__(parent)
        self._then, self._gave_up = then, gave_up
        self.setWindowTitle(say("打开站点文件"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        words = QLabel(
            f"{problem.sentence}\n{problem.remedy}" if problem.code == "WRONG_PASSPHRASE" else say("请输入口令。")
        )
        words.setWordWrap(True)
        self.typed = QLineEdit()
        self.typed.setEchoMode(QLineEdit.EchoMode.Password)
        self.typed.setAccessibleName(say("口令"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (words, self.typed, buttons):
            box.addWidget(widget)
        self.typed.setFocus()

    def accept(self) -> None:
        """Try the passphrase."""
        super().accept()
        self._then(self.typed.text())

    def reject(self) -> None:
        """Give up."""
        super().reject()
        self._gave_up()
