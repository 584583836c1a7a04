"""The private keys of one home, kept in its encrypted file: to sign, to open, and (district) to sign the trust list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from studio_desk.exchange.bech32 import identity_text, recipient_text
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.signing import Ed25519Signer, new_private

if TYPE_CHECKING:
    from studio_desk.store.home import Home

SIGN, ARCHIVE, ROOT = "exchange.sign", "exchange.archive", "exchange.root"
"""Names in the table `secret`: Ed25519, X25519, Ed25519; raw private keys of 32 bytes."""


@dataclass(frozen=True)
class Keys:
    """The keys of a home.

    Attributes:
        signer: signs its bundles.
        archive: raw X25519 private key; opens what is sealed for this home and what it sealed itself.
        root: signs the trust list (district only).
    """

    signer: Ed25519Signer
    archive: bytes
    root: Ed25519Signer | None

    @property
    def identity(self) -> str:
        """`AGE-SECRET-KEY-1…`."""
        return identity_text(self.archive)

    @property
    def recipient(self) -> str:
        """`age1…`, which others seal for."""
        return recipient_text(self.archive_public)

    @property
    def archive_public(self) -> bytes:
        """Raw X25519 public key."""
        return X25519PrivateKey.from_private_bytes(self.archive).public_key().public_bytes_raw()


def keys_of(home: Home) -> Keys:
    """The home's keys; made at the first call and durable when this returns."""
    with home.file.write():
        sign, archive = home.secret(SIGN), home.secret(ARCHIVE)
        if sign is None:
            sign = new_private()
            home.keep_secret(SIGN, sign)
        if archive is None:
            archive = X25519PrivateKey.generate().private_bytes_raw()
            home.keep_secret(ARCHIVE, archive)
        root = home.secret(ROOT)
        if root is None and home.role == "district":
            root = new_private()
            home.keep_secret(ROOT, root)
    principal = chain_stem(home.device)
    return Keys(
        Ed25519Signer(principal, sign),
        archive,
        Ed25519Signer(f"{home.code}-root", root) if root is not None else None,
    )
