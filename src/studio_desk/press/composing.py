"""Turn a sheet into pages: pick the strips of each block, fill the frame, draw head, foot, stamp and draft mark."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING

from studio_desk.press import boxes, forms, marks, official, photos, tables, timeline
from studio_desk.press import page as p
from studio_desk.press.cells import text_strips
from studio_desk.press.flow import Break, Page, Space, Strip, draw_page, draw_stack, paginate, stack_height
from studio_desk.press.fonts import chain
from studio_desk.press.ink import GREY, MM, PALE, Ink
from studio_desk.press.paragraph import Style

if TYPE_CHECKING:
    from collections.abc import Iterable

PAPER = {"A4": (210 * MM, 297 * MM), "A3": (297 * MM, 420 * MM)}


@dataclass(frozen=True, slots=True)
class Measures:
    """A frame on its paper, in points.

    Attributes:
        page: Width and height of the page.
        top: Blank at the head.
        inner: Blank at the binding edge.
        outer: Blank at the other edge.
        foot: Blank at the foot.
        body: Style of running text.
        indent: Its first-line indent in characters.
    """

    page: tuple[float, float]
    top: float
    inner: float
    outer: float
    foot: float
    body: Style
    indent: float

    @property
    def width(self) -> float:
        """Of the text area."""
        return self.page[0] - self.inner - self.outer

    @property
    def height(self) -> float:
        """Of the text area."""
        return self.page[1] - self.top - self.foot


FORM = Style("fangsong", 12, 20, "justify")
GRID = Style("fangsong", 16, 225 * MM / 22, "justify", pitch=156 * MM / 28)
"""GB/T 9704-2012, 5.2: 22 lines of 28 characters of 3 号 (16 pt) in 156 x 225 mm."""


def measures(sheet: p.Sheet) -> Measures:
    """The frame of a sheet."""
    width, height = PAPER[sheet.paper]
    size = (height, width) if sheet.landscape else (width, height)
    if sheet.frame == "gongwen":  # GB/T 9704-2012, 5.2.1: 37 above, 28 at the binding edge, a text area of 156 x 225
        return Measures(size, 37 * MM, 28 * MM, size[0] - 184 * MM, size[1] - 262 * MM, GRID, 2.0)
    if sheet.frame == "insert":
        return Measures(size, 12 * MM, 12 * MM, 12 * MM, 12 * MM, FORM, 0.0)
    if sheet.landscape:
        return Measures(size, 25 * MM, 20 * MM, 20 * MM, 20 * MM, FORM, 2.0)
    return Measures(size, 25 * MM, 25 * MM, 20 * MM, 25 * MM, FORM, 2.0)


@dataclass(frozen=True, slots=True)
class Composed:
    """A sheet divided into pages.

    Attributes:
        sheet: What it was.
        measures: Its frame.
        pages: Strips with their places.
        outline: Sub-headings as (page within the sheet from 0, text).
    """

    sheet: p.Sheet
    measures: Measures
    pages: list[Page]
    outline: tuple[tuple[int, str], ...]


def compose(sheet: p.Sheet) -> Composed:
    """Lay a sheet out."""
    frame = measures(sheet)
    strips: list[Strip] = []
    entries: list[tuple[Strip, str]] = []
    for block in sheet.blocks:
        made = strips_of(block, frame, frame.width)
        if isinstance(block, p.Heading) and block.outline and made:
            entries.append((made[0], " ".join(block.text.split())))
        strips += made
    pages = paginate(strips, frame.height)
    where = {id(strip): number for number, page in enumerate(pages) for _at, strip in page}
    return Composed(sheet, frame, pages, tuple((where.get(id(strip), 0), text) for strip, text in entries))


def draw(composed: Composed, number: int, ink: Ink) -> None:
    """Draw one page of a composed sheet.

    Args:
        composed: The sheet.
        number: Page within the sheet, from 0.
        ink: Of the page; its number is the true one.
    """
    sheet, frame = composed.sheet, composed.measures
    if sheet.void or sheet.draft:
        _across(ink, "作　废" if sheet.void else "草　稿")
    left = frame.inner if ink.number % 2 else frame.outer
    draw_page(composed.pages[number], ink, left, frame.page[1] - frame.top)
    if sheet.frame != "insert":
        _foot(ink, composed, left, number)
    if sheet.stamp is not None and number == 0:
        marks.stamp(sheet.stamp, ink, frame.top)


def _across(ink: Ink, mark: str) -> None:
    """A mark in pale grey across the page, below everything."""
    words = chain("hei").prepare(mark)
    size = 120.0
    ink.turned(ink.width / 2, ink.height / 2, "aslant")
    ink.text(-marks.width_of(words, size) / 2, -0.36 * size, size, words, colour=PALE)
    ink.upright()


def _foot(ink: Ink, composed: Composed, left: float, number: int) -> None:
    """Page number and running words.

    GB/T 9704-2012, 7.5: 4 号半角宋体, a dash at each side, 7 mm below the text area; odd pages at the right, even ones at
    the left, one character from the edge.
    """
    sheet, frame, count = composed.sheet, composed.measures, len(composed.pages)
    right = left + frame.width
    base = frame.foot - 7 * MM - 5
    odd = ink.number % 2 == 1
    running = chain("song").prepare(sheet.running)
    if sheet.numbering == "document":
        words, size = chain("song").prepare(f"— {ink.number} —"), 14.0
        wide = marks.width_of(words, size)
        ink.text(right - size - wide if odd else left + size, base, size, words)
    elif sheet.numbering == "sheet":
        words, size = chain("song").prepare(f"第 {number + 1} 页　共 {count} 页"), 10.5
        ink.text((left + right - marks.width_of(words, size)) / 2, base, size, words)
    if running.text:
        room = frame.width * (0.38 if sheet.numbering == "sheet" else 0.75)
        size = min(9.0, 9.0 * room / max(1.0, marks.width_of(running, 9)))
        side = left if odd else right - marks.width_of(running, size)
        ink.text(side, base, size, running, colour=GREY)


# --------------------------------------------------------------------------------------------------- blocks


@singledispatch
def strips_of(block: p.Block, frame: Measures, width: float) -> list[Strip]:
    """The strips of a block.

    Args:
        block: Any block of `page`.
        frame: The sheet's frame.
        width: Room in points (less than the frame's beside another flow).
    """
    del frame, width
    raise TypeError(f"no such block: {type(block).__name__}")


def _all(blocks: Iterable[p.Block], frame: Measures, width: float) -> list[Strip]:
    return [strip for block in blocks for strip in strips_of(block, frame, width)]


@strips_of.register
def _(block: p.Text, frame: Measures, width: float) -> list[Strip]:
    return text_strips(block, frame.body, width, indent=frame.indent)


@strips_of.register
def _(block: p.Checks, frame: Measures, width: float) -> list[Strip]:
    return marks.checks_strips(block, frame.body, width)


@strips_of.register
def _(block: p.Signatures, frame: Measures, width: float) -> list[Strip]:
    return marks.signatures_strips(block, frame.body, width)


@strips_of.register
def _(block: p.Heading, frame: Measures, width: float) -> list[Strip]:
    return official.heading_strips(block, frame.body, width)


@strips_of.register
def _(block: p.Form, frame: Measures, width: float) -> list[Strip]:
    return forms.form_strips(block, width, min(12.0, frame.body.size))


@strips_of.register
def _(block: p.Table, frame: Measures, width: float) -> list[Strip]:
    del frame
    return tables.table_strips(block, width)


@strips_of.register
def _(block: p.Photos, frame: Measures, width: float) -> list[Strip]:
    return photos.photos_strips(block, width, frame.height)


@strips_of.register
def _(block: p.Timeline, frame: Measures, width: float) -> list[Strip]:
    del frame
    return timeline.timeline_strips(block, width)


@strips_of.register
def _(block: p.Roll, frame: Measures, width: float) -> list[Strip]:
    return official.roll_strips(block, frame.body, width)


@strips_of.register
def _(block: p.GongwenMark, frame: Measures, width: float) -> list[Strip]:
    return official.mark_strips(block, frame.body, width)


@strips_of.register
def _(block: p.Imprint, frame: Measures, width: float) -> list[Strip]:
    del frame
    return official.imprint_strips(block, width)


@strips_of.register
def _(block: p.Signin, frame: Measures, width: float) -> list[Strip]:
    return tables.signin_strips(block, width, frame.height)


@strips_of.register
def _(block: p.QR, frame: Measures, width: float) -> list[Strip]:
    del frame
    return [marks.QrStrip(block, width)]


@strips_of.register
def _(block: p.Fields, frame: Measures, width: float) -> list[Strip]:
    del frame
    return boxes.fields_strips(block, width)


@strips_of.register
def _(block: p.Spines, frame: Measures, width: float) -> list[Strip]:
    del frame
    return boxes.spines_strips(block, width)


@strips_of.register
def _(block: p.Rule, frame: Measures, width: float) -> list[Strip]:
    del frame
    return [marks.RuleStrip(block, width)]


@strips_of.register
def _(block: p.CutLine, frame: Measures, width: float) -> list[Strip]:
    del frame
    return [marks.CutStrip(block, width)]


@strips_of.register
def _(block: p.Gap, frame: Measures, width: float) -> list[Strip]:
    del frame, width
    return [Space(block.height_mm * MM)]


@strips_of.register
def _(block: p.PageBreak, frame: Measures, width: float) -> list[Strip]:
    del block, frame, width
    return [Break()]


@strips_of.register
def _(block: p.Keep, frame: Measures, width: float) -> list[Strip]:
    strips = _all(block.blocks, frame, width)
    for strip in strips[:-1]:
        strip.keep = True
    return strips


class _BesideStrip(Strip):
    """Two stacks side by side."""

    __slots__ = ("_left", "_right", "_shift")

    def __init__(self, left: list[Strip], right: list[Strip], shift: float) -> None:
        super().__init__(max(stack_height(left), stack_height(right)))
        self._left, self._right, self._shift = left, right, shift

    def draw(self, ink: Ink, x: float, top: float) -> None:
        draw_stack(self._left, ink, x, top)
        draw_stack(self._right, ink, x + self._shift, top)


@strips_of.register
def _(block: p.Beside, frame: Measures, width: float) -> list[Strip]:
    right = block.right_mm * MM
    left = width - right - 3 * MM
    strip = _BesideStrip(_all(block.left, frame, left), _all(block.right, frame, right), width - right)
    if strip.height > frame.height:  # too tall to keep together: one below the other
        return _all(block.left, frame, width) + _all(block.right, frame, width)
    return [strip]
