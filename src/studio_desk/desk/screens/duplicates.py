"""重复核对: records that are probably one, both beside each other; a person links them or says that they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.form.history import shown
from studio_desk.desk.halves import halves
from studio_desk.desk.icons import icon
from studio_desk.desk.rows import Row, Rows
from studio_desk.kernel.words import say, series
from studio_desk.record.kind import COMMON
from studio_desk.store import links
from studio_desk.tally import duplicates
from studio_desk.tally.duplicates import Suggestion

if TYPE_CHECKING:
    from studio_desk.kernel.progress import Progress
    from studio_desk.store.home import Home
    from studio_desk.store.journal import Changes

MOST = 500
"""Pairs that are listed at once; those decided make room for more."""


class DuplicatesPage(Page):
    """Pairs on the left, the two records of the chosen one on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._found: list[Suggestion] = []
        self.kind = duplicates.KINDS[0]
        title = QLabel(say("重复核对"))
        title.setObjectName("title")
        self.about = QLabel()
        self.about.setProperty("faint", "true")
        self.about.setWordWrap(True)
        self.kinds: dict[str, QPushButton] = {}
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        for key in duplicates.KINDS:
            button = QPushButton(icon(signs.kind_icon(key)), say(desk.kind(key).title))
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, key=key: self.choose(key))
            self.kinds[key] = button
            top.addWidget(button)
        self.pairs = Rows(say("可能重复的"), (say("名称"), say("另一条"), say("像在哪里")), stretch=2, fewest=6)
        self.pairs.picked.connect(self._show)
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName(say("并排比较"))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setTabKeyNavigation(False)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        for column in range(3):
            mode = QHeaderView.ResizeMode.Stretch if column else QHeaderView.ResizeMode.ResizeToContents
            self.table.horizontalHeader().setSectionResizeMode(column, mode)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.open_buttons = [push("external-link", "", act) for act in (self._open_one, self._open_other)]
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(say("依据，例如：核对过身份证"))
        self.reason.setAccessibleName(say("依据"))
        self.reason.textChanged.connect(self._allow)
        self.link_button = push("git-merge", "", self.link, main=True)
        self.apart_button = push("x", "", self.apart)
        self.apart_button.setToolTip(say("要先写依据；以后不再提示这一对。"))
        self._lay(top)

    def _lay(self, top: QHBoxLayout) -> None:
        opening = QHBoxLayout()
        for button in self.open_buttons:
            opening.addWidget(button)
        opening.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.apart_button)
        foot.addWidget(self.link_button)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addLayout(top)
        box.addWidget(self.about)
        box.addWidget(halves(self.pairs, self.table, opening, self.reason, foot, share=(2, 3)), 1)

    def arrive(self, **args: Any) -> None:
        """Look; `kind=` chooses which."""
        self.choose(str(args.get("kind") or self.kind))

    def refresh(self, changes: Changes) -> None:
        """A record changed, or a pair was decided elsewhere."""
        if self._desk.busy:
            return
        if self.kind in changes.kinds:
            self.read()
        elif changes.records:
            self._put((self.kind, duplicates.undecided(self._desk.home, self.kind, self._found)))

    def choose(self, key: str) -> None:
        """Look among records of a kind."""
        self.kind = key
        for name, button in self.kinds.items():
            button.setChecked(name == key)
        same = say(self._desk.kind(key).same)
        self.link_button.setText(say("是{same}，关联", same=same))
        self.apart_button.setText(say("不是{same}", same=same))
        self.read()

    def read(self) -> None:
        """Look for pairs (a job)."""
        self._desk.run_job(_read, self._desk.home, self.kind, title=say("正在比对…"), done=self._put)

    def _put(self, found: tuple[str, list[Suggestion]]) -> None:
        if found[0] != self.kind:
            return  # the person chose another kind meanwhile
        self._found = found[1]
        if self._found:
            told = say(
                "程序按号码、姓名、出生年份等比出{n}对像的。请核对后定；两条记录都不会改动。", n=len(self._found)
            )
        else:
            told = say("没有发现可能重复的。")
        self.about.setText(told)
        sign = icon(signs.kind_icon(self.kind))
        rows = []
        for one in self._found[:MOST]:
            why = series(one.reasons)
            hint = f"{one.one.code} · {one.other.code}\n{why}"
            rows.append(Row((one.one.title, one.other.title, why), (one.one.uid, one.other.uid), sign, hint=hint))
        at = self.pairs.currentRow()
        self.pairs.put(rows)
        if rows and not self.pairs.chosen:
            self.pairs.selectRow(min(max(at, 0), len(rows) - 1))
        self._show()

    def _chosen(self) -> Suggestion | None:
        picked = self.pairs.chosen
        return next((s for s in self._found if picked and (s.one.uid, s.other.uid) == picked[0]), None)

    def _show(self) -> None:
        one = self._chosen()
        self.reason.clear()
        self._allow()
        for number, button in enumerate(self.open_buttons):
            button.setVisible(one is not None)
            if one is not None:
                side = (one.one, one.other)[number]
                button.setText(side.code)
                button.setAccessibleName(say("打开：{label}", label=side.code))
        codes = (one.one.code, one.other.code) if one else ("", "")
        self.table.setHorizontalHeaderLabels([say("栏目"), *codes])
        self.table.setRowCount(0)
        if one is not None:
            self._compare(one)

    def _compare(self, pair: Suggestion) -> None:
        kind = self._desk.kind(pair.kind)
        rows = [self._desk.journal.record(side.uid) for side in (pair.one, pair.other)]
        uids = [str(v) for row in rows for v in row.values() if isinstance(v, str) and len(v) == 36]
        titles = self._desk.titles(uids)
        wanted = ["station", *(n for n in kind.asks if n not in COMMON), "state", "created_by"]
        for name in wanted:
            values = [row.get(name) for row in rows]
            if all(value in ("", [], None, False) for value in values):
                continue
            differ = values[0] != values[1]
            if kind.asks[name].personal == "P2":
                told = _hidden(*values)
            else:
                told = [shown(kind, name, value, titles) for value in values]
            at = self.table.rowCount()
            self.table.insertRow(at)
            for column, text in enumerate((kind.label(name), *told)):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                if differ and column:
                    item.setForeground(QBrush(QColor(theme.colour("warning"))))
                self.table.setItem(at, column, item)
        self.table.resizeRowsToContents()

    def _open_one(self) -> None:
        if (pair := self._chosen()) is not None:
            self._desk.open_record(pair.one.uid)

    def _open_other(self) -> None:
        if (pair := self._chosen()) is not None:
            self._desk.open_record(pair.other.uid)

    def _allow(self) -> None:
        chosen = self._chosen() is not None
        self.reason.setEnabled(chosen)
        self.link_button.setEnabled(chosen)
        self.apart_button.setEnabled(chosen and bool(self.reason.text().strip()))

    def link(self) -> None:
        """They are the same."""
        self._decide(links.link, say("已关联。两条记录都没有改动，可以随时取消。"))

    def apart(self) -> None:
        """They are not; the pair is not suggested again."""
        self._decide(links.apart, say("已记下：不是同一个，以后不再提示。"))

    def _decide(self, act: Any, told: str) -> None:
        one = self._chosen()
        if one is None:
            return
        reason = self.reason.text().strip()
        if self._desk.attempt(act, self._desk.journal, one.one.uid, one.other.uid, reason) is not None:
            self._desk.tell(told)


def _hidden(one: Any, other: Any) -> list[str]:
    """Of sensitive fields only whether they are there and agree."""
    empty: tuple[Any, ...] = ("", [], None, False)
    if one in empty or other in empty:
        return [say("没填") if value in empty else say("已填") for value in (one, other)]
    return [say("已填，两条相同") if one == other else say("已填，两条不同")] * 2


def _read(home: Home, kind: str, progress: Progress) -> tuple[str, list[Suggestion]]:
    return kind, duplicates.duplicates(home, kind, progress)


SCREEN = Screen("duplicates", lambda: say("重复核对"), "copy", DuplicatesPage, group=signs.exchange)
