"""The hub's addresses: bundles in by resumable upload (the core of tus 1.0), mail out by Range, health, figures, status."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect

from studio_desk.hub import figures, log, status_page
from studio_desk.hub.board import Board
from studio_desk.hub.callers import Caller, Callers
from studio_desk.hub.database import Database, disk_full
from studio_desk.hub.gate import Gate
from studio_desk.hub.mailbox import Mailbox
from studio_desk.hub.receiving import Receiving
from studio_desk.hub.refusal import Refusal, too_many
from studio_desk.hub.uploads import MAX_CHUNK, Point, Uploads
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

TUS: Final = "1.0.0"
OCTETS: Final = "application/offset+octet-stream"
SLOW: Final = 30.0
"""Seconds a client may be silent in the middle of a body."""
SLOWEST: Final = 300.0
"""Seconds a body may take in all."""
EACH: Final = 4
"""Pieces that one computer may have under way in one worker, each held in memory; its program sends one after the other."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")


@dataclass
class Hub:
    """The parts of a running hub.

    Attributes:
        name: the district's name.
        database: its state.
        callers: who may call.
        uploads: bundles coming in.
        mailbox: mail going out.
        receiving: the part of this worker that merges.
        board: what all workers are at and have counted.
        open_status: whether status and figures are shown to other computers too.
        gate: which requests this worker takes on, and when the others may come back.
        pieces: computer to the pieces of it that this worker waits for now.
    """

    name: str
    database: Database
    callers: Callers
    uploads: Uploads
    mailbox: Mailbox
    receiving: Receiving
    board: Board
    open_status: bool = False
    gate: Gate = field(default_factory=Gate)
    pieces: Counter[str] = field(default_factory=Counter)


def application(hub: Hub) -> FastAPI:
    """The web application of a hub; its worker runs as long as the application does."""

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        hub.receiving.start()
        yield
        hub.receiving.stop()
        await run_in_threadpool(hub.receiving.join)
        with suppress(SQLAlchemyError):  # a database that is away costs the last figures
            await run_in_threadpool(hub.board.close)

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=living)
    app.state.hub = hub
    app.add_api_route("/v1/bundles/{sha256}", head_bundle, methods=["HEAD"])
    app.add_api_route("/v1/bundles/{sha256}", patch_bundle, methods=["PATCH"])
    app.add_api_route("/v1/mailbox/{device}", get_mailbox, methods=["GET"])
    app.add_api_route("/v1/mailbox/{device}/{name}", get_mail, methods=["GET"])
    app.add_api_route("/healthz", healthz, methods=["GET"])
    app.add_api_route("/metrics", metrics, methods=["GET"])
    app.add_api_route("/", status, methods=["GET"])
    app.middleware("http")(_measured)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(SQLAlchemyError, _database_away)
    app.add_exception_handler(OSError, _disk_trouble)
    return app


def head_bundle(request: Request, sha256: str) -> Response:
    """How far the upload of a bundle is; 0 when it has not begun."""
    hub = _hub(request)
    caller = _admit(request)
    point = hub.uploads.point(caller.device, _sha256(sha256))
    headers = _upload_headers(point) | {"Cache-Control": "no-store"}
    if point.length is not None:
        headers["Upload-Length"] = str(point.length)
    return Response(status_code=200, headers=headers)


async def patch_bundle(request: Request, sha256: str) -> Response:
    """Continue an upload; what is answered with 204 is on the disk."""
    hub = _hub(request)
    caller = await run_in_threadpool(_admit, request)
    if request.headers.get("content-type") != OCTETS:
        raise Refusal(415, "WRONG_TYPE", say("请求的内容类型不对。"), say("请用本程序的 push 报送。"))
    where = (caller.device, _sha256(sha256), _number(request, "upload-offset"), _number(request, "upload-length"))
    point = await run_in_threadpool(hub.uploads.check, *where, _number(request, "content-length"))
    if not point.complete:
        with _one_of_few(hub, caller.device), hub.gate.outside():
            body = await _body(request)
        if hashlib.sha256(body).digest() != caller.digest:
            raise Refusal(400, "BODY_WRONG", say("内容在路上变了样。"), say("程序会自动再传。"))
        point = await run_in_threadpool(hub.uploads.append, *where, body)
        hub.board.tally.received(len(body))
        if point.complete:
            log.tell("arrived", device=caller.device, sha256=sha256, bytes=point.length)
            hub.receiving.nudge()
    return Response(status_code=204, headers=_upload_headers(point))


def get_mailbox(request: Request, device: str) -> Response:
    """What waits for a computer, after a number it has."""
    hub = _hub(request)
    _own(_admit(request), device)
    after = request.query_params.get("after", "0")
    if not _NUMBER.fullmatch(after):
        raise Refusal(400, "WRONG_NUMBER", say("请求里的编号不对。"), say("请用本程序的 pull 收取。"))
    return JSONResponse(hub.mailbox.listing(device, int(after)), headers={"Cache-Control": "no-store"})


def get_mail(request: Request, device: str, name: str) -> Response:
    """One sealed file, or the rest of it (`Range`, `If-Range` with the digest)."""
    hub = _hub(request)
    _own(_admit(request), device)
    path, sha256 = hub.mailbox.find(device, name)
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "no-store"}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def healthz(request: Request) -> Response:
    """Whether database and worker work: 200 or 503."""
    hub = _hub(request)
    waits = figures.standing(hub.database)
    doing, _ = hub.board.all()
    ok = figures.healthy(doing, alive=hub.receiving.is_alive())
    said = {
        "ok": ok,
        "database": hub.database.kind,
        "worker": doing.word,
        "backlog": waits.backlog,
        "apart": waits.apart,
        "answered_by": hub.board.number,
    }
    return JSONResponse(said, status_code=200 if ok else 503, headers={"Cache-Control": "no-store"})


def metrics(request: Request) -> Response:
    """The figures for Prometheus."""
    hub = _hub(request)
    _at_home(request)
    doing, tally = hub.board.all()
    text = figures.prometheus(hub.database, tally, doing)
    return PlainTextResponse(text, headers={"Content-Type": figures.CONTENT_TYPE})


def status(request: Request) -> Response:
    """The district's page."""
    hub = _hub(request)
    _at_home(request)
    doing, _ = hub.board.all()
    text = status_page.page(hub.name, figures.stations(hub.database), figures.standing(hub.database), doing)
    return HTMLResponse(text, headers=dict(status_page.HEADERS))


def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


def _admit(request: Request) -> Caller:
    if request.url.path.startswith("/v1/bundles/") and request.headers.get("tus-resumable") != TUS:
        raise Refusal(
            412,
            "TUS_VERSION",
            say("上传的方式不对。"),
            say("请用本程序的 push 报送。"),
            headers={"Tus-Version": TUS},
        )
    query = request.scope["query_string"]
    target = request.scope["raw_path"] + (b"?" + query if query else b"")
    return _hub(request).callers.admit(request.method, target.decode("latin-1"), request.headers)


def _own(caller: Caller, device: str) -> None:
    if caller.device != device:
        raise Refusal(403, "NOT_YOUR_MAILBOX", say("这是别的电脑的信箱。"), say("每台电脑只能收取自己的回执。"))


def _at_home(request: Request) -> None:
    """Status and figures are for the district's own computer unless it said otherwise.

    A request that came through a proxy looks local; its forwarding header gives it away.
    """
    host = request.client.host if request.client else ""
    proxied = {"forwarded", "x-forwarded-for", "x-real-ip"} & set(request.headers)
    try:
        local = ipaddress.ip_address(host).is_loopback and not proxied
    except ValueError:
        local = False
    if not (local or _hub(request).open_status):
        raise Refusal(
            403,
            "ONLY_HERE",
            say("状态页只在接收站这台电脑上显示。"),
            say("要在别的电脑上看，请用 --open-status 启动，并由防火墙限制来源。"),
        )


@contextmanager
def _one_of_few(hub: Hub, device: str) -> Iterator[None]:
    """While a piece comes in: one computer that sends many and slowly must not take the places of all others."""
    if hub.pieces[device] >= EACH:
        raise too_many(say("这台电脑同时在传的太多。"))
    hub.pieces[device] += 1
    try:
        yield
    finally:
        hub.pieces[device] -= 1


async def _body(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    chunks = request.stream().__aiter__()
    try:
        async with asyncio.timeout(SLOWEST):
            while True:
                try:
                    chunk = await asyncio.wait_for(anext(chunks), SLOW)
                except StopAsyncIteration:
                    return b"".join(parts)
                parts.append(chunk)
                size += len(chunk)
                if size > MAX_CHUNK:
                    raise Refusal(413, "CHUNK_TOO_BIG", say("一次传的内容太多。"), say("请用本程序的 push 报送。"))
    except (TimeoutError, ClientDisconnect):
        raise Refusal(408, "TOO_SLOW", say("网络太慢，这一段没有传完。"), say("程序会自动再传。")) from None


def _sha256(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise Refusal(404, "NO_SUCH_BUNDLE", say("数据包的摘要写得不对。"), say("请用本程序的 push 报送。"))
    return text


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not _NUMBER.fullmatch(text):
        raise Refusal(
            411 if header == "content-length" else 400,
            "WRONG_NUMBER",
            say("请求里的编号不对。"),
            say("请用本程序的 push 报送。"),
        )
    return int(text)


def _upload_headers(point: Point) -> dict[str, str]:
    headers = {"Tus-Resumable": TUS, "Upload-Offset": str(point.offset)}
    if point.expires:
        headers["Upload-Expires"] = formatdate(point.expires, usegmt=True)
    return headers


async def _measured(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    hub = _hub(request)
    began = time.monotonic()
    if not request.url.path.startswith("/v1/"):  # health, figures and the page are there above all when it is full
        response = await answer(request)
    elif later := hub.gate.enter(begun=request.method == "PATCH"):
        response = await _refused(request, _crowded(later))
    else:
        try:
            response = await answer(request)
        finally:
            hub.gate.leave()
    # The path names computers and digests only; where the request came from is not written down.
    took = round((time.monotonic() - began) * 1000, 1)
    hub.board.tally.request(request.method if request.method in _METHODS else "OTHER", response.status_code)
    log.tell("request", method=request.method, path=request.url.path[:200], status=response.status_code, ms=took)
    return response


def _crowded(later: int) -> Refusal:
    return Refusal(
        503,
        "HUB_CROWDED",
        say("现在报送的站太多，区级接收站忙不过来。"),
        say("程序会稍后自动再试。"),
        retry=later,
    )


_METHODS: Final = frozenset({"GET", "HEAD", "PATCH"})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    _hub(request).board.tally.refused(error.code)
    code = error.status if isinstance(error, Refusal) else 503
    headers = error.headers if isinstance(error, Refusal) else {"Retry-After": "30"}
    log.tell("refused", code=error.code)
    return _said(code, error.as_json(), {"Tus-Resumable": TUS, **headers})


async def _database_away(request: Request, error: Exception) -> Response:
    if disk_full(error):
        return await _disk_trouble(request, error)
    _hub(request).board.tally.refused("DATABASE_AWAY")
    log.tell("database_away", error=type(error).__name__)
    problem = Problem("DATABASE_AWAY", say("区级接收站的数据库暂时连不上。"), say("程序会稍后自动再试。"))
    return _said(503, problem.as_json(), {"Retry-After": "5"})


async def _disk_trouble(request: Request, error: Exception) -> Response:
    _hub(request).board.tally.refused("DISK_TROUBLE")
    log.tell("disk_trouble", error=type(error).__name__)
    problem = Problem("DISK_TROUBLE", say("区级接收站的磁盘暂时写不了。"), say("程序会稍后自动再试。"))
    return _said(503, problem.as_json(), {"Retry-After": "30"})


def _said(code: int, said: dict[str, Any], headers: dict[str, str]) -> Response:
    return JSONResponse(said, status_code=code, headers=headers)
