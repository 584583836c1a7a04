"""今天: what is next, what waits, and the four things a clerk does most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.form import drafts
from studio_desk.desk.icons import coloured, icon
from studio_desk.kernel import clock
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.journal import Changes
    from studio_desk.tally.today import Today

SORTS: dict[str, tuple[str, str]] = {
    "rebuild": ("archive", "warning"),
    "conflict": ("git-merge", "warning"),
    "returned": ("arrow-back-up", "error"),
    "overdue_task": ("alert-circle", "error"),
    "overdue_case": ("alert-circle", "error"),
    "overdue_action": ("alert-circle", "error"),
    "task": ("flag", "warning"),
    "answered_task": ("flag", "text"),
    "due_case": ("clock", "warning"),
    "due_action": ("clock", "warning"),
    "unhandled": ("pencil", "warning"),
    "minutes": ("file-text", "warning"),
    "draft": ("pencil", "text"),
    "review": ("signature", "text"),
    "enrol": ("certificate", "text"),
    "key": ("certificate", "warning"),
    "send": ("send", "warning"),
    "receipt": ("mail-opened", "warning"),
    "backup": ("database-export", "warning"),
    "planned": ("calendar-event", "text"),
    "missing": ("info-circle", "text"),
}
"""Icon and colour of each sort of `tally.today`; the sentence says the rest."""
PLACES = {
    "rebuild": "handover",
    "conflict": "conflicts",
    "backup": "backup",
    "send": "handover",
    "receipt": "custody",
    "enrol": "handover",
    "key": "handover",
}
"""Where an item without a record of its own leads."""
ENROLLING = frozenset({"rebuild", "enrol", "key"})
"""Of those, the ones that are about the enrolment on their page."""
PLACE, KIND, UID, DRAFT, ENROL = (Qt.ItemDataRole.UserRole + n for n in range(5))


class TodayPage(Page):
    """One list, the most urgent first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.day = QLabel()
        self.day.setProperty("faint", "true")
        self.next = QLabel()
        self.next.setObjectName("title")
        self.next.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(say("待办"))
        self.list.setWordWrap(True)
        self.list.setAlternatingRowColors(True)
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        self.rest = QLabel()
        self.rest.setProperty("faint", "true")
        self.buttons = self._big_buttons()
        self._grid = QGridLayout()
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addWidget(self.day)
        box.addWidget(self.next)
        box.addLayout(self._grid)
        self._lay_buttons(2)
        box.addWidget(self.list, 1)
        box.addWidget(self.rest)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The big buttons stand in one line where there is room, else in two."""
        super().resizeEvent(event)
        widest = max(button.sizeHint().width() for button in self.buttons)
        self._lay_buttons(4 if (widest + 6) * 4 + 36 <= self.width() else 2)

    def _lay_buttons(self, columns: int) -> None:
        for number, button in enumerate(self.buttons):
            self._grid.removeWidget(button)
            self._grid.addWidget(button, number // columns, number % columns)

    def arrive(self, **args: Any) -> None:
        """Read what waits."""
        del args
        self._read()

    def refresh(self, changes: Changes) -> None:
        """Any change may have done or brought something."""
        del changes
        self._read()

    def _big_buttons(self) -> list[QPushButton]:
        desk = self._desk
        wanted = [
            (say("记一条民情"), "notebook", lambda: desk.new_record("journal_entry")),
            (say("办事项"), "list-check", lambda: desk.go("ledger.case")),
            (say("办活动"), "calendar-event", lambda: desk.new_record("activity")),
        ]
        if desk.role == "station":
            wanted.append((say("月底交区里"), "usb", lambda: desk.go("handover")))
        else:
            wanted.append((say("收数据包"), "inbox", lambda: desk.go("inbox")))
        buttons = []
        for text, sign, act in wanted:
            button = QPushButton(icon(sign), text)
            button.setProperty("big", "true")
            button.clicked.connect(lambda _=False, act=act: act())
            buttons.append(button)
        return buttons

    def _read(self) -> None:
        from studio_desk.tally.today import today

        if self._desk.busy:
            return
        found = today(self._desk.home)
        now = clock.today()
        weekday = say("星期一|星期二|星期三|星期四|星期五|星期六|星期日").split("|")[now.weekday()]
        self.day.setText(f"{now.isoformat()} {weekday}")
        waiting = drafts.all_of(self._desk.home)
        self.next.setText(say("有没存完的记录，点开接着写。") if waiting else found.next)
        self._fill(found, waiting)

    def _fill(self, found: Today, waiting: list[drafts.Draft]) -> None:
        self.list.clear()
        for draft in waiting:
            name = say(self._desk.kind(draft.kind).title)
            text = say(
                "没存完的{kind}：{title}（{at}）", kind=name, title=draft.title or say("未命名"), at=draft.at[5:16]
            )
            self._add(text.replace("T", " "), "device-floppy", "warning", {DRAFT: draft.key, KIND: draft.kind})
        for item in found.items:
            sign, colour = SORTS.get(item.what, ("info-circle", "text"))
            place = "" if item.uid else PLACES.get(item.what, "")
            self._add(
                item.text, sign, colour, {PLACE: place, KIND: item.kind, UID: item.uid, ENROL: item.what in ENROLLING}
            )
        more = sum(found.counts.values()) - len(found.items)
        self.rest.setText(say("还有{n}件没有列出。", n=more) if more > 0 else "")
        self.rest.setVisible(more > 0)

    def _add(self, text: str, sign: str, colour: str, data: dict[int, str | bool]) -> None:
        item = QListWidgetItem(coloured(sign, theme.colour(colour)), text)
        item.setForeground(QColor(theme.colour("text")))
        for role, value in data.items():
            item.setData(role, value)
        self.list.addItem(item)

    def _open(self, item: QListWidgetItem) -> None:
        desk = self._desk
        if key := item.data(DRAFT):
            desk.go("record", draft=key)
        elif uid := item.data(UID):
            desk.open_record(uid)
        elif place := item.data(PLACE):
            desk.go(place, **({"enrol": True} if item.data(ENROL) else {}))
        elif kind := item.data(KIND):
            desk.new_record(kind)


SCREEN = Screen("today", lambda: say("今天"), "home", TodayPage, shortcut="Ctrl+1", group=signs.daily)
