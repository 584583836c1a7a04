"""The foot of the window: whose desk this is, how old the last backup is, how much has not been sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from studio_desk.desk import theme
from studio_desk.desk.icons import coloured
from studio_desk.kernel.words import say
from studio_desk.store.backup import latest

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.store.home import Home

EVERY_MS = 60_000
_LEVELS = {"ok": ("good", "circle-check"), "yellow": ("warning", "alert-triangle"), "red": ("error", "alert-circle")}

LINE_SIGNS = {
    "none": ("faint", "circle-dashed"),
    "off": ("faint", "circle-dashed"),
    "ask": ("accent", "info-circle"),
    "idle": ("good", "circle-check"),
    "busy": ("accent", "refresh"),
    "away": ("faint", "circle-dashed"),
    "refused": ("warning", "alert-triangle"),
}
"""Colour and icon of each state of the line."""


class Status(QWidget):
    """Reads again after every change and every minute."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.who = QLabel()
        self.backup = QPushButton()
        self.unsent = QPushButton()
        self.line = QPushButton()
        self.line.hide()
        box = QHBoxLayout(self)
        box.setContentsMargins(4, 0, 0, 0)
        box.addWidget(self.who)
        for button, key in ((self.backup, "backup"), (self.unsent, "handover"), (self.line, "network")):
            button.setProperty("flat", "true")
            button.clicked.connect(lambda _=False, key=key: desk.go(key))
            box.addWidget(button)
        box.addStretch(1)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        desk.settings_changed.connect(self.refresh)
        desk.line_moved.connect(self.refresh_line)
        self.refresh()
        self.refresh_line()

    def showEvent(self, event: QShowEvent) -> None:
        """Look every minute while one can see it."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """The window closes; the home may be closed next."""
        super().hideEvent(event)
        self._timer.stop()

    def refresh(self) -> None:
        """Read and show."""
        if self._desk.busy:
            return
        home, settings = self._desk.home, self._desk.settings
        operator = settings.operator or say("未填经办人")
        self.who.setText(say("{name}（{code}） · {operator}", name=home.name, code=home.code, operator=operator))
        newest = latest(home)
        if newest.at is None:
            text = say("还没有备份")
        else:
            text = say("上次备份：今天") if newest.days == 0 else say("上次备份：{n}天前", n=newest.days)
        level, sign = _LEVELS[newest.level]
        self.backup.setText(text)
        self.backup.setIcon(coloured(sign, theme.colour(level)))
        if home.role == "station":
            count = unsent(home)
            self.unsent.setText(say("未送出 {n} 条", n=count) if count else say("都已送出"))
            self.unsent.setIcon(coloured("send" if count else "circle-check", theme.colour("text")))
        self.unsent.setVisible(home.role == "station")

    def refresh_line(self) -> None:
        """Show how the line to the district stands, where there is one."""
        line = self._desk.line
        self.line.setVisible(line is not None and line.state != "none")
        if line is not None:
            if line.state == "idle":
                self.refresh()  # what was not sent may have been
            colour, sign = LINE_SIGNS[line.state]
            self.line.setText(line.words())
            self.line.setIcon(coloured(sign, theme.colour(colour)))


def unsent(home: Home) -> int:
    """How many records have a change that was never packed (drafts among them)."""
    from studio_desk.store.custody import own_chains, packed_to

    packed = packed_to(home)
    total = 0
    with home.file.read() as c:
        for dev in own_chains(home):
            total += c.exec_driver_sql(
                "SELECT count(DISTINCT rec) FROM op WHERE dev = ? AND seq > ? AND rec <> ''", (dev, packed.get(dev, 0))
            ).scalar_one()
    return total
