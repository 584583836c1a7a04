"""Who may call: forged, replayed, foreign, revoked and misdated requests are refused, and nothing of them is kept."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from studio_desk.exchange import http_signature, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import Ed25519Signer, new_private
from studio_desk.kernel.problem import Problem
from studio_desk.store import keys
from tests.hub.world import DISTRICT, Hub, World, line

BODY = os.urandom(5000)
DIGEST = hashlib.sha256(BODY).hexdigest()


class Running:
    """A hub with one good station, one that was revoked and one that nobody enrolled."""

    def __init__(self, world: World) -> None:
        self.good = world.station("SQ", entries=1)
        self.revoked = world.station("LW", entries=1)
        self.stranger = world.station("XX", enrolled=False)
        trust_store.revoke(world.open(), "LW-1", "电脑遗失")
        self.hub: Hub = world.hub()
        self.signer = keys_of(self.good).signer

    def signed(self, method: str, target: str, body: bytes = b"", signer: Any = None, **more: Any) -> dict[str, str]:
        fields = {"upload-offset": "0", "upload-length": str(len(body))} if method == "PATCH" else {}
        wanted = {
            "method": method,
            "target": target,
            "tag": http_signature.tag_of(DISTRICT),
            "created": int(time.time()),
            "nonce": os.urandom(16).hex(),
            "body": body,
            "fields": fields,
            **more,
        }
        headers = http_signature.sign(signer or self.signer, **wanted)
        return {
            **headers,
            **fields,
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
        }

    def ask(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.hub.port, timeout=20)
        try:
            connection.request(method, target, body or None, headers)
            answer = connection.getresponse()
            said = answer.read()
            return answer.status, json.loads(said) if said else dict(answer.getheaders())
        finally:
            connection.close()

    def refused(self, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, str]:
        status, said = self.ask(method, target, headers, body)
        assert said["problem"]
        assert said["remedy"]
        return status, said["code"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    before, keys._ARGON2["kib"] = keys._ARGON2["kib"], 64
    world = World(tmp_path_factory.mktemp("world"))
    try:
        yield Running(world)
    finally:
        world.close()
        keys._ARGON2["kib"] = before


BUNDLE = f"/v1/bundles/{DIGEST}"
MAIL = "/v1/mailbox/SQ-1?after=0"


def test_an_honest_request_is_answered(running: Running):
    status, headers = running.ask("HEAD", BUNDLE, running.signed("HEAD", BUNDLE))
    assert (status, headers["upload-offset"], headers["cache-control"]) == (200, "0", "no-store")
    assert running.ask("GET", MAIL, running.signed("GET", MAIL))[0] == 200


def test_a_replay_is_refused(running: Running):
    headers = running.signed("GET", MAIL)
    assert running.ask("GET", MAIL, headers)[0] == 200
    assert running.refused("GET", MAIL, headers) == (401, "REPLAYED")


def test_a_forged_signature_is_refused(running: Running):
    thief = Ed25519Signer("SQ-1", new_private())
    assert running.refused("GET", MAIL, running.signed("GET", MAIL, signer=thief)) == (401, "SIGNATURE_WRONG")


def test_any_changed_part_is_refused(running: Running):
    good = running.signed("PATCH", BUNDLE, BODY)
    other = f"/v1/bundles/{'0' * 64}"
    assert running.refused("PATCH", other, good, BODY) == (401, "SIGNATURE_WRONG")
    assert running.refused("PATCH", f"{BUNDLE}?x=1", good, BODY) == (401, "SIGNATURE_WRONG")
    for name, value in (
        ("upload-offset", "1"),
        ("upload-length", "9"),
        ("Content-Digest", http_signature.content_digest(b"")),
    ):
        assert running.refused("PATCH", BUNDLE, {**good, name: value}, BODY) == (401, "SIGNATURE_WRONG")
    params = good["Signature-Input"]
    for old, new in ((";created=1", ";created=2"), (';nonce="', ';nonce="0'), ('keyid="SQ-1"', 'keyid="SQ-2"'), (DISTRICT, "990001"), ("ed25519", "hmac-sha256"), ('"@path" ', "")):  # fmt: skip
        status, code = running.refused("PATCH", BUNDLE, {**good, "Signature-Input": params.replace(old, new, 1)}, BODY)
        assert status == 401
        assert code in {"SIGNATURE_WRONG", "NOT_SIGNED", "UNKNOWN_DEVICE"}
    # Nothing of it was kept, and none of it used the nonce up.
    assert running.refused("PATCH", BUNDLE, good, BODY[:-1] + b"?") == (400, "BODY_WRONG")
    assert running.ask("HEAD", BUNDLE, running.signed("HEAD", BUNDLE))[1]["upload-offset"] == "0"


@pytest.mark.parametrize("missing", ["Signature", "Signature-Input", "Content-Digest"])
def test_an_unsigned_request_is_refused(running: Running, missing: str):
    headers = running.signed("GET", MAIL)
    del headers[missing]
    assert running.refused("GET", MAIL, headers) == (401, "NOT_SIGNED")


def test_unknown_and_revoked_devices_are_refused(running: Running):
    strange = keys_of(running.stranger).signer
    mail = "/v1/mailbox/XX-1?after=0"
    assert running.refused("GET", mail, running.signed("GET", mail, signer=strange)) == (401, "UNKNOWN_DEVICE")
    gone = keys_of(running.revoked).signer
    mail = "/v1/mailbox/LW-1?after=0"
    assert running.refused("GET", mail, running.signed("GET", mail, signer=gone)) == (403, "DEVICE_REVOKED")


def test_a_request_for_another_hub_is_refused(running: Running):
    headers = running.signed("GET", MAIL, tag=http_signature.tag_of("990001"))
    assert running.refused("GET", MAIL, headers) == (401, "OTHER_HUB")


@pytest.mark.parametrize("off", [-700, 700])
def test_another_time_is_refused(running: Running, off: int):
    headers = running.signed("GET", MAIL, created=int(time.time()) + off)
    status, said = running.ask("GET", MAIL, headers)
    assert (status, said["code"]) == (401, "CLOCK_OFF")
    assert abs(said["now"] - time.time()) < 60


def test_a_station_whose_clock_is_years_off_gets_through(running: Running):
    client = line(running.good, running.hub.url)
    client._skew = -(10**8)
    assert client.listing(0)["items"] == []
    assert abs(client._skew) < 60


def test_another_ones_mailbox_is_refused(running: Running):
    mail = "/v1/mailbox/LW-1?after=0"
    assert running.refused("GET", mail, running.signed("GET", mail)) == (403, "NOT_YOUR_MAILBOX")
    one = "/v1/mailbox/SQ-1/990000-1-to-SQ-000001-000009.sdx"
    assert running.refused("GET", one, running.signed("GET", one)) == (404, "NO_SUCH_MAIL")


def test_wrong_forms_are_refused(running: Running):
    def patch(**changed: str) -> tuple[int, str]:
        return running.refused("PATCH", BUNDLE, {**running.signed("PATCH", BUNDLE, BODY), **changed}, BODY)

    assert patch(**{"Tus-Resumable": "0.2.2"}) == (412, "TUS_VERSION")
    assert patch(**{"Content-Type": "text/plain"}) == (415, "WRONG_TYPE")
    short = "/v1/bundles/abc"
    assert running.refused("PATCH", short, running.signed("PATCH", short, BODY), BODY) == (404, "NO_SUCH_BUNDLE")
    odd = "/v1/mailbox/SQ-1?after=x"
    assert running.refused("GET", odd, running.signed("GET", odd)) == (400, "WRONG_NUMBER")
    assert running.ask("POST", "/v1/bundles/x", {})[0] == 405
    assert running.ask("GET", "/docs", {})[0] == 404


def test_the_client_repeats_the_hubs_words(running: Running):
    client = line(running.revoked, running.hub.url)
    with pytest.raises(Problem) as told:
        client.listing(0)
    assert told.value.code == "DEVICE_REVOKED"
    assert "吊销" in told.value.sentence
    with pytest.raises(Problem) as asked:  # an answer to HEAD has no body
        client.offset(DIGEST)
    assert asked.value.code == "DEVICE_REVOKED"


def test_the_log_names_no_person_and_no_address(running: Running):
    text = running.hub.log.read_text(encoding="utf-8")
    assert "127.0.0.1:" not in text.replace(running.hub.url, "")
    assert "何小兰" not in text
    assert "电脑遗失" not in text
    assert all("t" in entry and "event" in entry for entry in running.hub.lines())


def test_health_figures_and_page(running: Running):
    headers = running.signed("GET", MAIL)
    assert running.ask("GET", MAIL, headers)[0] == 200
    assert running.refused("GET", MAIL, headers) == (401, "REPLAYED")
    status, text = running.hub.get("/healthz")
    assert (status, json.loads(text)["ok"]) == (200, True)
    status, text = running.hub.get("/metrics")
    assert status == 200
    for name in ("requests_total", "refusals_total", "backlog", "uploads_open", "mail_unfetched", "home_busy"):
        assert f"# TYPE studio_desk_hub_{name} " in text
    assert 'studio_desk_hub_refusals_total{code="REPLAYED"}' in text
    status, page = running.hub.get("/")
    assert status == 200
    assert "990000单位接收站" in page
    assert "各站报送情况" in page
    assert "SQ单位" in page
    assert "已吊销" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_figures_are_not_for_those_who_come_through_a_proxy(running: Running):
    for path in ("/", "/metrics"):
        status, said = running.hub.get(path, **{"X-Forwarded-For": "192.0.2.1"})
        assert (status, json.loads(said)["code"]) == (403, "ONLY_HERE")
