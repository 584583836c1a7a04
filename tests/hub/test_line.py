"""The line between station and hub: cut at every 64 KiB, silent, slow, of a stranger; what comes whole is what was sent."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from studio_desk.exchange import hub_answers, network, receipts
from studio_desk.exchange.hub_place import place_of
from studio_desk.exchange.transports.https import Outgoing
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.store import blobs, custody
from tests.hub.world import Cutter, Hub, World, line, quick, uids, until, write

KIB = 1024


def photographed(world: World) -> tuple[object, Hub]:
    """A station whose bundle is some 600 KiB: an entry with a photo that does not shrink."""
    station = world.station(entries=1)
    (uid,) = uids(station)
    data = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + os.urandom(600 * KIB) + b"\xff\xd9"
    values = {
        "parent": uid,
        "name": "村口.jpg",
        "mime": "image/jpeg",
        "size": len(data),
        "sha256": blobs.keep(station, data),
    }
    station.journal.write("attachment", values)
    return station, world.hub()


def test_cut_at_every_64_kib_and_resumed(world: World):
    """No connection ever carries more than 64 KiB; the bundle arrives whole, in pieces that fit between the cuts."""
    station, hub = photographed(world)
    cutter = Cutter(hub.port, 64 * KIB)
    done = network.push(station, url=cutter.url, dial=quick)
    assert cutter.cuts > 9
    assert done.files[0]["size"] > 600 * KIB
    hub.merged()
    assert [e["event"] for e in hub.lines() if e["event"] in {"applied", "quarantined"}] == ["applied"]
    cutter.close()


def test_cut_once_at_each_64_kib_then_a_new_push_goes_on(world: World):
    """The line breaks for good at a point and the clerk repeats later: no byte that was acknowledged goes again."""
    station, hub = photographed(world)
    for after in range(64, 640, 192):
        cutter = Cutter(hub.port, after * KIB)
        with pytest.raises(Problem) as broke:
            network.push(station, url=cutter.url, dial=_impatient)
        assert broke.value.code == "NETWORK_UNKNOWN"
        assert broke.value.exit_code == NETWORK
        cutter.close()
        assert len(list((station.path / "outgoing").glob("*.sdx"))) == 1
    (file,) = (station.path / "outgoing").glob("*.sdx")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    client = line(station, hub.url)
    assert client.offset(sha256) > 0
    done = network.push(station, url=hub.url, dial=quick)
    assert [f["sha256"] for f in done.files] == [sha256]
    assert len([e for e in hub.lines() if e["event"] == "arrived"]) == 1


def _impatient(place, home):
    client = quick(place, home)

    def give_up(_: float) -> None:
        raise hub_answers.unknown(place)

    client.wait = give_up
    return client


def test_mail_cut_on_the_way_goes_on_where_it_stopped(world: World):
    station = world.station(entries=30)
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    size = line(station, hub.url).listing(0)["items"][0]["size"]
    cutter = Cutter(hub.port, max(size // 3, 1500), up=False)
    found = network.pull(station, url=cutter.url, dial=quick)
    assert cutter.cuts >= 2
    assert [o.outcome for o in found.results] == ["applied"]
    assert set(custody.words(station, list(uids(station))).values()) == {"received"}
    cutter.close()


def test_large_mail_cut_at_every_64_kib_and_the_hub_killed_in_between(world: World):
    """Nothing carries more than 64 KiB, the hub dies half-way: what was fetched is not fetched again, all of it is taken in."""
    station = world.station(entries=1)
    (uid,) = uids(station)
    hub = world.hub()
    network.push(station, url=hub.url, dial=quick)
    hub.merged()
    network.pull(station, url=hub.url, dial=quick)
    hub.stop()
    district = world.open()
    for _ in range(60):
        receipts.send_back(district, uid, f"请补充：{os.urandom(3000).hex()}")
    hub = world.hub()
    box = line(station, hub.url)
    until(lambda: [i["size"] for i in box.listing(0)["items"] if i["size"] > 190 * KIB], 60)
    cutter = Cutter(hub.port, 64 * KIB, up=False)
    with pytest.raises(Problem) as broke:
        network.pull(station, url=cutter.url, dial=_impatient)
    assert broke.value.exit_code == NETWORK
    (part,) = (station.path / "incoming").glob("*.part")
    assert 0 < part.stat().st_size < 64 * KIB
    port = hub.port
    hub.stop(signal.SIGKILL)
    hub = world.hub("--port", str(port))
    found = network.pull(station, url=cutter.url, dial=quick)
    assert cutter.cuts >= 3
    assert "applied" in [o.outcome for o in found.results]
    assert custody.words(station, [uid]) == {uid: "returned"}
    assert list((station.path / "incoming").iterdir()) == []
    cutter.close()


def test_the_last_reply_lost_is_not_a_second_bundle(world: World):
    """The whole arrived, the answer did not: the third answer, and repeating tells that nothing is left to send."""
    station, hub = photographed(world)
    cutter = Cutter(hub.port, 150, up=False, cuts=4)  # answers are cut in their first line's headers
    done = network.push(station, url=cutter.url, dial=quick)
    assert len(done.files) == 1
    hub.merged()
    assert len([e for e in hub.lines() if e["event"] == "arrived"]) == 1
    cutter.close()


def test_nobody_there_and_somebody_else_there(world: World):
    station = world.station(entries=1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        client = line(station, f"http://127.0.0.1:{port}")
        client.timeout = 0.2
        with pytest.raises(Problem) as silent:
            client.offset("0" * 64)
        assert silent.value.code == "NETWORK_UNKNOWN"
    with pytest.raises(Problem) as nobody:
        line(station, f"http://127.0.0.1:{port}").listing(0)
    assert nobody.value.exit_code == NETWORK
    portal = socket.create_server(("127.0.0.1", 0))

    def log_in_first() -> None:
        near, _ = portal.accept()
        near.recv(4096)
        near.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n<html>log in please!")
        near.close()

    thread = threading.Thread(target=log_in_first)
    thread.start()
    with pytest.raises(Problem) as odd:
        line(station, f"http://127.0.0.1:{portal.getsockname()[1]}").listing(0)
    thread.join()
    portal.close()
    assert odd.value.code == "HUB_ANSWER_WRONG"


def test_a_pinned_certificate_decides(world: World):
    cert, key, pin = certificate(world.folder)
    station = world.station(entries=1)
    hub = world.hub("--tls-cert", str(cert), "--tls-key", str(key))
    assert hub.url.startswith("https://")
    with pytest.raises(Problem) as stranger:
        network.push(station, url=hub.url, dial=quick)
    assert stranger.value.code == "HUB_CERTIFICATE"
    with pytest.raises(Problem) as other:
        network.push(station, url=hub.url, pins=["00" * 32], dial=quick)
    assert other.value.code == "HUB_CERTIFICATE"
    done = network.push(station, url=hub.url, pins=[colons(pin)], dial=quick)
    assert done.files
    network.pull(station, dial=quick)  # URL and pin are remembered together


def colons(pin: str) -> str:
    """A fingerprint as other programs print it."""
    return ":".join(pin[i : i + 2] for i in range(0, 64, 2)).upper()


def certificate(folder: Path) -> tuple[Path, Path, str]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert, secret, hashlib.sha256(made.public_bytes(Encoding.DER)).hexdigest()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "HUB_URL_WRONG"),
        ("hub.example.gov.cn", "HUB_URL_WRONG"),
        ("https://user:secret@hub.example.gov.cn", "HUB_URL_WRONG"),
        ("https://hub.example.gov.cn:99999", "HUB_URL_WRONG"),
        ("http://10.0.0.5:8440", "HUB_NOT_SECURE"),
    ],
)
def test_urls_that_are_refused(url: str, code: str):
    with pytest.raises(Problem) as wrong:
        place_of(url)
    assert wrong.value.code == code


def test_urls_that_are_understood():
    assert place_of("https://hub.example.gov.cn/desk/").path == "/desk"
    assert place_of("https://hub.example.gov.cn").port == 443
    assert place_of("http://127.0.0.1:8440").label == "127.0.0.1:8440"
    with pytest.raises(Problem) as wrong:
        place_of("https://hub.example.gov.cn", "abc")
    assert wrong.value.code == "PIN_WRONG"


def test_a_queue_of_another_history_is_dropped(world: World):
    """After a restore the queue may hold what this file never sent; it is exported anew instead."""
    station = world.station(entries=1)
    hub = world.hub()
    queue = Outgoing(station.path / "outgoing", "hub")
    queue.put(b"left by somebody", "SQ-1-000001-000009.sdx")
    write(station, 2)
    done = network.push(station, url=hub.url, dial=quick)
    assert [f["records"] for f in done.files] == [2]
    assert queue.list() == []
