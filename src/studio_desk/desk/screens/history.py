"""历史: every revision of one record, in full width."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.form.history import HistoryTree
from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say


class HistoryPage(Page):
    """The tree of revisions."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._uid = ""
        self.title = QLabel()
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.back = QPushButton(icon("arrow-left"), say("回到记录"))
        self.back.clicked.connect(lambda: desk.open_record(self._uid))
        self.tree = HistoryTree(desk)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.back)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addLayout(head)
        box.addWidget(self.tree, 1)

    def arrive(self, uid: str = "", **args: Any) -> None:
        """Show the history of a record."""
        del args
        self._uid = uid or self._uid
        self._read()

    def refresh(self, changes: Any) -> None:
        """It may have grown."""
        if self._uid in changes.records:
            self._read()

    def _read(self) -> None:
        row = self._desk.attempt(self._desk.journal.record, self._uid) if self._uid else None
        self.back.setEnabled(row is not None)
        if row is None:
            self.title.setText(say("历史"))
            self.tree.clear()
            return
        count = self.tree.put(self._uid)
        self.title.setText(say("{code}的历史，共{n}次", code=row["code"], n=count))
        self.tree.setFocus()


SCREEN = Screen("history", lambda: say("历史"), "history", HistoryPage, listed=False)
