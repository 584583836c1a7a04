"""What stands around an editor: its label above, the findings below, a warning kept with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio_desk.desk import signs, theme
from studio_desk.desk.form.editors import Editor
from studio_desk.desk.form.parts import PartsEditor
from studio_desk.desk.icons import coloured
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import passage, say

SIGNS = {"error": "alert-circle", "warning": "alert-triangle", "good": "circle-check"}
SHOWN = 6
"""Findings beside one field; a table of child lines may have more."""


class Remark(QWidget):
    """One finding as a line: icon, sentence, remedy, and for a warning the way to keep it."""

    kept = Signal(object)
    taken_back = Signal(object)

    def __init__(self, finding: Finding, reason: str = "") -> None:
        """Make the line.

        Args:
            finding: what was found.
            reason: why it was kept, `""` when it was not.
        """
        super().__init__()
        level = "good" if reason else finding.level
        sign = QLabel()
        size = sign.fontMetrics().height()
        sign.setPixmap(coloured(SIGNS[level], theme.colour(level)).pixmap(size, size))
        word = {"error": say("要改"), "warning": say("提醒"), "good": say("已保留")}[level]
        text = signs.named(
            word,
            finding.sentence + say("（{reason}）", reason=reason)
            if reason
            else passage(finding.sentence, finding.remedy),
        )
        words = QLabel(text)
        words.setWordWrap(True)
        words.setProperty("level", level)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(sign)
        box.addWidget(words, 1)
        if finding.level == "warning":
            button = QPushButton(say("撤回保留") if reason else say("说明理由，保留"))
            button.setProperty("link", "true")
            button.setAccessibleName(signs.named(button.text(), finding.sentence))
            button.clicked.connect(lambda: (self.taken_back if reason else self.kept).emit(finding))
            box.addWidget(button)


class Cell(QWidget):
    """A field in the form.

    Signals:
        kept: the person wants to keep a warning (a `Finding`).
        taken_back: the person takes that back.
    """

    kept = Signal(object)
    taken_back = Signal(object)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        field = editor.field
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(2)
        self.label = QLabel(say(field.ask.label) + (" *" if field.required else ""))
        self.label.setBuddy(editor)
        self.label.setToolTip(say("必填") if field.required else "")
        if field.sort == "yes":
            self.label.setText(" ")
        self._box.addWidget(self.label)
        self._box.addWidget(editor)
        self._remarks: list[Remark] = []
        self._shown: list[tuple[Finding, str]] = []
        if field.wide:
            hint = QLabel(say(field.ask.hint))
            hint.setProperty("faint", "true")
            hint.setWordWrap(True)
            hint.setVisible(bool(field.ask.hint))
            self._box.addWidget(hint)
        else:
            self._box.addStretch(1)

    @property
    def findings(self) -> list[Finding]:
        """What is shown beside the field."""
        return [finding for finding, _ in self._shown]

    def show_findings(self, findings: Sequence[Finding], kept: Sequence[Mapping[str, Any]]) -> None:
        """Show findings; those that were kept stay visible with their reason."""
        reasons = {(k.get("code"), k.get("field", "")): str(k.get("reason", "")) for k in kept}
        told = [(f, reasons.get((f.code, f.field), "")) for f in findings[:SHOWN]]
        if isinstance(self.editor, PartsEditor):
            self.editor.show_findings(findings)
        if told == self._shown:
            return
        self._shown = told
        for old in self._remarks:
            old.hide()
            old.deleteLater()
        self._remarks = [Remark(finding, reason) for finding, reason in told]
        for number, remark in enumerate(self._remarks):
            remark.kept.connect(self.kept)
            remark.taken_back.connect(self.taken_back)
            self._box.insertWidget(2 + number, remark)
        open_ones = {f.level for f, reason in told if not reason}
        self.editor.mark("error" if "error" in open_ones else "warning" if open_ones else "")
