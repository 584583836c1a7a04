"""各条记录的去向: the custody word of every record, when, on what and by whom it was last packed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QTableView, QVBoxLayout

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.icons import coloured
from studio_desk.desk.rows import fit_columns
from studio_desk.desk.wizards.sending import slip_again
from studio_desk.kernel import clock
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say
from studio_desk.record.checks import receipt_days
from studio_desk.store import custody
from studio_desk.store.custody import WORDS, Place, Word

if TYPE_CHECKING:
    from studio_desk.store.home import Home

Index = QModelIndex | QPersistentModelIndex
AT_ONCE = 200


class Places(QAbstractTableModel):
    """The records, more of them fetched as one scrolls."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.word: Word | None = None
        self.rows: list[Place] = []
        self._all = True

    def put(self, word: Word | None, rows: list[Place]) -> None:
        """Begin anew with the first page of a word."""
        self.beginResetModel()
        self.word, self.rows, self._all = word, rows, len(rows) < AT_ONCE
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many are here."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """Word, number, name, day, packed when, onto what, by whom."""
        return 0 if parent.isValid() else 7

    def canFetchMore(self, parent: Index) -> bool:
        """Whether the file holds more."""
        return not parent.isValid() and not self._all and not self._desk.busy

    def fetchMore(self, parent: Index) -> None:
        """The next page."""
        more = custody.places(self._desk.home, self.word, before=self.rows[-1].n, limit=AT_ONCE)
        self._all = len(more) < AT_ONCE
        if more:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(more) - 1)
            self.rows += more
            self.endInsertRows()
        del parent

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell; the custody word with its icon and colour."""
        row = self.rows[index.row()]
        if index.column() == 0 and role in {Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.ForegroundRole}:
            sign, colour = signs.CUSTODY_ICONS[row.word]
            if role == Qt.ItemDataRole.DecorationRole:
                return coloured(sign, theme.colour(colour))
            return QColor(theme.colour(colour))
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            at = row.at[:16].replace("T", " ")
            if row.word == "packed" and (days := _days(row.at)) and role == Qt.ItemDataRole.DisplayRole:
                at = say("{at}（{n}天）", at=at, n=days)
            cells = (signs.custody_word(row.word), row.code, row.title, row.day, at, row.medium, row.by)
            return cells[index.column()]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of the header."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            names = (say("去向"), say("编号"), say("名称"), say("日期"), say("何时送出"), say("介质"), say("经手人"))
            return names[section]
        return None


class CustodyPage(Page):
    """Counts that filter, a reminder, the records."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._word: Word | None = None
        title = QLabel(say("各条记录的去向"))
        title.setObjectName("title")
        self.reminder = QLabel()
        self.reminder.setWordWrap(True)
        self.buttons: dict[Word | None, QPushButton] = {}
        self._counts = QGridLayout()
        for word in (None, *WORDS):
            button = QPushButton()
            button.setCheckable(True)
            if word:
                sign, colour = signs.CUSTODY_ICONS[word]
                button.setIcon(coloured(sign, theme.colour(colour)))
            button.clicked.connect(lambda _=False, word=word: self.filter(word))
            self.buttons[word] = button
        self.model = Places(desk)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(say("各条记录的去向"))
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.activated.connect(lambda index: desk.open_record(self.model.rows[index.row()].uid))
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._allow())
        self.go = push("usb", say("月底交区里"), lambda: desk.go("handover"))
        self.online = push("send", say("立即报送和收取"), lambda: desk.go("network", now=True))
        self.slip = push("printer", say("补打回执单"), self.print_slip)
        self.slip.setToolTip(say("选中的记录最近一次送出时的那个数据包"))
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addWidget(title)
        box.addWidget(flowing(self.go, self.online, self.slip))
        box.addWidget(self.reminder)
        box.addLayout(self._counts)
        box.addWidget(self.table, 1)

    def arrive(self, **args: Any) -> None:
        """Read; `word=` filters at once."""
        word = args.get("word")
        self._word = word if word in WORDS else None
        line = self._desk.line
        self.online.setVisible(line is not None and line.hub is not None)
        self.read()

    def refresh(self, changes: Any) -> None:
        """Read again."""
        del changes
        if not self._desk.busy:
            self.read()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The names take the room left."""
        super().resizeEvent(event)
        self._lay_buttons()
        fit_columns(self.table, 2)

    def filter(self, word: Word | None) -> None:
        """Show only one word, or all."""
        self._word = word
        self.read()

    def read(self) -> None:
        """Count and list (a job: every record's word is worked out)."""
        self._desk.run_job(_read, self._desk.home, self._word, title=say("正在清点…"), done=self._show)

    def _allow(self) -> None:
        index = self.table.currentIndex()
        self.slip.setEnabled(index.isValid() and bool(self.model.rows[index.row()].at))

    def print_slip(self) -> None:
        """The slip of the bundle that took the chosen record out last."""
        uid = self.model.rows[self.table.currentIndex().row()].uid
        found = custody.departure(self._desk.home, uid)
        if found is not None and (sheet := self._desk.attempt(slip_again, self._desk.home, found)) is not None:
            self._desk.print_sheets(say("数据包交接回执"), [sheet])

    def _show(self, found: tuple[dict[str, int], list[Place], str]) -> None:
        counts, rows, since = found
        for word, button in self.buttons.items():
            name = signs.custody_word(word) if word else say("全部")
            button.setText(f"{name} {counts[word] if word else sum(counts.values())}")
            button.setChecked(word == self._word)
        self._lay_buttons()
        self.model.put(self._word, rows)
        self._allow()
        self._remind(since)
        fit_columns(self.table, 2)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)

    def _lay_buttons(self) -> None:
        """In one line, or in two when large letters or long words ask for it."""
        wanted = sum(button.sizeHint().width() + self._counts.spacing() for button in self.buttons.values())
        each = len(self.buttons) if wanted < self.width() - 40 else (len(self.buttons) + 1) // 2
        for number, button in enumerate(self.buttons.values()):
            self._counts.addWidget(button, number // each, number % each)
        for column in range(len(self.buttons) + 1):
            self._counts.setColumnStretch(column, int(column == each))

    def _remind(self, since: str) -> None:
        limit, days = receipt_days(), _days(since)
        late = bool(since) and 0 < limit <= days
        self.reminder.setProperty("level", "warning" if late else "")
        self.reminder.style().polish(self.reminder)
        if late:
            text = say(
                "{day}送出的内容已过{n}天还没有回执。请问区里收到没有；再送一次也不会重复。", day=since[:10], n=days
            )
        elif since:
            text = say("{day}送出的内容还在等区里的回执。", day=since[:10])
        else:
            text = say("送出的内容区里都已收到。")
        self.reminder.setText(text)


def _read(home: Home, word: Word | None, progress: Progress) -> tuple[dict[str, int], list[Place], str]:
    progress(0, 1, "")
    counts = custody.custody(home).records
    waiting = custody.unconfirmed(home)
    return counts, custody.places(home, word, limit=AT_ONCE), waiting[0].at if waiting else ""


def _days(at: str) -> int:
    """Days since a time stamp, 0 without one."""
    return (clock.today() - datetime.fromisoformat(at).date()).days if at else 0


SCREEN = Screen(
    "custody", lambda: say("记录的去向"), "list-details", CustodyPage, roles=("station",), group=signs.exchange
)
