"""One editor for rule documents, schemes, calendars and forms' defaults, made from the shape of the list itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import changing, messages, signs
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.media import ask_files
from studio_desk.desk.wizards.list_fields import LineField, Named, PartField, RowsField, ValuesField
from studio_desk.exchange import lists
from studio_desk.exchange.changes import compared, describe
from studio_desk.exchange.differences import Difference, listed
from studio_desk.kernel.calendar import HOLIDAY, REST, WORK
from studio_desk.kernel.dates import parse_day
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import passage, say, series
from studio_desk.kinds import kind
from studio_desk.record.kind import COMMON, Kind
from studio_desk.store import lists as kept
from studio_desk.store.list_parts import Part, parts, typed
from studio_desk.store.list_words import choice_word, labels

WIDTH, HEIGHT = 1000, 660


def title(sort: str, key: str) -> str:
    """A list in words: 日历 2026, 预填 民情日志."""
    name = say(kind(key).title) if sort == "defaults" else key
    return f"{signs.change_sign(sort)[0]} {name}"


class ListEditor(QDialog):
    """The parts one under the other; what is wrong beside each; what would change, before it is settled."""

    def __init__(
        self, desk: Desk, parent: QWidget, sort: str, key: str, *, since: str, content: Mapping[str, Any] | None = None
    ) -> None:
        """Begin with a content, else with the newest edition, else empty.

        Raises:
            Problem: `UNKNOWN_KIND`.
        """
        super().__init__(parent)
        self._desk, self.sort, self.key = desk, sort, key
        self.setWindowTitle(title(sort, key))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.check)
        self.fields = [self._field(part) for part in parts(sort)]
        self.since = QLineEdit(since)
        self.since.setAccessibleName(say("从哪一天起执行"))
        self.since.setFixedWidth(self.since.fontMetrics().averageCharWidth() * 16)
        self.since.textChanged.connect(self._later.start)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.differing = changing.Differing()
        self.item_by_item = QPushButton(say("逐项对照"))
        self.item_by_item.setProperty("link", "true")
        self.item_by_item.setCheckable(True)
        self.item_by_item.toggled.connect(self._turn)
        self.file_button = push("archive", say("从文件读入…"), self._ask_file)
        self.put_button = push("send", say("定下并下发"), self.put, main=True)
        cancel = push("x", say("取消", "按钮"), self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.file_button)
        foot.addStretch(1)
        label = QLabel(say("从哪一天起执行"))
        label.setBuddy(self.since)
        for widget in (label, self.since, self.put_button, cancel):
            foot.addWidget(widget)
        box = QVBoxLayout(self)
        self._area = self._parts()
        line = QHBoxLayout()
        line.addWidget(self.told, 1)
        line.addWidget(self.item_by_item)
        box.addWidget(self._area, 1)
        box.addWidget(self.differing, 1, Qt.AlignmentFlag.AlignTop)
        box.addLayout(line)
        box.addLayout(foot)
        room = self.screen().availableSize()
        self.resize(min(WIDTH, room.width() - 40), min(HEIGHT, room.height() - 60))
        newest = kept.editions(desk.home, sort, key)[-1:]
        self.load(content if content is not None else newest[0].content if newest else {})

    def load(self, content: Mapping[str, Any]) -> None:
        """Show a content."""
        for field in self.fields:
            field.load(content.get(field.part.name))
        self.check()

    def content(self) -> dict[str, Any]:
        """What stands there, in the form of the list."""
        said = {field.part.name: field.value() for field in self.fields}
        return {name: value for name, value in said.items() if value is not None}

    def check(self) -> None:
        """Say what is wrong beside the parts, or what would change."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        differing: list[Difference] = []
        same = False
        try:
            edition = lists.draft(self._desk.home, self.sort, self.key, self.content(), day_of(self.since.text()))
        except Problem as problem:
            same = problem.code == "LIST_SAME"
            for where, words in self._findings(problem):
                found.setdefault(where[0] if where else "", []).append((where[1:], words))
            rest = [words for name, told in found.items() if name not in self._names() for _, words in told]
            told = passage(*(rest or [say("红字的地方要改，改好才能下发。")]))
        else:
            earlier = [e for e in kept.editions(self._desk.home, self.sort, self.key) if e.order < edition.order]
            told = say("会变什么：{change}", change=describe(edition, earlier))
            differing = listed(compared(edition, earlier))
        name = str(self.content().get("title") or (say(kind(self.key).title) if self.sort == "defaults" else self.key))
        found_out = [one.as_json() for one in differing]
        self.differing.show_changes([{"sort": self.sort, "title": name, "text": told, "differences": found_out}])
        self.item_by_item.setVisible(bool(differing))
        if not differing:
            self.item_by_item.setChecked(False)
        self._turn(self.item_by_item.isChecked())
        for field in self.fields:
            field.tell(found.get(field.part.name, ()))
        self.told.setText(told)
        self.told.setProperty("level", "error" if found and not same else "")
        self.told.style().unpolish(self.told)
        self.told.style().polish(self.told)
        self.put_button.setEnabled(not found)

    def _turn(self, compared: bool) -> None:
        """The parts, or old and new beside each other."""
        self._area.setVisible(not compared)
        self.differing.setVisible(compared)
        self.item_by_item.setText(say("回到编辑") if compared else say("逐项对照"))

    def put(self) -> None:
        """Settle it; it goes down with the next receipts."""
        done = self._desk.attempt(
            lambda: lists.put(self._desk.home, self.sort, self.key, self.content(), day_of(self.since.text()))
        )
        if done is not None:
            self._desk.tell(say("已定下，随下一次回执带给各站点。"))
            self.accept()

    def take_file(self, file: Path) -> None:
        """Show a file's content instead."""
        try:
            self.load(read_content(file))
        except Problem as problem:
            messages.refuse(self, problem)

    def _ask_file(self) -> None:
        ask_files(self, say("选内容文件"), say("内容文件 (*.json)"), lambda files: self.take_file(files[0]))

    def _names(self) -> set[str]:
        return {field.part.name for field in self.fields}

    def _parts(self) -> QScrollArea:
        inside = QWidget()
        form = QFormLayout(inside)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        for field in self.fields:
            field.changed.connect(self._later.start)
            if isinstance(field, LineField):
                label = QLabel(field.label)
                label.setBuddy(field.typed)
                form.addRow(label, field)
            else:
                heading = QLabel(field.label)
                heading.setProperty("group", "true")
                form.addRow(heading)
                form.addRow(field)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    def _field(self, part: Part) -> PartField:
        known = labels()
        if part.form == "rows":
            return RowsField(part, known[part.path], [known[one.path] for one in part.columns])
        if part.form == "values":
            return ValuesField(part, known[part.path], _values_of(kind(self.key)))
        return LineField(part, known[part.path])

    def _findings(self, problem: Problem) -> list[tuple[tuple[str, ...], str]]:
        if errors := problem.more.get("errors"):
            return [(tuple(filter(None, str(e["where"]).split("."))), self._words(e)) for e in errors]
        name = str(problem.more.get("field", "")).split(".")[0]
        return [(("values", name) if name else (), passage(problem.sentence, problem.remedy))]

    def _words(self, error: Mapping[str, Any]) -> str:
        """A finding of the shape in words."""
        sort, where = str(error["type"]), str(error["where"])
        known = {
            "missing": say("还没有填。"),
            "string_too_short": say("还没有填。"),
            "too_short": say("至少要填一项。") if self.sort == "defaults" else say("至少要有一行。"),
            "string_too_long": say("太长，最多{n}。", n=error["most"]),
            "too_long": say("太多，最多{n}。", n=error["most"]),
            "int_type": say("要写整数。"),
            "string_pattern_mismatch": say("只能是{words}。", words=series(_kinds_of_day()))
            if where != "key"
            else say("代号只能用英文字母、数字和 - _ .，最多60个。"),
        }
        if sort in known:
            return known[sort]
        if where.endswith("day"):
            return say("请按“2026-03-06”的样子填写。")
        return say("日期都要在代号写的那一年里，同一天只写一次。") if self.sort == "calendar" else say("不合要求。")


def day_of(text: str) -> str:
    """The ISO date that was typed.

    Raises:
        Problem: `NO_SUCH_DATE`.
    """
    try:
        day = parse_day(text)
    except ValueError:
        day = ""
    if len(day) < len("2026-03-06"):
        raise Problem(
            "NO_SUCH_DATE", say("没有“{value}”这个日期。", value=text[:40]), say("请按“2026-03-06”的样子填写。")
        )
    return day


def read_content(file: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        Problem: `NOT_JSON`, `MEDIUM_…`.
    """
    from studio_desk.exchange.strict_json import read_line
    from studio_desk.kernel.canon import canon
    from studio_desk.kernel.files import medium_problem

    try:
        found = read_line(canon(json.loads(file.read_text(encoding="utf-8-sig"))), file.name)
    except OSError as error:
        raise medium_problem(error, file) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem(
            "NOT_JSON", say("文件里不是一个 JSON 对象：{detail}", detail=str(error)[:120]), say("请检查文件内容。")
        ) from None
    return found if isinstance(found, dict) else {}


def _values_of(one: Kind) -> list[Named]:
    """The fields of a kind that a form can begin with: words, numbers, yes or no, words in a row; no references."""
    found = []
    for name, ask in one.asks.items():
        annotation = one.model.model_fields[name].annotation
        inner = get_args(annotation)
        many = get_origin(annotation) is list
        if name in COMMON or ask.refers or (many and any(hasattr(i, "model_fields") for i in inner)):
            continue
        known = vocabulary(ask.vocabulary) if ask.vocabulary else None
        words = {term.word: term.label for term in known.terms if term.word in known.words()} if known else {}
        if annotation is bool:
            yes, no = say("是"), say("否")
            found.append(Named(name, one.label(name), {yes: yes, no: no}, lambda text: text == say("是")))
        elif many:
            found.append(Named(name, one.label(name), {}, _series))
        elif annotation is int or int in inner:
            found.append(Named(name, one.label(name), {}, partial(typed, Part(name, "whole", needed=False))))
        else:
            found.append(Named(name, one.label(name), words, str))
    return found


def _kinds_of_day() -> list[str]:
    return [choice_word("calendar.days.kind", word) for word in (WORK, REST, HOLIDAY)]


def _series(text: str) -> list[str]:
    for comma in ",，;；":
        text = text.replace(comma, "、")
    return [word.strip() for word in text.split("、") if word.strip()]
