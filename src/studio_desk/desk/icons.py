"""Draw the shipped SVG icons in the colour of the palette in force, so that they follow light, dark and high contrast."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from studio_desk.kernel.resources import resource

SIZES = (16, 24, 32, 48)


def icon(name: str, role: QPalette.ColorRole = QPalette.ColorRole.ButtonText) -> QIcon:
    """The icon `resources/icons/<name>.svg` in the palette's colour of `role`, pale when disabled, light when chosen."""
    palette = QApplication.palette()
    colour = palette.color(QPalette.ColorGroup.Active, role)
    pale = palette.color(QPalette.ColorGroup.Disabled, role)
    chosen = palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.HighlightedText)
    return _drawn(name, colour.name(), pale.name(), chosen.name())


def coloured(name: str, colour: QColor) -> QIcon:
    """The icon in a colour of its own (findings, custody words)."""
    chosen = QApplication.palette().color(QPalette.ColorGroup.Active, QPalette.ColorRole.HighlightedText)
    return _drawn(name, colour.name(), colour.name(), chosen.name())


@cache
def _drawn(name: str, colour: str, pale: str, chosen: str) -> QIcon:
    found = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, pale), (QIcon.Mode.Selected, chosen)):
        for size in SIZES:
            found.addPixmap(_pixmap(name, shade, size), mode)
    return found


def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    text = resource(f"icons/{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    pixmap = QPixmap(size * 2, size * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
