"""At the district: enrol a station's computer after its fingerprint was read over the telephone."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio_desk.desk import messages
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.large import BigWords, Fingerprint
from studio_desk.desk.media import Medium, ask_files
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import enrol, trust_store
from studio_desk.exchange.enrol import Request
from studio_desk.exchange.header import chain_age, chain_stem
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import passage, say


class Replacing(QWidget):
    """Whether the new computer takes the place of another one of its station, and what becomes of that one.

    Signals:
        changed: another answer was given.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.box = QComboBox()
        self.box.activated.connect(lambda _: self._say())
        self.gone = QLabel()
        self.gone.setWordWrap(True)
        self.gone.setProperty("faint", "true")
        which = QLabel(say("接替哪台电脑"))
        which.setBuddy(self.box)
        self.box.setAccessibleName(which.text())
        row = QHBoxLayout()
        row.addWidget(which)
        row.addWidget(self.box)
        row.addStretch(1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addLayout(row)
        box.addWidget(self.gone)

    @property
    def old(self) -> str:
        """The computer that is replaced, `""` for none."""
        return self.box.currentData() or ""

    def ask(self, asked: Request | None) -> None:
        """Offer the other computers of the station that are believed; without any there is nothing to ask."""
        self.box.clear()
        self.box.addItem(say("不接替，是另添的一台"), "")
        if asked is not None:
            for computer in trust_store.required(self._desk.home).of(asked.code):
                if computer.device != asked.device:
                    self.box.addItem(computer.device, computer.device)
        self.setVisible(self.box.count() > 1)
        self._say()

    def _say(self) -> None:
        """Everything it wrote up to the point the district holds stays."""
        self.gone.setText(self._fate() if self.old else say("两台都能交数据。旧电脑坏了、丢了或不再用的，请选它。"))
        self.changed.emit()

    def _fate(self) -> str:
        held = self._desk.home.journal.frontiers()
        chains = sorted((dev for dev in held if chain_stem(dev) == self.old), key=chain_age)
        kept = (
            say("区里已收到的（到第{last}号）都留着，它以后再交的不再接收。", last=held[chains[-1]][0])
            if chains
            else say("区里还没有收到过它的数据，它以后再交的不再接收。")
        )
        return passage(say("登记的同时吊销{device}，不能撤回。", device=self.old), kept)


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
        self._later = QTimer(self)  # big letters know their size only after they were shown
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._fit)
        self.medium = Medium(desk.home.meta)
        self.medium.changed.connect(self.look)
        self.requests = Rows(say("登记申请"), (say("站码"), say("名称"), say("电脑"), say("申请时间")), stretch=1)
        self.requests.setMinimumWidth(720)
        self.requests.picked.connect(self._picked)
        self.other = push("archive", say("选申请文件…"), self._ask_file)
        self.theirs = Fingerprint(say("站点的指纹（请站点念，逐组核对）"))
        self.same = QCheckBox(say("已打电话核对，六组数字完全一致"))
        self.same.toggled.connect(self._allow)
        self.replacing = Replacing(desk)
        self.replacing.changed.connect(self._later.start)
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
        digits = QHBoxLayout()
        digits.setSpacing(32)
        digits.addWidget(self.theirs, 1)
        digits.addWidget(self.own, 1)
        for widget in (self.medium, self.requests, self.wrong, self.written):
            box.addWidget(widget)
        box.addLayout(digits)
        box.addWidget(self.replacing)
        box.addWidget(self.same)
        box.addStretch(1)
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
            old = self.replacing.old
            accepted = enrol.accept(self._desk.home, chosen[0], chosen[0].parent, replaces=old)
        except Problem as problem:
            messages.refuse(self, problem)
            return
        words = say("可以拔出 U 盘") if self.medium.is_stick else say("已登记，回执文件已写好")
        told = [say("{name} 已登记。文件：{file}", name=accepted.name, file=accepted.file.name)]
        if old:
            told.append(
                say(
                    "{old}已吊销。要把它交过的记录送给{device}，请在“站点”页选{device}，点“重建文件…”。",
                    old=old,
                    device=accepted.device,
                )
            )
        self.written.say(words, "\n".join(told))
        self.own.show_digits(accepted.district_fingerprint)
        self.own.show()
        for widget in (self.theirs, self.same, self.requests, self.replacing):
            widget.hide()
        self.accept_button.setEnabled(False)
        self._later.start()
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
        self.replacing.ask(asked)
        if asked is not None:
            self.theirs.show_digits(asked.fingerprint)
            self.own.show_digits(trust_store.root_fingerprint(trust_store.required(self._desk.home)))
        self._allow()
        self._later.start()

    def _fit(self) -> None:
        """As high as what is shown asks, never larger than the screen."""
        inside, room = self.layout(), self.screen().availableSize()
        if inside is not None:
            width = max(self.width(), inside.minimumSize().width())
            height = max(inside.totalHeightForWidth(width), inside.minimumSize().height())
            self.resize(min(width, room.width() - 40), min(height, room.height() - 60))

    def _allow(self) -> None:
        self.accept_button.setEnabled(self.same.isChecked() and bool(self.requests.chosen))

    def _ask_file(self) -> None:
        kinds = say("登记申请 (*-enrol-request.json)")
        ask_files(self, say("选申请文件"), kinds, lambda paths: self.take_file(paths[0]))
