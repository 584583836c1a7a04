"""Who signs: the signer interface, Ed25519, and the fingerprint that two people read to each other."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from studio_desk.exchange import sshsig

GROUPS, DIGITS = 6, 5
KEY_BYTES: Final = 32


class Signer(Protocol):
    """Something that can sign in the name of one key (a key in the file; later a token or SM2)."""

    principal: str
    """Whose key it is: the device (`SQ-1`, `990000-1`)."""

    @property
    def public(self) -> bytes:
        """The raw public key."""

    def sign(self, message: bytes) -> bytes:
        """The raw signature of a message."""


class Ed25519Signer:
    """A private key held in memory (RFC 8032)."""

    def __init__(self, principal: str, private: bytes) -> None:
        """Take the raw 32-byte private key of `principal`."""
        self.principal = principal
        self._key = Ed25519PrivateKey.from_private_bytes(private)

    @property
    def public(self) -> bytes:
        """The raw public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature."""
        return self._key.sign(message)

    @property
    def private(self) -> bytes:
        """The raw private key."""
        return self._key.private_bytes_raw()

    @property
    def openssh(self) -> str:
        """The private key as an OpenSSH file, for an archivist who signs with `ssh-keygen -Y sign`."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        return self._key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode()


def new_private() -> bytes:
    """A fresh Ed25519 private key, 32 bytes of the system's randomness."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def signature_fits(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether `signature` of `message` was made by the key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_bundle(signer: Signer, tagmanifest: bytes) -> str:
    """The SSHSIG text that goes into a bundle."""
    return sshsig.sign(tagmanifest, signer.public, signer.sign)


def fingerprint(data: bytes) -> str:
    """Six groups of five digits that two people compare over the telephone: 99.6 bits of the SHA-256."""
    number = int.from_bytes(hashlib.sha256(data).digest(), "big") % 10 ** (GROUPS * DIGITS)
    digits = f"{number:0{GROUPS * DIGITS}d}"
    return " ".join(digits[i : i + DIGITS] for i in range(0, len(digits), DIGITS))


def same_fingerprint(typed: str, shown: str) -> bool:
    """Whether a fingerprint as somebody typed it is the one shown; blanks and hyphens do not count."""
    return [c for c in typed if c.isdigit()] == [c for c in shown if c.isdigit()]


def to_text(raw: bytes) -> str:
    """Key or signature bytes as they stand in JSON (base64)."""
    return base64.b64encode(raw).decode()


def from_text(text: str, size: int = KEY_BYTES) -> bytes:
    """Bytes of a key or signature.

    Raises:
        ValueError: no base64, or not `size` bytes.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError):
        raise ValueError("not base64") from None
    if len(raw) != size or to_text(raw) != text:
        raise ValueError("wrong length")
    return raw
