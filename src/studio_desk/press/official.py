"""Set what official documents have: titles and heading levels, the red mark of a 纪要, rolls of names, the imprint."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from studio_desk.press.flow import Overlaid, Pinned, Space, Strip, draw_stack, stack_height
from studio_desk.press.fonts import chain
from studio_desk.press.ink import MM, RED, Ink
from studio_desk.press.marks import width_of
from studio_desk.press.paragraph import RISE, Style, balanced, boxed, fitted, paragraph, paragraphs

if TYPE_CHECKING:
    from studio_desk.press.fonts import Prepared
    from studio_desk.press.page import GongwenMark, Heading, Imprint, Roll

TITLE_LEADING = 34.0
"""Points between the lines of a 22 pt title."""

MARK_TOP = 35 * MM
"""GB/T 9704-2012, 10.3: the mark's upper edge below the top of the text area."""

MARK_SIZE = 40.0
MARK_ROWS = 9
"""Grid lines a mark takes, the two blank ones below the rule included (7.3.1)."""


def heading_strips(block: Heading, body: Style, width: float) -> list[Strip]:
    """A heading of any level; it stays with what follows.

    Args:
        block: Text and level.
        body: Style of running text in this frame; its pitch tells a character grid.
        width: Of the text area in points.
    """
    if block.level == 0:
        style = Style("title", 22, TITLE_LEADING if body.pitch else 30, "center")
        strips = balanced(block.text, style, width)
        if body.pitch:  # whole lines of the grid, and one blank
            rows = math.ceil(stack_height(strips) / body.leading) + 1
            strips.append(_Filling(rows * body.leading - stack_height(strips)))
        else:
            strips.append(_Filling(4 * MM))
    else:
        face = {1: "hei", 2: "kai"}.get(block.level)
        size = body.size if body.pitch or block.level > 1 else body.size + 2
        style = replace(
            body,
            face="hei" if face == "hei" else "kai" if face == "kai" else body.face,
            size=size,
            leading=body.leading if body.pitch else size * 1.6,
            indent=2 * body.pitch if body.pitch else 0.0,
            align="left",
        )
        strips = paragraphs(block.text, style, width, keep=True)
        if not body.pitch:
            strips = [Space(2.5 * MM), *strips]
            strips[0].keep = True
    for strip in strips:
        strip.keep = True
    return strips


class _Filling(Strip):
    """White space that is not swallowed and stays with what follows."""

    __slots__ = ()


class _Names(Strip):
    """Names on one line after a label."""

    __slots__ = ("_items", "_style")

    def __init__(self, items: list[tuple[float, Prepared]], style: Style) -> None:
        super().__init__(style.leading)
        self._items, self._style = items, style

    def draw(self, ink: Ink, x: float, top: float) -> None:
        style = self._style
        base = top - (style.leading - style.size) / 2 - RISE * style.size
        for at, words in self._items:
            ink.text(x + at, base, style.size, words, tracking=style.pitch - style.size if style.pitch else 0.0)


def roll_strips(block: Roll, body: Style, width: float) -> list[Strip]:
    """A label and names; turned lines stand below the first name (GB/T 9704-2012, 10.3).

    Args:
        block: Label, names, note.
        body: Style of running text.
        width: Of the text area in points.
    """
    step = body.pitch or body.size
    label = chain("hei").prepare(f"{block.label}：")
    left = 2 * step + len(label.text) * step
    role = chain(body.face)
    words = [*block.names, *([block.note] if block.note else [])]
    strips: list[Strip] = []
    line: list[tuple[float, Prepared]] = [(2 * step, label)]
    at = left
    for word in words:
        name = role.prepare(word)
        wide = width_of(name, body.size) + len(name.text) * (step - body.size)
        if at > left and at + wide > width:
            strips.append(_Names(line, body))
            line, at = [], left
        if at + wide > width:  # wider than a line: set as a paragraph of its own
            first, *rest = paragraph(name, replace(body, indent=left, hang=left), width)
            strips += [Overlaid(_Names(line, body), first), *rest]
            line, at = [], left
            continue
        line.append((at, name))
        at += wide + step
    if line:
        strips.append(_Names(line, body))
    return strips


class _Mark(Strip):
    """The red mark with number, issuer, date and the red rule."""

    __slots__ = ("_block", "_row", "_width")

    def __init__(self, block: GongwenMark, row: float, width: float) -> None:
        super().__init__(MARK_ROWS * row, keep=True)
        self._block, self._row, self._width = block, row, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        block, row, width = self._block, self._row, self._width
        style = Style("title", MARK_SIZE, MARK_SIZE, "center", colour=RED)
        draw_stack(boxed(block.text, style, width, 5 * row - MARK_TOP - 2), ink, x, top - MARK_TOP)
        line = Style("fangsong", 16, row, "center")
        if block.number:
            draw_stack(boxed(block.number, line, width, row), ink, x, top - 5 * row)
        foot = top - 6 * row
        indent = 16.0
        if block.issuer:
            draw_stack(
                boxed(block.issuer, replace(line, align="left"), width * 0.6 - indent, row), ink, x + indent, foot
            )
        if block.date:
            date = boxed(block.date, replace(line, align="right"), width * 0.4 - indent, row)
            draw_stack(date, ink, x + width * 0.6, foot)
        rule = top - 7 * row - 2
        ink.line(x, rule, x + width, rule, width=1.6, colour=RED)


def mark_strips(block: GongwenMark, body: Style, width: float) -> list[Strip]:
    """The head of a 纪要."""
    return [_Mark(block, body.leading, width)]


class _ImprintStrip(Pinned):
    """版记: between thick rules, a thin one between its two parts (GB/T 9704-2012, 7.4)."""

    __slots__ = ("_copies", "_foot", "_width")

    def __init__(self, block: Imprint, width: float) -> None:
        style = Style("fangsong", 14, 22, "justify", indent=14.0, hang=14.0 * 4)
        self._copies = paragraphs(f"抄送：{block.copies_to}。", style, width - 14) if block.copies_to else []
        half = Style("fangsong", 14, 22, "left")
        wide = width - 28
        self._foot = (
            fitted(block.issuer, half, wide * 0.62),
            fitted(f"{block.date}印发" if block.date else "", replace(half, align="right"), wide * 0.38),
        )
        self._width = width
        lower = max(stack_height(part) for part in self._foot)
        super().__init__(stack_height(self._copies) + lower + 8)

    def draw(self, ink: Ink, x: float, top: float) -> None:
        right, foot = x + self._width, top - self.height
        ink.line(x, top, right, top, width=1.0)
        draw_stack(self._copies, ink, x, top - 2)
        middle = top - 4 - stack_height(self._copies)
        if self._copies:
            ink.line(x, middle, right, middle, width=0.7)
        draw_stack(self._foot[0], ink, x + 14, middle - 2)
        draw_stack(self._foot[1], ink, x + 14 + (self._width - 28) * 0.62, middle - 2)
        ink.line(x, foot, right, foot, width=1.0)


def imprint_strips(block: Imprint, width: float) -> list[Strip]:
    """版记 at the foot of the page."""
    return [_ImprintStrip(block, width)]
