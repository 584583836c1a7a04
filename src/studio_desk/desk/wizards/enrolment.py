"""Enrol a station: a request goes to the district, people compare six groups of digits, the answer is installed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from studio_desk.desk import messages
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.large import BigWords, Card, Fingerprint
from studio_desk.desk.media import Medium, ask_files, ask_folder
from studio_desk.exchange import computers, enrol, rebuild, trust_store
from studio_desk.exchange.header import chain_stem
from studio_desk.kernel.words import say
from studio_desk.store import numbers


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
        self.computer = QSpinBox()
        self.computer.setRange(1, numbers.MOST)
        which = QLabel(say("这是本站的第几台电脑"))
        which.setBuddy(self.computer)
        self.computer.setAccessibleName(which.text())
        self.computer.setToolTip(say("添了或换了电脑，写下一个没用过的号；已录入的内容都留着，编号随之更换。"))
        row = QHBoxLayout()
        for widget in (which, self.computer, self.request):
            row.addWidget(widget)
        row.addStretch(1)
        card.box.addWidget(told)
        card.box.addWidget(self.own)
        card.box.addLayout(row)
        card.box.addWidget(self.asked)
        return card

    def _installing(self) -> Card:
        card = Card(say("第二步：装入区里给的登记回执"))
        self.awaited = QLabel()
        self.awaited.setWordWrap(True)
        self.enough = push("x", say("区里没有本站的记录，不等了"), self.give_up)
        self.folder = push("archive", say("打开重建文件夹…"), self._ask_folder)
        self.found = QLabel()
        self.found.setWordWrap(True)
        self.theirs = Fingerprint(say("区里的指纹（请区里念，逐组核对）"))
        self.same = QCheckBox(say("已打电话核对，六组数字完全一致"))
        self.same.toggled.connect(self._allow)
        self.install_button = push("check", say("装入"), self.install, main=True)
        self.other = push("archive", say("选登记回执文件…"), self._ask_file)
        row = QHBoxLayout()
        for button in (self.install_button, self.folder, self.other):
            row.addWidget(button)
        row.addStretch(1)
        for widget in (self.awaited, self.found, self.theirs, self.same):
            card.box.addWidget(widget)
        card.box.addLayout(row)
        ending = QHBoxLayout()
        ending.addWidget(self.enough)
        ending.addStretch(1)
        card.box.addLayout(ending)
        return card

    def arrive(self) -> None:
        """Show the own fingerprint and what the medium holds."""
        home = self._desk.home
        self.own.show_digits(enrol.own_request(home).fingerprint)
        self.computer.setValue(computers.number(home))
        self.computer.setEnabled(trust_store.current(home) is None)
        self.asked.hide()
        self._say_awaited()
        self.look()

    def look(self) -> None:
        """Look for the answer on the medium."""
        device = chain_stem(self._desk.home.device)
        name = enrol.INSTALL_NAME.format(device=device)
        answers = [
            *self._medium.files(f"{rebuild.FOLDER_NAME.format(device=device)}/{name}"),
            *self._medium.files(name),
        ]  # with the records before without
        self.take_file(answers[0] if answers else None)
        self.request.setEnabled(self._medium.transport is not None)

    def write_request(self) -> None:
        """Step one."""
        transport = self._medium.transport
        if transport is None:
            return
        home = self._desk.home
        if self._desk.attempt(computers.change, home, self.computer.value()) is None:
            return
        self.own.show_digits(enrol.own_request(home).fingerprint)
        written = self._desk.attempt(enrol.request, home, transport.path)
        if written is not None:
            words = say("可以拔出 U 盘") if self._medium.is_stick else say("已写好，可以交给区里")
            self.asked.say(words, say("申请文件：{file}", file=written[0].name))
            self._say_awaited()

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
            told = {"name": trust.name, "code": trust.district, "version": trust.version}
            self.found.setText(
                say("找到重建文件，来自“{name}”（{code}）。", **told)
                if path is not None and self._rebuilds(path)
                else say("登记回执来自“{name}”（{code}），第{version}版信任名单。", **told)
            )
            self.theirs.show_digits(trust_store.root_fingerprint(trust))
        self._allow()

    def install(self) -> None:
        """Step two."""
        if self._file is None:
            return
        if self._rebuilds(self._file):
            title = say("正在按区里的数据重建…")
            self._desk.run_job(
                rebuild.read, self._desk.home, self._file, "", title=title, done=self._rebuilt, writes=True
            )
            return
        installed = self._desk.attempt(enrol.install, self._desk.home, self._file)
        if installed is not None:
            self._desk.tell(say("登记好了：{name}。现在可以交数据了。", name=installed.name))
            self.finished.emit()

    def _rebuilt(self, done: rebuild.Rebuilt) -> None:
        """Say what came and what is missing; it stays until it was read."""
        messages.let_read(self, say("按区里的数据重建"), done.notice)
        self.finished.emit()

    def take_folder(self, folder: Path) -> None:
        """Look into the folder the district wrote, or the one that holds it."""
        device = self._desk.home.device
        file = self._desk.attempt(rebuild.file_in, folder, device)
        if file is not None:
            self.take_file(file)
        else:
            words = say("“{folder}”里没有给本机（{device}）的重建文件。", folder=folder.name, device=chain_stem(device))
            messages.inform(self, say("打开重建文件夹…"), words)

    def give_up(self) -> None:
        """Wait no more."""
        self._desk.confirm(
            say("不再等重建文件"),
            say("以后收到重建文件，仍可在这一页装入。"),
            say("不等了"),
            self._given_up,
        )

    def _given_up(self) -> None:
        self._desk.attempt(rebuild.give_up, self._desk.home)
        self._say_awaited()

    def _say_awaited(self) -> None:
        """What a new computer in the place of another waits for."""
        told = rebuild.awaited(self._desk.home)
        self.awaited.setText(
            say("这台电脑接替本站的另一台：先做第一步，再等区里把记录送回来。")
            if told == "ask"
            else say("在等区里的重建文件：U盘带回来插上，这里会自动找到；不在U盘上的，点“打开重建文件夹…”。")
        )
        self.awaited.setVisible(bool(told))
        self.enough.setVisible(bool(told))

    def _rebuilds(self, file: Path) -> bool:
        """Whether records lie beside an install file."""
        return self._desk.attempt(rebuild.file_in, file.parent, self._desk.home.device) == file

    def _allow(self) -> None:
        self.install_button.setEnabled(self._file is not None and self.same.isChecked())

    def _ask_folder(self) -> None:
        ask_folder(self, say("打开重建文件夹…"), self.take_folder)

    def _ask_file(self) -> None:
        kinds = say("登记回执 (*-enrol-install.json)")
        ask_files(self, say("选登记回执文件"), kinds, lambda paths: self.take_file(paths[0]))
