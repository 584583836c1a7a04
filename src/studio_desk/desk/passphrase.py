"""Ask for the secret that opens a home: its passphrase, the system's keyring, or the recovery code when that is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import messages
from studio_desk.desk.buttons import push
from studio_desk.desk.large import Scaled
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import passage, say

if TYPE_CHECKING:
    from studio_desk.store.home import Home
    from studio_desk.store.keys import KeyFile

Way = Literal["passphrase", "keyring", "recovery"]
SHORTEST = 8
"""Letters of a passphrase at least; a Chinese character counts as two."""
CODE_SHAPE = "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"


def check_new(first: str, again: str) -> None:
    """Whether a new passphrase, typed twice, will do.

    Raises:
        Problem: `PASSPHRASES_DIFFER`, `PASSPHRASE_SHORT`.
    """
    if first != again:
        raise Problem("PASSPHRASES_DIFFER", say("两遍输的口令不一样。"), say("请重新输一遍。"))
    if sum(1 if ch.isascii() else 2 for ch in first) < SHORTEST:
        raise Problem("PASSPHRASE_SHORT", say("口令太短。"), say("请至少用8个字母或4个汉字，例如一句自己记得住的话。"))


class Unlock(QWidget):
    """A line for the secret, what was wrong with it, and the way out when it is forgotten.

    Signals:
        switched: the person chose another way.
    """

    switched = Signal()

    def __init__(self, keys: KeyFile, way: Way, told: str = "") -> None:
        """Ask.

        Args:
            keys: of the home.
            way: what is asked for first.
            told: why; the usual words of that way when empty.
        """
        super().__init__()
        self._keys, self._first = keys, way
        self.way: Way = way
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(self.fontMetrics().horizontalAdvance(CODE_SHAPE) + 24)
        self.typed = QLineEdit()
        self.other = QPushButton()
        self.other.setProperty("link", "true")
        self.other.setAutoDefault(False)
        self.other.clicked.connect(self._switch)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.words)
        box.addWidget(self.typed)
        box.addWidget(self.other, 0, Qt.AlignmentFlag.AlignLeft)
        self._show(told)

    def key(self) -> bytes | None:
        """The key of the home, when what was typed opens it; what is wrong is said otherwise."""
        typed = self.typed.text()
        try:
            if self.way == "recovery":
                return self._keys.unlock_with_recovery(typed)
            if self.way == "passphrase" and not typed:
                self._say(say("请输入口令。"))
                return None
            return self._keys.unlock(typed)
        except Problem as problem:
            if self.way == "keyring":
                self.way = "recovery"
                self._show(passage(problem.sentence, problem.remedy))
            else:
                self._say(passage(problem.sentence, problem.remedy))
        return None

    def _say(self, told: str) -> None:
        self.words.setText(told)
        if self.way == "passphrase":
            self.typed.clear()
        self.typed.setFocus()

    def _switch(self) -> None:
        self.way = self._first if self.way == "recovery" else "recovery"
        self._show("")
        self.switched.emit()

    def _show(self, told: str) -> None:
        usual = {
            "passphrase": say("请输入口令。"),
            "keyring": say("这台电脑的系统钥匙串保管着钥匙，按“接着用”就打开。"),
            "recovery": say("请照纸上抄的输入恢复码；大小写、空格和横线都不要紧。"),
        }
        self.words.setText(told or usual[self.way])
        secret = self.way == "passphrase"
        self.typed.setEchoMode(QLineEdit.EchoMode.Password if secret else QLineEdit.EchoMode.Normal)
        self.typed.setAccessibleName(say("口令") if secret else say("恢复码"))
        self.typed.setPlaceholderText("" if secret else CODE_SHAPE)
        self.typed.clear()
        self.typed.setVisible(self.way != "keyring")
        back = say("用口令打开") if self._first == "passphrase" else say("用系统钥匙串打开")
        self.other.setText(back if self.way == "recovery" else say("用恢复码打开"))
        self.other.setVisible(self.way != "recovery" or self._first != "recovery")
        self.typed.setFocus()


class Passphrase(QDialog):
    """Asked when a home does not open by itself.

    Calls `then(key, recovered)`, `recovered` when it was the recovery code that opened it; `gave_up()` when the person
    cancels.
    """

    def __init__(
        self,
        parent: QWidget,
        keys: KeyFile,
        problem: Problem,
        then: Callable[[bytes, bool], None],
        gave_up: Callable[[], object],
    ) -> None:
        super().__init__(parent)
        self._then, self._gave_up = then, gave_up
        self.setWindowTitle(say("打开站点文件"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        told = passage(problem.sentence, problem.remedy)
        if "passphrase" in keys.slots:
            self.unlock = Unlock(keys, "passphrase", told if problem.code == "WRONG_PASSPHRASE" else "")
        else:
            self.unlock = Unlock(keys, "recovery", told)
        self.typed = self.unlock.typed
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (self.unlock, buttons):
            box.addWidget(widget)
        self.typed.setFocus()

    def accept(self) -> None:
        """Try what was typed; the dialog stays when it does not open."""
        key = self.unlock.key()
        if key is not None:
            super().accept()
            self._then(key, self.unlock.way == "recovery")

    def reject(self) -> None:
        """Give up."""
        super().reject()
        self._gave_up()


class NewPassphrase(QDialog):
    """Set a passphrase for an open home: offered when its recovery code had to open it, or asked for in the settings."""

    def __init__(self, parent: QWidget, home: Home, done: Callable[[str], object], *, asked: bool = False) -> None:
        """Ask.

        Args:
            parent: owner.
            home: the open home.
            done: gets a word to tell when the passphrase is set.
            asked: the person wants it; who sits at the open desk must then know the old one, where there is one.
        """
        super().__init__(parent)
        self._home, self._done = home, done
        self.setWindowTitle(say("设新口令"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        recovered = say("已经用恢复码打开。请现在设一个新口令，以后用它打开；恢复码仍然有效，请收好。")
        wanted = say("以后用新口令打开；恢复码仍然有效。以前的备份还是用当时的口令打开。")
        self.words = QLabel(wanted if asked else recovered)
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(self.fontMetrics().horizontalAdvance(CODE_SHAPE) + 24)
        self.old: QLineEdit | None = QLineEdit() if asked and "passphrase" in home.keys.slots else None
        self.first, self.again = QLineEdit(), QLineEdit()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for line, label in (
            (self.old, say("现在的口令")),
            (self.first, say("新的口令")),
            (self.again, say("再输一遍")),
        ):
            if line is not None:
                line.setEchoMode(QLineEdit.EchoMode.Password)
                form.addRow(label, line)
        buttons = QDialogButtonBox()
        buttons.addButton(say("设新口令"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(say("取消", "按钮") if asked else say("以后再说"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(self.words)
        box.addLayout(form)
        box.addWidget(buttons)
        (self.old or self.first).setFocus()

    def accept(self) -> None:
        """Set it, or say what is wrong."""
        wrong = self.old or self.first
        try:
            if self.old is not None:
                self._home.keys.unlock(self.old.text() or " ")
            wrong = self.first
            check_new(self.first.text(), self.again.text())
            self._home.keys.change_passphrase(self._home.file.key, self.first.text())
        except Problem as problem:
            self.words.setText(passage(problem.sentence, problem.remedy))
            wrong.setFocus()
            return
        super().accept()
        self._done(say("新口令已经设好。"))


class RootPassphrase(QDialog):
    """A passphrase for a copy of the root key, typed twice; `then` gets it."""

    def __init__(self, parent: QWidget, then: Callable[[str], object]) -> None:
        super().__init__(parent)
        self._then = then
        self.setWindowTitle(say("备份根钥匙"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.words = QLabel(say("给这份备份设一个口令，与打开数据的口令可以不同；然后选一个U盘。"))
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(self.fontMetrics().horizontalAdvance(CODE_SHAPE) + 24)
        self.first, self.again = QLineEdit(), QLineEdit()
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for line, label in ((self.first, say("口令")), (self.again, say("再输一遍"))):
            line.setEchoMode(QLineEdit.EchoMode.Password)
            form.addRow(label, line)
        buttons = QDialogButtonBox()
        buttons.addButton(say("选U盘…"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(say("取消", "按钮"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(self.words)
        box.addLayout(form)
        box.addWidget(buttons)
        self.first.setFocus()

    def accept(self) -> None:
        """Hand it on, or say what is wrong."""
        try:
            check_new(self.first.text(), self.again.text())
        except Problem as problem:
            self.words.setText(passage(problem.sentence, problem.remedy))
            self.first.setFocus()
            return
        passphrase = self.first.text()
        super().accept()
        self._then(passphrase)


class NewRecovery(QDialog):
    """A new recovery code, shown once; closes only after it was noted."""

    def __init__(self, parent: QWidget, home: Home, code: str, *, root: bool = False) -> None:
        """Show it.

        Args:
            parent: owner.
            home: whose code it is.
            code: the code.
            root: it opens the copy of the root key, not the home.
        """
        super().__init__(parent)
        self._home, self._root, self.code = home, root, code
        self.setWindowTitle(say("根钥匙的恢复码") if root else say("新的恢复码"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        opens = say(
            "忘了口令、换了电脑时，只能靠它打开。这里只显示这一次；旧的恢复码从现在起作废，但仍能打开以前的备份。"
        )
        copied = say("忘了这份根钥匙的口令时，只能靠它打开。这里只显示这一次；请不要和存根钥匙的U盘放在一起。")
        words = QLabel(copied if root else opens)
        words.setWordWrap(True)
        groups = code.split("-")
        self.shown = Scaled("\n".join(("-".join(groups[:4]), "-".join(groups[4:]))), times=1.9, fixed=True)
        self.shown.setAccessibleName(say("恢复码"))
        self.print_button = push("printer", say("打印恢复码"), self._print)
        self.noted = QCheckBox(
            say("已打印或抄下，放在安全的地方") if root else say("已打印或抄下，放在安全的地方，不和这台电脑在一起")
        )
        self.finish = push("check", say("好了"), self.accept, main=True)
        self.finish.setEnabled(False)
        self.noted.toggled.connect(self.finish.setEnabled)
        row = QHBoxLayout()
        row.addWidget(self.print_button)
        row.addStretch(1)
        row.addWidget(self.finish)
        box = QVBoxLayout(self)
        box.setSpacing(14)
        for widget in (words, self.shown, self.noted):
            box.addWidget(widget)
        box.addLayout(row)

    def reject(self) -> None:
        """Stay until the code was noted: it is in force already."""
        if self.noted.isChecked():
            super().accept()
        else:
            self.noted.setFocus()

    def _print(self) -> None:
        from studio_desk.desk.recovery_paper import recovery_pdf

        try:
            self._pdf = recovery_pdf(self._home, self.code, self, root=self._root)
            self._pdf.ask_printer(self, say("恢复码"), self.noted.setFocus)
        except Problem as problem:
            messages.refuse(self, problem)
