"""Pack and read SDX/1: a signed bag in a ZIP, as a stream (`docs/bundle-format.md`).

`pack` makes the plain ZIP, `BundleReader` judges one; the age envelope around it is `envelope`'s.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from studio_desk.exchange import sshsig
from studio_desk.exchange.attachments import check_attachment
from studio_desk.exchange.bag import BAGIT_TEXT, bag_info, check_bagit, manifest, read_manifest, readme
from studio_desk.exchange.chain import Checked, check_bodies, check_ops
from studio_desk.exchange.header import SECOND_READER, Header, chain_stem, chain_to, is_relay, is_return, read_header
from studio_desk.exchange.limits import (
    BAGIT,
    BLOBS,
    BODIES,
    HEADER,
    INFO,
    MANIFEST,
    MAX_BLOB,
    OPS,
    ORDER,
    README,
    SECOND,
    SIGNATURE,
    SIZES,
    TAGMANIFEST,
    TAGS,
    TWICE,
)
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.signing import Signer, sign_bundle, sm2_fits, sm2_from_text, to_text
from studio_desk.exchange.strict_json import read_line, read_text
from studio_desk.exchange.vouch import voucher
from studio_desk.exchange.zip_write import ZipWriter
from studio_desk.kernel.canon import canon
from studio_desk.kernel.canon import digest as digest_of
from studio_desk.kernel.problem import Problem

_SECOND_FORM: Final = re.compile(rb"[0-9a-f]{128}\n")
WAVED: Final = frozenset({"IMAGE_FALSE"})
"""What a person may let pass after a look: a wrong name harms nobody."""


@dataclass(frozen=True)
class Content:
    """What goes into a bundle.

    Attributes:
        header: its header.
        ops: canonical op lines, first to last.
        bodies: canonical body lines in the order of their ops.
        blobs: digest and size of each attachment, any order.
        fetch: gives the bytes of an attachment.
        made: ISO time stamp of the packing; part of the content, so that it is the caller's choice.
    """

    header: Header
    ops: Sequence[str]
    bodies: Sequence[str]
    blobs: Mapping[str, int]
    fetch: Callable[[str], bytes]
    made: str


def pack(content: Content, signer: Signer, second: Signer | None = None) -> Iterator[bytes]:
    """The plain ZIP of a bundle, piece by piece; the same content and key give the same bytes.

    Args:
        content: what goes in; with `second` its header says so in `min_reader`.
        signer: signs it.
        second: makes a second signature, which is random, when the computer has a key for it.
    """
    assert (content.header.min_reader >= SECOND_READER) == (second is not None)
    header = content.header.as_json()
    payload = {
        HEADER: content.header.line.encode(),
        OPS: "".join(line + "\n" for line in content.ops).encode(),
        BODIES: "".join(line + "\n" for line in content.bodies).encode(),
    }
    octets = sum(map(len, payload.values())) + sum(content.blobs.values())
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in payload.items()}
    digests |= {BLOBS + sha256: sha256 for sha256 in content.blobs}
    tags = {
        BAGIT: BAGIT_TEXT.encode(),
        INFO: bag_info(header, content.made, octets, len(digests)).encode(),
        README: readme(header, signer.principal, second=second is not None).encode(),
        MANIFEST: manifest(digests).encode(),
    }
    tagmanifest = manifest({name: hashlib.sha256(data).hexdigest() for name, data in tags.items()}).encode()
    entries = {**tags, TAGMANIFEST: tagmanifest, SIGNATURE: sign_bundle(signer, tagmanifest).encode(), **payload}
    if second is not None:
        entries[SECOND] = second.sign(tagmanifest).hex().encode() + b"\n"
    writer = ZipWriter()
    for name in TWICE if second is not None else ORDER:
        yield from writer.entry(name, entries[name])
    for sha256 in sorted(content.blobs):
        yield from writer.entry(BLOBS + sha256, content.fetch(sha256), store=True)
    yield writer.finish()


@dataclass(frozen=True)
class Known:
    """A key that the trust list names.

    Attributes:
        code: the station or district it belongs to.
        device: the computer whose chains it may sign (`SQ-1`).
        revoked: `None` while it is in force; else how far each of its chains is believed, `(seq, head)`.
        sm2: the public key of its second signature as text, `""` when it has none; `None` when only the first signature
            is to be judged, because a trust list inside the bundle names the keys.
    """

    code: str
    device: str
    revoked: Mapping[str, tuple[int, str]] | None = None
    sm2: str | None = ""


@dataclass(frozen=True)
class Policy:
    """What the reading home believes.

    Attributes:
        me: its own code.
        signers: raw public key as text to what is known of it.
        allow: codes of `WAVED` that a person has waved through for this file.
        own: at a district, its own keys in the same way: for what stations bring back of its own chains.
    """

    me: str
    signers: Mapping[str, Known]
    allow: frozenset[str] = frozenset()
    own: Mapping[str, Known] = field(default_factory=dict)


@dataclass
class Reading:
    """What a complete, verified reading found.

    Attributes:
        header: the header; `None` until it was read.
        signer: public key text of the signer.
        checked: counts of ops and records, bodies that are missing.
        ops: the text of `ops.jsonl`.
        bodies: the text of `bodies.jsonl`.
        blobs: digest to size of the attachments.
    """

    header: Header | None = None
    signer: str = ""
    checked: Checked = field(default_factory=Checked)
    ops: bytes = b""
    bodies: bytes = b""
    blobs: dict[str, int] = field(default_factory=dict)


class BundleReader:
    """Takes a ZIP's entries in their order and refuses at the first thing that is wrong.

    Manifests and signature come first, so everything after them is compared with signed digests before it is parsed.
    """

    def __init__(self, policy: Policy, blob: Callable[[str, bytes], None] | None = None) -> None:
        """Judge a bundle.

        Args:
            policy: whom to believe.
            blob: called with `(digest, bytes)` of every attachment. A reading with it is the second of a file: ops and
                bodies are compared with their signed digests but not parsed again.
        """
        self.found = Reading()
        self._policy = policy
        self._blob = blob
        self._order: tuple[str, ...] = ORDER
        self._seen: list[str] = []
        self._name = ""
        self._parts: list[bytes] = []
        self._hash = hashlib.sha256()
        self._tags: dict[str, bytes] = {}
        self._listed: dict[str, str] = {}
        self._bodies: dict[str, tuple[int, int, str, str]] = {}

    def begin(self, name: str, size: int) -> None:
        """An entry starts: its place, its being listed and its size are judged before its content."""
        place = len(self._seen)
        if name == SECOND and self._seen[-1:] == [SIGNATURE]:
            self._order = TWICE
        if place < len(self._order):
            self._expect(name, self._order[place])
        elif not name.startswith(BLOBS) or name not in self._listed:
            raise refuse("ENTRY_UNLISTED", name=name)
        elif name <= self._seen[-1] and place > len(self._order):
            raise refuse("ENTRY_ORDER", name=name)
        if size > SIZES.get(name, MAX_BLOB):
            raise refuse("ENTRY_TOO_BIG", name=name)
        if name == HEADER:
            self._demand_second()
        self._name, self._parts, self._hash = name, [], hashlib.sha256()

    def data(self, block: bytes) -> None:
        """The next bytes of the entry."""
        self._hash.update(block)
        self._parts.append(block)

    def end(self) -> None:
        """The entry is complete: compare its digest, then look inside."""
        name, data, digest = self._name, b"".join(self._parts), self._hash.hexdigest()
        self._parts = []
        self._seen.append(name)
        if name in TAGS:
            self._tags[name] = data
        elif name == TAGMANIFEST:
            self._tags[name] = data
            self._check_tags(read_manifest(data, name))
        elif name == SIGNATURE:
            self._check_signature(data)
        elif name == SECOND:
            self._check_second(data)
        elif self._listed.get(name) != digest:
            raise refuse("DIGEST_WRONG", name=name)
        else:
            self._payload(name, data, digest)

    def finish(self) -> Reading:
        """The bundle is complete.

        Raises:
            Problem: `ENTRY_MISSING`.
        """
        missing = [name for name in self._order if name not in self._seen] or sorted(
            set(self._listed) - set(self._seen)
        )
        if missing:
            raise refuse("ENTRY_MISSING", name=missing[0])
        return self.found

    def _expect(self, name: str, wanted: str) -> None:
        if name == wanted:
            return
        if name in TWICE:
            raise refuse("ENTRY_ORDER", name=name)
        if self._listed and name in self._listed:
            raise refuse("ENTRY_MISSING", name=wanted)
        raise refuse("ENTRY_UNLISTED", name=name)

    def _check_tags(self, listed: dict[str, str]) -> None:
        for name in set(listed) - set(TAGS):
            raise refuse("ENTRY_MISSING", name=name)
        for name in TAGS:
            if name not in listed:
                raise refuse("ENTRY_UNLISTED", name=name)
            if hashlib.sha256(self._tags[name]).hexdigest() != listed[name]:
                raise refuse("DIGEST_WRONG", name=name)

    def _check_signature(self, data: bytes) -> None:
        try:
            key = sshsig.verify(self._tags[TAGMANIFEST], data.decode("ascii"))
        except ValueError:
            raise refuse("SIGNATURE_WRONG") from None
        self.found.signer = to_text(key)
        check_bagit(self._tags[BAGIT])
        self._listed = read_manifest(self._tags[MANIFEST], MANIFEST)
        for name in self._listed:
            blob = name.removeprefix(BLOBS)
            if name not in {HEADER, OPS, BODIES} and (blob == name or blob != self._listed[name]):
                raise refuse("MANIFEST_WRONG", name=MANIFEST)
        for name in (HEADER, OPS, BODIES):
            if name not in self._listed:
                raise refuse("ENTRY_UNLISTED", name=name)

    def _check_second(self, data: bytes) -> None:
        """The second signature, before anything of the payload; of a signer that nobody knows it cannot be judged."""
        known = self._policy.signers.get(self.found.signer)
        if known is not None and known.sm2 == "":
            raise refuse("SECOND_SIGNATURE_UNASKED", device=known.device)
        if not _SECOND_FORM.fullmatch(data):
            raise refuse("SECOND_SIGNATURE_WRONG")
        if known is None or known.sm2 is None:
            return
        if not sm2_fits(
            sm2_from_text(known.sm2), known.device, bytes.fromhex(data.decode().strip()), self._tags[TAGMANIFEST]
        ):
            raise refuse("SECOND_SIGNATURE_WRONG")

    def _demand_second(self) -> None:
        known = self._policy.signers.get(self.found.signer)
        if known is not None and known.sm2 and SECOND not in self._seen:
            raise refuse("SECOND_SIGNATURE_MISSING", device=known.device)

    def _payload(self, name: str, data: bytes, digest: str) -> None:
        if name == HEADER:
            found: Any = read_line(read_text(data, "header.json"), "header.json")
            header = read_header(found)
            if found["bundle"] != digest_of(canon({k: v for k, v in found.items() if k != "bundle"}))[:32]:
                raise refuse("HEADER_WRONG", field="bundle")
            if SECOND in self._seen and header.min_reader < SECOND_READER:
                raise refuse("HEADER_WRONG", field="min_reader")
            judge(header, self.found.signer, self._policy)
            self.found.header = header
        elif name in {OPS, BODIES} and self._blob is not None:
            return
        elif name == OPS:
            assert self.found.header is not None
            self.found.checked, self._bodies = check_ops(data, self.found.header)
            self.found.ops = data
        elif name == BODIES:
            check_bodies(data, self._bodies, self.found.checked)
            self.found.bodies = data
        else:
            try:
                check_attachment(digest, data, self.found.checked.claims.get(digest, ()))
            except Problem as problem:
                if problem.code not in self._policy.allow & WAVED:
                    raise
            self.found.blobs[digest] = len(data)
            if self._blob is not None:
                self._blob(digest, data)


def judge(header: Header, signer: str, policy: Policy) -> None:
    """Whether this signer may send this header to us (`docs/bundle-format.md` clauses 6.3 to 6.3b).

    `sender` is the signer's own code by then, and a station's policy knows no signer but its district's: so a relay is
    believed from our district only, for chains of our own station only. What a station brings back is believed because
    we signed it.

    Raises:
        Problem: `WRONG_DISTRICT`, `SIGNER_UNKNOWN`, `SENDER_FALSE`, `DEVICE_FALSE`, `VOUCH_WRONG`, `SIGNER_REVOKED`.
    """
    if header.to != policy.me:
        raise refuse("WRONG_DISTRICT", to=header.to, me=policy.me)
    known = policy.signers.get(signer)
    if known is None:
        raise refuse("SIGNER_UNKNOWN", sender=header.sender, device=header.device, signer=signer)
    if header.sender != known.code:
        raise refuse("SENDER_FALSE", sender=header.sender, signer=known.code)
    downward = chain_to(header.device)
    own = chain_stem(header.device) == known.device and downward in {"", policy.me}
    points = known.revoked
    if is_return(header):
        points = _vouched(header, known, policy)
    elif not own and not is_relay(header):
        raise refuse("DEVICE_FALSE", device=header.device, signer=known.device)
    if points is not None:
        seq, head = points.get(header.device, (0, ""))
        if header.last > seq or (header.last == seq and header.head != head):
            raise refuse("SIGNER_REVOKED", device=header.device, seq=seq)


def _vouched(header: Header, bearer: Known, policy: Policy) -> Mapping[str, tuple[int, str]] | None:
    """How far our key that vouches for a chain which a station brings back is believed; `None` when without end."""
    if bearer.revoked is not None:
        raise refuse("SIGNER_REVOKED", device=bearer.device, seq=0)
    known = policy.own.get(voucher(header))
    if known is None or known.device != chain_stem(header.device):
        raise refuse("VOUCH_WRONG", device=header.device, sender=header.sender)
    # Of a chain that we do not know any more nothing says how far we wrote it: the station may be the last to know.
    return known.revoked if known.revoked and header.device in known.revoked else None
