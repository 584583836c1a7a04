"""钥匙: whose keys count, until when, what is put by for a bad day; renewed, changed and signed here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.large import Card, Scaled, Scrolling
from studio_desk.desk.passphrase import NewRecovery, RootPassphrase
from studio_desk.exchange import enrol, escrow, roots, rotation
from studio_desk.exchange.key_state import KeyState, state
from studio_desk.kernel.words import passage, say


class TrustPage(Scrolling):
    """One card for each thing that has a key."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.found: KeyState | None = None
        title = QLabel(say("钥匙"))
        title.setObjectName("title")
        self.box.addWidget(title)
        self.renew = push("refresh", say("延长有效期"), self._renew)
        self.listed = self._card(say("信任名单"), (self.renew,) if desk.role == "district" else ())
        self.draft, self.signed = (
            push("download", say("写出草稿…"), self._write_draft, main=True),
            push("signature", say("取回签过名的草稿…"), self._take_draft),
        )
        self.waiting = self._card(say("等待签名"), (self.draft, self.signed))
        self.rotate = push("refresh", say("换钥匙…"), self._rotate)
        self.leaked = QCheckBox(say("旧钥匙可能外泄：区里没收到的一律重报"))
        self.leaked.setVisible(desk.role == "station")
        self.digits = Scaled(fixed=True)
        self.digits.setAccessibleName(say("本机指纹"))
        self.own = self._card(say("本机的钥匙"), (self.leaked, self.rotate), self.digits)
        self.save = push("usb", say("备份根钥匙…"), self._save_root)
        self.root = self._card(say("根钥匙"), (self.save,))
        self.make = push("plus", say("做一把应急钥匙…"), self._make_escrow)
        self.escrow = self._card(say("应急钥匙"), (self.make,))
        self.switch = push("signature", "", self._switch)
        self.second = self._card(say("第二签名（SM2）"), (self.switch,))
        self.box.addStretch(1)

    def arrive(self, **args: Any) -> None:
        """Look."""
        del args
        self.read()

    def read(self) -> None:
        """Show how the keys stand."""
        found = self.found = state(self._desk.home)
        district = self._desk.role == "district"
        if not found.version:
            self._say(self.listed, say("没有，还没有登记"), "")
        else:
            words = say("第{version}版，有效到{day}。", version=found.version, day=found.expires)
            late = say("快到期或已到期；到期只提醒，不影响使用。") if found.due else ""
            self._say(self.listed, passage(words, late) if late else words, "warning" if found.due else "")
        own = say("名单里有本机的钥匙。") if found.listed else say("名单里还没有本机的钥匙，要等区级登记。")
        own = passage(own, say("另有第二签名（SM2）。")) if found.sm2 else own
        self._say(self.own, own, "" if found.listed or not found.version else "warning")
        asks = not district and found.version > 0 and not found.listed
        self.digits.setText(enrol.own_request(self._desk.home).fingerprint if asks else "")
        self.digits.setVisible(asks)
        self.rotate.setEnabled(found.version > 0)
        about = say(
            "上级要求用国密签名时才打开：文件除通常的签名外再加一个SM2签名，两个都对才收。先把各处的程序都更新。"
            "这只是算法，没有经过密码产品检测认证。"
        )
        self._say(self.second, passage(say("已打开。") if found.sm2 else say("没有打开。"), about), "")
        self.switch.setText(say("不再加第二签名…") if found.sm2 else say("打开第二签名…"))
        self.switch.setEnabled(found.version > 0)
        shown = ((self.root, district), (self.escrow, district), (self.waiting, found.waiting is not None))
        for label, on in shown:
            if (card := label.parentWidget()) is not None:
                card.setVisible(on)
        if found.waiting is not None:
            w = found.waiting
            head = say("第{version}版，还差{n}把签名", version=w.trust.version, n=w.lacking)
            self._say(self.waiting, "\n".join([head, *w.changes]), "warning")
        if district:
            self._say(self.root, _root(found), "")
            self.save.setVisible(found.root_here)
            self._say(self.escrow, _escrow(found), "" if found.escrow else "warning")

    def _card(
        self, heading: str, inside: Sequence[QPushButton | QCheckBox] = (), below: QLabel | None = None
    ) -> QLabel:
        card, words = Card(heading), QLabel()
        words.setWordWrap(True)
        card.box.addWidget(words)
        if below is not None:
            card.box.addWidget(below)
        if inside:
            card.box.addWidget(flowing(*inside))
        self.box.addWidget(card)
        return words

    def _say(self, label: QLabel, words: str, level: str) -> None:
        label.setText(words)
        label.setProperty("level", level)
        label.style().unpolish(label)
        label.style().polish(label)

    # --- what a person does ---------------------------------------------------------------------------------------

    def _renew(self) -> None:
        trust = self._desk.attempt(roots.renew, self._desk.home)
        if trust is not None:
            self._desk.tell(say("信任名单第{version}版已生效，有效到{day}。", version=trust.version, day=trust.expires))
        self.read()

    def _rotate(self) -> None:
        self._ask_change(say("换钥匙"), None)

    def _switch(self) -> None:
        second = not (self.found and self.found.sm2)
        self._ask_change(say("打开第二签名") if second else say("不再加第二签名"), second)

    def _ask_change(self, title: str, second: bool | None) -> None:
        """Another key, with or without a second signature, `None` for as before."""
        if self._desk.role == "district":
            self._desk.confirm(
                title,
                say("区级的签名钥匙和收件钥匙都换成新的，各站点收到下一个回执时自动换用。寄给旧钥匙的文件照样打得开。"),
                say("换钥匙"),
                lambda: self._rotate_district(second),
            )
        else:
            self._desk.confirm(
                title,
                say("换了以后要把登记申请送到区里，打电话核对指纹。登记以前上报的文件在区里等着，登记以后照收。"),
                say("换钥匙"),
                lambda: self._folder(say("登记申请放到哪里"), lambda folder: self._rotate_station(folder, second)),
            )

    def _rotate_district(self, second: bool | None) -> None:
        def work() -> object:
            return rotation.change_district(self._desk.home, second=second)

        if self._desk.attempt(work) is not None:
            self._desk.tell(say("区级的钥匙已换。"))
        self.read()

    def _rotate_station(self, folder: Path, second: bool | None) -> None:
        home = self._desk.home

        def work() -> Path:
            rotation.change(home, leaked=second is None and self.leaked.isChecked(), second=second)
            return enrol.request(home, folder)[0]

        written = self._desk.attempt(work)
        self.read()
        if written is not None:
            self._say(self.own, say("登记申请：{file}。请送到区里，并在电话里读出这六组数字：", file=written.name), "")

    def _save_root(self) -> None:
        self.asking = RootPassphrase(
            self, lambda word: self._folder(say("根钥匙备份到哪个U盘"), lambda folder: self._root_to(folder, word))
        )
        self.asking.open()

    def _root_to(self, folder: Path, passphrase: str) -> None:
        home = self._desk.home
        made = self._desk.attempt(roots.save, home, folder, f"{home.code}-root", passphrase)
        if made is not None:
            self.shown = NewRecovery(self, home, made.recovery_code, root=True)
            self.shown.open()

    def _make_escrow(self) -> None:
        self._folder(say("应急钥匙放到哪个U盘"), self._escrow_to)

    def _escrow_to(self, folder: Path) -> None:
        made = self._desk.attempt(escrow.make, self._desk.home, folder)
        self.read()
        if made is not None:
            self._desk.tell(say("应急钥匙已写到{file}，请取下U盘锁好。", file=made.identity.name))

    def _write_draft(self) -> None:
        self._folder(say("草稿放到哪里"), self._draft_to)

    def _draft_to(self, folder: Path) -> None:
        written = self._desk.attempt(roots.write, self._desk.home, folder)
        if written is not None and written.file is not None:
            self._desk.tell(say("草稿已写出：{file}。请交给根钥匙保管人签名。", file=written.file.name))

    def _take_draft(self) -> None:
        dialog = QFileDialog(self, say("签过名的草稿"))
        dialog.setNameFilter(say("草稿、名单文件 (*-draft.json *-trust-*.json)"))
        dialog.fileSelected.connect(lambda file: self._take_file(Path(file)))
        dialog.open()

    def _take_file(self, file: Path) -> None:
        trust = self._desk.attempt(roots.take, self._desk.home, file)
        if trust is not None:
            self._desk.tell(say("信任名单第{version}版已生效，有效到{day}。", version=trust.version, day=trust.expires))
        self.read()

    def _folder(self, title: str, then: Callable[[Path], None]) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda folder: then(Path(folder)))
        dialog.open()


def _root(found: KeyState) -> str:
    if found.root_here and len(found.roots) == 1:
        return say("一把，在本机。请备份到U盘锁好：没有备份，本机一丢，各站点都要重新登记。")
    words = say("{n}把，要{threshold}把签名。", n=len(found.roots), threshold=found.threshold)
    return passage(words, say("都在保管人手里，名单有改动时请他们签名。")) if not found.root_here else words


def _escrow(found: KeyState) -> str:
    if found.escrow:
        return say("有。它能打开以后的全部数据包，请锁在别处；再做一把，新的就代替它，旧的仍要留着。")
    return say("没有。做一把锁在别处，区级的电脑全没了也能打开数据包。")


SCREEN = Screen("trust", lambda: say("钥匙"), "certificate", TrustPage, group=signs.desk)
