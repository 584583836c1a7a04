"""Start the hub for a district's home and run it until it is told to stop."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from studio_desk.exchange import trust_store
from studio_desk.hub import log
from studio_desk.hub.callers import Callers
from studio_desk.hub.database import Database, sqlite_url
from studio_desk.hub.figures import Tally, standing
from studio_desk.hub.mailbox import Mailbox
from studio_desk.hub.receiving import Receiving
from studio_desk.hub.server import Hub, application
from studio_desk.hub.uploads import Quotas, Uploads
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.home import Home

FOLDER: Final = "hub"
"""Beside the district's file: the SQLite database, parts, waiting bundles, mail."""
PATIENCE: Final = 20
"""Seconds that requests under way get when the hub is told to stop."""


@dataclass(frozen=True)
class Wanted:
    """How to serve.

    Attributes:
        host: address to listen on.
        port: 0 takes a free one.
        db: database URL, `""` for SQLite beside the home.
        certificate: PEM file of the TLS certificate chain, `""` for plain HTTP (behind a proxy that does TLS).
        key: PEM file of its key.
        open_status: show status and figures to other computers too.
        quotas: how much a device may hand over.
    """

    host: str = "127.0.0.1"
    port: int = 8440
    db: str = ""
    certificate: str = ""
    key: str = ""
    open_status: bool = False
    quotas: Quotas = field(default_factory=Quotas)


def serve(home: Home, wanted: Wanted) -> dict[str, Any]:
    """Serve until a signal ends it (TERM or INT: what is under way is finished first).

    Args:
        home: the district's home; it is closed here and opened again by the worker whenever there is work.
        wanted: how.

    Returns:
        `{url, received, backlog}`.

    Raises:
        Problem: `NOT_A_DISTRICT`, `PORT_TAKEN`, `TLS_WRONG`; as `Database`.
    """
    if home.role != "district":
        raise Problem("NOT_A_DISTRICT", say("只有区级才开接收站。"), say("站点请用 push、pull 连接区级的接收站。"))
    import uvicorn

    trust = trust_store.required(home)
    folder, key, code, name = home.path, home.file.key, home.code, home.name
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    listener = _listen(wanted.host, wanted.port)
    database = Database(wanted.db or sqlite_url(place / "hub.db"))
    try:
        callers = Callers(database, code)
        callers.learn(trust)
        home.close()
        hub = _assemble(name, database, callers, (folder, key, place), wanted)
        server_log = logging.getLogger("uvicorn")
        server_log.handlers, server_log.propagate = [log.Server(logging.WARNING)], False
        config = uvicorn.Config(
            application(hub),
            log_config=None,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=32 << 10,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=PATIENCE,
            ssl_certfile=wanted.certificate or None,
            ssl_keyfile=wanted.key or None,
        )
        try:
            config.load()
        except OSError as error:
            raise Problem(
                "TLS_WRONG", say("TLS证书或钥匙读不出来。"), say("请检查 --tls-cert 和 --tls-key 两个 PEM 文件。")
            ) from error
        url = f"{'https' if wanted.certificate else 'http'}://{_shown(wanted.host)}:{listener.getsockname()[1]}"
        log.note(database, "listening", url=url, kind=database.kind)
        with _stopped_by_signals():
            uvicorn.Server(config).run(sockets=[listener])
        waits = standing(database)
        log.note(database, "stopped", backlog=waits.backlog)
        return {"url": url, "received": hub.tally.bytes, "backlog": waits.backlog}
    finally:
        listener.close()
        database.close()


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Let a stop be a normal end: uvicorn raises the signal again when it has stopped, which would kill the process."""
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _assemble(name: str, database: Database, callers: Callers, places: tuple[Path, bytes, Path], wanted: Wanted) -> Hub:
    folder, key, place = places
    uploads, mailbox = Uploads(database, place, wanted.quotas), Mailbox(database, place)
    receiving = Receiving((folder, key), database, uploads, mailbox, callers)
    return Hub(name, database, callers, uploads, mailbox, receiving, Tally(), wanted.open_status)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)  # whoever read that we listen is not turned away while the rest starts
    except OSError as error:
        listener.close()
        raise Problem(
            "PORT_TAKEN",
            say("不能在 {host}:{port} 上开接收站。", host=host, port=port),
            say("请换一个端口（--port），或关闭占用它的程序。"),
        ) from error
    return listener


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
