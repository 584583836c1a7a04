"""The trust list: whose key signs for which computer, who is revoked from where on (`docs/bundle-format.md` clause 14).

Pure: documents in, lists out. `trust_store` keeps them in a home.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from studio_desk.exchange.bech32 import recipient_bytes
from studio_desk.exchange.bundle import Known
from studio_desk.exchange.header import chain_owner, is_code
from studio_desk.exchange.hub_place import Published, read_published
from studio_desk.exchange.signing import Signer, from_text, signature_fits, sm2_from_text, to_text
from studio_desk.exchange.strict_json import read_line
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

FORMAT: Final = "studio-desk-trust/1"
MAX_DOCUMENT: Final = 8 << 20
"""Bytes of a trust document; 10,000 computers fit."""


@dataclass(frozen=True)
class Computer:
    """One computer that may sign.

    Attributes:
        code: station or district it belongs to.
        device: its chains' stem (`SQ-1`).
        name: full name of the station.
        sign: its Ed25519 public key as text.
        archive: its `age1…` recipient.
        revoked: `None` while in force; else how far each of its chains is believed: chain to `(seq, head)`.
        reason: why it was revoked.
        sm2: the public key of its second signature as text, `""` (and not in the list) when it makes none.
    """

    code: str
    device: str
    name: str
    sign: str
    archive: str
    revoked: Mapping[str, tuple[int, str]] | None = None
    reason: str = ""
    sm2: str = ""

    def as_json(self) -> dict[str, Any]:
        """The value that is signed."""
        revoked = None if self.revoked is None else {dev: list(point) for dev, point in self.revoked.items()}
        said = {**asdict(self), "revoked": revoked}
        return said if self.sm2 else {k: v for k, v in said.items() if k != "sm2"}


@dataclass(frozen=True)
class TrustList:
    """One version of the list.

    Attributes:
        district: the district's code.
        name: its full name.
        version: 1, 2, 3 …
        issued: ISO date.
        expires: ISO date; past it the list warns, it stops nobody.
        threshold: how many root keys must sign.
        roots: the root keys as text.
        escrow: further `age1…` recipients of every bundle.
        computers: the district's own and the stations'.
        hub: the district's hub, `None` while it has none.
    """

    district: str
    name: str
    version: int
    issued: str
    expires: str
    threshold: int
    roots: tuple[str, ...]
    escrow: tuple[str, ...] = ()
    computers: tuple[Computer, ...] = ()
    hub: Published | None = None

    def as_json(self) -> dict[str, Any]:
        """The value that is signed."""
        said = asdict(self)
        hub = {"hub": self.hub.as_json()} if self.hub else {}
        del said["hub"]
        return {
            **said,
            "roots": list(self.roots),
            "escrow": list(self.escrow),
            "computers": [c.as_json() for c in self.computers],
            **hub,
        }

    def of(self, code: str) -> list[Computer]:
        """The computers of one station (or of the district itself) that are in force."""
        return [c for c in self.computers if c.code == code and c.revoked is None]

    @property
    def rule(self) -> tuple[tuple[str, ...], int]:
        """Who must sign, and how many of them."""
        return self.roots, self.threshold

    def expired(self, today: date) -> bool:
        """Whether its date has passed."""
        return bool(self.expires) and self.expires < today.isoformat()

    def signers(self) -> dict[str, Known]:
        """Public key to what is known of it, as the reader asks."""
        return {c.sign: Known(c.code, c.device, c.revoked, c.sm2) for c in self.computers}

    def holder(self, device: str) -> Computer | None:
        """The computer of this name that is in force."""
        return next((c for c in self.computers if c.device == device and c.revoked is None), None)


def sign_list(trust: TrustList, roots: Sequence[Signer], kept: Mapping[str, str] | None = None) -> str:
    """The canonical document of a list, signed by root keys; `kept` are signatures it has already, by key."""
    said = trust.as_json()
    message = _message(said)
    signatures = dict(kept or {}) | {to_text(root.public): to_text(root.sign(message)) for root in roots}
    return canon(
        {
            "format": FORMAT,
            "list": said,
            "signatures": [{"key": k, "signature": s} for k, s in sorted(signatures.items())],
        }
    )


def read_list(document: str, pinned: TrustList | None = None) -> TrustList:
    """Verify a trust document: by its own rules, and by the rules of the list it follows.

    As in TUF's root rotation, a version is believed when enough keys of the list in force *and* enough of its own signed
    it. Without `pinned` only its own rules count: the caller has people compare the fingerprint.

    Args:
        document: the canonical text.
        pinned: the list in force.

    Raises:
        Problem: `TRUST_WRONG`, `TRUST_SIGNATURE_WRONG`, `TRUST_OTHER_DISTRICT`, `TRUST_OLD` when it is older than the
            one in force, `TRUST_TWO` when the same version says something else.
    """
    trust, good = read_draft(document)
    if missing(trust, good):
        raise _badly_signed()
    if pinned is None:
        return trust
    if trust.district != pinned.district:
        raise Problem(
            "TRUST_OTHER_DISTRICT",
            say("这份信任名单是{other}的，本站登记在{own}。", other=trust.district, own=pinned.district),
            say("请向本区区级管理员要文件；本机没有改动。"),
        )
    if trust.version < pinned.version:
        raise Problem(
            "TRUST_OLD",
            say("这份信任名单（第{found}版）比本机的（第{known}版）旧。", found=trust.version, known=pinned.version),
            say("请使用区级最近一次给的文件；本机没有改动。"),
        )
    if missing(pinned, good):
        raise _badly_signed()
    if trust.version == pinned.version and trust != pinned:
        raise trust_two(trust.version)
    return trust


def follow(documents: Sequence[str], pinned: TrustList | None) -> list[tuple[TrustList, str]]:
    """Verify a list by way of those before it that changed the root keys, each by the one in force before it.

    Args:
        documents: lists that changed the root keys, oldest first, and the list itself.
        pinned: the list in force.

    Returns:
        Those that are to be kept, with their documents; the last is the list itself.

    Raises:
        Problem: as `read_list`.
    """
    steps = []
    for document in documents[:-1]:
        if pinned is None or read_draft(document)[0].version > pinned.version:
            pinned = read_list(document, pinned)
            steps.append((pinned, document))
    return [*steps, (read_list(documents[-1], pinned), documents[-1])]


def read_draft(document: str) -> tuple[TrustList, dict[str, str]]:
    """A list and the signatures that fit it by key, be they enough or not.

    Raises:
        Problem: `TRUST_WRONG`.
    """
    if len(document) > MAX_DOCUMENT:
        raise trust_wrong()
    found = read_line(document, say("信任名单"))
    return _parse(found), _signed_by(found)


def missing(trust: TrustList, good: Iterable[str]) -> int:
    """How many of its root keys a list still lacks, when `good` signed."""
    return max(0, trust.threshold - len(set(good) & set(trust.roots)))


def add_signatures(document: str, roots: Sequence[Signer] = (), other: str = "") -> str:
    """The same document with further signatures: of `roots`, and those of `other`, a copy of the same list.

    Raises:
        Problem: `TRUST_WRONG`; `TRUST_TWO` when `other` says something else.
    """
    trust, kept = read_draft(document)
    if other:
        found, fits = read_draft(other)
        if found != trust:
            raise trust_two(found.version)
        kept |= fits
    return sign_list(trust, roots, kept)


def _message(said: Mapping[str, Any]) -> bytes:
    return f"{FORMAT}\n{canon(dict(said))}".encode()


def _signed_by(found: Mapping[str, Any]) -> dict[str, str]:
    """The signatures that fit, by key."""
    message = _message(found["list"])
    good = {}
    for line in found["signatures"][:32]:
        try:
            key, signature = from_text(line["key"]), from_text(line["signature"], 64)
        except (KeyError, TypeError, ValueError):
            continue
        if signature_fits(key, signature, message):
            good[line["key"]] = line["signature"]
    return good


def _parse(found: Any) -> TrustList:
    try:
        if found["format"] != FORMAT or not isinstance(found["signatures"], list):
            raise trust_wrong()
        said = dict(found["list"])
        computers = tuple(_computer(c) for c in said.pop("computers"))
        hub = read_published(said.pop("hub", None))
        trust = TrustList(
            **{**said, "roots": tuple(said["roots"]), "escrow": tuple(said["escrow"])}, computers=computers, hub=hub
        )
        for key in trust.roots:
            from_text(key)
        for recipient in trust.escrow:
            recipient_bytes(recipient)
        date.fromisoformat(trust.issued)
        date.fromisoformat(trust.expires)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise trust_wrong() from None
    keys = [c.sign for c in trust.computers]
    sane = (
        isinstance(trust.district, str)
        and is_code(trust.district)
        and type(trust.version) is int
        and trust.version >= 1
        and type(trust.threshold) is int
        and 1 <= trust.threshold <= len(set(trust.roots)) == len(trust.roots)
        and len(set(keys)) == len(keys)
        and isinstance(trust.name, str)
    )
    if not sane or canon(trust.as_json()) != canon(found["list"]):
        raise trust_wrong()
    return trust


def _computer(said: Mapping[str, Any]) -> Computer:
    revoked = said["revoked"]
    if revoked is not None:
        revoked = {dev: (seq, head) for dev, (seq, head) in revoked.items()}
        if not all(type(seq) is int and isinstance(head, str) for seq, head in revoked.values()):
            raise ValueError("not a revocation")
    computer = Computer(**{**said, "revoked": revoked})
    from_text(computer.sign)
    recipient_bytes(computer.archive)
    if "sm2" in said:
        sm2_from_text(computer.sm2)
    fits = (
        is_code(computer.code)
        and chain_owner(computer.device) == computer.code
        and "." not in computer.device
        and "@" not in computer.device
        and isinstance(computer.name, str)
        and isinstance(computer.reason, str)
    )
    if not fits:
        raise ValueError("not a computer")
    return computer


def trust_wrong() -> Problem:
    """The Problem of a document that is no trust list."""
    return Problem(
        "TRUST_WRONG",
        say("信任名单的内容不对，文件可能已损坏。"),
        say("请让区级管理员重新生成登记回执文件；本机没有改动。"),
    )


def trust_two(version: int) -> Problem:
    """The Problem of two lists with one number."""
    return Problem(
        "TRUST_TWO",
        say("信任名单第{version}版有两个不同的内容。", version=version),
        say("请不要使用这个文件，并马上告诉区级管理员：签名的钥匙可能已经外泄。"),
    )


def _badly_signed() -> Problem:
    return Problem(
        "TRUST_SIGNATURE_WRONG",
        say("信任名单的签名不对：不是本区根钥匙签的，或内容被改动过。"),
        say("请不要使用这个文件，打电话向区级管理员核实；本机没有改动。"),
    )
