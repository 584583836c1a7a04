"""A ledger as Qt's table asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from studio_desk.desk import signs, theme
from studio_desk.desk.icons import coloured
from studio_desk.desk.table.columns import CUSTODY
from studio_desk.desk.table.pages import Pages

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind

Index = QModelIndex | QPersistentModelIndex
UID = Qt.ItemDataRole.UserRole
"""Role under which every cell answers its record's uid."""


class LedgerModel(QAbstractTableModel):
    """The records of one kind."""

    def __init__(self, desk: Desk, kind: Kind) -> None:
        super().__init__()
        self.kind = kind
        self.pages = Pages(desk.home, kind)
        self.columns = self.pages.columns

    def narrow(self, filters: Mapping[str, str], states: Sequence[str] = (), find: str = "") -> None:
        """List only what fits; see `pages.Narrowing`."""
        narrowing = self.pages.narrowing
        narrowing.filters = {name: text for name, text in filters.items() if text.strip()}
        narrowing.states, narrowing.find = tuple(states), find
        self.read()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; the custody word cannot be sorted by."""
        if 0 <= column < len(self.columns) and self.columns[column].stored:
            self.pages.order_by(self.columns[column], down=order == Qt.SortOrder.DescendingOrder)
            self.read()

    def read(self) -> None:
        """Read anew."""
        self.beginResetModel()
        self.pages.read()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many records fit."""
        return 0 if parent.isValid() else self.pages.total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """How many columns there are, hidden ones among them."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell, the icon of its custody word, its record's uid."""
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            return self.pages.row(index.row()).cells[index.column()]
        if role == UID:
            return self.pages.row(index.row()).uid
        if role == Qt.ItemDataRole.DecorationRole and self.columns[index.column()].name == CUSTODY:
            word = self.pages.row(index.row()).word
            if word is not None:
                sign, colour = signs.CUSTODY_ICONS[word]
                return coloured(sign, theme.colour(colour))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Labels and row numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.columns[section].label if orientation == Qt.Orientation.Horizontal else section + 1
