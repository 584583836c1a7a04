"""Cut a chain into the contents of bundles: as few as the limits of the format allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from studio_desk.exchange.header import GENESIS
from studio_desk.exchange.limits import VOLUME_BODIES, VOLUME_BYTES, VOLUME_OPS
from studio_desk.store.ops import read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

_PAGE: Final = 5_000
"""Ops fetched at a time."""


@dataclass
class Volume:
    """The ops of one bundle, ready to be packed.

    Attributes:
        dev: the chain.
        first: number of the first op.
        prev: digest of the op before.
        ops: op lines.
        bodies: body lines.
        blobs: digest to size of the attachments.
        recs: records the ops are about.
        bare: records of ops that go without their body.
        head: digest of the last op.
        vouch: the writer's signature over `head`, where another brings its chain back.
    """

    dev: str
    first: int
    prev: str
    ops: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    blobs: dict[str, int] = field(default_factory=dict)
    recs: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    head: str = ""
    vouch: str = ""
    _text: int = 0
    _bytes: int = 0

    @property
    def last(self) -> int:
        """Number of the last op."""
        return self.first + len(self.ops) - 1

    def full(self, text: int, attached: int) -> bool:
        """Whether an op with a body of `text` bytes and attachments of `attached` bytes must go into the next volume."""
        return bool(self.ops) and (
            len(self.ops) >= VOLUME_OPS
            or self._text + text > VOLUME_BODIES
            or self._bytes + text + attached > VOLUME_BYTES
        )

    def add(self, digest: str, rec: str, line: str, body: str | None, blobs: Mapping[str, int]) -> None:
        """Take one op in."""
        self.ops.append(line)
        self.head = digest
        self.blobs |= blobs
        if rec:
            self.recs.add(rec)
        if body is None:
            self.bare.add(rec)
        else:
            self.bodies.append(body)
            self._text += len(body.encode())
        self._bytes += len(line) + len((body or "").encode()) + sum(blobs.values())


def cut(home: Home, dev: str, first: int, last: int) -> list[Volume]:
    """The ops `first` to `last` of a chain in as few volumes as the limits allow; an attachment travels once."""
    volumes: list[Volume] = []
    packed: set[str] = set()
    prev = GENESIS
    for seq, digest, rec, line, body in _rows(home, dev, max(first - 1, 1), last):
        if seq < first:
            prev = digest
            continue
        blobs = {d: size for d, size in _named(home, body).items() if d not in packed}
        if not volumes or volumes[-1].full(len((body or "").encode()), sum(blobs.values())):
            volumes.append(Volume(dev, seq, prev))
        volumes[-1].add(digest, rec, line, body, blobs)
        packed |= blobs.keys()
        prev = digest
    return volumes


def _rows(home: Home, dev: str, first: int, last: int) -> Iterator[tuple[int, str, str, str, str | None]]:
    """Number, digest, record, line and body of a chain's ops, without parsing them."""
    for start in range(first, last + 1, _PAGE):
        with home.file.read() as c:
            rows = c.exec_driver_sql(
                "SELECT o.seq, o.digest, o.rec, o.line, b.line FROM op o LEFT JOIN body b ON b.digest = o.body"
                " WHERE o.dev = ? AND o.seq BETWEEN ? AND ? ORDER BY o.seq",
                (dev, start, min(start + _PAGE - 1, last)),
            ).all()
        yield from (tuple(row) for row in rows)


def _named(home: Home, body: str | None) -> dict[str, int]:
    """The attachments a body names, as far as they are here."""
    # Keys are sorted, so a body without attachments begins like this.
    if body is None or body.startswith('{"blobs":[]'):
        return {}
    return sizes(home, read_body(body).get("blobs", []))


def sizes(home: Home, digests: Sequence[str]) -> dict[str, int]:
    """Bytes of those of some attachments that are here."""
    with home.file.read() as c:
        query = "SELECT size FROM blob WHERE sha256 = ?"
        sizes = {digest: c.exec_driver_sql(query, (digest,)).scalar() for digest in digests}
    return {digest: size for digest, size in sizes.items() if size is not None}


def fetch(home: Home, digest: str) -> bytes:
    """An attachment that is here."""
    with home.file.read() as c:
        return bytes(c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (digest,)).scalar_one())
