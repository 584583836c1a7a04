"""Set what goes on an archive box: the fields of a cover and the spines with their cut lines (DA/T 22-2015, 5.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio_desk.press.flow import Strip, draw_stack, stack_height
from studio_desk.press.fonts import chain
from studio_desk.press.ink import MM, Ink
from studio_desk.press.paragraph import RISE, Style, boxed, fitted

if TYPE_CHECKING:
    from studio_desk.press.page import Fields, Spine, Spines

TURNED = frozenset("（）()〔〕[]【】《》〈〉「」『』—…－-–～~")
"""Marks that are turned with the line when words run downwards."""


class _FieldStrip(Strip):
    """One line of "label ____value____"."""

    __slots__ = ("_label", "_label_width", "_size", "_value", "_width")

    def __init__(self, label: str, value: str, block: Fields, width: float) -> None:
        self._size, self._width, self._label_width = block.size, width, block.label_mm * MM
        self._label = chain("hei").prepare(label)
        style = Style("fangsong", block.size, block.size * 1.35, "center")
        self._value = fitted(value, style, width - self._label_width - block.size, least=0.6) if value else []
        super().__init__(max(block.leading_mm * MM, stack_height(self._value) + 4))

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """The label spread over its width, the value above its line."""
        size, label = self._size, self._label
        base = top - self.height + 0.45 * size
        natural = sum(label.advances) * size
        count = len(label.text)
        tracking = max(0.0, (self._label_width - natural) / (count - 1)) if count > 1 else 0.0
        ink.text(x, base, size, label, tracking=tracking)
        left = x + self._label_width + size * 0.7
        line = base - 0.25 * size
        ink.line(left, line, x + self._width, line)
        draw_stack(self._value, ink, x + self._label_width + size, line + stack_height(self._value) + 1)


def fields_strips(block: Fields, width: float) -> list[Strip]:
    """The lines of a cover."""
    return [_FieldStrip(label, value, block, width) for label, value in block.pairs]


@dataclass(frozen=True, slots=True)
class _Place:
    """A box on the page: left and upper edge, width and height in points."""

    x: float
    top: float
    width: float
    height: float


def _vertical(ink: Ink, text: str, place: _Place, *, size: float) -> None:
    """Set words from top to bottom in the middle of a box, smaller when they are too long.

    Args:
        ink: Of the page.
        text: One line.
        place: The box.
        size: The largest type size.
    """
    words = chain("hei").prepare(text)
    count = len(words.text)
    if not count:
        return
    size = min(size, place.width * 0.8, place.height / count / 1.04)
    step = min(size * 1.3, place.height / count)
    at = place.top - (place.height - step * count) / 2
    middle = place.x + place.width / 2
    ink.meaning(words.text)
    for number, char in enumerate(words.text):
        centre = at - (number + 0.5) * step
        wide = words.advances[number] * size
        if char in TURNED:
            ink.turned(middle, centre, "right")
            ink.text(-wide / 2, (0.5 - RISE) * size, size, words, start=number, end=number + 1)
            ink.upright()
        else:
            ink.text(middle - wide / 2, centre + (0.5 - RISE) * size, size, words, start=number, end=number + 1)
    ink.meant()


class _SpinesStrip(Strip):
    """One spine in several widths."""

    __slots__ = ("_block", "_width")

    def __init__(self, block: Spines, width: float) -> None:
        super().__init__(block.height_mm * MM)
        self._block, self._width = block, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        widths = [wide * MM for wide in self._block.widths_mm]
        between = (self._width - sum(widths)) / max(1, len(widths) - 1) if len(widths) > 1 else 0.0
        left = x
        for wide in widths:
            _spine(ink, self._block.spine, _Place(left, top, wide, self.height))
            foot = top - self.height
            for edge in (left, left + wide):
                ink.dashed(edge, foot - 3 * MM, edge, top + 3 * MM)
            for edge in (top, foot):
                ink.dashed(left - 2 * MM, edge, left + wide + 2 * MM, edge)
            left += wide + between


def _spine(ink: Ink, spine: Spine, place: _Place) -> None:
    """The boxes of one spine: name, then the required items one below the other, as DA/T 22-2015 figure 5 stacks them."""
    inset = min(2.5 * MM, place.width * 0.1)
    left, wide = place.x + inset, place.width - 2 * inset
    cells = [("全宗号", spine.fonds), ("年度", spine.year), ("保管期限", spine.period)]
    cells += [("机构（问题）", spine.office)] if spine.office else []
    cells += [("起件号", spine.first_item), ("止件号", spine.last_item), ("盒号", spine.box)]
    label, value = 7 * MM, 13 * MM
    at = place.top - 4 * MM
    bottom = place.top - place.height + 4 * MM
    name = at - bottom - len(cells) * (label + value)
    ink.box(left, bottom, wide, at - bottom, rule=1.0)
    _vertical(ink, spine.fonds_name, _Place(left, at - 3 * MM, wide, name - 6 * MM), size=30)
    at -= name
    for title, word in cells:
        ink.line(left, at, left + wide, at, width=0.8)
        ink.line(left, at - label, left + wide, at - label, width=0.4)
        _centred(ink, title, _Place(left, at, wide, label), Style("hei", 10.5, 12, "center"))
        _centred(ink, word, _Place(left, at - label, wide, value), Style("song", 16, 18, "center"))
        at -= label + value


def _centred(ink: Ink, text: str, place: _Place, style: Style) -> None:
    """Words in the middle of a box, smaller when too wide."""
    if not text:
        return
    strips = boxed(text, style, place.width - 3, place.height - 2)
    draw_stack(strips, ink, place.x + 1.5, place.top - (place.height - stack_height(strips)) / 2)


def spines_strips(block: Spines, width: float) -> list[Strip]:
    """The spines of one box, side by side."""
    return [_SpinesStrip(block, width)]
