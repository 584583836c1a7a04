"""One window per home: a second start raises the first instead of opening the file twice."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

RAISE = b"raise\n"


class Single(QObject):
    """Listens for later starts on the same home.

    Signals:
        wanted: another start asked for the window.
    """

    wanted = Signal()

    def __init__(self, home: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = "studio-desk-" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:24]
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._asked)

    def raise_first(self, wait_ms: int = 800) -> bool:
        """Ask a window that is already open to come forward; answers whether there was one."""
        socket = QLocalSocket()
        socket.connectToServer(self.name)
        if not socket.waitForConnected(wait_ms):
            return False
        socket.write(RAISE)
        socket.waitForBytesWritten(wait_ms)
        socket.disconnectFromServer()
        return True

    def listen(self) -> None:
        """Be the first; a socket left by a crash is taken over (the file's own lock decides who may write)."""
        if not self._server.listen(self.name):
            QLocalServer.removeServer(self.name)
            self._server.listen(self.name)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _asked(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.wanted.emit()
