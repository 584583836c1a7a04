"""The district names its hub once, signed; stations find it by themselves and know its certificates, old and new."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from studio_desk.exchange import inbox, network, receipts, roots, trust, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.hub_place import Published, pin_of_file
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.store import custody
from tests.cli.terminal import Terminal
from tests.hub.world import World, quick, uids, until


class Certificate:
    """A certificate that the district made itself."""

    def __init__(self, folder: Path, name: str, key: ec.EllipticCurvePrivateKey | None = None) -> None:
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )
        self.file, self.secret = folder / f"{name}.pem", folder / f"{name}.key"
        self.file.write_bytes(made.public_bytes(Encoding.PEM))
        self.secret.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.digest = hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest()
        self.pin = pin_of_file(self.file)
        self.options = ("--tls-cert", str(self.file), "--tls-key", str(self.secret))


def handed_by_stick(world: World, station) -> None:
    """What the district wrote for a station comes to it by stick."""
    files = receipts.write(world.open(), station.code, world.folder / "stick").files
    assert {one.outcome for one in inbox.receive(station, list(files))} <= {"applied", "duplicate"}


def test_a_station_finds_the_hub_by_itself(world: World):
    cert = Certificate(world.folder, "one")
    station = world.station(entries=1)
    hub = world.hub(*cert.options)
    with pytest.raises(Problem) as unknown:
        network.push(station, dial=quick)
    assert unknown.value.code == "NO_HUB"
    district = until_open(world)
    trust_store.publish_hub(district, hub.url, [cert.pin])
    handed_by_stick(world, station)
    world.shut()
    assert network.known_hub(station) == Published(hub.url, (cert.pin,))
    assert network.push(station, dial=quick).files
    hub.merged()
    network.pull(station, dial=quick)
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}
    assert not station.meta.get(network.URL)  # nothing was typed, nothing is remembered beside the list


def until_open(world: World):
    def try_open():
        try:
            return world.open()
        except Problem as problem:
            if problem.code != "FILE_BUSY":
                raise
            return None

    return until(try_open, 30)


def test_a_certificate_is_changed_without_a_visit(world: World):
    """Old and new are pinned, stations hear of it through the hub, the certificate is changed, the old pin goes."""
    old, new, other = (Certificate(world.folder, name) for name in ("old", "new", "other"))
    station, quiet = world.station(entries=1), world.station("LW", entries=1)
    hub = world.hub(*old.options)
    port = str(hub.port)
    district = until_open(world)
    trust_store.publish_hub(district, hub.url, [old.digest])
    for one in (station, quiet):
        handed_by_stick(world, one)
    world.shut()
    hub.merged()

    trust_store.publish_hub(until_open(world), hub.url, [old.digest, new.pin])
    world.shut()

    def heard(home) -> bool:
        network.pull(home, dial=quick)
        return network.known_hub(home) == Published(hub.url, (old.digest, new.pin))

    for one in (station, quiet):  # the quiet one has never sent anything and hears of it all the same
        until(lambda one=one: heard(one), 60)

    hub.stop()
    hub = world.hub("--port", port, *other.options)
    with pytest.raises(Problem) as stranger:
        network.push(station, dial=quick)
    assert stranger.value.code == "HUB_CERTIFICATE"
    assert stranger.value.remedy
    assert len(list((station.path / network.OUTGOING).glob("*.sdx"))) == 1  # it stays for the right one
    hub.stop()
    renewed = Certificate(world.folder, "renewed", new.key)  # another certificate, the pinned key
    world.hub("--port", port, *renewed.options)
    assert network.push(station, dial=quick).files


def test_at_the_terminal(world: World):
    cert = Certificate(world.folder, "one")
    world.station(entries=1)
    world.shut("SQ")
    world.shut()
    district, station = Terminal(world.folder / "990000"), Terminal(world.folder / "SQ")
    assert district.json("hub", "publish")["url"] == ""
    said = district.json("hub", "publish", "--url", "https://hub.example.gov.cn:8440", "--certificate", str(cert.file), "--pin", cert.digest.upper())  # fmt: skip
    assert said["pins"] == [cert.digest, cert.pin]
    again = district.json("hub", "publish", "--url", "https://hub.example.gov.cn:8440", "--pin", cert.digest, "--certificate", str(cert.file))  # fmt: skip
    assert again["trust_version"] == said["trust_version"]  # the same once more is no new version
    for words, code in (
        (("--url", "http://hub.example.gov.cn"), "HUB_NOT_SECURE"),
        (("--url", "https://hub.example.gov.cn", "--pin", "12"), "PIN_WRONG"),
        (("--url", "https://hub.example.gov.cn", "--certificate", str(cert.secret)), "CERTIFICATE_UNREADABLE"),
    ):
        assert district.refused("hub", "publish", *words) == code
    assert station.refused("hub", "publish", "--url", "https://hub.example.gov.cn") == "NOT_A_DISTRICT"
    gone = district.json("hub", "publish", "--withdraw")
    assert (gone["url"], gone["pins"], gone["trust_version"]) == ("", [], said["trust_version"] + 1)
    district.close()
    station.close()


def test_scheduled_use(world: World):
    """`sync` pushes, pulls, waits for the receipt; without the hub it ends with 6 and a sentence, nothing lost."""
    world.station(entries=2)
    hub = world.hub()
    trust_store.publish_hub(until_open(world), hub.url, [])
    handed_by_stick(world, world.open("SQ"))
    world.shut()
    world.shut("SQ")
    station = Terminal(world.folder / "SQ")
    done = station.json("sync", "--wait", "1")
    assert done["pushed"]["records"] == 2
    assert done["waiting_receipt"] is False
    assert station.json("status")["records"]["received"] == 2
    assert station.json("sync")["pushed"] is None
    hub.stop()
    answer = station.json("sync", rc=NETWORK)
    assert answer["code"] == "NETWORK_AWAY"
    assert answer["remedy"]
    rc, _, err = station.run("pull", "--wait", "0.1")
    assert rc == NETWORK
    assert "秒后再试" in err
    station.close()


def test_what_a_list_may_say(world: World):
    """Lists without a hub stay byte for byte what they were; a wrong hub is no list at all."""
    district = world.open()
    now = trust_store.required(district)
    root = keys_of(district).root
    assert root is not None
    assert "hub" not in json.loads(trust.sign_list(now, [root]))["list"]

    def read(hub: object) -> Published | None:
        said = {**now.as_json(), "version": now.version + 1, "hub": hub}
        return trust.read_list(forged(said, root)).hub

    assert read({"url": "https://hub.example.gov.cn", "pins": ["ab" * 32]}) == Published("https://hub.example.gov.cn", ("ab" * 32,))  # fmt: skip
    for wrong in (
        None,
        [],
        "https://hub.example.gov.cn",
        {"url": "https://hub.example.gov.cn"},
        {"url": "http://hub.example.gov.cn", "pins": []},
        {"url": "https://hub.example.gov.cn", "pins": ["AB" * 32]},
        {"url": "https://hub.example.gov.cn", "pins": ["ab" * 32] * 9},
        {"url": "https://hub.example.gov.cn", "pins": [], "more": 1},
    ):
        with pytest.raises(Problem) as refused:
            read(wrong)
        assert refused.value.code == "TRUST_WRONG", wrong


def test_who_signs_a_draft_reads_which_hub_it_names(world: World):
    """A hub that nobody meant to name is seen by the holders of the root keys before they sign."""
    before = trust_store.required(world.open())
    after = trust_store.publish_hub(world.open(), "https://hub.example.gov.cn", ["ab" * 32])
    assert any("https://hub.example.gov.cn" in told and "ab" * 32 in told for told in roots.changes(before, after))
    assert any("不再" in told for told in roots.changes(after, before))


def forged(said: dict, root) -> str:
    """A list as the root signs it, whatever it says."""

    class Said(trust.TrustList):
        def as_json(self) -> dict:
            return said

    return trust.sign_list(Said("990000", "", 1, "", "", 1, ()), [root])
