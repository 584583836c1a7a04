"""Characters that are taken for each other: names written with them are compared as one (`resources/names/lookalike.json`)."""

from __future__ import annotations

import json
import unicodedata
from functools import cache

from studio_desk.kernel.resources import resource


def folded(name: str) -> str:
    """A name with every character as the first of those it is taken for: 李己 and 李已 are the same then.

    Full and half width, case, blanks and dots make no difference either; traditional and simplified forms are one.
    """
    plain = (ch for ch in unicodedata.normalize("NFKC", name).casefold() if ch.isalnum())
    return "".join(plain).translate(_table())


def variants(name: str, limit: int = 12) -> list[str]:
    """Names that look like `name`: one character exchanged for another it is taken for."""
    found: list[str] = []
    for place, ch in enumerate(name):
        found += [name[:place] + other + name[place + 1 :] for other in _alike().get(ch, "") if other != ch]
    return found[:limit]


@cache
def _alike() -> dict[str, str]:
    """Every character with all it may be taken for, itself among them."""
    told = json.loads(resource("names/lookalike.json").read_text(encoding="utf-8"))
    of: dict[str, set[str]] = {}
    for group in (*told["traditional"], *told["lookalike"]):
        for ch in group:
            of.setdefault(ch, {ch}).update(group)
    return {ch: "".join(sorted(others)) for ch, others in of.items()}


@cache
def _table() -> dict[int, str]:
    """Each character to the smallest that it reaches over any number of likenesses."""
    alike, first = _alike(), dict[str, str]()
    for ch in sorted(alike):
        edge = [ch] if ch not in first else []
        while edge:
            at = edge.pop()
            if at not in first:
                first[at] = ch
                edge += alike[at]
    return {ord(ch): to for ch, to in first.items()}
