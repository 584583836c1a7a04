"""The editor for a field: one line for each sort."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio_desk.desk.form import editors, refs, words
from studio_desk.desk.form.editors import Editor
from studio_desk.desk.form.fields import Field, Sort

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.desk.form.refs import MakeNew

PLAIN: dict[Sort, Callable[[Field, QWidget | None], Editor]] = {
    "text": editors.TextEditor,
    "long": editors.LongEditor,
    "number": editors.NumberEditor,
    "yes": editors.YesEditor,
    "day": editors.DayEditor,
    "time": editors.TimeEditor,
    "lines": editors.LinesEditor,
    "word": words.WordEditor,
    "words": words.WordsEditor,
}


def editor_for(field: Field, desk: Desk, make_new: MakeNew | None = None, parent: QWidget | None = None) -> Editor:
    """The editor for a field.

    Args:
        field: what is asked.
        desk: where other records are found.
        make_new: how a record is made on the spot; `None` when that is not offered.
        parent: owner.
    """
    if field.sort == "ref":
        return refs.RefEditor(field, desk, make_new, parent)
    if field.sort == "refs":
        return refs.RefsEditor(field, desk, make_new, parent)
    if field.sort == "parts":
        from studio_desk.desk.form.parts import PartsEditor

        return PartsEditor(field, desk, make_new, parent)
    return PLAIN[field.sort](field, parent)
