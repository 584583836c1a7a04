"""Enrol a station: a request goes to the district, people compare six groups of digits, the answer is installed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.large import BigWords, Card, Fingerprint
from studio_desk.desk.media import Medium, ask_files
from studio_desk.exchange import enrol, trust_store
from studio_desk.exchange.header import chain_stem
from studio_desk.kernel.words import say


class Enrolment(QWidget):
    """Two steps with a telephone call between them.

    Signals:
        finished: the station believes its district now.
    """

    finished = Signal()

    def __init__(self, desk: Desk, medium: Medium) -> None:
        """Make it.

        Args:
            desk: a station's desk.
            medium: the chosen stick or folder, shown above by the page.
        """
        super().__init__()
        self._desk, self._medium = desk, medium
        self._file: Path | None = None
        medium.changed.connect(self.look)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._asking())
        box.addWidget(self._installing())

    def _asking(self) -> Card:
        card = Card(say("第一步：把登记申请交给区里"))
        told = QLabel(say("写出申请文件，把 U 盘交给区里；对方会打电话核对下面六组数字。"))
        told.setWordWrap(True)
        self.own = Fingerprint(say("本站的指纹（念给区里听）"))
        self.request = push("certificate", say("写申请文件"), self.write_request, main=True)
        self.asked = BigWords()
        row = QHBoxLayout()
        row.addWidget(self.request)
        row.addStretch(1)
        card.box.addWidget(told)
        card.box.addWidget(self.own)
        card.box.addLayout(row)
        card.box.addWidget(self.asked)
        return card

    def _installing(self) -> Card:
        card = Card(say("第二步：装入区里给的登记回执"))
        self.found = QLabel()
        self.found.setWordWrap(True)
        self.theirs = Fingerprint(say("区里的指纹（请区里念，逐组核对）"))
        self.same = QCheckBox(say("已打电话核对，六组数字完全一致"))
        self.same.toggled.connect(self._allow)
        self.install_button = push("check", say("装入"), self.install, main=True)
        self.other = push("archive", say("选登记回执文件…"), self._ask_file)
        row = QHBoxLayout()
        row.addWidget(self.install_button)
        row.addWidget(self.other)
        row.addStretch(1)
        for widget in (self.found, self.theirs, self.same):
            card.box.addWidget(widget)
        card.box.addLayout(row)
        return card

    def arrive(self) -> None:
        """Show the own fingerprint and what the medium holds."""
        self.own.show_digits(enrol.own_request(self._desk.home).fingerprint)
        self.asked.hide()
        self.look()

    def look(self) -> None:
        """Look for the answer on the medium."""
        device = chain_stem(self._desk.home.device)
        answers = self._medium.files(enrol.INSTALL_NAME.format(device=device))
        self.take_file(answers[0] if answers else None)
        self.request.setEnabled(self._medium.transport is not None)

    def write_request(self) -> None:
        """Step one."""
        transport = self._medium.transport
        if transport is None:
            return
        written = self._desk.attempt(enrol.request, self._desk.home, transport.path)
        if written is not None:
            words = say("可以拔出 U 盘") if self._medium.is_stick else say("已写好，可以交给区里")
            self.asked.say(words, say("申请文件：{file}", file=written[0].name))

    def take_file(self, path: Path | None) -> None:
        """Show an answer before it is installed; `None` when there is none yet."""
        read = self._desk.attempt(enrol.read_install, path, trust_store.current(self._desk.home)) if path else None
        self._file = path if read else None
        for widget in (self.theirs, self.same):
            widget.setVisible(read is not None)
        self.same.setChecked(False)
        if read is None:
            self.found.setText(say("还没有登记回执。区里登记好以后，把 U 盘插回来，这里会自动找到。"))
        else:
            trust = read[0]
            self.found.setText(
                say(
                    "登记回执来自“{name}”（{code}），第{version}版信任名单。",
                    name=trust.name,
                    code=trust.district,
                    version=trust.version,
                )
            )
            self.theirs.show_digits(trust_store.root_fingerprint(trust))
        self._allow()

    def install(self) -> None:
        """Step two."""
        if self._file is None:
            return
        installed = self._desk.attempt(enrol.install, self._desk.home, self._file)
        if installed is not None:
            self._desk.tell(say("登记好了：{name}。现在可以交数据了。", name=installed.name))
            self.finished.emit()

    def _allow(self) -> None:
        self.install_button.setEnabled(self._file is not None and self.same.isChecked())

    def _ask_file(self) -> None:
        kinds = say("登记回执 (*-enrol-install.json)")
        ask_files(self, say("选登记回执文件"), kinds, lambda paths: self.take_file(paths[0]))
