"""A form for any kind, made from what it asks: values in, values out, findings beside the fields as one leaves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from studio_desk.desk.form.beside import Cell
from studio_desk.desk.form.build import editor_for
from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.desk.form.sections import Section
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.desk.form.refs import MakeNew
    from studio_desk.record.kind import Kind

CHECK_AFTER_MS = 200
CARRIED = (
    "uid",
    "code",
    "station",
    "state",
    "void_reason",
    "created_at",
    "created_by",
    "entered_late",
    "source",
    "kept",
)
"""What every record has and the form hands on unchanged."""


class Form(QScrollArea):
    """One record's fields.

    Signals:
        changed: the person changed a value.
        left: the focus left a field.
        keep_wanted: a warning is to be kept with a reason (a `Finding`).
    """

    changed = Signal()
    left = Signal()
    keep_wanted = Signal(object)

    def __init__(
        self,
        desk: Desk,
        kind: Kind,
        make_new: MakeNew | None = None,
        only: Sequence[str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the form.

        Args:
            desk: the open home.
            kind: whose fields.
            make_new: how a record referred to is made on the spot.
            only: names of the fields to ask; all when not given.
            parent: owner.
        """
        super().__init__(parent)
        self.kind = kind
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cells: dict[str, Cell] = {}
        self._rest: dict[str, Any] = {}
        self._touched: set[str] = set()
        self._all = False
        self._check = QTimer(self)
        self._check.setSingleShot(True)
        self._check.setInterval(CHECK_AFTER_MS)
        self._check.timeout.connect(self.check)
        fields = [f for f in fields_of(kind.model) if only is None or f.name in only]
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(2, 2, 10, 16)
        box.setSpacing(10)
        for heading, group in _groups(fields):
            cells = [self._cell(field, desk, make_new) for field in group]
            box.addWidget(Section(heading, cells))
        box.addStretch(1)
        self.setWidget(page)

    def _cell(self, field: Field, desk: Desk, make_new: MakeNew | None) -> Cell:
        editor = editor_for(field, desk, make_new)
        cell = self.cells[field.name] = Cell(editor)
        editor.changed.connect(self._changed)
        editor.left.connect(lambda name=field.name: self._left(name))
        cell.kept.connect(self.keep_wanted)
        cell.taken_back.connect(self._take_back)
        proxy = editor.focusProxy()
        if proxy is not None:
            proxy.installEventFilter(self)
        return cell

    # --- values --------------------------------------------------------------------------------------------------

    def put(self, values: Mapping[str, Any], *, whole: bool = False) -> None:
        """Show a record's values.

        Args:
            values: all of them, common columns among them.
            whole: show every finding at once (a saved record), not only as fields are left (a new one).
        """
        self._rest = {name: values[name] for name in CARRIED if name in values}
        self._rest |= {
            n: v
            for n, v in values.items()
            if n in self.kind.model.model_fields and n not in self.cells and n not in _WORKED_OUT
        }
        for name, cell in self.cells.items():
            cell.editor.put(values.get(name, cell.editor.field.default))
        self._touched.clear()
        self._all = whole
        self._check.stop()
        self.check()

    def settle(self) -> None:
        """Turn what was typed into what it means, in every field; before saving."""
        for cell in self.cells.values():
            cell.editor.settle()

    def values(self) -> dict[str, Any]:
        """All values as typed."""
        return {**self._rest, **{name: cell.editor.value() for name, cell in self.cells.items()}}

    def put_state(self, state: str) -> None:
        """Judge the values as if the record stood in that state (before a step of its life)."""
        self._rest["state"] = state

    @property
    def title(self) -> str:
        """What names the record, as far as typed."""
        cell = self.cells.get(self.kind.name)
        return str(cell.editor.value() or "") if cell else ""

    @property
    def kept(self) -> list[dict[str, Any]]:
        """Warnings kept with a reason."""
        return list(self._rest.get("kept") or [])

    def keep(self, finding: Finding, reason: str) -> None:
        """Keep a warning."""
        rest = [k for k in self.kept if (k.get("code"), k.get("field", "")) != (finding.code, finding.field)]
        self._rest["kept"] = [*rest, {"code": finding.code, "field": finding.field, "reason": reason}]
        self._changed()

    def _take_back(self, finding: Finding) -> None:
        self._rest["kept"] = [
            k for k in self.kept if (k.get("code"), k.get("field", "")) != (finding.code, finding.field)
        ]
        self._changed()

    def lock(self, locked: bool) -> None:
        """Show only."""
        for cell in self.cells.values():
            cell.editor.lock(locked)

    # --- findings ------------------------------------------------------------------------------------------------

    def findings(self) -> list[Finding]:
        """Everything found about the values as typed, kept warnings among them."""
        found = [f for cell in self.cells.values() if (f := cell.editor.trouble())]
        values = self.values()
        return [*found, *self.kind.find({**values, "kept": []})]

    def check(self) -> list[Finding]:
        """Find, and show beside the fields that were touched (after `show_all`, beside all)."""
        found = self.findings()
        for name, cell in self.cells.items():
            mine = [f for f in found if f.field.split(".")[0] == name]
            cell.show_findings(mine if self._all or name in self._touched else [], self.kept)
        return found

    def show_all(self) -> list[Finding]:
        """Show every finding; answers the errors."""
        self._all = True
        return [f for f in self.check() if f.level == "error"]

    def go_to(self, name: str) -> None:
        """Put the focus into a field (`steps.2.day` goes to `steps`)."""
        cell = self.cells.get(name.split(".", maxsplit=1)[0])
        if cell is not None:
            self.ensureWidgetVisible(cell)
            cell.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to_first(self) -> None:
        """The first field that is empty and required, else the first."""
        for name, cell in self.cells.items():
            if cell.editor.field.required and cell.editor.value() in ("", [], None):
                self.go_to(name)
                return
        if self.cells:
            self.go_to(next(iter(self.cells)))

    def _changed(self) -> None:
        self._check.start()
        self.changed.emit()

    def _left(self, name: str) -> None:
        self._touched.add(name)
        self._check.start()
        self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on to the next field; a field that gets the focus scrolls into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            QTimer.singleShot(0, watched, lambda: self.ensureWidgetVisible(watched, 0, 60))
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and isinstance(watched, (QLineEdit, QComboBox))
        ):
            watched.focusNextChild()
            return True
        return super().eventFilter(watched, event)


_WORKED_OUT = ("rev", "conflict", "updated_at", "updated_by")


def _groups(fields: Sequence[Field]) -> list[tuple[str, list[Field]]]:
    """Fields under their headings, in order."""
    groups: list[tuple[str, list[Field]]] = []
    for field in fields:
        if field.ask.group or not groups:
            groups.append((say(field.ask.group) if field.ask.group else "", []))
        groups[-1][1].append(field)
    return groups
