"""The optional second signature: SM2 as published, keys that are switched on and off, and nobody else pays for it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from studio_desk.exchange import enrol, inspection, outbox, receipts, rotation, trust_store
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import NEXT_SM2, keys_of
from studio_desk.exchange.key_state import state
from studio_desk.exchange.signing import (
    SM2Signer,
    new_sm2_private,
    sm2_fits,
    sm2_from_text,
    to_text,
)
from studio_desk.exchange.trust import Computer, TrustList, read_list, sign_list
from studio_desk.exchange.worker import Worker
from studio_desk.kernel.canon import canon
from studio_desk.store.home import Home
from tests.exchange.test_enrol import refusal
from tests.exchange.world import World, receipt, send, take, titles, words, write
from tests.golden import make

PRIVATE = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
PUBLIC = bytes.fromhex(
    "04"
    "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
ID, MESSAGE = "1234567812345678", b"message digest"
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
"""GB/T 32918.5-2017 annex A.2: key pair, ID, message, nonce and result."""
SEED = 20260306


def second(world: World, district: Home, station: Home, *, wanted: bool) -> None:
    """A station's second signature is switched, by medium and telephone as at its enrolment."""
    rotation.change(station, second=wanted)
    world.enrol(district, station)


def carries(home: Home, file: Path) -> tuple[int, bool]:
    """What a bundle says it needs, and whether it has a second signature: its README tells how to check it."""
    from studio_desk.exchange.envelope import open_sealed
    from studio_desk.exchange.limits import README, SECOND
    from studio_desk.exchange.reader import read_file
    from studio_desk.exchange.zip_read import ZipReader

    class Names:
        def __init__(self) -> None:
            self.found: dict[str, bytes] = {}

        def begin(self, name: str, size: int) -> None:
            self.name = name
            self.found[name] = b""

        def data(self, block: bytes) -> None:
            self.found[self.name] += block

        def end(self) -> None:
            pass

    sink = Names()
    unzip = ZipReader(sink)
    with file.open("rb") as sealed:
        open_sealed(sealed, file.stat().st_size, keys_of(home).identities, unzip)
    unzip.finish()
    told = "openssl dgst -sm3" in sink.found[README].decode()
    assert told == (SECOND in sink.found)
    found = read_file(file, keys_of(home).identities, trust_store.policy(home))
    assert found.header is not None
    return found.header.min_reader, told


def test_the_published_signature_is_made():
    signer = SM2Signer(ID, PRIVATE, lambda _: NONCE)
    assert signer.public == PUBLIC
    assert signer.sign(MESSAGE) == SIGNATURE


def test_the_published_signature_fits_and_nothing_else_does():
    assert sm2_fits(PUBLIC, ID, SIGNATURE, MESSAGE)
    assert not sm2_fits(PUBLIC, ID, SIGNATURE, MESSAGE + b".")
    assert not sm2_fits(PUBLIC, "SQ-1", SIGNATURE, MESSAGE)
    assert not sm2_fits(SM2Signer(ID, new_sm2_private()).public, ID, SIGNATURE, MESSAGE)
    for wrong in (b"", SIGNATURE[:-1], SIGNATURE + b"\0", bytes(64), b"\xff" * 64, SIGNATURE[32:] + SIGNATURE[:32]):
        assert not sm2_fits(PUBLIC, ID, wrong, MESSAGE)
    for place in range(0, 64, 9):
        flipped = bytearray(SIGNATURE)
        flipped[place] ^= 1 << (place % 8)
        assert not sm2_fits(PUBLIC, ID, bytes(flipped), MESSAGE)


def test_the_published_hash():
    """GB/T 32905-2016 annex A.1 and A.2."""
    from gmalg import SM3

    hashed = SM3()
    hashed.update(b"abc")
    assert hashed.value().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    hashed = SM3()
    hashed.update(b"abcd" * 16)
    assert hashed.value().hex() == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_short_numbers_keep_their_place():
    """About one signature in 128 has a leading zero byte in one half: both halves stay 32 bytes."""
    signer = SM2Signer(ID, PRIVATE, random.Random(SEED).getrandbits)
    made = ((message, signer.sign(message)) for message in map(bytes, range(2_000)))
    message, signature = next((m, s) for m, s in made if 0 in {s[0], s[32]})
    assert len(signature) == 64
    assert sm2_fits(PUBLIC, ID, signature, message)


def test_a_key_is_a_point_of_the_curve():
    assert sm2_from_text(to_text(PUBLIC)) == PUBLIC
    x, y = int.from_bytes(PUBLIC[1:33], "big"), int.from_bytes(PUBLIC[33:], "big")
    p = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
    beyond = b"\x04" + PUBLIC[1:33] + (p - y).to_bytes(32, "big")
    assert sm2_from_text(to_text(beyond)) == beyond  # the other point of this x
    for wrong in (
        b"\x02" + PUBLIC[1:],
        PUBLIC[:33],
        PUBLIC + b"\0",
        bytes(65),
        b"\x04" + bytes(64),
        PUBLIC[:-1] + bytes([PUBLIC[-1] ^ 1]),
        b"\x04" + x.to_bytes(32, "big") + b"\xff" * 32,
    ):
        with pytest.raises(ValueError, match=r"length|curve"):
            sm2_from_text(to_text(wrong))


def test_it_is_switched_on_and_off_and_bundles_under_way_merge(world: World):
    district = world.district()
    station = world.station(district)
    assert state(station).sm2 == ""
    write(station, "一")
    before = send(station, world.stick / "1")
    second(world, district, station, wanted=True)
    assert sm2_from_text(state(station).sm2)
    assert trust_store.required(district).holder("SQ-1").sm2 == state(station).sm2
    write(station, "二")
    during = send(station, world.stick / "2")
    second(world, district, station, wanted=False)
    assert state(station).sm2 == ""
    write(station, "三")
    after = send(station, world.stick / "3")
    assert [carries(district, file) for file in (before, during, after)] == [(1, False), (2, True), (1, False)]
    assert words(take(district, before, during, after)) == ["applied"] * 3
    assert sorted(titles(district).values()) == ["一", "三", "二"]
    assert words(take(station, receipt(district, "SQ", world.stick / "4"))) == ["applied"]
    assert outbox.waiting(station) == []


def test_an_ordinary_change_of_keys_keeps_it(world: World):
    district = world.district()
    station = world.station(district)
    second(world, district, station, wanted=True)
    first = state(station).sm2
    rotation.change(station, second=True)  # already so
    assert state(station).sm2 == first
    rotation.change(station)
    assert state(station).sm2 not in {"", first}
    assert refusal(lambda: rotation.change(station, second=False)) == "CHANGE_WAITING"
    world.enrol(district, station)
    write(station, "一")
    assert words(take(district, send(station, world.stick))) == ["applied"]
    world.reopen("SQ")
    assert state(world.homes["SQ"]).sm2


def test_a_station_that_leaves_it_out_is_refused(world: World):
    district = world.district()
    station = world.station(district)
    second(world, district, station, wanted=True)
    private = station.secret("exchange.sm2")
    assert private
    station.keep_secret("exchange.sm2", b"")
    write(station, "一")
    (found,) = take(district, send(station, world.stick / "1"))
    assert (found.outcome, found.code) == ("quarantined", "SECOND_SIGNATURE_MISSING")
    station.keep_secret("exchange.sm2", new_sm2_private())
    (found,) = take(district, send(station, world.stick / "2"))
    assert (found.outcome, found.code) == ("quarantined", "SECOND_SIGNATURE_WRONG")
    assert titles(district) == {}
    station.keep_secret("exchange.sm2", private)
    assert words(take(district, send(station, world.stick / "3"))) == ["applied"]


def test_the_districts_own(world: World):
    district = world.district()
    station = world.station(district)
    write(station, "一")
    take(district, send(station, world.stick / "1"))
    old = receipt(district, "SQ", world.stick / "old")
    rotation.change_district(district, second=True)
    assert not district.secret(NEXT_SM2)
    on = trust_store.required(district)
    assert on.holder(chain_stem(district.device)).sm2 == state(district).sm2 != ""
    assert rotation.change_district(district, second=True) == on  # already so
    new = receipt(district, "SQ", world.stick / "new")  # signed by keys that the station learns from it
    assert inspection.inspect(new, station)["verdict"] == "good"
    assert words(take(station, old, new)) == ["applied", "applied"]
    assert trust_store.required(station).version == on.version
    assert carries(station, new) == (2, True)
    rotation.change_district(district)
    write(station, "二")
    take(district, send(station, world.stick / "2"))
    again = receipt(district, "SQ", world.stick / "again")
    rotation.change_district(district, second=False)
    assert state(district).sm2 == ""
    write(station, "三")
    take(district, send(station, world.stick / "3"))
    last = receipts.write(district, "SQ", world.stick / "last").file
    assert words(take(station, again, last)) == ["applied", "applied"]
    assert carries(station, last) == (1, False)


def test_a_false_second_signature_under_a_new_list_is_refused(world: World):
    """The list inside a district's bundle is looked at before its keys are known; then the bundle is judged by it."""
    district = world.district()
    station = world.station(district)
    rotation.change_district(district, second=True)
    district.keep_secret("exchange.sm2", new_sm2_private())
    (found,) = take(station, receipt(district, "SQ", world.stick))
    assert (found.outcome, found.code) == ("quarantined", "SECOND_SIGNATURE_WRONG")
    assert trust_store.required(station).version == 2


def test_before_enrolment_there_is_nothing_to_switch(world: World):
    station = world.station(None)
    assert refusal(lambda: rotation.change(station, second=True)) == "NOT_ENROLLED"


def test_a_request_tells_the_key_and_its_fingerprint_covers_it(world: World):
    district = world.district()
    station = world.station(district)
    rotation.change(station, second=True)
    file, shown = enrol.request(station, world.stick)
    assert enrol.read_request(file).sm2 == state(station).sm2
    found = json.loads(file.read_bytes())
    signer = keys_of(station).signer
    for sm2 in (to_text(bytes(65)), "", to_text(signer.public)):
        said = {**found["request"], "sm2": sm2}
        spoilt = {**found, "request": said, "signature": to_text(signer.sign(enrol._message(said)))}
        file.write_text(canon(spoilt) + "\n", encoding="utf-8")
        assert refusal(enrol.accept, district, file, world.stick) == "ENROL_FILE_WRONG"
    said = {**found["request"], "sm2": to_text(PUBLIC)}
    spoilt = {**found, "request": said, "signature": to_text(signer.sign(enrol._message(said)))}
    file.write_text(canon(spoilt) + "\n", encoding="utf-8")
    assert refusal(enrol.accept, district, file, world.stick, shown) == "ENROL_FILE_WRONG"  # the old key signed another
    world.enrol(district, station)


def test_a_list_without_it_keeps_its_bytes():
    station = Computer("SQ", "SQ-1", "上江埠", to_text(make.STATION.public), make.RECIPIENT)
    assert set(station.as_json()) == {"code", "device", "name", "sign", "archive", "revoked", "reason"}
    root = to_text(make.STRANGER.public)
    for sm2, code in ((to_text(PUBLIC), ""), (to_text(bytes(65)), "TRUST_WRONG"), ("x", "TRUST_WRONG")):
        listed = Computer(**{**station.__dict__, "sm2": sm2})
        trust = TrustList("990000", "示例区", 2, "2026-01-01", "2027-01-01", 1, (root,), (), (listed,))
        document = sign_list(trust, [make.STRANGER])
        if code:
            assert refusal(read_list, document) == code
        else:
            assert read_list(document) == trust


def test_who_does_not_use_it_never_loads_it(tmp_path: Path):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from studio_desk.exchange import enrol, inbox, outbox, rotation\n"
        "from studio_desk.exchange.bundle import Known, Policy\n"
        "from studio_desk.exchange.reader import read_file\n"
        "file, identity, key = sys.argv[1:]\n"
        "found = read_file(Path(file), [identity], Policy('990000', {key: Known('SQ', 'SQ-1')}))\n"
        "assert found.header.last == 2\n"
        "print('gmalg' in sys.modules)\n"
    )
    file = Path(make.__file__).parent / "good" / "version-1.sdx"
    key = to_text(make.STATION.public)
    done = subprocess.run(
        [sys.executable, "-c", script, str(file), make.IDENTITY, key],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_the_reading_process_checks_it():
    with Worker(make.POLICY, [make.IDENTITY]) as worker:
        found = worker.verify(Path(make.__file__).parent / "good" / "version-2.sdx")
    assert (found.header.device, found.header.min_reader) == ("SQ-2", 2)
