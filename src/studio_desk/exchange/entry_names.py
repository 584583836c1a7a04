"""Judge the name of an entry before anything else of it is looked at (`docs/bundle-format.md` clause 3.4)."""

from __future__ import annotations

import re
import unicodedata

from studio_desk.exchange.limits import MAX_NAME
from studio_desk.exchange.refusals import refuse

_PLAIN = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*")
_DRIVE = re.compile(r"^[A-Za-z]:")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
"""Device names of Windows, with any extension. Source: Microsoft, "Naming Files, Paths, and Namespaces"."""


def entry_name(raw: bytes) -> str:
    """The name, when it is one that any system can hold.

    Raises:
        Problem: `NAME_…` with the reason.
    """
    name = raw.decode("utf-8", "backslashreplace")
    code = _fault(raw, name)
    if code:
        raise refuse(code, name=name)
    return name


def _fault(raw: bytes, name: str) -> str:
    """The code of the first fault, `""` for a good name; the more telling faults come first."""
    parts = name.split("/")
    faults = (
        ("NAME_NUL", b"\0" in raw),
        ("NAME_DRIVE", _DRIVE.match(name)),
        ("NAME_BACKSLASH", b"\\" in raw),
        ("NAME_ABSOLUTE", name.startswith("/")),
        ("NAME_CLIMBS", ".." in parts),
        ("NAME_LOOKALIKE", not raw.isascii()),
        ("NAME_RESERVED", any(_RESERVED.fullmatch(part) for part in parts)),
        ("NAME_STRANGE", not 0 < len(raw) <= MAX_NAME or not _PLAIN.fullmatch(name)),
        ("NAME_STRANGE", any(part.endswith(".") for part in parts)),
    )
    return next((code for code, found in faults if found), "")


def twin_key(name: str) -> str:
    """What two names have in common when some file system takes them for one."""
    return unicodedata.normalize("NFKC", name).casefold()
