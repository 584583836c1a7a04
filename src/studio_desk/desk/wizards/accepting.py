"""At the district: enrol a station's computer after its fingerprint was read over the telephone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio_desk.desk import messages
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.large import BigWords, Fingerprint
from studio_desk.desk.media import Medium, ask_files
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import enrol, trust_store
from studio_desk.exchange.enrol import Request
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import passage, say


class Accepting(QDialog):
    """Which request, whose digits, and the file that goes back.

    Signals:
        accepted_one: a station was enrolled.
    """

    accepted_one = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._extra: list[Path] = []
        self.setWindowTitle(say("登记站点"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.medium = Medium(desk.home.meta)
        self.medium.changed.connect(self.look)
        self.requests = Rows(say("登记申请"), (say("站码"), say("名称"), say("电脑"), say("申请时间")), stretch=1)
        self.requests.setMinimumWidth(600)
        self.requests.picked.connect(self._picked)
        self.other = push("archive", say("选申请文件…"), self._ask_file)
        self.theirs = Fingerprint(say("站点的指纹（请站点念，逐组核对）"))
        self.same = QCheckBox(say("已打电话核对，六组数字完全一致"))
        self.same.toggled.connect(self._allow)
        self.own = Fingerprint(say("区里的指纹（念给站点听，站点装入时要核对）"))
        self.written = BigWords()
        self.wrong = QLabel()
        self.wrong.setProperty("level", "error")
        self.wrong.setWordWrap(True)
        self.accept_button = push("check", say("登记，把回执文件写回去"), self.enrol, main=True)
        close = QPushButton(say("关闭"))
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self.other)
        row.addStretch(1)
        row.addWidget(self.accept_button)
        row.addWidget(close)
        box = QVBoxLayout(self)
        for widget in (self.medium, self.requests, self.wrong, self.theirs, self.same, self.written, self.own):
            box.addWidget(widget)
        box.addLayout(row)
        self._show(None)

    def look(self) -> None:
        """List the requests on the medium."""
        rows, wrong = [], []
        for path in [*self._extra, *self.medium.files("*-enrol-request.json")]:
            try:
                asked = enrol.read_request(path)
            except Problem as problem:
                wrong.append(passage(problem.sentence, problem.remedy))
                continue
            rows.append(
                Row(
                    (asked.code, asked.name, asked.device, asked.made[:16].replace("T", " ")), path, icon("certificate")
                )
            )
        self.wrong.setText("\n".join(wrong))
        self.wrong.setVisible(bool(wrong))
        self.requests.put(rows)
        if len(rows) == 1:
            self.requests.selectRow(0)

    def take_file(self, path: Path) -> None:
        """List a request that lies elsewhere, and choose it."""
        self._extra = [path]
        self.look()
        if self.requests.rowCount():
            self.requests.selectRow(0)

    def enrol(self) -> None:
        """Enrol and write the answer where the request lies."""
        chosen = self.requests.chosen
        if not chosen:
            return
        try:
            accepted = enrol.accept(self._desk.home, chosen[0], chosen[0].parent)
        except Problem as problem:
            messages.refuse(self, problem)
            return
        words = say("可以拔出 U 盘") if self.medium.is_stick else say("已登记，回执文件已写好")
        self.written.say(words, say("{name} 已登记。文件：{file}", name=accepted.name, file=accepted.file.name))
        self.own.show_digits(accepted.district_fingerprint)
        self.own.show()
        for widget in (self.theirs, self.same, self.requests):
            widget.hide()
        self.accept_button.setEnabled(False)
        self.adjustSize()
        self.accepted_one.emit()

    def _picked(self) -> None:
        chosen = self.requests.chosen
        asked: Request | None = None
        if chosen:
            try:
                asked = enrol.read_request(chosen[0])
            except Problem as problem:
                messages.refuse(self, problem)
        self._show(asked)

    def _show(self, asked: Request | None) -> None:
        self.written.hide()
        self.own.setVisible(asked is not None)
        self.theirs.setVisible(asked is not None)
        self.same.setVisible(asked is not None)
        self.same.setChecked(False)
        if asked is not None:
            self.theirs.show_digits(asked.fingerprint)
            self.own.show_digits(trust_store.root_fingerprint(trust_store.required(self._desk.home)))
        self._allow()

    def _allow(self) -> None:
        self.accept_button.setEnabled(self.same.isChecked() and bool(self.requests.chosen))

    def _ask_file(self) -> None:
        kinds = say("登记申请 (*-enrol-request.json)")
        ask_files(self, say("选申请文件"), kinds, lambda paths: self.take_file(paths[0]))
