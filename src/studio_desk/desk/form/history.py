"""Who changed what, when and why: the revisions of one record, each with the fields it changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from studio_desk.desk import signs
from studio_desk.desk.form.fields import Field, fields_of
from studio_desk.desk.icons import icon
from studio_desk.exchange.header import chain_owner
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.record.kind import Kind
    from studio_desk.store.journal import Revision

LONGEST = 200
"""Characters of a value that a line of the history shows."""


def act(revision_type: str) -> tuple[str, str]:
    """The words and the icon of an op's type."""
    return {
        "record.save": (say("保存"), "device-floppy"),
        "record.correct": (say("更正"), "pencil"),
        "record.move": (say("办理"), "arrow-right"),
        "record.void": (say("作废"), "ban"),
        "record.resolve": (say("裁定冲突"), "git-merge"),
        "record.return": (say("区里退回"), "arrow-back-up"),
        "record.comment": (say("批注"), "news"),
        "record.link": (say("关联"), "git-merge"),
        "record.unlink": (say("认定不同"), "x"),
        "record.redact": (say("依法删除内容"), "lock"),
    }.get(revision_type, (revision_type, "info-circle"))


def changes(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Fields that differ: name, old value, new value; in the form's order."""
    order = [f.name for f in fields_of(kind.model)] + ["state", "void_reason", "kept"]
    names = [n for n in order if n in before or n in after]
    empty: tuple[Any, ...] = ("", None, [], False)
    return [
        (n, before.get(n), after.get(n))
        for n in names
        if before.get(n) != after.get(n) and not (before.get(n) in empty and after.get(n) in empty)
    ]


class HistoryTree(QTreeWidget):
    """Revisions, the newest first, the fields each changed below it."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setColumnCount(2)
        self.setHeaderLabels([say("什么时候、谁"), say("做了什么")])
        self.setAccessibleName(say("历史"))
        self.setWordWrap(True)
        self.setAlternatingRowColors(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def put(self, uid: str) -> int:
        """Show the history of a record; answers how many revisions it has."""
        self.clear()
        if not uid:
            return 0
        row = self._desk.journal.record(uid)
        kind = self._desk.kind(row["kind"])
        revisions = self._desk.journal.history(uid)
        titles = self._desk.titles(_uids(kind, revisions))
        before: Mapping[str, Any] = {}
        for revision in revisions:
            words, sign = act(revision.type)
            when = revision.t[:16].replace("T", " ")
            item = QTreeWidgetItem([f"{when}\n{revision.by or revision.dev}", words])
            item.setIcon(1, icon(sign))
            if revision.reason:
                item.setText(1, signs.named(words, revision.reason))
            if revision.type == "record.comment":
                item.setText(1, signs.named(_remark(revision), revision.reason))
            elif revision.other:
                other = self._desk.titles([revision.other]).get(revision.other, revision.other)
                item.addChild(QTreeWidgetItem([say("另一条"), other]))
            elif revision.values is not None and revision.type != "record.return":
                told = changes(kind, before, revision.values)
                if before:
                    for name, old, new in told:
                        item.addChild(_line(kind, name, (old, new), titles))
                before = revision.values
            elif revision.values is None:
                item.setText(1, signs.named(words, say("内容不在这里")))
            self.insertTopLevelItem(0, item)
            item.setToolTip(0, f"{revision.dev} #{revision.seq}")
        self.expandAll()
        return len(revisions)


def _remark(revision: Revision) -> str:
    """What a remark is called, and whose word it is."""
    said = revision.values or {}
    sort, who = str(said.get("sort") or ""), str(said.get("who") or "")
    term = vocabulary("remark_sort").find(sort)
    name = term.label if term else say("批注")
    return say("{who}的{what}", who=who, what=name) if who else name


def remark_of_others(desk: Desk, uid: str) -> str:
    """What the other side last remarked on a record, while nobody here has done anything about the record since."""
    revisions = desk.journal.history(uid) if uid else []
    last = revisions[-1] if revisions else None
    if last is None or last.type != "record.comment" or chain_owner(last.dev) == desk.home.code:
        return ""
    return signs.named(_remark(last), last.reason)


def shown(kind: Kind, name: str, value: Any, titles: Mapping[str, str]) -> str:
    """A value as the history shows it."""
    field: Field | None = next((f for f in fields_of(kind.model) if f.name == name), None)
    if value in ("", None, [], False):
        return say("（空）")
    if value is True:
        return say("是")
    values = value if isinstance(value, list) else [value]
    words = []
    for one in values:
        if isinstance(one, dict):
            words.append(" ".join(titles.get(str(v), str(v)) for v in one.values() if v not in ("", None, False)))
            continue
        term = vocabulary(field.ask.vocabulary).find(str(one)) if field and field.ask.vocabulary else None
        words.append(term.label if term else titles.get(str(one), str(one)))
    text = series(words) if name != "state" else say(str(value))
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _line(kind: Kind, name: str, values: tuple[Any, Any], titles: Mapping[str, str]) -> QTreeWidgetItem:
    old, new = (shown(kind, name, value, titles) for value in values)
    return QTreeWidgetItem([kind.label(name), f"{old} → {new}"])


def _uids(kind: Kind, revisions: list[Revision]) -> list[str]:
    """Everything in the values that may be the uid of another record."""
    names = {f.name for f in fields_of(kind.model) if f.sort in {"ref", "refs", "parts"}}
    texts = [json.dumps([r.values.get(n) for n in names]) for r in revisions if r.values]
    return list(dict.fromkeys(word for text in texts for word in text.split('"') if len(word) == 36))
