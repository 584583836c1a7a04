"""查找: everything that contains what was typed, by kind, page by page."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QHeaderView, QLabel, QLineEdit, QTableView, QVBoxLayout

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.find_box import WAIT_MS
from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say
from studio_desk.store import search

AT_ONCE = 100


class Hits(QAbstractTableModel):
    """The hits, more of them fetched as one scrolls."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._text, self._kind = "", ""
        self.hits: list[search.Hit] = []
        self.total = 0

    def find(self, text: str, kind: str) -> None:
        """Search anew."""
        self.beginResetModel()
        self._text, self._kind = text, kind
        self.hits, self.total = search.find(self._desk.home.file, text, kind or None, AT_ONCE)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many are here."""
        return 0 if parent.isValid() else len(self.hits)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Kind, title, number, day, state."""
        return 0 if parent.isValid() else 5

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> bool:
        """Whether the file holds more."""
        return not parent.isValid() and len(self.hits) < self.total

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex) -> None:
        """The next page."""
        more, _ = search.find(self._desk.home.file, self._text, self._kind or None, AT_ONCE, len(self.hits))
        if not more:
            self.total = len(self.hits)
            return
        self.beginInsertRows(QModelIndex(), len(self.hits), len(self.hits) + len(more) - 1)
        self.hits += more
        self.endInsertRows()
        del parent

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell."""
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            return icon(signs.kind_icon(hit.kind))
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            kind = say(self._desk.kind(hit.kind).title)
            return (kind, hit.title, hit.code, hit.day, say(hit.state))[index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of the header."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (say("种类"), say("名称"), say("编号"), say("日期"), say("状态"))[section]
        return None


class SearchPage(Page):
    """A line, a choice of kind, the hits."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.line = QLineEdit()
        self.line.setAccessibleName(say("查找"))
        self.line.setPlaceholderText(say("字、词、编号或拼音首字母"))
        self.line.setClearButtonEnabled(True)
        self.kinds = QComboBox()
        self.kinds.setAccessibleName(say("种类"))
        self.kinds.addItem(say("全部种类"), "")
        for kind in desk.kinds:
            self.kinds.addItem(icon(signs.kind_icon(kind.key)), say(kind.title), kind.key)
        self.found = QLabel()
        self.found.setProperty("faint", "true")
        self.model = Hits(desk)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(say("找到的记录"))
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.activated.connect(lambda index: desk.open_record(self.model.hits[index.row()].uid))
        self.table.doubleClicked.connect(lambda index: desk.open_record(self.model.hits[index.row()].uid))
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(WAIT_MS)
        self._wait.timeout.connect(self.look_up)
        self.line.textEdited.connect(self._wait.start)
        self.line.returnPressed.connect(self._enter)
        self.kinds.currentIndexChanged.connect(self.look_up)
        top = QHBoxLayout()
        top.addWidget(self.line, 1)
        top.addWidget(self.kinds)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addLayout(top)
        box.addWidget(self.found)
        box.addWidget(self.table, 1)

    def arrive(self, **args: Any) -> None:
        """Search for `text=`."""
        if "text" in args:
            self.line.setText(str(args["text"]))
        self.look_up()
        self.line.setFocus()

    def refresh(self, changes: Any) -> None:
        """Search anew."""
        del changes
        self.look_up()

    def look_up(self) -> None:
        """Search and show."""
        if self._desk.busy:
            return
        self.model.find(self.line.text(), self.kinds.currentData() or "")
        total = self.model.total
        if not self.line.text().strip():
            self.found.setText(say("可以输入几个词，用空格隔开，都包含的才列出。"))
        elif total >= search.COUNT_LIMIT:
            self.found.setText(say("找到{n}条以上。", n=total))
        else:
            self.found.setText(say("找到{n}条。", n=total))
        for column in (0, 2, 3, 4):
            self.table.resizeColumnToContents(column)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)

    def _enter(self) -> None:
        self._wait.stop()
        self.look_up()
        if self.model.hits:
            self.table.setFocus()
            self.table.selectRow(0)


SCREEN = Screen("search", lambda: say("查找"), "search", SearchPage, listed=False)
