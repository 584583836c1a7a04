"""The editors of plain values: text, long text, numbers, yes or no, dates, times, lists of lines."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCalendarWidget,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk.form.fields import Field
from studio_desk.desk.icons import icon
from studio_desk.kernel import clock, dates
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.text import half_width, whole
from studio_desk.kernel.words import say

LINES = {"long": (4, 18), "lines": (2, 10)}
"""Fewest and most lines that a box of text shows."""


def left_for_another(event: QEvent) -> bool:
    """Whether the focus went to another field, not to a popup of this one or to another program."""
    return (
        event.type() == QEvent.Type.FocusOut
        and isinstance(event, QFocusEvent)
        and event.reason() not in {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}
    )


class Editor(QWidget):
    """One field's editor; abstract, as the type checker sees to (Qt's metaclass leaves `ABC` no room).

    Signals:
        changed: the person changed the value.
        left: the focus left the editor.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._inner: QWidget = self

    @abstractmethod
    def value(self) -> Any:
        """The value as typed, JSON types."""

    @abstractmethod
    def put(self, value: Any) -> None:
        """Show a value; `changed` is not told."""

    def trouble(self) -> Finding | None:
        """What the check of the kind cannot know: typed words that stand for nothing."""
        return None

    def lock(self, locked: bool) -> None:
        """Show only."""
        self._inner.setEnabled(not locked)

    def mark(self, level: str) -> None:
        """Frame the editor: `error`, `warning` or `""`."""
        if self._inner.property("bad") != level:
            self._inner.setProperty("bad", level)
            self._inner.style().unpolish(self._inner)
            self._inner.style().polish(self._inner)

    def holds(self, inner: QWidget) -> None:
        """Name the widget that takes the focus and watch it."""
        self._inner = inner
        inner.setAccessibleName(say(self.field.ask.label))
        if self.field.ask.hint:
            inner.setAccessibleDescription(say(self.field.ask.hint))
            inner.setToolTip(say(self.field.ask.hint))
        inner.installEventFilter(self)
        self.setFocusProxy(inner)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell when the focus leaves for another field (a popup of its own is no other field)."""
        if watched is self._inner and left_for_another(event):
            self.leave()
        return super().eventFilter(watched, event)

    def settle(self) -> None:
        """Turn what was typed into what it means (`11.22` into a date, a piece of a word into the word)."""

    def leave(self) -> None:
        """The focus left: tidy what was typed."""
        self.settle()
        self.left.emit()


class TextEditor(Editor):
    """One line."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line = QLineEdit()
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.line, 1)
        self.line.textEdited.connect(lambda _: self.changed.emit())
        self.holds(self.line)

    def value(self) -> Any:
        """What stands in the line."""
        return self.line.text()

    def put(self, value: Any) -> None:
        """Show it from its beginning."""
        text = "" if value is None else str(value)
        if text != self.line.text():
            self.line.setText(text)
            self.line.setCursorPosition(0)

    def lock(self, locked: bool) -> None:
        """Read-only text can still be copied."""
        self.line.setReadOnly(locked)


class NumberEditor(TextEditor):
    """A whole number; anything else stays as typed for the check to speak about."""

    def value(self) -> Any:
        """The number, `None` when empty."""
        text = half_width(self.line.text()).replace(",", "")
        if not text:
            return self.field.default if isinstance(self.field.default, int) else None
        number = whole(text)
        return text if number is None else number


class DayEditor(TextEditor):
    """A date: typed in any usual way, or picked."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line.setPlaceholderText(say("如 11.22、今天、-1"))
        self._calendar: QCalendarWidget | None = None
        pick = QToolButton()
        pick.setIcon(icon("calendar"))
        pick.setProperty("small", "true")
        pick.setAccessibleName(say("选日期：{label}", label=say(field.ask.label)))
        pick.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        pick.clicked.connect(self.pick)
        self._pick = pick
        box = self.layout()
        if box is not None:
            box.addWidget(pick)

    def settle(self) -> None:
        """Write the date as `2026-11-22`; what is none stays as typed."""
        try:
            told = dates.parse_day(self.line.text())
        except ValueError:
            told = self.line.text()
        if told != self.line.text():
            self.line.setText(told)
            self.changed.emit()

    def value(self) -> Any:
        """The date in ISO form as soon as it is one."""
        try:
            return dates.parse_day(self.line.text())
        except ValueError:
            return self.line.text()

    def lock(self, locked: bool) -> None:
        """No picking either."""
        super().lock(locked)
        self._pick.setDisabled(locked)

    def pick(self) -> None:
        """Open a calendar under the line."""
        calendar = self._calendar = QCalendarWidget(self)
        calendar.setWindowFlags(Qt.WindowType.Popup)
        calendar.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        day = dates.first_day(told) if _is_day(told := str(self.value())) else clock.today()
        day = day or clock.today()
        calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        calendar.activated.connect(self._picked)
        calendar.clicked.connect(self._picked)
        calendar.move(self.line.mapToGlobal(QPoint(0, self.line.height() + 2)))
        calendar.show()

    def _picked(self, day: QDate) -> None:
        if self._calendar is not None:
            self._calendar.close()
            self._calendar = None
        self.line.setText(day.toString(Qt.DateFormat.ISODate))
        self.line.setFocus()
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Down opens the calendar, as in a combo box."""
        if event.key() == Qt.Key.Key_Down and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            self.pick()
        else:
            super().keyPressEvent(event)


class TimeEditor(TextEditor):
    """A time of day."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.line.setPlaceholderText(say("如 9:30、下午3点"))

    def value(self) -> Any:
        """The time as `09:30` as soon as it is one; `930` and `0930` are understood."""
        text = half_width(self.line.text())
        if text.isdigit() and len(text) in {3, 4}:
            text = f"{text[:-2]}:{text[-2:]}"
        try:
            return dates.parse_clock(text)
        except ValueError:
            return self.line.text()

    def settle(self) -> None:
        """Write the time as `09:30`."""
        told = self.value()
        if told != self.line.text():
            self.line.setText(told)
            self.changed.emit()


class YesEditor(Editor):
    """A tick; its label stands beside it."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.box = QCheckBox(say(field.ask.label))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        self.box.clicked.connect(self.changed)
        self.holds(self.box)

    def value(self) -> Any:
        """Whether it is ticked."""
        return self.box.isChecked()

    def put(self, value: Any) -> None:
        """Tick or clear."""
        self.box.setChecked(bool(value))


class Prose(QPlainTextEdit):
    """A box of text that grows with what is typed; Tab goes on to the next field."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self._least, self._most, self._free = least, most, False
        self.setTabChangesFocus(True)
        self.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustIgnored)
        self.textChanged.connect(self.fit)
        self.fit()

    def fit(self) -> None:
        """As high as the text, within limits."""
        if not self._free:
            self.setFixedHeight(self._height_of(max(self._least, min(self._most, self._lines()))))

    def set_free(self) -> None:
        """Take the height it is given (inside the cell of a table)."""
        self._free = True
        self.setMinimumHeight(0)
        self.setMaximumHeight(16_777_215)

    def minimumSizeHint(self) -> QSize:
        """Narrow forms stay possible."""
        return QSize(120, self.height())

    def resizeEvent(self, event: Any) -> None:
        """Another width breaks the lines anew."""
        super().resizeEvent(event)
        self.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font size as well."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A box without the focus lets the form scroll."""
        if self.hasFocus() and self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def _lines(self) -> int:
        return int(self.document().size().height())

    def _height_of(self, lines: int) -> int:
        margins = int(2 * self.document().documentMargin()) + 2 * self.frameWidth()
        return lines * self.fontMetrics().lineSpacing() + margins + 4


class LongEditor(Editor):
    """Running text."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.text = Prose(*LINES.get(field.sort, (4, 18)))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.text)
        self.holds(self.text)
        self.text.textChanged.connect(self._typed)
        self._putting = False

    def _typed(self) -> None:
        if not self._putting:
            self.changed.emit()

    def value(self) -> Any:
        """The text."""
        return self.text.toPlainText()

    def put(self, value: Any) -> None:
        """Show it."""
        told = str(value or "")
        if told != self.text.toPlainText():
            self._putting = True
            self.text.setPlainText(told)
            self._putting = False

    def lock(self, locked: bool) -> None:
        """Read-only text can still be copied."""
        self.text.setReadOnly(locked)


class LinesEditor(LongEditor):
    """A list of texts, one a line."""

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self.text.setPlaceholderText(say("一行一条"))

    def value(self) -> Any:
        """The lines that are not empty."""
        return [line.strip() for line in self.text.toPlainText().split("\n") if line.strip()]

    def put(self, value: Any) -> None:
        """One a line."""
        super().put("\n".join(str(line) for line in value or []))


def _is_day(text: str) -> bool:
    try:
        dates.first_day(text)
    except ValueError:
        return False
    return bool(text)
