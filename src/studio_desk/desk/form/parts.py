"""Child lines (attendees, steps, speeches) as a table one types into: add, remove, up, down, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import signs, theme
from studio_desk.desk.flow import flowing
from studio_desk.desk.form.build import editor_for
from studio_desk.desk.form.editors import Editor, LongEditor
from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.desk.icons import coloured, icon
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.desk.form.refs import MakeNew

Index = QModelIndex | QPersistentModelIndex
SHOWN_ROWS = (2, 9)
"""Fewest and most rows that the table shows before it scrolls."""
LINES_IN_CELL = 3


class PartsModel(QAbstractTableModel):
    """Child lines as rows of values."""

    def __init__(self, desk: Desk, fields: Sequence[Field]) -> None:
        super().__init__()
        self._desk = desk
        self.fields = list(fields)
        self.rows: list[dict[str, Any]] = []
        self.locked = False
        self._titles: dict[str, str] = {}
        self._findings: dict[tuple[int, str], Finding] = {}

    def put(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show these lines."""
        self.beginResetModel()
        self.rows = [{f.name: row.get(f.name, f.default) for f in self.fields} for row in rows]
        self._learn(self.rows)
        self.endResetModel()

    def find(self, findings: Sequence[Finding], name: str) -> None:
        """Show findings (`steps.2.day`) in their cells."""
        self._findings = {}
        for finding in findings:
            parts = finding.field.split(".")
            if len(parts) == 3 and parts[0] == name and parts[1].isdigit():
                self._findings[(int(parts[1]), parts[2])] = finding
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(self.fields) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many lines."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many fields a line has."""
        return 0 if parent.isValid() else len(self.fields)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Cells are typed into; yes-or-no cells are ticked."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.locked:
            return flags
        if self.fields[index.column()].sort == "yes":
            return flags | Qt.ItemFlag.ItemIsUserCheckable
        return flags | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Labels above, numbers beside."""
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        field = self.fields[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return say(field.ask.label) + (" *" if field.required else "")
        if role == Qt.ItemDataRole.ToolTipRole and field.ask.hint:
            return say(field.ask.hint)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, ticks, and what is wrong."""
        field = self.fields[index.column()]
        value = self.rows[index.row()].get(field.name)
        finding = self._findings.get((index.row(), field.name))
        if field.sort == "yes":
            if role == Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
        elif role == Qt.ItemDataRole.DisplayRole:
            return self._shown(field, value)
        elif role == Qt.ItemDataRole.EditRole:
            return value
        if finding is not None and role == Qt.ItemDataRole.DecorationRole:
            sign = "alert-circle" if finding.level == "error" else "alert-triangle"
            return coloured(sign, theme.colour(finding.level))
        if finding is not None and role == Qt.ItemDataRole.ToolTipRole:
            return f"{finding.sentence}\n{finding.remedy}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Take a cell's value; a chosen record fills empty cells of the same names."""
        field = self.fields[index.column()]
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            value = Qt.CheckState(value) == Qt.CheckState.Checked
        elif role != Qt.ItemDataRole.EditRole:
            return False
        if row.get(field.name) == value:
            return True
        row[field.name] = value
        if field.sort == "ref" and value:
            self._learn([row])
            self._copy_from(row, value)
        self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(self.fields) - 1))
        return True

    def add(self, at: int) -> None:
        """An empty line."""
        self.beginInsertRows(QModelIndex(), at, at)
        self.rows.insert(at, {f.name: f.default for f in self.fields})
        self.endInsertRows()

    def remove(self, at: int) -> None:
        """Take a line out."""
        self.beginRemoveRows(QModelIndex(), at, at)
        self.rows.pop(at)
        self.endRemoveRows()

    def shift(self, at: int, to: int) -> bool:
        """Move a line up or down by one."""
        if not 0 <= to < len(self.rows):
            return False
        self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), to + 1 if to > at else to)
        self.rows.insert(to, self.rows.pop(at))
        self.endMoveRows()
        return True

    def value(self) -> list[dict[str, Any]]:
        """The lines as JSON values, without empty ones' empty fields."""
        return [{k: v for k, v in row.items() if v not in (None, "")} for row in self.rows]

    def _shown(self, field: Field, value: Any) -> str:
        if value in (None, ""):
            return ""
        if field.sort == "ref":
            return self._titles.get(str(value), str(value))
        if field.ask.vocabulary:
            term = vocabulary(field.ask.vocabulary).find(str(value))
            return term.label if term else str(value)
        return str(value)

    def _learn(self, rows: Sequence[Mapping[str, Any]]) -> None:
        refs = [f.name for f in self.fields if f.sort == "ref"]
        self._titles |= self._desk.titles([str(row.get(name) or "") for row in rows for name in refs])

    def _copy_from(self, row: dict[str, Any], uid: str) -> None:
        try:
            other = self._desk.journal.record(uid)
        except Problem:
            return
        for field in self.fields:
            value = other.get(field.name)
            if field.sort != "ref" and value and row.get(field.name) in (None, "", field.default):
                row[field.name] = value


class PartsDelegate(QStyledItemDelegate):
    """Cells are typed into with the editors of the form."""

    def __init__(self, desk: Desk, make_new: MakeNew | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._make_new = desk, make_new

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The editor of the field, without a frame of its own."""
        del option
        model = index.model()
        if not isinstance(model, PartsModel):
            raise TypeError("a table of child lines has a PartsModel")
        editor = editor_for(model.fields[index.column()], self._desk, self._make_new, parent)
        editor.setAutoFillBackground(True)
        if isinstance(editor, LongEditor):
            editor.text.set_free()
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the cell's value, once: a finding that is shown meanwhile must not undo what was typed since."""
        if isinstance(editor, Editor) and not editor.property("filled"):
            editor.setProperty("filled", "true")
            editor.put(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Take what was typed."""
        if isinstance(editor, Editor):
            editor.leave()
            model.setData(index, editor.value())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """A cell's size, wider for a narrow one and higher for running text."""
        del index
        parent = editor.parentWidget()
        rect = QRect(option.rect)
        room = parent.rect() if parent is not None else rect
        wide = 26 if isinstance(editor, LongEditor) else 10
        rect.setWidth(min(max(rect.width(), editor.fontMetrics().averageCharWidth() * wide * 2), room.width()))
        wanted = (
            editor.fontMetrics().lineSpacing() * 8 if isinstance(editor, LongEditor) else editor.sizeHint().height()
        )
        rect.setHeight(max(rect.height(), min(wanted, room.height())))
        rect.moveLeft(max(0, min(rect.left(), room.width() - rect.width())))
        rect.moveTop(max(0, min(rect.top(), room.height() - rect.height())))
        editor.setGeometry(rect)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter goes on to the next cell, as in a spreadsheet."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(editor, QWidget):
            plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and plain and not isinstance(editor, LongEditor):
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.EditNextItem)
                return True
        return super().eventFilter(editor, event)


class PartsTable(QTableView):
    """Tab walks the cells and, behind the last one, leaves the table."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Leave at either end; else the next cell."""
        model, index = self.model(), self.currentIndex()
        last = (model.rowCount() - 1, model.columnCount() - 1)
        at = (index.row(), index.column())
        if self.state() != QAbstractItemView.State.EditingState and (
            not model.rowCount() or (forward and at == last) or (not forward and at in {(0, 0), (-1, -1)})
        ):
            self.setTabKeyNavigation(False)
            moved = super().focusNextPrevChild(forward)
            self.setTabKeyNavigation(True)
            return moved
        return super().focusNextPrevChild(forward)


class PartsEditor(Editor):
    """The table with its buttons."""

    def __init__(
        self, field: Field, desk: Desk, make_new: MakeNew | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(field, parent)
        if field.part is None:
            raise TypeError("child lines have a model")
        self.model = PartsModel(desk, fields_of(field.part))
        self.table = PartsTable()
        self.table.setModel(self.model)
        self.table.setItemDelegate(PartsDelegate(desk, make_new, self.table))
        self.table.setWordWrap(True)
        self.table.setAlternatingRowColors(True)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.table.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.table.setEditTriggers(
            QTableView.EditTrigger.AnyKeyPressed
            | QTableView.EditTrigger.EditKeyPressed
            | QTableView.EditTrigger.DoubleClicked
            | QTableView.EditTrigger.SelectedClicked
        )
        self._buttons = [
            self._button("plus", say("添一行"), "Ins", self.add),
            self._button("trash", say("删一行"), "Ctrl+Del", self._remove),
            self._button("arrow-up", say("上移"), "Alt+Up", lambda: self._shift(-1)),
            self._button("arrow-down", say("下移"), "Alt+Down", lambda: self._shift(1)),
        ]
        row = flowing(*self._buttons)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.table)
        box.addWidget(row)
        self.holds(self.table)
        self.model.dataChanged.connect(lambda *_: self._changed())
        for signal in (self.model.rowsInserted, self.model.rowsRemoved, self.model.rowsMoved):
            signal.connect(lambda *_: self._changed())
        self._silent = False
        self.fit()

    def _button(self, sign: str, words: str, keys: str, act: Any) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(sign))
        button.setText(words)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setToolTip(f"{words} ({keys})")
        button.setAccessibleName(signs.named(say(self.field.ask.label), words))
        button.clicked.connect(lambda _=False: act())
        return button

    def value(self) -> Any:
        """The lines."""
        return self.model.value()

    def put(self, value: Any) -> None:
        """Show lines."""
        self._silent = True
        self.model.put([row for row in value or [] if isinstance(row, Mapping)])
        self._silent = False
        self.fit()

    def lock(self, locked: bool) -> None:
        """Show only."""
        self.model.locked = locked
        for button in self._buttons:
            button.setHidden(locked)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Mark the cells that findings speak of."""
        self._silent = True
        self.model.find(findings, self.field.name)
        self._silent = False

    def add(self) -> None:
        """A new line behind the current one, its first cell open for typing."""
        row = self.table.currentIndex().row() + 1 if self.table.currentIndex().isValid() else self.model.rowCount()
        self.model.add(row)
        index = self.model.index(row, 0)
        self.table.setFocus()
        self.table.setCurrentIndex(index)
        if self.model.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.table.edit(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The buttons by keyboard."""
        keys = {"Ins": self.add, "Ctrl+Del": self._remove}
        for told, act in keys.items():
            if QKeySequence(event.keyCombination()) == QKeySequence(told) and not self.model.locked:
                act()
                return
        if event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._shift(-1 if event.key() == Qt.Key.Key_Up else 1)
            return
        super().keyPressEvent(event)

    def fit(self) -> None:
        """Columns as wide as their words, rows as high, the table as high as its rows."""
        metrics = self.table.fontMetrics()
        self.table.verticalHeader().setDefaultSectionSize(metrics.height() + 14)
        for column, field in enumerate(self.model.fields):
            head = metrics.horizontalAdvance(str(self.model.headerData(column, Qt.Orientation.Horizontal))) + 28
            least = {"day": 12, "time": 7, "yes": 4, "number": 6, "long": 34, "word": 10}.get(field.sort, 14)
            self.table.setColumnWidth(column, max(head, metrics.averageCharWidth() * least))
        last = len(self.model.fields) - 1
        self.table.horizontalHeader().setStretchLastSection(self.model.fields[last].sort in {"long", "text"})
        for row in range(min(self.model.rowCount(), SHOWN_ROWS[1])):
            self.table.resizeRowToContents(row)
            most = metrics.lineSpacing() * LINES_IN_CELL + 14
            if self.table.rowHeight(row) > most:
                self.table.setRowHeight(row, most)
        rows = max(SHOWN_ROWS[0], min(self.model.rowCount(), SHOWN_ROWS[1]))
        height = self.table.horizontalHeader().sizeHint().height() + 4
        height += sum(
            self.table.rowHeight(row) if row < self.model.rowCount() else metrics.height() + 14 for row in range(rows)
        )
        if any(f.sort == "long" for f in self.model.fields) and self.model.rowCount():
            height = max(height, metrics.lineSpacing() * 9)
        self.table.setFixedHeight(height + self.table.horizontalScrollBar().sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font size."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "model"):
            self.fit()

    def _changed(self) -> None:
        if not self._silent:
            self.fit()
            self.changed.emit()
            self.left.emit()

    def _remove(self) -> None:
        row = self.table.currentIndex().row()
        if row >= 0:
            self.model.remove(row)
            self.table.setCurrentIndex(self.model.index(min(row, self.model.rowCount() - 1), 0))

    def _shift(self, step: int) -> None:
        index = self.table.currentIndex()
        if index.isValid() and self.model.shift(index.row(), index.row() + step):
            self.table.setCurrentIndex(self.model.index(index.row() + step, index.column()))
