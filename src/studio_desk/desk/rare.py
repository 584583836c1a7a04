"""Rare characters on screen: the shipped faces stand behind the system's font, so that no name shows as a box.

`unpack` is slow the first time (40 MB) and runs as a job after the window is shown; `register` is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QFont, QFontDatabase, QRawFont

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from studio_desk.kernel.progress import Progress

FACES = ("rare1", "rare2", "emoji")
"""Names in `resources/fonts`, in the order they are tried."""


def unpack(progress: Progress) -> list[Path]:
    """The plain font files; those that cannot be unpacked (no room in the cache) are left out.

    Args:
        progress: told before each file.

    Raises:
        Cancelled: the person gave up.
    """
    from studio_desk.press.fonts import file_of

    found: list[Path] = []
    for number, name in enumerate(FACES):
        progress(number, len(FACES), "")
        try:
            found.append(file_of(name))
        except (OSError, ValueError):  # the desk works without; printing tells what is wrong with a face
            continue
    return found


def register(app: QApplication, files: Sequence[Path]) -> None:
    """Put the faces of `files` behind the font in force; open windows follow at once.

    The family that shows Chinese now is named before them: it keeps every character it has, and only those it lacks
    come from ours. Registering twice changes nothing.

    Args:
        app: the application.
        files: what `unpack` answered.
    """
    font = QFont(app.font())
    chinese = QRawFont.fromFont(font, QFontDatabase.WritingSystem.SimplifiedChinese).familyName()
    known = set(QFontDatabase.families())
    own = any("emoji" in name.lower() and not name.startswith("Desk ") for name in known)
    families = [*font.families(), *([chinese] if chinese in known else [])]
    for file in files:
        if own and file.name.startswith("emoji"):
            continue  # the system's are coloured
        families += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    families = list(dict.fromkeys(families))
    if families != font.families():
        font.setFamilies(families)
        app.setFont(font)
        app.setStyleSheet(app.styleSheet())  # widgets under a style sheet take a new family only with a new sheet
