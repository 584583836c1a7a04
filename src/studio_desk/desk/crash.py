"""A bug in plain words: catch what nobody caught on any thread, keep the report, say that nothing saved is lost."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler

from studio_desk.desk import theme
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Cancelled
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox

HARMLESS = ("This plugin does not support",)
"""Qt's remarks on the offscreen platform, without meaning."""
log = logging.getLogger("studio_desk.desk")


class Crash(QObject):
    """Catches what nobody caught and says it once.

    Signals:
        told: path of the report of a bug.
    """

    told = Signal(str)
    _came = Signal(object)

    def __init__(self, refuse: Callable[[Problem], object]) -> None:
        """Prepare; `install` puts it in force.

        Args:
            refuse: shows a Problem that nobody took.
        """
        super().__init__()
        self._refuse = refuse
        self._faults: IO[str] | None = None
        self._box: QMessageBox | None = None
        self._came.connect(self._say, Qt.ConnectionType.QueuedConnection)

    def install(self, folder: Path) -> None:
        """Take over the hooks of Python, its threads, Qt and the C level.

        Args:
            folder: where a fault of the C level is written; removed again when there was none.
        """
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self.caught(args.exc_value) if args.exc_value else None
        qInstallMessageHandler(qt_said)
        try:
            self._faults = (folder / "fault.txt").open("a", encoding="utf-8")
        except OSError:
            faulthandler.enable()
        else:
            faulthandler.enable(self._faults)

    def release(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = sys.__excepthook__, threading.__excepthook__
        qInstallMessageHandler(None)
        faulthandler.disable()
        if self._faults is not None:
            path = Path(self._faults.name)
            self._faults.close()
            if path.stat().st_size == 0:
                path.unlink()

    def _hook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        del kind, trace
        self.caught(error)

    def caught(self, error: BaseException) -> None:
        """Take an error from any thread; it is said on the screen's."""
        if not isinstance(error, (KeyboardInterrupt, SystemExit, Cancelled)):
            self._came.emit(error)

    def _say(self, error: BaseException) -> None:
        if isinstance(error, Problem):
            self._refuse(error)
            return
        from PySide6.QtWidgets import QMessageBox

        from studio_desk.desk.icons import coloured
        from studio_desk.kernel.crash import crash_problem

        log.error("bug: %s", type(error).__name__)
        problem = crash_problem(error)
        self.told.emit(str(problem.more["report"]))
        if self._box is not None:
            return
        box = self._box = QMessageBox()
        box.setIconPixmap(coloured("alert-triangle", theme.colour("warning")).pixmap(48, 48))
        box.setWindowTitle(say("程序出了差错"))
        box.setText(problem.sentence)
        box.setInformativeText(problem.remedy + "\n" + say("可以接着用。"))
        box.setStandardButtons(QMessageBox.StandardButton.Ok)
        box.finished.connect(self._closed)
        box.open()

    def _closed(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
        self._box = None


def qt_said(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's own remarks go to the log; a test that sees one fails."""
    del context
    if not text.startswith(HARMLESS):
        grave = kind in {QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg}
        log.log(logging.ERROR if grave else logging.WARNING, "Qt: %s", text)
