"""Take in what the district sent back: look first, then take; or twelve characters read over the telephone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit

from studio_desk.desk import changing, signs, theme
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import coloured
from studio_desk.desk.large import Card
from studio_desk.desk.media import Medium, ask_files
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import receipt_code, trust_store
from studio_desk.exchange.inbox import receive
from studio_desk.exchange.outcomes import Outcome
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import passage, say
from studio_desk.store import custody

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Glance:
    """What taking files in would do.

    Attributes:
        files: the files.
        outcomes: one for each.
        before: how many records stand at each custody word now.
        after: the same afterwards.
    """

    files: tuple[Path, ...]
    outcomes: tuple[Outcome, ...]
    before: dict[str, int]
    after: dict[str, int]


class _SeenError(Exception):
    """Ends the glance; everything it did is rolled back."""


def glance(home: Home, files: Sequence[Path], progress: Progress) -> Glance:
    """Work out what taking files in would do, and change nothing.

    Raises:
        Problem: `NOT_ENROLLED`.
    """
    before = custody.custody(home).records
    outcomes: list[Outcome] = []
    after = before
    with suppress(_SeenError), home.file.write():
        outcomes = receive(home, files, dry_run=True, progress=progress)
        after = custody.custody(home).records  # the dry run joined this transaction: its effects are still visible
        raise _SeenError
    return Glance(tuple(files), tuple(outcomes), before, after)


class Taking(Card):
    """What comes back.

    Signals:
        taken: something was taken in: less waits to be sent.
    """

    taken = Signal()

    def __init__(self, desk: Desk, medium: Medium) -> None:
        """Make it.

        Args:
            desk: a station's desk.
            medium: the chosen stick or folder, shown above by the page.
        """
        super().__init__(say("收区里的回执"))
        self._desk, self._medium = desk, medium
        self.seen: Glance | None = None
        medium.changed.connect(self.look)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.changes = Rows(say("收下以后的变化"), (say("记录的去向"), say("现在"), say("收下后")), snug=True)
        self.news, self.differing = changing.news_table(), changing.Differing()
        self.take_button = push("mail-opened", say("收下"), self.take, main=True)
        self.other = push("archive", say("选回执文件…"), self._ask_files)
        self.code = QLineEdit()
        self.code.setPlaceholderText("XXXX-XXXX-XXXX")
        self.code.setMaxLength(24)
        self.code.setMaximumWidth(280)
        self.code.returnPressed.connect(self.enter)
        self.code.textChanged.connect(self._allow)
        label = QLabel(say("电话里的回执码"))
        label.setBuddy(self.code)
        self.code.setAccessibleName(label.text())
        self.enter_button = push("check", say("核对"), self.enter)
        files = QHBoxLayout()
        files.addWidget(self.take_button)
        files.addWidget(self.other)
        files.addStretch(1)
        typed = QHBoxLayout()
        for widget in (label, self.code, self.enter_button):
            typed.addWidget(widget)
        typed.addStretch(1)
        self.box.addWidget(self.summary)
        self.box.addWidget(self.news)
        self.box.addWidget(self.differing)
        self.box.addWidget(self.changes)
        self.box.addLayout(files)
        self.box.addLayout(typed)

    def look(self) -> None:
        """Look for receipts on the medium, newest chains last, and glance at them (a job)."""
        trust = trust_store.current(self._desk.home)
        found = self._medium.files(f"{trust.district}-*-to-{self._desk.home.code}-*.sdx") if trust else []
        self.show_files(found)

    def show_files(self, files: Sequence[Path]) -> None:
        """Glance at these files."""
        self.seen = None
        self._allow()
        self.changes.hide()
        self.news.hide()
        self.differing.hide()
        if not files:
            self.summary.setText(say("这里没有区里给本站的回执。插上带回的 U 盘，会自动找到。"))
            return
        self.summary.setText(say("正在查看…"))
        self._desk.run_job(
            glance, self._desk.home, list(files), title=say("正在查看回执…"), done=self._glanced, writes=True
        )

    def _glanced(self, seen: Glance) -> None:
        self.seen = seen
        news = [one for one in seen.outcomes if one.outcome == "applied"]
        wrong = [one for one in seen.outcomes if one.problem]
        told = []
        if news:
            confirmed = sum(change["n"] for one in news for change in one.changes if change["sort"] == "confirmed")
            told.append(say("有{n}个新的回执，收下后新确认{m}条。", n=len(news), m=confirmed))
        elif not wrong:
            told.append(say("这些回执都收过了，没有新的内容。"))
        told += [signs.named(Path(one.file).name, passage(one.problem, one.remedy)) for one in wrong]
        told += [notice for one in seen.outcomes for notice in one.notices]
        self.summary.setText("\n".join(told))
        lines = [change for one in seen.outcomes for change in one.changes]
        self.news.put([changing.news(number, change) for number, change in enumerate(lines)])
        self.news.setVisible(bool(lines))
        self.differing.show_changes(lines)
        self.changes.put(
            [
                Row(
                    (signs.custody_word(word), str(seen.before[word]), str(seen.after[word])),
                    word,
                    coloured(signs.CUSTODY_ICONS[word][0], theme.colour(signs.CUSTODY_ICONS[word][1])),
                )
                for word in custody.WORDS
                if seen.before[word] or seen.after[word]
            ]
        )
        self.changes.setVisible(bool(news))
        self._allow()

    def take(self) -> None:
        """Take in for good (a job)."""
        if self.seen is not None:
            files = list(self.seen.files)
            self._desk.run_job(
                _receive, self._desk.home, files, title=say("正在收回执…"), done=self._taken, writes=True
            )

    def _taken(self, outcomes: list[Outcome]) -> None:
        wrong = [one for one in outcomes if one.problem]
        told = [notice for one in outcomes for notice in one.notices]
        told += [signs.named(Path(one.file).name, passage(one.problem, one.remedy)) for one in wrong]
        self.seen = None
        self._allow()
        self.changes.hide()
        self.news.hide()
        self.differing.hide()
        self.summary.setText("\n".join([say("收下了。各条记录的去向见“去向”。"), *told]))
        self._desk.tell(say("回执已收下。"))
        self.taken.emit()

    def enter(self) -> None:
        """Check a code (a job: every point of the chain is tried)."""
        if self.code.text().strip():
            typed = self.code.text()
            self._desk.run_job(_enter, self._desk.home, typed, title=say("正在核对…"), done=self._entered, writes=True)

    def _entered(self, found: dict[str, Any]) -> None:
        self.code.clear()
        self.summary.setText(
            say("回执码正确：{device} 到第{seq}号区里都已收到。", device=found["device"], seq=found["seq"])
        )
        self._desk.tell(say("回执码正确。"))
        self.taken.emit()

    def _allow(self) -> None:
        ready = self.seen is not None and any(one.outcome == "applied" for one in self.seen.outcomes)
        self.take_button.setEnabled(ready)
        self.enter_button.setEnabled(bool(self.code.text().strip()))

    def _ask_files(self) -> None:
        ask_files(self, say("选回执文件"), say("交接文件 (*.sdx)"), self.show_files, many=True)


def _receive(home: Home, files: list[Path], progress: Progress) -> list[Outcome]:
    return receive(home, files, progress=progress)


def _enter(home: Home, typed: str, progress: Progress) -> dict[str, Any]:
    progress(0, 1, "")
    return receipt_code.enter(home, typed)
