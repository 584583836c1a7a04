"""Pictures of every screen, taken without a display: for the demonstration, the manual and the eye of a reviewer."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SIZE = (1366, 768)
"""The smallest screen the desk is made for (desk.md 8)."""
SETTLE_SECONDS = 20.0
"""Longest wait for the jobs of one screen."""


def main(arguments: Sequence[str] | None = None) -> int:
    """`STATION DISTRICT FOLDER`: take the pictures; the passphrase comes on standard input.

    Returns:
        0, after printing one path a line.
    """
    station, district, folder = (Path(a) for a in (sys.argv[1:] if arguments is None else arguments)[:3])
    for path in take(station, district, folder, passphrase=sys.stdin.readline().rstrip("\n")):
        print(path)  # noqa: T201 - the answer of this process
    return 0


def take(station: Path, district: Path, folder: Path, *, passphrase: str, language: str = "") -> list[Path]:
    """Open both homes' desks one after the other and save a picture of each screen.

    Args:
        station: a station's home, closed.
        district: a district's home, closed.
        folder: where the PNG files go.
        passphrase: of both.
        language: `zh_CN` or `en`; the home's own when empty.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from studio_desk.desk.main import application

    app = application(["studio-desk"])
    taken: list[Path] = []
    with tempfile.TemporaryDirectory() as state:
        for home in (station, district):
            taken += _Album(app, home, folder, Path(state) / "window.ini", language).fill(passphrase)
    return taken


class _Album:
    def __init__(self, app: Any, path: Path, folder: Path, state: Path, language: str) -> None:
        from studio_desk.desk.main import Session
        from studio_desk.kernel import words

        self.app, self.folder, self.path = app, folder, path
        self.session = Session(app, path, state=state)
        self.language = language
        if language:
            words.speak(language)

    def fill(self, passphrase: str) -> list[Path]:
        from studio_desk.desk import rare
        from studio_desk.desk.navigation import screens
        from studio_desk.kernel.progress import silent
        from studio_desk.kinds import KINDS
        from studio_desk.store.home import Home

        home = Home.open(self.path, shapes=KINDS, passphrase=passphrase)
        if self.language and home.settings.language != self.language:
            home.change_settings(home.settings.changed(language=self.language))
        taken: list[Path] = []
        try:
            self.session.take(home)
            rare.register(self.app, rare.unpack(silent))
            self.session.window.show()
            self.session.window.resize(*SIZE)
            for screen in screens(home.role):
                if screen.listed or screen.key == "search":
                    taken += [self._picture(home.code, screen.key, **_arguments(screen))]
            for kind in KINDS:
                uid = _last(home, kind.key)
                if uid:
                    taken.append(self._picture(home.code, f"record-{kind.key}", key="record", uid=uid))
        finally:
            self.session.window.before_close = lambda: True
            self.session.window.close()
            self.session.finish()
        return taken

    def _picture(self, code: str, name: str, *, key: str = "", **args: Any) -> Path:
        self.session.window.go(key or name, **args)
        self._settle()
        path = self.folder / f"{code}-{name}.png"
        self.session.window.grab().save(str(path))
        return path

    def _settle(self) -> None:
        """Let events and jobs run until nothing has happened for a while."""
        until, quiet = time.monotonic() + SETTLE_SECONDS, 0
        while quiet < 6 and time.monotonic() < until:
            self.app.processEvents()
            busy = self.session.desk is not None and self.session.desk.busy
            quiet = 0 if busy else quiet + 1
            time.sleep(0.05)


def _arguments(screen: Any) -> dict[str, Any]:
    return {"text": "走访"} if screen.key == "search" else dict(getattr(screen, "args", None) or {})


def _last(home: Any, kind: str) -> str:
    with home.file.read() as c:
        found = c.exec_driver_sql("SELECT uid FROM record WHERE kind = ? AND state <> '作废' ORDER BY n DESC", (kind,))
        return str(found.scalar() or "")


if __name__ == "__main__":
    sys.exit(main())
