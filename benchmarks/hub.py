"""A thousand stations report to one hub at once: bundles a second, latencies, backlog, refusals; nothing may be lost.

    python -m benchmarks.hub [--stations 1000] [--months 3] [--records 10] [--at-once 1000] [--workers 1]
                             [--db sqlite | postgres | postgresql+psycopg://…] [--json]

Stations are real to the hub: enrolled keys, sealed bundles (`benchmarks.stations`), the program's own client over HTTP on
the loopback. Each month all of them push at the same moment; one in ten pushes a bundle again that the hub has. The hub is
`studio-desk hub serve` in processes of its own, on a fresh home and database; `postgres` starts a server with `fsync` on.
Making the bundles is not timed. The oracle: every bundle acknowledged to a station is in the district's home, to the last
op and record, and in the receipt that the station then fetches, opens and verifies; no refusal but 429 and 503 with
`Retry-After`, and after it success; no line broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.stations import Sealed, Station, enrolled, policy_of
from benchmarks.stock import SEED
from studio_desk.cli.network import FIRST_PAUSE, LONGEST_PAUSE
from studio_desk.exchange import tables, trust_store
from studio_desk.exchange.backoff import Backoff
from studio_desk.exchange.hub_answers import RETRY_AFTER, Reply
from studio_desk.exchange.hub_place import place_of
from studio_desk.exchange.transports.https import HubClient
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.kinds import KINDS
from studio_desk.store import keys
from studio_desk.store.home import Home

DISTRICT, SECRET = "990000", "benchmark-of-the-hub"
AGAIN = 10
"""One station in so many repeats a bundle that the hub has, as after a lost answer."""
assert tables.imported is not None  # the exchange's tables belong to every home


@dataclass
class Seen:
    """What the stations saw, all threads together."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    bundles: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    fetches: list[float] = field(default_factory=list)
    pressure: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def answer(self, seconds: float, reply: Reply | None) -> None:
        with self.lock:
            self.requests.append(seconds)
            if reply is None:
                self.errors["line broken"] += 1
            elif reply.status >= 400:
                known = reply.status in {429, 503} and "retry-after" in reply.headers
                (self.pressure if known else self.errors)[f"{reply.status} {reply.problem().code}"] += 1


class Watched(HubClient):
    """The program's own client; each answer is counted."""

    seen: Seen

    def _once(self, *told: Any, **more: Any) -> Reply | None:
        began = time.perf_counter()
        reply = super()._once(*told, **more)
        self.seen.answer(time.perf_counter() - began, reply)
        return reply


@dataclass
class Wanted:
    """The size of a run; see the options."""

    stations: int = 1000
    months: int = 3
    records: int = 10
    at_once: int = 1000
    workers: int = 1
    db: str = ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the simulation; answers 1 when the oracle is not content."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value, told in (
        ("stations", 1000, ""),
        ("months", 3, "each station sends one bundle a month"),
        ("records", 10, "new ones in each bundle"),
        ("at-once", 1000, "stations that talk at the same time"),
        ("workers", 1, "processes of the hub"),
    ):
        parser.add_argument(f"--{name}", type=int, default=value, help=told)
    parser.add_argument("--db", default="sqlite", help="sqlite, postgres (a server of our own) or a URL")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(argv)
    keys._ARGON2["kib"] = 64  # noqa: SLF001 - the strength of the passphrase is not measured here
    with tempfile.TemporaryDirectory(prefix="hub-") as folder, database(told.db) as url:
        wanted = Wanted(told.stations, told.months, told.records, told.at_once, told.workers, url)
        found = simulate(Path(folder), wanted)
    print(json.dumps(found, ensure_ascii=False) if told.json else _table(found))
    return 0 if content(found) else 1


def content(found: dict[str, Any]) -> bool:
    """Whether nothing was lost, doubled, unconfirmed or refused."""
    return not (found["lost"] or found["doubled"] or found["unconfirmed"] or found["errors"])


def simulate(folder: Path, wanted: Wanted) -> dict[str, Any]:
    """Make the stations, run the hub, push, wait until all is merged, pull, compare."""
    chance = random.Random(SEED)
    home = folder / DISTRICT
    with Home.create(
        home, role="district", code=DISTRICT, name="区县", shapes=KINDS, passphrase=SECRET, use_keyring=False
    ) as district:
        stations = enrolled(district, wanted.stations)
        trust, policy = trust_store.required(district), policy_of(district)
    sealed = folder / "sealed"
    sealed.mkdir()
    for station in stations:
        station.report(trust, sealed, chance, wanted.months, wanted.records)
    seen = Seen()
    hub = Running(folder, wanted)
    try:
        began = time.perf_counter()
        waves = [_push(stations, month, hub.url, wanted.at_once, seen) for month in range(wanted.months)]
        pushed = time.perf_counter() - began
        hub.drained()
        merged = time.perf_counter() - began
        began = time.perf_counter()
        unconfirmed = _pull(stations, folder / "mail", hub.url, wanted.at_once, seen, policy)
        pulled = time.perf_counter() - began
    finally:
        hub.stop()
    bundles = wanted.stations * wanted.months
    lost, doubled, records = _compare(home, stations)
    return {
        "database": "postgresql" if wanted.db else "sqlite",
        "workers": wanted.workers,
        "stations": wanted.stations,
        "bundles": bundles,
        "records": records,
        "bytes": sum(one.file.stat().st_size for s in stations for one in s.bundles),
        "pushed_bundles_a_second": round(bundles / pushed, 1),
        "merged_bundles_a_second": round(bundles / merged, 1),
        "month_s": [round(wave, 1) for wave in waves],
        "bundle_ms": _shares(seen.bundles),
        "request_ms": _shares(seen.requests),
        "backlog": hub.curve(),
        "backlog_most": max((waits for _, waits in hub.backlog), default=0),
        "drained_after_s": round(merged - pushed, 1),
        "pulled_receipts_a_second": round(wanted.stations / pulled, 1),
        "pull_ms": _shares(seen.fetches),
        "hub_memory_mb": round(hub.memory / 1024),
        "back_pressure": dict(seen.pressure),
        "errors": dict(seen.errors),
        "lost": lost,
        "doubled": doubled,
        "unconfirmed": unconfirmed,
    }


class Running:
    """The hub, and a watcher of its backlog and memory."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        secret, log = folder / "passphrase", folder / "hub.log"
        secret.write_text(SECRET, encoding="utf-8")
        command = [sys.executable, "-m", "studio_desk", "--home", str(folder / DISTRICT), "--passphrase-file"]
        command += [str(secret), "--json", "hub", "serve", "--port", "0"]
        command += ["--workers", str(wanted.workers)] if wanted.workers > 1 else []
        command += ["--db", wanted.db] if wanted.db else []
        with log.open("w", encoding="utf-8") as err:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err, env={**os.environ})
        self.url = ""
        while not self.url:
            assert self.process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
            told = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if '"listening"' in line)
            self.url = next((line["url"] for line in told), "")
        self.backlog: list[tuple[float, int]] = []
        self.memory = 0
        self._ended = threading.Event()
        self._began = time.monotonic()
        self._watcher = threading.Thread(target=self._watch)
        self._watcher.start()

    def drained(self) -> None:
        """Wait until nothing waits and the receipts are posted."""
        while True:
            health = self._health()
            if health["backlog"] == 0 and health["worker"] == "idle":
                return
            time.sleep(0.2)

    def curve(self) -> list[tuple[float, int]]:
        """Seconds and backlog, at most twenty points."""
        step = max(1, len(self.backlog) // 20)
        return self.backlog[::step]

    def stop(self) -> None:
        self._ended.set()
        self._watcher.join()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def _watch(self) -> None:
        while not self._ended.wait(1):
            with contextlib.suppress(OSError):
                self.backlog.append((round(time.monotonic() - self._began, 1), self._health()["backlog"]))
            with contextlib.suppress(OSError):
                self.memory = max(self.memory, sum(map(_peak_kib, _family(self.process.pid))))

    def _health(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/healthz", timeout=60) as answer:
            return json.load(answer)


def _push(stations: Sequence[Station], month: int, url: str, at_once: int, seen: Seen) -> float:
    """All stations report a month at the same moment; answers how long it took until the last was done."""
    chance = random.Random(SEED + month)
    again = {id(one) for one in stations if chance.randrange(AGAIN) == 0}

    def report(station: Station) -> None:
        sealed = station.bundles[month]
        began = time.perf_counter()
        _hand_over(station, sealed, url, seen)
        with seen.lock:
            seen.bundles.append(time.perf_counter() - began)
        if id(station) in again:
            assert not _hand_over(station, sealed, url, seen), "the hub had it"

    began = time.perf_counter()
    _all(report, stations, at_once)
    return time.perf_counter() - began


def _hand_over(station: Station, sealed: Sealed, url: str, seen: Seen) -> bool:
    """Until it is acknowledged: a client that gave up because the hub was full comes back, as `sync --wait` does."""

    def send(client: Watched) -> bool:
        return client.upload(sealed.file, sealed.sha256)

    sent = _patiently(station, url, seen, send)
    station.held = (sealed.last, sealed.head)
    return sent


def _pull(stations: Sequence[Station], folder: Path, url: str, at_once: int, seen: Seen, policy: Any) -> int:
    """All stations fetch, open and verify their receipt; answers for how many it does not say what they were told."""
    folder.mkdir()
    wrong: list[str] = []

    def fetch(station: Station) -> None:
        began = time.perf_counter()
        found = _patiently(station, url, seen, lambda client: client.listing(0))["items"]
        item, file = found[-1] if found else None, folder / f"{station.code}.sdx"
        ok = item and _patiently(
            station, url, seen, lambda client: client.fetch(item["name"], item["sha256"], item["size"], file)
        )
        with seen.lock:
            seen.fetches.append(time.perf_counter() - began)
        said = station.receipt(file, policy)["frontiers"] if ok else {}
        if said != {station.device: list(station.held)}:
            wrong.append(station.code)

    _all(fetch, stations, at_once)
    return len(wrong)


def _patiently(station: Station, url: str, seen: Seen, ask: Callable[[Watched], Any]) -> Any:
    pauses = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
    while True:
        client = Watched(place_of(url), station.signer, DISTRICT)
        client.seen = seen
        try:
            return ask(client)
        except Problem as problem:
            if problem.exit_code != NETWORK:
                raise
            asked = problem.more.get(RETRY_AFTER, 0)
        finally:
            client.close()
        time.sleep(pauses.next(asked))


def _all(what: Callable[[Station], None], stations: Sequence[Station], at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(what, stations))


def _compare(folder: Path, stations: Sequence[Station]) -> tuple[int, int, int]:
    """Ops and records lost, records doubled, records at the district."""
    lost = doubled = records = 0
    with Home.open(folder, shapes=KINDS, passphrase=SECRET) as home:
        points = home.journal.frontiers()
        with home.file.read() as c:
            held: dict[str, list[str]] = {}
            for station, uid in c.exec_driver_sql("SELECT station, uid FROM record"):
                held.setdefault(station, []).append(uid)
    for one in stations:
        here = held.get(one.code, [])
        lost += points.get(one.device, (0, "")) != one.held
        lost += len(one.records - set(here))
        doubled += len(here) - len(one.records & set(here))
        records += len(here)
    return lost, doubled, records


@contextlib.contextmanager
def database(told: str) -> Iterator[str]:
    if told != "postgres":
        yield "" if told == "sqlite" else told
        return
    from tests.hub.postgres import Postgres

    server = Postgres(durable=True)
    try:
        yield server.fresh()
    finally:
        server.stop()


def _family(pid: int) -> list[int]:
    """A process and all below it (Linux; elsewhere the process alone counts nothing)."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _peak_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def _shares(taken: list[float]) -> dict[str, int]:
    """p50, p95, p99 and the most, in milliseconds."""
    taken = sorted(taken)
    named = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}
    return {n: round(taken[min(len(taken) - 1, int(share * len(taken)))] * 1000) for n, share in named.items()}


def _table(found: dict[str, Any]) -> str:
    return "\n".join(f"{name:<28}{value}" for name, value in found.items())


if __name__ == "__main__":
    sys.exit(main())
