"""Set ruled rows of cells: each grows with its words, stands in the middle or at the top, and is divided between pages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from studio_desk.press.flow import Group, Space, Strip, draw_stack, stack_height
from studio_desk.press.ink import MM, RED
from studio_desk.press.marks import checks_strips, signatures_strips
from studio_desk.press.page import Checks, Inner, Signatures, Text, Value
from studio_desk.press.paragraph import Style, paragraphs

if TYPE_CHECKING:
    from studio_desk.press.ink import Ink

PAD = 4.0
"""Points between a rule and the words beside it."""

ROOM = 3.0
"""Points between a rule and the words below or above it."""

BAND = 9 * MM
"""Width of an upright label."""

THICK, THIN = 1.2, 0.5
"""Points: outer and inner rules of a form."""


def inner_strips(value: Value, style: Style, width: float) -> list[Strip]:
    """The content of a cell.

    Args:
        value: Plain text or inner blocks.
        style: Of plain text.
        width: Of the cell without its padding, in points.
    """
    if isinstance(value, str):
        return paragraphs(value, style, width) if value else []
    if isinstance(value, tuple):
        return [strip for part in value for strip in _inner(part, style, width)]
    return _inner(value, style, width)


def _inner(part: Inner, style: Style, width: float) -> list[Strip]:
    """One inner block."""
    if isinstance(part, Checks):
        return checks_strips(part, style, width)
    if isinstance(part, Signatures):
        return signatures_strips(part, style, width)
    return text_strips(part, style, width, indent=0.0)


def text_strips(block: Text, style: Style, width: float, *, indent: float) -> list[Strip]:
    """A `Text` block.

    Args:
        block: What and how.
        style: Of the frame it stands in.
        width: In points.
        indent: Characters of first-line indent where the block names none.
    """
    size = block.size or style.size
    indent = indent if block.indent is None else block.indent
    shape = replace(
        style,
        face=block.face or style.face,
        size=size,
        leading=style.leading if size <= style.size else style.leading * size / style.size,
        align=block.align,
        indent=indent * (style.pitch or size) if block.align in {"justify", "left"} else 0.0,
        colour=RED if block.red else style.colour,
    )
    strips = paragraphs(block.text, shape, width, lead=block.lead, lead_role=block.lead_face)
    if block.after_mm:
        strips.append(Space(block.after_mm * MM))
    return strips


@dataclass(slots=True)
class CellBox:
    """One cell of a ruled row.

    Attributes:
        x: Its left edge within the row, in points.
        width: With padding.
        strips: Its words.
        foot: Words pinned to its lower edge.
        middle: Words stand in the middle of its height, else at the top.
        again: Its words are repeated on the next page when the row is divided (a label).
    """

    x: float
    width: float
    strips: list[Strip]
    foot: list[Strip] = field(default_factory=list)
    middle: bool = True
    again: bool = False

    @property
    def height(self) -> float:
        """What the words need."""
        return stack_height(self.strips) + stack_height(self.foot) + 2 * ROOM

    def draw(self, ink: Ink, x: float, top: float, height: float) -> None:
        """Set the words into a cell of this height."""
        body, foot = stack_height(self.strips), stack_height(self.foot)
        space = height - foot - body
        draw_stack(self.strips, ink, x + self.x + PAD, top - (space / 2 if self.middle else ROOM))
        if self.foot:
            draw_stack(self.foot, ink, x + self.x + PAD, top - height + foot + ROOM)

    def cut(self, room: float) -> tuple[CellBox, CellBox]:
        """The words that fit into `room` points, and the rest."""
        if self.again:
            return self, self
        used, count = 2 * ROOM, 0
        while count < len(self.strips) and used + self.strips[count].height <= room:
            used += self.strips[count].height
            count += 1
        if 0 < count < len(self.strips) and self.strips[count - 1].keep and count > 1:
            count -= 1
        upper = replace(self, strips=self.strips[:count], foot=[], middle=self.middle and count == len(self.strips))
        lower = replace(self, strips=self.strips[count:], middle=self.middle and count == 0)
        return upper, lower


class RowStrip(Strip):
    """A row of cells with a rule above, below and between.

    Args:
        cells: Left to right.
        width: Of the row, in points.
        least: Its smallest height, in points.
        group: Of the form or table.
        keep: Stays with the next row.
        label: Words of an upright label that joins rows (drawn by the group's frame).
    """

    __slots__ = ("_cells", "_fixed", "label", "width")

    def __init__(
        self,
        cells: list[CellBox],
        width: float,
        *,
        least: float,
        group: Group | None = None,
        keep: bool = False,
        label: str = "",
    ) -> None:
        super().__init__(max([least, *(cell.height for cell in cells)]), group=group, keep=keep)
        self._cells, self.width, self.label, self._fixed = cells, width, label, least
        if self.height > SPLIT_ABOVE:
            self.least = min(self.height, SPLIT_ABOVE)

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Rule and fill the cells."""
        foot, left = top - self.height, x + (BAND if self.label else 0.0)
        ink.line(left, foot, x + self.width, foot, width=THIN)
        ink.line(left, top, x + self.width, top, width=THIN)
        for cell in self._cells:
            if cell.x > 0:
                ink.line(x + cell.x, top, x + cell.x, foot, width=THIN)
            cell.draw(ink, x, top, self.height)

    def split(self, room: float) -> tuple[Strip, Strip] | None:
        """Divide the row's words; each part takes what fits."""
        room = min(room, self.height - 2 * ROOM)
        halves = [cell.cut(room) for cell in self._cells]
        if not any(upper.strips and not upper.again for upper, _lower in halves) and self._fixed < room:
            return None
        upper = RowStrip([a for a, _b in halves], self.width, least=room, group=self.group, label=self.label)
        lower = RowStrip(
            [b for _a, b in halves],
            self.width,
            least=max(0.0, self._fixed - room),
            group=self.group,
            keep=self.keep,
            label=self.label,
        )
        return (upper, lower) if upper.height <= room + PAD else None


SPLIT_ABOVE = 110.0
"""Points (39 mm): a row up to this height is never divided, a higher one leaves at least this much on the page."""


def value_style(size: float) -> Style:
    """The style of filled-in words."""
    return Style("fangsong", size, size * 1.5, "left")
