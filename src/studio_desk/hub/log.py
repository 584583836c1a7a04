"""What the hub writes down: JSON lines on standard error and rows for the status page, without personal data.

Codes of computers, digests, figures and the codes of refusals; no names of people, no file names, no addresses of
computers on the network, no sentence that could quote a record.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import SQLAlchemyError

from studio_desk.hub import tables
from studio_desk.hub.database import Database
from studio_desk.kernel import clock

KEPT_DAYS: Final = 400
_lock = threading.Lock()


def tell(event: str, **facts: Any) -> None:
    """Print one JSON line."""
    line = json.dumps({"t": clock.stamp(), "event": event, **facts}, ensure_ascii=False, default=str)
    with _lock:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


class Server(logging.Handler):
    """What the HTTP server itself has to say, as JSON lines: its words, never a traceback with what was sent."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        tell("server", level=record.levelname, said=record.getMessage()[:200].splitlines()[0], error=error)


def note(database: Database, event: str, *, device: str = "", sha256: str = "", code: str = "", **facts: Any) -> None:
    """Print one JSON line and keep a row; a database that is away costs the row, not the work."""
    tell(event, device=device, sha256=sha256, code=code, **facts)
    try:
        with database.write(lasting=False) as c:
            keep(c, [(event, device, sha256, code)])
    except SQLAlchemyError as error:
        tell("log_failed", error=type(error).__name__)


def keep(c: Connection, events: Sequence[tuple[str, str, str, str]]) -> None:
    """Keep a row for each `(event, device, sha256, code)`, in the caller's transaction."""
    at = clock.now().timestamp()
    rows = [{"at": at, "event": e, "device": d, "sha256": s, "code": code} for e, d, s, code in events]
    if rows:
        c.execute(insert(tables.event), rows)


def forget(database: Database) -> None:
    """Drop rows older than `KEPT_DAYS`."""
    with database.write() as c:
        limit = clock.now().timestamp() - KEPT_DAYS * 86_400
        c.execute(delete(tables.event).where(tables.event.c.at < limit))
