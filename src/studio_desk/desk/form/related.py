"""Everything that names a record: its children by kind, and the way to make another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from studio_desk.desk import signs
from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.desk.form.start import coming_from, references_to
from studio_desk.desk.icons import icon
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say
from studio_desk.record.kind import Kind

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.store.home import Home

Found = tuple[Kind, Field, list[tuple[str, str, str, str, str]]]
Naming = tuple[str, list[Found]]
"""A record's uid and what names it."""
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


def anywhere(desk: Desk) -> list[tuple[str, str]]:
    """Kind and field of the references that may name a record of any kind; attachments are shown elsewhere."""
    return [
        (kind.key, field.name)
        for kind in desk.kinds
        for field in fields_of(kind.model)
        if field.sort in {"ref", "refs"} and not field.ask.refers and field.name != "parent"
    ]


def gather(desk: Desk, places: Sequence[tuple[str, str]], uid: str, progress: Progress) -> Naming:
    """Everything that names a record, by the place where it does (a job)."""
    found: list[Found] = []
    for number, (key, name) in enumerate(places):
        progress(number, len(places), "")
        kind = desk.kind(key)
        field = next(f for f in fields_of(kind.model) if f.name == name)
        if rows := naming(desk.home, kind, field, uid):
            found.append((kind, field, rows))
    return uid, found


class Related(QWidget):
    """A tree by kind; Enter opens a record.

    Signals:
        counted: how many records name this one.
    """

    counted = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._row: Mapping[str, Any] = {}
        self.new = QToolButton()
        self.new.setText(say("新建相关"))
        self.new.setIcon(icon("plus"))
        self.new.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.new.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.new.setAccessibleName(say("新建相关的记录"))
        self.new.setToolTip(say("新建相关的记录") + " (Alt+R)")
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

    def offer(self) -> None:
        """Open the menu of what can be made from here, its first line chosen."""
        menu = self.new.menu()
        if self.new.isEnabled() and menu.actions():
            menu.popup(self.new.mapToGlobal(self.new.rect().bottomLeft()))
            menu.setActiveAction(menu.actions()[0])

    def put(self, row: Mapping[str, Any]) -> None:
        """Show what names this record; looking through long ledgers is a job, `counted` tells when it is done."""
        self._row = row
        self.tree.clear()
        menu = self.new.menu()
        menu.clear()
        uid = str(row.get("uid") or "")
        places = list(references_to(self._desk, str(row["kind"])))
        offered: set[str] = set()
        for kind, field, inner in places:
            if kind.key not in offered:
                offered.add(kind.key)
                action = menu.addAction(icon(signs.kind_icon(kind.key)), say(kind.title))
                action.triggered.connect(
                    lambda _=False, k=kind, f=field, i=inner: self._desk.new_record(k.key, coming_from(self._row, f, i))
                )
        self.new.setEnabled(bool(uid) and bool(places))
        if uid:
            looked = list(dict.fromkeys((kind.key, field.name) for kind, field, _ in places)) + anywhere(self._desk)
            self._desk.run_job(gather, self._desk, looked, uid, done=self._show, quiet=True)

    def _show(self, naming_it: Naming) -> None:
        uid, found = naming_it
        if uid != self._row.get("uid"):
            return  # the person went on to another record meanwhile
        self.tree.clear()
        for kind, field, rows in found:
            self._group(kind, f"{say(kind.title)} · {say(field.ask.label)}", rows)
        self.tree.expandAll()
        self.counted.emit(sum(len(rows) for _, _, rows in found))

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
