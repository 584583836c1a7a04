"""A station with bad intent claims what it likes inside a well-made bundle: the district stays usable, and hears it briefly."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from studio_desk.exchange import outbox, receipts, relay, trust_store
from studio_desk.exchange.bundle import Content, pack
from studio_desk.exchange.chain import check_ops
from studio_desk.exchange.envelope import seal
from studio_desk.exchange.header import GENESIS, Header
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.receipts import chain_for
from studio_desk.kernel.canon import canon, digest
from studio_desk.store import custody
from studio_desk.store.check import check
from studio_desk.store.home import Home
from studio_desk.store.ops import BASES
from tests.exchange.test_flaws import spoil
from tests.exchange.world import World, golden_district, receipt, send, take, titles, words, write
from tests.golden import make

FAR = 2**53 - 1
"""The largest number that an op can bear."""


def sealed_by(station: Home, file: Path, header: Header, ops: Sequence[str], bodies: Sequence[str]) -> Path:
    """A bundle of whatever a station's key signs, sealed for its district."""
    content = Content(header, ops, bodies, {}, lambda _: b"", "2026-03-06T10:00:00+08:00")
    trust = trust_store.required(station)
    with file.open("wb") as target:
        seal(pack(content, keys_of(station).signer), [c.archive for c in trust.of("990000")], target)
    return file


def test_made_up_chains_of_the_district_are_told_briefly(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "路灯不亮")
    made_up: Mapping[str, tuple[int, str]] = {f"990000-{n}@SQ": (2**53 - 1, "a" * 64) for n in range(1, 500)}
    others = {"990000-1@HP": (9, "b" * 64), "HP-1": (9, "c" * 64)}
    (volume,) = outbox.waiting(station, everything=True)
    point = station.journal.frontiers()["SQ-1"]
    header = Header("SQ", "990000", "SQ-1", 1, point[0], GENESIS, point[1], seen={**made_up, **others})
    (found,) = take(district, sealed_by(station, world.folder / "x.sdx", header, volume.ops, volume.bodies))
    assert (found.outcome, found.new) == ("applied", 1)
    assert len(found.notices) == 6
    assert not any("@HP" in notice for notice in found.notices)
    write(station, "井盖丢失")
    assert words(take(district, send(station, world.stick))) == ["applied"]
    assert words(take(station, receipt(district, "SQ", world.stick))) == ["applied"]
    assert set(custody.words(station, list(titles(station))).values()) == {"received"}


def test_attachments_that_nobody_has_are_asked_for_in_portions(world: World):
    """A receipt that named them all would be too long for the station to read, and nothing would be confirmed any more."""
    district = world.district()
    station = world.station(district)
    digests = [f"{n:064x}" for n in range(relay.ASKED_AT_ONCE + 500)]
    spoil(station, write(station, "很多附件"), lambda body: {**body, "blobs": digests})
    assert words(take(district, send(station, world.stick))) == ["applied"]
    said = receipts.write(district, "SQ", world.stick)
    assert said.said["need_blobs"] == digests[: relay.ASKED_AT_ONCE]
    assert said.said["counts"]["missing"] == len(digests)
    assert words(take(station, said.file)) == ["applied"]


def test_numbers_far_ahead_wait_and_block_nobody(world: World):
    """A bundle whose numbers nobody can reach is held and named; what comes in order is merged and confirmed past it."""
    district = world.district()
    station, other = world.station(district), world.station(district, "HP")
    uids = [write(station, "一"), write(other, "二")]
    (volume,) = outbox.waiting(station, everything=True)
    line = canon({**json.loads(volume.ops[0]), "seq": FAR, "prev": "a" * 64})
    header = Header("SQ", "990000", "SQ-1", FAR, FAR, "a" * 64, digest(line))
    (found,) = take(district, sealed_by(station, world.folder / "ahead.sdx", header, [line], volume.bodies))
    assert (found.outcome, found.problem) == ("held", f"等待 SQ-1 第1至{FAR - 1}号")
    assert words(take(district, send(station, world.stick), send(other, world.stick))) == ["applied", "applied"]
    assert titles(district).keys() == set(uids)
    assert words(take(station, receipt(district, "SQ", world.stick))) == ["applied"]
    assert custody.words(station, uids[:1]) == {uids[0]: "received"}
    write(station, "三")
    assert words(take(district, send(station, world.stick))) == ["applied"]


def test_a_flood_of_versions_of_one_record_keeps_nobody_busy(world: World):
    """Twenty thousand versions that had not seen each other: merged, in conflict, and whoever decides stays within the format."""
    district = golden_district(world)
    count = 20_000
    bodies = [
        canon(
            {**make.body(n), "values": {"uid": "rec", "station": "SQ", "day": "2026-03-06", "title": f"第{n}稿"}}
        ).encode()
        for n in range(count)
    ]
    parts = make.content(bodies, change=lambda ops: [op.update(rec="rec") for op in ops])
    file = world.folder / "flood.sdx"
    file.write_bytes(make.sealed(make.zipped(make.entries(parts, make.header(parts[0])))))
    (found,) = take(district, file)
    assert (found.outcome, found.new, found.conflicts) == ("applied", 1, 1)
    assert titles(district).keys() == {"rec"}
    district.journal.resolve("rec", {"title": "定稿"}, "以定稿为准")
    last = [line for _, line, _ in district.journal.ops(chain_for(district, "SQ"))][-1]
    assert len(json.loads(last)["base"]) == BASES
    (seen, _) = check_ops(f"{last}\n".encode(), header_of(last))
    assert seen.records == 1
    assert district.journal.record("rec")["conflict"]
    assert check(district, deep=True).ok


def header_of(line: str) -> Header:
    """A header for one op."""
    op = json.loads(line)
    return Header("990000", "SQ", op["dev"], op["seq"], op["seq"], op["prev"], digest(line))
