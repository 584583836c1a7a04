"""Hide the desk when nobody has touched it for a while (setting 几分钟不用就锁上), for PCs that several people share.

What is half typed goes to the disk first; then a curtain covers the window, open dialogs are put away and no key does
anything behind it, until the passphrase, the system's keyring or the recovery code opens it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShortcut, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout
from shiboken6 import isValid

from studio_desk.desk.passphrase import NewPassphrase, Unlock
from studio_desk.kernel import clock
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
}


class Curtain(QFrame):
    """Over the whole window; behind it nothing can be read or pressed.

    Signals:
        opened: it was drawn back.
    """

    opened = Signal()

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self.setObjectName("veil")
        self._window, self._desk = window, desk
        told = QLabel(say("已经锁上。没存的内容都留着。"))
        told.setWordWrap(True)
        told.setObjectName("title")
        keys = desk.home.keys
        self.unlock = Unlock(keys, "passphrase" if "passphrase" in keys.slots else "keyring")
        self.typed = self.unlock.typed
        self.typed.returnPressed.connect(self.open_again)
        self.go_on = QPushButton(say("接着用"))
        self.go_on.setProperty("main", "true")
        self.go_on.clicked.connect(self.open_again)
        self.unlock.switched.connect(self._take_focus)
        card = QFrame()
        card.setProperty("card", "true")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 20, 24, 20)
        inside.setSpacing(12)
        for widget in (told, self.unlock, self.go_on):
            inside.addWidget(widget)
        box = QHBoxLayout(self)
        box.addStretch(1)
        box.addWidget(card, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addStretch(1)
        self._put_away()
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self._take_focus()

    def open_again(self) -> None:
        """Open when the secret is right, and put everything back as it was."""
        if self.unlock.key() is None:
            self._take_focus()
            return
        self._window.removeEventFilter(self)
        self.hide()
        self._bring_back()
        self.opened.emit()
        self.deleteLater()
        if self.unlock.way == "recovery":
            NewPassphrase(self._window, self._desk.home, self._desk.tell).open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window whatever its size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def _put_away(self) -> None:
        window = self._window
        self._focus = QApplication.focusWidget()
        window.find_box.stop()
        self._dialogs: list[QDialog] = []
        for widget in QApplication.topLevelWidgets():
            if widget is window or not widget.isVisible():
                continue
            if isinstance(widget, QDialog):
                self._dialogs.append(widget)
            widget.hide()
        window.toast.hide()
        window.body.setEnabled(False)
        window.statusBar().setEnabled(False)
        self._shortcuts = [shortcut for shortcut in window.findChildren(QShortcut) if shortcut.isEnabled()]
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)

    def _bring_back(self) -> None:
        for shortcut in self._shortcuts:
            shortcut.setEnabled(True)
        self._window.body.setEnabled(True)
        self._window.statusBar().setEnabled(True)
        if self._focus is not None and isValid(self._focus):  # a page may have been built anew meanwhile
            self._focus.setFocus()
        for dialog in filter(isValid, self._dialogs):
            dialog.open()

    def _take_focus(self) -> None:
        (self.go_on if self.unlock.way == "keyring" else self.typed).setFocus()


class IdleLock(QObject):
    """Watches the program's windows for keys and mouse."""

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._touched = clock.now()
        self.curtain: Curtain | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_EVERY_MS)
        self._look.timeout.connect(self.look)
        self._look.start()
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.focusWindowChanged.connect(self._watch)
        self._watch(QGuiApplication.focusWindow())
        # what an input method composes never reaches a window as keys, but the caret moves
        QGuiApplication.inputMethod().cursorRectangleChanged.connect(self.touch)

    @property
    def locked(self) -> bool:
        """Whether the curtain is drawn."""
        return self.curtain is not None

    def touch(self) -> None:
        """Somebody is here."""
        self._touched = clock.now()

    def look(self) -> None:
        """Lock when it is time; a running job is not interrupted."""
        if not self._window.isVisible():
            return
        minutes = self._desk.settings.idle_lock_minutes
        idle = (clock.now() - self._touched).total_seconds()
        if minutes and idle >= minutes * 60 and not self._desk.busy:
            self.lock()

    def lock(self) -> None:
        """Keep what is half typed and draw the curtain."""
        if self.locked or self._window.desk is None:
            return
        if self._window.current is not None:
            self._window.current.keep()
        self.curtain = Curtain(self._window, self._desk)
        self.curtain.opened.connect(self._opened)

    def _opened(self) -> None:
        self.curtain = None
        self.touch()

    def _watch(self, window: QWindow | None) -> None:
        """Native windows alone: a handful of events, not those of every widget."""
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that somebody is here."""
        if event.type() in TOUCHES:
            self.touch()
        return super().eventFilter(watched, event)
