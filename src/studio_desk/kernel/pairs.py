"""What an op is about when it is about two records: the pair that it links or unlinks (`docs/bundle-format.md` 7.2a)."""

from __future__ import annotations

LINK, UNLINK = "record.link", "record.unlink"
LINK_TYPES = frozenset({LINK, UNLINK})
"""Types about two records at once: that they speak of one person or event, or that they do not. `rec` names the pair."""
_JOIN = "+"


def pair_name(one: str, other: str) -> str:
    """What `rec` says in an op about two records: both uids, the smaller first."""
    return _JOIN.join(sorted((one, other)))


def pair_of(rec: str) -> tuple[str, str] | None:
    """The two records that a `rec` names, `None` when it names one record or is not as `pair_name` writes it."""
    one, join, other = rec.partition(_JOIN)
    return (one, other) if join and one and _JOIN not in other and one < other else None
