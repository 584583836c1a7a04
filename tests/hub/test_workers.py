"""Several workers of one hub: one upload through two of them, replays, killed and restarted workers. On both databases."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from studio_desk.exchange import http_signature, inbox, network, outbox, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.transports.https import HubClient
from studio_desk.hub import tables
from studio_desk.hub.board import Board
from studio_desk.hub.callers import Callers
from studio_desk.hub.database import Database, sqlite_url
from studio_desk.hub.mailbox import Mailbox
from studio_desk.hub.receiving import Receiving
from studio_desk.hub.uploads import Quotas, Uploads
from studio_desk.kernel import clock
from studio_desk.kinds import KINDS
from studio_desk.store import custody
from studio_desk.store.home import Home
from tests.hub.world import DISTRICT, PASSPHRASE, Hub, World, line, quick, uids, until, write

RECEIVED = {"received"}


class Crew:
    """A hub of two workers, and ways to reach one of them for certain."""

    def __init__(self, world: World, db: str, *options: str) -> None:
        self.world, self.db = world, db
        self.hub: Hub = world.hub("--workers", "2", *options, db=db)
        self.place = world.folder / DISTRICT / "hub"
        until(lambda: self.seats().keys() == {1, 2}, 60)
        for number in self.seats():  # a worker has its number before it accepts
            self.connection(number).close()

    def seats(self) -> dict[int, int]:
        """Number and process of every worker that lives."""
        found = {}
        for number in (1, 2):
            file = self.place / f"worker-{number}.lock"
            if (pid := _holder(file)) and _lives(pid):
                found[number] = pid
        return found

    def connection(self, number: int) -> http.client.HTTPConnection:
        """A connection that one worker has accepted: the other stands still meanwhile.

        What is asked until then needs no database, whose lock the one that stands still might hold. One that was caught
        while it still starts, or just as it accepted, is let go for a moment.
        """
        made: list[http.client.HTTPConnection] = []
        until(lambda: bool(made) or self._reached(number, made), 120)
        return made[0]

    def _reached(self, number: int, made: list[http.client.HTTPConnection]) -> bool:
        others = [pid for seat, pid in self.seats().items() if seat != number]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=5)
        try:
            until(lambda: all(_state(pid) in "TZ" for pid in others), 60)
            connection.request("GET", "/nothing")
            assert connection.getresponse().read()
        except OSError:
            connection.close()
            return False
        finally:
            for pid in others:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        connection.sock.settimeout(60)
        made.append(connection)
        return True

    def line(self, number: int, home: Home) -> HubClient:
        """A line that is connected to one worker; it stays so as long as nothing is refused."""
        client = line(home, self.hub.url)
        client._connection = self.connection(number)
        return client

    def merger(self) -> int:
        """The process that merges."""
        return until(lambda: _holder(self.place / "merging.lock"), 60)

    def database(self) -> Database:
        return Database(self.db or sqlite_url(self.place / "hub.db"))


def _holder(file: Path) -> int:
    """The process that holds a lock, 0 while that is not written down."""
    try:
        return int(json.loads(file.read_text())["pid"])
    except (OSError, ValueError):
        return 0


def _state(pid: int) -> str:
    """Letter of `ps`: T stands still, Z is dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def _lives(pid: int) -> bool:
    return _state(pid) != "Z"


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    until(lambda: not _lives(pid), 60)


def pack(world: World, home: Home) -> tuple[bytes, Any]:
    (sent,) = outbox.export(home, world.folder / "stick").files
    return sent.file.read_bytes(), sent


def test_one_bundle_in_turns_through_two_workers(world: World, db: str):
    station = world.station(entries=3)
    crew = Crew(world, db)
    data, sent = pack(world, station)
    lines = [crew.line(1, station), crew.line(2, station)]
    step = len(data) // 7 + 1
    for turn, at in enumerate(range(0, len(data), step)):
        client = lines[turn % 2]
        assert client.offset(sent.sha256) == at
        reply = client._piece_of(data[at : at + step], sent.sha256, at, len(data))
        assert reply is not None
        assert reply.status == 204
    crew.hub.merged()
    assert [e["event"] for e in crew.hub.lines() if e["event"] in {"arrived", "applied"}] == ["arrived", "applied"]
    network.pull(station, url=crew.hub.url, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == RECEIVED
    said = crew.hub.stop()
    assert said["received"] == len(data)
    assert crew.seats() == {}
    assert uids(world.open(), "SQ") == uids(station)


def test_two_workers_write_the_same_piece_at_the_same_moment(world: World, db: str):
    """Each piece is taken once, whoever is first; the whole has the announced digest."""
    station = world.station()
    crew = Crew(world, db)
    data = os.urandom(60_000)
    sha256 = hashlib.sha256(data).hexdigest()
    clients = [crew.line(1, station), crew.line(2, station)]
    wrong: list[Any] = []
    start = threading.Barrier(2)

    def send(client: HubClient) -> None:
        try:
            start.wait(60)
            while (at := client.offset(sha256)) < len(data):
                reply = client._piece_of(data[at : at + 2_000], sha256, at, len(data))
                if reply is None or reply.status not in {204, 409, 423}:
                    wrong.append(reply)
        except Exception as error:  # noqa: BLE001 - told by the other thread
            wrong.append(error)

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    crew.hub.merged()  # junk: it ends in quarantine, whole
    assert [e["sha256"] for e in crew.hub.lines() if e["event"] == "quarantined"] == [sha256]
    kept = world.folder / DISTRICT / "quarantine" / f"{sha256}.sdx"
    assert kept.read_bytes() == data


def test_a_request_seen_by_one_worker_is_refused_by_the_other(world: World, db: str):
    station = world.station()
    crew = Crew(world, db)
    target = "/v1/mailbox/SQ-1?after=0"
    headers = http_signature.sign(
        keys_of(station).signer,
        method="GET",
        target=target,
        tag=http_signature.tag_of(DISTRICT),
        created=int(clock.now().timestamp()),
        nonce="0123456789abcdef" * 2,
        body=b"",
        fields=None,
    )
    answers = []
    for number in (1, 2):
        connection = crew.connection(number)
        connection.request("GET", target, headers=headers)
        reply = connection.getresponse()
        answers.append((reply.status, json.loads(reply.read()).get("code")))
        connection.close()
    assert answers == [(200, None), (401, "REPLAYED")]


def test_quotas_are_those_of_all_workers(world: World, db: str):
    station = world.station()
    crew = Crew(world, db, "--quota-mb", "1")
    data = [os.urandom(600_000) for _ in range(2)]
    digests = [hashlib.sha256(one).hexdigest() for one in data]
    first = crew.line(1, station)._piece_of(data[0], digests[0], 0, 600_000)
    second = crew.line(2, station)._piece_of(data[1], digests[1], 0, 600_000)
    assert first is not None
    assert second is not None
    assert (first.status, second.status, second.problem().code) == (204, 429, "QUOTA_DAY")


def test_a_worker_killed_in_the_middle_of_an_upload(world: World, db: str):
    """The other goes on at once where the upload was; what the dead one had claimed is free when it is back."""
    station = world.station(entries=3)
    crew = Crew(world, db)
    data, sent = pack(world, station)
    half = len(data) // 2
    crew.line(1, station)._piece_of(data[:half], sent.sha256, 0, len(data))
    database = crew.database()
    with database.write() as c:  # as if it had died between claiming and writing
        c.execute(tables.upload.update().values(writer="1-dead", lease=clock.now().timestamp() + 600))
    first = crew.seats()[1]
    kill(first)
    until(lambda: crew.seats().get(1, first) != first, 60)
    with database.read() as c:
        until(lambda: c.execute(tables.upload.select()).one().writer == "", 60)
    database.close()
    client = crew.line(2, station)
    assert client.offset(sent.sha256) == half
    assert client.upload(sent.file, sent.sha256)
    crew.hub.merged()
    assert [e["exit"] for e in crew.hub.lines() if e["event"] == "worker_died"] == [-signal.SIGKILL]
    network.pull(station, url=crew.hub.url, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == RECEIVED


def test_the_worker_that_merges_is_killed_again_and_again(world: World, db: str):
    """Whatever it was at, the other one takes over; nothing acknowledged is lost, nothing is doubled."""
    station = world.station(entries=2)
    crew = Crew(world, db)
    for number in range(3):
        write(station, 10 + number)
        merging = crew.merger()
        network.push(station, url=crew.hub.url, everything=True, dial=quick)
        kill(merging)
        until(lambda dead=merging: crew.merger() != dead, 60)
    crew.hub.merged(120)
    network.pull(station, url=crew.hub.url, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == RECEIVED
    crew.hub.stop()
    assert uids(world.open(), "SQ") == uids(station)


class Killed(BaseException):
    """Ends a worker wherever it is; nothing in the program catches it."""


@pytest.mark.parametrize("before", ["_post", "_done"])
def test_a_worker_killed_after_merging_leaves_no_station_without_its_receipt(world: World, db: str, before: str):
    """In its last moment a bundle is merged; the worker that takes over posts the receipt, and knows that it was merged."""
    station = world.station(entries=2)
    data, sent = pack(world, station)
    world.shut()
    place = world.folder / DISTRICT / "hub"
    place.mkdir()
    with Home.open(world.folder / DISTRICT, shapes=KINDS, passphrase=PASSPHRASE) as home:
        key, trust = home.file.key, trust_store.required(home)
    database = Database(db or sqlite_url(place / "hub.db"))

    def worker() -> Receiving:
        uploads, callers = Uploads(database, place, Quotas()), Callers(database, DISTRICT)
        callers.learn(trust)
        return Receiving(
            (world.folder / DISTRICT, key),
            database,
            uploads=uploads,
            mailbox=Mailbox(database, place),
            callers=callers,
            board=Board(database, place),
        )

    first = worker()
    first._uploads.append("SQ-1", sent.sha256, 0, len(data), data)

    def die(*_: Any) -> None:
        raise Killed

    setattr(first, before, die)
    with pytest.raises(Killed):
        first._round()
    first._board.close()
    second = worker()
    second._round()
    second._board.close()
    box = Mailbox(database, place)
    items = box.listing("SQ-1", 0)["items"]
    inbox.receive(station, [box.find("SQ-1", item["name"])[0] for item in items])
    with database.read() as c:
        assert [row.state for row in c.execute(tables.bundle.select())] == ["done"]
    database.close()
    assert set(custody.words(station, list(uids(station))).values()) == RECEIVED
    assert uids(world.open(), "SQ") == uids(station)


def test_workers_do_not_outlive_a_hub_that_was_killed(world: World):
    world.station()
    crew = Crew(world, "")
    workers = list(crew.seats().values())
    assert len(workers) == 2
    crew.hub.stop(signal.SIGKILL)
    until(lambda: not any(map(_lives, workers)), 60)
    again = Crew(world, "")
    assert again.hub.health()["ok"]


@pytest.mark.parametrize("number", ["0", "65"])
def test_a_number_of_workers_that_makes_no_sense(world: World, number: str):
    from studio_desk import app

    world.shut()
    secret = world.folder / "secret"
    secret.write_text("青溪-2026-石桥", encoding="utf-8")
    where = ["--home", str(world.folder / DISTRICT), "--passphrase-file", str(secret)]
    assert app.main([*where, "hub", "serve", "--port", "0", "--workers", number]) == 2
