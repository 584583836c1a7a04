"""Look into a closed or open encrypted file as a thief with its key would: every page, free or not, and the log beside it."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVE = 4096, 80
"""SQLCipher 4: bytes of a page; of those at its end 16 for the start vector and 64 for the HMAC."""


def plain(folder: Path, key: bytes) -> bytes:
    """All pages of the database and of its write-ahead log, decrypted, free ones and leftovers included."""
    data = (folder / "desk.db").read_bytes()
    pages = [(data[i : i + PAGE], i == 0) for i in range(0, len(data), PAGE)]
    log = folder / "desk.db-wal"
    if log.exists():
        frames = log.read_bytes()[32:]
        for i in range(0, len(frames), PAGE + 24):
            first = int.from_bytes(frames[i : i + 4], "big") == 1
            pages.append((frames[i + 24 : i + 24 + PAGE], first))
    return b"".join(_page(page, first=first, key=key) for page, first in pages if len(page) == PAGE)


def _page(page: bytes, *, first: bool, key: bytes) -> bytes:
    start = page[-RESERVE : -RESERVE + 16]
    box = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return box.update(page[16 if first else 0 : -RESERVE]) + box.finalize()
