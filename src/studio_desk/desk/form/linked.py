"""同一人: the records that are said to be the same as this one, and the buttons that say so or take it back."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import signs
from studio_desk.desk.buttons import push
from studio_desk.desk.form.refs import RefLine
from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say, series
from studio_desk.store import links

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind


class LinkDialog(QDialog):
    """Choose the other record and say why; `then(uid, reason)`."""

    def __init__(self, desk: Desk, kind: Kind, then: Callable[[str, str], None], parent: QWidget | None) -> None:
        super().__init__(parent)
        self._then = then
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("关联：{same}", same=say(kind.same)))
        self.setMinimumWidth(460)
        about = QLabel(say("两条记录都不改动，只记下它们是{same}；随时可以取消。", same=say(kind.same)))
        about.setWordWrap(True)
        self.line = RefLine(desk, kind.key)
        self.line.setAccessibleName(say("另一条记录"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(say("依据，例如：核对过身份证"))
        self.reason.setAccessibleName(say("依据"))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.join = self.buttons.addButton(say("关联"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        for widget in (about, self.line, self.reason, self.buttons):
            box.addWidget(widget)
        self.line.chosen.connect(self._allow)
        self._allow()
        self.line.setFocus()

    def _allow(self) -> None:
        self.join.setEnabled(bool(self.line.uid))

    def accept(self) -> None:
        """Hand on what was chosen."""
        uid, reason = self.line.uid, self.reason.text().strip()
        super().accept()
        self._then(uid, reason)


class Linked(QWidget):
    """One line below the buttons of a record; hidden for kinds that are never linked and for new records."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._kind: Kind | None = None
        self._uid = ""
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse)
        self.words.linkActivated.connect(desk.open_record)
        self.join = push("git-merge", say("关联"), self.ask)
        self.part = QPushButton(icon("x"), say("取消关联"))
        self.part.setMenu(QMenu(self.part))
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.words, 1)
        box.addWidget(self.join)
        box.addWidget(self.part)

    def put(self, kind: Kind, uid: str, *, saved: bool, locked: bool) -> None:
        """Show what a record is linked with.

        Args:
            kind: its kind.
            uid: the record.
            saved: it is in the file.
            locked: nothing may be changed.
        """
        self._kind, self._uid = kind, uid
        self.setVisible(saved and bool(kind.same))
        if self.isHidden():
            return
        ties = [tie for tie in links.ties(self._desk.journal, uid) if tie.linked]
        members = links.group(self._desk.journal, uid).members
        direct = {tie.uid for tie in ties}
        shown = [f'<a href="{t.uid}">{escape(t.code)}</a> {escape(t.title)}' for t in ties]
        further = [u for u in members if u not in direct | {uid}]
        names = self._desk.titles(further)
        shown += [f'<a href="{u}">{escape(names.get(u, u))}</a>' for u in further]
        text = signs.named(say(kind.same), series(shown)) if shown else say("没有关联到别的记录。")
        self.words.setText(text)
        self.words.setProperty("faint", "" if shown else "true")
        self.words.style().polish(self.words)
        self.join.setEnabled(not locked)
        self.part.setEnabled(not locked)
        self.part.setVisible(bool(ties))
        menu = self.part.menu()
        menu.clear()
        for tie in ties:
            action = menu.addAction(f"{tie.code} {tie.title}")
            action.setToolTip(say("{at}，{by}：{reason}", at=tie.at[:10], by=tie.by, reason=tie.reason))
            action.triggered.connect(lambda _=False, other=tie.uid: self.ask_apart(other))

    def ask(self) -> None:
        """Choose the other record."""
        if self._kind is not None:
            LinkDialog(self._desk, self._kind, self._link, self.window()).open()

    def ask_apart(self, other: str) -> None:
        """Ask why the link is taken back."""
        self._desk.ask_reason(
            say("取消关联"),
            say("取消后两条记录还是原来的样子。请写明为什么。"),
            lambda reason: self._unlink(other, reason),
        )

    def _link(self, other: str, reason: str) -> None:
        if self._desk.attempt(links.link, self._desk.journal, self._uid, other, reason) is not None:
            self._desk.tell(say("已关联。两条记录都没有改动，可以随时取消。"))

    def _unlink(self, other: str, reason: str) -> None:
        if self._desk.attempt(links.unlink, self._desk.journal, self._uid, other, reason) is not None:
            self._desk.tell(say("已取消关联。两条记录还是原来的样子。"))
