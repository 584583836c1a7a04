"""Slow, silent and wrong clients at a real hub: each is answered or hung up, nobody else waits for them, nothing is lost."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from studio_desk.exchange import http_signature, network
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.hub_place import place_of
from studio_desk.exchange.signing import Signer
from studio_desk.exchange.transports.https import HubClient
from studio_desk.hub.server import EACH
from studio_desk.store import keys
from tests.hub.world import DISTRICT, Hub, World, quick, uids, until

BODY = os.urandom(5000)
DIGEST = hashlib.sha256(BODY).hexdigest()


def fresh() -> tuple[bytes, str]:
    """Content that was never sent, and its digest."""
    body = os.urandom(len(BODY))
    return body, hashlib.sha256(body).hexdigest()


HALF = b"PATCH /v1/bundles/x HTTP/1.1\r\nHost: hub\r\n"


class Raw:
    """A connection without a client library: what is sent is sent as it stands."""

    def __init__(self, hub: Hub, room: int = 0) -> None:
        self.line = socket.socket()
        if room:
            self.line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.line.settimeout(150)
        self.line.connect(("127.0.0.1", hub.port))

    def send(self, data: bytes) -> Raw:
        self.line.sendall(data)
        return self

    def answer(self) -> tuple[int, dict[str, str], dict[str, Any]]:
        """All until the other side hangs up: status, headers, what it said."""
        data = b""
        with suppress(ConnectionResetError), self.line:
            while block := self.line.recv(65_536):
                data += block
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return int((first.split() or ["", "0"])[1]), headers, json.loads(body) if body.startswith(b"{") else {}


def patch(
    signer: Signer,
    body: bytes,
    *,
    at: int = 0,
    size: int | None = None,
    sha256: str = DIGEST,
    length: int | None = None,
) -> bytes:
    """The head of a rightly signed PATCH of `body` at `at`; `length` says another Content-Length, -1 none at all."""
    target = f"/v1/bundles/{sha256}"
    fields = {"upload-offset": str(at), "upload-length": str(len(BODY) if size is None else size)}
    headers = {
        **http_signature.sign(
            signer,
            method="PATCH",
            target=target,
            tag=http_signature.tag_of(DISTRICT),
            created=int(time.time()),
            nonce=os.urandom(16).hex(),
            body=body,
            fields=fields,
        ),
        **fields,
        "Tus-Resumable": "1.0.0",
        "Content-Type": "application/offset+octet-stream",
        "Connection": "close",
        "Host": "hub",
    }
    if length != -1:
        headers["Content-Length"] = str(len(body) if length is None else length)
    lines = [f"PATCH {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, Signer]]:
    """A hub and the key of an enrolled station."""
    before, keys._ARGON2["kib"] = keys._ARGON2["kib"], 64
    world = World(tmp_path_factory.mktemp("world"))
    try:
        signer = keys_of(world.station()).signer
        yield world.hub(), signer
    finally:
        world.close()
        keys._ARGON2["kib"] = before


def held(hub: Hub, signer: Signer, sha256: str) -> int:
    """How far the hub says an upload is."""
    line = HubClient(place_of(hub.url), signer, DISTRICT)
    try:
        return line.offset(sha256)
    finally:
        line.close()


def test_a_piece_that_does_not_belong_there_is_refused_with_the_place_where_it_does(running: tuple[Hub, Signer]):
    hub, signer = running
    body, sha256 = fresh()

    def sent(at: int, piece: bytes, **more: Any) -> tuple[int, str, str]:
        status, headers, said = Raw(hub).send(patch(signer, piece, at=at, sha256=sha256, **more) + piece).answer()
        return status, said.get("code", ""), headers.get("upload-offset", "")

    assert sent(100, body[100:200]) == (409, "WRONG_OFFSET", "0")
    assert sent(0, body[:2500]) == (204, "", "2500")
    for at in (0, 2499, 2501, 4999):
        assert sent(at, body[at : at + 10] or b"x") == (409, "WRONG_OFFSET", "2500")
    assert sent(2500, body[2500:2600], size=6000)[:2] == (409, "WRONG_LENGTH")
    assert sent(2500, body[2500:] + b"more")[:2] == (409, "WRONG_LENGTH")
    assert sent(2500, b"")[:2] == (409, "WRONG_LENGTH")
    assert sent(0, body[:10], size=3 << 30)[:2] == (413, "BUNDLE_TOO_BIG")
    assert held(hub, signer, sha256) == 2500
    assert sent(2500, body[2500:]) == (204, "", "5000")
    hub.merged()  # it is no bundle: the district's quarantine has it
    assert [e["code"] for e in hub.lines() if e["event"] == "quarantined" and e["sha256"] == sha256] == [
        "BUNDLE_NOT_ONE"
    ]


def test_a_length_that_is_not_true_is_refused(running: tuple[Hub, Signer]):
    hub, signer = running
    body, sha256 = fresh()
    chunked = patch(signer, body, sha256=sha256, length=-1)[:-2] + b"Transfer-Encoding: chunked\r\n\r\n"
    status, _, said = Raw(hub).send(chunked + b"1388\r\n" + body + b"\r\n0\r\n\r\n").answer()
    assert (status, said["code"]) == (411, "WRONG_NUMBER")
    for length in ("1e3", "-1", "9" * 30, "٣"):
        head = patch(signer, body, sha256=sha256, length=-1)[:-2] + f"Content-Length: {length}\r\n\r\n".encode()
        assert Raw(hub).send(head + body).answer()[0] in {400, 411}
    twice = patch(signer, body, sha256=sha256)[:-2] + b"Content-Length: 10\r\n\r\n"
    assert Raw(hub).send(twice + body).answer()[0] == 400
    big = patch(signer, body, sha256=sha256, size=1 << 30, length=(4 << 20) + 1)
    status, _, said = Raw(hub).send(big).answer()  # before a byte of it is sent
    assert (status, said["code"]) == (413, "CHUNK_TOO_BIG")
    short = Raw(hub).send(patch(signer, body, sha256=sha256, length=100) + body[:100])
    assert short.answer()[2]["code"] == "BODY_WRONG"
    broken = Raw(hub).send(patch(signer, body, sha256=sha256) + body[:100])
    broken.line.shutdown(socket.SHUT_WR)  # the line breaks in the middle of a piece
    assert broken.answer()[0] in {0, 408}
    assert held(hub, signer, sha256) == 0


def test_another_content_than_announced_is_dropped_and_comes_again(running: tuple[Hub, Signer]):
    hub, signer = running
    body, sha256 = fresh()
    other = body[:-1] + bytes([body[-1] ^ 1])
    status, _, said = Raw(hub).send(patch(signer, other, sha256=sha256) + body).answer()
    assert (status, said["code"]) == (400, "BODY_WRONG")  # changed on the way
    status, _, said = Raw(hub).send(patch(signer, other, sha256=sha256) + other).answer()
    assert (status, said["code"]) == (422, "DIGEST_WRONG")  # signed, but not what the address says
    assert held(hub, signer, sha256) == 0
    assert Raw(hub).send(patch(signer, body, sha256=sha256) + body).answer()[0] == 204
    hub.merged()
    assert len([e for e in hub.lines() if e["event"] == "arrived" and e["sha256"] == sha256]) == 1


@pytest.mark.parametrize(
    "noise",
    [
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + bytes(500),
        b"HELO hub\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: hub\r\n\r\n",
        b"PATCH /v1/bundles/x HTTP/1.1\r\nHost: hub\r\nX: " + b"a" * 40_000,
        b"PATCH /v1/bundles/x HTTP/1.1\r\n" + b"X: y\r\n" * 10_000,
        b"\r\n" * 30_000,
    ],
    ids=["TLS", "mail", "NUL", "a long line", "many lines", "empty lines"],
)
def test_what_is_no_request_is_turned_away(running: tuple[Hub, Signer], noise: bytes):
    hub, _ = running
    raw = Raw(hub)
    with suppress(OSError):
        raw.send(noise)
    data = b""
    with suppress(OSError), raw.line:
        while block := raw.line.recv(65_536):
            data += block
    assert data[9:12] in {b"400", b"404", b""}
    assert hub.health()["ok"]
    assert not any(e.get("error") for e in hub.lines() if e["event"] == "server")


def test_slow_lines_are_hung_up_and_nobody_waits_for_them(world: World):
    """Lines that say nothing, half a request, a letter a second, half a body; one that asks much and takes nothing."""
    station, bad = world.station(entries=5), world.station("LW")
    hub = world.hub()
    signer = keys_of(bad).signer
    silent = [Raw(hub) for _ in range(70)]
    half = [Raw(hub).send(HALF) for _ in range(70)]
    slow = Raw(hub).send(HALF)

    def dribble() -> None:
        with suppress(OSError):
            while True:
                slow.send(b"X")
                time.sleep(0.2)

    threading.Thread(target=dribble, daemon=True).start()
    stalled = [Raw(hub).send(patch(signer, BODY) + BODY[:100]) for _ in range(70)]
    deaf = Raw(hub, room=4096).send(b"GET /metrics HTTP/1.1\r\nHost: hub\r\n\r\n" * 4000)

    done = network.push(station, url=hub.url, dial=quick)
    assert len(done.files) == 1
    hub.merged()
    assert hub.health()["ok"]

    told = Counter((status, said["code"]) for status, _, said in (one.answer() for one in stalled))
    assert told[408, "TOO_SLOW"] == EACH
    assert told.keys() <= {(408, "TOO_SLOW"), (429, "TOO_MANY_REQUESTS"), (503, "HUB_CROWDED")}
    for one in (*silent, *half, slow):
        assert one.answer()[0] == 0
    until(lambda: [e["why"] for e in hub.lines() if e["event"] == "hung_up"].count("nothing taken") == 1, 150)
    deaf.line.close()
    assert hub.health()["ok"]
    hub.stop()
    assert uids(world.open(), "SQ") == uids(station)
