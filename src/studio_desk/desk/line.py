"""Hand over and fetch by itself when there is a network: never in the clerk's way, silent while there is none.

A round asks the mailbox, takes what is there, seals what no receipt covers, hands it over. Whatever touches the home is a
short job on the desk's worker; whatever waits for the network runs on a thread of its own that never sees the home.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from studio_desk.exchange.hub_answers import RETRY_AFTER, key_waits
from studio_desk.kernel import clock
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.kernel.progress import Cancelled, Progress
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.desk.jobs import Job
    from studio_desk.exchange.hub_place import Published
    from studio_desk.exchange.network import Letter, Parcel, Trip
    from studio_desk.exchange.outcomes import Outcome
    from studio_desk.exchange.transports.https import HubClient
    from studio_desk.store.home import Home

FIRST_S, QUIET_S, EVERY_S = 5.0, 120.0, 15 * 60.0
"""Seconds until the first round after the start, from the last save to a round, and between rounds."""
FOLLOW_S: Final = (20.0, 60.0, 300.0)
"""Seconds until the receipt for what was handed over is asked for, again and again."""
AGAIN_S, LONGEST_S = 60.0, 15 * 60.0
"""Back-off after a round that did not reach the hub: the first pause, and the longest."""
TIMEOUT_S, TRIES = 15.0, 3
"""Patience of one round with a silent hub; the next round goes on where this one stopped."""
STOP_S: Final = 3.0
"""How long leaving waits for the network's thread; it holds nothing of the home."""
AGREED: Final = "hub.agreed"
"""Small text of the home: when the clerk saw what leaves and agreed to automatic sending."""
LOUD: Final = frozenset({"QUOTA_DAY", "QUOTA_UPLOADS"})
"""Refusals that may pass by themselves and that the clerk hears of all the same."""

State = Literal["none", "off", "ask", "idle", "busy", "away", "refused"]
"""`none`: no hub is known; `off`: not by itself; `ask`: the clerk has not agreed yet; `away`: the hub was not reached."""


@dataclass
class Round:
    """What one round did.

    Attributes:
        by_hand: the clerk asked for it.
        at: when it ended.
        sent: bundles that the hub holds now.
        outcomes: what became of the mail.
        problem: what ended it early.
        waiting: something that left has no receipt yet.
    """

    by_hand: bool = False
    at: datetime | None = None
    sent: list[Parcel] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    problem: Problem | None = None
    waiting: bool = False


class Line(QObject):
    """A station's line to its district.

    Signals:
        moved: what the indicator shows may have changed.
        ended: a `Round` is over.
    """

    moved = Signal()
    ended = Signal(object)
    _back = Signal()

    def __init__(self, desk: Desk, crashed: Callable[[BaseException], None]) -> None:
        """Know the hub; nothing is sent before `begin`.

        Args:
            desk: a station's desk.
            crashed: reports a bug.
        """
        super().__init__(desk)
        from studio_desk.exchange.backoff import Backoff

        self._desk, self._crashed = desk, crashed
        self.hub: Published | None = None
        self.last: Round | None = None
        self.sent_at = ""
        self.agreed = False
        self._round: Round | None = None
        self._trip: Trip | None = None
        self._client: HubClient | None = None
        self._thread: threading.Thread | None = None
        self._working: Job | None = None
        self._stop = threading.Event()
        self._closed = False
        self._answers: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._back.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._backoff = Backoff(AGAIN_S, LONGEST_S)
        self._follow = 0
        self._told: set[str] = set()
        self._held: Problem | None = None
        self._next, self._quiet, self._turn = QTimer(self), QTimer(self), QTimer(self)
        for timer in (self._next, self._quiet, self._turn):
            timer.setSingleShot(True)
        for timer in (self._next, self._quiet):
            timer.timeout.connect(self._by_itself)
        self._turn.timeout.connect(self.moved)
        desk.changed.connect(self._saved)
        desk.worker.ended.connect(self._job_ended)
        desk.settings_changed.connect(self.look)
        self.look()

    # --- what is known -------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """In one word."""
        if self._round is not None:
            return "busy"
        if self.hub is None:
            return "none"
        if not self._desk.settings.auto_network:
            return "off"
        if not self.agreed:
            return "ask"
        if self.last is not None and self.last.problem is not None:
            return "away" if silent(self.last.problem) else "refused"
        return "idle" if self.last is not None else "away"

    def words(self) -> str:
        """The state in words."""
        sent = self.sent_at[5:16].replace("T", " ")
        return {
            "none": say("没有联网报送"),
            "off": say("自动联网报送已关"),
            "ask": say("可以联网报送，请看一看"),
            "idle": say("已联网，上次报送 {time}", time=sent) if sent else say("已联网"),
            "busy": self._busy_words(),
            "away": self._away_words(sent),
            "refused": say("联网报送没有成功"),
        }[self.state]

    def _busy_words(self) -> str:
        if self._turn.isActive():
            n = max(1, round(self._turn.remainingTime() / 1000))
            return say("接收站正忙，已在排队，约{n}秒后轮到", n=n)
        return say("正在报送和收取…")

    def _away_words(self, sent: str) -> str:
        if self.last is not None and self.last.problem is not None and self.last.problem.more.get(RETRY_AFTER):
            return say("接收站正忙，稍后自动再试")
        return say("未联网，上次报送 {time}", time=sent) if sent else say("未联网")

    def look(self) -> None:
        """Read again whether a hub is known; begin by itself when it may."""
        if self._desk.busy:  # reading would wait for whoever writes
            return
        from studio_desk.exchange import network

        home = self._desk.home
        self.hub, self.sent_at = network.known_hub(home), network.handed_at(home)
        self.agreed = bool(home.meta.get(AGREED))
        if not self._may():
            self._next.stop()
            self._quiet.stop()
        elif not self._next.isActive() and self._round is None:
            self._arm(FIRST_S)
        self.moved.emit()

    def agree(self) -> None:
        """The clerk saw what leaves and agrees that it leaves by itself from now on."""
        self._desk.home.meta.set(AGREED, clock.stamp())
        self.agreed = True
        self.start()

    def _may(self) -> bool:
        return self.hub is not None and self.agreed and self._desk.settings.auto_network and not self._closed

    # --- when ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """The clerk wants it now."""
        self._begin(by_hand=True)

    def cancel(self) -> None:
        """The clerk gave up; what arrived is kept, the rest goes on next time."""
        self._stop.set()
        if self._client is not None:
            self._client.interrupt()

    def stop(self) -> None:
        """Leave: no further round, the network's thread is woken and waited for a moment."""
        self._closed = True
        self._next.stop()
        self._quiet.stop()
        self._turn.stop()
        self.cancel()
        if self._thread is not None:
            self._thread.join(STOP_S)

    def _saved(self) -> None:
        """After saves, once it is quiet; a hub that is away is not asked more often for that."""
        if self._may() and not self._backoff.failures and self._round is None:
            self._quiet.start(round(QUIET_S * 1000))

    def _by_itself(self) -> None:
        if self._may():
            self._begin(by_hand=False)

    def _arm(self, seconds: float) -> None:
        if self._may():
            self._next.start(round(self._backoff.spread(seconds) * 1000))

    # --- one round: jobs on the worker, waiting on the thread -------------------------------------------------------

    def _begin(self, *, by_hand: bool) -> None:
        if self._closed:
            return
        if self._round is not None:
            self._round.by_hand |= by_hand
            return
        self._next.stop()
        self._quiet.stop()
        self._stop.clear()
        self._round = Round(by_hand)
        self.moved.emit()
        self._job(_plan, self._planned)

    def _planned(self, found: tuple[Trip, HubClient]) -> None:
        trip, client = found
        self._trip, self._client = trip, client
        client.timeout, client.tries, client.wait, client.queued = TIMEOUT_S, TRIES, self._wait, self._queued

        def fetch(letters: list[Letter]) -> None:
            from studio_desk.exchange import network

            letters.extend(network.letters(trip, client, self._progress))

        self._travel(fetch, self._fetched)

    def _fetched(self, letters: list[Letter], error: BaseException | None) -> None:
        if not letters:
            self._taken([], error)
            return
        self._job(_take_in, lambda outcomes: self._taken(outcomes, error), letters)

    def _taken(self, outcomes: list[Outcome], error: BaseException | None) -> None:
        if self._round is not None:
            self._round.outcomes = outcomes
        if error is None and self._client is not None and self._client.early:
            error = key_waits()  # what the district wrote came; what would leave waits for it to know the new key
        if error is not None:
            self._end(error)
        else:
            self._job(_seal, self._sealed, self._trip)

    def _sealed(self, parcels: list[Parcel]) -> None:
        client = self._client
        if not parcels or client is None:
            self._settle([], None)
            return

        def carry(arrived: list[Parcel]) -> None:
            for parcel in parcels:
                parcel.arrived = client.upload(parcel.file, parcel.sha256, self._progress)
                arrived.append(parcel)

        self._travel(carry, self._settle)

    def _settle(self, arrived: list[Parcel], error: BaseException | None) -> None:
        def settled(waiting: bool) -> None:
            if self._round is not None:
                self._round.sent, self._round.waiting = arrived, waiting
            self._end(error)

        self._job(_hand, settled, arrived)

    def _end(self, error: BaseException | None) -> None:
        self._turn.stop()
        if self._client is not None:
            self._client.close()
        done, self._round, self._trip, self._client, self._thread = self._round, None, None, None, None
        if done is None or self._closed:
            return
        done.at = clock.now()
        done.problem = error if isinstance(error, Problem) else None
        if isinstance(error, Cancelled):
            self._arm(EVERY_S)
        elif done.problem is not None:
            self._arm(self._backoff.next(float(done.problem.more.get(RETRY_AFTER, 0))))
        else:
            self._backoff.succeeded()
            self._told.clear()
            self._follow = 0 if done.sent else self._follow + 1
            soon = done.waiting and self._follow < len(FOLLOW_S)
            self._arm(FOLLOW_S[self._follow] if soon else EVERY_S)
        if not isinstance(error, Cancelled):
            self.last = done
        if error is not None and not isinstance(error, (Problem, Cancelled)):
            self._crashed(error)
        self.look()
        self.ended.emit(done)
        if done.problem is not None:
            self._tell(done.problem, by_hand=done.by_hand)

    def _tell(self, problem: Problem, *, by_hand: bool) -> None:
        """A refusal, once until a round goes well; what the network alone is to blame for only when it was asked for."""
        if not by_hand and (silent(problem) or problem.code in self._told):
            return
        self._told.add(problem.code)
        lock = self._desk.window.idle_lock if self._desk.window else None
        if lock is not None and lock.curtain is not None:
            if self._held is None:
                lock.curtain.opened.connect(self._tell_held)
            self._held = problem
        else:
            self._desk.refuse(problem)

    def _tell_held(self) -> None:
        problem, self._held = self._held, None
        if problem is not None:
            self._desk.refuse(problem)

    # --- jobs and the thread -------------------------------------------------------------------------------------

    def _job(self, function: Callable[..., Any], done: Callable[[Any], None], *args: Any) -> None:
        """A short job with the home; a wish to leave ends the round between two of them."""
        if self._stop.is_set() or self._closed:
            self._end(Cancelled())
            return
        self._working = self._desk.run_job(function, self._desk.home, *args, done=done, refused=self._end, quiet=True)

    def _job_ended(self, job: Job) -> None:
        """A job that was cancelled, or that crashed and is reported by the worker, ends the round."""
        if job is self._working:
            self._working = None
            if job.error is not None and not isinstance(job.error, Problem):
                self._end(Cancelled())

    def _travel(
        self, act: Callable[[list[Any]], None], done: Callable[[list[Any], BaseException | None], None]
    ) -> None:
        """Wait for the network on a thread of its own; `done` hears on the screen's thread what came about until it ended."""

        def travel() -> None:
            brought: list[Any] = []
            error: BaseException | None = None
            try:
                act(brought)
            except BaseException as wrong:  # noqa: BLE001 - handed on to the screen's thread
                error = Cancelled() if self._stop.is_set() else wrong
            self._answers.put(lambda: done(brought, error))
            if not self._closed:
                self._back.emit()

        self._thread = threading.Thread(target=travel, name="desk-network", daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        answer = self._answers.get()
        if not self._closed:
            answer()

    def _wait(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Cancelled

    def _queued(self, seconds: float) -> None:
        """On the network's thread: the hub is busy; the screen hears how long it is until this desk's turn."""
        self._answers.put(lambda: self._wait_for_turn(seconds))
        if not self._closed:
            self._back.emit()

    def _wait_for_turn(self, seconds: float) -> None:
        if self._round is not None:
            self._turn.start(round(seconds * 1000))
            self.moved.emit()

    def _progress(self, done: int, total: int, text: str) -> None:
        del done, total, text
        if self._stop.is_set():
            raise Cancelled


def silent(problem: Problem) -> bool:
    """Whether only the network, or a hub that is busy, is to blame."""
    return problem.exit_code == NETWORK and problem.code not in LOUD


def _plan(home: Home, progress: Progress) -> tuple[Trip, HubClient]:
    from studio_desk.exchange import network

    progress(0, 1, "")
    trip = network.plan(home)
    network.clear(trip)
    return trip, network.dial(trip.place, home)


def _take_in(home: Home, letters: list[Letter], progress: Progress) -> list[Outcome]:
    from studio_desk.exchange import network

    return network.take_in(home, letters, progress)


def _seal(home: Home, trip: Trip, progress: Progress) -> list[Parcel]:
    """What a broken line left goes on first; anything newer is sealed once that has arrived, so that the queue stays short."""
    from studio_desk.exchange import network

    if left := network.queued(home, trip):
        return left
    if network.all_handed(home):
        return []
    try:
        return network.seal(home, trip, progress=progress)
    except Problem as problem:
        if problem.code != "NOTHING_TO_EXPORT":
            raise
        return []


def _hand(home: Home, arrived: list[Parcel], progress: Progress) -> bool:
    """Note what the hub holds now; whether something that left has no receipt yet."""
    from studio_desk.exchange import network, outbox

    progress(0, 1, "")
    for parcel in arrived:
        network.hand(home, parcel)
    return bool(outbox.waiting(home))
