"""Give an archivist what opens and verifies this home's bundles with standard tools: `age` and `ssh-keygen`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.exchange import trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import from_text
from studio_desk.exchange.sshsig import allowed_signer
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel import clock
from studio_desk.kernel.files import write_private

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Exported:
    """Where the two files lie and under which name this home signs."""

    identity: Path
    allowed_signers: Path
    principal: str


def export_keys(home: Home, to: Path) -> Exported:
    """Write the age identity file (mode 0600; the key in force, then earlier ones) and the `allowed_signers` file.

    The second names every key that this home ever believed, its own included, so that bundles of both directions
    verify, also years after a key was revoked.

    Raises:
        Problem: `MEDIUM_…`.
    """
    keys = keys_of(home)
    principal = keys.signer.principal
    identity = to / f"{principal}-identity.txt"
    signers = to / f"{principal}-allowed_signers"
    text = f"# created: {clock.stamp()}\n# {principal} {home.name}\n# public key: {keys.recipient}\n"
    text += "".join(f"{identity}\n" for identity in keys.identities)
    folder = Folder(to)
    folder.ready()
    write_private(identity, text.encode())
    trust = trust_store.current(home)
    lines = {allowed_signer(principal, keys.signer.public)}
    lines |= {allowed_signer(c.device, from_text(c.sign)) for c in (trust.computers if trust else ())}
    folder.put("".join(sorted(lines)).encode(), signers.name)
    return Exported(identity, signers, principal)
