"""A writer vouches for its own chain: one signature over where it stands, so that others can bring it back (clause 6.3b).

Bundles are signed, not ops. But each op names the one before, so who signs the last digest of a chain signs all of it. Pure: no
file, no database; the reading process imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from studio_desk.exchange import sshsig
from studio_desk.exchange.header import Header
from studio_desk.exchange.signing import Signer, to_text
from studio_desk.kernel.canon import canon

NAMESPACE: Final = "chain@studio-desk.v1"
"""What the signature is for: nothing that signs a bundle can be taken for it."""


def vouch(signer: Signer, dev: str, seq: int, head: str) -> str:
    """The armoured SSH signature of a chain's writer over its op `seq`, whose digest is `head`."""
    return sshsig.sign(_message(dev, seq, head), signer.public, signer.sign, NAMESPACE)


def voucher(header: Header) -> str:
    """The public key, as text, that vouches for the chain up to the header's last op; `""` when none does."""
    try:
        return to_text(sshsig.verify(_message(header.device, header.last, header.head), header.vouch, NAMESPACE))
    except ValueError:
        return ""


def _message(dev: str, seq: int, head: str) -> bytes:
    point: Mapping[str, object] = {"dev": dev, "head": head, "seq": seq}
    return canon(point).encode()
