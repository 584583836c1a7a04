"""交办: give stations a task, and see who has answered (domain.md 2.3)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.icons import icon
from studio_desk.desk.large import Card, Scrolling
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import tasks
from studio_desk.kernel import clock
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.exchange.tasks import Standing

TEXT_LINES = 3
DUE_LETTERS = 18


class AssignPage(Scrolling):
    """A short form above, every task with its station and its deadline below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        title = QLabel(say("交办"))
        title.setObjectName("title")
        self.stations = Rows(say("交给哪些站点"), (say("站码"),), many=True, snug=True)
        self.stations.picked.connect(self._allow)
        self.everyone = push("users", say("全选"), self.stations.selectAll)
        self.headline, self.due, self.by = QLineEdit(), QLineEdit(), QLineEdit()
        self.due.setPlaceholderText("2026-03-31")
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(self.fontMetrics().height() * TEXT_LINES + 22)
        self.sort, self.origin, self.urgency = _words("task_sort"), _words("task_source", "区政协"), _words("urgency")
        self.unplanned = QCheckBox(say("年度计划以外"))
        for line in (self.headline, self.due):
            line.textChanged.connect(self._allow)
        self.assign_button = push("flag", say("交办"), self.assign, main=True)
        self.table = Rows(
            say("任务"),
            (say("编号"), say("站码"), say("任务"), say("办理时限"), say("状态"), say("送达"), say("逾期")),
            stretch=2,
            fewest=6,
        )
        self.table.opened.connect(desk.open_record)
        self.waiting = QLabel()
        self.waiting.setWordWrap(True)
        self.box.addWidget(title)
        self.box.addWidget(self._form())
        self.box.addWidget(self.waiting)
        self.box.addWidget(self.table, 1)

    def _form(self) -> Card:
        card = Card(say("给站点交办一件事"))
        form = QFormLayout()
        form.addRow(say("任务"), self.headline)
        form.addRow(say("任务内容"), self.text)
        self.due.setFixedWidth(self.fontMetrics().averageCharWidth() * DUE_LETTERS)
        form.addRow(say("办理时限"), flowing(self.due, _named(say("种类"), self.sort)))
        form.addRow(say("任务来源"), flowing(self.origin, _named(say("紧急程度"), self.urgency), self.unplanned))
        form.addRow(say("交办单位"), self.by)
        self.due.setAccessibleName(say("办理时限"))
        self.origin.setAccessibleName(say("任务来源"))
        self.headline.setAccessibleName(say("任务"))
        self.text.setAccessibleName(say("任务内容"))
        self.by.setAccessibleName(say("交办单位"))
        to = QHBoxLayout()
        to.addWidget(self.stations, 1)
        to.addWidget(self.everyone)
        to.addWidget(self.assign_button)
        form.addRow(say("交给"), to)
        card.box.addLayout(form)
        return card

    def arrive(self, **args: Any) -> None:
        """Read; a week is the first deadline offered."""
        del args
        if not self.due.text():
            self.due.setText((clock.today() + timedelta(days=tasks.DAYS)).isoformat())
        codes = self._desk.attempt(tasks.stations, self._desk.home) or []
        self.stations.put([Row((code,), code, icon("building-community")) for code in codes])
        self.read()
        self._allow()

    def refresh(self, changes: Any) -> None:
        """Read again."""
        if "task" in changes.kinds and not self._desk.busy:
            self.read()

    def read(self) -> None:
        """List the tasks, those that wait for an answer first."""
        found = sorted(tasks.standings(self._desk.home), key=lambda one: (one.answered, one.due))
        self.table.put([_row(one) for one in found])
        waiting = sorted({one.station for one in found if not one.answered})
        self.waiting.setText(
            say("还没有回复的：{stations}。", stations=series(waiting)) if waiting else say("没有等着回复的任务。")
        )

    def assign(self) -> None:
        """Give the task to the chosen stations, all or none."""
        values = {
            "title": self.headline.text(),
            "text": self.text.toPlainText().strip() or self.headline.text(),
            "due": self.due.text(),
            "sort": self.sort.currentData(),
            "origin": self.origin.currentData(),
            "urgency": self.urgency.currentData(),
            "assigned_by": self.by.text(),
            "unplanned": self.unplanned.isChecked(),
        }
        written = self._desk.attempt(tasks.issue, self._desk.home, self.stations.chosen, values)
        if written:
            self._desk.tell(say("已交办{n}个站点，随下一次回执带去。", n=len(written)))
            self.headline.clear()
            self.text.clear()
            self.read()

    def _allow(self) -> None:
        typed = bool(self.headline.text().strip()) and bool(self.due.text().strip())
        self.assign_button.setEnabled(typed and bool(self.stations.chosen))


def _named(words: str, widget: QWidget) -> QWidget:
    """A field with its name before it."""
    label = QLabel(words)
    label.setBuddy(widget)
    widget.setAccessibleName(words)
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(16, 0, 16, 0)
    row.addWidget(label)
    row.addWidget(widget)
    return both


def _words(key: str, first: str = "") -> QComboBox:
    box = QComboBox()
    for term in vocabulary(key).terms:
        if term.valid(clock.today()):
            box.addItem(term.label, term.word)
    box.setCurrentIndex(max(box.findData(first), 0))
    return box


def _row(one: Standing) -> Row:
    colour = "error" if one.overdue else ""
    delivered = say("已送达") if one.delivered else "—"
    late = say("已逾期") if one.overdue else "—"
    cells = (one.code, one.station, one.title, one.due, say(one.state), delivered, late)
    return Row(cells, one.uid, icon("flag"), colour)


SCREEN = Screen("assign", lambda: say("交办"), "flag", AssignPage, roles=("district",), group=signs.exchange)
