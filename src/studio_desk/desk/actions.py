"""What every screen can ask of the desk, and how a screen is declared: the contract of `desk/screens`.

**A screen** is one file in `desk/screens/` (or `desk/wizards/`) that ends with

    SCREEN = Screen("inbox", lambda: say("收件"), "inbox", Inbox, roles=("district",), shortcut="Ctrl+7", group=...)

and one line in `desk/navigation.py`. `Screen.make(desk)` is called once per window, when the screen is first visited; it
answers a `Page` (a `QWidget`):

- `arrive(**args)`: called each time the person comes; `args` are those of `desk.go(key, **args)`. Read the data here.
- `refresh(changes)`: records changed while the page is on screen (`changes.kinds`, `changes.records`). Reload what is shown.
- `leave()`: the person goes elsewhere. Keep what is half typed.
- `keep()`: the desk is about to be hidden (idle lock). Keep what is half typed; the page stays.

**The desk** (`Desk`) is the only other thing a screen gets. It never imports other screens: it goes to them by key.

- `desk.home`, `desk.journal`, `desk.kinds`, `desk.kind(key)`, `desk.settings`, `desk.role`.
- Short reads happen on the screen's thread. Anything over about 50 ms is a job:
  `desk.run_job(function, *args, title=say("…"), done=after, writes=True)` calls `function(*args, progress=progress)` on the
  one worker thread, shows title, progress and 取消, then calls `after(answer)` on the screen's thread. `writes=True` veils the
  window until it ends. A `Problem` becomes a refusal (or goes to `refused=`), any other exception a crash report.
- `desk.attempt(function, *args)` runs something short and shows its `Problem`; answers `None` then.
- `desk.tell(text)` a line that passes; `desk.refuse(problem)`; `desk.confirm(title, sentence, yes, then)`;
  `desk.ask_reason(title, sentence, then)`.
- `desk.go(key, **args)`, `desk.back()`, `desk.open_record(uid)`, `desk.new_record(kind, values)`.
- `desk.need_line()` is a station's line to its district when there is a network (`desk/line.py`).
- `desk.print_sheets(title, sheets)` makes the PDF in a job and goes to the screen `preview` with `title=`, `pdf=` (bytes) and
  `missing=` (`press.outcome.Missing`, characters no face has).
- `desk.titles(uids)` names other records; `desk.look` is the `record.look.Look` of printed forms.

- Screens that other screens go to by name: `record`, `handover`, `inbox`, `conflicts`, `preview`, `backup`, `search`, `help`.
- A home's first run: `desk/wizards/first_run.py` has `first_run(window, folder, *, done, gave_up)`, called by `desk/main.py` when
  there is no home: it opens the wizard and calls `done(home)` with an open `Home`, or `gave_up()`.

Words a person reads go through `kernel.words.say` with a literal. Never block, never call `exec()` on a dialog: `open()` it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from studio_desk.desk import messages
from studio_desk.desk.jobs import Job, Worker
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.kinds import KINDS, kind
from studio_desk.store import erasure

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

    from studio_desk.desk.line import Line
    from studio_desk.desk.window import MainWindow
    from studio_desk.kernel.settings import Settings
    from studio_desk.press.page import Sheet
    from studio_desk.record.kind import Kind
    from studio_desk.record.look import Look
    from studio_desk.store.home import Home
    from studio_desk.store.journal import Changes, Journal

Answer = TypeVar("Answer")


class Page(QWidget):
    """What a screen shows; a screen overrides what it needs."""

    def arrive(self, **args: Any) -> None:
        """The person comes to this page; read the data."""
        del args

    def refresh(self, changes: Changes) -> None:
        """Records changed while the page is on screen."""
        del changes

    def leave(self) -> None:
        """The person goes elsewhere; keep what is half typed."""

    def keep(self) -> None:
        """The desk is about to be hidden; what is half typed goes to the disk, the page stays as it is."""

    def stands_under(self) -> str:
        """Key of the screen that is marked in the navigation while this one shows, `""` for its own."""
        return ""


@dataclass(frozen=True)
class Screen:
    """One place in the desk.

    Attributes:
        key: its name for `Desk.go`.
        title: its words in the navigation, in the language in force.
        icon: name of a file in `resources/icons`, without ending.
        make: makes its page.
        roles: which homes have it.
        shortcut: key sequence that goes there, `""` for none.
        group: heading it stands under in the navigation; the same function object for neighbours of one group.
        listed: it stands in the navigation; `False` for places one only comes to from another (a record, a preview).
        args: what `arrive` gets when the person comes from the navigation.
    """

    key: str
    title: Callable[[], str]
    icon: str
    make: Callable[[Desk], Page]
    roles: tuple[str, ...] = ("station", "district")
    shortcut: str = ""
    group: Callable[[], str] | None = None
    listed: bool = True


class Desk(QObject):
    """One open home on screen.

    Signals:
        changed: `Changes`, after commits, on the screen's thread, several joined into one.
        settings_changed: names of the settings that changed.
        line_moved: how the station's line to its district stands (`line`) may have changed.
    """

    changed = Signal(object)
    settings_changed = Signal(object)
    line_moved = Signal()
    _committed = Signal()

    def __init__(self, home: Home, crashed: Callable[[BaseException], None], parent: QObject | None = None) -> None:
        """Take an open home to the screen.

        Args:
            home: the open home; the caller closes it after `close`.
            crashed: reports a bug (`desk.crash`).
            parent: owner.
        """
        super().__init__(parent)
        self.home = home
        self.journal: Journal = home.journal
        self.kinds: tuple[Kind, ...] = KINDS
        self.window: MainWindow | None = None
        self.worker = Worker(self.refuse, crashed, self)
        self._crashed = crashed
        self.line: Line | None = None
        self._changes: list[Changes] = []
        self._join = QTimer(self)
        self._join.setSingleShot(True)
        self._join.setInterval(0)
        self._join.timeout.connect(self._tell_changes)
        self._committed.connect(self._join.start, Qt.ConnectionType.QueuedConnection)
        home.journal.subscribe(self._note_commit)

    # --- facts ---------------------------------------------------------------------------------------------------

    @property
    def role(self) -> str:
        """`station` or `district`."""
        return self.home.role

    @property
    def settings(self) -> Settings:
        """The home's settings."""
        return self.home.settings

    def change_settings(self, settings: Settings) -> None:
        """Keep changed settings and put them in force."""
        before = self.home.settings
        self.home.change_settings(settings)
        changed = [name for name in type(settings).model_fields if getattr(settings, name) != getattr(before, name)]
        if changed:
            self.settings_changed.emit(changed)

    def kind(self, key: str) -> Kind:
        """The record type called `key`.

        Raises:
            Problem: UNKNOWN_KIND; RECORD_ERASED for what stands in the place of an erased record's kind.
        """
        if key == erasure.KIND:
            raise Problem("RECORD_ERASED", say("这条记录已经依法删除，内容不在了。"), say("谁已删除，用 status 查看。"))
        return kind(key)

    def titles(self, uids: Sequence[str]) -> dict[str, str]:
        """What records are called, by uid; a record that is not here is left out."""
        from studio_desk.desk.lookup import titles

        return titles(self.home, uids)

    @property
    def look(self) -> Look:
        """Reading access for printed forms, a new one for each print; pictures of class P2 are not to be seen."""
        from studio_desk.binder import home_look

        return home_look(self.home)

    # --- work ----------------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a job is writing: reads would wait for it."""
        return self.worker.writing

    def run_job(
        self,
        function: Callable[..., Any],
        *args: Any,
        done: Callable[[Any], object] | None = None,
        title: str = "",
        refused: Callable[[Problem], None] | None = None,
        writes: bool = False,
        quiet: bool = False,
    ) -> Job:
        """Do long work on the worker thread; see `jobs.Job` for the arguments."""
        return self.worker.submit(Job(function, args, title, done, refused, writes, quiet))

    def need_line(self) -> Line:
        """A station's line to its district; made when it is first needed, because it brings the network's modules."""
        if self.line is None:
            from studio_desk.desk.line import Line

            self.line = Line(self, self._crashed)
            self.line.moved.connect(self.line_moved)
            self.line_moved.emit()
        return self.line

    def attempt(self, function: Callable[..., Answer], *args: Any, **more: Any) -> Answer | None:
        """Do something short; a `Problem` is shown and `None` answered."""
        try:
            return function(*args, **more)
        except Problem as problem:
            self.refuse(problem)
            return None

    # --- words ---------------------------------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """Say something that passes by itself."""
        if self.window:
            self.window.toast.say(text)

    def refuse(self, problem: Problem) -> None:
        """Show a refusal with its remedy."""
        messages.refuse(self.window, problem)

    def confirm(self, title: str, sentence: str, yes: str, then: Callable[[], None]) -> None:
        """Ask before something that cannot be taken back."""
        messages.confirm(self.window, title, sentence, yes, then)

    def ask_reason(self, title: str, sentence: str, then: Callable[[str], None]) -> QDialog:
        """Ask for a reason, then go on with it."""
        return messages.ask_reason(self.window, title, sentence, then)

    # --- places --------------------------------------------------------------------------------------------------

    def go(self, key: str, **args: Any) -> None:
        """Go to a screen."""
        if self.window:
            self.window.go(key, **args)

    def back(self) -> None:
        """Go back to where the person came from."""
        if self.window:
            self.window.back()

    def open_record(self, uid: str) -> None:
        """Open a record in its form."""
        self.go("record", uid=uid)

    def new_record(self, kind: str, values: Mapping[str, Any] | None = None) -> None:
        """Open an empty form of a kind, some fields filled in."""
        self.go("record", kind=kind, values=dict(values or {}))

    def print_sheets(self, title: str, sheets: Sequence[Sheet]) -> None:
        """Make the PDF of some sheets in a job and show the very PDF."""
        from studio_desk.desk.printing import make_pdf

        self.run_job(
            make_pdf,
            tuple(sheets),
            title,
            self.home.name,
            title=say("正在排版…"),
            done=lambda document: self.go("preview", title=title, pdf=document.pdf, missing=document.printed.missing),
        )

    def close(self) -> None:
        """End the worker; the home stays open."""
        if self.line is not None:
            self.line.stop()
        self.worker.close()

    # --- inside --------------------------------------------------------------------------------------------------

    def _note_commit(self, changes: Changes) -> None:
        """Called by the journal on whatever thread committed."""
        self._changes.append(changes)
        self._committed.emit()

    def _tell_changes(self) -> None:
        waiting, self._changes = self._changes, []
        if waiting:
            joined = type(waiting[0])()
            for changes in waiting:
                joined.kinds |= changes.kinds
                joined.records |= changes.records
            self.changed.emit(joined)
