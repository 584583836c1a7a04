"""联网报送: how the line to the district stands, what would leave, hand over and fetch now, what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLabel

from studio_desk.desk import changing, leaving, signs, theme
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import coloured
from studio_desk.desk.large import Card, Scrolling
from studio_desk.desk.line import Line, Round, silent
from studio_desk.desk.status import LINE_SIGNS
from studio_desk.exchange import trust_store
from studio_desk.exchange.contents import handed_back
from studio_desk.exchange.preview import preview
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import passage, say

if TYPE_CHECKING:
    from studio_desk.store.home import Home


class NetworkPage(Scrolling):
    """The line, what waits, what the last round did."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        title = QLabel(say("联网报送"))
        title.setObjectName("title")
        self.about = QLabel()
        self.about.setProperty("faint", "true")
        self.about.setWordWrap(True)
        self.box.addWidget(title)
        self.box.addWidget(self.about)
        self.box.addWidget(self._standing())
        self.box.addWidget(self._leaving())
        self.box.addWidget(self._results())
        self.box.addStretch(1)
        self._line: Line | None = None

    def _standing(self) -> Card:
        self.standing = Card(say("现在"))
        self.sign, self.state = QLabel(), QLabel()
        self.state.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self.sign)
        line.addWidget(self.state, 1)
        self.now = push("send", say("立即报送和收取"), self.start, main=True)
        self.halt = push("x", say("停下"), lambda: self._need().cancel())
        self.settings = push("settings", say("设置…"), lambda: self._desk.go("settings", name="auto_network"))
        buttons = QHBoxLayout()
        for button in (self.now, self.halt, self.settings):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.standing.box.addLayout(line)
        self.standing.box.addLayout(buttons)
        return self.standing

    def _leaving(self) -> Card:
        self.leaving = Card(say("将要送出的内容"))
        self.summary = QLabel(say("正在清点…"))
        self.summary.setWordWrap(True)
        self.kinds = leaving.kinds_table()
        self.question = QLabel(
            say(
                "同意以后，有网络时会自动把新的内容送给区里，并收下区里的回执、退回和任务；随时可以在设置里关掉。"
                "送出的文件已加密，只有区里能打开。"
            )
        )
        self.question.setWordWrap(True)
        self.agree = push("check", say("看过了，同意自动报送"), self._agree, main=True)
        answer = QHBoxLayout()
        answer.addWidget(self.agree)
        answer.addStretch(1)
        self.leaving.box.addWidget(self.summary)
        self.leaving.box.addWidget(self.question)
        self.leaving.box.addLayout(answer)
        self.leaving.box.addWidget(self.kinds)
        return self.leaving

    def _results(self) -> Card:
        self.results = Card(say("最近一次"))
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.results.box.addWidget(self.told)
        self.news, self.differing = changing.news_table(), changing.Differing()
        self.results.box.addWidget(self.news)
        self.results.box.addWidget(self.differing)
        self.results.hide()
        return self.results

    # --- coming and going ----------------------------------------------------------------------------------------

    def arrive(self, **args: Any) -> None:
        """Look how the line stands and count what waits; `now=True` begins at once."""
        line = self._need()
        line.look()
        trust = trust_store.current(self._desk.home)
        if trust is None:
            self.about.setText(say("交数据之前，本站要在区里登记一次，双方各认得对方的钥匙。"))
        elif line.hub is None:
            self.about.setText(say("区里还没有公布接收站，请用U盘报送。区里公布以后，收一次回执就会知道。"))
        else:
            self.about.setText(
                say("交给：{name}（{code}），接收站 {url}", name=trust.name, code=trust.district, url=line.hub.url)
            )
        self._show()
        self._show_round(line.last)
        self._count()
        if args.get("now"):
            self.start()

    def refresh(self, changes: Any) -> None:
        """Records changed: count again."""
        del changes
        if not self._desk.busy:
            self._count()

    def start(self) -> None:
        """Hand over and fetch now."""
        if self._need().hub is not None:
            self._need().start()

    def _need(self) -> Line:
        line = self._desk.need_line()
        if line is not self._line:
            self._line = line
            line.moved.connect(self._show)
            line.ended.connect(self._ended)
        return line

    def _agree(self) -> None:
        if not self._desk.settings.auto_network:
            self._desk.change_settings(self._desk.settings.changed(auto_network=True))
        self._need().agree()

    # --- showing -------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        line = self._need()
        colour, sign = LINE_SIGNS[line.state]
        self.sign.setPixmap(coloured(sign, theme.colour(colour)).pixmap(20, 20))
        self.state.setText(line.words())
        known, busy = line.hub is not None, line.state == "busy"
        self.now.setVisible(known and not busy)
        self.halt.setVisible(busy)
        self.settings.setVisible(known)
        self.leaving.setVisible(known)
        asked = known and not line.agreed
        self.question.setVisible(asked)
        self.agree.setVisible(asked)

    def _count(self) -> None:
        if self._need().hub is not None:
            self._desk.run_job(_preview, self._desk.home, title=say("正在清点…"), done=self._counted, quiet=True)

    def _counted(self, told: dict[str, Any]) -> None:
        later = say("收到回执以前会再带上，不会重复。") if leaving.anything(told) else ""
        self.summary.setText(passage(leaving.summary(told), later))
        leaving.put_kinds(self.kinds, told)
        self.kinds.setVisible(self.kinds.rowCount() > 0)

    def _ended(self, done: Round) -> None:
        self._show_round(done)
        self._count()

    def _show_round(self, done: Round | None) -> None:
        self.results.setVisible(done is not None and done.at is not None)
        if done is None or done.at is None:
            return
        at = done.at.strftime("%m-%d %H:%M")
        told = []
        if done.sent:
            records = sum(one.records for one in done.sent if not handed_back(one.device))
            told.append(say("已送到接收站：{n}个数据包，{records}条记录。", n=len(done.sent), records=records))
            if back := sum(one.ops for one in done.sent if handed_back(one.device)):
                told.append(say("另有送回给区里的{n}个区级改动，不是本站的新记录。", n=back))
        news = [one for one in done.outcomes if one.outcome == "applied"]
        if news:
            told.append(say("收下了。各条记录的去向见“去向”。"))
        told += [notice for one in done.outcomes for notice in one.notices]
        told += [
            signs.named(Path(one.file).name, passage(one.problem, one.remedy)) for one in done.outcomes if one.problem
        ]
        if done.problem is not None:
            told.append(
                passage(done.problem.sentence, done.problem.remedy, say("网络通了会自动再试。"))
                if silent(done.problem)
                else passage(done.problem.sentence, done.problem.remedy)
            )
        elif not told:
            told.append(say("没有新的内容要送，也没有新的回执。"))
        if done.waiting and done.problem is None:
            told.append(say("还在等区里的回执，收到以前这些记录显示“已送出”。"))
        self.told.setText("\n".join([at, *told]))
        changes = [change for one in done.outcomes for change in one.changes]
        self.news.put([changing.news(number, change) for number, change in enumerate(changes)])
        self.news.setVisible(bool(changes))
        self.differing.show_changes(changes)


def _preview(home: Home, progress: Progress) -> dict[str, Any]:
    progress(0, 1, "")
    return preview(home)


SCREEN = Screen("network", lambda: say("联网报送"), "send", NetworkPage, roles=("station",), group=signs.exchange)
