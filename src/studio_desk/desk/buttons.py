"""Push buttons as all screens make them: icon and words, a key in the tip, one main button a page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QKeySequence, QPalette
from PySide6.QtWidgets import QPushButton

from studio_desk.desk.icons import icon


def push(sign: str, words: str, act: Callable[[], object], *, keys: str = "", main: bool = False) -> QPushButton:
    """A button.

    Args:
        sign: name of its icon.
        words: what stands on it.
        act: what it does.
        keys: key sequence that presses it, `""` for none.
        main: it is the page's main button.
    """
    role = QPalette.ColorRole.HighlightedText if main else QPalette.ColorRole.ButtonText
    button = QPushButton(icon(sign, role), words)
    if main:
        button.setProperty("main", "true")
    if keys:
        button.setShortcut(QKeySequence(keys))
        button.setToolTip(f"{words} ({keys})")
    button.clicked.connect(lambda _=False: act())
    return button
