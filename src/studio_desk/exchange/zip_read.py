"""Read a bundle's ZIP from a stream, believing nothing: one layout is right, everything else has a name.

The reader never seeks. It takes the local headers one after the other, hands each entry's bytes to a sink, works out
the central directory that they imply and demands that the file ends with exactly that (`docs/bundle-format.md`
clause 3). Overlaps, hidden entries, links, zip64 and appended bytes have no place to be.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator
from typing import Protocol

from studio_desk.exchange.entry_names import entry_name, twin_key
from studio_desk.exchange.limits import MAX_ENTRIES, MAX_RATIO, RATIO_FROM
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.zip_write import (
    CENTRAL,
    CENTRAL_SIGN,
    DATE,
    DEFLATED,
    END,
    END_SIGN,
    LOCAL,
    LOCAL_SIGN,
    STORED,
    TIME,
    VERSION,
    Entry,
    end,
)
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

_BLOCK = 1 << 18
_HUGE = 0xFFFFFFFF
_ZIP64_EXTRA = b"\x01\x00"
_ZIP64_SIGNS = (b"PK\x06\x06", b"PK\x06\x07")
_FILE_TYPE, _PLAIN_FILE = 0o170000, 0o100000
_Parse = Generator[int, bytes, None]


class Sink(Protocol):
    """Who takes the entries. Every method may raise a Problem, which ends the reading."""

    def begin(self, name: str, size: int) -> None:
        """An entry starts; `size` is what it claims to unpack to."""

    def data(self, block: bytes) -> None:
        """The next bytes of the entry, unpacked."""

    def end(self) -> None:
        """The entry is complete."""


class ZipReader:
    """A writable object: what is written to it is parsed at once, memory stays bounded by one block.

    Call `finish` after the last byte; only then is the ZIP accepted.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._buffer = bytearray()
        self._entries: list[Entry] = []
        self._twins: dict[str, str] = {}
        self._at = 0
        self._over = False
        self._parse = self._zip()
        self._want = next(self._parse)

    def write(self, data: bytes) -> int:
        """Take the next bytes.

        Raises:
            Problem: the first thing that is wrong.
        """
        if self._over and data:
            raise refuse("ZIP_APPENDED")
        self._buffer += data
        start = 0
        while not self._over:
            have = len(self._buffer) - start
            # A positive want is an exact count, a negative one "up to that many".
            if have < self._want or not have:
                break
            take = self._want if self._want >= 0 else min(have, -self._want)
            block = bytes(self._buffer[start : start + take])
            start += take
            self._at += take
            try:
                self._want = self._parse.send(block)
            except StopIteration:
                self._over = True
        del self._buffer[:start]
        if self._over and self._buffer:
            raise refuse("ZIP_APPENDED")
        return len(data)

    def flush(self) -> None:
        """Nothing waits; part of the writable object's shape."""

    def finish(self) -> None:
        """Say that no more bytes come.

        Raises:
            Problem: `ZIP_DAMAGED` when the ZIP is not complete.
        """
        if not self._over:
            raise refuse("ZIP_DAMAGED", detail=say("后面缺了一段"))

    def _zip(self) -> _Parse:
        sign = yield 4
        if sign not in {LOCAL_SIGN, END_SIGN}:
            raise refuse("ZIP_PREPENDED")
        while sign == LOCAL_SIGN:
            yield from self._entry()
            sign = yield 4
        directory_at = self._at - 4
        for entry in self._entries:
            yield from self._directory_line(sign, entry)
            sign = yield 4
        size = self._at - 4 - directory_at
        if sign == CENTRAL_SIGN:
            raise refuse("ENTRY_OVERLAP", name=say("目录"))  # listed, but there are no bytes of its own
        if sign in _ZIP64_SIGNS:
            raise refuse("ZIP64")
        if sign != END_SIGN:
            raise refuse("ZIP_DAMAGED", detail=say("目录没有结尾"))
        tail = yield END.size - 4
        wanted = end(len(self._entries), size, directory_at)[4:]
        if tail != wanted:
            raise self._tail_fault(tail, wanted)

    def _entry(self) -> _Parse:
        offset = self._at - 4
        fixed = yield LOCAL.size - 4
        _, version, flags, method, time, date, crc, packed, size, name_size, extra_size = LOCAL.unpack(
            LOCAL_SIGN + fixed
        )
        if not name_size:
            raise refuse("NAME_STRANGE", name="")
        raw = yield name_size
        name = entry_name(raw)
        if len(self._entries) >= MAX_ENTRIES:
            raise refuse("ENTRIES_TOO_MANY", limit=MAX_ENTRIES)
        self._unique(name)
        if extra_size:
            extra = yield extra_size
            raise refuse("ZIP64") if extra[:2] == _ZIP64_EXTRA else refuse("ENTRY_EXTRA", name=name)
        if _HUGE in {packed, size} or version >= 45:
            raise refuse("ZIP64")
        if flags & 1:
            raise refuse("ENTRY_ENCRYPTED", name=name)
        if method not in {STORED, DEFLATED}:
            raise refuse("ENTRY_METHOD", name=name)
        if (version, flags, time, date) != (VERSION, 0, TIME, DATE):
            raise refuse("ENTRY_EXTRA", name=name)
        if size > RATIO_FROM and size > MAX_RATIO * packed:
            raise refuse("ENTRY_BOMB", name=name)
        entry = Entry(name, method, crc, packed, size, offset)
        self._sink.begin(name, size)
        yield from self._content(entry)
        self._sink.end()
        self._entries.append(entry)

    def _content(self, entry: Entry) -> _Parse:
        left, made, crc = entry.packed, 0, 0
        inflate = zlib.decompressobj(-15) if entry.method == DEFLATED else None
        while left:
            block = yield -min(left, _BLOCK)
            left -= len(block)
            while block:
                try:
                    plain = inflate.decompress(block, _BLOCK) if inflate else block
                except zlib.error:
                    raise refuse("ENTRY_CHECKSUM", name=entry.name) from None
                block = inflate.unconsumed_tail if inflate else b""
                made += len(plain)
                if made > entry.size:
                    raise refuse("ENTRY_BOMB", name=entry.name)
                crc = zlib.crc32(plain, crc)
                if plain:
                    self._sink.data(plain)
        if inflate and (not inflate.eof or inflate.unused_data):
            raise refuse("ENTRY_MISMATCH", name=entry.name)
        if made != entry.size:
            raise refuse("ENTRY_MISMATCH", name=entry.name)
        if crc != entry.crc:
            raise refuse("ENTRY_CHECKSUM", name=entry.name)

    def _unique(self, name: str) -> None:
        key = twin_key(name)
        if key in self._twins:
            raise refuse("ENTRY_TWICE" if self._twins[key] == name else "ENTRY_TWIN", name=name)
        self._twins[key] = name

    def _directory_line(self, sign: bytes, entry: Entry) -> _Parse:
        if sign != CENTRAL_SIGN:
            raise refuse("ENTRY_MISMATCH", name=entry.name)  # there, but not listed
        wanted = entry.central()
        found = yield CENTRAL.size - 4
        # The fault of the fixed part is named first: its lengths are not to be believed.
        if found == wanted[4 : CENTRAL.size]:
            name = yield len(wanted) - CENTRAL.size
            if name == wanted[CENTRAL.size :]:
                return
        raise _line_fault(found, entry)

    def _tail_fault(self, tail: bytes, wanted: bytes) -> Problem:
        found = END.unpack(END_SIGN + tail)
        if found[-1]:
            return refuse("ZIP_COMMENT")
        if found[6] == _HUGE or 0xFFFF in found[3:5]:
            return refuse("ZIP64")
        if found[6] != END.unpack(END_SIGN + wanted)[6]:
            return refuse("ZIP_PREPENDED")
        if found[1] or found[2]:
            return refuse("ZIP_SPLIT")
        return refuse("ENTRY_OVERLAP", name=say("目录"))


def _line_fault(found: bytes, entry: Entry) -> Problem:
    """Why a line of the central directory is not the one that the local header implies."""
    fields = CENTRAL.unpack(CENTRAL_SIGN + found)
    version, extra, comment, attributes, offset = fields[2], fields[11], fields[12], fields[15], fields[16]
    unix_type = attributes >> 16 & _FILE_TYPE
    if _HUGE in {fields[8], fields[9], offset} or version >= 45:
        return refuse("ZIP64")
    if unix_type not in {0, _PLAIN_FILE} or attributes & 0x10:
        return refuse("ENTRY_LINK", name=entry.name)
    if extra or comment:
        return refuse("ENTRY_EXTRA", name=entry.name)
    if fields[13]:
        return refuse("ZIP_SPLIT")
    if offset != entry.offset:
        return refuse("ENTRY_OVERLAP", name=entry.name)
    return refuse("ENTRY_MISMATCH", name=entry.name)
