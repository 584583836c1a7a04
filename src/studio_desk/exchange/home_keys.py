"""The private keys of one home, kept in its encrypted file: to sign, to open, and (district) to sign the trust list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from studio_desk.exchange.bech32 import identity_text, recipient_text
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.signing import Ed25519Signer, SM2Signer, new_private

if TYPE_CHECKING:
    from studio_desk.store.home import Home

SIGN, ARCHIVE, ROOT = "exchange.sign", "exchange.archive", "exchange.root"
"""Names in the table `secret`: Ed25519, X25519, Ed25519; raw private keys of 32 bytes."""
SM2: Final = "exchange.sm2"
"""The SM2 private key of 32 bytes where second signatures are made, else empty."""
NEXT_SIGN, NEXT_ARCHIVE, NEXT_SM2 = "exchange.sign.next", "exchange.archive.next", "exchange.sm2.next"
"""A district's keys that wait for the trust list to name them."""
BEFORE: Final = "exchange.sign.before"
"""A station's signing key before a change that its district has not answered: it only asks the hub for mail."""
RETIRED: Final = "exchange.archive.retired"
"""X25519 private keys that only open any more, one after the other: bundles under way, and those in drawers."""
_RAW: Final = 32


@dataclass(frozen=True)
class Keys:
    """The keys of a home.

    Attributes:
        signer: signs its bundles.
        archive: raw X25519 private key; opens what is sealed for this home and what it sealed itself.
        root: signs the trust list; only at a district whose root key is not kept on a medium.
        retired: earlier archive keys, newest first, and a used escrow key.
        second: makes second signatures, `None` when this home makes none.
    """

    signer: Ed25519Signer
    archive: bytes
    root: Ed25519Signer | None
    retired: tuple[bytes, ...] = ()
    second: SM2Signer | None = None

    @property
    def identity(self) -> str:
        """`AGE-SECRET-KEY-1…` of the one in force."""
        return identity_text(self.archive)

    @property
    def identities(self) -> list[str]:
        """All of them as `AGE-SECRET-KEY-1…`, the one in force first."""
        return [identity_text(private) for private in (self.archive, *self.retired)]

    @property
    def recipient(self) -> str:
        """`age1…`, which others seal for."""
        return recipient_of(self.archive)


def recipient_of(private: bytes) -> str:
    """`age1…` of a raw X25519 private key."""
    return recipient_text(X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def new_archive() -> bytes:
    """A fresh X25519 private key."""
    return X25519PrivateKey.generate().private_bytes_raw()


def keys_of(home: Home) -> Keys:
    """The home's keys; made at the first call and durable when this returns."""
    with home.file.write():
        sign, archive = home.secret(SIGN), home.secret(ARCHIVE)
        if sign is None:
            sign = new_private()
            home.keep_secret(SIGN, sign)
        if archive is None:
            archive = new_archive()
            home.keep_secret(ARCHIVE, archive)
        root, retired, sm2 = home.secret(ROOT), home.secret(RETIRED) or b"", home.secret(SM2)
    return Keys(
        Ed25519Signer(chain_stem(home.device), sign),
        archive,
        Ed25519Signer(f"{home.code}-root", root) if root else None,
        tuple(retired[at : at + _RAW] for at in range(0, len(retired), _RAW)),
        SM2Signer(chain_stem(home.device), sm2) if sm2 else None,
    )


def change_keys(home: Home, sign: bytes, archive: bytes, sm2: bytes) -> None:
    """Sign and seal with other keys from now on; the old archive key goes on opening, the old signing key signs nothing more.

    Args:
        home: the home.
        sign: raw Ed25519 private key.
        archive: raw X25519 private key.
        sm2: raw SM2 private key, empty for no second signature.
    """
    with home.file.write():
        retire(home, keys_of(home).archive)
        home.keep_secret(SIGN, sign)
        home.keep_secret(ARCHIVE, archive)
        home.keep_secret(SM2, sm2)


def retire(home: Home, archive: bytes) -> None:
    """Keep an archive key that only opens."""
    with home.file.write():
        home.keep_secret(RETIRED, archive + (home.secret(RETIRED) or b""))
