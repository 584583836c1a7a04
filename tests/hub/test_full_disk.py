"""The hub's disk fills up in the middle of an upload: a refusal that the station understands, and it goes on once there is room."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from studio_desk.exchange import network
from studio_desk.exchange.hub_answers import Reply
from studio_desk.exchange.hub_place import Place
from studio_desk.exchange.transports.https import HubClient
from studio_desk.hub.database import disk_full
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.store import blobs
from studio_desk.store.file import driver
from studio_desk.store.home import Home
from tests.faults.medium import MIB, Absent, SmallDisk
from tests.hub.world import DISTRICT, World, line, quick, uids, until

KIB = 1024
WHOLE = 400 * MIB
"""More than the hub leaves free; memory is taken for what is written only."""


@pytest.fixture
def disk(world: World) -> Iterator[SmallDisk]:
    """The hub's folder on a disk of its own. The one permitted skip: a machine that lets nobody mount says so."""
    made = SmallDisk(world.folder / DISTRICT / "hub", WHOLE)
    try:
        made.mount()
    except Absent as reason:
        pytest.skip(f"no disk can be mounted here: {reason}")
    yield made
    for hub in world.hubs:
        if hub.process.poll() is None:
            hub.stop()
    made.unmount()


def leave(disk: SmallDisk, room: int) -> None:
    stat = os.statvfs(disk.place)
    disk.remount(f"size={(stat.f_blocks - stat.f_bfree) * stat.f_frsize + room}")


@pytest.mark.parametrize("room", [0, 16 * KIB, 128 * KIB, 1500 * KIB])
def test_a_disk_that_fills_up_while_a_bundle_comes(world: World, disk: SmallDisk, room: int):
    """With no room, room for a word in the database, for part of a piece, for some pieces but not for all."""
    station = world.station(entries=1)
    (uid,) = uids(station)
    data = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + os.urandom(3 * MIB) + b"\xff\xd9"
    values = {"parent": uid, "name": "村口.jpg", "mime": "image/jpeg", "size": len(data)}
    station.journal.write("attachment", {**values, "sha256": blobs.keep(station, data)})
    hub = world.hub()
    acknowledged = [0]
    pieces = []

    def dial(place: Place, home: Home) -> HubClient:
        client = quick(place, home)
        send = client._piece_of

        def fill(piece: bytes, sha256: str, offset: int, size: int) -> Reply | None:
            if len(pieces) == 2:
                leave(disk, room)
            reply = send(piece, sha256, offset, size)
            pieces.append(reply)
            if reply is not None and reply.status == 204:
                acknowledged.append(offset + len(piece))
            return reply

        client._piece_of = fill  # type: ignore[method-assign]
        return client

    with pytest.raises(Problem) as full:
        network.push(station, url=hub.url, dial=dial)
    assert (full.value.code, full.value.exit_code) == ("DISK_TROUBLE", NETWORK)
    assert full.value.remedy
    assert len(acknowledged) > 2
    (file,) = (station.path / "outgoing").glob("*.sdx")

    disk.remount(f"size={WHOLE}")
    until(lambda: hub.health()["ok"], 60)
    held = line(station, hub.url).offset(hashlib.sha256(file.read_bytes()).hexdigest())
    assert acknowledged[-1] <= held < file.stat().st_size
    assert len(network.push(station, url=hub.url, dial=quick).files) == 1
    hub.merged()
    assert [e["event"] for e in hub.lines() if e["event"] in {"arrived", "applied", "quarantined"}] == [
        "arrived",
        "applied",
    ]
    hub.stop()
    assert uids(world.open(), "SQ") == uids(station)


def test_a_disk_without_room_for_a_bundle_says_so_before_it_is_sent(world: World, disk: SmallDisk):
    station = world.station(entries=1)
    hub = world.hub()
    leave(disk, 8 * MIB)  # less than the hub leaves free
    with pytest.raises(Problem) as full:
        network.push(station, url=hub.url, dial=quick)
    assert (full.value.code, full.value.exit_code) == ("HUB_FULL", NETWORK)
    assert list((hub.folder / "hub" / "parts").iterdir()) == []
    disk.remount(f"size={WHOLE}")
    assert len(network.push(station, url=hub.url, dial=quick).files) == 1
    hub.merged()
    hub.stop()
    assert uids(world.open(), "SQ") == uids(station)


def test_a_full_disk_is_known_in_any_language():
    """A PostgreSQL of a Chinese system speaks Chinese."""

    def failed(cause: Exception) -> OperationalError:
        return OperationalError("INSERT", {"code": "53100", "said": "database or disk is full"}, cause)

    assert disk_full(failed(psycopg.errors.DiskFull("设备上没有空间")))
    assert not disk_full(failed(psycopg.errors.AdminShutdown("No space left on device")))
    assert disk_full(failed(driver().OperationalError("database or disk is full")))
    assert not disk_full(failed(driver().OperationalError("database is locked")))
