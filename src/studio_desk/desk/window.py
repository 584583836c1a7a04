"""The main window: places on the left, search on top, one page, what is going on at the foot.

The window can show itself before anything is opened (`MainWindow(name)` imports Qt alone); `attach(desk)` fills it. How
a screen is declared and what it may ask for is written at the top of `desk/actions.py`; which screens there are, in
`desk/navigation.py`. The window knows no screen by name except `today`, where it begins, and `help` (F1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk, Page, Screen
    from studio_desk.desk.find_box import FindBox
    from studio_desk.desk.idle_lock import IdleLock
    from studio_desk.desk.jobs import Job
    from studio_desk.desk.places import Places
    from studio_desk.desk.status import Status
    from studio_desk.desk.toast import Toast
    from studio_desk.desk.veil import Strip, Veil
    from studio_desk.store.journal import Changes

START = "today"
HISTORY = 50
FOLDED, FOLDED_FIRST = "view.folded", "bodies"
"""Where the home keeps which headings of the navigation are folded, and which are at first."""


class MainWindow(QMainWindow):
    """The one window of an open home.

    Attributes:
        desk: the open home, `None` until `attach`; what stands below is made there too.
        find_box: the search line.
        places: the navigation.
        toast: says things in passing.
        veil: covers the window while records are written.
        strip: shows other jobs.
    """

    find_box: FindBox
    places: Places
    toast: Toast
    veil: Veil
    strip: Strip

    _first_painted = Signal()

    def __init__(self, name: str = "") -> None:
        """Make the shell.

        Args:
            name: of the station, shown in the title.
        """
        super().__init__()
        self.setWindowTitle(f"{name} — Studio Desk" if name else "Studio Desk")
        self.resize(1180, 720)
        self.before_close: Callable[[], bool] = lambda: True
        self.desk: Desk | None = None
        self.status: Status | None = None
        self.idle_lock: IdleLock | None = None
        self._painted = False
        self._screens: dict[str, Screen] = {}
        self._pages: dict[str, Page] = {}
        self._came: list[tuple[str, dict[str, Any]]] = []
        self._focus: QWidget | None = None
        self.body = QWidget()
        self.setCentralWidget(self.body)
        navigation = QWidget()
        navigation.setObjectName("navigation")
        self._beside = QVBoxLayout(navigation)
        self._beside.setContentsMargins(6, 8, 6, 8)
        self.bar = QWidget()
        self.bar.setObjectName("bar")
        self._bar = QHBoxLayout(self.bar)
        self._bar.setContentsMargins(10, 6, 10, 6)
        self.stack = _Pages()
        opening = QLabel(say("正在打开…"))
        opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack.addWidget(opening)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.bar)
        right.addWidget(self.stack, 1)
        whole = QHBoxLayout(self.body)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(navigation)
        whole.addLayout(right, 1)
        self.statusBar().setSizeGripEnabled(False)

    # --- an open home --------------------------------------------------------------------------------------------

    def attach(self, desk: Desk, place: tuple[str, dict[str, Any]] = (START, {})) -> None:
        """Fill the window with an open home.

        Args:
            desk: the open home.
            place: where to begin: screen key and its arguments.
        """
        from studio_desk.desk.find_box import FindBox
        from studio_desk.desk.icons import icon
        from studio_desk.desk.idle_lock import IdleLock
        from studio_desk.desk.navigation import screens
        from studio_desk.desk.places import Places
        from studio_desk.desk.status import Status
        from studio_desk.desk.toast import Toast
        from studio_desk.desk.veil import Strip, Veil

        self.toast, self.veil, self.strip = Toast(self), Veil(self), Strip()
        self.statusBar().addPermanentWidget(self.strip)
        self.places = Places()
        self.places.wanted.connect(self.go)
        self._beside.addWidget(self.places)
        self.desk, desk.window = desk, self
        self.setWindowTitle(f"{desk.home.name} — Studio Desk")
        self._screens = {screen.key: screen for screen in screens(desk.role)}
        back = QToolButton()
        back.setIcon(icon("arrow-left"))
        back.setToolTip(say("返回（Alt+左）"))
        back.setAccessibleName(say("返回"))
        back.setProperty("flat", "true")
        back.clicked.connect(self.back)
        self.find_box = FindBox(desk)
        sign = QLabel()
        sign.setPixmap(icon("search").pixmap(20, 20))
        self._bar.addWidget(back)
        self._bar.addWidget(sign)
        self._bar.addWidget(self.find_box, 1)
        self.places.fill(list(self._screens.values()), desk.home.meta.get(FOLDED, FOLDED_FIRST).split(","))
        self.places.folded.connect(lambda names: desk.home.meta.set(FOLDED, ",".join(names)))
        for screen in self._screens.values():
            if screen.shortcut:
                QShortcut(QKeySequence(screen.shortcut), self, activated=lambda key=screen.key: self.go(key))  # type: ignore[call-overload]  # the stub lacks this form
        self.status = Status(desk)
        self.statusBar().addWidget(self.status, 1)
        desk.changed.connect(self._changed)
        desk.worker.begun.connect(self._job_begun)
        desk.worker.moved.connect(self._job_moved)
        desk.worker.ended.connect(self._job_ended)
        for keys, act in {
            "Alt+Left": self.back,
            "Ctrl+F": self.find_box.start,
            "F1": self._help,
            "F6": self._switch_side,
        }.items():
            QShortcut(QKeySequence(keys), self, activated=act)  # type: ignore[call-overload]  # as above
        self.idle_lock = IdleLock(self, desk)
        self.go(place[0], **place[1])

    def detach(self) -> None:
        """Give the desk free before another window takes it (language switch)."""
        if self.desk is None:
            return
        self._leave()
        desk, self.desk = self.desk, None
        desk.changed.disconnect(self._changed)
        for signal, slot in (
            (desk.worker.begun, self._job_begun),
            (desk.worker.moved, self._job_moved),
            (desk.worker.ended, self._job_ended),
        ):
            signal.disconnect(slot)
        self.find_box.stop()

    # --- places --------------------------------------------------------------------------------------------------

    @property
    def place(self) -> tuple[str, dict[str, Any]]:
        """Where the person is: screen key and arguments."""
        return self._came[-1] if self._came else (START, {})

    def go(self, key: str, **args: Any) -> None:
        """Go to a screen; nothing happens while a job is writing."""
        if self.desk is None or self.desk.busy or key not in self._screens:
            return
        self._leave()
        if not self._came or self._came[-1] != (key, args):
            self._came = [*self._came[-HISTORY:], (key, args)]
        self._show(key, args)

    def back(self) -> None:
        """Go back to where the person came from."""
        if self.desk is None or self.desk.busy or len(self._came) < 2:
            return
        self._leave()
        self._came.pop()
        self._show(*self._came[-1])

    def page(self, key: str) -> Page:
        """The page of a screen, made on the first visit."""
        if key not in self._pages and self.desk is not None:
            page = self._screens[key].make(self.desk)
            self._pages[key] = page
            self.stack.addWidget(page)
        return self._pages[key]

    @property
    def current(self) -> Page | None:
        """The page on screen."""
        return self._pages.get(self.place[0]) if self._came else None

    def _show(self, key: str, args: dict[str, Any]) -> None:
        page = self.page(key)
        self.stack.setCurrentWidget(page)
        page.arrive(**args)
        self.places.mark(page.stands_under() or key)

    def replace_place(self, key: str, **args: Any) -> None:
        """Say that the page on screen now stands for something else (a new record that was saved)."""
        if self._came:
            self._came[-1] = (key, args)

    def _leave(self) -> None:
        if self.current is not None:
            self.current.leave()

    def _help(self) -> None:
        self.go("help", about=self.place[0])

    def _switch_side(self) -> None:
        if self.places.hasFocus():
            self.stack.setFocus()
            self.focusNextChild()
        else:
            self.places.setFocus()

    def _changed(self, changes: Changes) -> None:
        if self.current is not None:
            self.current.refresh(changes)
        if self.status is not None:
            self.status.refresh()

    # --- jobs ----------------------------------------------------------------------------------------------------

    def _job_begun(self, job: Job) -> None:
        if job.writes:
            self._focus = QApplication.focusWidget()
            self.body.setEnabled(False)
            self.veil.begin(job)
        elif not job.quiet:
            self.strip.begin(job)

    def _job_moved(self, job: Job) -> None:
        (self.veil if job.writes else self.strip).move_on(job)

    def _job_ended(self, job: Job) -> None:
        if job.writes:
            self.veil.end()
            self.body.setEnabled(self.idle_lock is None or not self.idle_lock.locked)
            if self._focus is not None:
                self._focus.setFocus()
                self._focus = None
        else:
            self.strip.end()

    # --- the window itself ---------------------------------------------------------------------------------------

    def raise_up(self) -> None:
        """Come forward (a second start asked for it)."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the person sees something."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            self._first_painted.emit()

    def when_painted(self, act: Callable[[], None]) -> None:
        """Do something as soon as the person sees the window."""
        if self._painted:
            act()
        else:
            self._first_painted.connect(act)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what is half typed; `before_close` may put the closing off (a backup is made first)."""
        self._leave()
        if self.before_close():
            event.accept()
        else:
            event.ignore()

    def geometry_text(self) -> str:
        """Where the window stands, as text to be kept."""
        return bytes(self.saveGeometry().toBase64().data()).decode()

    def restore_geometry_text(self, text: str) -> None:
        """Stand where the window stood."""
        if text:
            self.restoreGeometry(QByteArray.fromBase64(text.encode()))


class _Pages(QStackedWidget):
    """The pages; the screen's height is the window's measure, not theirs.

    A row of buttons that wraps asks for the height it would have at its narrowest: a page visited once would make the
    window higher than a screen of 768 lines for ever, and push its foot off the screen (desk.md 8).
    """

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.fontMetrics().height() * 10)

    def hasHeightForWidth(self) -> bool:
        return False
