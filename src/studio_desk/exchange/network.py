"""Push and pull: hand over what no receipt covers, fetch what the district wrote; the clerk need not know which way it went."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio_desk.exchange import acknowledged, inbox, outbox, tables, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.inbox import Outcome
from studio_desk.exchange.transports.folder import SUFFIX
from studio_desk.exchange.transports.https import HubClient, Outgoing, Place, place_of
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home

URL, PIN, HANDED, TAKEN = "hub.url", "hub.pin", "hub.handed", "hub.taken"
"""Small texts of the home: the hub last reached, its pin, how far it was given each chain, how far its mail was taken."""
OUTGOING, INCOMING = "outgoing", "incoming"
PATIENCE: Final = timedelta(days=1)
"""Without a receipt for so long, what was handed over is handed over again."""

Dial = Callable[[Place, "Home"], HubClient]


@dataclass
class Pushed:
    """What a push did.

    Attributes:
        url: the hub.
        files: `{sha256, size, device, first, last, ops, records, arrived}` of every bundle it holds now; `arrived` is
            false when it held that one already.
        waiting_receipt: nothing was left to send, the receipt is still to come.
    """

    url: str
    files: list[dict[str, Any]] = field(default_factory=list)
    waiting_receipt: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line."""
        return {**self.__dict__, "records": sum(f["records"] for f in self.files)}


@dataclass
class Pulled:
    """What a pull brought.

    Attributes:
        url: the hub.
        results: what became of each bundle that was fetched.
    """

    url: str
    results: list[Outcome] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line."""
        return {"url": self.url, "results": [one.as_json() for one in self.results]}


def dial(place: Place, home: Home) -> HubClient:
    """The station's line to its district."""
    return HubClient(place, keys_of(home).signer, trust_store.required(home).district)


def push(
    home: Home,
    *,
    url: str = "",
    pin: str = "",
    everything: bool = False,
    progress: Progress = silent,
    dial: Dial = dial,
) -> Pushed:
    """Hand over what a broken line left, then all that no receipt covers and that was not handed over already.

    Args:
        home: the station.
        url: the hub; `""` is the one of last time.
        pin: SHA-256 of its certificate; `""` is the one of last time for the same URL.
        everything: from the first op on, whatever receipts say.
        progress: in bytes of the bundle being sent.
        dial: makes the line.

    Raises:
        Problem: `NO_HUB`, as `outbox.export`; `NETWORK_UNKNOWN` and other Problems with exit code `NETWORK`: repeating
            is safe; the hub's refusal.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才联网报送。"), say("区级请用 hub serve 开接收站。"))
    url, place = _where(home, url, pin)
    client = dial(place, home)
    queue = Outgoing(home.path / OUTGOING, place.label)
    done = Pushed(url)
    try:
        queue.ready()
        _send_queue(home, client, queue, done, progress)
        if everything or not _all_handed(home):
            try:
                outbox.export(home, queue, everything=everything)
            except Problem as problem:
                if problem.code != "NOTHING_TO_EXPORT" or not done.files:
                    raise
            _send_queue(home, client, queue, done, progress)
        else:
            done.waiting_receipt = True
    finally:
        client.close()
    _remember(home, url, place.pin)
    return done


def pull(home: Home, *, url: str = "", pin: str = "", progress: Progress = silent, dial: Dial = dial) -> Pulled:
    """Fetch the mailbox and take it in by `inbox.receive`; what was fetched before a line broke is not fetched again.

    Raises:
        Problem: as `push`; what is wrong with a bundle is in its outcome.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才联网收取。"), say("区级请用 hub serve 开接收站。"))
    url, place = _where(home, url, pin)
    client = dial(place, home)
    folder = home.path / INCOMING
    folder.mkdir(exist_ok=True)
    done = Pulled(url)
    try:
        box, after = _taken(home)
        while True:
            found = client.listing(after)
            if found["box"] != box:  # another mailbox than last time: its numbers begin anew
                box = found["box"]
                if after:
                    after = 0
                    continue
            for item in found["items"]:
                done.results += _fetch(home, client, item, folder, progress)
                after = item["seq"]
                home.meta.set(TAKEN, json.dumps({"box": box, "after": after}))
            if not found["more"]:
                break
    finally:
        client.close()
    for leftover in folder.glob(f"*{SUFFIX}"):
        leftover.unlink(missing_ok=True)
    _remember(home, url, place.pin)
    return done


def known_hub(home: Home) -> str:
    """The hub that was last reached, `""` when none ever was."""
    return home.meta.get(URL)


def _where(home: Home, url: str, pin: str) -> tuple[str, Place]:
    trust_store.required(home)
    kept = home.meta.get(URL)
    url = url.strip() or kept
    if not url:
        raise Problem("NO_HUB", say("还不知道区级接收站的网址。"), say("请用 --url 写上区级给的网址；以后会记住。"))
    return url, place_of(url, pin or (home.meta.get(PIN) if url == kept else ""))


def _remember(home: Home, url: str, pin: str) -> None:
    with home.file.write():
        home.meta.set(URL, url)
        home.meta.set(PIN, pin)


def _send_queue(home: Home, client: HubClient, queue: Outgoing, done: Pushed, progress: Progress) -> None:
    for file in queue.list():
        with file.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        with home.file.read() as c:
            row = c.exec_driver_sql(
                'SELECT dev, "first", "last", ops, records FROM "export" WHERE sha256 = ? ORDER BY id DESC', (sha256,)
            ).first()
        if row is None:  # not of this file's history, as after a restore: what it held is exported anew
            file.unlink()
            continue
        arrived = client.upload(file, sha256, progress)
        dev, first, last, ops, records = row
        told = {"sha256": sha256, "size": file.stat().st_size, "device": dev, "first": first, "last": last}
        done.files.append({**told, "ops": ops, "records": records, "arrived": arrived})
        _hand(home, dev, last)
        file.unlink()


def _hand(home: Home, dev: str, last: int) -> None:
    """Remember that the hub holds a chain this far, in the district's present epoch."""
    with home.file.write():
        epoch, handed, _ = _handed(home)
        now = {"epoch": epoch, "chains": {**handed, dev: max(last, handed.get(dev, 0))}, "at": clock.stamp()}
        home.meta.set(HANDED, json.dumps(now))


def _handed(home: Home) -> tuple[str, dict[str, int], str]:
    epoch = str(acknowledged.newest(home, home.code).get("hub_epoch", ""))
    with suppress(ValueError, KeyError, TypeError):
        kept = json.loads(home.meta.get(HANDED, "{}"))
        # A first receipt begins no new epoch; a restored district does, and needs everything again.
        if kept["epoch"] in {"", epoch}:
            return epoch, dict(kept["chains"]), str(kept["at"])
    return epoch, {}, ""


def _all_handed(home: Home) -> bool:
    """Whether the hub holds everything that would leave now; then only the receipt is missing."""
    _, handed, at = _handed(home)
    with home.file.read() as c:
        asked = c.exec_driver_sql(f"SELECT 1 FROM {tables.wanted.name} WHERE side = 'there' LIMIT 1").first()  # noqa: S608
    if not handed or asked or clock.now() - datetime.fromisoformat(at) > PATIENCE:
        return False
    waits = outbox.waiting(home)
    return bool(waits) and all(volume.last <= handed.get(volume.dev, 0) for volume in waits)


def _taken(home: Home) -> tuple[str, int]:
    with suppress(ValueError, KeyError, TypeError):
        kept = json.loads(home.meta.get(TAKEN, "{}"))
        return str(kept["box"]), int(kept["after"])
    return "", 0


def _fetch(home: Home, client: HubClient, item: dict[str, Any], folder: Path, progress: Progress) -> list[Outcome]:
    sha256 = item["sha256"]
    if len(sha256) != 64 or not sha256.isalnum() or "/" in item["name"]:
        return []
    part = folder / f"{sha256}.part"
    if not client.fetch(item["name"], sha256, item["size"], part, progress):
        return []
    whole = folder / f"{sha256}{SUFFIX}"
    part.replace(whole)
    outcomes = inbox.receive(home, [whole])
    whole.unlink(missing_ok=True)
    for outcome in outcomes:
        outcome.file = item["name"]
    return outcomes
