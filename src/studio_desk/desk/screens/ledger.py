"""台账: the records of one kind as a table, for every kind alike."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
)

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.table import pasting
from studio_desk.desk.table.model import LedgerModel
from studio_desk.desk.table.paste_dialog import PasteDialog
from studio_desk.desk.table.view import LedgerTable
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS
from studio_desk.record.kind import VOID, Kind

if TYPE_CHECKING:
    from studio_desk.store.journal import Changes

FIND_AFTER_MS = 150
PAPERS = ("journal_entry", "case", "activity", "minutes", "suggestion", "task")
"""Kinds of daily work, first in the navigation; all others are listed below them."""


class LedgerPage(Page):
    """Buttons, chips of the states, the table."""

    def __init__(self, desk: Desk, kind: Kind) -> None:
        super().__init__()
        self._desk, self.kind = desk, kind
        self.model = LedgerModel(desk, kind)
        self.table = LedgerTable(desk, self.model)
        self.table.setAccessibleName(say(kind.title))
        self.table.wanted.connect(self._open)
        self.table.pasted.connect(self.paste)
        self.table.filter_header.narrowed.connect(self.narrow)
        self.title = QLabel(say(kind.title))
        self.title.setObjectName("title")
        self.count = QLabel()
        self.count.setProperty("faint", "true")
        self.find_line = QLineEdit()
        self.find_line.setPlaceholderText(say("在本台账里找"))
        self.find_line.setAccessibleName(say("在本台账里找"))
        self.find_line.setClearButtonEnabled(True)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(FIND_AFTER_MS)
        self._wait.timeout.connect(self.narrow)
        self.find_line.textChanged.connect(self._wait.start)
        self.new = push("plus", say("新建"), self.begin, keys="Ctrl+N", main=True)
        self.paste_button = push("clipboard-text", say("从表格粘贴"), self.paste)
        self.columns = push("columns", say("栏目", "按钮"), self._choose_columns)
        self.clear = push("x", say("清除筛选"), self.clear_all)
        self.chips: dict[str, QPushButton] = {}
        self._lay()

    def _lay(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addWidget(self.count, 1)
        head.addWidget(self.find_line, 1)
        for state in (*self.kind.life.states, VOID):
            chip = QPushButton(say(state))
            chip.setCheckable(True)
            chip.setAccessibleName(say("只看：{state}", state=say(state)))
            chip.toggled.connect(self.narrow)
            self.chips[state] = chip
        row = flowing(self.new, self.paste_button, self.columns, self.clear, *self.chips.values())
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 10, 14, 10)
        box.setSpacing(6)
        box.addLayout(head)
        box.addWidget(row)
        box.addWidget(self.table, 1)
        QShortcut(QKeySequence("Ctrl+Down"), self.find_line, self.table.setFocus)

    def arrive(self, **args: Any) -> None:
        """Read anew; `state=` and `find=` narrow the list."""
        if "state" in args or "find" in args:
            self._set_chips({str(args.get("state", ""))})
            self.find_line.setText(str(args.get("find", "")))
        self.narrow()
        if self.model.rowCount() and not self.table.currentIndex().isValid():
            self.table.go_to_row(0)
        self.table.setFocus()

    def refresh(self, changes: Changes) -> None:
        """Reload when records of this kind changed; the current row stays."""
        if self.kind.key in changes.kinds:
            self.narrow()

    def leave(self) -> None:
        """Remember the columns."""
        if not self._desk.busy:
            self.table.keep()

    def narrow(self) -> None:
        """List what the filters leave."""
        if self._desk.busy:
            return
        row = self.table.currentIndex().row()
        states = [state for state, chip in self.chips.items() if chip.isChecked()]
        self.model.narrow(self.table.filter_header.values(), states, self.find_line.text())
        counts = self.model.pages.counts()
        for state, chip in self.chips.items():
            number = counts.get(state, 0)
            chip.setText(f"{say(state)} {number}" if number else say(state))
            chip.setVisible(bool(number) or chip.isChecked())
        total, listed = sum(counts.values()), self.model.rowCount()
        narrowed = self.model.pages.narrowing.narrows
        self.count.setText(say("{n}条，共{total}条", n=listed, total=total) if narrowed else say("共{n}条", n=total))
        self.clear.setEnabled(narrowed)
        if row >= 0:
            self.table.go_to_row(min(row, listed - 1))

    def begin(self) -> None:
        """An empty form; a district gives tasks to stations on a page of its own."""
        if self.kind.key == "task" and self._desk.role == "district":
            self._desk.go("assign")
        else:
            self._desk.new_record(self.kind.key, {"origin": "站内"} if self.kind.key == "task" else None)

    def clear_all(self) -> None:
        """Show everything again."""
        self._set_chips(set())
        for line in self.table.filter_header.filters:
            line.clear()
        self.find_line.clear()
        self.narrow()

    def paste(self) -> None:
        """Look at the rows in the clipboard before they are kept."""
        text = QApplication.clipboard().text()
        cells = self._desk.attempt(pasting.cells_of, text)
        if cells is None:
            return
        if not cells:
            self._desk.tell(say("剪贴板里没有表格。请先在表格程序里复制几行。"))
            return
        PasteDialog(self._desk, self.kind, cells, self.window()).open()

    def _set_chips(self, states: set[str]) -> None:
        for state, chip in self.chips.items():
            chip.blockSignals(True)
            chip.setChecked(state in states)
            chip.blockSignals(False)

    def _open(self, uid: str) -> None:
        if uid:
            self._desk.open_record(uid)

    def _choose_columns(self) -> None:
        self.table.column_menu().popup(self.columns.mapToGlobal(self.columns.rect().bottomLeft()))


def _screen(kind: Kind) -> Screen:
    return Screen(
        f"ledger.{kind.key}",
        lambda: say(kind.title),
        signs.kind_icon(kind.key),
        partial(LedgerPage, kind=kind),
        group=signs.papers if kind.key in PAPERS else signs.bodies,
    )


_ORDER = sorted(KINDS, key=lambda kind: PAPERS.index(kind.key) if kind.key in PAPERS else len(PAPERS))
SCREENS: tuple[Screen, ...] = tuple(_screen(kind) for kind in _ORDER)
"""A ledger for every kind, daily work first."""
