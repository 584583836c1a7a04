"""Identifiers: time-ordered record ids (UUIDv7, RFC 9562) and random salts, pinned by sample data through `seed_ids`."""

from __future__ import annotations

import random
import secrets
import threading
import uuid
from collections.abc import Callable

from studio_desk.kernel import clock

_bits: list[Callable[[int], int]] = [secrets.randbits]
_last = [0, 0]
_lock = threading.Lock()


def new_uid() -> str:
    """A UUIDv7 as 32 hex digits with hyphens; ids made by one process never go backwards."""
    with _lock:
        millis = int(clock.now().timestamp() * 1000)
        counter = _last[1] + 1 if millis <= _last[0] else _bits[0](10)
        millis = max(millis, _last[0])
        if counter >= 1 << 12:
            millis, counter = millis + 1, 0
        _last[:] = [millis, counter]
    value = (millis & ((1 << 48) - 1)) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | _bits[0](62)
    return str(uuid.UUID(int=value))


def new_salt() -> str:
    """96 random bits as 24 hex digits: keeps the digest of a short body from being guessed (`exchange.md`)."""
    return f"{_bits[0](96):024x}"


def seed_ids(seed: int | None) -> None:
    """Make ids and salts repeatable (sample data and tests only); `None` goes back to the system's randomness."""
    # Keys are never made here: they come from the cryptography library alone.
    _bits[0] = secrets.randbits if seed is None else random.Random(seed).getrandbits  # noqa: S311
    _last[:] = [0, 0]
