"""The outer file: age v1, sealed for the addressee, the writer's archive and an optional escrow (C2SP age)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, Protocol

from studio_desk.exchange.refusals import refuse
from studio_desk.kernel.problem import Problem

_MAGIC: Final = b"age-encryption.org/v1\n"
_END: Final = b"\n--- "
"""Begins the last line of the header."""
_HEAD: Final = 1 << 16
"""Most bytes of the header: room for 600 recipients. The library reads a longer one from its beginning for each line."""
_NONCE, _CHUNK, _TAG = 16, 65536, 16
"""Payload layout of age v1: a nonce, then chunks of 64 KiB with a tag each."""


class Writer(Protocol):
    """Whoever takes the plain bytes."""

    def write(self, data: bytes, /) -> int:
        """Take the next bytes."""

    def flush(self) -> None:
        """No more come for now."""


def seal(plain: Iterable[bytes], recipients: Sequence[str], target: BinaryIO) -> None:
    """Encrypt a stream for all `recipients` (`age1…`); any one of them can open it.

    Raises:
        OSError: the target took no more.
        Exception: whatever `plain` raised.
    """
    import pyrage

    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    stream = _Stream(iter(plain), target)
    try:
        pyrage.encrypt_io(stream, stream, keys)
    except Exception:
        if stream.failed is not None:  # the library puts its own error in the place of a full disk
            raise stream.failed from None
        raise


def open_sealed(sealed: BinaryIO, size: int, identities: Sequence[str], plain: Writer) -> None:
    """Decrypt a sealed file into a writer, block by block.

    Args:
        sealed: the file, at its beginning.
        size: its length in bytes.
        identities: `AGE-SECRET-KEY-1…` texts that may fit.
        plain: takes the content; a Problem it raises ends the reading.

    Raises:
        Problem: `BUNDLE_EMPTY`, `BUNDLE_NOT_ONE`, `BUNDLE_NOT_FOR_US`, `BUNDLE_TRUNCATED`, `BUNDLE_DAMAGED`, or what
            the writer raised.
    """
    import pyrage

    if not size:
        raise refuse("BUNDLE_EMPTY")
    start = sealed.read(_HEAD)
    sealed.seek(0)
    if not start.startswith(_MAGIC):
        raise refuse("BUNDLE_TRUNCATED" if _MAGIC.startswith(start) else "BUNDLE_NOT_ONE")
    if _END not in start:
        raise refuse("BUNDLE_TRUNCATED" if size <= _HEAD else "BUNDLE_DAMAGED")
    keys = [pyrage.x25519.Identity.from_str(identity) for identity in identities]
    try:
        pyrage.decrypt_io(sealed, plain, keys)
    except Problem:
        raise
    except pyrage.DecryptError as error:
        raise refuse("BUNDLE_NOT_FOR_US" if "No matching keys" in str(error) else "BUNDLE_DAMAGED") from None
    except OSError as error:
        if error.errno:
            raise
        raise refuse("BUNDLE_TRUNCATED" if _cut(sealed, size) else "BUNDLE_DAMAGED") from None


def _cut(sealed: BinaryIO, size: int) -> bool:
    """Whether the length alone shows that the end is missing: the last chunk would be shorter than its own tag."""
    sealed.seek(0)
    head = sealed.read(_HEAD)
    at = head.find(_END)
    body = size - (head.find(b"\n", at + 1) + 1) - _NONCE
    return at > 0 and (body < _TAG or 0 < body % (_CHUNK + _TAG) <= _TAG)


class _Stream:
    """A readable object over an iterator of blocks and a writable one over a file, which remembers what failed."""

    def __init__(self, blocks: Iterator[bytes], target: BinaryIO) -> None:
        self.failed: Exception | None = None
        self._blocks = blocks
        self._target = target
        self._rest = memoryview(b"")

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, empty at the end."""
        while not self._rest:
            try:
                block = next(self._blocks, None)
            except Exception as error:
                self.failed = error
                raise
            if block is None:
                return b""
            self._rest = memoryview(block)
        part = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(part) :]
        return bytes(part)

    def write(self, data: bytes) -> int:
        """Hand on to the file."""
        try:
            return self._target.write(data)
        except Exception as error:
            self.failed = error
            raise

    def flush(self) -> None:
        """Hand on to the file."""
        try:
            self._target.flush()
        except Exception as error:
            self.failed = error
            raise
