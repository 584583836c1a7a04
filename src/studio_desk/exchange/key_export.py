"""Give an archivist what opens and verifies this home's bundles with standard tools: `age` and `ssh-keygen`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.exchange import trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import from_text, sm2_from_text, sm2_pem, to_text
from studio_desk.exchange.sshsig import allowed_signer
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel import clock
from studio_desk.kernel.files import write_private

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Exported:
    """Where the files lie and under which name this home signs."""

    identity: Path
    allowed_signers: Path
    principal: str
    second: tuple[Path, ...] = ()


def export_keys(home: Home, to: Path) -> Exported:
    """Write the age identity file (mode 0600; the key in force, then earlier ones) and the `allowed_signers` file.

    The second names every key that this home ever believed, its own included, so that bundles of both directions
    verify, also years after a key was revoked. Each SM2 key gets a file of its own, the newest of a computer
    `DEVICE-sm2.pem`, those before `DEVICE-sm2-N.pem`.

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
    second: dict[str, list[str]] = {}
    for device, sm2 in (
        *((c.device, c.sm2) for c in (trust.computers if trust else ())),
        (principal, to_text(keys.second.public) if keys.second else ""),
    ):
        if sm2 and sm2 not in second.setdefault(device, []):
            second[device].append(sm2)
    files = [
        folder.put(
            sm2_pem(sm2_from_text(sm2)).encode(), f"{device}-sm2{f'-{number}' if number < len(texts) else ''}.pem"
        )
        for device, texts in second.items()
        for number, sm2 in enumerate(texts, 1)
    ]
    return Exported(identity, signers, principal, tuple(files))
