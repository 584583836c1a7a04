"""Make a record on the spot while filling in another: only what it cannot do without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from studio_desk.desk.form.fields import fields_of
from studio_desk.desk.form.form import Form
from studio_desk.desk.form.start import first_values
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind

PLAIN = {"text", "word", "day", "number", "yes", "ref"}


class QuickNew(QDialog):
    """A short form of a kind; `then(uid)` when it was saved."""

    def __init__(self, desk: Desk, kind: Kind, name: str, then: Callable[[str], None], parent: QWidget | None) -> None:
        super().__init__(parent)
        self._desk, self._kind, self._then = desk, kind, then
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("新建{kind}", kind=say(kind.title)))
        fields = fields_of(kind.model)
        brief = [f.name for f in fields if f.required or (f.ask.listed and f.sort in PLAIN)]
        self.form = Form(desk, kind, only=brief)
        values: dict[str, Any] = first_values(desk, kind)
        if name:
            values[kind.name] = name
        self.form.put(values)
        self.form.setMinimumSize(self.fontMetrics().height() * 26, self.fontMetrics().height() * 18)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        box.addWidget(self.form, 1)
        box.addWidget(buttons)
        self.form.go_to_first()

    def accept(self) -> None:
        """Save, or show what is missing."""
        self.form.settle()
        if errors := self.form.show_all():
            self.form.go_to(errors[0].field)
            return
        try:
            written = self._desk.journal.write(self._kind.key, self.form.values())
        except Problem as problem:
            self._desk.refuse(problem)
            return
        super().accept()
        self._desk.tell(say("存好了：{code}", code=written.code))
        self._then(written.uid)


def make_new(desk: Desk, parent: QWidget) -> Callable[[str, str, Callable[[str], None]], None]:
    """How the forms of `parent` make other records on the spot."""

    def make(kind: str, name: str, then: Callable[[str], None]) -> None:
        QuickNew(desk, desk.kind(kind), name, then, parent.window()).open()

    return make
