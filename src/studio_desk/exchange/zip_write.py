"""Write the ZIP of a bundle as a stream: one byte sequence for one content (`docs/bundle-format.md` clause 3)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

STORED: Final = 0
DEFLATED: Final = 8
LOCAL: Final = struct.Struct("<4s5H3L2H")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
END: Final = struct.Struct("<4s4H2LH")
LOCAL_SIGN, CENTRAL_SIGN, END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
VERSION: Final = 20
MADE_BY: Final = 3 << 8 | VERSION
TIME, DATE = 0, 0x21
"""1980-01-01 00:00: an entry has no time of its own, or two runs would differ."""
ATTRIBUTES: Final = 0o100644 << 16
"""A plain file, readable by all."""


@dataclass(frozen=True)
class Entry:
    """What both the local header and the central directory say of an entry."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int = 0

    def local(self) -> bytes:
        """The local header."""
        name = self.name.encode("ascii")
        return (
            LOCAL.pack(
                LOCAL_SIGN, VERSION, 0, self.method, TIME, DATE, self.crc, self.packed, self.size, len(name), 0
            )
            + name
        )  # fmt: skip

    def central(self) -> bytes:
        """The line in the central directory."""
        name = self.name.encode("ascii")
        return (
            CENTRAL.pack(
                CENTRAL_SIGN, MADE_BY, VERSION, 0, self.method, TIME, DATE, self.crc, self.packed, self.size,
                len(name), 0, 0, 0, 0, ATTRIBUTES, self.offset,
            )
            + name
        )  # fmt: skip


def end(count: int, size: int, offset: int) -> bytes:
    """The end of the central directory."""
    return END.pack(END_SIGN, 0, 0, count, count, size, offset, 0)


class ZipWriter:
    """Turns entries into the bytes of a ZIP, in the order given."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._at = 0

    def entry(self, name: str, data: bytes, *, store: bool = False) -> Iterator[bytes]:
        """The bytes of one entry.

        Args:
            name: ASCII.
            data: the whole content.
            store: do not deflate (attachments are packed already).
        """
        packed = data if store else _deflate(data)
        entry = Entry(name, STORED if store else DEFLATED, zlib.crc32(data), len(packed), len(data), self._at)
        self._entries.append(entry)
        header = entry.local()
        self._at += len(header) + len(packed)
        yield header
        yield packed

    def finish(self) -> bytes:
        """The central directory and its end."""
        directory = b"".join(e.central() for e in self._entries)
        return directory + end(len(self._entries), len(directory), self._at)


def _deflate(data: bytes) -> bytes:
    # Raw deflate, level 6: the middle of size against time on journal lines.
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
