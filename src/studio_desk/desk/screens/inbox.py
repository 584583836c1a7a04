"""收件: what a bundle would do before it does it, taking in, what waits, what was set apart, what can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import coloured, icon
from studio_desk.desk.media import Medium, ask_files
from studio_desk.desk.rows import Row, Rows
from studio_desk.desk.wizards.kept import Kept
from studio_desk.exchange.contents import handed_back
from studio_desk.exchange.inbox import receive
from studio_desk.exchange.outcomes import Outcome
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home

SIGNS = {
    "applied": ("circle-check", "good"),
    "duplicate": ("copy", "faint"),
    "held": ("clock", "warning"),
    "quarantined": ("alert-circle", "error"),
    "unread": ("alert-circle", "error"),
}
"""Icon and colour of each outcome; its word stands beside them."""
MOST_RETURNS = 3
"""Returns that the summary tells in words."""


def outcome_word(outcome: Outcome, *, ahead: bool) -> str:
    """What became of a file, or would become of it."""
    if outcome.outcome == "applied" and handed_back(outcome.device):
        return say("可以收（送回的）") if ahead else say("已收下（送回的）")
    if outcome.outcome == "applied":
        return say("可以收") if ahead else say("已收下")
    return {
        "duplicate": say("收过了"),
        "held": say("等前面的"),
        "quarantined": say("有问题，要隔离") if ahead else say("已隔离"),
        "unread": say("读不出"),
    }[outcome.outcome]


class InboxPage(Page):
    """Files in hand above, what is kept below."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.files: list[Path] = []
        self.ahead: list[Outcome] = []
        self.setAcceptDrops(True)
        title = QLabel(say("收件"))
        title.setObjectName("title")
        self.medium = Medium(desk.home.meta)
        self.medium.changed.connect(self.look)
        self.other = push("archive", say("选文件…"), self._ask_files)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.table = Rows(
            say("将要收的文件"),
            (
                say("文件"),
                say("站点"),
                say("收下会怎样"),
                say("新增"),
                say("更改"),
                say("冲突"),
                say("说明"),
            ),
            stretch=6,
            fewest=4,
        )
        self.table.picked.connect(self._explain)
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.take_button = push("inbox", say("收下"), self.take, main=True)
        self.receipts = push("mail-opened", say("写回执…"), lambda: desk.go("receipts"))
        self.kept = Kept(desk)
        top = QHBoxLayout()
        top.addWidget(self.medium, 1)
        top.addWidget(self.other)
        buttons = QHBoxLayout()
        buttons.addWidget(self.take_button)
        buttons.addWidget(self.receipts)
        buttons.addStretch(1)
        upper = QWidget()
        above = QVBoxLayout(upper)
        above.addLayout(top)
        above.addWidget(self.summary)
        above.addWidget(self.table, 1)
        above.addWidget(self.reason)
        above.addLayout(buttons)
        self.tabs = QTabWidget()
        self.tabs.addTab(upper, icon("inbox"), say("新到的"))
        for widget, sign in zip(self.kept.parts, ("clock", "alert-triangle", "history"), strict=True):
            self.tabs.addTab(widget, icon(sign), "")
        self.kept.changed.connect(self._name_tabs)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addWidget(title)
        box.addWidget(self.tabs, 1)

    def arrive(self, **args: Any) -> None:
        """Read what is kept; `files=` are looked at at once."""
        self.kept.read()
        if args.get("files"):
            self.show_files([Path(path) for path in args["files"]])
        else:
            self.look()
            self.medium.look()

    def refresh(self, changes: Any) -> None:
        """Records changed."""
        del changes
        if not self._desk.busy:
            self.kept.read()

    # --- files in hand -------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look at the bundles on the medium."""
        own = f"{self._desk.home.code}-"
        self.show_files([path for path in self.medium.files("*.sdx") if not path.name.startswith(own)])

    def show_files(self, files: Sequence[Path]) -> None:
        """Work out what taking these files in would do (a job); nothing changes."""
        self.files = list(files)
        self.ahead = []
        self.table.put([])
        self.reason.setText("")
        self._allow()
        if not files:
            self.summary.setText(say("这里没有站点送来的文件。插上 U 盘、选文件，或把文件拖到这里。"))
            return
        self.summary.setText(say("正在查看{n}个文件…", n=len(files)))
        self._desk.run_job(
            _look, self._desk.home, self.files, title=say("正在查看文件…"), done=self._looked, writes=True
        )

    def _looked(self, outcomes: list[Outcome]) -> None:
        self.ahead = outcomes
        self._show(outcomes, ahead=True)
        ready = sum(one.outcome == "applied" for one in outcomes)
        own = [one for one in outcomes if not handed_back(one.device)]
        told = say(
            "共{n}个文件：可以收{ready}个，新增{new}条、更改{changed}条、冲突{conflicts}条。收下以前没有任何改动。",
            n=len(outcomes),
            ready=ready,
            new=sum(one.new for one in own),
            changed=sum(one.changed for one in own),
            conflicts=sum(one.conflicts for one in own),
        )
        self.summary.setText("\n".join([told, *_returns(outcomes)]))
        self._allow()

    def take(self) -> None:
        """Take the files in for good (a job)."""
        self._desk.run_job(_take, self._desk.home, self.files, title=say("正在收件…"), done=self._taken, writes=True)

    def _taken(self, outcomes: list[Outcome]) -> None:
        self.ahead = []
        self._show(outcomes, ahead=False)
        done = [one for one in outcomes if one.outcome == "applied"]
        own = [one for one in done if not handed_back(one.device)]
        told = say(
            "收下{n}个文件：新增{new}条、更改{changed}条、冲突{conflicts}条。接着给站点写回执。",
            n=len(done),
            new=sum(one.new for one in own),
            changed=sum(one.changed for one in own),
            conflicts=sum(one.conflicts for one in own),
        )
        self.summary.setText("\n".join([told, *_returns(done)]))
        self._allow()
        self.kept.read()
        self.receipts.setFocus()

    def _show(self, outcomes: list[Outcome], *, ahead: bool) -> None:
        rows = []
        for number, one in enumerate(outcomes):
            sign, colour = SIGNS[one.outcome]
            told = " ".join(filter(None, (one.problem, *one.notices)))
            rows.append(
                Row(
                    (
                        Path(one.file).name,
                        one.sender or "—",
                        outcome_word(one, ahead=ahead),
                        _count(one.new),
                        _count(one.changed),
                        _count(one.conflicts),
                        told or "—",
                    ),
                    number,
                    coloured(sign, theme.colour(colour)),
                    hint="\n".join(part for part in (one.file, told, one.remedy) if part),
                )
            )
        self._shown = outcomes
        self.table.put(rows)

    def _explain(self) -> None:
        chosen = self.table.chosen
        one = self._shown[chosen[0]] if chosen else None
        self.reason.setText(" ".join([one.problem, one.remedy, *one.notices]).strip() if one else "")

    def _allow(self) -> None:
        useful = any(one.outcome != "duplicate" for one in self.ahead)
        self.take_button.setEnabled(useful)
        good = sum(one.outcome in {"applied", "held"} for one in self.ahead)
        self.take_button.setText(say("收下{n}个文件", n=good) if good else say("放进隔离区") if useful else say("收下"))

    def _name_tabs(self) -> None:
        names = (say("等前面的 {n}"), say("隔离的 {n}"), say("收件记录 {n}"))
        for number, (name, rows) in enumerate(zip(names, self.kept.tables, strict=True)):
            self.tabs.setTabText(number + 1, name.format(n=rows.rowCount()))

    def _ask_files(self) -> None:
        ask_files(self, say("选交接文件"), say("交接文件 (*.sdx)"), self.show_files, many=True)

    # --- dropped files -------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere on the page."""
        if _bundles(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Look at what was dropped."""
        files = _bundles(event.mimeData().urls())
        if files and not self._desk.busy:
            event.acceptProposedAction()
            self.tabs.setCurrentIndex(0)
            self.show_files(files)


def _returns(outcomes: Sequence[Outcome]) -> list[str]:
    """What stations bring back of the district's own, in words; the others stand in the table."""
    told = list(dict.fromkeys(notice for one in outcomes if handed_back(one.device) for notice in one.notices))
    more = [say("还有{n}份送回的，见表里的说明。", n=len(told) - MOST_RETURNS)] if len(told) > MOST_RETURNS else []
    return told[:MOST_RETURNS] + more


def _bundles(urls: Sequence[QUrl]) -> list[Path]:
    """The files that were dropped; a folder stands for the bundles in it."""
    found: list[Path] = []
    for url in urls:
        path = Path(url.toLocalFile())
        if path.is_dir():
            found += sorted(path.glob("*.sdx"))
        elif path.is_file():
            found.append(path)
    return found


def _look(home: Home, files: list[Path], progress: Progress) -> list[Outcome]:
    return receive(home, files, dry_run=True, progress=progress)


def _take(home: Home, files: list[Path], progress: Progress) -> list[Outcome]:
    return receive(home, files, progress=progress)


def _count(number: int) -> str:
    return str(number) if number else "—"


SCREEN = Screen(
    "inbox", lambda: say("收件"), "inbox", InboxPage, roles=("district",), shortcut="Ctrl+7", group=signs.exchange
)
