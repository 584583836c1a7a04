"""Push and pull: hand over what no receipt covers, fetch what the district wrote; the clerk need not know which way it went."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio_desk.exchange import acknowledged, inbox, outbox, trust_store
from studio_desk.exchange.contents import handed_back
from studio_desk.exchange.home_keys import BEFORE, keys_of
from studio_desk.exchange.hub_place import Place, Published, place_of
from studio_desk.exchange.outcomes import Outcome
from studio_desk.exchange.signing import Ed25519Signer
from studio_desk.exchange.transports.folder import SUFFIX
from studio_desk.exchange.transports.https import HubClient, Outgoing, unheard
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store.custody import KEY_WAITS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

URL, PIN, HANDED, TAKEN = "hub.url", "hub.pin", "hub.handed", "hub.taken"
"""Small texts of the home: the hub that was last typed and reached, its pins, how far it was given each chain, how far its mail was taken."""
OUTGOING, INCOMING = "outgoing", "incoming"
ASKED: Final = "hub.asked"
"""Small text of the home: the attachments that the district had asked for when a bundle was last sealed for the hub."""
PATIENCE: Final = timedelta(days=1)
"""Without a receipt for so long, what was handed over is handed over again."""

Dial = Callable[[Place, "Home"], HubClient]


@dataclass(frozen=True)
class Trip:
    """A way to the hub: all that is needed of the home while the network is waited for, so that the home is left alone.

    Attributes:
        url: the hub.
        place: the same, understood.
        remembered: it was typed, and is kept for the next time; the one of the trust list need not be.
        queue: bundles on their way out.
        incoming: folder for mail on its way in.
        box: mailbox of last time.
        after: number of the last mail taken from it.
    """

    url: str
    place: Place
    remembered: bool
    queue: Outgoing
    incoming: Path
    box: str
    after: int


@dataclass
class Parcel:
    """A sealed bundle that waits in the queue.

    Attributes:
        file: where it lies.
        sha256: its digest, and its name at the hub.
        size: bytes.
        device: the chain.
        first: number of its first op.
        last: number of its last op.
        ops: how many ops.
        records: how many records they are about.
        arrived: false when the hub held it already.
    """

    file: Path
    sha256: str
    size: int
    device: str
    first: int
    last: int
    ops: int
    records: int
    arrived: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line for one bundle."""
        return {key: value for key, value in self.__dict__.items() if key != "file"}


@dataclass(frozen=True)
class Letter:
    """A piece of mail.

    Attributes:
        name: its name at the hub.
        box: the mailbox it came from.
        seq: its number there.
        file: where it lies now; `None` when the hub has it no more, a newer one says all it said.
    """

    name: str
    box: str
    seq: int
    file: Path | None


@dataclass
class Pushed:
    """What a push did.

    Attributes:
        url: the hub.
        files: every bundle it holds now (`Parcel.as_json`).
        waiting_receipt: nothing was left to send, the receipt is still to come.
    """

    url: str
    files: list[dict[str, Any]] = field(default_factory=list)
    waiting_receipt: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line; `records` are the station's own, the district's own words stand apart."""
        own, back = ([f for f in self.files if handed_back(f["device"]) is wanted] for wanted in (False, True))
        told = {"files": [f["sha256"] for f in back], **{n: sum(f[n] for f in back) for n in ("ops", "records")}}
        return {**self.__dict__, "records": sum(f["records"] for f in own), "handed_back": told}


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
    """The station's line to its district; after a change of keys the one before may still ask for mail."""
    trust, signer, before = trust_store.required(home), keys_of(home).signer, home.secret(BEFORE)
    old = Ed25519Signer(signer.principal, before) if before else None
    return HubClient(place, signer, trust.district, changed=bool(home.meta.get(KEY_WAITS)), before=old)


def push(
    home: Home,
    *,
    url: str = "",
    pins: Sequence[str] = (),
    everything: bool = False,
    progress: Progress = silent,
    busy: Callable[[float], None] = unheard,
    dial: Dial = dial,
) -> Pushed:
    """Hand over what a broken line left, then all that no receipt covers and that was not handed over already.

    Args:
        home: the station.
        url: the hub; `""` is the one of the trust list, else the one of last time.
        pins: SHA-256 of its certificates or their keys; none are those known for the same URL.
        everything: from the first op on, whatever receipts say.
        progress: in bytes of the bundle being sent.
        busy: hears that the hub is busy and in how many seconds it is this station's turn.
        dial: makes the line.

    Raises:
        Problem: `NO_HUB`, as `outbox.export`; `KEY_WAITS`, `NETWORK_AWAY`, `NETWORK_UNKNOWN` and other Problems with exit code
            `NETWORK`: repeating is safe; the hub's refusal.
    """
    trip = plan(home, url, pins)
    client = dial(trip.place, home)
    client.queued = busy
    done = Pushed(trip.url)

    def send(parcels: list[Parcel]) -> None:
        for parcel in parcels:
            parcel.arrived = client.upload(parcel.file, parcel.sha256, progress)
            hand(home, parcel)
            done.files.append(parcel.as_json())

    try:
        send(queued(home, trip))
        if everything or not all_handed(home):
            try:
                send(seal(home, trip, everything=everything))
            except Problem as problem:
                if problem.code != "NOTHING_TO_EXPORT" or not done.files:
                    raise
        else:
            done.waiting_receipt = True
    finally:
        client.close()
    remember(home, trip)
    return done


def pull(
    home: Home,
    *,
    url: str = "",
    pins: Sequence[str] = (),
    progress: Progress = silent,
    busy: Callable[[float], None] = unheard,
    dial: Dial = dial,
) -> Pulled:
    """Fetch the mailbox and take it in by `inbox.receive`; what was fetched before a line broke is not fetched again.

    Raises:
        Problem: as `push`; what is wrong with a bundle is in its outcome.
    """
    trip = plan(home, url, pins)
    client = dial(trip.place, home)
    client.queued = busy
    done = Pulled(trip.url)
    try:
        for letter in letters(trip, client, progress):
            done.results += take_in(home, [letter])
    finally:
        client.close()
    clear(trip)
    remember(home, trip)
    return done


def known_hub(home: Home) -> Published | None:
    """The hub that the trust list names, else the one that was last reached; `None` when neither is known."""
    trust = trust_store.current(home)
    if trust is not None and trust.hub is not None:
        return trust.hub
    kept = home.meta.get(URL)
    return Published(kept, tuple(home.meta.get(PIN).split())) if kept else None


# --- the steps: `plan`, `queued`, `seal`, `hand`, `take_in`, `remember` touch the home, `letters` and the client do not ------


def plan(home: Home, url: str = "", pins: Sequence[str] = ()) -> Trip:
    """Where the hub is and how far its mail was taken.

    Raises:
        Problem: `NOT_A_STATION`, `NOT_ENROLLED`, `NO_HUB`, as `place_of`.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才联网报送和收取。"), say("区级请用 hub serve 开接收站。"))
    trust_store.required(home)
    known, url = known_hub(home), url.strip()
    if not url and known is None:
        raise Problem(
            "NO_HUB",
            say("还不知道区级接收站的网址。"),
            say("区级公布以后，收一次回执就会知道；急用时请用 --url 写上区级给的网址。"),
        )
    same = known is not None and url in {"", known.url}
    place = place_of(known.url, *(pins or known.pins)) if known is not None and same else place_of(url, *pins)
    box, after = _taken(home)
    queue = Outgoing(home.path / OUTGOING, place.label)
    return Trip(url or (known.url if known else ""), place, bool(url), queue, home.path / INCOMING, box, after)


def queued(home: Home, trip: Trip) -> list[Parcel]:
    """What a broken line left in the queue; bundles of another history, as after a restore, are dropped and made anew."""
    trip.queue.ready()
    found = []
    for file in trip.queue.list():
        with file.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        with home.file.read() as c:
            row = c.exec_driver_sql(
                'SELECT dev, "first", "last", ops, records FROM "export" WHERE sha256 = ? ORDER BY id DESC', (sha256,)
            ).first()
        if row is None:
            file.unlink()
        else:
            found.append(Parcel(file, sha256, file.stat().st_size, *row))
    return found


def seal(home: Home, trip: Trip, *, everything: bool = False, progress: Progress = silent) -> list[Parcel]:
    """Seal into the queue what no receipt covers.

    Raises:
        Problem: as `outbox.export`.
    """
    trip.queue.ready()
    outbox.export(home, trip.queue, everything=everything, progress=progress)
    home.meta.set(ASKED, " ".join(outbox.asked(home)))
    return queued(home, trip)


def hand(home: Home, parcel: Parcel) -> None:
    """The hub holds a bundle: note how far it holds the chain, in the district's present epoch, and empty the queue."""
    with home.file.write():
        epoch, handed, _ = _handed(home)
        chains = {**handed, parcel.device: max(parcel.last, handed.get(parcel.device, 0))}
        home.meta.set(HANDED, json.dumps({"epoch": epoch, "chains": chains, "at": clock.stamp()}))
    parcel.file.unlink(missing_ok=True)


def letters(trip: Trip, client: HubClient, progress: Progress = silent) -> Iterator[Letter]:
    """Fetch the mail that was not taken yet, one after the other; the caller takes each in before it asks for the next.

    Raises:
        Problem: `NETWORK_AWAY`, `NETWORK_UNKNOWN`, `HUB_ANSWER_WRONG`; the hub's refusal.
    """
    trip.incoming.mkdir(exist_ok=True)
    box, after = trip.box, trip.after
    while True:
        found = client.listing(after)
        if found["box"] != box:  # another mailbox than last time: its numbers begin anew
            box = found["box"]
            if after:
                after = 0
                continue
        for item in found["items"]:
            yield Letter(item["name"], box, item["seq"], _fetch(client, item, trip.incoming, progress))
            after = item["seq"]
        if not found["more"]:
            return


def take_in(home: Home, fetched: Sequence[Letter], progress: Progress = silent) -> list[Outcome]:
    """Take fetched mail in and note how far it was taken."""
    files = [one for one in fetched if one.file is not None]
    outcomes = inbox.receive(home, [one.file for one in files if one.file], progress=progress) if files else []
    for outcome, one in zip(outcomes, files, strict=True):
        outcome.file = one.name
        assert one.file is not None
        one.file.unlink(missing_ok=True)
    if fetched:
        home.meta.set(TAKEN, json.dumps({"box": fetched[-1].box, "after": fetched[-1].seq}))
    return outcomes


def clear(trip: Trip) -> None:
    """Drop mail that was fetched and never taken in: all of it is at the hub, or a newer one says what it said."""
    for leftover in trip.incoming.glob(f"*{SUFFIX}"):
        leftover.unlink(missing_ok=True)


def remember(home: Home, trip: Trip) -> None:
    """Keep a hub that was typed and reached."""
    if trip.remembered:
        with home.file.write():
            home.meta.set(URL, trip.url)
            home.meta.set(PIN, " ".join(trip.place.pins))


def all_handed(home: Home) -> bool:
    """Whether the hub holds everything that would leave now; then only the receipt is missing."""
    _, handed, at = _handed(home)
    if not handed or clock.now() - datetime.fromisoformat(at) > PATIENCE:
        return False
    asked = set(outbox.asked(home))
    waits = outbox.waiting(home)
    gone = asked <= set(home.meta.get(ASKED).split()) and all(v.last <= handed.get(v.dev, 0) for v in waits)
    return bool(waits or asked) and gone


def handed_at(home: Home) -> str:
    """When a bundle was last handed to the hub, `""` when none was."""
    return _handed(home)[2]


_SHA256: Final = re.compile("[0-9a-f]{64}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,199}")
"""What a hub calls its mail (`header.file_name`); it is part of an address and shown to the clerk."""


def _fetch(client: HubClient, item: dict[str, Any], folder: Path, progress: Progress) -> Path | None:
    sha256 = item["sha256"]
    if not _SHA256.fullmatch(sha256) or not _NAME.fullmatch(item["name"]):
        return None
    part = folder / f"{sha256}.part"
    if not client.fetch(item["name"], sha256, item["size"], part, progress):
        return None
    return part.replace(folder / f"{sha256}{SUFFIX}")


def _handed(home: Home) -> tuple[str, dict[str, int], str]:
    epoch = str(acknowledged.newest(home, home.code).get("hub_epoch", ""))
    with suppress(ValueError, KeyError, TypeError):
        kept = json.loads(home.meta.get(HANDED, "{}"))
        # A first receipt begins no new epoch; a restored district does, and needs everything again.
        if kept["epoch"] in {"", epoch}:
            return epoch, dict(kept["chains"]), str(kept["at"])
    return epoch, {}, ""


def _taken(home: Home) -> tuple[str, int]:
    with suppress(ValueError, KeyError, TypeError):
        kept = json.loads(home.meta.get(TAKEN, "{}"))
        return str(kept["box"]), int(kept["after"])
    return "", 0
