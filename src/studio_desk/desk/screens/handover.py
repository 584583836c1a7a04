"""月底交区里: one medium, what goes out, what comes back; before enrolment the two steps of enrolment."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from studio_desk.desk import messages, signs
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.large import Scrolling
from studio_desk.desk.media import Medium
from studio_desk.desk.wizards.enrolment import Enrolment
from studio_desk.desk.wizards.sending import Sending
from studio_desk.desk.wizards.taking import Taking
from studio_desk.exchange import rebuild, trust_store
from studio_desk.kernel import clock
from studio_desk.kernel.words import say


class HandoverPage(Scrolling):
    """The usual month: plug in, 月底交区里, 送出."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.title = QLabel()
        self.title.setObjectName("title")
        self.about = QLabel()
        self.about.setProperty("faint", "true")
        self.about.setWordWrap(True)
        self.again = QPushButton(icon("certificate"), say("登记…"))
        self.again.setToolTip(say("换了区里的电脑，或区里要求重新登记时用。"))
        self.again.setCheckable(True)
        self.again.toggled.connect(self._switch)
        self.told = push("info-circle", say("本机的说明"), self._tell_again)
        self.told.setToolTip(say("恢复、换电脑或重建以后，来了多少、缺什么。"))
        self.where = push("list-details", say("各条记录的去向"), lambda: desk.go("custody"))
        self.medium = Medium(desk.home.meta)
        self.sending = Sending(desk, self.medium)
        self.taking = Taking(desk, self.medium)
        self.taking.taken.connect(self.sending.arrive)
        self.enrolment = Enrolment(desk, self.medium)
        self.enrolment.finished.connect(self._enrolled)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.told)
        top.addWidget(self.where)
        top.addWidget(self.again)
        self.box.addLayout(top)
        self.box.addWidget(self.about)
        for widget in (self.medium, self.enrolment, self.sending, self.taking):
            self.box.addWidget(widget)
        self.box.addStretch(1)

    def arrive(self, **args: Any) -> None:
        """Count what waits; look what the medium holds; `enrol=True` shows the enrolment."""
        asked = bool(args.get("enrol") or rebuild.awaited(self._desk.home))
        self.again.setChecked(self.again.isChecked() or asked)
        self._switch(self.again.isChecked())
        self.medium.look()

    def refresh(self, changes: Any) -> None:
        """Records changed: count again, unless the big words of an export stand there."""
        del changes
        if self.sending.isVisible() and self.sending.sent is None and not self._desk.busy:
            self.sending.count()

    def leave(self) -> None:
        """The next visit begins with the usual month."""
        self.again.setChecked(False)

    def _switch(self, enrolling: bool) -> None:
        trust = trust_store.current(self._desk.home)
        enrolling = enrolling or trust is None
        self.title.setText(say("在区里登记") if enrolling else say("月底交区里"))
        self.again.setVisible(trust is not None)
        self.told.setVisible(bool(self._desk.home.meta.get(rebuild.NOTICE)))
        self.where.setVisible(not enrolling)
        self.enrolment.setVisible(enrolling)
        self.sending.setVisible(not enrolling)
        self.taking.setVisible(not enrolling)
        if trust is None:
            self.about.setText(say("交数据之前，本站要在区里登记一次，双方各认得对方的钥匙。"))
        elif trust.expired(clock.today()):
            self.about.setText(say("信任名单已于{day}过期，请区里更新；不影响使用。", day=trust.expires))
        else:
            self.about.setText(say("交给：{name}（{code}）", name=trust.name, code=trust.district))
        if enrolling:
            self.enrolment.arrive()
        else:
            self.sending.arrive()
            self.taking.look()

    def _tell_again(self) -> None:
        messages.let_read(self, say("本机的说明"), self._desk.home.meta.get(rebuild.NOTICE))

    def _enrolled(self) -> None:
        self.again.setChecked(False)
        self._switch(enrolling=False)


SCREEN = Screen(
    "handover",
    lambda: say("月底交区里"),
    "usb",
    HandoverPage,
    roles=("station",),
    shortcut="Ctrl+7",
    group=signs.exchange,
)
