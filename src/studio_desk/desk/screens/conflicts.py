"""冲突: the same field written differently by two sides; both values beside each other, a person chooses and says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.form.history import shown
from studio_desk.desk.halves import halves
from studio_desk.desk.icons import icon
from studio_desk.desk.large import Card
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import tasks
from studio_desk.exchange.header import chain_owner
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.journal import Conflict, Version

SIDE_BY_SIDE = 2
"""Versions in one line; a third stands below, and each where the window is narrow or the letters are large."""
ROOM = 4
"""Times the words over a version that the page must be wide for two to stand side by side."""


@dataclass
class Choice:
    """One field to be decided: its versions and their buttons."""

    conflict: Conflict
    group: QButtonGroup
    buttons: list[QRadioButton] = field(default_factory=list)

    @property
    def chosen(self) -> Version | None:
        """The version that was chosen."""
        number = self.group.checkedId()
        return self.conflict.versions[number] if number >= 0 else None


class ConflictsPage(Page):
    """Records on the left, the fields of the chosen one on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._conflicts: list[Conflict] = []
        self.choices: list[Choice] = []
        self._columns = SIDE_BY_SIDE
        title = QLabel(say("冲突"))
        title.setObjectName("title")
        self.about = QLabel()
        self.about.setProperty("faint", "true")
        self.about.setWordWrap(True)
        self.records = Rows(say("有冲突的记录"), (say("记录"), say("几处")), fewest=6, wrapped=True)
        self.records.picked.connect(self._show)
        self.records.opened.connect(desk.open_record)
        self.inside = QWidget()
        self.fields = QVBoxLayout(self.inside)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.inside)
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(say("为什么这样定，例如：已打电话问过站点"))
        self.reason.setAccessibleName(say("理由"))
        self.reason.textChanged.connect(self._allow)
        self.decide_button = push("git-merge", say("就这样定"), self.decide, main=True)
        self.send_button = push("flag", say("交给站点裁定"), self.send)
        self.send_button.setVisible(desk.role == "district")
        self.send_button.setToolTip(say("作为任务随下一次回执送去，站点在“冲突”页选定；理由一栏的话也带去。"))
        label = QLabel(say("理由"))
        label.setBuddy(self.reason)
        why = QHBoxLayout()
        why.addWidget(label)
        why.addWidget(self.reason, 1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.send_button)
        foot.addWidget(self.decide_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addWidget(title)
        box.addWidget(self.about)
        box.addWidget(halves(self.records, area, why, foot, share=(2, 3)), 1)

    def arrive(self, **args: Any) -> None:
        """Read; `uid=` chooses a record at once."""
        self.read(str(args.get("uid") or ""))

    def refresh(self, changes: Any) -> None:
        """Read again; a decision may have come from the other side."""
        del changes
        if not self._desk.busy:
            self.read()

    def read(self, wanted: str = "") -> None:
        """List the records in conflict."""
        self._conflicts = self._desk.journal.conflicts()
        by_record: dict[str, list[Conflict]] = {}
        for one in self._conflicts:
            by_record.setdefault(one.rec, []).append(one)
        self.about.setText(
            say("两边改了同一处，内容不一样。选定一个，另一个仍留在历史里。") if by_record else say("没有冲突。")
        )
        self.records.put(
            [
                Row((_named(found[0]), str(len(found))), uid, icon(signs.kind_icon(found[0].kind)))
                for uid, found in by_record.items()
            ]
        )
        rows = list(by_record)
        if rows and (wanted in rows or not self.records.chosen):
            self.records.selectRow(rows.index(wanted) if wanted in rows else 0)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Versions stand below each other where there is no room beside."""
        super().resizeEvent(event)
        words = self.fontMetrics().horizontalAdvance(say("本机（{code}）写的", code="990000"))
        wide = self.width() >= words * ROOM
        if (columns := SIDE_BY_SIDE if wide else 1) != self._columns:
            self._columns = columns
            self._show()

    def _show(self) -> None:
        chosen = self.records.chosen
        told = {choice.conflict.field: choice.chosen for choice in self.choices if choice.chosen}
        same = bool(self.choices) and bool(chosen) and self.choices[0].conflict.rec == chosen[0]
        self.choices = []
        while (item := self.fields.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for one in (one for one in self._conflicts if chosen and one.rec == chosen[0]):
            self.fields.addWidget(self._field(one, told.get(one.field) if same else None))
        self.fields.addStretch(1)
        if not same:
            self.reason.clear()
        self._allow()

    def _field(self, one: Conflict, before: Version | None) -> QWidget:
        kind = self._desk.kind(one.kind)
        card = Card(kind.label(one.field))
        uids = [str(part) for version in one.versions for part in _parts(version.value)]
        titles = self._desk.titles(uids)
        choice = Choice(one, QButtonGroup(card))
        grid = QGridLayout()
        for number, version in enumerate(one.versions):
            value = shown(kind, one.field, version.value, titles)
            button = QRadioButton(self._side(version))
            button.setAccessibleDescription(value)
            button.setChecked(before is not None and before.op == version.op)
            choice.group.addButton(button, number)
            choice.buttons.append(button)
            text = QLabel(value)
            text.setWordWrap(True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            who = QLabel(f"{version.by or '—'} · {version.t[:16].replace('T', ' ')}")
            who.setProperty("faint", "true")
            who.setToolTip(version.dev)
            cell = Card()
            for widget in (button, text, who):
                cell.box.addWidget(widget)
            cell.box.addStretch(1)
            grid.addWidget(cell, number // self._columns, number % self._columns)
        for column in range(min(self._columns, len(one.versions))):
            grid.setColumnStretch(column, 1)
        choice.group.idToggled.connect(lambda _id, _on: self._allow())
        card.box.addLayout(grid)
        self.choices.append(choice)
        return card

    def _side(self, version: Version) -> str:
        """Who wrote it, as a person says it."""
        owner = chain_owner(version.dev)
        if owner == self._desk.home.code:
            return say("本机（{code}）写的", code=owner)
        return say("区里（{code}）写的", code=owner) if owner.isdigit() else say("站点 {code} 写的", code=owner)

    def _allow(self) -> None:
        self.send_button.setEnabled(bool(self.choices))
        decided = bool(self.choices) and all(choice.chosen for choice in self.choices)
        self.decide_button.setEnabled(decided and bool(self.reason.text().strip()))

    def decide(self) -> None:
        """Keep the chosen values, all fields of the record at once."""
        values = {choice.conflict.field: choice.chosen.value for choice in self.choices if choice.chosen}
        uid = self.choices[0].conflict.rec
        if self._desk.attempt(tasks.decide, self._desk.home, uid, values, self.reason.text().strip()) is not None:
            self.reason.clear()
            self._desk.tell(say("已定下，随下一次回执带给站点。") if self._desk.role == "district" else say("已定下。"))
            self.read()

    def send(self) -> None:
        """Ask the station to decide: a task that names the fields; the values are in the conflict that both have."""
        uid = self.choices[0].conflict.rec
        if self._desk.attempt(tasks.send_conflict, self._desk.home, uid, self.reason.text().strip()) is not None:
            self.reason.clear()
            self._desk.tell(say("已交给站点裁定，随下一次回执带去。"))


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return [part for one in value for part in _parts(one)] if isinstance(value, list) else [value]


def _named(one: Conflict) -> str:
    """Number and name of a record below each other; a record without a name is called by its number."""
    return one.code if one.title in {"", one.code} else f"{one.code}\n{one.title}"


SCREEN = Screen("conflicts", lambda: say("冲突"), "git-merge", ConflictsPage, group=signs.exchange)
