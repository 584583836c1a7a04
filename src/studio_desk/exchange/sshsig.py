"""Signatures that `ssh-keygen -Y verify` checks: the SSHSIG format over Ed25519 (OpenSSH `PROTOCOL.sshsig`)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NAMESPACE = "bundle@studio-desk.v1"
"""The purpose a bundle's signature is bound to."""
_MAGIC, _KEY_TYPE, _HASH = b"SSHSIG", b"ssh-ed25519", b"sha512"
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"


def sign(message: bytes, public: bytes, signer: Callable[[bytes], bytes], namespace: str = NAMESPACE) -> str:
    """The armoured signature of a message.

    Args:
        message: what is signed; only its SHA-512 enters the signature.
        public: raw Ed25519 public key of the signer, 32 bytes.
        signer: makes the raw 64-byte signature of the bytes it is given.
        namespace: what the signature is for.
    """
    signature = _string(_KEY_TYPE) + _string(signer(_signed(message, namespace)))
    blob = b"".join(
        (
            _MAGIC,
            (1).to_bytes(4, "big"),
            _string(public_blob(public)),
            _string(namespace.encode()),
            _string(b""),
            _string(_HASH),
            _string(signature),
        )
    )
    return _armour(blob)


def verify(message: bytes, armoured: str, namespace: str = NAMESPACE) -> bytes:
    """Check a signature; the armour must be byte for byte what `sign` writes.

    Returns:
        The raw public key that made it. Whether to believe that key is the caller's question.

    Raises:
        ValueError: not such a signature, another namespace, or it does not fit the message.
    """
    text = armoured.removeprefix(_BEGIN).removesuffix(_END)
    try:
        blob = base64.b64decode(text.replace("\n", ""), validate=True)
    except binascii.Error:
        raise ValueError("not an SSH signature") from None
    if _armour(blob) != armoured:
        raise ValueError("not an SSH signature")
    rest = blob
    if not rest.startswith(_MAGIC + (1).to_bytes(4, "big")):
        raise ValueError("not an SSH signature")
    rest = rest[10:]
    fields = []
    for _ in range(5):
        value, rest = _take(rest)
        fields.append(value)
    key, found, reserved, hashed, signature = fields
    if rest or reserved or hashed != _HASH or found != namespace.encode():
        raise ValueError("a signature for something else")
    kind, raw = _pair(key)
    signature_kind, value = _pair(signature)
    if kind != _KEY_TYPE or signature_kind != _KEY_TYPE or len(raw) != 32:
        raise ValueError("not an Ed25519 signature")
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(value, _signed(message, namespace))
    except InvalidSignature:
        raise ValueError("the signature does not fit") from None
    return raw


def public_blob(public: bytes) -> bytes:
    """A raw public key as OpenSSH writes it (RFC 8709 section 4)."""
    return _string(_KEY_TYPE) + _string(public)


def public_line(public: bytes, comment: str = "") -> str:
    """`ssh-ed25519 AAAA… comment`."""
    return f"ssh-ed25519 {base64.b64encode(public_blob(public)).decode()} {comment}".rstrip()


def allowed_signer(principal: str, public: bytes) -> str:
    """One line of an OpenSSH `allowed_signers` file, good for bundles only."""
    return f'{principal} namespaces="{NAMESPACE}" {public_line(public)}\n'


def _signed(message: bytes, namespace: str) -> bytes:
    hashed = hashlib.sha512(message).digest()
    return _MAGIC + _string(namespace.encode()) + _string(b"") + _string(_HASH) + _string(hashed)


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _take(data: bytes) -> tuple[bytes, bytes]:
    size = int.from_bytes(data[:4], "big")
    if len(data) < 4 + size:
        raise ValueError("not an SSH signature")
    return data[4 : 4 + size], data[4 + size :]


def _pair(data: bytes) -> tuple[bytes, bytes]:
    first, rest = _take(data)
    second, rest = _take(rest)
    if rest:
        raise ValueError("not an SSH signature")
    return first, second


def _armour(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + 70] for i in range(0, len(text), 70)]
    return _BEGIN + "".join(line + "\n" for line in lines) + _END
