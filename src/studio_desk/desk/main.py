"""Start the desk: show the window first, open the home behind it, one window per home, back up on the way out."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from studio_desk.desk import input_methods, theme
from studio_desk.desk.crash import Crash
from studio_desk.desk.window import MainWindow
from studio_desk.kernel import words
from studio_desk.kernel.problem import Problem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMessageBox

    from studio_desk.desk.actions import Desk
    from studio_desk.desk.jobs import Job
    from studio_desk.kernel.progress import Progress
    from studio_desk.store.home import Home

WARM_AFTER_MS = 1500
"""How long after a home is shown the slow things are loaded that the person will want next."""
LINE_AFTER_MS = 4000
"""How long after a home is shown a station looks for the network: the start comes first."""
IDLE_BACKUP_MS = 5 * 60_000
"""How often the desk asks whether an automatic backup is due (the store waits half an hour between two)."""


def application(argv: list[str]) -> QApplication:
    """The QApplication, made as this program needs it; the one that exists already when there is one."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    input_methods.prepare()
    app = QApplication(argv)
    app.setApplicationName("studio-desk")
    app.setApplicationDisplayName("Studio Desk")
    return app


def run(home: Path, argv: list[str] | None = None, *, passphrase: str | None = None) -> int:
    """Open the desk on a home until its window is closed.

    Args:
        home: the home's folder; without a home in it the first-run wizard opens.
        argv: the process's arguments.
        passphrase: unlocks it without asking (sample data, `--passphrase-file`).

    Returns:
        The exit status.
    """
    from studio_desk.desk.single import Single

    app = application(argv or sys.argv[:1])
    single = Single(home)
    if single.raise_first():
        return 0
    session = Session(app, home)
    session.crash.install(_logs())
    single.listen()
    single.wanted.connect(session.raise_up)
    session.start(passphrase)
    code = app.exec()
    single.close()
    session.finish()
    session.crash.release()
    return code


class Session(QObject):
    """One run of the desk: the home, its `Desk`, the window in force."""

    def __init__(self, app: QApplication, path: Path, *, state: Path | None = None) -> None:
        """Prepare; nothing is shown yet.

        Args:
            app: the application.
            path: the home's folder.
            state: where the state of the window is kept; the user's own place when not given.
        """
        super().__init__()
        self.app, self.path = app, path
        self.state = QSettings(str(state), QSettings.Format.IniFormat) if state else _window_state()
        self.home: Home | None = None
        self.desk: Desk | None = None
        self.crash = Crash(self._refuse)
        words.speak(str(self.state.value("language", "zh_CN")))
        theme.ensure_chinese_font(app)
        theme.speak(app, words.language())
        theme.apply(app, str(self.state.value("colours", "浅色")), int(str(self.state.value("points", theme.POINTS))))
        self.window = MainWindow()
        self.window.restore_geometry_text(str(self.state.value("geometry", "")))
        self._leaving = False
        self._last_job: Job | None = None
        self._idle = QTimer(self)
        self._idle.setInterval(IDLE_BACKUP_MS)
        self._idle.timeout.connect(self._back_up_when_idle)

    def start(self, passphrase: str | None = None) -> None:
        """Show the window at once, then open the home."""
        self.window.show()
        self.window.when_painted(lambda: QTimer.singleShot(0, lambda: self._open(passphrase)))

    def raise_up(self) -> None:
        """A second start asked for the window."""
        self.window.raise_up()

    def finish(self) -> None:
        """End the worker and close the file."""
        self._idle.stop()
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        if self.home is not None:
            self.home.close()
            self.home = None

    # --- opening -------------------------------------------------------------------------------------------------

    def _open(self, passphrase: str | None = None, key: bytes | None = None) -> None:
        from studio_desk.exchange import tables
        from studio_desk.kinds import KINDS
        from studio_desk.store.home import DATABASE, Home

        del tables  # importing them makes them part of every home
        if not (self.path / DATABASE).exists():
            self._first_run()
            return
        try:
            home = Home.open(self.path, shapes=KINDS, passphrase=passphrase, key=key)
        except Problem as problem:
            self._not_opened(problem)
            return
        self.take(home)

    def _first_run(self) -> None:
        from studio_desk.desk.wizards.first_run import first_run

        first_run(self.window, self.path, done=self.take, gave_up=self.app.quit)

    def _not_opened(self, problem: Problem) -> None:
        if problem.code in {"NO_KEY", "PASSPHRASE_NEEDED", "WRONG_PASSPHRASE"}:
            try:
                self._ask_key(problem)
            except Problem as worse:
                problem = worse
            else:
                return
        self._refuse(problem).finished.connect(self.app.quit)

    def _ask_key(self, problem: Problem) -> None:
        from studio_desk.desk.passphrase import Passphrase
        from studio_desk.store.home import KEYS
        from studio_desk.store.keys import KeyFile

        Passphrase(self.window, KeyFile.load(self.path / KEYS), problem, self._open_with, self.app.quit).open()

    def _open_with(self, key: bytes, recovered: bool) -> None:
        from studio_desk.desk.passphrase import NewPassphrase

        self._open(key=key)
        if recovered and self.desk is not None and self.home is not None:
            NewPassphrase(self.window, self.home, self.desk.tell).open()

    def take(self, home: Home) -> None:
        """Show an open home."""
        from studio_desk.desk.actions import Desk

        self.home = home
        self.path = home.path
        self.desk = Desk(home, self.crash.caught, self)
        self.desk.settings_changed.connect(self._settings_changed)
        self._look_as_wanted()
        self._attach()
        self._idle.start()
        QTimer.singleShot(WARM_AFTER_MS, self._warm)
        QTimer.singleShot(LINE_AFTER_MS, self.look_for_network)

    def look_for_network(self) -> None:
        """A station whose district has a hub goes online by itself."""
        if self.desk is not None and self.desk.role == "station":
            self.desk.need_line()

    def _warm(self) -> None:
        """Load what the first search by initials would wait half a second for, and the faces of rare characters."""
        from studio_desk.desk import rare

        if self.desk is not None:
            self.desk.run_job(_warm, quiet=True, done=lambda files: rare.register(self.app, files))

    def _attach(self, place: tuple[str, dict[str, Any]] | None = None) -> None:
        if self.desk is None:
            return
        self.window.before_close = self._before_close
        if place is None:
            self.window.attach(self.desk)
        else:
            self.window.attach(self.desk, place)

    # --- settings ------------------------------------------------------------------------------------------------

    def _look_as_wanted(self) -> None:
        if self.home is None:
            return
        settings = self.home.settings
        changed = settings.language != words.language()
        words.speak(settings.language)
        theme.speak(self.app, settings.language)
        theme.apply(self.app, settings.colour_scheme, settings.font_size)
        for key, value in (
            ("language", settings.language),
            ("colours", settings.colour_scheme),
            ("points", theme.points_of(settings.font_size)),
        ):
            self.state.setValue(key, value)
        if changed and self.window.desk is None:
            self._replace_window(None)

    def _settings_changed(self, names: list[str]) -> None:
        if not {"language", "colour_scheme", "font_size"} & set(names):
            return
        self._look_as_wanted()
        if {"language", "colour_scheme"} & set(names):
            QTimer.singleShot(0, lambda: self._replace_window(self.window.place))

    def _replace_window(self, place: tuple[str, dict[str, Any]] | None) -> None:
        """Words and icons are made once per window: another language or palette gets another window, at the same place."""
        old = self.window
        old.detach()
        self.window = MainWindow(self.home.name if self.home else "")
        self.window.restore_geometry_text(old.geometry_text())
        if place is not None:
            self._attach(place)
        self.window.show()
        old.before_close = lambda: True
        old.close()
        old.deleteLater()

    # --- leaving -------------------------------------------------------------------------------------------------

    def _before_close(self) -> bool:
        self.state.setValue("geometry", self.window.geometry_text())
        if self._leaving or self.desk is None:
            return True
        current = self.desk.worker.current
        if current is not None and not current.quiet:
            self.desk.tell(words.say("还有工作没有做完，请等一等或先取消。"))
            return False
        if current is not None:
            current.cancel()
        if self.desk.line is not None:
            self.desk.line.stop()
        from studio_desk.store.backup import automatic

        self._leaving = True
        self._last_job = self.desk.run_job(
            _leave(automatic),
            self.home,
            title=words.say("正在备份…"),
            done=self._left,
            refused=self._not_left,
            writes=True,
        )
        self.desk.worker.ended.connect(self._gave_up_backup)
        return False

    def _left(self, made: object) -> None:
        del made
        self.window.close()

    def _gave_up_backup(self, job: Job) -> None:
        """The backup was cancelled: leave without it."""
        if job is self._last_job and job.error is not None and not isinstance(job.error, Problem):
            self.window.close()

    def _not_left(self, problem: Problem) -> None:
        self._refuse(problem).finished.connect(self.window.close)

    def _back_up_when_idle(self) -> None:
        if self.desk is None or self.desk.worker.current is not None:
            return
        from studio_desk.store.backup import automatic

        self.desk.run_job(automatic, self.home, title=words.say("正在备份…"), quiet=True, refused=lambda _: None)

    def _refuse(self, problem: Problem) -> QMessageBox:
        from studio_desk.desk import messages

        return messages.refuse(self.window, problem)


def _warm(progress: Progress) -> list[Path]:
    from studio_desk.desk import rare
    from studio_desk.kernel.pinyin import initials

    files = rare.unpack(progress)
    initials("预热")
    return files


def _leave(automatic: Callable[..., object]) -> Callable[..., object]:
    def leave(home: Home, progress: Any) -> object:
        return automatic(home, progress, leaving=True)

    return leave


def _logs() -> Path:
    import platformdirs

    folder = Path(platformdirs.user_log_path("studio-desk", appauthor=False))
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _window_state() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "studio-desk", "window")
