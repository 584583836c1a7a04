"""Keys change and nothing is lost: the old key up to its point, the new one after it, bundles under way merge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_desk.exchange import enrol, inspection, outbox, receipt_code, receipts, rotation, trust_store
from studio_desk.exchange.bundle import Known, Policy, judge
from studio_desk.exchange.header import Header
from studio_desk.exchange.home_keys import NEXT_SIGN, keys_of
from studio_desk.exchange.key_state import state
from studio_desk.exchange.signing import to_text
from studio_desk.kernel.canon import canon, digest
from studio_desk.kernel.problem import Problem
from studio_desk.store.home import Home
from tests.exchange.test_enrol import refusal
from tests.exchange.world import World, receipt, send, take, titles, words, write


def change(world: World, district: Home, station: Home, *, leaked: bool = False) -> None:
    """A station's keys change, by medium and telephone as at its enrolment."""
    rotation.change(station, leaked=leaked)
    world.enrol(district, station)


def test_a_bundle_under_way_merges_after_the_change(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    under_way = send(station, world.stick / "old")
    old = to_text(keys_of(station).signer.public)
    change(world, district, station)
    assert to_text(keys_of(station).signer.public) != old
    write(station, "二")
    new = send(station, world.stick / "new")
    assert words(take(district, under_way)) == ["applied"]
    assert words(take(district, new)) == ["applied"]
    assert sorted(titles(district).values()) == ["一", "二"]
    back = receipt(district, "SQ", world.stick)
    assert words(take(station, back)) == ["applied"]
    assert outbox.waiting(station) == []


def test_what_the_old_key_signs_after_its_point_is_refused(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick / "a"))
    stolen = station.secret("exchange.sign")
    assert stolen is not None
    change(world, district, station)
    new = station.secret("exchange.sign")
    assert new is not None
    station.keep_secret("exchange.sign", stolen)
    write(station, "二")
    forged = send(station, world.stick / "forged")
    station.keep_secret("exchange.sign", new)
    (found,) = take(district, forged)
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_REVOKED")
    assert words(take(district, send(station, world.stick / "true"))) == ["applied"]
    assert sorted(titles(district).values()) == ["一", "二"]


def test_a_leaked_key_is_believed_only_up_to_what_was_received(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick / "a"))
    write(station, "二")
    under_way = send(station, world.stick / "b")
    change(world, district, station, leaked=True)
    (found,) = take(district, under_way)
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_REVOKED")
    # Nothing is lost: no receipt covers it, so it goes again, signed by the new key.
    assert words(take(district, send(station, world.stick / "c"))) == ["applied"]
    assert sorted(titles(district).values()) == ["一", "二"]


def test_before_the_district_answers_the_files_wait(world: World):
    district = world.district()
    station = world.station(district)
    rotation.change(station)
    assert not state(station).listed
    first = keys_of(station).signer.public
    rotation.change(station)
    assert keys_of(station).signer.public == first  # one change at a time
    write(station, "一")
    file = send(station, world.stick)
    (found,) = take(district, file)
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_UNKNOWN")
    world.enrol(district, station)
    assert state(station).listed
    assert words(take(district, file)) == ["applied"]


def test_a_request_without_the_old_signature_is_no_change(world: World):
    district = world.district()
    station = world.station(district)
    rotation.change(station)
    request, _ = enrol.request(station, world.stick)
    found = json.loads(request.read_bytes())
    for spoilt in (
        {**found, "replaces": {**found["replaces"], "points": {"SQ-1": [9, "0" * 64]}}},
        {**found, "replaces": {**found["replaces"], "points": {"HP-1": [9, "0" * 64]}}},
        {**found, "replaces": {**found["replaces"], "sign": to_text(keys_of(station).signer.public)}},
        {**found, "replaces": []},
        {**found, "replaces": {**found["replaces"], "points": {"SQ-1": 5}}},
    ):
        request.write_text(canon(spoilt) + "\n", encoding="utf-8")
        assert refusal(enrol.accept, district, request, world.stick) == "ENROL_FILE_WRONG"
    request.write_text(canon({k: v for k, v in found.items() if k != "replaces"}) + "\n", encoding="utf-8")
    assert refusal(enrol.accept, district, request, world.stick) == "DEVICE_TAKEN"
    assert trust_store.required(district).version == 2


def test_a_revoked_key_is_not_enrolled_again(world: World):
    district = world.district()
    station = world.station(district)
    trust_store.revoke(district, "SQ-1", "电脑丢失")
    request, _ = enrol.request(station, world.stick)
    assert refusal(enrol.accept, district, request, world.stick) == "KEY_REVOKED"
    rotation.change(station)
    world.enrol(district, station)
    write(station, "一")
    assert words(take(district, send(station, world.stick))) == ["applied"]


def test_what_was_sealed_for_an_old_key_still_opens(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    down = receipt(district, "SQ", world.stick / "down")  # sealed for the station's first key
    for _ in range(3):
        change(world, district, station)
    assert len(keys_of(station).retired) == 3
    assert words(take(station, down)) == ["applied"]
    world.reopen("SQ")
    assert len(keys_of(world.homes["SQ"]).retired) == 3


def test_the_districts_keys_change_and_stations_learn_it_by_the_next_receipt(world: World):
    district = world.district()
    station, other = world.station(district), world.station(district, "HP")
    write(station, "一")
    up = send(station, world.stick / "up")  # sealed for the old key
    down = receipt(district, "HP", world.stick / "down")  # signed by the old key
    before = keys_of(district)
    rotation.change_district(district)
    after = keys_of(district)
    assert before.signer.public != after.signer.public
    assert before.recipient != after.recipient
    assert not district.secret(NEXT_SIGN)
    assert words(take(district, up)) == ["applied"]
    assert words(take(other, down)) == ["applied"]
    back = receipt(district, "SQ", world.stick / "back")  # signed by a key the station has never heard of
    found = inspection.inspect(back, station)
    assert found["verdict"] == "good"
    assert any("根钥匙" in reason for reason in found["reasons"])
    assert trust_store.required(station).version == 2
    assert words(take(station, back, dry_run=True)) == ["applied"]
    assert trust_store.required(station).version == 2
    assert words(take(station, back)) == ["applied"]
    assert trust_store.required(station).version == trust_store.required(district).version
    write(station, "二")
    new = send(station, world.stick / "new")
    assert words(take(district, new)) == ["applied"]


def test_a_false_district_is_not_let_in_by_a_list_inside_its_bundle(world: World):
    district = world.district()
    station = world.station(district)
    false = world.home("false", "990000", "district")
    world.stick.joinpath("x").mkdir()
    request, _ = enrol.request(station, world.stick / "x")
    enrol.accept(false, request, world.stick / "x")
    trust_store.renew(false, list)
    forged = receipt(false, "SQ", world.stick / "x")
    (found,) = take(station, forged)
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_UNKNOWN")
    assert trust_store.required(station).version == 2


def test_a_batch_is_judged_by_the_list_that_came_in_it(world: World):
    district = world.district()
    station = world.station(district)
    trust_store.renew(district, list)
    first = receipt(district, "SQ", world.stick / "1")
    rotation.change_district(district)
    write(station, "一")
    take(district, send(station, world.stick / "up"))
    second = receipt(district, "SQ", world.stick / "2")
    assert words(take(station, first, second)) == ["applied", "applied"]


def test_a_receipt_code_over_a_change_of_keys(world: World):
    """The code may have been worked out before the station's new keys reached the district, or after."""
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick / "a"))
    (before,) = receipt_code.codes(district, "SQ")
    rotation.change(station)
    assert receipt_code.enter(station, before["code"])["seq"] == before["seq"]
    world.enrol(district, station)
    rotation.change_district(district)
    (after,) = receipt_code.codes(district, "SQ")
    assert refusal(receipt_code.enter, station, after["code"]) == "RECEIPT_CODE_WRONG"
    assert receipt_code.enter(station, after["earlier"][0])["seq"] == after["seq"]
    take(station, receipt(district, "SQ", world.stick / "b"))
    assert receipt_code.enter(station, after["code"])["seq"] == after["seq"]


CHAIN = [digest(f"op {n}") for n in range(40)]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=8), st.data())
def test_a_key_is_believed_inside_its_range_and_never_outside(steps: list[tuple[int, bool]], data: st.DataObject):
    """Any sequence of changes: `n` ops are written, then the key changes, clean or leaked (the district holds some)."""
    seq, received, signers, ranges = 0, 0, {}, {}
    for number, (written, leaked) in enumerate(steps):
        seq += written
        point = data.draw(st.integers(received, seq), label="held by the district") if leaked else seq
        received = max(received, point)
        head = CHAIN[point - 1] if point else ""
        signers[f"key{number}"] = Known("SQ", "SQ-1", {"SQ-1": (point, head)} if point else {})
        ranges[f"key{number}"] = point
    signers["last"], ranges["last"] = Known("SQ", "SQ-1"), len(CHAIN)
    policy = Policy("990000", signers)
    for key, point in ranges.items():
        for last in range(1, len(CHAIN) + 1):
            header = Header("SQ", "990000", "SQ-1", 1, last, "0" * 64, CHAIN[last - 1])
            other = Header("SQ", "990000", "SQ-1", 1, last, "0" * 64, digest("forged"))
            assert accepted(header, key, policy) == (last <= point)
            if last >= point and key != "last":
                assert not accepted(other, key, policy)
            incarnation = Header("SQ", "990000", "SQ-1.2a3f90c1d", 1, last, "0" * 64, CHAIN[last - 1])
            assert accepted(incarnation, key, policy) == (key == "last")


def accepted(header: Header, key: str, policy: Policy) -> bool:
    try:
        judge(header, key, policy)
    except Problem as problem:
        return problem.code != "SIGNER_REVOKED"
    return True


@settings(max_examples=8)
@given(st.lists(st.sampled_from(["write", "send", "take", "clean", "leaked", "district", "receipt"]), max_size=12))
def test_any_sequence_of_changes_loses_nothing(tmp_path_factory: pytest.TempPathFactory, steps: list[str]):
    """Real homes: writing, sending, losing and changing of keys in any order; a last round brings everything over."""
    world = World(tmp_path_factory.mktemp("changes"))
    district = world.district()
    station = world.station(district)
    ways: list[Path] = []
    written = 0
    for number, step in enumerate(steps):
        folder = world.stick / str(number)
        if step == "write":
            written += 1
            write(station, f"第{written}条")
        elif step == "send" and outbox.waiting(station):
            ways.append(send(station, folder))
        elif step == "take":
            take(district, *ways)
        elif step in {"clean", "leaked"}:
            change(world, district, station, leaked=step == "leaked")
        elif step == "district":
            rotation.change_district(district)
        elif step == "receipt":
            take(station, receipt(district, "SQ", folder))
    take(station, *receipts.write(district, "SQ", world.stick / "r1").files)
    if outbox.waiting(station, everything=True):
        outcome = take(district, send(station, world.stick / "all", everything=True))
        assert words(outcome)[0] in {"applied", "duplicate"}
    assert len(titles(district)) == written
    assert words(take(station, receipt(district, "SQ", world.stick / "r2"))) in (["applied"], ["duplicate"])
    assert outbox.waiting(station) == []
    world.close()
