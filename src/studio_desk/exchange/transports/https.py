"""Carry bundles over the network: a queue on the own disk, and a client of the district's hub that resumes and backs off.

A bundle is sealed into the queue first, like onto any other medium; what a broken line leaves there goes on at the next
push. Nothing the hub answers is believed beyond "these bytes arrived": whether records were received is for a signed
receipt to say.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from studio_desk.exchange import http_signature
from studio_desk.exchange.backoff import Backoff
from studio_desk.exchange.hub_answers import AGAIN, BUSY, SPEECHLESS, Reply, away, key_waits, odd, unknown
from studio_desk.exchange.hub_connection import connect
from studio_desk.exchange.hub_place import Place
from studio_desk.exchange.limits import KIB, MAX_FILE, MIB
from studio_desk.exchange.signing import Signer
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel import clock
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent

TIMEOUT: Final = 30.0
"""Seconds without an answer, or without a byte going out or coming in: never a limit for the whole of a slow line."""
SMALLEST, FIRST, LARGEST = 16 * KIB, 256 * KIB, 2 * MIB
"""Bytes of a piece: begins in the middle, doubles while all goes well, halves when the line breaks. A line that breaks
every 64 KiB still carries pieces of 32."""
TRIES, TRIES_AWAY = 6, 3
"""Failures in a row, without a byte of progress, after which the clerk is told; fewer while the hub was not reached at all."""
PAUSE, LONGEST = 0.5, 20.0
"""Seconds of the first and the longest pause after a broken line."""
PATIENCE: Final = 120.0
"""Seconds that a hub may ask for in a row, without a byte of progress; when it asks for more, the clerk gets its answer."""
_NETWORK_ERRORS: Final = (OSError, http.client.HTTPException)


class Outgoing(Folder):
    """The queue of sealed bundles on their way to a hub; its label is the hub's name."""

    def __init__(self, path: Path, label: str) -> None:
        """Queue in `path`."""
        super().__init__(path)
        self._label = label

    @property
    def label(self) -> str:
        """What stands in the custody of a record: the hub."""
        return self._label


def unheard(seconds: float) -> None:
    """Nobody wants to know that the hub is busy."""
    del seconds


@dataclass
class _Trouble:
    """What went wrong in a row, without a byte of progress.

    Attributes:
        broken: pauses after lines that broke and answers that made no sense; its `failures` count them.
        asked: seconds that the hub asked for.
    """

    broken: Backoff = field(default_factory=lambda: Backoff(PAUSE, LONGEST))
    asked: float = 0.0


@dataclass
class HubClient:
    """One device's line to its district's hub.

    Attributes:
        place: where the hub is.
        signer: the device's key.
        district: the district's code, signed into every request.
        wait: waits so many seconds between tries; a test need not wait.
        queued: hears, before it waits, that the hub is busy and in how many seconds it is this device's turn.
        timeout: seconds without an answer or a byte.
        tries: failures in a row, without a byte of progress, after which the caller is told.
        changed: the signer is new, and the trust list that this device holds does not name it yet.
        before: the signer it takes the place of; it asks for mail as long as the hub does not know the new one.
        early: the hub does not know the new one.
    """

    place: Place
    signer: Signer
    district: str
    wait: Callable[[float], None] = time.sleep
    queued: Callable[[float], None] = unheard
    timeout: float = TIMEOUT
    tries: int = TRIES
    changed: bool = False
    before: Signer | None = None
    early: bool = field(default=False, init=False)
    _reached: bool = field(default=False, repr=False)
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)
    _skew: int = field(default=0, repr=False)
    _piece: int = field(default=FIRST, repr=False)

    def offset(self, sha256: str) -> int:
        """How many bytes of a bundle the hub holds for certain.

        Raises:
            Problem: `NETWORK_UNKNOWN`, `HUB_ANSWER_WRONG`; the hub's refusal.
        """
        try:
            reply = self._patient("HEAD", f"/v1/bundles/{sha256}", fields={"Tus-Resumable": "1.0.0"})
        except Problem as problem:
            if problem.code == SPEECHLESS:  # an answer to HEAD has no body; another question gets the hub's words
                self.listing(0)
            if self.early:
                raise key_waits() from None
            raise
        return reply.offset

    def upload(self, file: Path, sha256: str, progress: Progress = silent) -> bool:
        """Hand a sealed file over, from wherever it stopped last time.

        Returns:
            False when the hub held all of it already.

        Raises:
            Problem: `NETWORK_UNKNOWN`, `HUB_ANSWER_WRONG` (exit 6): all or part may have arrived, repeating is safe; the
                hub's refusal; `KEY_WAITS`; `MEDIUM_…` when the own file cannot be read.
        """
        if self.early:
            raise key_waits()
        try:
            size = file.stat().st_size
            with file.open("rb") as source:
                offset = self.offset(sha256)
                sent = offset < size
                trouble = _Trouble()
                while offset < size:
                    progress(offset, size, file.name)
                    source.seek(offset)
                    reply = self._piece_of(source.read(self._piece), sha256, offset, size)
                    if reply is not None and reply.status == 204:
                        if reply.offset <= offset:
                            raise odd()
                        offset, trouble = reply.offset, _Trouble()
                        self._piece = min(self._piece * 2, LARGEST)
                        continue
                    self._pause(trouble, reply)
                    if reply is not None and reply.status in BUSY:
                        continue
                    self._piece = max(self._piece // 2, SMALLEST)
                    known = self.offset(sha256)
                    trouble = _Trouble() if known > offset else trouble
                    offset = known
        except OSError as error:
            raise medium_problem(error, file) from error
        progress(size, size, file.name)
        return sent

    def listing(self, after: int) -> dict[str, Any]:
        """What waits in this device's mailbox: `{box, items, more}`.

        Raises:
            Problem: `NETWORK_UNKNOWN`, `HUB_ANSWER_WRONG`; the hub's refusal.
        """
        reply = self._patient("GET", f"/v1/mailbox/{self.signer.principal}?after={after}")
        try:
            found = reply.said
            items: list[dict[str, Any]] = [
                {"seq": int(i["seq"]), "name": str(i["name"]), "size": int(i["size"]), "sha256": str(i["sha256"])}
                for i in found["items"]
            ]
            told = {"box": str(found["box"]), "items": items, "more": bool(found["more"])}
        except (ValueError, KeyError, TypeError) as error:
            raise odd() from error
        numbers = [after, *(item["seq"] for item in items)]
        if any(later <= earlier for earlier, later in pairwise(numbers)) or (told["more"] and not items):
            raise odd()
        return told

    def fetch(self, name: str, sha256: str, size: int, target: Path, progress: Progress = silent) -> bool:
        """Fetch one piece of mail into `target`, from wherever it stopped last time.

        Returns:
            False when the hub has it no more (a newer one says all it said).

        Raises:
            Problem: `NETWORK_UNKNOWN`, `HUB_ANSWER_WRONG` when it is not what was announced; the hub's refusal; `MEDIUM_…`
                when it cannot be kept.
        """
        if not 0 < size <= MAX_FILE:
            raise odd()
        trouble = _Trouble()
        while (have := target.stat().st_size if target.exists() else 0) < size:
            progress(have, size, name)
            reply = self._rest_of(name, sha256, have, size, target)
            if reply is not None and reply.status == 404:
                target.unlink(missing_ok=True)
                return False
            if target.exists() and target.stat().st_size > have:
                trouble = _Trouble()
                continue
            self._pause(trouble, reply)
        with target.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        if not right:
            target.unlink()
            raise odd()
        progress(size, size, name)
        return True

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def interrupt(self) -> None:
        """Hang up from another thread: whoever waits for a byte on this line wakes at once, as if it had broken."""
        connection = self._connection
        if connection is not None and (line := connection.sock) is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _piece_of(self, piece: bytes, sha256: str, offset: int, size: int) -> Reply | None:
        """Send one piece; `None` when the line broke and the outcome is unknown."""
        fields = {"upload-offset": str(offset), "upload-length": str(size)}
        more = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
        return self._once("PATCH", f"/v1/bundles/{sha256}", piece, signed=fields, more=more)

    def _rest_of(self, name: str, sha256: str, have: int, size: int, target: Path) -> Reply | None:
        more = {"Range": f"bytes={have}-", "If-Range": f'"{sha256}"'} if have else {}

        def keep(response: http.client.HTTPResponse) -> None:
            if response.status not in {200, 206}:
                return
            with _own_disk(target):
                file = target.open("ab" if response.status == 206 else "wb")
            try:
                while block := response.read(min(64 * KIB, size + 1 - file.tell())):
                    with _own_disk(target):
                        file.write(block)
                    if file.tell() > size:
                        raise odd()
            finally:
                with _own_disk(target), file:
                    file.flush()
                    os.fsync(file.fileno())

        return self._once("GET", f"/v1/mailbox/{self.signer.principal}/{name}", more=more, keep=keep)

    def _patient(self, method: str, target: str, fields: Mapping[str, str] | None = None) -> Reply:
        """Ask until an answer comes that means something."""
        trouble = _Trouble()
        while True:
            reply = self._once(method, target, more=fields)
            if reply is not None and reply.status == 200:
                return reply
            self._pause(trouble, reply)

    def _pause(self, trouble: _Trouble, reply: Reply | None) -> None:
        """Wait before the next try, or say that it is enough.

        A hub that says when to come again is not a failure, only time; it is asked neither earlier nor, by all the
        stations that it told the same, at the same moment.
        """
        if reply is not None and reply.status in AGAIN and reply.asked:
            trouble.asked += reply.asked
            if trouble.asked > PATIENCE:
                raise reply.problem()
            seconds = Backoff.later(reply.asked)
            if reply.status in BUSY:
                self.queued(seconds)
            self.wait(seconds)
            return
        pause = trouble.broken.next()
        tries = self.tries if self._reached else min(self.tries, TRIES_AWAY)
        enough = trouble.broken.failures >= tries
        if reply is None:
            if enough:
                raise unknown(self.place) if self._reached else away(self.place)
        elif reply.status != 409 and reply.status not in AGAIN:
            if trouble.broken.failures > 1 or reply.problem().code not in _ONCE_MORE:
                raise reply.problem()
        elif enough:
            raise reply.problem()
        if reply is None or reply.status != 409:  # there the hub told where to go on
            self.wait(pause)

    def _once(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        signed: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
        keep: Callable[[http.client.HTTPResponse], None] | None = None,
    ) -> Reply | None:
        """One request and its answer; `None` when the line broke. A wrong clock is put right once by the hub's."""
        target = self.place.path + target
        for _ in range(3):
            headers = http_signature.sign(
                self.signer,
                method=method,
                target=target.removeprefix(self.place.path),
                tag=http_signature.tag_of(self.district),
                created=int(clock.now().timestamp()) + self._skew,
                nonce=secrets.token_hex(16),
                body=body,
                fields=signed,
            )
            try:
                connection = self._connected()
                length = {"Content-Length": str(len(body))} if body else {}
                connection.request(method, target, headers={**headers, **(signed or {}), **(more or {}), **length})
                with suppress(ConnectionError):  # a hub that refuses a piece may not read it to its end; it says why
                    connection.send(io.BytesIO(body))
                response = connection.getresponse()
                told = {name.lower(): value for name, value in response.getheaders()}
                if keep is not None:
                    keep(response)
                reply = Reply(response.status, told, response.read(MIB) if not response.isclosed() else b"")
            except _NETWORK_ERRORS:
                self.close()
                return None
            if told.get("connection", "").lower() == "close" or reply.status >= 400:
                self.close()  # a refusal may have left part of the body unread
            if reply.status != 401 or not (self._set_clock(reply) or self._step_back(reply)):
                return reply
        return reply

    def _step_back(self, reply: Reply) -> bool:
        """After a change of keys: ask with the key before, as long as the hub does not know the new one.

        Raises:
            Problem: `KEY_WAITS` when that one may be in other hands and is kept no more.
        """
        if not self.changed or self.early or reply.problem().code != "SIGNATURE_WRONG":
            return False
        self.early = True
        if self.before is None:
            raise key_waits()
        self.signer = self.before
        return True

    def _set_clock(self, reply: Reply) -> bool:
        said = reply.said
        if said.get("code") != "CLOCK_OFF" or not isinstance(said.get("now"), int):
            return False
        self._skew = said["now"] - int(clock.now().timestamp())
        return True

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = connect(self.place, self.timeout)
            self._reached = True
        return self._connection


@contextmanager
def _own_disk(file: Path) -> Iterator[None]:
    """What goes wrong in here is the own disk's doing and not the line's."""
    try:
        yield
    except OSError as error:
        raise medium_problem(error, file) from error


_ONCE_MORE: Final = frozenset({"BODY_WRONG", "REPLAYED", "DIGEST_WRONG"})
"""Refusals that damage on the way can cause; they are tried once more."""
