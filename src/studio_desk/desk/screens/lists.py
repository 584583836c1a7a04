"""下发: the district changes a vocabulary, or sends a calendar, rules, a scheme or forms' defaults down to every station."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
)

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.large import Card, Scrolling
from studio_desk.desk.media import ask_files
from studio_desk.desk.rows import Row, Rows, fit_columns
from studio_desk.exchange import lists
from studio_desk.exchange.changes import describe
from studio_desk.kernel import clock
from studio_desk.kernel.dates import parse_day
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import Term, vocabularies, vocabulary
from studio_desk.kernel.words import language, say
from studio_desk.store import lists as kept

WORD, ENGLISH, SINCE, UNTIL = range(4)
ROWS_SEEN = 7


class ListsPage(Scrolling):
    """A vocabulary as a table to be changed; other lists from a file; what was sent down."""

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
        self.words = QTableWidget(0, 4)
        self.words.setHorizontalHeaderLabels([say("词"), say("英文"), say("起"), say("止")])
        self.words.setAccessibleName(say("词表"))
        self.words.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.words.setTabKeyNavigation(False)
        self.words.verticalHeader().hide()
        self.words.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.words.setMinimumHeight((self.fontMetrics().height() + 12) * ROWS_SEEN)
        self.since = QLineEdit()
        self.since.setAccessibleName(say("从哪一天起执行"))
        self.since.setMaximumWidth(150)
        self.add_button = push("plus", say("加一个词"), self.add_word)
        self.end_button = push("ban", say("停用选中的词"), self.end_word)
        self.put_button = push("send", say("定下并下发"), self.put_words, main=True)
        label = QLabel(say("从哪一天起执行"))
        label.setBuddy(self.since)
        foot = QHBoxLayout()
        for button in (self.add_button, self.end_button):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(label)
        foot.addWidget(self.since)
        foot.addWidget(self.put_button)
        card.box.addWidget(self.which)
        card.box.addWidget(self.words)
        card.box.addLayout(foot)
        return card

    def _other(self) -> Card:
        card = Card(say("下发日历、口径、方案或预填内容"))
        self.sort, self.key = QComboBox(), QLineEdit()
        for sort in kept.SORTS:
            if sort != "vocabulary":
                self.sort.addItem(signs.change_sign(sort)[0], sort)
        self.sort.setAccessibleName(say("类别"))
        self.key.setAccessibleName(say("名称"))
        self.key.setPlaceholderText(say("日历写年份，预填写记录种类，其余写文件代号"))
        self.file_button = push("archive", say("选内容文件…"), self._ask_file)
        self.key.textChanged.connect(lambda text: self.file_button.setEnabled(bool(text.strip())))
        self.file_button.setEnabled(False)
        row = QHBoxLayout()
        row.addWidget(self.sort)
        row.addWidget(self.key, 1)
        row.addWidget(self.file_button)
        card.box.addLayout(row)
        return card

    def arrive(self, **args: Any) -> None:
        """Read; `list=` chooses a vocabulary."""
        if (number := self.which.findData(args.get("list"))) >= 0:
            self.which.setCurrentIndex(number)
        self.since.setText(self.since.text() or clock.today().isoformat())
        self._show()

    def _show(self) -> None:
        self._terms = list(vocabulary(self.which.currentData()).terms)
        self.words.setRowCount(0)
        for term in self._terms:
            self._line(term.word, term.en, term.since, term.until)
        fit_columns(self.words, WORD)
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

        since = self._desk.attempt(_day, self.since.text())
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
        """Make an edition of a file's content."""
        content = self._desk.attempt(_read, file)
        if content is not None:
            self._put(self.sort.currentData(), self.key.text().strip(), content)

    def _put(self, sort: str, key: str, content: dict[str, Any]) -> None:
        since = self._desk.attempt(_day, self.since.text())
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


def _day(typed: str) -> str:
    try:
        day = parse_day(typed)
    except ValueError:
        day = ""
    if len(day) < len("2026-03-06"):
        raise Problem(
            "NO_SUCH_DATE", say("没有“{value}”这个日期。", value=typed[:40]), say("请按“2026-03-06”的样子填写。")
        )
    return day


def _read(file: Path) -> dict[str, Any]:
    from studio_desk.exchange.strict_json import read_line
    from studio_desk.kernel.canon import canon
    from studio_desk.kernel.files import medium_problem

    try:
        found = read_line(canon(json.loads(file.read_text(encoding="utf-8-sig"))), file.name)
    except OSError as error:
        raise medium_problem(error, file) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem(
            "NOT_JSON", say("文件里不是一个 JSON 对象：{detail}", detail=str(error)[:120]), say("请检查文件内容。")
        ) from None
    return found if isinstance(found, dict) else {}


SCREEN = Screen("lists", lambda: say("下发"), "list-details", ListsPage, roles=("district",), group=signs.exchange)
