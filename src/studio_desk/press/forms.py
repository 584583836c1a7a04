"""Set forms: boxes with a label at the left and the value at the right, thick rules outside, upright labels over several rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from studio_desk.press.cells import BAND, PAD, THICK, THIN, CellBox, RowStrip, inner_strips, value_style
from studio_desk.press.flow import Group, Span, Strip
from studio_desk.press.fonts import chain
from studio_desk.press.ink import MM, Ink
from studio_desk.press.marks import width_of
from studio_desk.press.paragraph import RISE, Style, fitted, paragraphs

if TYPE_CHECKING:
    from studio_desk.press.page import Cell, Form, Row

LABEL = Style("hei", 12, 16, "center")
TALL = 18 * MM
"""A plain value in a cell at least this high begins at its top, as one writes by hand."""


class _FormGroup(Group):
    """The thick frame and the upright labels."""

    def frame(self, ink: Ink, x: float, spans: list[Span]) -> None:
        for label, rows in groupby(spans, key=_label_of):
            if label:
                part = list(rows)
                _upright(ink, label, x, part[0].top, part[-1].bottom)
        width = max(_row(span).width for span in spans)
        foot = spans[-1].bottom
        ink.box(x, foot, width, spans[0].top - foot, rule=THICK)


def _row(span: Span) -> RowStrip:
    assert isinstance(span.strip, RowStrip)
    return span.strip


def _label_of(span: Span) -> str:
    return _row(span).label


def _upright(ink: Ink, label: str, x: float, top: float, bottom: float) -> None:
    """Rule the band above and below the rows and set the label from top to bottom."""
    ink.line(x, top, x + BAND, top, width=THIN)
    ink.line(x, bottom, x + BAND, bottom, width=THIN)
    size = min(12.0, (top - bottom - 4) / max(1, len(label)) / 1.12)
    step = size * 1.12
    prepared = chain("hei").prepare(label)
    y = (top + bottom) / 2 + step * len(prepared.text) / 2 - (step - size) / 2 - RISE * size
    ink.meaning(prepared.text)
    for at in range(len(prepared.text)):
        wide = prepared.advances[at] * size
        ink.text(x + (BAND - wide) / 2, y - at * step, size, prepared, start=at, end=at + 1)
    ink.meant()


def form_strips(form: Form, width: float, size: float) -> list[Strip]:
    """The rows of a form.

    Args:
        form: Its rows.
        width: Of the text area in points.
        size: Type size of values.
    """
    group = _FormGroup()
    return [_row_strip(row, form, width, size, group) for row in form.rows]


def _row_strip(row: Row, form: Form, width: float, size: float, group: Group) -> Strip:
    """One row: the shares of its cells, each with its label's box."""
    left = BAND if row.group else 0.0
    total = sum(cell.span for cell in row.cells)
    boxes: list[CellBox] = []
    if row.group:
        boxes.append(CellBox(0.0, BAND, []))
    x = left
    for cell in row.cells:
        wide = (width - left) * cell.span / total
        label = min(form.label_mm * MM, wide / 2) if cell.label else 0.0
        if cell.label:
            words = fitted(cell.label, LABEL, label - 2 * PAD, lines=3) if cell.label else []
            boxes.append(CellBox(x, label, words, again=True))
        boxes.append(_value_box(cell, row, x + label, wide - label, size))
        x += wide
    return RowStrip(boxes, width, least=row.min_height_mm * MM, group=group, label=row.group)


def _value_box(cell: Cell, row: Row, x: float, width: float, size: float) -> CellBox:
    """The box of a value; running text is indented when the box is a large one."""
    style = replace(value_style(size), align=cell.align)
    if cell.face:
        style = replace(style, face=cell.face)
    plain = cell.value if isinstance(cell.value, str) else None
    tall = row.min_height_mm * MM >= TALL
    if plain is not None and tall and cell.align == "left":
        style = replace(style, align="justify", indent=2 * size)
    room = width - 2 * PAD
    strips = inner_strips(cell.value, style, room)
    if plain and len(strips) == 2 and not tall and "\n" not in plain:  # a little too wide: rather smaller than torn
        strips = fitted(plain, style, room, least=0.82) if _nearly(plain, style, room) else strips
    if plain and cell.align == "left" and not tall and len(strips) > 2:
        strips = inner_strips(plain, replace(style, align="justify"), width - 2 * PAD)
    foot = _foot(cell.foot, value_style(size), width - 2 * PAD - size) if cell.foot else []
    return CellBox(x, width, strips, foot=foot, middle=not tall or (plain is None and not cell.foot))


def _nearly(text: str, style: Style, width: float) -> bool:
    """Whether a text fits on one line when set up to 18 % smaller."""
    return width_of(chain(style.face).prepare(text), style.size) * 0.82 <= width


def _foot(text: str, style: Style, width: float) -> list[Strip]:
    """Lines in the lower right corner: as a block at the right, each beginning below the other."""
    widest = max(width_of(chain(style.face).prepare(line), style.size) for line in text.split("\n"))
    indent = max(0.0, width - widest)
    return paragraphs(text, replace(style, indent=indent, hang=indent), width)
