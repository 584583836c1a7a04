"""The district's home is lost altogether: escrow key, root keys and the stations' bundles bring everything back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from studio_desk.exchange import enrol, escrow, outbox, recovery, roots, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.key_state import state
from studio_desk.exchange.signing import Ed25519Signer
from studio_desk.store import blobs, check
from studio_desk.store.home import Home
from tests.exchange.test_enrol import refusal
from tests.exchange.test_roots import WORD, sign, two_of_three
from tests.exchange.world import World, photo, receipt, send, take, titles, words, write


def lose(world: World, name: str = "990000") -> None:
    world.homes.pop(name).close()
    shutil.rmtree(world.folder / name)


def again(world: World, listed: Path, identity: Path | None, signers: Sequence[Ed25519Signer]) -> Home:
    """A new home for the district; the draft may still wait for holders."""
    trust, document = recovery.read_source(listed)
    recovery.check(trust, signers)
    home = world.home("new", trust.district, "district")
    given = document, escrow.read(identity) if identity else None, signers
    if len(signers) < trust.threshold:
        assert refusal(recovery.begin, home, *given) == "TRUST_UNSIGNED"
    else:
        recovery.begin(home, *given)
    return home


def test_one_officer_with_a_root_and_an_escrow_key_in_the_safe(world: World):
    safe = world.folder / "safe"
    district = world.district()
    put_by = escrow.make(district, safe)
    root = roots.save(district, safe, "备份", WORD)
    sq, hp = world.station(district), world.station(district, "HP")
    shot = photo(sq, write(sq, "石桥一"))
    write(hp, "河铺一")
    # Both have handed over; HP's receipt has come, SQ's is lost with the district. The sticks are kept.
    sticks = [send(sq, world.stick / "sq"), send(hp, world.stick / "hp")]
    assert words(take(district, *sticks)) == ["applied", "applied"]
    assert words(take(hp, receipt(district, "HP", world.stick / "down"))) == ["applied"]
    assert outbox.waiting(hp) == []
    before = titles(district)
    write(sq, "石桥二")
    under_way = send(sq, world.stick / "sq2")  # sealed for the lost district's key
    escrow.write_list(hp, safe)  # any home that has the list can give it
    listed = max(safe.glob("990000-trust-*.json"))
    lose(world)

    new = again(world, listed, put_by.identity, [roots.open_key(root.file, WORD)])
    assert state(new).waiting is None
    assert state(new).root_here
    assert state(new).escrow == ()  # it has left its safe; a new one is to be made
    assert words(take(new, *sticks)) == ["applied", "applied"]
    assert titles(new) == before
    assert blobs.get(new, shot)
    assert words(take(new, under_way)) == ["applied"]
    assert "石桥二" in titles(new).values()

    # Both stations believe the new home without a telephone call: the root keys they pinned have signed.
    for station, folder in ((sq, "a"), (hp, "b")):
        outcomes = take(station, receipt(new, station.code, world.stick / folder))
        assert words(outcomes) == ["applied"]
        assert trust_store.required(station).version == trust_store.required(new).version
        write(station, f"{station.code}以后")
        sent = [s.file for s in outbox.export(station, world.stick / f"{folder}2").files]
        assert set(words(take(new, *sent))) == {"applied"}  # what the lost district had written to it comes back first
        take(station, receipt(new, station.code, world.stick / f"{folder}3"))
        assert outbox.waiting(station) == []
    assert len(titles(new)) == 5
    for home in (new, sq, hp):
        assert check.check(home, deep=True).ok


def test_what_no_stick_holds_comes_from_the_stations(world: World):
    """No bundle was kept: the receipt of the new home tells the stations that it holds nothing, and they send all again."""
    safe = world.folder / "safe"
    district = world.district()
    root = roots.save(district, safe, "备份", WORD)
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick))
    take(station, receipt(district, "SQ", world.stick))
    assert outbox.waiting(station) == []
    listed = escrow.write_list(station, safe)
    lose(world)
    new = again(world, listed, None, [roots.open_key(root.file, WORD)])
    assert words(take(station, receipt(new, "SQ", world.stick / "new"))) == ["applied"]
    sent = outbox.export(station, world.stick / "again").files
    assert [s.device for s in sent] == ["990000-1@SQ", "SQ-1"]
    assert words(take(new, *(s.file for s in sent))) == ["applied", "applied"]
    assert list(titles(new).values()) == ["一"]


def test_two_of_three_holders_bring_it_back(world: World):
    safe = world.folder / "safe"
    district = world.district()
    station, behind = world.station(district), world.station(district, "HP")
    signers = two_of_three(world, district)
    assert escrow.make(district, safe).lacking == 2
    file = roots.write(district, world.stick).file
    for signer in signers[:2]:
        sign(world, district, signer, file)
    (identity,) = safe.glob("*-escrow-*.txt")
    take(station, receipt(district, "SQ", world.stick / "down"))
    write(station, "一")
    stick = send(station, world.stick / "up")
    listed = escrow.write_list(district, safe)
    lose(world)
    new = again(world, listed, identity, [signers[2]])
    # One of two has signed: nothing is in force yet, and no station believes it.
    found = state(new)
    assert found.waiting is not None
    assert (found.waiting.lacking, found.root_here) == (1, False)
    draft = roots.write(new, world.stick).file
    assert sign(world, new, signers[0], draft) == ""
    assert words(take(new, stick)) == ["applied"]
    assert words(take(station, receipt(new, "SQ", world.stick / "back"))) == ["applied"]
    # This one had never heard of the three keys: the file put by leads it there.
    assert trust_store.required(behind).threshold == 1
    write(behind, "二")
    assert words(take(new, send(behind, world.stick / "hp"))) == ["quarantined"]  # sealed for the lost district alone
    assert words(take(behind, receipt(new, "HP", world.stick / "hp2"))) == ["applied"]
    assert words(take(new, send(behind, world.stick / "hp3"))) == ["applied"]
    for one in (station, behind):
        assert trust_store.required(one).threshold == 2
    assert sorted(titles(new).values()) == ["一", "二"]
    assert keys_of(new).root is None


def test_the_lost_districts_key_is_believed_no_more(world: World):
    safe = world.folder / "safe"
    district = world.district()
    root = roots.save(district, safe, "备份", WORD)
    station = world.station(district)
    listed = escrow.write_list(district, safe)
    write(station, "一")
    take(district, send(station, world.stick))
    stale = receipt(district, "SQ", world.stick / "stale")
    lose(world)
    new = again(world, listed, None, [roots.open_key(root.file, WORD)])
    assert words(take(station, receipt(new, "SQ", world.stick / "new"))) == ["applied"]
    (found,) = take(station, stale)
    assert found.code == "SIGNER_REVOKED"


def test_a_station_that_the_found_list_does_not_know_enrols_again(world: World):
    safe = world.folder / "safe"
    district = world.district()
    root = roots.save(district, safe, "备份", WORD)
    listed = escrow.write_list(district, safe)
    station = world.station(district)
    lose(world)
    new = again(world, listed, None, [roots.open_key(root.file, WORD)])
    request, _ = enrol.request(station, world.stick)
    enrol.install(station, enrol.accept(new, request, world.stick).file)
    write(station, "一")
    assert words(take(new, send(station, world.stick))) == ["applied"]


def test_what_does_not_belong_together_begins_nothing(world: World):
    safe = world.folder / "safe"
    district = world.district()
    listed = escrow.write_list(district, safe)
    trust, _ = recovery.read_source(listed)
    foreign = roots.open_key(roots.make(safe, "外人", WORD).file, WORD)
    assert refusal(recovery.check, trust, [foreign]) == "ROOT_KEY_FOREIGN"
    assert refusal(recovery.check, trust, []) == "ROOT_KEY_REQUIRED"
    listed.write_text(listed.read_text(encoding="utf-8").replace("2027", "2099"), encoding="utf-8")
    assert refusal(recovery.read_source, listed) == "TRUST_SIGNATURE_WRONG"
    listed.write_bytes(b"\xff")
    assert refusal(recovery.read_source, listed) == "TRUST_WRONG"
    assert refusal(recovery.read_source, safe / "no.json") == "MEDIUM_GONE"


def test_escrow_keys(world: World):
    safe = world.folder / "safe"
    district, station = world.district(), world.station(None)
    assert refusal(escrow.make, station, safe) == "NOT_A_DISTRICT"
    assert refusal(escrow.drop, district) == "NO_ESCROW"
    first, second = escrow.make(district, safe), escrow.make(district, safe)
    assert trust_store.required(district).escrow == (second.recipient,)
    assert escrow.check(district, second.identity) == second.recipient
    assert refusal(escrow.check, district, first.identity) == "ESCROW_OTHER"
    escrow.drop(district)
    assert trust_store.required(district).escrow == ()
    text = second.identity.read_text(encoding="utf-8")
    by_hand = safe / "typed.txt"
    by_hand.write_text(text.strip().splitlines()[-1].lower(), encoding="utf-8")
    assert escrow.read(by_hand) == escrow.read(second.identity)
    by_hand.write_text(text[:-5] + ("P" if text[-5] == "Q" else "Q") + text[-4:], encoding="utf-8")
    assert refusal(escrow.read, by_hand) == "ESCROW_FILE_WRONG"
    assert refusal(escrow.read, safe / "no.txt") == "MEDIUM_GONE"


@pytest.mark.parametrize("form", ["list", "install"])
def test_any_file_with_the_list_will_do(world: World, form: str):
    district, station = world.district(), world.station(None)
    answer = enrol.accept(district, enrol.request(station, world.stick)[0], world.stick)
    file = answer.file if form == "install" else escrow.write_list(district, world.stick)
    assert recovery.read_source(file)[0] == trust_store.required(district)
