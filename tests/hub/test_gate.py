"""How many requests a worker takes on, and when it asks the others to come back: the rule by itself, and at a real hub."""

from __future__ import annotations

import hashlib
import heapq
import itertools
import os
import random
import threading
import time
from collections import Counter

import pytest

from studio_desk.exchange.backoff import Backoff
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.hub_place import place_of
from studio_desk.exchange.transports.https import TIMEOUT, HubClient
from studio_desk.hub.database import Database, sqlite_url
from studio_desk.hub.gate import FEW, FIRST_PACE, LATEST, MOST, WAIT, Gate
from tests.hub.world import DISTRICT, World, until

STATIONS = 1000


class Clock:
    """A time that passes only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def paced(seconds: float) -> tuple[Gate, Clock]:
    """A gate that has measured so many seconds from one answer to the next."""
    clock = Clock()
    gate = Gate(clock)
    for _ in range(200):
        assert gate.enter() == 0
        clock.now += seconds
        gate.leave()
    assert gate.pace == pytest.approx(seconds, rel=0.01)
    return gate, clock


def crowd(gate: Gate, *, begun: bool = False) -> int:
    """Let in as many as the gate takes; answers how many."""
    for number in itertools.count():
        if gate.enter(begun=begun):
            return number
    raise AssertionError


@pytest.mark.parametrize(("pace", "room"), [(0.001, MOST), (WAIT / 10.5, 11), (0.5, FEW), (60.0, FEW)])
def test_as_many_are_let_in_as_are_answered_soon(pace: float, room: int) -> None:
    gate, _ = paced(pace)
    assert crowd(gate) == room
    assert gate.work == room
    gate.leave()
    assert gate.enter() == 0


def test_turns_follow_the_backlog_and_the_measured_pace() -> None:
    """Each refused one makes the next one's turn later by one answer's time; when the backlog is gone, so is the wait."""
    gate, clock = paced(0.25)
    crowd(gate)
    turns = [gate.enter() for _ in range(100)]
    assert turns == sorted(turns)
    assert turns[-1] == pytest.approx(101 * 0.25, abs=1)
    assert max(Counter(turns).values()) == 4  # a second's worth for each second
    clock.now += 26
    assert gate.enter() == 1

    slow, _ = paced(2.5)
    crowd(slow)
    assert [slow.enter() for _ in range(10)][-1] == pytest.approx(11 * 2.5, abs=1)


def test_a_turn_is_never_now_nor_later_than_the_latest() -> None:
    gate, _ = paced(1.0)
    crowd(gate)
    turns = [gate.enter() for _ in range(5 * LATEST)]
    assert min(turns) >= 1
    assert max(turns) <= LATEST
    beyond = turns[LATEST:]
    assert min(beyond) > LATEST // 2
    assert len(set(beyond)) > LATEST // 4


def test_a_piece_of_an_upload_that_was_let_in_goes_before_newcomers() -> None:
    gate, _ = paced(0.001)
    assert crowd(gate) == MOST
    turns_before = gate.enter()
    assert gate.enter(begun=True) == 0
    assert crowd(gate, begun=True) == MOST - 1
    assert gate.enter() >= turns_before
    assert {gate.enter(begun=True) for _ in range(200)} <= set(range(1, 4))


def test_waiting_for_a_client_is_no_work_and_idleness_is_not_measured() -> None:
    gate, clock = paced(0.01)
    assert gate.enter() == 0
    with gate.outside():
        assert gate.work == 0
        clock.now += 3600  # a slow line
    clock.now += 0.01
    gate.leave()
    clock.now += 3600  # nobody comes
    assert gate.enter() == 0
    clock.now += 0.01
    gate.leave()
    assert gate.pace == pytest.approx(0.01, rel=0.01)


@pytest.mark.parametrize("seconds", [0.002, FIRST_PACE, 0.2])
@pytest.mark.parametrize("slower", [1, 5])
def test_a_thousand_at_once_are_served_at_the_pace_of_the_machine(seconds: float, slower: int) -> None:
    """In simulated time: two requests each, one after the other served in `seconds`; half-way the machine slows down."""
    seed = int.from_bytes(os.urandom(4))
    print("seed", seed)
    random.seed(seed)
    clock = Clock()
    gate, start = Gate(clock), clock.now
    events = [(start, number, "knock") for number in range(STATIONS)]
    free, asked, waits = start, Counter[int](), [0.0]
    done = work = 0.0
    while events:
        clock.now, number, what = heapq.heappop(events)
        if what in {"answered", "arrived"}:
            gate.leave()
            done += 0.5
            if what == "arrived":
                continue
        later = gate.enter(begun=what == "answered")
        if later:
            asked[number] += 1
            again = clock.now + Backoff.later(later)
            heapq.heappush(events, (again, number, "knock"))  # a piece that was refused asks anew as well
            done -= 0.5 if what == "answered" else 0
            continue
        each = seconds * (slower if done > STATIONS / 2 else 1)
        work += each
        free = max(free, clock.now) + each
        waits.append(free - clock.now)
        heapq.heappush(events, (free, number, "arrived" if what == "answered" else "answered"))
    assert done == STATIONS
    assert gate.work == 0
    assert max(waits) < TIMEOUT / 5
    assert clock.now - start < 1.1 * work + 2 * STATIONS * FIRST_PACE
    assert sum(asked.values()) < 5 * STATIONS


def test_a_full_hub_says_so_at_once_and_all_clients_end_well(world: World) -> None:
    """Whatever the requests let in wait for, the others are told when to come while it lasts; so is who looks after it.

    Another process holds the hub's database, so that nothing moves until the test has seen all it wants to see.
    """
    station = world.station(entries=1)
    hub = world.hub()
    hub.merged()
    place, signer = place_of(hub.url), keys_of(station).signer
    freed, told = threading.Event(), threading.Semaphore(0)
    ended: list[str] = []
    one_after_the_other = threading.Lock()

    def wait(seconds: float) -> None:
        assert seconds >= 1
        told.release()
        assert freed.wait(120)
        time.sleep(seconds)

    def ask(number: int) -> None:
        file = world.folder / f"{number}.sdx"
        file.write_bytes(os.urandom(2000))
        client = HubClient(place, signer, DISTRICT, wait=wait)
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        try:
            assert client.offset(sha256) == 0
            with one_after_the_other:  # a computer may have few uploads under way
                assert client.upload(file, sha256)
            ended.append(file.name)
        finally:
            client.close()

    stations = [threading.Thread(target=ask, args=(number,)) for number in range(2 * MOST)]
    database = Database(sqlite_url(world.folder / DISTRICT / "hub" / "hub.db"))
    try:
        with database.write():
            for one in stations:
                one.start()
            for _ in range(MOST):
                assert told.acquire(timeout=120)
            assert hub.health()["database"] == "sqlite"
            assert hub.get("/")[0] == 200
    finally:
        database.close()
        freed.set()
    for one in stations:
        one.join()
    assert len(ended) == len(stations)
    lines = hub.lines()
    assert len([e for e in lines if e["event"] == "arrived"]) == len(stations)
    refused = [e["code"] for e in lines if e["event"] == "refused"]
    assert refused.count("HUB_CROWDED") >= MOST
    until(lambda: len([e for e in hub.lines() if e["event"] == "quarantined"]) == len(stations), 120)
