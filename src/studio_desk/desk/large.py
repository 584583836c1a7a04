"""What must be seen from afar or read over the telephone: big words, fingerprints, codes; and pages that scroll."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio_desk.desk import theme
from studio_desk.desk.actions import Page
from studio_desk.desk.icons import coloured


class Scrolling(Page):
    """A page whose content scrolls when the screen is low or the font large; put widgets into `box`."""

    def __init__(self) -> None:
        super().__init__()
        inside = QWidget()
        self.box = QVBoxLayout(inside)
        self.box.setContentsMargins(18, 12, 18, 12)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.area)


class Card(QFrame):
    """A bordered part of a page with a heading; put widgets into `box`."""

    def __init__(self, heading: str = "") -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(16, 8, 16, 12)
        if heading:
            label = QLabel(heading)
            label.setProperty("group", "true")
            self.box.addWidget(label)


class Scaled(QLabel):
    """A label some times as large as the font in force, whatever size the person chooses."""

    def __init__(self, text: str = "", *, times: float = 1.6, fixed: bool = False, bold: bool = True) -> None:
        """Make it.

        Args:
            text: its words.
            times: how much larger than the font of the program.
            fixed: digits and letters of one width, for codes that are compared.
            bold: heavier.
        """
        super().__init__(text)
        self._times, self._fixed, self._bold = times, fixed, bold
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._scale)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._scale()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font size, after the style sheet has put its own fonts in force."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.ApplicationFontChange, QEvent.Type.StyleChange} and hasattr(self, "_later"):
            self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        """The style sheet has the last word on fonts; ask again when shown."""
        super().showEvent(event)
        self._scale()

    def _scale(self) -> None:
        wanted = QApplication.font().pointSizeF() * self._times
        if abs(wanted - self.font().pointSizeF()) > 0.1:
            font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont) if self._fixed else QFont(self.font())
            font.setPointSizeF(wanted)
            font.setBold(self._bold)
            self.setFont(font)


class BigWords(QWidget):
    """An icon and one short sentence that is seen across the room (“可以拔出 U 盘”), small words under it."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = QLabel()
        self.words = Scaled(times=2.2)
        self.words.setWordWrap(True)
        self.more = QLabel()
        self.more.setWordWrap(True)
        self.more.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        texts = QVBoxLayout()
        texts.addWidget(self.words)
        texts.addWidget(self.more)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 6)
        box.setSpacing(16)
        box.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        box.addLayout(texts, 1)
        self.hide()

    def say(self, words: str, more: str = "", *, sign: str = "circle-check", colour: str = "good") -> None:
        """Show a sentence."""
        self.sign.setPixmap(coloured(sign, theme.colour(colour)).pixmap(56, 56))
        self.words.setText(words)
        self.words.setStyleSheet(f"color: {theme.colour(colour).name()};")
        self.more.setText(more)
        self.more.setVisible(bool(more))
        self.setAccessibleName(words)
        self.show()


class Fingerprint(QWidget):
    """Six groups of five digits in two lines, large enough to be read over the telephone."""

    def __init__(self, caption: str) -> None:
        super().__init__()
        self.caption = QLabel(caption)
        self.caption.setWordWrap(True)
        self.digits = Scaled(times=2.2, fixed=True)
        self.digits.setAccessibleName(caption)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 4)
        box.addWidget(self.caption)
        box.addWidget(self.digits)

    def show_digits(self, text: str) -> None:
        """Show a fingerprint as `signing.fingerprint` groups it."""
        groups = text.split()
        half = (len(groups) + 1) // 2
        self.digits.setText("\n".join(("  ".join(groups[:half]), "  ".join(groups[half:]))).strip())
