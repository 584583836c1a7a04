"""Merge what arrived into the district's home by the same `inbox.receive`, and post the receipts: one worker at a time.

The home is open only while there is something to do, so that the district's own desk can work beside the hub; while the
desk has it, bundles wait and the status page says so. Nothing here decides about content: a bundle by stick and the same
by network take the same way.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, select, update
from sqlalchemy.exc import SQLAlchemyError

from studio_desk.exchange import inbox, receipts, relay, trust_store
from studio_desk.exchange.header import chain_to
from studio_desk.exchange.outcomes import Outcome
from studio_desk.hub import log, tables
from studio_desk.hub.board import Board
from studio_desk.hub.callers import Callers
from studio_desk.hub.database import Database
from studio_desk.hub.mailbox import Mailbox, chain_key
from studio_desk.hub.province import Province
from studio_desk.hub.uploads import Uploads
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.files import sync_folder
from studio_desk.kernel.problem import BUSY, Problem
from studio_desk.kinds import KINDS
from studio_desk.store.file import Lock
from studio_desk.store.home import DATABASE, MARK, Home

MERGING: Final = "merging.lock"
"""Beside the uploads: held by the worker that merges; the kernel lets go of it with the process."""
BATCH: Final = 50
"""Most bundles merged at one opening of the home; the desk can open it in between."""
LOOK: Final = 1.0
"""Seconds between looks for work that another process of the hub took in."""
BUSY_WAIT: Final = 3.0
"""Seconds to wait when the desk has the home open, or something is broken."""
HOUSEKEEPING: Final = 60.0
"""Seconds between clearing up."""
PROVINCE_WAIT: Final = 30.0
"""Seconds to wait when the province's database is away."""
TRIES: Final = 5
"""How often a bundle may make our own program fail before it is set apart, so that it blocks nobody."""


class Receiving(threading.Thread):
    """The part of a worker that merges; of all workers, the one that holds the lock does."""

    def __init__(
        self,
        home: tuple[Path, bytes],
        database: Database,
        *,
        uploads: Uploads,
        mailbox: Mailbox,
        callers: Callers,
        board: Board,
    ) -> None:
        """Work for a home, named by its folder and raw key."""
        super().__init__(name="receiving", daemon=False)
        self._folder, self._key = home
        self._board = board
        self._merging = Lock(uploads.inbox.with_name(MERGING))
        self._database, self._uploads, self._mailbox, self._callers = database, uploads, mailbox, callers
        self._wake, self._stop_asked = threading.Event(), threading.Event()
        self._seen: tuple[tuple[int, int], ...] = ()
        self._swept = 0.0
        self.province = ""
        """URL of the province's database that follows the home, `""` for none."""
        self._behind = True
        self._late: set[str] = set()
        self._again = 0.0

    def nudge(self) -> None:
        """Something arrived."""
        self._wake.set()

    def stop(self) -> None:
        """End after the bundle files at hand; what waits stays waiting."""
        self._stop_asked.set()
        self._wake.set()

    def run(self) -> None:
        """Look, merge, post, until told to stop."""
        mine = False
        while not self._stop_asked.is_set():
            try:
                self._board.doing.looked = clock.now().timestamp()
                self._board.tell()
                self._uploads.let_go()
                mine = mine or self._my_turn()
                if mine:
                    self._round()
            except Problem as problem:
                self._trouble("home_busy" if problem.exit_code == BUSY else "trouble", problem.code)
            except Exception as error:  # noqa: BLE001 - the worker outlives whatever happened; nothing was lost
                self._trouble("trouble", type(error).__name__)
            self._wake.wait(LOOK)
            self._wake.clear()
        self._merging.release()

    def _my_turn(self) -> bool:
        """Whether this worker merges from now on: the lock is free when the one before has ended, however it ended."""
        try:
            self._merging.take()
        except Problem as problem:
            if problem.exit_code != BUSY:
                raise
            return False
        try:
            self._uploads.recover()
        except BaseException:
            self._merging.release()
            raise
        log.tell("merges", worker=self._board.number)
        return True

    def _trouble(self, word: str, code: str) -> None:
        if word == "trouble":
            log.tell("worker_trouble", code=code)
        with suppress(SQLAlchemyError):  # the database itself may be the trouble
            self._board.at(word, code)
        self._stop_asked.wait(BUSY_WAIT)

    def _round(self) -> None:
        now = self._board.doing.looked
        if now - self._swept > HOUSEKEEPING:
            self._clear_up()
            self._swept = now
        waiting = self._waiting()
        if not waiting and self._seen == self._print() and not (self.province and self._behind and now >= self._again):
            self._board.at("idle")
            return
        with Home.open(self._folder, shapes=KINDS, key=self._key) as home:
            self._board.at("merging")
            began = clock.now().timestamp()
            if self._callers.learn(trust_store.required(home)):
                log.note(self._database, "trust_learnt")
            changed: set[str] = set()
            home.journal.subscribe(lambda told: changed.update(told.records))
            self._announce(home)
            if not self._merge(home, waiting):
                self._post(home, set())
            if self.province:
                self._tell_province(home, changed)
            self._board.doing.seconds += clock.now().timestamp() - began
            self._board.doing.batches += 1
        self._seen = self._print()
        self._board.at("idle")
        if len(waiting) == BATCH:
            self._wake.set()

    def _waiting(self) -> Sequence[Row[Any]]:
        came = tables.bundle.c
        query = select(tables.bundle).where(came.state == "waiting").order_by(came.tries, came.at).limit(BATCH)
        with self._database.read() as c:
            return c.execute(query).all()

    def _merge(self, home: Home, rows: Sequence[Row[Any]]) -> bool:
        """Merge a batch and post what follows from it; one that made our own program fail goes alone.

        A bundle is done when its receipt is posted, not before: of a worker that dies in between the next one makes good both.

        Returns:
            Whether there was anything to merge, and so to post.
        """
        ready = [row for row in rows if self._is_ready(row)]
        fresh = [row for row in ready if not row.tries]
        for group in ([fresh] if fresh else []) + [[row] for row in ready if row.tries]:
            files = [self._uploads.file(row.device, row.sha256) for row in group]
            self._tried(group, 1)  # counted before it is made: a file that kills the process is counted too
            try:
                outcomes = _readable(inbox.receive(home, files))
                self._post(home, {outcome.sender for outcome in outcomes if outcome.sender})
            except Problem:  # the disk, not the bundle
                self._tried(group, -1)
                raise
            self._done(list(zip(group, outcomes, strict=True)))
        return bool(ready)

    def _is_ready(self, row: Row[Any]) -> bool:
        """Whether the file is here and has not been tried too often."""
        file = self._uploads.file(row.device, row.sha256)
        if not file.is_file():  # the hub's folder lost a file that the database knows: the station sends it again
            with self._database.write() as c:
                c.execute(tables.bundle.delete().where(tables.bundle.c.sha256 == row.sha256))
            log.note(self._database, "file_lost", device=row.device, sha256=row.sha256, code="FILE_LOST")
            return False
        if row.tries >= TRIES:
            apart = self._uploads.inbox.with_name("apart")
            apart.mkdir(exist_ok=True)
            file.replace(apart / file.name)
            sync_folder(apart)
            self._change(row.sha256, state="apart", code="TRIED_TOO_OFTEN")
            log.note(self._database, "set_apart", device=row.device, sha256=row.sha256, code="TRIED_TOO_OFTEN")
            return False
        return True

    def _done(self, done: Sequence[tuple[Row[Any], Outcome]]) -> None:
        """Note what became of bundles; one transaction for all, since each costs the disk a wait."""
        came = tables.bundle
        with self._database.write() as c:
            for row, outcome in done:
                said = {
                    "outcome": outcome.outcome,
                    "code": outcome.code,
                    "sender": outcome.sender,
                    "chain": outcome.device,
                    "first": outcome.first,
                    "last": outcome.last,
                }
                at = clock.now().timestamp()
                c.execute(update(came).where(came.c.sha256 == row.sha256).values(state="done", merged=at, **said))
            log.keep(c, [(one.outcome, row.device, row.sha256, one.code) for row, one in done])
        for row, outcome in done:
            log.tell(
                outcome.outcome,
                device=row.device,
                sha256=row.sha256,
                code=outcome.code,
                chain=outcome.device,
                first=outcome.first,
                last=outcome.last,
                new=outcome.new,
                changed=outcome.changed,
                same=outcome.same,
                conflicts=outcome.conflicts,
            )
            with suppress(OSError):
                self._uploads.file(row.device, row.sha256).unlink()

    def _tried(self, group: Sequence[Row[Any]], more: int) -> None:
        came = tables.bundle.c
        with self._database.write() as c:
            mine = came.sha256.in_([row.sha256 for row in group])
            c.execute(update(tables.bundle).where(mine).values(tries=came.tries + more))

    def _change(self, sha256: str, **values: Any) -> None:
        with self._database.write() as c:
            c.execute(update(tables.bundle).where(tables.bundle.c.sha256 == sha256).values(**values))

    def _post(self, home: Home, heard: set[str]) -> None:
        """Post receipts to the stations that were heard, and to all others for whom the district wrote something."""
        trust = trust_store.required(home)
        devices: dict[str, list[str]] = {}
        for one in trust.computers:
            if one.revoked is None and one.code != home.code:
                devices.setdefault(one.code, []).append(one.device)
        with home.file.write():  # one wait for the disk; nothing leaves before it is over
            for station in sorted(heard & devices.keys()):
                receipts.issue(home, station)
        reached = self._mailbox.reached()
        behind = {
            station
            for dev, (seq, _) in home.journal.frontiers().items()
            if (station := chain_to(dev)) in devices
            and any(reached.get((device, chain_key(dev)), 0) < seq for device in devices[station])
            and receipts.confirmed(home, station, devices[station]).get(dev, 0) < seq
        }
        for station in heard & devices.keys():
            lacked = ((f"{home.code}-relay-to-{dev}", dev) for dev in relay.behind(home, station))
            here = home.journal.frontiers(f"{station}-*")
            if any(reached.get((one, key), 0) < here[dev][0] for key, dev in lacked for one in devices[station]):
                behind.add(station)
        for station in sorted(behind):
            receipts.write(home, station, self._mailbox.of(devices[station]))
            log.note(self._database, "posted", device=devices[station][0])

    def _announce(self, home: Home) -> None:
        """When the trust list names another hub or other certificates than last time, write it to all stations.

        They must hear of it while they still find this one, not with their next bundle.
        """
        trust = trust_store.required(home)
        place = canon(trust.hub.as_json()) if trust.hub else ""
        if self._database.fact("place") == place:
            return
        with home.file.write():
            for station in sorted({one.code for one in trust.computers if one.revoked is None} - {home.code}):
                receipts.issue(home, station)
        with self._database.write() as c:
            self._database.set_fact(c, "place", place)

    def _tell_province(self, home: Home, changed: set[str]) -> None:
        """Let the province follow; while it is away the district works on, and it is told later."""
        self._late |= changed
        try:
            province = Province(self.province)
            try:
                done = province.follow(home, also=sorted(self._late))
            finally:
                province.close()
        except Problem as problem:
            self._behind, self._again = True, clock.now().timestamp() + PROVINCE_WAIT
            log.tell("province_waits", code=problem.code)
            return
        self._late.clear()
        self._behind, self._again = done.behind, 0.0
        if done.ops or done.taken_back:
            log.tell("province_told", ops=done.ops, taken_back=done.taken_back, records=done.records)

    def _clear_up(self) -> None:
        expired = self._uploads.expire()
        if expired:
            log.note(self._database, "parts_expired", count=expired)
        self._callers.forget_nonces()
        self._mailbox.sweep()
        log.forget(self._database)

    def _print(self) -> tuple[tuple[int, int], ...]:
        """Changes when somebody else wrote the home."""
        found = []
        for name in (DATABASE, f"{DATABASE}-wal", MARK):
            try:
                stat = (self._folder / name).stat()
            except OSError:
                found.append((0, 0))
            else:
                found.append((stat.st_mtime_ns, stat.st_size))
        return tuple(found)


def _readable(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes; a file that our own disk would not give is no outcome, it is tried again."""
    for outcome in outcomes:
        if outcome.outcome == "unread":
            raise Problem(outcome.code, outcome.problem, outcome.remedy, exit_code=outcome.exit_code)
    return outcomes
