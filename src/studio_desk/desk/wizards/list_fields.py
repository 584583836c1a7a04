"""Widgets for the parts of a list: a line, a long text, a choice, rows with columns, named values; findings beside each."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import theme
from studio_desk.desk.buttons import push
from studio_desk.desk.rows import Fitted
from studio_desk.kernel.words import say
from studio_desk.store.list_parts import Part, typed
from studio_desk.store.list_words import choice_word

RAW = Qt.ItemDataRole.UserRole
ROWS_SEEN, MOST_TOLD = 5, 4

Findings = Sequence[tuple[tuple[str, ...], str]]
"""Where in a part (row, column; nothing for the part itself) something is wrong, and what."""


class PartField(QWidget):
    """One part with its findings under it; abstract, as the type checker sees to (Qt's metaclass leaves `ABC` no room).

    Signals:
        changed: something was typed.
    """

    changed = Signal()

    def __init__(self, part: Part, label: str) -> None:
        super().__init__()
        self.part, self.label = part, label
        self.wrong = QLabel()
        self.wrong.setProperty("level", "error")
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(2)

    @abstractmethod
    def load(self, value: Any) -> None:
        """Show a value, `None` for none yet."""

    @abstractmethod
    def value(self) -> Any:
        """What stands there, `None` for nothing."""

    def tell(self, findings: Findings) -> None:
        """Say what is wrong."""
        told = list(dict.fromkeys(self.place(where) + words for where, words in findings))
        more = say("还有{n}处。", n=len(told) - MOST_TOLD) if len(told) > MOST_TOLD else ""
        self.wrong.setText("\n".join([*told[:MOST_TOLD], *([more] if more else [])]))
        self.wrong.setVisible(bool(told))

    def place(self, where: tuple[str, ...]) -> str:
        """Where in the part, in words before the finding."""
        del where
        return ""


class LineField(PartField):
    """A line, a long text or a choice."""

    def __init__(self, part: Part, label: str) -> None:
        super().__init__(part, label)
        self.typed: QLineEdit | QPlainTextEdit
        if part.form == "text":
            self.typed = QPlainTextEdit()
            self.typed.setTabChangesFocus(True)
            self.typed.setFixedHeight(self.typed.fontMetrics().lineSpacing() * 4)
        else:
            self.typed = QLineEdit()
        self.typed.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.typed.textChanged.connect(self.changed)
        self.box.addWidget(self.typed)
        self.box.addWidget(self.wrong)

    def load(self, value: Any) -> None:
        """Show it."""
        text = "" if value is None else str(value)
        if isinstance(self.typed, QPlainTextEdit):
            self.typed.setPlainText(text)
        else:
            self.typed.setText(text)

    def value(self) -> Any:
        """What was typed."""
        text = self.typed.toPlainText() if isinstance(self.typed, QPlainTextEdit) else self.typed.text()
        return typed(self.part, text) if text.strip() else None


class Choosing(QStyledItemDelegate):
    """Cells with a choice get a list to choose from."""

    def __init__(self, choices: Callable[[int, int], Mapping[str, str]], parent: QWidget) -> None:
        super().__init__(parent)
        self._choices = choices

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A list where there is a choice, else a line."""
        words = self._choices(index.row(), index.column())
        if not words:
            made: QWidget = super().createEditor(parent, option, index)
            return made
        box = QComboBox(parent)
        box.addItems(list(words.values()))
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Begin with what stands there."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data() or ""))
        else:
            super().setEditorData(editor, index)


class TableField(PartField):
    """What rows and named values have in common: a table whose cells are typed into."""

    def __init__(self, part: Part, label: str, heads: Sequence[str], stretch: int) -> None:
        super().__init__(part, label)
        self.table = Fitted(heads, stretch)
        self.table.setAccessibleName(label)
        self.table.setMinimumHeight((self.fontMetrics().height() + 14) * ROWS_SEEN)
        self.table.setItemDelegate(Choosing(self.choices, self.table))
        self.table.itemChanged.connect(lambda _: self.changed.emit())
        self.box.addWidget(self.table, 1)
        self.box.addWidget(self.wrong)

    @abstractmethod
    def choices(self, row: int, column: int) -> Mapping[str, str]:
        """The words a cell may be, each with how a person reads it; none when any."""

    def put(self, row: int, column: int, value: Any) -> None:
        """Show a value in a cell and remember what it was."""
        item = QTableWidgetItem(self.shown(row, column, value))
        item.setData(RAW, value)
        self.table.setItem(row, column, item)

    def shown(self, row: int, column: int, value: Any) -> str:
        """A value as it stands in a cell."""
        text = shown(value)
        return self.choices(row, column).get(text, text)

    def text(self, row: int, column: int) -> str:
        """What stands in a cell; of a choice the word of the list, however a person reads it."""
        item = self.table.item(row, column)
        text = item.text().strip() if item is not None else ""
        return next((word for word, read in self.choices(row, column).items() if read == text), text)

    def kept(self, row: int, column: int) -> Any:
        """The value that was loaded, when nothing else was typed over it; else `None`."""
        item = self.table.item(row, column)
        raw = item.data(RAW) if item is not None else None
        return raw if item is not None and raw is not None and item.text() == self.shown(row, column, raw) else None

    def mark(self, cells: set[tuple[int, int]]) -> None:
        """Colour the cells in which something is wrong."""
        self.table.blockSignals(True)
        for row in range(self.table.rowCount()):
            for column in range(self.table.columnCount()):
                if (item := self.table.item(row, column)) is not None:
                    wrong = QColor(theme.colour("error"))
                    wrong.setAlpha(60)
                    item.setData(Qt.ItemDataRole.BackgroundRole, wrong if (row, column) in cells else None)
        self.table.blockSignals(False)


class RowsField(TableField):
    """Rows that are added, taken away and typed into."""

    def __init__(self, part: Part, label: str, heads: Sequence[str]) -> None:
        wide = next((n for n, one in enumerate(part.columns) if one.form == "line"), 0)
        super().__init__(part, label, heads, wide)
        self._heads = heads
        self.add = push("plus", say("加一行"), self.add_row)
        self.drop = push("x", say("删选中的行"), self.drop_rows)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.drop)
        row.addStretch(1)
        self.box.addLayout(row)

    def choices(self, row: int, column: int) -> Mapping[str, str]:
        """Those of the column."""
        del row
        one = self.part.columns[column]
        return {word: choice_word(one.path, word) for word in one.choices}

    def load(self, value: Any) -> None:
        """Show rows."""
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for one in value if isinstance(value, list) else []:
            self._row(one if isinstance(one, dict) else {})
        self.table.blockSignals(False)
        self.table.fit()

    def value(self) -> Any:
        """The rows in which anything stands."""
        found = [self._said(row) for row in self._filled()]
        return found if found or self.part.needed else None

    def tell(self, findings: Findings) -> None:
        """Colour the cells too."""
        names, filled = [one.name for one in self.part.columns], self._filled()
        cells = set()
        for where, _ in findings:
            if len(where) > 1 and where[0].isdigit() and int(where[0]) < len(filled) and where[1] in names:
                cells.add((filled[int(where[0])], names.index(where[1])))
        self.mark(cells)
        super().tell(findings)

    def place(self, where: tuple[str, ...]) -> str:
        """Row and column."""
        names, filled = [one.name for one in self.part.columns], self._filled()
        if not where or not where[0].isdigit() or int(where[0]) >= len(filled):
            return ""
        row = filled[int(where[0])] + 1
        if len(where) > 1 and where[1] in names:
            return say("第{n}行“{column}”：", n=row, column=self._heads[names.index(where[1])])
        return say("第{n}行：", n=row)

    def add_row(self) -> None:
        """An empty row below, to be typed into."""
        self._row({})
        row = self.table.rowCount() - 1
        self.table.setCurrentCell(row, 0)
        self.table.setFocus()
        self.changed.emit()

    def drop_rows(self) -> None:
        """Take the chosen rows away."""
        for row in sorted({index.row() for index in self.table.selectedIndexes()}, reverse=True):
            self.table.removeRow(row)
        self.changed.emit()

    def _row(self, said: Mapping[str, Any]) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, one in enumerate(self.part.columns):
            self.put(row, column, said.get(one.name))

    def _filled(self) -> list[int]:
        columns = range(self.table.columnCount())
        return [row for row in range(self.table.rowCount()) if any(self.text(row, column) for column in columns)]

    def _said(self, row: int) -> dict[str, Any]:
        said = {}
        for column, one in enumerate(self.part.columns):
            text, kept = self.text(row, column), self.kept(row, column)
            if kept is not None:
                said[one.name] = kept
            elif text or (one.needed and one.form == "figure"):
                said[one.name] = typed(one, text)
        return said


@dataclass(frozen=True)
class Named:
    """A value that has a name of its own.

    Attributes:
        name: its key.
        label: its name for people.
        words: what it may be, each with how a person reads it; none when anything.
        read: what a typed text means.
    """

    name: str
    label: str
    words: Mapping[str, str]
    read: Callable[[str], Any]


class ValuesField(TableField):
    """Named values, each in a row; an empty one is not set."""

    def __init__(self, part: Part, label: str, named: Sequence[Named]) -> None:
        super().__init__(part, label, (say("栏目"), say("预填成什么")), 1)
        self._named = list(named)

    def choices(self, row: int, column: int) -> Mapping[str, str]:
        """Those of the value, and nothing."""
        words = self._named[row].words if column else {}
        return {"": "", **words} if words else {}

    def load(self, value: Any) -> None:
        """Show what is set; names that are not known any more keep their value."""
        said = value if isinstance(value, dict) else {}
        known = {one.name for one in self._named}
        self._named += [Named(name, name, {}, str) for name in said if name not in known]
        self.table.blockSignals(True)
        self.table.setRowCount(len(self._named))
        for row, one in enumerate(self._named):
            name = QTableWidgetItem(one.label)
            name.setFlags(name.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(row, 0, name)
            self.put(row, 1, said.get(one.name))
        self.table.blockSignals(False)
        self.table.fit()

    def value(self) -> Any:
        """What is set."""
        found = {}
        for row, one in enumerate(self._named):
            text, kept = self.text(row, 1), self.kept(row, 1)
            if kept is not None:
                found[one.name] = kept
            elif text:
                found[one.name] = one.read(text)
        return found

    def tell(self, findings: Findings) -> None:
        """Colour the values too."""
        names = [one.name for one in self._named]
        self.mark({(names.index(where[0]), 1) for where, _ in findings if where and where[0] in names})
        super().tell(findings)

    def place(self, where: tuple[str, ...]) -> str:
        """The name."""
        label = next((one.label for one in self._named if where and one.name == where[0]), "")
        return say("“{label}”：", label=label) if label else ""


def shown(value: Any) -> str:
    """A value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("是") if value else say("否")
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
