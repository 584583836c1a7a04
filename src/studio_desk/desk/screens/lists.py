"""下发: the district changes a vocabulary, or sends a calendar, rules, a scheme or forms' defaults down to every station."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTableWidgetItem,
    QWidget,
)

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.icons import icon
from studio_desk.desk.large import Card, Scrolling
from studio_desk.desk.media import ask_files
from studio_desk.desk.rows import Fitted, Row, Rows
from studio_desk.desk.wizards.list_editor import ListEditor, day_of, read_content
from studio_desk.exchange import lists
from studio_desk.exchange.changes import describe
from studio_desk.kernel import clock
from studio_desk.kernel.vocabulary import Term, vocabularies, vocabulary
from studio_desk.kernel.words import language, say
from studio_desk.kinds import KINDS
from studio_desk.store import lists as kept

WORD, ENGLISH, SINCE, UNTIL = range(4)
ROWS_SEEN = 7


class ListsPage(Scrolling):
    """A vocabulary as a table to be changed; other lists in an editor made from their shape; what was sent down."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._terms: list[Term] = []
        title = QLabel(say("下发"))
        title.setObjectName("title")
        about = QLabel(say("在这里定下的，随下一次回执带给每个站点；站点收下前能看到会变什么。"))
        about.setProperty("faint", "true")
        about.setWordWrap(True)
        self.sent = Rows(say("下发过的"), (say("类别"), say("起"), say("现在"), say("说明")), stretch=3, snug=True)
        self.box.addWidget(title)
        self.box.addWidget(about)
        self.box.addWidget(self._vocabulary())
        self.box.addWidget(self._other())
        self.box.addWidget(self.sent)
        self.box.addStretch(1)

    def _vocabulary(self) -> Card:
        card = Card(say("改一个词表"))
        self.which = QComboBox()
        self.which.setAccessibleName(say("词表"))
        for key, one in vocabularies().items():
            self.which.addItem(one.en if one.en and language() == "en" else one.title, key)
        self.which.currentIndexChanged.connect(lambda _: self._show())
        self.words = Fitted((say("词"), say("英文"), say("起"), say("止")), WORD)
        self.words.setAccessibleName(say("词表"))
        self.words.setMinimumHeight((self.fontMetrics().height() + 12) * ROWS_SEEN)
        self.since = QLineEdit()
        self.since.setAccessibleName(say("从哪一天起执行"))
        self.since.setFixedWidth(self.since.fontMetrics().averageCharWidth() * 16)
        self.add_button = push("plus", say("加一个词"), self.add_word)
        self.end_button = push("ban", say("停用选中的词"), self.end_word)
        self.put_button = push("send", say("定下并下发"), self.put_words, main=True)
        label = QLabel(say("从哪一天起执行"))
        label.setBuddy(self.since)
        day = QWidget()
        beside = QHBoxLayout(day)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(label)
        beside.addWidget(self.since)
        card.box.addWidget(self.which)
        card.box.addWidget(self.words)
        card.box.addWidget(flowing(self.add_button, self.end_button, day, self.put_button))
        return card

    def _other(self) -> Card:
        card = Card(say("下发日历、口径、方案或预填内容"))
        self.sort, self.key = QComboBox(), QComboBox()
        for sort in kept.SORTS:
            if sort != "vocabulary":
                self.sort.addItem(signs.change_sign(sort)[0], sort)
        self.sort.setAccessibleName(say("类别"))
        self.key.setAccessibleName(say("名称"))
        self.sort.currentIndexChanged.connect(lambda _: self._offer())
        self.edit_button = push("pencil", say("编辑…"), self.edit, main=True)
        self.file_button = push("archive", say("选内容文件…"), self._ask_file)
        self.key.currentTextChanged.connect(lambda _: self._allow())
        row = QHBoxLayout()
        row.addWidget(self.sort)
        row.addWidget(self.key, 1)
        row.addWidget(self.edit_button)
        row.addWidget(self.file_button)
        card.box.addLayout(row)
        return card

    def _offer(self) -> None:
        """The lists of the chosen sort that were sent down, a kind for each form; a new one is typed."""
        sort = self.sort.currentData()
        self.key.clear()
        self.key.setEditable(sort != "defaults")
        if sort == "defaults":
            for one in KINDS:
                self.key.addItem(say(one.title), one.key)
            return
        known = sorted({one.key for one in kept.editions(self._desk.home, sort)}, reverse=True)
        year = str(clock.today().year)
        if sort == "calendar" and year not in known:
            known.insert(0, year)
        self.key.addItems(known)
        if (line := self.key.lineEdit()) is not None:
            line.setPlaceholderText(say("写年份") if sort == "calendar" else say("写文件代号，英文字母和数字"))
        self._allow()

    def _key(self) -> str:
        data = self.key.currentData()
        return str(data) if data and not self.key.isEditable() else self.key.currentText().strip()

    def _allow(self) -> None:
        for button in (self.edit_button, self.file_button):
            button.setEnabled(bool(self._key()))

    def choose(self, sort: str, key: str) -> None:
        """Choose what is edited."""
        self.sort.setCurrentIndex(self.sort.findData(sort))
        if self.key.isEditable():
            self.key.setEditText(key)
        else:
            self.key.setCurrentIndex(self.key.findData(key))

    def edit(self, content: dict[str, Any] | None = None) -> ListEditor | None:
        """Open the editor with the newest edition of the chosen list, or with a content."""
        since = self.since.text()
        editor = self._desk.attempt(
            ListEditor, self._desk, self, self.sort.currentData(), self._key(), since=since, content=content
        )
        if editor is not None:
            editor.accepted.connect(self._show)
            editor.open()
        return editor

    def arrive(self, **args: Any) -> None:
        """Read; `list=` chooses a vocabulary."""
        if (number := self.which.findData(args.get("list"))) >= 0:
            self.which.setCurrentIndex(number)
        self.since.setText(self.since.text() or clock.today().isoformat())
        if not self.key.count() and not self.key.currentText():
            self._offer()
        self._show()

    def _show(self) -> None:
        self._terms = list(vocabulary(self.which.currentData()).terms)
        self.words.setRowCount(0)
        for term in self._terms:
            self._line(term.word, term.en, term.since, term.until)
        self.words.fit()
        found = kept.editions(self._desk.home)
        now = {one.id for sort in kept.SORTS for one in kept.all_in_force(self._desk.home, sort).values()}
        rows = [
            Row(
                (
                    signs.change_sign(one.sort)[0],
                    one.since,
                    say("执行中") if one.id in now else "—",
                    describe(one, [e for e in found[:n] if (e.sort, e.key) == (one.sort, one.key)]),
                ),
                one.id,
                icon(signs.change_sign(one.sort)[1]),
            )
            for n, one in enumerate(found)
        ]
        self.sent.put(rows[::-1])
        self.sent.setVisible(bool(rows))

    def _line(self, *cells: str) -> None:
        row = self.words.rowCount()
        self.words.insertRow(row)
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            if column == WORD and text:  # a word that records hold is ended, never changed into another
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.words.setItem(row, column, item)

    # --- what is done --------------------------------------------------------------------------------------------

    def add_word(self) -> None:
        """An empty line below, to be typed into."""
        self._line("", "", self.since.text(), "")
        row = self.words.rowCount() - 1
        self.words.setCurrentCell(row, WORD)
        self.words.editItem(self._cell(row, WORD))

    def end_word(self) -> None:
        """The chosen words end on the day before the edition begins; records keep them."""
        from datetime import date, timedelta

        since = self._desk.attempt(day_of, self.since.text())
        if since is None:
            return
        last = (date.fromisoformat(since) - timedelta(days=1)).isoformat()
        for row in {index.row() for index in self.words.selectedIndexes()}:
            self._cell(row, UNTIL).setText(last)

    def put_words(self) -> None:
        """Make an edition of what stands in the table."""
        known = {term.word: term for term in self._terms}
        terms = []
        for row in range(self.words.rowCount()):
            word, english, since, until = (self._cell(row, column).text().strip() for column in range(4))
            if word:
                told = {"word": word, "en": english, "since": since, "until": until}
                more = dict(known[word].more) if word in known else {}
                terms.append({**more, **{name: text for name, text in told.items() if text}})
        self._put("vocabulary", self.which.currentData(), {"terms": terms})

    def _ask_file(self) -> None:
        ask_files(self, say("选内容文件"), say("内容文件 (*.json)"), lambda files: self.put_file(files[0]))

    def put_file(self, file: Path) -> None:
        """Show a file's content in the editor."""
        content = self._desk.attempt(read_content, file)
        if content is not None:
            self.edit(content)

    def _put(self, sort: str, key: str, content: dict[str, Any]) -> None:
        since = self._desk.attempt(day_of, self.since.text())
        if since is None:
            return
        done = self._desk.attempt(lists.put, self._desk.home, sort, key, content, since)
        if done is not None:
            self._desk.tell(say("已定下，随下一次回执带给各站点。"))
            self._show()

    def _cell(self, row: int, column: int) -> QTableWidgetItem:
        item = self.words.item(row, column)
        assert item is not None
        return item


SCREEN = Screen("lists", lambda: say("下发"), "list-details", ListsPage, roles=("district",), group=signs.exchange)
