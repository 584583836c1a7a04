"""Where a district's hub is, and by which certificates it is known (`docs/bundle-format.md` clause 14.2a)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

MOST_PINS: Final = 8
"""Pins of one hub: the certificate in force, the next one, and some to spare."""


@dataclass(frozen=True)
class Published:
    """The hub as the district's trust list names it.

    Attributes:
        url: its address.
        pins: SHA-256 as hex of certificates (DER) or of their public keys (SPKI), any of which it may show; none leaves
            it to the system's authorities.
    """

    url: str
    pins: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The value that is signed."""
        return {"url": self.url, "pins": list(self.pins)}


@dataclass(frozen=True)
class Place:
    """Where a hub is, understood.

    Attributes:
        secure: HTTPS.
        host: name or address.
        port: port.
        path: what stands before `/v1` when a proxy serves more than the hub, without a slash at its end.
        pins: as in `Published`.
    """

    secure: bool
    host: str
    port: int
    path: str = ""
    pins: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Short name for custody."""
        return f"{self.host}:{self.port}"


def place_of(url: str, *pins: str) -> Place:
    """Understand a URL; plain HTTP is allowed to this computer only, because who listens would learn who reports when.

    Raises:
        Problem: `HUB_URL_WRONG`, `HUB_NOT_SECURE`, `PIN_WRONG`.
    """
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        found, port = urlsplit(""), None
    if found.scheme not in {"http", "https"} or not found.hostname or found.username or found.query or found.fragment:
        raise Problem(
            "HUB_URL_WRONG", say("接收站的网址写得不对。"), say("例如 https://hub.example.gov.cn:8440"), url=url
        )
    known = clean_pins(pins)
    secure = found.scheme == "https"
    if not secure and found.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise Problem("HUB_NOT_SECURE", say("这个网址没有加密（http）。"), say("请用 https:// 开头的网址。"), url=url)
    return Place(secure, found.hostname, port or (443 if secure else 80), found.path.rstrip("/"), known)


def clean_pins(pins: Iterable[str]) -> tuple[str, ...]:
    """Pins as they are compared: 64 digits in lower case, each once, in the order given; empty ones are left out.

    Raises:
        Problem: `PIN_WRONG`.
    """
    known = dict.fromkeys(pin.replace(":", "").strip().lower() for pin in pins if pin.strip())
    if len(known) > MOST_PINS or any(not is_pin(pin) for pin in known):
        raise Problem(
            "PIN_WRONG",
            say("证书指纹写得不对。"),
            say("应是证书或其公钥 SHA-256 的64位十六进制数字，可带冒号，最多{n}个。", n=MOST_PINS),
        )
    return tuple(known)


def is_pin(text: Any) -> bool:
    """Whether a text is a pin as it is compared."""
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")


def read_published(said: Any) -> Published | None:
    """The hub in a trust list that was parsed; `None` when it names none.

    Raises:
        ValueError: not a hub.
    """
    if said is None:
        return None
    if not isinstance(said, Mapping) or set(said) != {"url", "pins"} or not isinstance(said["url"], str):
        raise ValueError("not a hub")
    pins = said["pins"]
    if not isinstance(pins, list) or len(pins) > MOST_PINS or not all(is_pin(pin) for pin in pins):
        raise ValueError("not pins")
    try:
        place_of(said["url"])
    except Problem:
        raise ValueError("not an address") from None
    return Published(said["url"], tuple(pins))


def fits(place: Place, certificate: bytes) -> bool:
    """Whether a certificate (DER) that the other side showed is one of the pinned."""
    shown = (hashlib.sha256(certificate).hexdigest(), _key_pin(certificate))
    return any(secrets.compare_digest(one, pin) for one in shown for pin in place.pins)


def pin_of_file(file: Path) -> str:
    """The pin of a certificate's public key (PEM file); it stays when the certificate is renewed with the same key.

    Raises:
        Problem: `CERTIFICATE_UNREADABLE`.
    """
    import ssl

    try:
        text = file.read_text(encoding="ascii")
        first = text[text.index("-----BEGIN CERTIFICATE-----") :]  # of a chain the hub's own comes first
        end = first.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
        pin = _key_pin(ssl.PEM_cert_to_DER_cert(first[:end]))
    except (OSError, ValueError):
        pin = ""
    if not pin:
        raise Problem(
            "CERTIFICATE_UNREADABLE",
            say("证书文件“{file}”读不出来。", file=file.name),
            say("请选接收站用的证书（PEM，hub serve 的 --tls-cert），不是钥匙。"),
        )
    return pin


def _key_pin(certificate: bytes) -> str:
    """SHA-256 of the public key (SPKI) of a certificate, `""` when it cannot be read."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    try:
        key = load_der_x509_certificate(certificate).public_key()
    except (ValueError, UnsupportedAlgorithm):
        return ""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
