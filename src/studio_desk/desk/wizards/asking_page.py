"""Last page for a computer that takes the place of a dead one: the request to the district, and what happens then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from studio_desk.desk.buttons import push
from studio_desk.desk.large import BigWords
from studio_desk.desk.media import Medium
from studio_desk.desk.wizards.start_pages import Step
from studio_desk.exchange import enrol
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.wizards.first_run import FirstRun


class AskingPage(Step):
    """The request can be written here, or later at the desk."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, say("请区里把记录送回来"), say("分三步；第一步现在做，或者以后在“月底交区里”页做。"))
        self.setFinalPage(True)
        self.medium = Medium()
        self.medium.changed.connect(self._allow)
        self.request = push("certificate", say("写申请文件"), self.write, main=True)
        self.written = BigWords()
        steps = QLabel(
            "\n".join(
                (
                    say("1. 写申请文件，把U盘交给区里。区里会打电话核对指纹，指纹在“月底交区里”页上。"),
                    say("2. 区里登记这台电脑，写一个“重建文件”文件夹，可能要等几天。这期间照常录入，不会丢。"),
                    say("3. U盘带回来，打开程序，“今天”页第一行就是它：点开，装入。屏幕会写明来了多少、缺什么。"),
                )
            )
        )
        steps.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.request)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.addWidget(steps)
        box.addSpacing(8)
        box.addWidget(self.medium)
        box.addLayout(row)
        box.addWidget(self.written)
        box.addWidget(self.wrong)
        box.addStretch(1)

    def initializePage(self) -> None:
        """Ask for a medium."""
        super().initializePage()
        self._allow()

    def nextId(self) -> int:
        """The end."""
        return -1

    def write(self) -> None:
        """Write the request."""
        place, home = self.medium.transport, self.run.home
        if place is None or home is None:
            return
        self.wrong.hide()
        try:
            file, _ = enrol.request(home, place.path)
        except Problem as problem:
            self.refuse(problem)
            return
        words = say("可以拔出 U 盘") if self.medium.is_stick else say("已写好，可以交给区里")
        self.written.say(words, say("申请文件：{file}", file=file.name))

    def _allow(self) -> None:
        self.request.setEnabled(self.medium.transport is not None)
