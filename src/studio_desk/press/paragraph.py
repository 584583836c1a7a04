"""Set paragraphs: break, justify by spacing the characters, keep two lines together at the foot and the head of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio_desk.press.breaker import Line, break_lines
from studio_desk.press.flow import Strip
from studio_desk.press.fonts import Prepared, chain
from studio_desk.press.ink import BLACK, LATIN, Colour, Ink

if TYPE_CHECKING:
    from studio_desk.press.page import Align
    from studio_desk.press.page import Face as Role

RISE = 0.86
"""Base line below the upper edge of the em box: Chinese faces sit 0.86 above and 0.14 below it, near enough to centre."""

_LATIN_RUNS = re.compile(f"{LATIN}+")
SMALLEST = 3.0
"""Points: no box is filled with type smaller than this."""

LOOSEST = 0.35
"""Em: a line that would have to be spaced wider than this is left ragged."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph looks.

    Attributes:
        face: Its role.
        size: Points.
        leading: Points from base line to base line.
        align: Of its lines.
        indent: Of the first line, in points.
        hang: Of the other lines, in points.
        pitch: Distance of characters on a grid, in points; 0 without a grid.
        colour: Of the text.
        breaks: The only characters after which a line may end; "" for the usual rules.
    """

    face: Role = "fangsong"
    size: float = 12.0
    leading: float = 20.0
    align: Align = "justify"
    indent: float = 0.0
    hang: float = 0.0
    pitch: float = 0.0
    colour: Colour = BLACK
    breaks: str = ""


class TextLine(Strip):
    """One line of a paragraph."""

    __slots__ = ("_line", "_text", "_width", "style")

    def __init__(self, text: Prepared, line: Line, style: Style, width: float, *, keep: bool) -> None:
        super().__init__(style.leading, keep=keep)
        self._text, self._line, self.style, self._width = text, line, style, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Set the line, its em box centred in the leading."""
        line, style, text = self._line, self.style, self._text
        if line.end <= line.start:
            return
        indent = style.indent if line.start == 0 else style.hang
        slack = self._width - indent - line.width
        tracking = style.pitch - style.size if style.pitch else 0.0
        gap = 0.0
        x += indent
        if style.align == "justify":
            if not line.last and slack > 0:
                gap = slack / max(1, gaps(text.faces, line.start, line.end))
                gap = gap if gap <= LOOSEST * style.size else 0.0
        elif style.align == "right":
            x += slack
        elif style.align == "center":
            x += slack / 2
        ink.text(
            x,
            top - (style.leading - style.size) / 2 - RISE * style.size,
            style.size,
            text,
            start=line.start,
            end=line.end,
            tracking=tracking + gap,
            gap=gap,
            cuts=line.cuts,
            colour=style.colour,
        )


def gaps(faces: str, start: int, end: int) -> int:
    """How many places of a line can be spaced: after each character, but within no Western run, and not at the end."""
    count = end - start
    if LATIN in faces[start:end]:
        runs = _LATIN_RUNS.findall(faces, start, end)
        count += len(runs) - sum(map(len, runs))
    return count - 1


def prepare(role: Role, text: str, *, lead: str = "", lead_role: Role = "hei") -> Prepared:
    """A text of one role, words of another before it."""
    prepared = chain(role).prepare(text)
    return chain(lead_role).prepare(lead) + prepared if lead else prepared


def lines_of(text: Prepared, style: Style, width: float) -> list[Line]:
    """Break a prepared text in a style."""
    spread = style.pitch - style.size if style.pitch else 0.0
    size = style.size
    if spread:
        widths = [a * size if key == LATIN else a * size + spread for a, key in zip(text.advances, text.faces, strict=True)]  # fmt: skip
    else:
        widths = [a * size for a in text.advances]
    return break_lines(
        text.text,
        widths,
        em=size,
        width=width - style.hang,
        first=width - style.indent,
        tight=not style.pitch,
        breaks=style.breaks,
        blank=chain(style.face).blank,
    )


def paragraph(text: Prepared, style: Style, width: float, *, keep: bool = False) -> list[Strip]:
    """The lines of one paragraph.

    Args:
        text: Without line feeds.
        style: Its look.
        width: Of the text area in points.
        keep: The last line stays with what follows (a heading).

    Returns:
        Lines that keep two together at a page's foot and head (no widows, no orphans).
    """
    lines = lines_of(text, style, width)
    count = len(lines)
    return [
        TextLine(text, line, style, width, keep=keep or (count > 1 and (i == 0 or i == count - 2) and i != count - 1))
        for i, line in enumerate(lines)
    ]


def paragraphs(
    text: str, style: Style, width: float, *, lead: str = "", lead_role: Role = "hei", keep: bool = False
) -> list[Strip]:
    """Several paragraphs, parted by line feeds; blanks a writer put before a paragraph give way to the indent."""
    strips: list[Strip] = []
    for number, part in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        clean = part.strip(" \u3000\t") if style.indent else part.rstrip(" \u3000\t")
        prepared = prepare(style.face, clean, lead=lead if number == 0 else "", lead_role=lead_role)
        strips += paragraph(prepared, style, width, keep=keep)
    return strips


def fitted(text: str, style: Style, width: float, *, least: float = 0.7, lines: int = 1) -> list[Strip]:
    """A short text set smaller until it fits, and on more lines only when even the smallest size is too wide.

    Args:
        text: A name, a label.
        style: At its full size.
        width: Room in points.
        least: The smallest share of the size.
        lines: How many lines it may take before it is set smaller.
    """
    prepared = chain(style.face).prepare(text.replace("\n", " ") if lines == 1 else text)
    if "\n" in prepared.text:
        return paragraphs(text, style, width)
    share = 1.0
    while True:
        smaller = style if share == 1.0 else replace(style, size=style.size * share, leading=style.leading * share)
        found = paragraph(prepared, smaller, width)
        if len(found) <= lines or share <= least:
            return found
        needed = width * lines / max(1.0, sum(prepared.advances) * style.size) * 0.999
        share = max(least, min(share * 0.96, needed))


def boxed(text: str, style: Style, width: float, height: float) -> list[Strip]:
    """A text set as large as a box of fixed size allows, on as many lines as it takes.

    Args:
        text: What stands in the box.
        style: At its full size.
        width: Of the box in points.
        height: Of the box in points.

    Returns:
        Its lines; they stand out of the box only when it would be too small for 3 pt type.
    """
    prepared = chain(style.face).prepare(text)
    share = 1.0
    while True:
        smaller = replace(style, size=style.size * share, leading=style.leading * share)
        found = paragraph(prepared, smaller, width)
        if len(found) * smaller.leading <= height or smaller.size <= SMALLEST:
            return found
        share *= 0.95


def balanced(text: str, style: Style, width: float) -> list[Strip]:
    """A title: its lines of about equal length when it needs several (GB/T 9704 7.3.1: 排列对称、长短适宜)."""
    strips: list[Strip] = []
    for part in text.split("\n"):
        prepared = chain(style.face).prepare(part.strip())
        count = len(lines_of(prepared, style, width))
        low, high = width / max(1, count), width
        while count > 1 and high - low > style.size / 2:
            middle = (low + high) / 2
            if len(lines_of(prepared, style, middle)) > count:
                low = middle
            else:
                high = middle
        narrow = lines_of(prepared, style, high)
        strips += [TextLine(prepared, line, style, width, keep=True) for line in narrow]
    return strips
