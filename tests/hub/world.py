"""A district with a hub in a process of its own on the loopback, stations beside it, and a line that can be cut."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio_desk.exchange import enrol, tables, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.hub_place import Place, place_of
from studio_desk.exchange.signing import Signer
from studio_desk.exchange.transports.https import HubClient
from studio_desk.hub.database import Database, sqlite_url
from studio_desk.hub.gate import MOST
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Cancelled
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home

PASSPHRASE = "青溪-2026-石桥"
DISTRICT = "990000"
LINES: list[HubClient] = []
"""Every line that was made; hung up at the end of the world."""
_ANY_CERTIFICATE = ssl.create_default_context()
_ANY_CERTIFICATE.check_hostname, _ANY_CERTIFICATE.verify_mode = False, ssl.CERT_NONE
assert tables.imported is not None  # the exchange's tables belong to every home


class Hub:
    """`studio-desk hub serve` in a second process."""

    def __init__(self, folder: Path, *options: str, db: str = "", passphrase: str = PASSPHRASE) -> None:
        self.folder = folder
        secret = folder.with_name("hub.passphrase")
        secret.write_text(passphrase, encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "studio_desk",
            "--home",
            str(folder),
            "--passphrase-file",
            str(secret),
            "--json",
        ]
        command += ["hub", "serve", "--port", "0", *options, *(["--db", db] if db else [])]
        self.log = folder.with_name("hub.log")
        self._out = self.log.open("ab")
        self._from = self.log.stat().st_size
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._out, env={**os.environ, "PYTHONUTF8": "1"}
        )
        self.url = until(self._listening, 60)
        self.port = int(self.url.rpartition(":")[2])

    def lines(self) -> list[dict[str, Any]]:
        """The structured log of this run."""
        with self.log.open("rb") as file:
            file.seek(self._from)
            text = file.read().decode()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def _listening(self) -> str:
        assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
        found = [line["url"] for line in self.lines() if line["event"] == "listening"]
        return found[0] if found else ""

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        try:
            asked = urllib.request.Request(self.url + path, headers=headers)
            with urllib.request.urlopen(asked, timeout=20, context=_ANY_CERTIFICATE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def health(self) -> dict[str, Any]:
        return json.loads(self.get("/healthz")[1])

    def merged(self, seconds: float = 60) -> None:
        """Wait until nothing waits for merging any more."""
        until(lambda: (h := self.health())["backlog"] == 0 and h["worker"] == "idle", seconds)

    def stop(self, how: int = signal.SIGTERM) -> dict[str, Any]:
        """End the process; answers what it printed."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            out, _ = self.process.communicate(timeout=60)
        finally:
            self.process.kill()
            self._out.close()
        return json.loads(out) if out.strip() else {}


class World:
    """A district and its stations; all homes are real, the district's is closed while its hub runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.homes: dict[str, Home] = {}
        self.hubs: list[Hub] = []
        district = self._make("district", DISTRICT)
        trust_store.required(district)

    def _make(self, role: str, code: str) -> Home:
        home = Home.create(
            self.folder / code, role=role, code=code, name=f"{code}单位", shapes=KINDS, passphrase=PASSPHRASE, use_keyring=False
        )  # fmt: skip
        self.homes[code] = home
        return home

    def open(self, code: str = DISTRICT) -> Home:
        if code not in self.homes:
            self.homes[code] = Home.open(self.folder / code, shapes=KINDS, passphrase=PASSPHRASE)
        return self.homes[code]

    def shut(self, code: str = DISTRICT) -> None:
        if home := self.homes.pop(code, None):
            home.close()

    def station(self, code: str = "SQ", entries: int = 0, *, enrolled: bool = True) -> Home:
        home = self._make("station", code)
        if enrolled:
            stick = self.folder / "stick"
            stick.mkdir(exist_ok=True)
            request, shown = enrol.request(home, stick)
            answer = enrol.accept(self.open(), request, stick, shown)
            enrol.install(home, answer.file, answer.district_fingerprint)
        for number in range(entries):
            write(home, number)
        return home

    def hub(self, *options: str, db: str = "") -> Hub:
        self.shut()
        made = Hub(self.folder / DISTRICT, *options, db=db)
        self.hubs.append(made)
        return made

    def close(self) -> None:
        while LINES:
            LINES.pop().close()
        for hub in self.hubs:
            if hub.process.poll() is None:
                hub.stop(signal.SIGKILL)
        for home in self.homes.values():
            home.close()


@contextmanager
def crowd(url: str, folder: Path, signer: Signer) -> Iterator[None]:
    """A hub that answers newcomers with 503 and a turn: as many requests as it lets in wait for its database until the end."""
    refused = threading.Event()

    def leave(seconds: float) -> None:
        raise Cancelled(seconds)

    def ask(number: int) -> None:
        client = HubClient(place_of(url), signer, DISTRICT, wait=leave, timeout=300)
        try:
            client.offset(hashlib.sha256(str(number).encode()).hexdigest())
        except (Problem, Cancelled):
            refused.set()
        finally:
            client.close()

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(2 * MOST)]
    database = Database(sqlite_url(folder / "hub" / "hub.db"))
    try:
        with database.write():
            for one in asking:
                one.start()
            assert refused.wait(120)
            yield
    finally:
        database.close()
        for one in asking:
            one.join()


class Cutter:
    """A TCP line to a hub that breaks every connection after so many bytes in one direction, as often as told."""

    def __init__(self, port: int, after: int, *, up: bool = True, cuts: int = 10**9) -> None:
        self._target, self._after, self._up = port, after, up
        self.cuts = 0
        self._left = cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            threading.Thread(target=self._both, args=(near, far), daemon=True).start()

    def _both(self, near: socket.socket, far: socket.socket) -> None:
        with near, far:
            back = threading.Thread(target=self._carry, args=(far, near, not self._up), daemon=True)
            back.start()
            self._carry(near, far, self._up)
            back.join()

    def _carry(self, source: socket.socket, target: socket.socket, cut: bool) -> None:
        passed = 0
        try:
            while True:
                room = self._after - passed if cut and self._left > 0 else 1 << 16
                data = source.recv(min(room, 1 << 16))
                if not data:
                    break
                target.sendall(data)
                passed += len(data)
                if cut and self._left > 0 and passed >= self._after:
                    self._left -= 1
                    self.cuts += 1
                    break
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def close(self) -> None:
        """Stop listening; `shutdown` wakes the thread that waits in `accept`, which `close` alone does not."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def until(ask: Callable[[], Any], seconds: float) -> Any:
    """Ask until the answer is true."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
    return answer


def write(home: Home, number: int, **more: Any) -> str:
    """One journal entry; answers its uid."""
    values = {
        "way": "走访",
        "day": f"2026-03-{number % 28 + 1:02d}",
        "place": f"石桥村{number}组",
        "recorder": "何小兰",
        "subject": f"灌溉渠淤堵{number}",
        "content": "灌溉渠淤堵约200米，春灌受影响，群众盼着雨季前清淤修好。",
        "next_step": "联系镇水利站查勘。",
        "state": "已登记",
    }
    return home.journal.write("journal_entry", {**values, **more}).uid


def quick(place: Place, home: Home) -> HubClient:
    """A line that does not wait long between tries."""
    made = HubClient(place, keys_of(home).signer, DISTRICT, wait=lambda s: time.sleep(min(s, 0.2)), timeout=20)
    LINES.append(made)
    return made


def line(home: Home, url: str) -> HubClient:
    return quick(place_of(url), home)


def uids(home: Home, station: str = "") -> set[str]:
    with home.file.read() as c:
        return set(
            c.exec_driver_sql("SELECT uid FROM record WHERE station = ? OR ? = ''", (station, station)).scalars()
        )
