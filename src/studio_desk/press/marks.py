"""Draw the small things of a form: tick boxes, signing lines, rules, cut lines, QR symbols and the archive stamp."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio_desk.press.flow import Overlaid, Space, Strip, draw_stack, stack_height
from studio_desk.press.fonts import Prepared, chain
from studio_desk.press.ink import GREY, MM, RED, Ink
from studio_desk.press.paragraph import RISE, Style, boxed, fitted, paragraph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_desk.press.page import QR, ArchiveStamp, Checks, CutLine, Rule, Signature, Signatures

BOX = 0.82
"""Edge of a tick box in em."""

_DATE = "　　　年　　月　　日"


def width_of(text: Prepared, size: float) -> float:
    """The natural width of a text in points."""
    return sum(text.advances) * size


class _CheckLine(Strip):
    """Tick boxes with their words on one line."""

    __slots__ = ("_items", "_style")

    def __init__(self, items: list[tuple[float, bool, Prepared]], style: Style) -> None:
        super().__init__(style.leading)
        self._items, self._style = items, style

    def draw(self, ink: Ink, x: float, top: float) -> None:
        size = self._style.size
        base = top - (self._style.leading - size) / 2 - RISE * size
        for at, ticked, words in self._items:
            left, foot, edge = x + at, base - 0.06 * size, BOX * size
            ink.box(left, foot, edge, edge, rule=0.7)
            if ticked:
                tick = ((0.16, 0.52), (0.42, 0.22), (0.92, 0.98))
                ink.path([(left + px * edge, foot + py * edge) for px, py in tick], width=1.3)
            ink.text(left + edge + 0.25 * size, base, size, words)


def checks_strips(block: Checks, style: Style, width: float) -> list[Strip]:
    """Tick boxes, as many to a line as fit; an option longer than a line wraps behind its box."""
    extra = [word for word in block.ticked if word not in block.options]
    role, size = chain(style.face), style.size
    lead, space = (BOX + 0.25) * size, 1.1 * size
    strips: list[Strip] = []
    line: list[tuple[float, bool, Prepared]] = []
    at = 0.0
    for word in [*block.options, *extra]:
        words = role.prepare(word)
        wide = lead + width_of(words, size)
        if line and at + wide > width:
            strips.append(_CheckLine(line, style))
            line, at = [], 0.0
        if wide > width:
            hanging = replace(style, indent=lead, hang=lead, align="left")
            first, *rest = paragraph(words, hanging, width)
            strips += [Overlaid(_CheckLine([(0.0, word in block.ticked, role.prepare(""))], style), first), *rest]
            continue
        line.append((at, word in block.ticked, words))
        at += wide + space
    if line:
        strips.append(_CheckLine(line, style))
    return strips


class _Signing:
    """One signing line, measured: its label, the name above its line, the date behind it."""

    def __init__(self, item: Signature, style: Style) -> None:
        body, size = chain(style.face), style.size
        self.item, self.style = item, style
        self.label = chain("hei").prepare(f"{item.label}：")
        self.date = body.prepare("" if item.date is None else item.date or _DATE)
        self.beside = width_of(self.label, size) + width_of(self.date, size) + (2.4 if self.date.text else 1.2) * size
        self.least = self.beside + max(3 * size, 0.7 * width_of(body.prepare(item.name), size))

    def name(self, width: float) -> list[Strip]:
        """The lines of the name when the whole has this width."""
        style = replace(self.style, align="center", leading=self.style.size * 1.25)
        return fitted(self.item.name, style, max(self.style.size, width - self.beside)) if self.item.name else []


class _SignLine(Strip):
    """Signing lines side by side."""

    __slots__ = ("_items", "_style", "_width")

    def __init__(self, items: Sequence[_Signing], style: Style, width: float) -> None:
        tallest = max(stack_height(item.name(width)) for item in items)
        super().__init__(max(style.leading, style.size * 2.2, tallest + style.size))
        self._items, self._style, self._width = items, style, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        size = self._style.size
        base = top - self.height + 0.5 * size
        for number, item in enumerate(self._items):
            left = x + number * self._width
            line = ink.text(left, base, size, item.label)
            end = line + self._width - item.beside
            ink.line(line, base - 0.22 * size, end, base - 0.22 * size)
            ink.text(end + 0.6 * size, base, size, item.date)
            name = item.name(self._width)
            draw_stack(name, ink, line, base - 0.18 * size + stack_height(name))


def signatures_strips(block: Signatures, style: Style, width: float) -> list[Strip]:
    """Signing lines, at most `per_row` side by side, fewer when a long name needs the room."""
    items = [_Signing(item, style) for item in block.items]
    per_row = max(1, min(block.per_row, len(items)))
    while per_row > 1 and max(item.least for item in items) > width / per_row:
        per_row -= 1
    rows = [items[i : i + per_row] for i in range(0, len(items), per_row)]
    strips: list[Strip] = [_SignLine(row, style, width / per_row) for row in rows]
    for strip in strips[:-1]:
        strip.keep = True
    return strips


class RuleStrip(Strip):
    """A line across the text area."""

    __slots__ = ("_kind", "_width")

    def __init__(self, block: Rule, width: float) -> None:
        super().__init__(3 * MM)
        self._kind, self._width = block.kind, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Draw it in the middle of its height."""
        y, right = top - self.height / 2, x + self._width
        if self._kind == "double":
            ink.line(x, y + 1, right, y + 1, width=0.5)
            ink.line(x, y - 1.6, right, y - 1.6, width=1.6)
        elif self._kind == "red":
            ink.line(x, y, right, y, width=1.2, colour=RED)
        else:
            ink.line(x, y, right, y, width=1.2 if self._kind == "thick" else 0.5)


class CutStrip(Strip):
    """A dashed line with its words in the middle, from edge to edge of the paper."""

    __slots__ = ("_text", "_width")

    def __init__(self, block: CutLine, width: float) -> None:
        super().__init__(12 * MM)
        self._text, self._width = block.text, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Draw it in the middle of its height."""
        y = top - self.height / 2
        words = chain("song").prepare(f"…… {self._text} ……" if self._text else "")
        wide = width_of(words, 9) + (12 if self._text else 0)
        middle = x + self._width / 2
        ink.dashed(4 * MM, y, middle - wide / 2, y)
        ink.dashed(middle + wide / 2, y, ink.width - 4 * MM, y)
        ink.text(middle - wide / 2 + 6, y - 3, 9, words, colour=GREY)


class QrStrip(Strip):
    """A QR symbol, in the middle of the width."""

    __slots__ = ("_caption", "_edge", "_modules", "_width")

    def __init__(self, block: QR, width: float) -> None:
        import segno

        self._edge = block.size_mm * MM
        symbol = segno.make_qr(block.data, error="m", boost_error=False)
        self._modules = [bytes(row) for row in symbol.matrix]
        style = Style("song", 9, 12, "center")
        self._caption = paragraph(chain("song").prepare(block.caption), style, width) if block.caption else []
        super().__init__(self._edge + sum(line.height for line in self._caption))
        self._width = width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Fill the dark modules, each run of them as one rectangle; four modules stay white around (ISO/IEC 18004, 9.1)."""
        count = len(self._modules)
        module = self._edge / (count + 8)
        left = x + (self._width - self._edge) / 2 + 4 * module
        boxes = []
        for number, row in enumerate(self._modules):
            y = top - (number + 5) * module
            start = 0
            while (start := row.find(1, start)) >= 0:
                end = row.find(0, start)
                end = count if end < 0 else end
                boxes.append((left + start * module, y, (end - start) * module, module))
                start = end
        ink.fill(boxes)
        at = top - self._edge
        for line in self._caption:
            line.draw(ink, x, at)
            at -= line.height


def gap(height_mm: float) -> Space:
    """White space."""
    return Space(height_mm * MM)


STAMP_WIDTH, STAMP_HEIGHT = 45 * MM, 16 * MM
"""DA/T 22-2015, 5.4 and annex A: 45 x 16 mm in six equal cells."""


def stamp(block: ArchiveStamp, ink: Ink, margin: float) -> None:
    """归档章, top centre of the page, in the blank above the text.

    Args:
        block: Its six words.
        ink: Of a sheet's first page.
        margin: The blank at the head in points.
    """
    x = (ink.width - STAMP_WIDTH) / 2
    y = ink.height - max(5 * MM, (margin - STAMP_HEIGHT) / 2) - STAMP_HEIGHT
    wide, high = STAMP_WIDTH / 3, STAMP_HEIGHT / 2
    ink.box(x, y, STAMP_WIDTH, STAMP_HEIGHT, rule=1.0, colour=RED)
    ink.line(x, y + high, x + STAMP_WIDTH, y + high, width=0.6, colour=RED)
    for column in (1, 2):
        ink.line(x + column * wide, y, x + column * wide, y + STAMP_HEIGHT, width=0.6, colour=RED)
    words = ((block.fonds, block.year, block.item), (block.office, block.period, block.pages))
    style = Style("song", 11, 11, "center")
    for row, line in enumerate(words):
        for column, word in enumerate(line):
            if word:
                strips = boxed(word, style, wide - 3, high - 2)
                at = y + STAMP_HEIGHT - row * high - (high - stack_height(strips)) / 2
                draw_stack(strips, ink, x + column * wide + 1.5, at)
