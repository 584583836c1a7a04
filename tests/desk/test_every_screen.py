"""Every screen, every kind's ledger and form: they open in both languages, all sizes and colours, and can be reached by keyboard."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QScrollArea, QTableView, QWidget

from studio_desk.desk.navigation import screens
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.kinds import KINDS

HAN = re.compile(r"[\u4e00-\u9fff]")
MINE = ("today", "backup", "settings", "trust", "help", "search", *(f"ledger.{kind.key}" for kind in KINDS))
SMALLEST = (1366, 768)
LOOKS = [
    *(("zh_CN", size, "浅色") for size in FONT_POINTS),
    *(("en", size, "浅色") for size in FONT_POINTS),
    ("zh_CN", "中", "深色"),
    ("zh_CN", "中", "高对比"),
]


def visible(page: QWidget) -> list[QWidget]:
    return [w for w in page.findChildren(QWidget) if w.isVisible()]


def nameless(page: QWidget) -> list[str]:
    """Widgets that take the focus and tell a screen reader nothing."""
    found = []
    for widget in visible(page):
        if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None or not widget.isEnabled():
            continue
        if widget.objectName().startswith("qt_"):  # Qt's own inner parts
            continue
        told = QAccessible.queryAccessibleInterface(widget)
        if told is not None and not told.text(QAccessible.Text.Name):
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
    return found


def small(page: QWidget) -> list[str]:
    """Buttons and lines lower than 28 pixels."""
    return [
        f"{type(w).__name__} {w.height()} {w.accessibleName()}"
        for w in visible(page)
        if isinstance(w, (QAbstractButton, QLineEdit))
        and w.height() < 28
        and not w.objectName().startswith("qt_")
        and not type(w).__name__.startswith("QComboBox")
        and w.parentWidget() is not None
        and w.parentWidget().metaObject().className()
        not in {
            "QComboBox",
            "WordBox",
            "QSpinBox",
            "Calm",
            "QTabBar",
            "QTableView",
            "PartsTable",
            "QCheckBox",
            "QTableWidget",
        }
    ]


def chinese(page: QWidget) -> list[str]:
    """Words of the screen itself that were not translated; what the person types and finds is not among them."""
    texts = [w.text() for w in page.findChildren(QLabel)] + [w.text() for w in page.findChildren(QAbstractButton)]
    for table in page.findChildren(QTableView):
        model = table.model()
        texts += [str(model.headerData(n, Qt.Orientation.Horizontal) or "") for n in range(model.columnCount())]
    lines = page.findChildren(QLineEdit)
    texts += [w.placeholderText() for w in lines] + [w.toolTip() for w in lines]
    quoted = re.compile(r'\{.*?\}|".*?"')  # {件号} in a template, "匿名" as a value to be typed
    return [text for text in texts if HAN.search(quoted.sub("", text))]


def assert_fits(window) -> None:
    """A page, however often visited, neither lets the window outgrow the smallest screen nor needs more than it gets."""
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    assert (window.width(), window.height()) == SMALLEST, window.place
    page = window.current
    assert page.layout().totalMinimumHeightForWidth(page.width()) <= page.height(), window.place


@pytest.mark.parametrize(("language", "size", "colours"), LOOKS)
def test_every_place_opens(seat, language: str, size: str, colours: str) -> None:
    at = seat(language=language, font_size=size, colour_scheme=colours)
    window = at.session.window
    window.resize(*SMALLEST)
    for key in MINE:
        at.desk.go(key)
        assert window.place[0] == key
        assert nameless(window) == [], key
        assert small(window) == [], key
        assert window.minimumSizeHint().width() <= 1366, key
        assert_fits(window)
        if language == "en" and key in {"backup", "settings", "trust", "search", *(f"ledger.{k.key}" for k in KINDS)}:
            assert chinese(window.current) == [], key
    for kind in KINDS:
        at.desk.open_record(at.uids[kind.key])
        sitting = window.current.sitting
        assert sitting.uid == at.uids[kind.key]
        assert nameless(window) == [], kind.key
        assert small(window) == [], kind.key
        assert not sitting.dirty
        assert window.minimumSizeHint().width() <= 1366, kind.key
        assert_fits(window)
        at.desk.new_record(kind.key)
        assert window.current.sitting.row is None
        if language == "en":
            assert chinese(window.current) == [], kind.key
        for tab in range(window.current.beside.count()):
            window.current.beside.setCurrentIndex(tab)
    at.desk.go("history", uid=at.uids["case"])
    assert window.current.tree.topLevelItemCount() == 1


@pytest.mark.parametrize("role", ["station", "district"])
def test_a_place_has_one_key_and_one_shortcut(role: str) -> None:
    keys = [screen.key for screen in screens(role)]
    assert len(set(keys)) == len(keys)
    shortcuts = [screen.shortcut for screen in screens(role) if screen.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)


def test_no_single_letter_is_a_shortcut(seat) -> None:
    """An input method composes with letters: none of them may do anything else (desk.md 5)."""
    from PySide6.QtGui import QShortcut

    at = seat()
    for key in MINE:
        at.desk.go(key)
    keys = [s.key().toString() for s in at.session.window.findChildren(QShortcut)]
    keys += [b.shortcut().toString() for b in at.session.window.findChildren(QAbstractButton)]
    assert [k for k in keys if re.fullmatch(r"(Shift\+)?\w", k)] == []


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_settings_never_scroll_sideways(seat, qtbot, language: str) -> None:
    at = seat(language=language, font_size="特大")
    at.session.window.resize(1366, 768)
    at.desk.go("settings")
    scroll = at.session.window.current.findChild(QScrollArea)
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() > 0)
    assert scroll.horizontalScrollBar().maximum() == 0
