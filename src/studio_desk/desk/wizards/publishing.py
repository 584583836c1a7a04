"""At the district: name the hub in the trust list, so that stations find it and know its certificates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.media import ask_files
from studio_desk.exchange import hub_place, trust_store
from studio_desk.exchange.trust import TrustList
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import passage, say


class Publishing(QDialog):
    """The address, one fingerprint a line, and what is wrong with them."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setWindowTitle(say("公布接收站"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(860)
        about = QLabel(
            say(
                "网址和证书指纹写进信任名单，随下一次回执送给各站，各站不用填。换证书前，新旧两个指纹都写上，各站都收取过以后再换。"
            )
        )
        about.setWordWrap(True)
        self.url, self.pins = QLineEdit(), QPlainTextEdit()
        self.url.setPlaceholderText("https://hub.example.gov.cn:8440")
        self.pins.setTabChangesFocus(True)
        self.pins.setFixedHeight(self.pins.fontMetrics().lineSpacing() * 5)
        lines = QFormLayout()
        for words, made in ((say("网址"), self.url), (say("证书指纹，每行一个"), self.pins)):
            label = QLabel(words)
            label.setBuddy(made)
            made.setAccessibleName(words)
            lines.addRow(label, made)
        self.wrong = QLabel()
        self.wrong.setProperty("level", "error")
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        self.choose = push("certificate", say("选证书文件…"), self._ask_file)
        self.publish = push("check", say("公布"), lambda: self._publish(self.url.text()), main=True)
        self.url.textChanged.connect(lambda text: self.publish.setEnabled(bool(text.strip())))
        self.publish.setEnabled(False)
        self.withdraw = push("ban", say("不再公布"), lambda: self._publish(""))
        close = push("x", say("关闭"), self.close)
        row = QHBoxLayout()
        row.addWidget(self.choose)
        row.addStretch(1)
        for button in (self.withdraw, self.publish, close):
            row.addWidget(button)
        box = QVBoxLayout(self)
        box.addWidget(about)
        box.addLayout(lines)
        box.addWidget(self.wrong)
        box.addLayout(row)
        trust = trust_store.draft(desk.home) or trust_store.required(desk.home)
        if trust.hub is not None:
            self.url.setText(trust.hub.url)
            self.pins.setPlainText("\n".join(trust.hub.pins))
        self.withdraw.setVisible(trust.hub is not None)

    def add_certificates(self, files: Sequence[Path]) -> None:
        """Work the fingerprint of a certificate's key out and add it."""
        try:
            found = [hub_place.pin_of_file(file) for file in files]
        except Problem as problem:
            self._tell(problem)
            return
        self.wrong.hide()
        self.pins.setPlainText("\n".join(dict.fromkeys([*self.pins.toPlainText().split(), *found])))

    def _ask_file(self) -> None:
        ask_files(self, say("选证书文件"), say("证书 (*.pem *.crt *.cer)"), self.add_certificates, many=True)

    def _publish(self, url: str) -> None:
        try:
            trust = trust_store.publish_hub(self._desk.home, url, self.pins.toPlainText().split())
        except Problem as problem:
            self._tell(problem)
            return
        self._desk.tell(_said(trust))
        self.accept()

    def _tell(self, problem: Problem) -> None:
        self.wrong.setText(passage(problem.sentence, problem.remedy))
        self.wrong.show()


def _said(trust: TrustList) -> str:
    if trust.hub is None:
        return say("没有公布接收站，各站用U盘报送。")
    return say("已公布 {url}，指纹{n}个；信任名单第{version}版随下一次回执送给各站。", url=trust.hub.url, n=len(trust.hub.pins), version=trust.version)  # fmt: skip
