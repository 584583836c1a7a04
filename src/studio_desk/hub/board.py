"""What the workers of one hub tell each other: which of them merges and what it is at, and what each has counted.

Each worker has a number, held by a lock file beside the home that ends with the process. A number that is free again is
taken by the next worker that starts, which then also forgets what its predecessor left half done.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, select, update

from studio_desk.hub import tables
from studio_desk.hub.database import Database
from studio_desk.kernel import clock
from studio_desk.kernel.problem import BUSY, Problem
from studio_desk.kernel.words import say
from studio_desk.store.file import Lock

MOST: Final = 64
"""Most workers of one hub."""
STANDBY: Final = "standby"
"""What a worker is at that leaves merging to another."""
PULSE: Final = 10.0
"""Seconds after which a worker tells its row anew although nothing changed."""


@dataclass
class Doing:
    """What a worker is at, for the health and status pages.

    Attributes:
        word: `standby`, `idle`, `merging`, `home_busy` or `trouble`; only the one that merges is not on standby.
        since: since when, seconds since 1970.
        looked: when it last looked for work.
        code: of the last Problem, `""` when there is none.
        seconds: how long merges took in all.
        batches: how many merges.
    """

    word: str = STANDBY
    since: float = field(default_factory=lambda: clock.now().timestamp())
    looked: float = field(default_factory=lambda: clock.now().timestamp())
    code: str = ""
    seconds: float = 0.0
    batches: int = 0


class Tally:
    """What a worker, or all workers together, counted."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._lock = threading.Lock()
        self.requests: Counter[tuple[str, int]] = Counter()
        self.refusals: Counter[str] = Counter()
        self.bytes = 0

    def request(self, method: str, status: int) -> None:
        """One request was answered."""
        with self._lock:
            self.requests[method, status] += 1

    def refused(self, code: str) -> None:
        """One request was refused."""
        with self._lock:
            self.refusals[code] += 1

    def received(self, size: int) -> None:
        """So many bytes came in."""
        with self._lock:
            self.bytes += size

    def as_text(self) -> str:
        """JSON that `add` reads."""
        with self._lock:
            requests = [[method, status, n] for (method, status), n in sorted(self.requests.items())]
            return json.dumps({"requests": requests, "refusals": dict(self.refusals), "bytes": self.bytes})

    def add(self, text: str) -> None:
        """Add what another counted."""
        said = json.loads(text)
        with self._lock:
            for method, status, n in said["requests"]:
                self.requests[method, status] += n
            self.refusals.update(said["refusals"])
            self.bytes += said["bytes"]


class Board:
    """The rows of all workers; this process holds one number."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Take the lowest free number.

        Raises:
            Problem: `FILE_BUSY` when there are too many workers; `FOLDER_READ_ONLY`.
        """
        self._database = database
        self.number, self._held = _take_number(folder)
        self.tally, self.doing = Tally(), Doing()
        self._told: tuple[Any, ...] = ()
        rows = tables.worker.c
        with database.write() as c:
            before = c.execute(select(rows.counts).where(rows.number == self.number)).scalar()
            if before is None:
                c.execute(insert(tables.worker).values(number=self.number, **self._row()))
            else:  # counters go on: a figure that falls back would look like one that began anew
                self.tally.add(str(before))
                c.execute(update(tables.worker).where(rows.number == self.number).values(**self._row()))

    @property
    def mark(self) -> str:
        """Begins the name of whatever this worker holds in the database."""
        return f"{self.number}-"

    def at(self, word: str, code: str = "") -> None:
        """Say what this worker is at now; others see it when this returns."""
        if (word, code) != (self.doing.word, self.doing.code):
            self.doing.word, self.doing.code, self.doing.since = word, code, clock.now().timestamp()
            self.tell()

    def tell(self) -> None:
        """Write this worker's row if there is something new, or nothing was written for `PULSE`."""
        row = self._row()
        told = (self.doing.word, self.doing.code, row["counts"], int(self.doing.looked / PULSE))
        if told != self._told:
            with self._database.write(lasting=False) as c:
                c.execute(update(tables.worker).where(tables.worker.c.number == self.number).values(**row))
            self._told = told

    def all(self) -> tuple[Doing, Tally]:
        """What the worker is at that merges (this one, when none does), and what all have counted."""
        if self.doing.word != STANDBY:
            best = self.doing
        else:
            best = max(
                (one for one in (Doing(**json.loads(text)) for text in self._texts("doing")) if one.word != STANDBY),
                key=lambda one: one.looked,
                default=self.doing,
            )
        everything = Tally()
        everything.add(self.tally.as_text())
        for text in self._texts("counts"):
            everything.add(text)
        return best, everything

    def close(self) -> None:
        """Leave the number to the next; what was counted stays."""
        self.doing.word = STANDBY
        self.tell()
        self._held.release()

    def _row(self) -> dict[str, Any]:
        return {"at": clock.now().timestamp(), "doing": json.dumps(asdict(self.doing)), "counts": self.tally.as_text()}

    def _texts(self, column: str) -> list[str]:
        rows = tables.worker.c
        with self._database.read() as c:
            return list(c.execute(select(rows[column]).where(rows.number != self.number)).scalars())


def bytes_received(database: Database) -> int:
    """Bytes of bundles that all workers have ever taken in."""
    with database.read() as c:
        return sum(json.loads(text)["bytes"] for text in c.execute(select(tables.worker.c.counts)).scalars())


def _take_number(folder: Path) -> tuple[int, Lock]:
    for number in range(1, MOST + 1):
        lock = Lock(folder / f"worker-{number}.lock")
        try:
            lock.take()
        except Problem as problem:
            if problem.exit_code != BUSY:
                raise
        else:
            return number, lock
    raise Problem(
        "FILE_BUSY",
        say("接收站的进程太多了。"),
        say("最多{n}个；请先停掉一些再启动。", n=MOST),
        exit_code=BUSY,
    )
