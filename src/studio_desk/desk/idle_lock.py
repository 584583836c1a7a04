"""Hide the desk when nobody has touched it for a while (setting 几分钟不用就锁上), for PCs that several people share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.desk.window import MainWindow

LOOK_EVERY_MS = 5000
TOUCHES = {
    QEvent.Type.KeyPress,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.InputMethod,
}


class Curtain(QFrame):
    """Over the whole window; behind it nothing can be read or pressed."""

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self.setObjectName("veil")
        self._window, self._desk = window, desk
        self.told = QLabel(say("已经锁上。没存的内容都留着。"))
        self.told.setWordWrap(True)
        self.typed = QLineEdit()
        self.typed.setEchoMode(QLineEdit.EchoMode.Password)
        self.typed.setAccessibleName(say("口令"))
        self.typed.setPlaceholderText(say("口令"))
        self.typed.returnPressed.connect(self.open_again)
        self.typed.setVisible("passphrase" in desk.home.keys.slots)
        self.go_on = QPushButton(say("接着用"))
        self.go_on.setProperty("main", "true")
        self.go_on.clicked.connect(self.open_again)
        card = QFrame()
        card.setProperty("card", "true")
        card.setMinimumWidth(360)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 20, 24, 20)
        for widget in (self.told, self.typed, self.go_on):
            inside.addWidget(widget)
        box = QHBoxLayout(self)
        box.addStretch(1)
        box.addWidget(card, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addStretch(1)
        window.installEventFilter(self)
        window.body.setEnabled(False)
        window.statusBar().setEnabled(False)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        (self.typed if self.typed.isVisible() else self.go_on).setFocus()

    def open_again(self) -> None:
        """Open when the passphrase is right; a home that the system's keyring opens has none to ask for."""
        if self.typed.isVisible():
            try:
                right = self._desk.home.keys.unlock(self.typed.text()) == self._desk.home.file.key and self.typed.text()
            except Problem as problem:
                right, sentence = "", problem.sentence
            else:
                sentence = say("请输入口令。")
            if not right:
                self.told.setText(sentence)
                self.typed.clear()
                return
        self._window.body.setEnabled(True)
        self._window.statusBar().setEnabled(True)
        self._window.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window whatever its size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)


class IdleLock(QObject):
    """Watches one window for keys and mouse."""

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._touched = clock.now()
        self.curtain: Curtain | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self.look)
        self._look.start()
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)  # the native window: a handful of events, not those of every widget

    def look(self) -> None:
        """Lock when it is time; a running job is not interrupted."""
        minutes = self._desk.settings.idle_lock_minutes
        idle = (clock.now() - self._touched).total_seconds()
        if minutes and idle >= minutes * 60 and not self._desk.busy and not self._locked():
            current = self._window.current
            if current is not None:
                current.leave()
            self.curtain = Curtain(self._window, self._desk)

    def _locked(self) -> bool:
        return self.curtain is not None and self.curtain.isVisible()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that somebody is here."""
        if event.type() in TOUCHES:
            self._touched = clock.now()
        return super().eventFilter(watched, event)
