"""Lay plain text out in columns when Han characters are two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from studio_desk.kernel.words import series

CELL = 48
"""Widest column of a table on the terminal; longer text is cut with an ellipsis."""


def width(text: str) -> int:
    """Columns a text takes on a terminal (UAX #11: wide and full-width characters take two)."""
    return sum(
        0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in {"W", "F"} else 1 for ch in text
    )


def cut(text: str, limit: int) -> str:
    """The beginning of a text, at most `limit` columns wide, ending in `…` when something was left out."""
    if width(text) <= limit:
        return text
    kept, used = [], 1
    for ch in text:
        used += width(ch)
        if used > limit:
            break
        kept.append(ch)
    return "".join(kept) + "…"


def wrap(text: str, limit: int) -> list[str]:
    """A text in lines of at most `limit` columns, broken at blanks where there are some and anywhere between Han."""
    lines, line = [], ""
    for word in _words(text):
        if line and width(line + word.rstrip()) > limit:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line else lines or [""]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a heading line; cells on one line, columns as wide as they need up to `CELL`."""
    cells = [[cut(" ".join(_text(value).split()), CELL) for value in row] for row in rows]
    widths = [max(width(row[i]) for row in [list(head), *cells]) for i in range(len(head))]
    lines = [[*head], ["-" * w for w in widths], *cells]
    return "\n".join(
        "  ".join(c + " " * (w - width(c)) for c, w in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def facts(pairs: Iterable[tuple[str, object]]) -> str:
    """Labels and values, one pair a line, the values under each other; further lines of a value are indented."""
    told = [(label, _text(value)) for label, value in pairs]
    widest = max((width(label) for label, _ in told), default=0)
    gap = "\n" + " " * (widest + 2)
    return "\n".join(
        f"{label}{' ' * (widest - width(label))}  {value.replace(chr(10), gap)}".rstrip() for label, value in told
    )


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, list):
        return series(_text(inner) for inner in value)
    if isinstance(value, dict):
        return " ".join(_text(inner) for inner in value.values() if inner not in ("", [], None))
    return "" if value is None else str(value)


def _words(text: str) -> list[str]:
    words, word = [], ""
    for ch in text:
        if width(ch) > 1:
            words += [word, ch] if word else [ch]
            word = ""
        else:
            word += ch
            if ch == " ":
                words.append(word)
                word = ""
    return [*words, word] if word else words
