"""One bad record is kept verbatim and flagged; it never blocks the rest. What a newer version wrote survives."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from studio_desk.exchange import outbox, quarantine, review
from studio_desk.kernel.canon import canon
from studio_desk.store.home import Home
from tests.exchange.world import World, send, take, titles, words, write


def spoil(home: Home, uid: str, change: Callable[[Any], Any], type_: str = "") -> str:
    """Rewrite the last op of a home so that its body is something else, as a faulty program would have; its digest."""
    with home.file.write() as c:
        n, line, digest = c.exec_driver_sql(
            "SELECT n, line, body FROM op WHERE rec = ? ORDER BY n DESC LIMIT 1", (uid,)
        ).one()
        body = canon(
            change(json.loads(c.exec_driver_sql("SELECT line FROM body WHERE digest = ?", (digest,)).scalar_one()))
        )
        op = {**json.loads(line), "body": hashlib.sha256(body.encode()).hexdigest(), "size": len(body.encode())}
        op |= {"type": type_} if type_ else {}
        new = canon(op)
        head = hashlib.sha256(new.encode()).hexdigest()
        c.exec_driver_sql("INSERT OR IGNORE INTO body (digest, line) VALUES (?, ?)", (op["body"], body))
        c.exec_driver_sql(
            "UPDATE op SET line = ?, body = ?, digest = ?, type = ? WHERE n = ?", (new, op["body"], head, op["type"], n)
        )
        c.exec_driver_sql("UPDATE chain SET head = ? WHERE dev = ?", (head, home.device))
    home.journal._heads.clear()
    return head


BODIES: dict[str, Callable[[Any], Any]] = {
    "a list": lambda body: [body],
    "a text": lambda body: "hello",
    "no values": lambda body: {k: v for k, v in body.items() if k != "values"},
    "values that are a list": lambda body: {**body, "values": [1, 2]},
    "a version that is a text": lambda body: {**body, "version": "1"},
    "a version of zero": lambda body: {**body, "version": 0},
    "a kind that is a number": lambda body: {**body, "kind": 7},
    "blobs that are an object": lambda body: {**body, "blobs": {"a": 1}},
    "a required field missing": lambda body: {**body, "values": {"uid": body["values"]["uid"]}},
    "an unknown field": lambda body: {**body, "values": {**body["values"], "colour": "red"}},
    "an object for a text": lambda body: {**body, "values": {**body["values"], "title": {"a": [1]}}},
    "a text far too long": lambda body: {**body, "values": {**body["values"], "title": "长" * 5000}},
    "a number for a date": lambda body: {**body, "values": {**body["values"], "day": 20260306}},
    "a list for a truth": lambda body: {**body, "values": {**body["values"], "urgent": [True]}},
    "steps that are none": lambda body: {**body, "values": {**body["values"], "steps": ["x", 1, None]}},
    "the uid of another record": lambda body: {**body, "values": {**body["values"], "uid": "somebody-else"}},
}


@pytest.mark.parametrize("what", BODIES)
def test_a_bad_record_is_flagged_alone(what: str, world: World):
    district = world.district()
    station = world.station(district)
    good = write(station, "好的")
    bad = write(station, "坏的")
    digest = spoil(station, bad, BODIES[what])
    (found,) = take(district, send(station, world.stick))
    assert found.outcome == "applied"
    assert found.flagged == 1
    assert titles(district)[good] == "好的"
    (entry,) = quarantine.entries(district)
    assert (entry["what"], entry["key"], entry["rec"], entry["seq"]) == ("record", digest, bad, 2)
    with district.file.read() as c:
        kept = c.exec_driver_sql("SELECT b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.rec = ?", (bad,))
        theirs = [body for _, _, body in station.journal.ops("SQ-1", 2, 2)]
        assert [kept.scalar_one()] == theirs
    district.journal.rebuild()
    station.journal.apply([])
    write(station, "后来的")
    assert words(take(district, send(station, world.stick))) == ["applied"]
    review.release(district, entry["id"], "看过了")
    assert quarantine.entries(district) == []


@pytest.mark.parametrize(
    ("change", "type_"),
    [
        (lambda body: body, "record.transmute"),
        (lambda body: {**body, "kind": "hologram"}, ""),
        (lambda body: {**body, "version": 99, "values": {**body["values"], "aura": "blue"}}, ""),
        (lambda body: {**body, "mood": "good"}, ""),
    ],
    ids=["op type", "kind", "version", "key"],
)
def test_what_a_newer_version_wrote_survives(change: Callable[[Any], Any], type_: str, world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "来自未来")
    spoil(station, uid, change, type_)
    (found,) = take(district, send(station, world.stick))
    assert found.outcome == "applied"
    mine = list(station.journal.ops("SQ-1"))
    theirs = list(district.journal.ops("SQ-1"))
    assert [(line, body) for _, line, body in theirs] == [(line, body) for _, line, body in mine]
    (volume,) = outbox.waiting(station, everything=True)
    assert [*volume.ops, *volume.bodies] == [line for _, line, _ in theirs] + [body for _, _, body in theirs]


def test_unknown_ops_are_told_to_the_clerk(world: World):
    district = world.district()
    station = world.station(district)
    spoil(station, write(station, "来自未来"), lambda body: body, "record.transmute")
    (found,) = take(district, send(station, world.stick))
    assert any("更新版本" in notice for notice in found.notices)
