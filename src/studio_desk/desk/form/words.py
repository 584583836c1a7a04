"""Choose from a controlled list: type a piece of the word or its pinyin initials, or open the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from studio_desk.desk.form.chips import Chips
from studio_desk.desk.form.editors import Editor, left_for_another
from studio_desk.desk.form.fields import Field
from studio_desk.kernel.pinyin import initials
from studio_desk.kernel.vocabulary import Term, vocabulary
from studio_desk.kernel.words import say

COLUMNS_OF_LIST = 14


def fits(label: str, typed: str) -> bool:
    """Whether a label contains what was typed, or begins with these pinyin initials."""
    low = typed.casefold()
    if low in label.casefold():
        return True
    return low.isascii() and low.isalpha() and any(told.startswith(low) for told in initials(label))


def terms(key: str, keep: str = "") -> list[Term]:
    """The words of a list that may be chosen today, and `keep` although it may not."""
    listed = vocabulary(key)
    valid = set(listed.words())
    return [term for term in listed.terms if term.word in valid or term.word == keep]


class WordBox(QComboBox):
    """An editable combo box that searches its words; the wheel never changes it by accident.

    Signals:
        edited: the person typed or chose.
    """

    edited = Signal()

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(COLUMNS_OF_LIST)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        self.fill("")
        self._suggest = attach_completer(self.lineEdit(), self.labels, self._take)
        self.lineEdit().textEdited.connect(lambda _: self.edited.emit())
        self.activated.connect(lambda _: self.edited.emit())

    def lineEdit(self) -> QLineEdit:
        """The line (always there: the box is editable)."""
        line = super().lineEdit()
        if line is None:
            raise RuntimeError("an editable combo box has a line")
        return line

    def fill(self, keep: str) -> None:
        """Offer the words valid today and `keep`."""
        self.blockSignals(True)
        text = self.currentText()
        self.clear()
        self.addItem("", "")
        for term in terms(self.key, keep):
            self.addItem(term.label, term.word)
        self.setEditText(text)
        self.blockSignals(False)

    def labels(self) -> list[str]:
        """All words offered."""
        return [self.itemText(row) for row in range(1, self.count())]

    @property
    def word(self) -> str:
        """The word chosen, or what was typed instead of one."""
        text = self.currentText().strip()
        row = self.findText(text, Qt.MatchFlag.MatchExactly)
        if row >= 0:
            return str(self.itemData(row))
        term = vocabulary(self.key).find(text)
        return term.word if term else text

    @word.setter
    def word(self, word: str) -> None:
        if word and self.findData(word) < 0:
            self.fill(word)
        row = self.findData(word)
        self.setCurrentIndex(row)
        self.setEditText(self.itemText(row) if row >= 0 else word)

    def settle(self) -> None:
        """What was typed becomes the only word that fits it."""
        text = self.currentText().strip()
        if text and self.findText(text, Qt.MatchFlag.MatchExactly) < 0:
            found = [label for label in self.labels() if fits(label, text)]
            if len(found) == 1:
                self._take(found[0])

    def _take(self, label: str) -> None:
        self.setCurrentIndex(self.findText(label, Qt.MatchFlag.MatchExactly))
        self.setEditText(label)
        self.edited.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling the form must not change what was chosen."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down open the list instead of changing the word unseen."""
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up} and not self.currentText():
            self.showPopup()
        else:
            super().keyPressEvent(event)


class Suggestions(QObject):
    """A completer over any source of labels, filled while one types."""

    def __init__(self, line: QLineEdit, source: Callable[[str], Sequence[str]], take: Callable[[str], None]) -> None:
        super().__init__(line)
        self._line, self._source = line, source
        self.model = QStringListModel(self)
        self.completer = QCompleter(self.model, self)
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.setMaxVisibleItems(COLUMNS_OF_LIST)
        line.setCompleter(self.completer)
        self.completer.activated[str].connect(take)  # type: ignore[index]  # overloaded signal
        line.textEdited.connect(self.offer)
        self.popup = self.completer.popup() or QListView()
        self.popup.setAccessibleName(say("可选的"))

    def offer(self, text: str) -> None:
        """Offer what fits."""
        text = text.strip()
        found = list(self._source(text)) if text else []
        self.model.setStringList(found)
        if not found:
            self.popup.hide()


def attach_completer(line: QLineEdit, labels: Callable[[], Sequence[str]], take: Callable[[str], None]) -> Suggestions:
    """Let a line offer those of `labels()` that fit what is typed."""
    return Suggestions(line, lambda text: [label for label in labels() if fits(label, text)], take)


class WordEditor(Editor):
    """One word of a list."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = WordBox(field.ask.vocabulary)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.edited.connect(self.changed)
        self.holds(self.box)
        self.box.lineEdit().setAccessibleName(say(field.ask.label))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Settle on a word when the focus goes to another field."""
        if watched is self.box and left_for_another(event):
            self.leave()
        return False

    def settle(self) -> None:
        """A piece of a word becomes the only word it fits."""
        self.box.settle()

    def value(self) -> Any:
        """The Chinese word, whatever the language of the screen."""
        return self.box.word

    def put(self, value: Any) -> None:
        """Show its label."""
        self.box.word = str(value or "")


class WordsEditor(Editor):
    """Several words of a list, as chips."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.chips = Chips(self._label)
        self.box = WordBox(field.ask.vocabulary)
        self.box.lineEdit().setPlaceholderText(say("添加…"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.chips)
        layout.addWidget(self.box)
        self.chips.changed.connect(self.changed)
        self.box.edited.connect(self._add)
        self.holds(self.box)
        self.box.lineEdit().setAccessibleName(say(field.ask.label))

    def _label(self, word: str) -> str:
        term = vocabulary(self.field.ask.vocabulary).find(word)
        return term.label if term else word

    def _add(self) -> None:
        word = self.box.word
        if vocabulary(self.field.ask.vocabulary).find(word) and word not in self.chips.values:
            self.chips.put([*self.chips.values, word])
            self.box.word = ""
            self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Settle on a word when the focus goes to another field."""
        if watched is self.box and left_for_another(event):
            self.leave()
        return False

    def settle(self) -> None:
        """A piece of a word becomes the only word it fits, and a chip."""
        self.box.settle()
        self._add()

    def value(self) -> Any:
        """The words, and what was typed and is none (for the check to speak about)."""
        rest = self.box.word
        return [*self.chips.values, rest] if rest else list(self.chips.values)

    def put(self, value: Any) -> None:
        """Show the chips."""
        self.chips.put([str(word) for word in value or []])
        self.box.word = ""

    def lock(self, locked: bool) -> None:
        """Show only."""
        self.chips.lock(locked)
        self.box.setVisible(not locked)
