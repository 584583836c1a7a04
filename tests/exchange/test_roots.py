"""Two of three sign: a root of three keys on media, the list that travels between holders, a lost key exchanged."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio_desk.exchange import enrol, roots, rotation, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.key_state import state
from studio_desk.exchange.signing import Ed25519Signer, to_text
from studio_desk.exchange.trust import read_list
from studio_desk.kernel.problem import Problem
from studio_desk.store.home import Home
from tests.exchange.test_enrol import refusal
from tests.exchange.world import World, receipt, send, take, titles, words, write

WORD = "一句口令 one"


def holder(world: World, name: str) -> Ed25519Signer:
    made = roots.make(world.folder / "media" / name, name, WORD)
    assert roots.read_public(made.public_file) == (name, made.public)
    signer = roots.open_key(made.file, WORD)
    assert to_text(signer.public) == made.public
    return signer


def texts(*signers: Ed25519Signer) -> list[str]:
    return [to_text(s.public) for s in signers]


def two_of_three(world: World, district: Home) -> list[Ed25519Signer]:
    """From the one key in the file to two of three on media; answers their signers."""
    signers = [holder(world, name) for name in ("甲", "乙", "丙")]
    assert refusal(roots.change, district, texts(*signers), 2) == "TRUST_UNSIGNED"
    sign(world, district, signers[0])
    assert sign(world, district, signers[1]) == ""
    return signers


def sign(world: World, district: Home, signer: Ed25519Signer, file: Path | None = None) -> str:
    """One holder signs; answers what the district says to it, `""` when the list is in force."""
    roots.sign(file := file or roots.write(district, world.stick).file, signer)
    try:
        roots.take(district, file)
    except Problem as problem:
        return problem.code
    return ""


def test_one_officer_needs_no_more_than_before(world: World):
    district = world.district()
    station = world.station(district)
    found = state(district)
    assert (found.threshold, len(found.roots), found.root_here, found.waiting) == (1, 1, True, None)
    assert roots.renew(district).version == 3
    write(station, "一")
    assert words(take(district, send(station, world.stick))) == ["applied"]


def test_from_one_key_to_two_of_three(world: World):
    district = world.district()
    station = world.station(district)
    one = keys_of(district).root
    signers = two_of_three(world, district)
    found = state(district)
    assert (found.threshold, set(found.roots), found.root_here) == (2, set(texts(*signers)), False)
    assert keys_of(district).root is None
    world.reopen("990000")
    district = world.homes["990000"]
    assert keys_of(district).root is None  # and none is made again
    # The station follows: the list was signed by the old root and by two of the new ones.
    write(station, "一")
    take(district, send(station, world.stick))
    assert words(take(station, receipt(district, "SQ", world.stick))) == ["applied"]
    assert trust_store.required(station).threshold == 2
    assert one is not None
    assert to_text(one.public) not in trust_store.required(station).roots


def test_an_enrolment_waits_for_the_holders_and_is_then_carried_out(world: World):
    district = world.district()
    signers = two_of_three(world, district)
    station = world.station(None)
    request, _ = enrol.request(station, world.stick)
    assert refusal(enrol.accept, district, request, world.stick) == "TRUST_UNSIGNED"
    version = state(district).waiting.trust.version
    assert refusal(enrol.accept, district, request, world.stick) == "TRUST_UNSIGNED"
    assert state(district).waiting.trust.version == version  # asked again, nothing changed, signatures stay good
    file = roots.write(district, world.stick).file
    assert any("SQ-1" in line for line in roots.read(file).changes)
    assert sign(world, district, signers[2], file) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[0], file) == ""
    answer = enrol.accept(district, request, world.stick)
    enrol.install(station, answer.file, answer.district_fingerprint)
    write(station, "一")
    assert words(take(district, send(station, world.stick))) == ["applied"]


def test_two_holders_sign_copies_of_their_own(world: World):
    district = world.district()
    signers = two_of_three(world, district)
    assert refusal(roots.renew, district) == "TRUST_UNSIGNED"
    one = roots.write(district, world.stick / "1").file
    two = roots.write(district, world.stick / "2").file
    assert sign(world, district, signers[0], one) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[1], two) == ""
    assert state(district).waiting is None


def test_the_same_signature_twice_is_one(world: World):
    district = world.district()
    signers = two_of_three(world, district)
    assert refusal(roots.renew, district) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    assert sign(world, district, signers[0], file) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[0], file) == "TRUST_UNSIGNED"
    assert refusal(read_list, roots._texts(file)[1]) == "TRUST_SIGNATURE_WRONG"


def test_a_lost_root_key_is_exchanged_by_the_two_others(world: World):
    district = world.district()
    station = world.station(district)
    signers = two_of_three(world, district)
    take(station, receipt(district, "SQ", world.stick))
    fourth = holder(world, "丁")
    assert refusal(roots.change, district, texts(*signers[1:], fourth), 2) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    # The new key and one old one are two of the new list, but only one of the old.
    assert sign(world, district, fourth, file) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[1], file) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[2], file) == ""
    take(station, receipt(district, "SQ", world.stick / "b"))
    assert set(trust_store.required(station).roots) == set(texts(*signers[1:], fourth))
    # The lost key signs nothing any more.
    assert refusal(roots.renew, district) == "TRUST_UNSIGNED"
    assert refusal(roots.sign, roots.write(district, world.stick).file, signers[0]) == "ROOT_KEY_FOREIGN"


def test_a_changed_draft_needs_new_signatures(world: World):
    district = world.district()
    signers = two_of_three(world, district)
    assert refusal(roots.renew, district) == "TRUST_UNSIGNED"
    old = roots.write(district, world.stick).file
    assert sign(world, district, signers[0], old) == "TRUST_UNSIGNED"
    station = world.station(None)
    request, _ = enrol.request(station, world.stick)
    assert refusal(enrol.accept, district, request, world.stick) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[1], old) == "DRAFT_OTHER"
    new = roots.write(district, world.stick).file
    assert sign(world, district, signers[0], new) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[1], new) == ""
    assert trust_store.required(district).holder("SQ-1") is not None


def test_a_tampered_draft_carries_nothing(world: World):
    district = world.district()
    signers = two_of_three(world, district)
    assert refusal(roots.renew, district) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    roots.sign(file, signers[0])
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("2027", "2099"), encoding="utf-8")
    assert refusal(roots.take, district, file) == "DRAFT_OTHER"
    file.write_text(text[:-9], encoding="utf-8")
    assert refusal(roots.take, district, file) == "ROOT_FILE_WRONG"
    assert refusal(roots.read_public, file) == "ROOT_FILE_WRONG"
    assert refusal(roots.sign, world.stick / "no.json", signers[0]) == "MEDIUM_GONE"


def test_the_districts_own_keys_wait_for_the_holders_too(world: World):
    district = world.district()
    station = world.station(district)
    signers = two_of_three(world, district)
    before = keys_of(district).signer.public
    assert refusal(rotation.change_district, district) == "TRUST_UNSIGNED"
    assert refusal(rotation.change_district, district) == "TRUST_UNSIGNED"
    assert keys_of(district).signer.public == before  # in use only when the list names them
    file = roots.write(district, world.stick).file
    assert sign(world, district, signers[0], file) == "TRUST_UNSIGNED"
    assert sign(world, district, signers[1], file) == ""
    assert keys_of(district).signer.public != before
    write(station, "一")
    take(district, send(station, world.stick))
    assert words(take(station, receipt(district, "SQ", world.stick))) == ["applied"]
    assert titles(district)


def test_a_revocation_waits_but_is_not_forgotten(world: World):
    district = world.district()
    station = world.station(district)
    signers = two_of_three(world, district)
    assert refusal(trust_store.revoke, district, "SQ-1", "丢失") == "TRUST_UNSIGNED"
    write(station, "一")
    assert words(take(district, send(station, world.stick / "a"))) == ["applied"]  # not in force yet
    file = roots.write(district, world.stick).file
    assert any("SQ-1" in line for line in roots.read(file).changes)
    for signer in signers[:2]:
        sign(world, district, signer, file)
    write(station, "二")
    (found,) = take(district, send(station, world.stick / "b"))
    assert found.code == "SIGNER_REVOKED"


@pytest.mark.parametrize(("number", "threshold"), [(0, 1), (1, 2), (2, 0), (10, 2)])
def test_roots_that_make_no_sense(world: World, number: int, threshold: int):
    district = world.district()
    publics = [to_text(Ed25519Signer("x", bytes([n + 1]) * 32).public) for n in range(number)]
    assert refusal(roots.change, district, publics, threshold) == "ROOTS_WRONG"
    assert state(district).waiting is None


def test_root_key_files(world: World):
    folder = world.folder / "medium"
    made = roots.make(folder, "李主任", WORD)
    assert refusal(roots.open_key, made.file, "wrong") == "WRONG_PASSPHRASE"
    by_code = roots.open_key(made.file, recovery=made.recovery_code)
    assert to_text(by_code.public) == made.public
    assert refusal(roots.make, folder, "李主任", WORD) == "KEY_FILE_EXISTS"
    assert refusal(roots.make, folder, "../x", WORD) == "ROOT_NAME_WRONG"
    assert refusal(roots.make, folder, "王", "") == "PASSPHRASE_EMPTY"
    assert by_code.private not in made.file.read_bytes()
    district, station = world.district(), world.station(None)
    saved = roots.save(district, folder, "备份", WORD)
    assert saved.public in trust_store.required(district).roots
    assert refusal(roots.save, station, folder, "x", WORD) == "NOT_A_DISTRICT"
    two_of_three(world, district)
    assert refusal(roots.save, district, folder, "y", WORD) == "NO_ROOT_HERE"


def test_a_station_that_is_behind_walks_every_change_of_the_roots(world: World):
    district = world.district()
    behind, by_file = world.station(district), world.station(district, "HP")
    signers = two_of_three(world, district)
    fourth = holder(world, "丁")
    assert refusal(roots.change, district, texts(*signers[1:], fourth), 2) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    for signer in signers[1:]:
        sign(world, district, signer, file)
    assert refusal(rotation.change_district, district) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    for signer in (fourth, signers[1]):
        sign(world, district, signer, file)
    # Neither root that it pinned nor any it was told of signed the newest list, nor its bundle's signer.
    write(behind, "一")
    take(district, send(behind, world.stick / "up"))
    assert words(take(behind, receipt(district, "SQ", world.stick / "down"))) == ["applied"]
    request, _ = enrol.request(by_file, world.stick)
    enrol.install(by_file, enrol.accept(district, request, world.stick).file)
    for station in (behind, by_file):
        assert trust_store.required(station) == trust_store.required(district)


def test_who_is_enrolled_after_the_roots_changed_hears_nothing_of_it(world: World):
    """The lists that changed the roots travel to everybody once; to whom they are old news they are no alarm."""
    district = world.district()
    signers = two_of_three(world, district)
    others = [holder(world, name) for name in ("丁", "戊", "己")]
    assert refusal(roots.change, district, texts(*others), 2) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    for signer in (*signers[:2], *others[:2]):
        sign(world, district, signer, file)
    station = world.station(None)
    request, _ = enrol.request(station, world.stick)
    assert refusal(enrol.accept, district, request, world.stick) == "TRUST_UNSIGNED"
    file = roots.write(district, world.stick).file
    for signer in others[:2]:
        sign(world, district, signer, file)
    enrol.install(station, enrol.accept(district, request, world.stick).file)
    (found,) = take(station, receipt(district, "SQ", world.stick / "down"))
    assert (found.outcome, found.notices) == ("applied", [])
    assert trust_store.required(station) == trust_store.required(district)
