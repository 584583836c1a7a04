"""Canonical JSON: one value has exactly one line (RFC 8785 over the types that the exchange allows)."""

from __future__ import annotations

import hashlib
import json
from typing import Any

MAX_INT = 2**53
MAX_DEPTH = 16


def canon(value: Any) -> str:
    """The one canonical line of `value`: sorted ASCII keys, no spaces, UTF-8 kept readable.

    Raises:
        ValueError: a float, an integer of 2^53 or more, a non-ASCII key, a lone surrogate or a type JSON does not know.
    """
    _admit(value, 0)
    return _encode(value)


def parse(line: str) -> Any:
    """Read one canonical line; anything that is not its own canonical form is refused.

    One comparison refuses duplicate keys, floats, NaN, escape variants and stray spaces (`exchange.md`).

    Raises:
        ValueError: the line is no JSON or not canonical.
    """
    try:
        value = json.loads(line)
        same = canon(value) == line
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep
    if not same:
        raise ValueError("not canonical JSON")
    return value


def digest(line: str) -> str:
    """SHA-256 of a line's UTF-8 bytes, lower-case hex."""
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


def _admit(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError("key is not ASCII text")
            _admit(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _admit(inner, depth + 1)
    elif not isinstance(value, (bool, int, type(None))):
        raise ValueError(f"{type(value).__name__} has no canonical form")  # noqa: TRY004 - one error type for readers
    elif value is not None and not -MAX_INT < value < MAX_INT:
        raise ValueError("integer out of range")
