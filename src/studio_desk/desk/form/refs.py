"""Name another record: found while typing by name, number or pinyin initials, made on the spot when it is not there yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from studio_desk.desk.form.chips import Chips
from studio_desk.desk.form.editors import Editor
from studio_desk.desk.form.fields import Field
from studio_desk.desk.form.words import COLUMNS_OF_LIST, Suggestions
from studio_desk.desk.icons import icon
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.record.kind import VOID
from studio_desk.store import search

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.store.home import Home

MakeNew = Callable[[str, str, Callable[[str], None]], None]
"""`make_new(kind, name, then)`: ask for a new record of a kind beginning with this name; `then(uid)`."""


def candidates(home: Home, kind: str, text: str, limit: int = COLUMNS_OF_LIST) -> list[tuple[str, str]]:
    """Label and uid of records that fit what was typed, without withdrawn ones; the newest when nothing was typed.

    Args:
        home: the open home.
        kind: key of a kind, `""` for any.
        text: what was typed.
        limit: how many at most.
    """
    if text.strip():
        hits, _ = search.find(home.file, text, kind or None, limit * 2)
        rows = [(h.uid, h.title, h.code, h.state) for h in hits]
    else:
        with home.file.read() as c:
            rows = [
                (r[0], r[1], r[2], r[3])
                for r in c.exec_driver_sql(
                    "SELECT uid, title, code, state FROM record WHERE kind = ?1 OR ?1 = '' ORDER BY n DESC LIMIT ?2",
                    (kind, limit * 2),
                )
            ]
    kept = [(uid, title or code, code) for uid, title, code, state in rows if state != VOID]
    return [(f"{title}  {code}", uid) for uid, title, code in kept[:limit]]


class RefLine(QLineEdit):
    """A line that stands for one record.

    Signals:
        chosen: another record, or none, was chosen.
    """

    chosen = Signal()

    def __init__(self, desk: Desk, kind: str, make_new: MakeNew | None = None) -> None:
        super().__init__()
        self._desk, self._kind, self._make_new = desk, kind, make_new
        self.uid = ""
        self._found: dict[str, str] = {}
        self._asked = ""
        self.setPlaceholderText(
            say("姓名、编号或拼音首字母") if kind in {"person", "member"} else say("名称、编号或拼音首字母")
        )
        # The line itself takes over the suggestion's words when one is chosen: ours must come after that.
        self._suggest = Suggestions(self, self._offer, lambda label: QTimer.singleShot(0, lambda: self._take(label)))
        self.textEdited.connect(self._typed)

    def put(self, uid: str) -> None:
        """Stand for a record."""
        self.uid = uid
        self.setText(self._desk.titles([uid]).get(uid, uid) if uid else "")
        self.setCursorPosition(0)

    def settle(self) -> None:
        """What was typed becomes the only record that is called so."""
        text = self.text().strip()
        if text and not self.uid:
            named = [u for label, u in candidates(self._desk.home, self._kind, text) if label.split("  ")[0] == text]
            if len(named) == 1:
                self.put(named[0])
                self.chosen.emit()

    def _typed(self, text: str) -> None:
        del text
        if self.uid:
            self.uid = ""
        self.chosen.emit()

    def _new_label(self, text: str) -> str:
        kind = say(self._desk.kind(self._kind).title)
        return say("+ 新建{kind}“{name}”", kind=kind, name=text)

    def _offer(self, text: str) -> list[str]:
        if self._desk.busy:
            return []
        self._asked = text
        self._found = dict(candidates(self._desk.home, self._kind, text))
        labels = list(self._found)
        if self._make_new is not None and self._kind and text:
            labels.append(self._new_label(text))
        return labels

    def _take(self, label: str) -> None:
        if label in self._found:
            self.put(self._found[label])
            self.chosen.emit()
        elif self._make_new is not None:
            self.setText("")
            self._make_new(self._kind, self._asked, self._made)

    def _made(self, uid: str) -> None:
        self.put(uid)
        self.chosen.emit()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down in an empty line offers the newest records."""
        if event.key() == Qt.Key.Key_Down and not self.text() and not self._suggest.popup.isVisible():
            self._found = dict(candidates(self._desk.home, self._kind, ""))
            self._suggest.model.setStringList(list(self._found))
            self._suggest.completer.complete()
        else:
            super().keyPressEvent(event)


def _unknown(field: Field, text: str) -> Finding | None:
    if not text.strip():
        return None
    return Finding(
        field.name,
        "NOT_CHOSEN",
        say("“{text}”还没有对上登记的哪一条。", text=text.strip()[:30]),
        say("请从列出的里面选一条，或新建。"),
    )


class RefEditor(Editor):
    """One record."""

    def __init__(
        self, field: Field, desk: Desk, make_new: MakeNew | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self.line = RefLine(desk, field.ask.refers, make_new)
        self._open = QToolButton()
        self._open.setIcon(icon("external-link"))
        self._open.setProperty("small", "true")
        self._open.setAccessibleName(say("打开：{label}", label=say(field.ask.label)))
        self._open.setToolTip(say("打开这条记录"))
        self._open.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._open.clicked.connect(lambda: desk.open_record(self.line.uid))
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.line, 1)
        box.addWidget(self._open)
        self.line.chosen.connect(self._chosen)
        self.holds(self.line)
        self._open.setEnabled(False)

    def _chosen(self) -> None:
        self._open.setEnabled(bool(self.line.uid))
        self.changed.emit()

    def settle(self) -> None:
        """A full name is enough."""
        self.line.settle()

    def trouble(self) -> Finding | None:
        """What was typed and stands for no record."""
        return None if self.line.uid else _unknown(self.field, self.line.text())

    def value(self) -> Any:
        """Its uid."""
        return self.line.uid

    def put(self, value: Any) -> None:
        """Show its title."""
        uid = str(value or "")
        if uid != self.line.uid or not uid:
            self.line.put(uid)
        self._open.setEnabled(bool(uid))

    def lock(self, locked: bool) -> None:
        """Opening stays possible."""
        self.line.setReadOnly(locked)


class RefsEditor(Editor):
    """Several records, as chips."""

    def __init__(
        self, field: Field, desk: Desk, make_new: MakeNew | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(field, parent)
        self._desk = desk
        self._names: dict[str, str] = {}
        self.chips = Chips(lambda uid: self._names.get(uid, uid))
        self.line = RefLine(desk, field.ask.refers, make_new)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.chips)
        box.addWidget(self.line)
        self.chips.changed.connect(self.changed)
        self.chips.pressed.connect(desk.open_record)
        self.line.chosen.connect(self._chosen)
        self.holds(self.line)

    def _chosen(self) -> None:
        uid = self.line.uid
        if uid:
            self.line.put("")
            if uid not in self.chips.values:
                self._show([*self.chips.values, uid])
            self.changed.emit()

    def _show(self, uids: list[str]) -> None:
        self._names |= self._desk.titles([uid for uid in uids if uid not in self._names])
        self.chips.put(uids)

    def settle(self) -> None:
        """A full name is enough."""
        self.line.settle()

    def trouble(self) -> Finding | None:
        """What was typed and stands for no record."""
        return _unknown(self.field, self.line.text())

    def value(self) -> Any:
        """Their uids."""
        return list(self.chips.values)

    def put(self, value: Any) -> None:
        """Show their titles."""
        self._show([str(uid) for uid in value or []])

    def lock(self, locked: bool) -> None:
        """Show only; a chip opens its record."""
        self.chips.lock(locked)
        self.line.setVisible(not locked)
