"""The header of a bundle: from whom to whom, which ops of which device (`docs/bundle-format.md` clause 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from studio_desk.exchange.refusals import refuse
from studio_desk.kernel.canon import canon, digest

FORMAT: Final = "SDX/1"
MIN_READER: Final = 1
"""The oldest reader that understands what is written now."""
SECOND_READER: Final = 2
"""The oldest reader that understands a second signature."""
READER: Final = 2
"""What this reader is."""
GENESIS: Final = "0" * 64
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_CODE: Final = re.compile(r"[A-Z]{2,6}|[0-9]{6}")
_BUNDLE: Final = re.compile(r"[0-9a-f]{32}")
_DEVICE: Final = re.compile(r"(?P<code>[A-Z]{2,6}|[0-9]{6})-(?P<number>[0-9]{1,4})(?:\.[0-9a-z]{1,16})?(?:@(?P<to>[A-Z]{2,6}))?")  # fmt: skip
_LONGEST: Final = 128
"""Characters of a record's uid."""
_ONLY_WHERE_NEEDED: Final = frozenset({"erased", "needs", "vouch"})
_LONGEST_VOUCH: Final = 1024
"""Characters of a signature over a chain."""
_OLD: Final = re.compile(r"SDX/0(\..*)?")


@dataclass(frozen=True)
class Header:
    """What the signature says about the ops.

    Attributes:
        sender: code of the station or district that wrote it (`from` in the file).
        to: code of the one it is for.
        device: the chain its ops belong to.
        first: number of the first op.
        last: number of the last op.
        prev: digest of the op before the first, 64 zeros for the first of a chain.
        head: digest of the last op.
        trust_version: version of the trust list the writer had.
        hub_epoch: the district's epoch as the writer knows it, `""` before the first receipt.
        min_reader: oldest reader that understands it.
        seen: how far the writer holds the addressee's chains and those of its own station: chain to `(seq, head)`.
        erased: records whose bodies are missing because of an erasure that stands in another bundle (clause 8.4).
        needs: attachments that the writer lacks and asks the addressee for.
        vouch: signature of the chain's writer over its op `last`, where a district writes it (clause 6.3b).
        format: always `SDX/1`.
    """

    sender: str
    to: str
    device: str
    first: int
    last: int
    prev: str
    head: str
    trust_version: int = 0
    hub_epoch: str = ""
    min_reader: int = MIN_READER
    seen: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    erased: Sequence[str] = ()
    needs: Sequence[str] = ()
    vouch: str = ""
    format: str = FORMAT

    @property
    def bundle(self) -> str:
        """The bundle's id: the same content has the same id, whoever seals it how often."""
        return digest(canon(self._said()))[:32]

    @property
    def line(self) -> str:
        """The canonical text of `data/header.json`."""
        return canon(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """The keys of the file."""
        return {**self._said(), "bundle": self.bundle}

    def _said(self) -> dict[str, Any]:
        said = {("from" if k == "sender" else k): v for k, v in asdict(self).items()}
        said["seen"] = {dev: list(point) for dev, point in self.seen.items()}
        said |= {"erased": list(self.erased), "needs": list(self.needs)}
        return {k: v for k, v in said.items() if v or k not in _ONLY_WHERE_NEEDED}


def file_name(header: Header) -> str:
    """`STATION-DEVICE-FIRST-LAST.sdx`; a downward chain's `@` becomes `-to-`, a chain that is brought back begins with its sender."""
    chain = header.device.replace("@", "-to-")
    if is_relay(header):
        chain = f"{header.sender}-relay-to-{chain}"
    if is_return(header):
        chain = f"{header.sender}-returns-{chain}"
    return f"{chain}-{header.first:06d}-{header.last:06d}.sdx"


def is_relay(header: Header) -> bool:
    """Whether a district sends a station's own chain back to that station (clause 6.3a)."""
    return header.sender.isdigit() and chain_owner(header.device) == header.to and not chain_to(header.device)


def is_return(header: Header) -> bool:
    """Whether a station brings a district back what it had written to that station (clause 6.3b)."""
    down = chain_to(header.device)
    return down != "" and down == header.sender and chain_owner(header.device) == header.to


def brings_back(header: Header) -> bool:
    """Whether a bundle brings the addressee a chain of its own."""
    return is_relay(header) or is_return(header)


def chain_owner(device: str) -> str:
    """Code of the station or district that writes a chain; `""` when it is no chain's name."""
    found = _DEVICE.fullmatch(device)
    return found["code"] if found else ""


def chain_stem(device: str) -> str:
    """The computer that writes a chain, whatever its incarnation and addressee: `990000-1.2ab@SQ` is of `990000-1`."""
    return device.partition("@")[0].partition(".")[0]


def chain_to(device: str) -> str:
    """The station a downward chain is for, `""` for any other chain."""
    return device.partition("@")[2]


def chain_age(device: str) -> tuple[int, str]:
    """Sorts the chains of one computer by age: the incarnation stands before eight random digits (`SQ-1.2a3f90c1d`)."""
    number = device.partition("@")[0].partition(".")[2][:-8]
    return int(number) if number.isdigit() else 1, device


def is_code(text: str) -> bool:
    """Whether `text` can be the code of a station or district."""
    return bool(_CODE.fullmatch(text))


def read_header(found: Any) -> Header:
    """The header of a parsed file; unknown keys of a newer writer are allowed and ignored.

    Raises:
        Problem: `FORMAT_UNKNOWN`, `FORMAT_OLD`, `FORMAT_NEWER`, `HEADER_WRONG` with the key.
    """
    if not isinstance(found, dict):
        raise refuse("HEADER_WRONG", field="header.json")
    form = found.get("format")
    if form != FORMAT:
        old = isinstance(form, str) and _OLD.fullmatch(form)
        raise refuse("FORMAT_OLD" if old else "FORMAT_UNKNOWN", found=str(form)[:40])
    needed = found.get("min_reader")
    if type(needed) is not int or needed < 1:
        raise refuse("HEADER_WRONG", field="min_reader")
    if needed > READER:
        raise refuse("FORMAT_NEWER", needed=needed, known=READER)
    fault = _fault(found)
    if fault:
        raise refuse("HEADER_WRONG", field=fault)
    return Header(
        sender=found["from"],
        to=found["to"],
        device=found["device"],
        first=found["first"],
        last=found["last"],
        prev=found["prev"],
        head=found["head"],
        trust_version=found["trust_version"],
        hub_epoch=found["hub_epoch"],
        min_reader=needed,
        seen={dev: (point[0], point[1]) for dev, point in found.get("seen", {}).items()},
        erased=tuple(found.get("erased", ())),
        needs=tuple(found.get("needs", ())),
        vouch=found.get("vouch", ""),
    )


def _fault(found: Mapping[str, Any]) -> str:
    """The first key that is not as clause 6.2 says, `""` when all are."""
    for key, form in (("from", _CODE), ("to", _CODE), ("device", _DEVICE), ("prev", _HEX), ("head", _HEX), ("bundle", _BUNDLE)):  # fmt: skip
        if not isinstance(found.get(key), str) or not form.fullmatch(found[key]):
            return key
    for key, least in (("first", 1), ("last", 1), ("trust_version", 0)):
        if type(found.get(key)) is not int or found[key] < least:
            return key
    erased, needs = found.get("erased", []), found.get("needs", [])
    epoch, seen, vouch = found.get("hub_epoch"), found.get("seen", {}), found.get("vouch", "")
    faults = (
        ("last", found["last"] < found["first"]),
        ("prev", (found["first"] == 1) != (found["prev"] == GENESIS)),
        ("hub_epoch", not isinstance(epoch, str) or len(epoch) > 64),
        ("erased", not isinstance(erased, list) or not all(isinstance(r, str) and len(r) <= _LONGEST for r in erased)),
        ("needs", not isinstance(needs, list) or not all(isinstance(n, str) and _HEX.fullmatch(n) for n in needs)),
        ("vouch", not isinstance(vouch, str) or len(vouch) > _LONGEST_VOUCH),
        ("seen", not isinstance(seen, dict) or not all(_DEVICE.fullmatch(d) and _point(p) for d, p in seen.items())),
    )
    return next((key for key, wrong in faults if wrong), "")


def _point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and type(point[0]) is int
        and point[0] >= 0
        and isinstance(point[1], str)
        and bool(_HEX.fullmatch(point[1]))
    )
