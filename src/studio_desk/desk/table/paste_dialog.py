"""Look at pasted rows before they are kept: which column is what, what is wrong in red, one step for all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import theme
from studio_desk.desk.icons import coloured
from studio_desk.desk.table import pasting
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind

SHOWN_ROWS = 200
"""Rows of the preview; all are checked."""


class PasteDialog(QDialog):
    """Maps columns, shows findings, takes all rows in at once."""

    def __init__(self, desk: Desk, kind: Kind, cells: Sequence[Sequence[str]], parent: QWidget | None) -> None:
        super().__init__(parent)
        self._desk, self._kind = desk, kind
        self._cells = [list(row) for row in cells]
        self.rows: list[pasting.Pasted] = []
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(say("粘贴到{kind}", kind=say(kind.title)))
        headed, mapping = pasting.guess(kind, self._cells)
        self._width = len(mapping)
        self.headed = QCheckBox(say("第一行是栏目名"))
        self.headed.setChecked(headed)
        self.headed.toggled.connect(self.read)
        self.table = QTableWidget()
        self.table.setAccessibleName(say("要粘贴的行"))
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.maps = [self._map(number, name) for number, name in enumerate(mapping)]
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        box = QVBoxLayout(self)
        help_line = QLabel(say("先看每一列对上了哪一栏；有红字的行改好后才能一起存入。"))
        help_line.setWordWrap(True)
        for widget in (help_line, self.headed, self.table, self.told, self.buttons):
            box.addWidget(widget)
        box.setStretchFactor(self.table, 1)
        if parent is not None:
            self.resize(int(parent.width() * 0.85), int(parent.height() * 0.8))
        self.read()

    def _map(self, number: int, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(say("第{n}列是", n=number + 1))
        box.addItem(say("（不要这一列）"), "")
        for field in pasting.fields_for(self._kind):
            box.addItem(say(field.ask.label) + (" *" if field.required else ""), field.name)
        box.setCurrentIndex(max(0, box.findData(name)))
        box.currentIndexChanged.connect(self.read)
        return box

    def read(self) -> None:
        """Check every row under the mapping as it stands, and show the first ones."""
        mapping = [str(box.currentData()) for box in self.maps]
        body = self._cells[1:] if self.headed.isChecked() else self._cells
        self.rows = pasting.read_rows(self._desk, self._kind, body[: pasting.MOST_ROWS], mapping)
        self._fill(body, mapping)
        wrong = sum(bool(row.errors) for row in self.rows)
        cut = max(0, len(body) - pasting.MOST_ROWS)
        told = say("共{n}行。", n=len(self.rows))
        if wrong:
            told += say("{n}行有错，请在表格里改好后重新粘贴，或换一栏。", n=wrong)
        if cut:
            told += say("一次最多{most}行，后面{n}行没有读。", most=pasting.MOST_ROWS, n=cut)
        self.told.setText(told)
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setText(say("存入{n}行", n=len(self.rows)))
        ok.setEnabled(bool(self.rows) and not wrong)

    def accept(self) -> None:
        """Take all rows in: all or none."""
        values = [row.values for row in self.rows]
        desk = self._desk
        super().accept()
        desk.run_job(
            pasting.take_in,
            desk,
            self._kind.key,
            values,
            title=say("正在存入…"),
            done=lambda n: desk.tell(say("存入了{n}行。", n=n)),
            writes=True,
        )

    def _fill(self, body: Sequence[Sequence[str]], mapping: Sequence[str]) -> None:
        table = self.table
        for box in self.maps:
            box.setParent(self)  # the table deletes the widgets of its cells when it is cleared
        table.clear()
        table.setColumnCount(self._width + 1)
        table.setRowCount(1 + min(len(body), SHOWN_ROWS))
        table.setHorizontalHeaderLabels([say("检查"), *(str(n + 1) for n in range(self._width))])
        table.setVerticalHeaderLabels([say("对应"), *(str(n + 1) for n in range(table.rowCount() - 1))])
        for column, box in enumerate(self.maps, 1):
            table.setCellWidget(0, column, box)
        for number, (cells, row) in enumerate(zip(body, self.rows, strict=False), 1):
            if number >= table.rowCount():
                break
            table.setItem(number, 0, self._judged(row))
            bad = {f.field.split(".")[0] for f in row.errors}
            for column in range(self._width):
                item = QTableWidgetItem(cells[column] if column < len(cells) else "")
                if mapping[column] and mapping[column] in bad:
                    item.setForeground(QBrush(theme.colour("error")))
                    item.setIcon(coloured("alert-circle", theme.colour("error")))
                table.setItem(number, column + 1, item)
        table.resizeColumnsToContents()
        unit = table.fontMetrics().height()
        table.setColumnWidth(0, unit * 16)
        for column in range(1, self._width + 1):
            table.setColumnWidth(column, min(max(table.columnWidth(column), unit * 7), unit * 16))
        table.resizeRowsToContents()

    def _judged(self, row: pasting.Pasted) -> QTableWidgetItem:
        """What was found about a row, in words."""
        if not row.findings:
            item = QTableWidgetItem(say("可以存入"))
            item.setIcon(coloured("circle-check", theme.colour("good")))
            return item
        told = row.errors or row.findings
        item = QTableWidgetItem("".join(f.sentence for f in told))
        item.setToolTip("\n".join(f"{f.sentence}{f.remedy}" for f in row.findings))
        level, sign = ("error", "alert-circle") if row.errors else ("warning", "alert-triangle")
        item.setForeground(QBrush(theme.colour(level)))
        item.setIcon(coloured(sign, theme.colour(level)))
        return item
