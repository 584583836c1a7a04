"""Set tables over as many pages as they need: the head repeated, （续表n）, blank rows to the foot; and attendance sheets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio_desk.press.cells import PAD, ROOM, THICK, THIN, CellBox, RowStrip, inner_strips
from studio_desk.press.flow import Fitted, Group, Span, Strip, stack_height
from studio_desk.press.ink import MM, Ink
from studio_desk.press.paragraph import Style, boxed, fitted, paragraph, prepare

if TYPE_CHECKING:
    from studio_desk.press.page import Attendee, Column, Signin, Table, Value

CAPTION = Style("hei", 12, 20, "center")
HEAD = Style("hei", 10.5, 14, "center")


class _TableGroup(Group):
    """The repeated head and the thick frame."""

    def __init__(self, table: Table, width: float, widths: list[float]) -> None:
        self._table, self._width, self._widths = table, width, widths

    def head(self, turn: int) -> list[Strip]:
        return self.opening(f"（续表{turn}）")

    def opening(self, more: str = "") -> list[Strip]:
        """Caption and head row; on further pages the caption says so."""
        caption = self._table.caption + more
        strips: list[Strip] = []
        if caption:
            strips += paragraph(prepare("hei", caption), CAPTION, self._width, keep=True)
            for strip in strips:
                strip.group = self
        x, cells = 0.0, []
        style = replace(HEAD, size=self._table.size, leading=self._table.size * 1.3)
        for column, wide in zip(self._table.columns, self._widths, strict=True):
            cells.append(CellBox(x, wide, fitted(column.head, style, wide - 2 * PAD, lines=2)))
            x += wide
        strips.append(RowStrip(cells, self._width, least=self._table.min_height_mm * MM, group=self, keep=True))
        return strips

    def frame(self, ink: Ink, x: float, spans: list[Span]) -> None:
        rows = [span for span in spans if isinstance(span.strip, RowStrip)]
        if rows:
            ink.box(x, rows[-1].bottom, self._width, rows[0].top - rows[-1].bottom, rule=THICK)


def table_strips(table: Table, width: float) -> list[Strip]:
    """The rows of a table.

    Args:
        table: Columns and rows.
        width: Of the text area in points.
    """
    total = sum(column.width for column in table.columns)
    widths = [width * column.width / total for column in table.columns]
    group = _TableGroup(table, width, widths)
    strips = group.opening()
    least = table.min_height_mm * MM
    for number, row in enumerate(table.rows):
        strips.append(_row(row, table, widths, group, bold=number in table.bold))
    blank: tuple[Value, ...] = ("",) * len(table.columns)
    strips += [_row(blank, table, widths, group, bold=False) for _ in range(table.spare)]
    strips[-1].keep = False
    if table.fill:

        def fill(room: float) -> list[Strip]:
            return [_row(blank, table, widths, group, bold=False) for _ in range(int((room + 0.01) / least))]

        strips.append(Fitted(0.0, fill, group=group))
    return strips


def _row(values: tuple[Value, ...], table: Table, widths: list[float], group: Group, *, bold: bool) -> RowStrip:
    """One row; its cells stand in the middle."""
    cells, x = [], 0.0
    for value, column, wide in zip(values, table.columns, widths, strict=True):
        cells.append(CellBox(x, wide, _cell(value, column, table.size, wide - 2 * PAD, bold=bold) if value else []))
        x += wide
    return RowStrip(cells, sum(widths), least=table.min_height_mm * MM, group=group)


def _cell(value: Value, column: Column, size: float, width: float, *, bold: bool) -> list[Strip]:
    """One cell; a single word a little too wide is set smaller rather than torn."""
    style = Style(
        "hei" if bold else column.face or "song",
        size,
        size * 1.3,
        column.align,
        breaks=column.breaks,
    )
    if isinstance(value, str) and len(value) <= 12 and "\n" not in value and not column.breaks:
        return fitted(value, style, width, least=0.85)
    return inner_strips(value, style, width)


# --------------------------------------------------------------------------------------------------- attendance


SIGNIN_SHARES = (("序号", 0.11), ("姓名", 0.21), ("单位职务", 0.28), ("签名", 0.26), ("备注", 0.14))
"""Columns of one panel and their shares of its width."""

_SMALL = Style("song", 9, 10.8, "center")
SIGNIN_STYLES = (Style("song", 10.5, 13, "center"), Style("fangsong", 12, 14.4, "center"), _SMALL, _SMALL, _SMALL)

SIGNIN_HEAD = 9 * MM
SIGNIN_LEAST = 11 * MM
"""A cell lower than this is too low for a signature."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """What one page of an attendance sheet shows: two panels of `rows` lines, the first numbered `number`."""

    people: tuple[Attendee | None, ...]
    number: int
    rows: int
    height: float


class _SigninStrip(Strip):
    """Both panels of one page."""

    __slots__ = ("_panel", "_width")

    def __init__(self, panel: _Panel, width: float) -> None:
        super().__init__(SIGNIN_HEAD + panel.rows * panel.height)
        self._panel, self._width = panel, width

    def draw(self, ink: Ink, x: float, top: float) -> None:
        panel, half = self._panel, self._width / 2
        foot = top - self.height
        for row in range(panel.rows):
            y = top - SIGNIN_HEAD - row * panel.height
            ink.line(x, y, x + self._width, y, width=THIN)
        for side in (0, 1):
            left = x + side * half
            for at, (head, share) in enumerate(SIGNIN_SHARES):
                wide = share * half
                if at or side:
                    ink.line(left, top, left, foot, width=THICK if not at else THIN)
                _centre(fitted(head, HEAD, wide - 3), ink, left + 1.5, top, SIGNIN_HEAD)
                left += wide
            first = side * panel.rows
            for row, person in enumerate(panel.people[first : first + panel.rows]):
                y = top - SIGNIN_HEAD - row * panel.height
                self._person(ink, _words(person, panel.number + first + row), x + side * half, y)
        ink.box(x, foot, self._width, self.height, rule=THICK)

    def _person(self, ink: Ink, words: tuple[str, ...], x: float, y: float) -> None:
        """One line of a panel; what is too long for one line takes three smaller ones."""
        for text, style, (_head, share) in zip(words, SIGNIN_STYLES, SIGNIN_SHARES, strict=True):
            wide = share * self._width / 2
            if text:
                one_line = fitted(text, style, wide - 3, least=0.7)
                strips = one_line if len(one_line) == 1 else boxed(text, style, wide - 3, self._panel.height - 3)
                _centre(strips, ink, x + 1.5, y, self._panel.height)
            x += wide


def _needed(person: Attendee, width: float) -> float:
    """The height of a line in which even the longest of its texts can be set at 5 pt."""
    tallest = 0.0
    for text, style, (_head, share) in zip(_words(person, 0), SIGNIN_STYLES, SIGNIN_SHARES, strict=True):
        if len(text) > 30:  # shorter ones fit any cell that is high enough for a signature
            small = replace(style, size=5.0, leading=6.0)
            tallest = max(tallest, stack_height(paragraph(prepare(style.face, text), small, share * width - 3)))
    return tallest + 4


def _words(person: Attendee | None, number: int) -> tuple[str, ...]:
    """The five cells of a line; the signature's stays blank."""
    name, unit, note = (person.name, person.unit, person.note) if person else ("", "", "")
    return str(number), name, unit, "", note


def _centre(strips: list[Strip], ink: Ink, x: float, top: float, height: float) -> None:
    """Draw lines in the middle of a cell."""
    at = top - (height - stack_height(strips)) / 2
    for strip in strips:
        strip.draw(ink, x, at)
        at -= strip.height


def signin_strips(block: Signin, width: float, page: float) -> list[Strip]:
    """An attendance sheet: as many pages as its people and spare lines need.

    Args:
        block: People and rows.
        width: Of the text area in points.
        page: Height of a whole text area in points.
    """
    total = len(block.people) + block.spare
    strips: list[Strip] = []
    least = min(
        page - SIGNIN_HEAD - 3 * ROOM, max([SIGNIN_LEAST, *(_needed(person, width / 2) for person in block.people)])
    )
    most = max(1, int((page - SIGNIN_HEAD - ROOM) / least))
    rows = min(block.rows, most)
    pages = max(1, -(-total // (2 * rows)))
    for number in range(pages):
        first = number * 2 * rows
        people = [*block.people[first : first + 2 * rows]]
        filled: tuple[Attendee | None, ...] = (*people, *(None for _ in range(2 * rows - len(people))))

        def make(room: float, filled: tuple[Attendee | None, ...] = filled, first: int = first) -> list[Strip]:
            height = max(least, (room - SIGNIN_HEAD - ROOM) / rows)
            return [_SigninStrip(_Panel(filled, first + 1, rows, height), width)]

        strips.append(Fitted(min(page, SIGNIN_HEAD + rows * least), make))
    return strips
