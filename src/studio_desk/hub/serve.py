"""Start the hub for a district's home and run it until it is told to stop."""

from __future__ import annotations

import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import SQLAlchemyError

from studio_desk.exchange import trust_store
from studio_desk.hub import board, log, workers
from studio_desk.hub.board import Board
from studio_desk.hub.callers import Callers
from studio_desk.hub.database import Database, sqlite_url, unreachable
from studio_desk.hub.figures import standing
from studio_desk.hub.mailbox import Mailbox
from studio_desk.hub.province import address_of
from studio_desk.hub.receiving import Receiving
from studio_desk.hub.server import Hub, application
from studio_desk.hub.uploads import Quotas, Uploads
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.home import Home

if TYPE_CHECKING:
    import uvicorn

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
        workers: how many processes.
        province: URL of the province's database that follows this district, `""` for none.
    """

    host: str = "127.0.0.1"
    port: int = 8440
    db: str = ""
    certificate: str = ""
    key: str = ""
    open_status: bool = False
    quotas: Quotas = field(default_factory=Quotas)
    workers: int = 1
    province: str = ""


@dataclass(frozen=True)
class _Job:
    """What a worker needs to know; goes to other processes through a pipe, never by their command line."""

    name: str
    district: str
    folder: Path
    key: bytes = field(repr=False)
    url: str
    wanted: Wanted


def serve(home: Home, wanted: Wanted) -> dict[str, Any]:
    """Serve until a signal ends it (TERM or INT: what is under way is finished first).

    Args:
        home: the district's home; it is closed here and opened again by the worker whenever there is work.
        wanted: how.

    Returns:
        `{url, received, backlog}`.

    Raises:
        Problem: `NOT_A_DISTRICT`, `PORT_TAKEN`, `TLS_WRONG`, `WORKERS_WRONG`, `PROVINCE_URL_WRONG`; as `Database`.
    """
    if home.role != "district":
        raise Problem("NOT_A_DISTRICT", say("只有区级才开接收站。"), say("站点请用 push、pull 连接区级的接收站。"))
    if not 1 <= wanted.workers <= board.MOST:
        raise Problem(
            "WORKERS_WRONG", say("进程数写得不对。"), say("请写1至{n}；一般每个处理器核心一个。", n=board.MOST)
        )
    trust = trust_store.required(home)
    place = home.path / FOLDER
    place.mkdir(exist_ok=True)
    listener = _listen(wanted.host, wanted.port)
    job = _Job(home.name, home.code, home.path, home.file.key, wanted.db or sqlite_url(place / "hub.db"), wanted)
    database: Database | None = None
    try:
        database = Database(job.url)
        Callers(database, home.code).learn(trust)
        home.close()
        if wanted.province:
            address_of(wanted.province)  # a wrong address is told before anybody listens; it may be away
        _server(job, None)  # so is a certificate that cannot be read
        url = f"{'https' if wanted.certificate else 'http'}://{_shown(wanted.host)}:{listener.getsockname()[1]}"
        before = board.bytes_received(database)
        told = partial(log.note, database, "listening", url=url, kind=database.kind, workers=wanted.workers)
        with _stopped_by_signals() as stopping:
            if wanted.workers == 1:
                _work(job, listener, lambda _: told())
            else:
                told()
                workers.run(wanted.workers, job, listener, serve=_work, stopping=stopping, patience=PATIENCE + 10)
        return {"url": url, **_told_at_the_end(database, before)}
    finally:
        listener.close()
        if database is not None:
            database.close()


def _work(job: _Job, listener: socket.socket, hang: Callable[[Callable[[], None]], None]) -> None:
    """Be one worker."""
    place = job.folder / FOLDER
    database = Database(job.url)
    try:
        try:
            seat = Board(database, place)
            callers = Callers(database, job.district)
        except SQLAlchemyError as error:  # it went between the first look and now
            raise unreachable(database.kind, error) from error
        uploads, mailbox = Uploads(database, place, job.wanted.quotas, seat.mark), Mailbox(database, place)
        receiving = Receiving(
            (job.folder, job.key), database, uploads=uploads, mailbox=mailbox, callers=callers, board=seat
        )
        receiving.province = job.wanted.province
        server = _server(
            job, Hub(job.name, database, callers, uploads, mailbox, receiving, seat, job.wanted.open_status)
        )

        def stop() -> None:
            server.should_exit = True

        hang(stop)
        with _stopped_by_signals():
            server.run(sockets=[listener])
    finally:
        database.close()


def _server(job: _Job, hub: Hub | None) -> uvicorn.Server:
    """The HTTP server for a hub; without one only to see whether its certificate serves."""
    import uvicorn

    from studio_desk.hub.patience import Line

    wanted = job.wanted
    server_log = logging.getLogger("uvicorn")
    server_log.handlers, server_log.propagate = [log.Server(logging.WARNING)], False
    config = uvicorn.Config(
        application(hub) if hub is not None else _nothing,
        http=Line,
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
    return uvicorn.Server(config)


async def _nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    """Serves nobody."""


def _told_at_the_end(database: Database, before: int) -> dict[str, Any]:
    """Bytes received and bundles that wait; a database that is away by then keeps them to itself."""
    try:
        waits = standing(database)
        log.note(database, "stopped", backlog=waits.backlog)
        return {"received": board.bytes_received(database) - before, "backlog": waits.backlog}
    except SQLAlchemyError:
        return {"received": 0, "backlog": 0}


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Let a stop be a normal end: uvicorn raises the signal again when it has stopped, which would kill the process."""
    stopping = threading.Event()
    before = {one: signal.signal(one, lambda *_: stopping.set()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


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
