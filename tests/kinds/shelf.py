"""A shelf of records for printed forms to look things up in, and the words that a sheet would print."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from studio_desk.press.page import Checks, Sheet

LOOKS = {"align", "face", "lead_face", "frame", "paper", "numbering", "image"}
"""Fields of a page that say how, not what."""


class Shelf:
    """The `Look` of a small station held in memory."""

    def __init__(self, *records: Mapping[str, Any], full: bool = False, photos: Mapping[str, bytes] | None = None):
        self.records = {str(row["uid"]): row for row in records}
        self.full = full
        self.photos = dict(photos or {})
        self.office = "青溪区政协石桥镇联络站"

    def title(self, uid: str) -> str:
        row = self.records.get(uid, {})
        return str(row.get("title") or row.get("name") or row.get("subject") or row.get("code") or uid)

    def record(self, uid: str) -> Mapping[str, Any]:
        return self.records.get(uid, {})

    def children(self, kind: str, field: str, uid: str) -> Sequence[Mapping[str, Any]]:
        return [row for row in self.records.values() if row.get("kind") == kind and row.get(field) == uid]

    def photo(self, sha256: str) -> bytes | None:
        return self.photos.get(sha256)


def words(sheets: Iterable[Sheet]) -> str:
    """Every text of the sheets in reading order; of tick boxes only the ticked ones, `[x]` before each."""
    return "\n".join(_words([sheet.blocks for sheet in sheets]))


def _words(part: Any) -> list[str]:
    if isinstance(part, Checks):
        return [f"[x]{word}" for word in part.ticked]
    if isinstance(part, str):
        return [part] if part else []
    if isinstance(part, list | tuple | frozenset):
        return [word for inner in part for word in _words(inner)]
    if dataclasses.is_dataclass(part):
        return [
            word
            for field in dataclasses.fields(part)
            if field.name not in LOOKS
            for word in _words(getattr(part, field.name))
        ]
    return []


def leaves(value: Any) -> list[Any]:
    """The single values inside a body."""
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]
