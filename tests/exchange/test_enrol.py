"""Keys meet by medium and telephone: wrong fingerprints, foreign districts, broken files and old lists change nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from studio_desk.exchange import enrol, inspection, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import Ed25519Signer, fingerprint, new_private, same_fingerprint, to_text
from studio_desk.exchange.trust import TrustList, read_list, sign_list
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from tests.exchange.world import World, send, take, words, write


def refusal(call, *args) -> str:
    with pytest.raises(Problem) as refused:
        call(*args)
    assert refused.value.sentence
    assert refused.value.remedy
    return refused.value.code


def test_both_sides_show_six_groups_of_five_digits(world: World):
    district, station = world.district(), world.station(None)
    request, shown = enrol.request(station, world.stick)
    assert enrol.read_request(request).fingerprint == shown == enrol.own_request(station).fingerprint
    assert [len(g) for g in shown.split(" ")] == [5] * 6
    assert shown.replace(" ", "").isdigit()
    answer = enrol.accept(district, request, world.stick, shown.replace(" ", "-"))
    assert (answer.station, answer.device, answer.trust_version) == ("SQ", "SQ-1", 2)
    done = enrol.install(station, answer.file, answer.district_fingerprint)
    assert (done.district, done.trust_version, done.fingerprint) == ("990000", 2, answer.district_fingerprint)
    assert station.meta.get("district") == "990000"


def test_a_wrong_fingerprint_stops_both_sides(world: World):
    district, station = world.district(), world.station(None)
    request, shown = enrol.request(station, world.stick)
    wrong = shown[:-1] + str((int(shown[-1]) + 1) % 10)
    assert refusal(enrol.accept, district, request, world.stick, wrong) == "FINGERPRINT_DIFFERS"
    assert len(trust_store.required(district).computers) == 1
    answer = enrol.accept(district, request, world.stick, shown)
    assert refusal(enrol.install, station, answer.file, wrong) == "FINGERPRINT_DIFFERS"
    assert trust_store.current(station) is None


def test_a_station_stays_with_its_district(world: World):
    district, other = world.district(), world.district("990001")
    station = world.station(district)
    request, _ = enrol.request(station, world.stick / "x")
    answer = enrol.accept(other, request, world.stick / "x")
    assert refusal(enrol.install, station, answer.file) == "TRUST_OTHER_DISTRICT"
    assert trust_store.required(station).district == "990000"


def test_a_false_district_of_the_same_code_is_not_followed(world: World):
    district, station = world.district(), world.station(None)
    world.enrol(district, station)
    false = world.home("false", "990000", "district")
    folder = world.stick / "false"
    request, _ = enrol.request(station, folder)
    answer = enrol.accept(false, request, folder)
    trust_store.renew(false, list)
    assert refusal(enrol.install, station, enrol.accept(false, request, folder).file) == "TRUST_SIGNATURE_WRONG"
    assert answer.file.exists()


def test_an_answer_for_another_computer_is_refused(world: World):
    district = world.district()
    one, two = world.station(None, "SQ"), world.station(None, "HP")
    answer = enrol.accept(district, enrol.request(one, world.stick)[0], world.stick)
    assert refusal(enrol.install, two, answer.file) == "ENROL_NOT_FOR_US"
    assert refusal(enrol.install, district, answer.file) == "NOT_A_STATION"
    assert refusal(enrol.accept, one, answer.file, world.stick) == "NOT_A_DISTRICT"
    assert refusal(enrol.request, district, world.stick) == "NOT_A_STATION"


def test_one_device_has_one_key(world: World):
    district = world.district()
    world.station(district)
    twin = world.home("twin", "SQ", "station")
    folder = world.stick / "twin"
    request, _ = enrol.request(twin, folder)
    assert refusal(enrol.accept, district, request, folder) == "DEVICE_TAKEN"
    clone = world.home("clone", "HP", "station")
    secret = world.homes["SQ"].secret("exchange.sign")
    assert secret is not None
    clone.keep_secret("exchange.sign", secret)
    request, _ = enrol.request(clone, folder)
    assert refusal(enrol.accept, district, request, folder) == "KEY_TAKEN"


def test_a_second_answer_is_the_same(world: World):
    district, station = world.district(), world.station(None)
    request, _ = enrol.request(station, world.stick)
    first = enrol.accept(district, request, world.stick)
    before = first.file.read_bytes()
    second = enrol.accept(district, request, world.stick)
    assert (second.trust_version, second.file.read_bytes()) == (first.trust_version, before)
    enrol.install(station, second.file)
    assert enrol.install(station, second.file).trust_version == 2


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text: "", "ENROL_FILE_WRONG"),
        (lambda text: "{}", "ENROL_FILE_WRONG"),
        (lambda text: text[:-20], "ENROL_FILE_WRONG"),
        (lambda text: text.replace(":", ": "), "ENROL_FILE_WRONG"),
        (lambda text: text.replace("SQ-1", "HP-1"), "ENROL_FILE_WRONG"),
        (lambda text: text.replace("SQ名", "HP名"), "ENROL_SIGNATURE_WRONG"),
        (lambda text: text.replace("age1", "age2"), "ENROL_FILE_WRONG"),
        (lambda text: "\ufffe" + text, "ENROL_FILE_WRONG"),
    ],
)
def test_a_spoilt_request_is_refused(spoil, code: str, world: World):
    district, station = world.district(), world.station(None)
    request, _ = enrol.request(station, world.stick)
    request.write_text(spoil(request.read_text(encoding="utf-8")), encoding="utf-8")
    assert refusal(enrol.accept, district, request, world.stick) == code
    assert trust_store.required(district).version == 1


def test_a_file_that_is_none(world: World):
    district, station = world.district(), world.station(None)
    assert refusal(enrol.accept, district, world.stick / "no.json", world.stick) == "MEDIUM_GONE"
    binary = world.stick / "x.json"
    binary.write_bytes(bytes(range(256)))
    assert refusal(enrol.accept, district, binary, world.stick) == "ENROL_FILE_WRONG"
    assert refusal(enrol.install, station, binary) == "ENROL_FILE_WRONG"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda d: {**d, "trust": d["trust"].replace('"version":2', '"version":3')}, "TRUST_SIGNATURE_WRONG"),
        (lambda d: {**d, "trust": d["trust"].replace('"threshold":1', '"threshold":0')}, "TRUST_WRONG"),
        (lambda d: {**d, "trust": "{}"}, "TRUST_WRONG"),
        (lambda d: {**d, "trust": "[]"}, "TRUST_WRONG"),
        (lambda d: {**d, "trust": d["trust"].replace('"district":"990000"', '"district":{}')}, "TRUST_WRONG"),
        (lambda d: {**d, "trust": 5}, "ENROL_FILE_WRONG"),
        (lambda d: {k: v for k, v in d.items() if k != "for"}, "ENROL_FILE_WRONG"),
    ],
)
def test_a_spoilt_answer_is_refused(spoil, code: str, world: World):
    district, station = world.district(), world.station(None)
    answer = enrol.accept(district, enrol.request(station, world.stick)[0], world.stick).file
    said = spoil(json.loads(answer.read_text(encoding="utf-8")))
    answer.write_text(canon(said) + "\n", encoding="utf-8")
    assert refusal(enrol.install, station, answer) == code
    assert trust_store.current(station) is None


def test_an_older_list_is_not_taken_back(world: World):
    district, station = world.district(), world.station(None)
    answer = enrol.accept(district, enrol.request(station, world.stick)[0], world.stick).file
    old = world.folder / "old.json"
    old.write_bytes(answer.read_bytes())
    trust_store.renew(district, list)
    enrol.install(station, enrol.accept(district, enrol.request(station, world.stick)[0], world.stick).file)
    assert refusal(enrol.install, station, old) == "TRUST_OLD"
    assert trust_store.required(station).version == 3


def _trust(version: int, roots: list[Ed25519Signer], threshold: int) -> TrustList:
    keys = tuple(to_text(root.public) for root in roots)
    return TrustList("990000", "区", version, "2026-01-01", "2027-01-01", threshold, keys)


def test_two_of_three_roots_and_their_rotation():
    roots = [Ed25519Signer(f"root{n}", new_private()) for n in range(4)]
    first = _trust(1, roots[:3], 2)
    assert read_list(sign_list(first, roots[:2])) == first
    assert refusal(read_list, sign_list(first, roots[:1])) == "TRUST_SIGNATURE_WRONG"
    assert refusal(read_list, sign_list(first, [roots[0], roots[3]])) == "TRUST_SIGNATURE_WRONG"
    # The fourth replaces the first: signed by two of the old and two of the new.
    second = _trust(2, roots[1:], 2)
    assert read_list(sign_list(second, roots[1:3]), first) == second
    assert refusal(read_list, sign_list(second, roots[2:]), first) == "TRUST_SIGNATURE_WRONG"
    assert refusal(read_list, sign_list(second, roots[:2]), first) == "TRUST_SIGNATURE_WRONG"
    third = _trust(1, roots[:3], 1)
    assert refusal(read_list, sign_list(third, roots[:3]), first) == "TRUST_TWO"


def test_an_expired_list_warns_and_stops_nobody(world: World, monkeypatch: pytest.MonkeyPatch):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    file = send(station, world.stick)
    later = clock.today() + timedelta(days=trust_store.VALID_DAYS + 1)
    monkeypatch.setattr(clock, "today", lambda: later)
    found = inspection.inspect(file, district)
    assert found["verdict"] == "good"
    assert any("过期" in reason for reason in found["reasons"])
    assert words(take(district, file)) == ["applied"]


def test_a_revoked_computer_is_believed_up_to_what_was_received(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    good = send(station, world.stick)
    take(district, good)
    assert refusal(trust_store.revoke, district, "SQ-1", "") == "REASON_REQUIRED"
    assert refusal(trust_store.revoke, district, "XX-1", "丢失") == "NO_SUCH_DEVICE"
    trust_store.revoke(district, "SQ-1", "电脑丢失")
    write(station, "二")
    (found,) = take(district, send(station, world.stick / "later"))
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_REVOKED")
    assert words(take(district, good)) == ["duplicate"]


def test_a_stranger_is_let_in_once_enrolled(world: World):
    from studio_desk.exchange import quarantine, review

    district = world.district()
    station, known = world.station(None), world.station(district, "HP")
    write(station, "一")
    # The district has written the answer, but the station's bundle reaches a copy that does not know it yet.
    request, _ = enrol.request(station, world.stick)
    answer = enrol.accept(district, request, world.stick)
    enrol.install(station, answer.file)
    with district.file.write() as c:
        kept = c.exec_driver_sql("SELECT document, at FROM trust WHERE version = 3").one()
        c.exec_driver_sql("DELETE FROM trust WHERE version = 3")
    (found,) = take(district, send(station, world.stick))
    assert (found.outcome, found.code) == ("quarantined", "SIGNER_UNKNOWN")
    assert "SQ" in found.problem
    with district.file.write() as c:
        c.exec_driver_sql("INSERT INTO trust (version, document, at) VALUES (3, ?, ?)", tuple(kept))
    (entry,) = quarantine.entries(district)
    outcome = review.release(district, entry["id"])
    assert outcome is not None
    assert outcome.outcome == "applied"
    assert quarantine.entries(district) == []
    assert known.code == "HP"


def test_fingerprints():
    shown = fingerprint(b"x")
    assert same_fingerprint(shown, shown)
    assert same_fingerprint(shown.replace(" ", "—"), shown)
    assert not same_fingerprint("", shown)
    assert not same_fingerprint(shown[:-1], shown)
    assert fingerprint(b"y") != shown


def test_the_keys_of_a_home_are_made_once_and_stay_inside(world: World):
    station = world.station(None)
    keys = keys_of(station)
    world.reopen("SQ")
    again = keys_of(world.homes["SQ"])
    assert (keys.signer.public, keys.archive, keys.root) == (again.signer.public, again.archive, None)
    for path in Path(world.folder / "SQ").rglob("*"):
        if path.is_file():
            assert keys.archive not in path.read_bytes()
