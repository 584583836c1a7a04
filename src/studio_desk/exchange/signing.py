"""Who signs: the signer interface, Ed25519, SM2, and the fingerprint that two people read to each other."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from studio_desk.exchange import sshsig

GROUPS, DIGITS = 6, 5
KEY_BYTES: Final = 32
SM2_KEY_BYTES: Final = 65
"""A public SM2 key: `04`, x, y (GB/T 32918.1 clause 4.2.9, uncompressed)."""
_P: Final = 0xFFFFFFFE_FFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFF_00000000_FFFFFFFF_FFFFFFFF
_B: Final = 0x28E9FA9E_9D9F5E34_4D5A9E4B_CF6509A7_F39789F5_15AB8F92_DDBCBD41_4D940E93
"""The curve y² = x³ − 3x + b modulo p (GB/T 32918.5 clause 2); its cofactor is 1."""
_SPKI: Final = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""What stands before the 65 bytes in a SubjectPublicKeyInfo: id-ecPublicKey over the curve 1.2.156.10197.1.301."""


class Signer(Protocol):
    """Something that can sign in the name of one key (a key in the file; later a token)."""

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


class SM2Signer:
    """An SM2 key held in memory; hashes with SM3. No certified module, and its time depends on the key (decision 23)."""

    def __init__(self, principal: str, private: bytes, randbits: Callable[[int], int] | None = None) -> None:
        """Take the 32-byte private key of `principal`, whose name is the ID that is hashed with the key.

        Args:
            principal: the signer's name.
            private: the raw private key.
            randbits: gives the number of a signature, of so many bits; the system's randomness unless a test says.
        """
        self.principal = principal
        self.private = private
        self._randbits = randbits

    @cached_property
    def public(self) -> bytes:
        """The 65-byte public key."""
        from gmalg import SM2

        return bytes(SM2().generate_pk(self.private))

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature `r‖s` (GB/T 32918.2 clause 6)."""
        from gmalg import SM2

        maker = SM2(self.private, self.principal.encode(), self.public, rnd_fn=self._randbits)
        return b"".join(number.rjust(32, b"\0") for number in maker.sign(message))


def new_sm2_private() -> bytes:
    """A fresh SM2 private key, 32 bytes."""
    from gmalg import SM2

    return bytes(SM2().generate_keypair()[0]).rjust(32, b"\0")


def sm2_from_text(text: str) -> bytes:
    """A public SM2 key: a point of the curve.

    Raises:
        ValueError: anything else.
    """
    raw = from_text(text, SM2_KEY_BYTES)
    x, y = int.from_bytes(raw[1:33], "big"), int.from_bytes(raw[33:], "big")
    if raw[0] != 4 or max(x, y) >= _P or (y * y - x * x * x + 3 * x - _B) % _P:
        raise ValueError("not a point of the curve")
    return raw


def sm2_pem(public: bytes) -> str:
    """A public SM2 key as OpenSSL reads it."""
    text = base64.b64encode(_SPKI + public).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{lines}\n-----END PUBLIC KEY-----\n"


def sm2_fits(public: bytes, principal: str, signature: bytes, message: bytes) -> bool:
    """Whether the 64-byte `signature` of `message` was made by the SM2 key of `principal` (GB/T 32918.2 clause 7)."""
    from gmalg import SM2

    asked = SM2(None, principal.encode(), public)
    return len(signature) == 64 and bool(asked.verify(message, signature[:32], signature[32:]))


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
