"""What the desk says and asks in a dialog: a refusal with its remedy, a question, a reason to be typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import theme
from studio_desk.desk.icons import coloured
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say


def refuse(parent: QWidget | None, problem: Problem) -> QMessageBox:
    """Show a refusal: the sentence, the remedy, and small the code for the telephone."""
    box = QMessageBox(parent)
    box.setIconPixmap(coloured("alert-circle", theme.colour("error")).pixmap(48, 48))
    box.setWindowTitle(say("没有做成"))
    box.setText(problem.sentence)
    box.setInformativeText(f"{problem.remedy}\n\n{problem.code}")
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


def inform(parent: QWidget | None, title: str, sentence: str) -> QMessageBox:
    """Tell something that stays until it was read."""
    box = QMessageBox(parent)
    box.setIconPixmap(coloured("info-circle", theme.colour("accent")).pixmap(48, 48))
    box.setWindowTitle(title)
    box.setText(sentence)
    box.setStandardButtons(QMessageBox.StandardButton.Ok)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return box


def let_read(parent: QWidget | None, title: str, text: str) -> Letter:
    """Show a text of any length; it stays until it was read."""
    letter = Letter(parent, title, text)
    letter.open()
    return letter


def confirm(parent: QWidget | None, title: str, sentence: str, yes: str, then: Callable[[], None]) -> QMessageBox:
    """Ask before something that cannot be taken back; `then` is called only on yes."""
    box = QMessageBox(parent)
    box.setIconPixmap(coloured("alert-triangle", theme.colour("warning")).pixmap(48, 48))
    box.setWindowTitle(title)
    box.setText(sentence)
    agree = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    refusal = box.addButton(say("取消", "按钮"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refusal)
    box.setEscapeButton(refusal)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.buttonClicked.connect(lambda pressed: then() if pressed is agree else None)
    box.open()
    return box


class Letter(QDialog):
    """A text to be read, that scrolls when it is long and can be copied."""

    def __init__(self, parent: QWidget | None, title: str, text: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = QPlainTextEdit(text)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        letters = self.text.fontMetrics()
        self.text.setMinimumSize(letters.averageCharWidth() * 64, letters.lineSpacing() * 8)
        buttons = QDialogButtonBox()
        read = buttons.addButton(say("看过了"), QDialogButtonBox.ButtonRole.AcceptRole)
        read.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.addWidget(self.text)
        box.addWidget(buttons)
        read.setFocus()


class Reason(QDialog):
    """A sentence to be typed before something that needs a reason."""

    def __init__(
        self, parent: QWidget | None, title: str, sentence: str, then: Callable[[str], None], *, text: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self._then = then
        words = QLabel(sentence)
        words.setWordWrap(True)
        self.typed = QPlainTextEdit(text)
        self.typed.setTabChangesFocus(True)
        self.typed.setAccessibleName(title)
        self.typed.setFixedHeight(self.typed.fontMetrics().lineSpacing() * 4)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (words, self.typed, self.buttons):
            box.addWidget(widget)
        self.typed.textChanged.connect(self._allow)
        self._allow()
        self.typed.setFocus()

    def _allow(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.typed.toPlainText().strip()))

    def accept(self) -> None:
        """Hand the reason on."""
        reason = self.typed.toPlainText().strip()
        super().accept()
        self._then(reason)


def ask_reason(
    parent: QWidget | None, title: str, sentence: str, then: Callable[[str], None], *, text: str = ""
) -> Reason:
    """Ask for a reason; `then(reason)` is called when one was given."""
    dialog = Reason(parent, title, sentence, then, text=text)
    dialog.open()
    return dialog
