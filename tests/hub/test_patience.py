"""What the client makes of a hub that asks it to wait, that refuses or answers nonsense, and of a slow line. The hub is a script here."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from studio_desk.exchange import network
from studio_desk.exchange.backoff import SPREAD, Backoff
from studio_desk.exchange.hub_answers import RETRY_AFTER
from studio_desk.exchange.hub_place import place_of
from studio_desk.exchange.signing import Ed25519Signer, new_private
from studio_desk.exchange.transports.https import FIRST, KIB, PATIENCE, TRIES, HubClient
from studio_desk.kernel.problem import MEDIUM, NETWORK, Problem
from studio_desk.kernel.progress import silent

EMPTY = {"box": "b", "items": [], "more": False}


class Script(BaseHTTPRequestHandler):
    """Answers what is next in `answers`: a status and its `Retry-After`; then 200, and 204 to pieces."""

    protocol_version = "HTTP/1.1"
    answers: list[tuple[int, str]]
    seen: list[tuple[str, int]]
    deaf: bool
    offset: str
    words: bytes

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        self.seen.append((self.command, size))
        status, after = self.answers.pop(0) if self.answers else (204 if self.command == "PATCH" else 200, "")
        refused = status >= 400
        if refused and self.deaf:
            self.close_connection = True  # the piece stays unread
        else:
            self.rfile.read(size)
        body = b"" if status == 204 else json.dumps({"code": "BUSY", "problem": "忙。"} if refused else EMPTY).encode()
        body = self.words or body
        self.send_response(status)
        begin = int(self.headers.get("Upload-Offset", "0"))
        self.send_header("Upload-Offset", self.offset or str(begin + size if status == 204 else 0))
        self.send_header("Content-Length", str(len(body)))
        if after:
            self.send_header("Retry-After", after)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_PATCH = do_GET  # noqa: N815 - the base class calls them so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        del format, args


class Talk:
    """A client, what it waited for, and the script it talks to."""

    def __init__(self) -> None:
        self.script = type("Mine", (Script,), {"answers": [], "seen": [], "deaf": False, "offset": "", "words": b""})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.script)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.waits: list[float] = []
        place = place_of(f"http://127.0.0.1:{self.server.server_address[1]}")
        self.client = HubClient(place, Ed25519Signer("SQ-1", new_private()), "990000", wait=self.waits.append)

    def close(self) -> None:
        self.client.close()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def talk() -> Iterator[Talk]:
    made = Talk()
    yield made
    made.close()


def bundle(folder: Path, size: int) -> tuple[Path, str]:
    file = folder / "bundle.sdx"
    file.write_bytes(os.urandom(size))
    return file, hashlib.sha256(file.read_bytes()).hexdigest()


def test_it_comes_when_the_hub_says_and_never_earlier(talk: Talk) -> None:
    told = [7, 40, 60, 1, 1, 1, 1, 1, 1]  # more often than a line may break
    talk.script.answers += [(503, str(seconds)) for seconds in told]
    assert talk.client.listing(0) == EMPTY
    assert len(talk.waits) == len(told)
    assert all(s <= w <= s * (1 + SPREAD) for s, w in zip(told, talk.waits, strict=True))


def test_a_hub_that_asks_for_too_much_has_its_words_passed_on(talk: Talk) -> None:
    talk.script.answers += [(503, "50")] * 9
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    assert (told.value.exit_code, told.value.code, told.value.more[RETRY_AFTER]) == (NETWORK, "BUSY", 50)
    assert len(talk.waits) == PATIENCE // 50
    talk.waits.clear()
    talk.script.answers[:] = [(429, "3600")]
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    assert told.value.more[RETRY_AFTER] == 3600
    assert talk.waits == []


def test_no_hub_sends_anybody_away_for_longer_than_a_day(talk: Talk) -> None:
    """What a clock of a desk cannot count is not asked of it."""
    talk.script.answers += [(503, "9" * 300)]
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    assert told.value.more[RETRY_AFTER] == 24 * 3600


@pytest.mark.parametrize("after", ["", "soon", "-5", "inf", "1e400"])
def test_a_hub_that_says_nothing_is_asked_a_few_times(talk: Talk, after: str) -> None:
    talk.script.answers += [(503, after)] * 99
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    assert RETRY_AFTER not in told.value.more
    assert len(talk.waits) == TRIES - 1


def test_a_piece_that_was_refused_goes_again_as_it_was(talk: Talk, tmp_path: Path) -> None:
    """Nothing was taken in: how far the upload is need not be asked, and the line is not to blame."""
    file, sha256 = bundle(tmp_path, 3 * FIRST)
    talk.script.answers += [(200, ""), (503, "2"), (503, "3"), (204, "")]
    assert talk.client.upload(file, sha256)
    assert talk.script.seen == [("HEAD", 0), *[("PATCH", FIRST)] * 3, ("PATCH", 2 * FIRST)]
    assert [int(w) for w in talk.waits] in ([2, 3], [2, 4])


def test_a_piece_that_the_hub_would_not_even_read_is_refused_in_its_words(talk: Talk, tmp_path: Path) -> None:
    file, sha256 = bundle(tmp_path, FIRST)
    talk.script.answers += [(200, ""), (503, "2")]
    talk.script.deaf = True
    assert talk.client.upload(file, sha256)
    assert len(talk.waits) == 1


@pytest.mark.parametrize("offset", ["many", "-1", "1e3", "9" * 5000, "0"])
def test_an_offset_that_makes_no_sense_ends_the_upload(talk: Talk, tmp_path: Path, offset: str) -> None:
    """What answers is no hub, or one gone wrong: not asked again and again, and no crash."""
    file, sha256 = bundle(tmp_path, FIRST)
    talk.script.offset = offset
    with pytest.raises(Problem) as told:
        talk.client.upload(file, sha256)
    assert (told.value.code, told.value.exit_code) == ("HUB_ANSWER_WRONG", NETWORK)
    assert len(talk.script.seen) <= 2


@pytest.mark.parametrize(
    "words", [b'{"box":"b","more":false,"items":[{"seq":1e400,"name":"","size":1,"sha256":""}]}', b"[" * 99_999]
)
def test_a_list_of_mail_that_makes_no_sense_is_said_so(talk: Talk, words: bytes) -> None:
    talk.script.words = words
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    assert told.value.code == "HUB_ANSWER_WRONG"


@pytest.mark.parametrize(("numbers", "more"), [((), True), ((7,), False), ((8, 8), True), ((9, 8), False)])
def test_a_list_of_mail_that_never_ends_is_no_list(talk: Talk, numbers: tuple[int, ...], more: bool) -> None:
    """Whoever reads on behind the last number would ask for ever."""
    items = [{"seq": seq, "name": "a.sdx", "size": 1, "sha256": "0" * 64} for seq in numbers]
    talk.script.words = json.dumps({"box": "b", "items": items, "more": more}).encode()
    with pytest.raises(Problem) as told:
        talk.client.listing(7)
    assert told.value.code == "HUB_ANSWER_WRONG"


@pytest.mark.parametrize("words", [b'{"code":"CLOCK_OFF","now":1e400}', b"[" * 99_999, b"\xff", b"[]"])
def test_a_refusal_in_words_that_make_no_sense_is_a_refusal(talk: Talk, words: bytes) -> None:
    talk.script.words = words
    talk.script.answers += [(401, "")] * 9
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    assert told.value.remedy


def test_the_words_of_a_hub_draw_nothing_on_a_terminal(talk: Talk) -> None:
    said = {"code": "\x1b]0;x\x07", "problem": "\x1b[2J忙\n" + "很" * 5000, "remedy": "\u202e过会儿\0再来"}
    talk.script.words = json.dumps(said).encode()
    talk.script.answers += [(403, "")]
    with pytest.raises(Problem) as told:
        talk.client.listing(0)
    for words in (told.value.code, told.value.sentence, told.value.remedy):
        assert words.isprintable()
        assert 0 < len(words) <= 300
    assert told.value.code == "HUB_REFUSED"
    assert "过会儿" in told.value.remedy


@pytest.mark.parametrize(
    "change", [{"name": "../a.sdx"}, {"name": "\x1b[2J.sdx"}, {"name": ""}, {"sha256": "０" * 64}, {"sha256": "0" * 63}]
)
def test_mail_under_a_name_that_none_of_ours_has_is_left_where_it_is(
    talk: Talk, tmp_path: Path, change: dict[str, str]
) -> None:
    item = {"seq": 1, "name": "990000-1-to-SQ-000001-000009.sdx", "sha256": "0" * 64, "size": 1, **change}
    assert network._fetch(talk.client, item, tmp_path, silent) is None
    assert talk.script.seen == []


@pytest.mark.parametrize("name", ["gone.sdx", "."])
def test_a_queue_that_cannot_be_read_is_said_so(talk: Talk, tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem) as told:
        talk.client.upload(tmp_path / name, "0" * 64)
    assert told.value.exit_code == MEDIUM


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no file here that is always full")
def test_an_own_disk_that_is_full_is_not_called_a_broken_line(talk: Talk) -> None:
    talk.script.words = b"x" * 100
    with pytest.raises(Problem) as told:
        talk.client.fetch("mail.sdx", "0" * 64, 100, Path("/dev/full"))
    assert (told.value.code, told.value.exit_code) == ("MEDIUM_FULL", MEDIUM)
    assert talk.script.seen == [("GET", 0)]


def test_a_piece_leaves_in_blocks_that_each_have_the_time_limit(talk: Talk, tmp_path: Path) -> None:
    """A limit on the whole piece would break a slow line that works; each block is one call to the system."""
    file, sha256 = bundle(tmp_path, FIRST)
    connection = talk.client._connected()
    line, sizes = connection.sock, []

    class Line:
        def sendall(self, data: bytes) -> None:
            sizes.append(len(data))
            line.sendall(data)

        def __getattr__(self, name: str) -> Any:
            return getattr(line, name)

    connection.sock = Line()
    assert talk.client.upload(file, sha256)
    assert sum(sizes) > FIRST
    assert max(sizes) <= 16 * KIB


def test_pauses_double_and_never_undercut_what_was_asked_for() -> None:
    pauses = Backoff(1, 16)
    for number in range(9):
        expected = min(2**number, 16)
        assert expected * (1 - SPREAD) <= pauses.next() <= expected * (1 + SPREAD)
    assert 100 <= pauses.next(100) <= 100 * (1 + SPREAD)
    assert len({pauses.next(100) for _ in range(20)}) > 1
