"""Stations push to a hub at once: bundles a second, how long one waits for its answer, how far merging falls behind.

    python -m benchmarks.hub [--stations 8] [--bundles 2] [--records 20] [--at-once 8] [--db postgresql+psycopg://…] [--json]

The hub runs in a process of its own on the loopback, by the same `studio-desk hub serve` that a district starts. Making
the homes and sealing the bundles is not timed. The oracle at the end: the district holds exactly the records of all
stations, every record of every station is confirmed by a receipt that came back through the mailbox.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import stock
from studio_desk.exchange import enrol, network, outbox, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.outbox import Sent
from studio_desk.exchange.transports.https import HubClient, place_of
from studio_desk.kinds import KINDS
from studio_desk.store import custody, keys
from studio_desk.store.home import Home

DISTRICT, SECRET = "990000", "benchmark-of-the-hub"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the simulation; answers 1 when the oracle is not content."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=8)
    parser.add_argument("--bundles", type=int, default=2, help="of each station")
    parser.add_argument("--records", type=int, default=20, help="in each bundle")
    parser.add_argument("--at-once", type=int, default=8, help="connections at the same time")
    parser.add_argument("--db", default="", help="URL of the hub's database; SQLite beside the home when not given")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(argv)
    keys._ARGON2["kib"] = 64  # noqa: SLF001 - a thousand homes: the strength of the passphrase is not measured here
    with tempfile.TemporaryDirectory(prefix="hub-") as folder:
        found = simulate(Path(folder), told.stations, told.bundles, told.records, told.at_once, told.db)
    print(json.dumps(found) if told.json else "\n".join(f"{name:<28}{value}" for name, value in found.items()))
    return 0 if found["lost"] == 0 and found["doubled"] == 0 and found["unconfirmed"] == 0 else 1


def simulate(folder: Path, stations: int, bundles: int, records: int, at_once: int, db: str) -> dict[str, Any]:
    """Make the homes, run the hub, push, wait until all is merged, pull, compare."""
    district = _home(folder, "district", DISTRICT)
    trust_store.required(district)
    codes = [_code(number) for number in range(stations)]
    homes = {code: _home(folder, "station", code) for code in codes}
    stick = folder / "stick"
    stick.mkdir()
    for home in homes.values():
        request, shown = enrol.request(home, stick)
        answer = enrol.accept(district, request, stick, shown)
        enrol.install(home, answer.file, answer.district_fingerprint)
    district.close()
    work: list[tuple[Home, Sent]] = []
    chance = random.Random(stock.SEED)
    for number in range(bundles):
        for code, home in homes.items():
            with home.file.write():
                for one in range(records):
                    home.journal.write(
                        "journal_entry", {**stock.entry(chance, number * records + one), "state": "已登记"}
                    )
            work += [(home, sent) for sent in outbox.export(home, folder / "sealed" / f"{code}-{number}").files]
    figures = _race(folder, db, homes, work, at_once)
    mine = {code: _uids(home, code) for code, home in homes.items()}
    unconfirmed = sum(
        word != "received" for code, home in homes.items() for word in custody.words(home, sorted(mine[code])).values()
    )
    with Home.open(folder / DISTRICT, shapes=KINDS, passphrase=SECRET) as district:
        theirs = {code: _uids(district, code) for code in codes}
    for home in homes.values():
        home.close()
    return {
        "database": "postgresql" if db else "sqlite",
        "stations": stations,
        "bundles": len(work),
        "records": sum(map(len, mine.values())),
        "bytes": sum(sent.size for _, sent in work),
        **figures,
        "lost": sum(len(mine[code] - theirs[code]) for code in codes),
        "doubled": sum(len(theirs[code] - mine[code]) for code in codes),
        "unconfirmed": unconfirmed,
    }


def _race(folder: Path, db: str, homes: dict[str, Home], work: list[tuple[Home, Sent]], at_once: int) -> dict[str, Any]:
    """Push everything, wait until it is merged, pull the receipts; answers what it took."""
    hub, url = _serve(folder, db)
    taken: list[float] = []
    backlog: list[int] = []
    busy = threading.Event()

    def watch() -> None:
        while not busy.wait(0.25):
            backlog.append(_backlog(url))

    def push(job: tuple[Home, Sent]) -> None:
        home, sent = job
        client = HubClient(place_of(url), keys_of(home).signer, DISTRICT)
        began = time.perf_counter()
        client.upload(sent.file, sent.sha256)
        taken.append(time.perf_counter() - began)
        client.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        began = time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(push, work))
        pushed = time.perf_counter() - began
        while _backlog(url):
            time.sleep(0.1)
        merged = time.perf_counter() - began
        time.sleep(2)  # the receipts of the last batch
        for home in homes.values():
            network.pull(home, url=url)
    finally:
        busy.set()
        watcher.join()
        hub.send_signal(signal.SIGTERM)
        hub.wait(60)
    taken.sort()
    return {
        "pushed_bundles_a_second": round(len(work) / pushed, 1),
        "merged_bundles_a_second": round(len(work) / merged, 1),
        "push_p50_ms": round(statistics.median(taken) * 1000),
        "push_p95_ms": round(_at(taken, 0.95) * 1000),
        "push_p99_ms": round(_at(taken, 0.99) * 1000),
        "backlog_most": max(backlog, default=0),
        "drained_after_s": round(merged - pushed, 1),
    }


def _home(folder: Path, role: str, code: str) -> Home:
    return Home.create(
        folder / code, role=role, code=code, name=f"{code}站", shapes=KINDS, passphrase=SECRET, use_keyring=False
    )


def _code(number: int) -> str:
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = chr(65 + rest) + letters
    return letters


def _serve(folder: Path, db: str) -> tuple[subprocess.Popen[str], str]:
    secret, log = folder / "passphrase", folder / "hub.log"
    secret.write_text(SECRET, encoding="utf-8")
    command = [sys.executable, "-m", "studio_desk", "--home", str(folder / DISTRICT), "--passphrase-file", str(secret)]
    command += ["--json", "hub", "serve", "--port", "0", *(["--db", db] if db else [])]
    with log.open("w", encoding="utf-8") as err:
        hub = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=err, text=True, env={**os.environ})
    while True:
        for line in log.read_text(encoding="utf-8").splitlines():
            if '"listening"' in line:
                return hub, json.loads(line)["url"]
        assert hub.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)


def _backlog(url: str) -> int:
    with urllib.request.urlopen(f"{url}/healthz", timeout=60) as answer:
        return int(json.load(answer)["backlog"])


def _uids(home: Home, station: str) -> set[str]:
    with home.file.read() as c:
        return set(c.exec_driver_sql("SELECT uid FROM record WHERE station = ?", (station,)).scalars())


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    sys.exit(main())
