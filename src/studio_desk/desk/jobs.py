"""Long work off the screen's thread: one worker, progress and cancel, three ends (done, refused, crashed)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Cancelled

LOOK_EVERY_MS = 80
"""How often the screen asks the worker how far it is; the worker itself never waits for the screen."""


@dataclass
class Job:
    """One piece of long work.

    Attributes:
        function: a plain function; called with `args` and `progress=`.
        args: its positional arguments.
        title: what the person sees while it runs.
        done: called on the screen's thread with the answer.
        refused: called there with the `Problem`, instead of showing it.
        writes: it writes records: nothing else may be touched until it ends.
        quiet: it shows nothing while it runs (automatic backup).
    """

    function: Callable[..., Any]
    args: tuple[Any, ...] = ()
    title: str = ""
    done: Callable[[Any], object] | None = None
    refused: Callable[[Problem], None] | None = None
    writes: bool = False
    quiet: bool = False
    told: tuple[int, int, str] = (0, 0, "")
    wish: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: BaseException | None = None

    def cancel(self) -> None:
        """Ask the job to stop; it does at its next report and what it had begun is rolled back."""
        self.wish.set()

    def progress(self, done: int, total: int, text: str) -> None:
        """What the job reports (`kernel.progress.Progress`).

        Raises:
            Cancelled: the person gave up.
        """
        self.told = (done, total, text)
        if self.wish.is_set():
            raise Cancelled

    def run(self) -> None:
        """Do the work and keep how it ended."""
        try:
            self.answer = self.function(*self.args, progress=self.progress)
        except BaseException as error:  # noqa: BLE001 - sorted into refused, cancelled and crashed by the worker
            self.error = error


class Worker(QObject):
    """The one thread beside the screen's.

    Signals:
        begun: a job started.
        moved: the running job may have got further (every `LOOK_EVERY_MS`).
        ended: a job ended; its `done` or `refused` was called.
    """

    begun = Signal(object)
    moved = Signal(object)
    ended = Signal(object)
    _over = Signal()

    def __init__(
        self, refuse: Callable[[Problem], None], crashed: Callable[[BaseException], None], parent: QObject | None = None
    ) -> None:
        """Start the thread.

        Args:
            refuse: shows a Problem nobody else takes.
            crashed: reports a bug.
            parent: its owner.
        """
        super().__init__(parent)
        self._refuse, self._crashed = refuse, crashed
        self._todo: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._over_jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._waiting: list[Job] = []
        self._watch = QTimer(self)
        self._watch.setInterval(LOOK_EVERY_MS)
        self._watch.timeout.connect(self._look)
        self._over.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name="desk-worker", daemon=True)
        self._thread.start()

    @property
    def current(self) -> Job | None:
        """The job that runs or runs next, `None` when idle."""
        return self._waiting[0] if self._waiting else None

    @property
    def writing(self) -> bool:
        """Whether a job that writes records runs or waits: reads would wait for it."""
        return any(job.writes for job in self._waiting)

    def submit(self, job: Job) -> Job:
        """Queue a job."""
        self._waiting.append(job)
        self._todo.put(job)
        self._watch.start()
        if len(self._waiting) == 1:
            self.begun.emit(job)
        return job

    def close(self, wait_seconds: float = 30) -> None:
        """Let the queue run dry and end the thread."""
        self._todo.put(None)
        self._thread.join(wait_seconds)
        self._watch.stop()

    def _work(self) -> None:
        while (job := self._todo.get()) is not None:
            job.run()
            self._over_jobs.put(job)
            self._over.emit()

    def _look(self) -> None:
        if self.current:
            self.moved.emit(self.current)

    def _finish(self) -> None:
        job = self._over_jobs.get()
        self._waiting.remove(job)
        if not self._waiting:
            self._watch.stop()
        self.ended.emit(job)
        if self.current:
            self.begun.emit(self.current)
        if job.error is None:
            if job.done and _there(job.done):
                job.done(job.answer)
        elif isinstance(job.error, Problem):
            (job.refused or self._refuse)(job.error)
        elif not isinstance(job.error, Cancelled):
            self._crashed(job.error)


def _there(done: Callable[[Any], object]) -> bool:
    """Whether the widget that waits for an answer still exists (another language may have replaced its window)."""
    owner = getattr(done, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
