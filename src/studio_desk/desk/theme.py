"""How the desk looks: Fusion with palettes of its own, one short style sheet, four font sizes, a Chinese font for sure."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from studio_desk.kernel.resources import resource


@dataclass(frozen=True)
class Scheme:
    """The colours of one scheme; text on ground has a contrast of at least 4.5 (WCAG 2.1, 1.4.3)."""

    window: str
    base: str
    stripe: str
    text: str
    faint: str
    line: str
    button: str
    accent: str
    on_accent: str
    error: str
    warning: str
    good: str
    arrows: str


SCHEMES = {
    "浅色": Scheme(
        "#f3f4f6", "#ffffff", "#f7f8fa", "#1b1f24", "#59636e", "#c5cbd3", "#fbfbfc", "#0b5cad", "#ffffff", "#b3261e",
        "#8a5300", "#1a7033", "light",
    ),
    "深色": Scheme(
        "#1e2126", "#15181c", "#1b1f24", "#e8eaed", "#a5adb8", "#444c56", "#2b3037", "#6cb2ff", "#06121f", "#ff8a80",
        "#f2b84b", "#7ddb94", "dark",
    ),
    "高对比": Scheme(
        "#000000", "#000000", "#000000", "#ffffff", "#c4c4c4", "#ffffff", "#000000", "#ffff00", "#000000", "#ff9c9c",
        "#ffd54a", "#8cff9e", "contrast",
    ),
}  # fmt: skip

POINTS = 11
"""Of the font before any settings are read."""

_in_force = [SCHEMES["浅色"]]
_translators: list[QTranslator] = []


def colour(name: str) -> QColor:
    """A colour of the scheme in force: `error`, `warning`, `good`, `faint`, `line`, `accent`, `text` and so on."""
    return QColor(getattr(_in_force[0], name))


def apply(app: QApplication, scheme: str, size: str | int) -> None:
    """Put a colour scheme and a font size in force; every open window follows at once.

    Args:
        app: the application.
        scheme: a key of `SCHEMES`.
        size: a key of `kernel.settings.FONT_POINTS`, or points (before any settings are read).
    """
    chosen = _in_force[0] = SCHEMES.get(scheme, SCHEMES["浅色"])
    if (
        not app.styleSheet()
    ):  # once: under a sheet the style has no name, and another one in its place crashes open windows
        app.setStyle("Fusion")
    app.setPalette(_palette(chosen))
    font = QFont(app.font())
    font.setPointSize(size if isinstance(size, int) else points_of(size))
    app.setFont(font)
    app.setStyleSheet(_sheet(chosen, font.pointSize()))


def points_of(size: str) -> int:
    """Points of a font size of the settings."""
    from studio_desk.kernel.settings import FONT_POINTS  # validates with pydantic: not before the window shows

    return FONT_POINTS.get(size, POINTS)


def speak(app: QApplication, language: str) -> None:
    """Let Qt's own buttons and dates follow the language (`zh_CN` or `en`)."""
    locale = QLocale("zh_CN" if language == "zh_CN" else "en_GB")
    QLocale.setDefault(locale)
    for old in _translators:
        app.removeTranslator(old)
    _translators.clear()
    if language == "zh_CN":
        translator = QTranslator(app)
        if translator.load(locale, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(translator)
            _translators.append(translator)


def ensure_chinese_font(app: QApplication) -> str:
    """Take the system's own font; only where it has no Chinese one, load the shipped one. Answers its family or `""`."""
    if QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        return ""
    import zstandard

    data = zstandard.ZstdDecompressor().decompress(resource("fonts/hei.ttf.zst").read_bytes(), max_output_size=1 << 27)
    families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFontFromData(data))
    if families:
        app.setFont(QFont(families[0], POINTS))
    return families[0] if families else ""


def _palette(scheme: Scheme) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for which, shade in {
        role.Window: scheme.window,
        role.WindowText: scheme.text,
        role.Base: scheme.base,
        role.AlternateBase: scheme.stripe,
        role.Text: scheme.text,
        role.PlaceholderText: scheme.faint,
        role.Button: scheme.button,
        role.ButtonText: scheme.text,
        role.BrightText: scheme.error,
        role.Highlight: scheme.accent,
        role.HighlightedText: scheme.on_accent,
        role.Link: scheme.accent,
        role.LinkVisited: scheme.accent,
        role.ToolTipBase: scheme.base,
        role.ToolTipText: scheme.text,
        role.Light: scheme.base,
        role.Midlight: scheme.stripe,
        role.Mid: scheme.line,
        role.Dark: scheme.line,
        role.Shadow: scheme.line,
        role.Accent: scheme.accent,
    }.items():
        palette.setColor(which, QColor(shade))
    for which in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(group.Disabled, which, QColor(scheme.faint))
    palette.setColor(group.Disabled, role.Highlight, QColor(scheme.line))
    return palette


def _sheet(scheme: Scheme, points: int) -> str:
    text = resource("desk.qss").read_text(encoding="utf-8")
    sizes = {"title": points * 1.4, "icon": max(16, points * 1.5), "bigicon": points * 2.2}
    for name, size in sizes.items():
        text = text.replace(f"@{name};", str(round(size)))
    text = text.replace("@icons;", resource("icons").as_posix()).replace("@arrows;", scheme.arrows)
    for name in Scheme.__dataclass_fields__:
        text = text.replace(f"@{name};", f"{getattr(scheme, name)};").replace(f"@{name} ", f"{getattr(scheme, name)} ")
    return text
