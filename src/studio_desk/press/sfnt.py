"""Read a TrueType file as far as paper needs it (which glyph, how wide) and cut out the glyphs a document uses.

The formats are those of ISO/IEC 14496-22 (OpenType): `head`, `hhea`, `maxp`, `hmtx`, `cmap` formats 4 and 12, `loca`,
`glyf`. Nothing is loaded that is not asked for, so a face of 60,000 glyphs opens in a few milliseconds.
"""

from __future__ import annotations

import struct
import sys
from array import array
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap
    from collections.abc import Sequence

ARG_WORDS, HAVE_SCALE, MORE, HAVE_XY_SCALE, HAVE_2X2 = 0x01, 0x08, 0x20, 0x40, 0x80
"""Flags of a component of a composite glyph."""


def _numbers(code: str, data: bytes) -> array[int]:
    """Big-endian numbers as an array of the machine's own order."""
    found = array(code, data)
    if sys.byteorder == "little":
        found.byteswap()
    return found


def _checksum(data: bytes) -> int:
    """The sum of the big-endian 32-bit words of a table, padded with zeros."""
    return sum(_numbers("I", data + b"\0" * (-len(data) % 4))) & 0xFFFFFFFF


class Sfnt:
    """One TrueType face.

    Args:
        data: The file, in memory or mapped.

    Raises:
        ValueError: When it is no TrueType file with `glyf` outlines and a Unicode `cmap`.
    """

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data = data
        try:
            count = struct.unpack(">H", data[4:6])[0]
            records = (struct.unpack(">4sLLL", data[12 + 16 * i : 28 + 16 * i]) for i in range(count))
            self._tables = {tag.decode("latin1"): (at, size) for tag, _sum, at, size in records}
            head, hhea = self.table("head"), self.table("hhea")
            self.units: int = struct.unpack(">H", head[18:20])[0]
            self.bbox: tuple[int, int, int, int] = struct.unpack(">4h", head[36:44])
            self._long = struct.unpack(">h", head[50:52])[0] == 1
            self.ascent, self.descent = struct.unpack(">2h", hhea[4:8])
            self._metrics: int = struct.unpack(">H", hhea[34:36])[0]
            self.glyphs: int = struct.unpack(">H", self.table("maxp")[4:6])[0]
            self._starts, self._ends, self._deltas, self._direct = self._read_cmap()
            if "glyf" not in self._tables or not self.units:
                raise ValueError("no TrueType outlines")
        except (struct.error, KeyError, UnicodeDecodeError, IndexError) as broken:
            raise ValueError(f"not a TrueType font: {broken}") from broken

    def table(self, tag: str) -> bytes:
        """The bytes of one table.

        Raises:
            KeyError: When the face has no such table.
        """
        at, size = self._tables[tag]
        return bytes(self._data[at : at + size])

    def _read_cmap(self) -> tuple[array[int], array[int], array[int], dict[int, int]]:
        """Unicode ranges (start, end, first glyph) of a format 12 table, or single pairs of a format 4 one."""
        cmap = self.table("cmap")
        best = (0, 0)
        for i in range(struct.unpack(">H", cmap[2:4])[0]):
            platform, encoding, at = struct.unpack(">HHL", cmap[4 + 8 * i : 12 + 8 * i])
            if platform == 0 or (platform == 3 and encoding in {1, 10}):
                kind = struct.unpack(">H", cmap[at : at + 2])[0]
                if kind in {4, 12}:
                    best = max(best, (kind, at))
        kind, at = best
        if kind == 12:
            count = struct.unpack(">L", cmap[at + 12 : at + 16])[0]
            flat = _numbers("I", cmap[at + 16 : at + 16 + 12 * count])
            return flat[0::3], flat[1::3], flat[2::3], {}
        if kind == 4:
            return array("I"), array("I"), array("I"), _format4(cmap, at)
        raise ValueError("no Unicode character map")

    def glyph(self, code: int) -> int:
        """The glyph of a code point; 0 when the face has none."""
        if self._direct:
            return self._direct.get(code, 0)
        i = bisect_right(self._starts, code) - 1
        if i < 0 or code > self._ends[i]:
            return 0
        return self._deltas[i] + code - self._starts[i]

    @cached_property
    def _advances(self) -> array[int]:
        return _numbers("H", self.table("hmtx")[: 4 * self._metrics])[0::2]

    def advance(self, glyph: int) -> float:
        """The advance width of a glyph in em."""
        return self._advances[min(glyph, self._metrics - 1)] / self.units

    @cached_property
    def _loca(self) -> array[int]:
        raw = self.table("loca")
        if self._long:
            return _numbers("I", raw)
        return array("I", (2 * half for half in _numbers("H", raw)))

    def outline(self, glyph: int) -> bytes:
        """The `glyf` entry of a glyph; empty for a blank."""
        start = self._tables["glyf"][0]
        return bytes(self._data[start + self._loca[glyph] : start + self._loca[glyph + 1]])

    def extent(self, glyph: int) -> tuple[float, float]:
        """The leftmost and the rightmost x of a glyph in em; (0, 0) for a blank."""
        data = self.outline(glyph)
        if len(data) < 10:
            return 0.0, 0.0
        left, _low, right, _high = struct.unpack(">4h", data[2:10])
        return left / self.units, right / self.units

    def subset(self, glyphs: Sequence[int]) -> bytes:
        """A font program with these glyphs, numbered in the order given.

        Args:
            glyphs: Glyph numbers of this face; the first must be 0 (.notdef); a glyph may occur twice.

        Returns:
            A TrueType file without character map, as PDF embeds it for a CIDFontType2 (ISO 32000-1, 9.9).
        """
        order = list(glyphs)
        place = {glyph: i for i, glyph in reversed(list(enumerate(order)))}
        outlines = []
        for glyph in order:  # grows while components are found
            data = self.outline(glyph)
            outlines.append(_renumber(data, order, place) if data[:1] >= b"\x80" else data)
        loca, at = [0], 0
        for data in outlines:
            at += len(data) + -len(data) % 4
            loca.append(at)
        glyf = b"".join(data + b"\0" * (-len(data) % 4) for data in outlines)
        metrics = bytearray()
        for glyph, data in zip(order, outlines, strict=True):
            left = data[2:4] or b"\0\0"
            metrics += struct.pack(">H", self._advances[min(glyph, self._metrics - 1)]) + left
        head = bytearray(self.table("head"))
        head[8:12] = b"\0\0\0\0"
        head[50:52] = b"\0\1"
        hhea = bytearray(self.table("hhea"))
        hhea[34:36] = struct.pack(">H", len(order))
        maxp = bytearray(self.table("maxp"))
        maxp[4:6] = struct.pack(">H", len(order))
        tables = {
            "glyf": glyf,
            "head": bytes(head),
            "hhea": bytes(hhea),
            "hmtx": bytes(metrics),
            "loca": struct.pack(f">{len(loca)}L", *loca),
            "maxp": bytes(maxp),
        }
        tables |= {tag: self.table(tag) for tag in ("cvt ", "fpgm", "prep") if tag in self._tables}
        return _assemble(tables)


def _format4(cmap: bytes, at: int) -> dict[int, int]:
    """All pairs of a format 4 character map."""
    twice = struct.unpack(">H", cmap[at + 6 : at + 8])[0]
    ends = _numbers("H", cmap[at + 14 : at + 14 + twice])
    starts = _numbers("H", cmap[at + 16 + twice : at + 16 + 2 * twice])
    deltas = _numbers("H", cmap[at + 16 + 2 * twice : at + 16 + 3 * twice])
    offsets_at = at + 16 + 3 * twice
    offsets = _numbers("H", cmap[offsets_at : offsets_at + twice])
    pairs: dict[int, int] = {}
    for i, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for code in range(start, end + 1):
            if offset:
                where = offsets_at + 2 * i + offset + 2 * (code - start)
                raw = cmap[where : where + 2]
                glyph = struct.unpack(">H", raw)[0] if len(raw) == 2 else 0
                glyph = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                pairs[code] = glyph
    return pairs


def _renumber(data: bytes, order: list[int], place: dict[int, int]) -> bytes:
    """Point the components of a composite glyph at their new numbers, appending those not yet in `order`."""
    fresh = bytearray(data)
    at, flags = 10, MORE
    while flags & MORE:
        flags, glyph = struct.unpack(">HH", fresh[at : at + 4])
        if glyph not in place:
            place[glyph] = len(order)
            order.append(glyph)
        fresh[at + 2 : at + 4] = struct.pack(">H", place[glyph])
        at += 8 if flags & ARG_WORDS else 6
        at += 2 if flags & HAVE_SCALE else 4 if flags & HAVE_XY_SCALE else 8 if flags & HAVE_2X2 else 0
    return bytes(fresh)


def _assemble(tables: dict[str, bytes]) -> bytes:
    """A TrueType file of these tables, with its sums."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    header = struct.pack(">LHHHH", 0x00010000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    at = 12 + 16 * count
    records, bodies = [], []
    for tag in sorted(tables):
        body = tables[tag]
        records.append(struct.pack(">4sLLL", tag.encode("latin1"), _checksum(body), at, len(body)))
        if tag == "head":
            head_at = at
        padded = body + b"\0" * (-len(body) % 4)
        bodies.append(padded)
        at += len(padded)
    whole = bytearray(header + b"".join(records) + b"".join(bodies))
    whole[head_at + 8 : head_at + 12] = struct.pack(">L", (0xB1B0AFBA - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)
