"""The escrow key: a further recipient of every bundle, whose private half lies on paper or a medium in a safe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio_desk.exchange import trust_store
from studio_desk.exchange.bech32 import identity_bytes, identity_text
from studio_desk.exchange.home_keys import new_archive, recipient_of
from studio_desk.exchange.roots import demand_district
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.trust import TrustList
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.files import medium_problem, write_private
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home

NAME: Final = "{district}-escrow-{tail}.txt"
_LONGEST: Final = 4096


@dataclass(frozen=True)
class Escrow:
    """An escrow key that was made.

    Attributes:
        identity: the age identity file; the only copy of the private half.
        listed: the trust list of that day, which a new district begins with.
        recipient: `age1…`.
        lacking: how many root keys must sign before bundles are sealed for it; 0 when they are already.
    """

    identity: Path
    listed: Path
    recipient: str
    lacking: int


def make(home: Home, to: Path) -> Escrow:
    """At the district: make an escrow key on a medium and name it in the trust list, in place of an earlier one.

    Bundles sealed before stay openable with the key of their time.

    Raises:
        Problem: `NOT_A_DISTRICT`, `MEDIUM_…`.
    """
    demand_district(home)
    private = new_archive()
    recipient = recipient_of(private)
    identity = to / NAME.format(district=home.code, tail=recipient[-8:])
    Folder(to).ready()
    text = (
        f"# created: {clock.stamp()}\n# {home.code} {home.name}\n# public key: {recipient}\n{identity_text(private)}\n"
    )
    write_private(identity, text.encode())
    trust = trust_store.renew(home, list, escrow=(recipient,))
    return Escrow(identity, write_list(home, to), recipient, trust_store.lacking(home, trust))


def drop(home: Home) -> TrustList:
    """At the district: bundles are sealed for no escrow key any more.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_ESCROW`, `TRUST_UNSIGNED`.
    """
    demand_district(home)
    if not trust_store.required(home).escrow:
        raise Problem("NO_ESCROW", say("没有应急钥匙。"), say("要做一把，请用 keys escrow new。"))
    return trust_store.demand(home, trust_store.renew(home, list, escrow=()))


def check(home: Home, file: Path) -> str:
    """Whether an identity file is the escrow key in force; answers its recipient.

    Raises:
        Problem: `ESCROW_FILE_WRONG`, `ESCROW_OTHER`, `MEDIUM_…`.
    """
    recipient = recipient_of(read(file))
    if recipient not in trust_store.required(home).escrow:
        raise Problem(
            "ESCROW_OTHER",
            say("“{file}”不是现在用的应急钥匙。", file=file.name),
            say("它只能打开以前的数据包，请仍然收好；现在用的那把请找最近做的介质。"),
        )
    return recipient


def read(file: Path) -> bytes:
    """The raw private key in an age identity file.

    Raises:
        Problem: `ESCROW_FILE_WRONG`, `MEDIUM_…`.
    """
    try:
        with file.open("rb") as opened:
            lines = opened.read(_LONGEST).decode("utf-8", "replace").splitlines()
    except OSError as error:
        raise medium_problem(error, file) from error
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        (text,) = found
        return identity_bytes(text)
    except ValueError:
        raise Problem(
            "ESCROW_FILE_WRONG",
            say("“{file}”不是应急钥匙文件，或抄错了字。", file=file.name),
            say("文件里应有一行以 AGE-SECRET-KEY-1 开头的字；照纸上抄的请逐字核对。"),
        ) from None


def write_list(home: Home, to: Path) -> Path:
    """Write the trust list in force into a folder; it holds no secret.

    Raises:
        Problem: `NOT_ENROLLED`, `MEDIUM_…`.
    """
    trust = trust_store.required(home)
    name = f"{trust.district}-trust-{trust.version:06d}.json"
    *earlier, newest = trust_store.way(home)
    said = canon({"format": trust_store.LISTED, "trust": newest, "earlier": earlier})
    return Folder(to).put((said + "\n").encode(), name)
