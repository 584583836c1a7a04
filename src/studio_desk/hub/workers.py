"""Several processes serve one hub: one socket, one database, one folder; one that dies is started again.

Each worker hangs on a rope, a pipe whose other end the first process holds: when that lets go, or is gone itself, the
worker finishes what is under way and ends. So nobody serves on behind a hub that was killed, on any system.
"""

from __future__ import annotations

import multiprocessing
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final

from studio_desk.hub import log
from studio_desk.kernel import words
from studio_desk.kernel.problem import Problem

BRIEF: Final = 5.0
"""Seconds; a worker that lived shorter is started again only after a pause that doubles."""
LONGEST: Final = 30.0
"""Seconds of the longest pause."""

Serve = Callable[[Any, socket.socket, Callable[[Callable[[], None]], None]], None]
"""Serves a job on a socket; its third argument takes what stops it."""


@dataclass
class _Worker:
    process: BaseProcess
    rope: Connection
    began: float


def run(
    count: int, job: Any, listener: socket.socket, *, serve: Serve, stopping: threading.Event, patience: float
) -> None:
    """Keep so many workers going until `stopping` is set; then let them finish.

    Args:
        count: how many.
        job: what each is given; must be picklable.
        listener: the socket all of them accept from.
        serve: a function of a module, called in each worker.
        stopping: set by a signal.
        patience: seconds that workers get to finish.
    """
    spawn = multiprocessing.get_context("spawn")  # a fork would copy threads' locks and database connections
    workers: dict[int, _Worker] = {}
    pause = dict.fromkeys(range(count), 0.0)
    ready = dict.fromkeys(range(count), 0.0)
    while not stopping.is_set():
        now = time.monotonic()
        for place in range(count):
            found = workers.get(place)
            if found is not None and not found.process.is_alive():
                del workers[place]
                found.rope.close()
                brief = now - found.began < BRIEF
                pause[place] = min(max(1.0, pause[place] * 2), LONGEST) if brief else 0.0
                ready[place] = now + pause[place]
                log.tell("worker_died", place=place + 1, exit=found.process.exitcode)
            if place not in workers and now >= ready[place]:
                workers[place] = _start(spawn, serve, job, listener)
        wait([one.process.sentinel for one in workers.values()], timeout=0.5)
    for one in workers.values():
        one.rope.close()
    end = time.monotonic() + patience
    for one in workers.values():
        one.process.join(max(0.0, end - time.monotonic()))
        if one.process.is_alive():
            log.tell("worker_killed", pid=one.process.pid)
            one.process.kill()
            one.process.join()


def _start(spawn: Any, serve: Serve, job: Any, listener: socket.socket) -> _Worker:
    end, rope = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_work, args=(serve, job, listener, end, words.language()), name="hub-worker")
    process.start()
    end.close()  # now only the worker holds it
    return _Worker(process, rope, time.monotonic())


def _work(serve: Serve, job: Any, listener: socket.socket, rope: Connection, language: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells all of a group; the first process decides
    words.speak(language)

    def hang(stop: Callable[[], None]) -> None:
        def hold() -> None:
            with suppress(EOFError, OSError):
                rope.recv()
            stop()

        threading.Thread(target=hold, name="rope", daemon=True).start()

    try:
        serve(job, listener, hang)
    except Problem as problem:  # told in a line; the first process starts another one after a while
        log.tell("worker_refused", code=problem.code)
        sys.exit(problem.exit_code)
