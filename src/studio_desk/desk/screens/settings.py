"""设置: every setting, asked from its declaration; a change is in force at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.passphrase import NewPassphrase, NewRecovery
from studio_desk.kernel import settings as declared
from studio_desk.kernel.words import passage, say, series

Input = QCheckBox | QComboBox | QLineEdit | QSpinBox


class Calm(QSpinBox):
    """A number that the wheel changes only while it has the focus."""

    def wheelEvent(self, event: Any) -> None:
        """Let the page scroll."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmChoice(QComboBox):
    """A choice that the wheel does not change."""

    def wheelEvent(self, event: Any) -> None:
        """Let the page scroll."""
        event.ignore()


INPUT_LINES = 15
"""Width of an input in heights of a line."""


class SettingsPage(Page):
    """One card per group."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.inputs: dict[str, Input] = {}
        self._notes: dict[str, QLabel] = {}
        inside = QWidget()
        cards = QVBoxLayout(inside)
        cards.setContentsMargins(0, 0, 8, 12)
        lines: QFormLayout | None = None
        for setting in declared.settings():
            if setting.ask.group or lines is None:
                lines = self._card(cards, say(setting.ask.group))
            self._row(lines, setting)
        self._open_card(cards)
        cards.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 10, 12)
        title = QLabel(say("设置"))
        title.setObjectName("title")
        box.addWidget(title)
        box.addWidget(scroll, 1)

    def arrive(self, **args: Any) -> None:
        """Show what is in force; `name=` goes to one setting."""
        for setting in declared.settings():
            self._show(setting)
        self._show_ways()
        wanted = self.inputs.get(str(args.get("name", "")))
        if wanted is not None:
            wanted.setFocus()

    def _card(self, cards: QVBoxLayout, heading: str) -> QFormLayout:
        card = QFrame()
        card.setProperty("card", "true")
        box = QVBoxLayout(card)
        box.setContentsMargins(16, 6, 16, 14)
        label = QLabel(heading)
        label.setProperty("group", "true")
        box.addWidget(label)
        lines = QFormLayout()
        lines.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        lines.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        lines.setHorizontalSpacing(16)
        lines.setVerticalSpacing(8)
        box.addLayout(lines)
        cards.addWidget(card)
        return lines

    def _open_card(self, cards: QVBoxLayout) -> None:
        """What opens this home, and the buttons that change it."""
        lines = self._card(cards, say("打开这份数据"))
        self.ways = QLabel()
        self.ways.setWordWrap(True)
        self.passphrase = push("lock", say("设口令…"), self.change_passphrase)
        self.recovery = push("shield-check", say("换恢复码…"), self.change_recovery)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.passphrase)
        row.addWidget(self.recovery)
        row.addStretch(1)
        lines.addRow(say("能用的办法"), self.ways)
        lines.addRow("", row)

    def _show_ways(self) -> None:
        keys = self._desk.home.keys
        words = {"keyring": say("系统钥匙串"), "passphrase": say("口令"), "recovery": say("恢复码")}
        self.ways.setText(series(words[way] for way in words if way in keys.slots))
        self.passphrase.setText(say("换口令…") if "passphrase" in keys.slots else say("设口令…"))

    def change_passphrase(self) -> NewPassphrase:
        """Ask for another passphrase."""

        def done(told: str) -> None:
            self._desk.tell(told)
            self._show_ways()

        dialog = NewPassphrase(self, self._desk.home, done, asked=True)
        dialog.open()
        return dialog

    def change_recovery(self) -> None:
        """Make another recovery code, once the person has agreed."""
        self._desk.confirm(
            say("换恢复码"),
            say("纸上抄的旧恢复码马上作废，新的只显示一次。请准备好打印机，或纸和笔。"),
            say("换恢复码"),
            self._new_recovery,
        )

    def _new_recovery(self) -> None:
        home = self._desk.home
        code = self._desk.attempt(home.keys.new_recovery, home.file.key)
        if code:
            self.shown = NewRecovery(self, home, code)
            self.shown.open()

    def _row(self, lines: QFormLayout, setting: declared.Setting) -> None:
        made = self._input(setting)
        made.setAccessibleName(say(setting.ask.label))
        made.setAccessibleDescription(say(setting.ask.hint))
        made.setFixedWidth(made.fontMetrics().height() * INPUT_LINES)
        self.inputs[setting.name] = made
        note = self._notes[setting.name] = QLabel(say(setting.ask.hint))
        note.setProperty("faint", "true")
        note.setWordWrap(True)
        cell = QWidget()
        box = QVBoxLayout(cell)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(made)
        box.addWidget(note)
        label = QLabel(say(setting.ask.label))
        label.setBuddy(made)
        lines.addRow(label, cell)

    def _input(self, setting: declared.Setting) -> Input:
        name = setting.name
        if setting.type is bool:
            tick = QCheckBox(say("是"))
            tick.toggled.connect(lambda on: self._change(name, on))
            return tick
        if setting.choices:
            choice = CalmChoice()
            for value, words in setting.choices:
                choice.addItem(words, value)
            choice.activated.connect(lambda _: self._change(name, choice.currentData()))
            return choice
        if setting.type is int:
            number = Calm()
            number.setRange(setting.least, setting.most)
            number.setKeyboardTracking(False)
            number.valueChanged.connect(lambda value: self._change(name, value))
            return number
        line = QLineEdit()
        line.editingFinished.connect(lambda: self._change(name, line.text()))
        return line

    def _show(self, setting: declared.Setting) -> None:
        made = self.inputs[setting.name]
        value = getattr(self._desk.settings, setting.name)
        made.blockSignals(True)
        if isinstance(made, QCheckBox):
            made.setChecked(bool(value))
        elif isinstance(made, QComboBox):
            made.setCurrentIndex(made.findData(value))
        elif isinstance(made, QSpinBox):
            made.setValue(int(value))
        else:
            made.setText(str(value))
            made.setCursorPosition(0)
        made.blockSignals(False)
        self._note(setting.name, "", "")

    def _change(self, name: str, value: Any) -> None:
        """Keep one changed setting, or say beside it why not."""
        settings = self._desk.settings
        if getattr(settings, name) == value:
            return
        wrong = [f for f in declared.Settings.find({**settings.model_dump(), name: value}) if f.level == "error"]
        if wrong:
            self._note(name, "error", passage(wrong[0].sentence, wrong[0].remedy))
            return
        self._note(name, "", "")
        # After the input's own event: a change of language replaces this whole window.
        QTimer.singleShot(0, lambda: self._desk.change_settings(settings.changed(**{name: value})))
        self._desk.tell(say("设置已经存好。"))

    def _note(self, name: str, level: str, text: str) -> None:
        setting = next(s for s in declared.settings() if s.name == name)
        note = self._notes[name]
        note.setText(signs.named(say("要改"), text) if level else say(setting.ask.hint))
        note.setProperty("level", level)
        note.setProperty("faint", "false" if level else "true")
        note.style().unpolish(note)
        note.style().polish(note)
        note.setVisible(bool(note.text()))


SCREEN = Screen("settings", lambda: say("设置"), "settings", SettingsPage, group=signs.desk)
