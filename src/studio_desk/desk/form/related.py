"""Everything that names a record: its children by kind, and the way to make another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from studio_desk.desk import signs
from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.desk.form.start import coming_from, references_to
from studio_desk.desk.icons import icon
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind
    from studio_desk.store.home import Home

MOST = 200
"""Records of one kind that are listed."""
UID = Qt.ItemDataRole.UserRole


def naming(home: Home, kind: Kind, field: Field, uid: str) -> list[tuple[str, str, str, str, str]]:
    """Uid, number, title, day and state of the records of `kind` whose `field` holds `uid`, the newest first."""
    scalar = field.sort == "ref"
    where = f'k."{field.name}" = ?' if scalar else f'instr(k."{field.name}", ?) > 0'
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            f'SELECT r.uid, r.code, r.title, r.day, r.state FROM "{kind.table.name}" k JOIN record r ON r.uid = k.uid'  # noqa: S608 - names of our own fields
            f" WHERE {where} ORDER BY r.day DESC, r.n DESC LIMIT {MOST}",
            (uid,),
        ).all()
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


class Related(QWidget):
    """A tree by kind; Enter opens a record."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: Mapping[str, Any] = {}
        self.new = QToolButton()
        self.new.setText(say("新建相关(&R)"))
        self.new.setIcon(icon("plus"))
        self.new.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.new.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.new.setAccessibleName(say("新建相关的记录"))
        self.new.setMenu(QMenu(self.new))
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(say("相关的记录"))
        self.tree.setAlternatingRowColors(True)
        self.tree.setIndentation(16)
        self.tree.itemActivated.connect(self._open)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.addWidget(self.new, 0, Qt.AlignmentFlag.AlignLeft)
        box.addWidget(self.tree, 1)

    def put(self, row: Mapping[str, Any]) -> int:
        """Show what names this record; answers how many."""
        self._row = row
        self.tree.clear()
        menu = self.new.menu()
        menu.clear()
        total = 0
        if not row.get("uid"):
            self.new.setEnabled(False)
            return 0
        uid = str(row["uid"])
        seen: set[tuple[str, str]] = set()
        for kind, field, inner in references_to(self._desk, str(row["kind"])):
            label = (
                say(kind.title)
                if inner is None
                else say("{kind}({field})", kind=say(kind.title), field=say(field.ask.label))
            )
            if kind.key not in {key for key, _ in seen}:
                action = menu.addAction(icon(signs.kind_icon(kind.key)), say(kind.title))
                action.triggered.connect(
                    lambda _=False, k=kind, f=field, i=inner: self._desk.new_record(k.key, coming_from(self._row, f, i))
                )
            if (kind.key, field.name) in seen:
                continue
            seen.add((kind.key, field.name))
            found = naming(self._desk.home, kind, field, uid)
            total += len(found)
            self._group(kind, f"{label} · {say(field.ask.label)}" if inner is None else label, found)
        for kind in self._desk.kinds:
            for field in fields_of(kind.model):
                if field.sort in {"ref", "refs"} and not field.ask.refers and field.name != "parent":
                    found = naming(self._desk.home, kind, field, uid)
                    total += len(found)
                    self._group(kind, f"{say(kind.title)} · {say(field.ask.label)}", found)
        self.new.setEnabled(not menu.isEmpty())
        self.tree.expandAll()
        return total

    def _group(self, kind: Kind, label: str, found: list[tuple[str, str, str, str, str]]) -> None:
        if not found:
            return
        more = "+" if len(found) == MOST else ""
        top = QTreeWidgetItem([f"{label}({len(found)}{more})"])
        top.setIcon(0, icon(signs.kind_icon(kind.key)))
        for uid, code, title, day, state in found:
            child = QTreeWidgetItem([f"{title or code}\n{day} {say(state)}".replace("\n ", "\n")])
            child.setData(0, UID, uid)
            child.setToolTip(0, f"{code} {title}")
            top.addChild(child)
        self.tree.addTopLevelItem(top)

    def _open(self, item: QTreeWidgetItem) -> None:
        uid = item.data(0, UID)
        if uid:
            self._desk.open_record(uid)
