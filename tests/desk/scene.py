"""A district and an enrolled station, each at its own desk, and a folder that stands for the stick between them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox

from studio_desk.desk import main
from studio_desk.desk.media import REMEMBERED
from studio_desk.exchange import enrol
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home

DISTRICT = "990000"


@dataclass
class Seat:
    """One desk in a real window."""

    session: main.Session
    home: Home
    bugs: list[BaseException] = field(default_factory=list)

    @property
    def window(self) -> Any:
        return self.session.window

    def idle(self) -> None:
        """Wait until nothing runs any more."""
        app = QApplication.instance()
        quiet = 0
        for _ in range(6000):
            app.processEvents()
            quiet = quiet + 1 if self.session.desk.worker.current is None else 0
            if quiet == 4:  # what ends tells others, who may begin anew
                break
            if not quiet:
                self.session.desk.worker._thread.join(0.01)
        assert self.bugs == []
        assert self.session.desk.worker.current is None

    def go(self, key: str, **args: Any) -> Any:
        """Go to a screen and answer its page."""
        self.session.desk.go(key, **args)
        self.idle()
        assert self.window.place[0] == key
        return self.window.current

    def boxes(self) -> list[QMessageBox]:
        """Messages that are open."""
        return [box for box in self.window.findChildren(QMessageBox) if box.isVisible()]

    def close(self) -> None:
        """Leave when nothing runs any more, as the program itself does."""
        self.idle()
        for dialog in self.window.findChildren(QDialog):
            dialog.close()
        self.window.before_close = lambda: True
        self.window.detach()
        self.window.close()
        self.session.finish()
        self.window.deleteLater()
        self.session.deleteLater()
        QApplication.instance().sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class Scene:
    """The two homes; at most one window is open at a time."""

    def __init__(self, app: QApplication, folder: Path, template: SimpleNamespace, *, enrolled: bool = True) -> None:
        self.app, self.folder, self.template = app, folder, template
        self.stick = folder / "stick"
        self.stick.mkdir()
        self._seat: Seat | None = None
        shutil.copytree(template.path, folder / "SQ")
        with Home.create(
            folder / DISTRICT,
            role="district",
            code=DISTRICT,
            name="云岭市青溪区政协",
            shapes=KINDS,
            passphrase="试试口令",
            use_keyring=False,
        ) as district:
            district.change_settings(district.settings.changed(operator="王主任"))
            self._keys = {DISTRICT: district.file.key, "SQ": template.key}
        with self.open("SQ") as station:
            station.journal.move(template.uids["journal_entry"], "已登记")
        if enrolled:
            self.enrol()

    def enrol(self) -> None:
        """The station's request goes to the district, the answer comes back."""
        with self.open("SQ") as station:
            request, _ = enrol.request(station, self.stick)
        with self.open(DISTRICT) as district:
            answer = enrol.accept(district, request, self.stick).file
        with self.open("SQ") as station:
            enrol.install(station, answer)

    def open(self, code: str) -> Home:
        return Home.open(self.folder / code, shapes=KINDS, key=self._keys[code])

    def know(self, code: str, home: Home) -> None:
        """A home that was made beside the two can be sat down at."""
        self._keys[code] = home.file.key

    def sit(self, code: str, **settings: Any) -> Seat:
        """Sit down at a desk; the one left is closed."""
        self.leave()
        home = self.open(code)
        home.meta.set(REMEMBERED, str(self.stick))
        if settings:
            home.change_settings(home.settings.changed(**settings))
        session = main.Session(self.app, home.path, state=self.folder / "window.ini")
        self._seat = Seat(session, home)
        session.crash.caught = self._seat.bugs.append  # type: ignore[method-assign]
        session.window.resize(1366, 768)
        session.window.show()
        session.take(home)
        session.window.resize(1366, 768)  # another language gets another window
        self._seat.idle()
        return self._seat

    def leave(self) -> None:
        if self._seat is not None:
            self._seat.close()
            self._seat = None
