"""What is to be printed, as plain data: sheets of blocks that name no engine, so that a record can say it and a test can read it.

A printed form is a function from a record to `Sheet`s. It speaks of headings, labelled cells, ticks and tables; where a
line breaks, how tall a cell grows and on which page something falls is the business of the press. No value is ever cut:
cells grow, tables and text flow to the next page, and a name too long for its line is set smaller.

Lengths are millimetres (`..._mm`); dates and numbers arrive as the text to print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio_desk.press.blocks import (
    QR,
    CutLine,
    Fields,
    Gap,
    GongwenMark,
    Heading,
    Imprint,
    PageBreak,
    Photo,
    Photos,
    Roll,
    Rule,
    Spine,
    Spines,
    Step,
    Timeline,
)
from studio_desk.press.ruled import (
    Align,
    Attendee,
    Cell,
    Checks,
    Column,
    Face,
    Form,
    Inner,
    Row,
    Signature,
    Signatures,
    Signin,
    Table,
    Text,
    Value,
)

__all__ = [
    "QR",
    "Align",
    "ArchiveStamp",
    "Attendee",
    "Beside",
    "Block",
    "Cell",
    "Checks",
    "Column",
    "CutLine",
    "Face",
    "Fields",
    "Form",
    "Frame",
    "Gap",
    "GongwenMark",
    "Heading",
    "Imprint",
    "Inner",
    "Keep",
    "Numbering",
    "PageBreak",
    "Photo",
    "Photos",
    "Roll",
    "Row",
    "Rule",
    "Sheet",
    "Signature",
    "Signatures",
    "Signin",
    "Spine",
    "Spines",
    "Step",
    "Table",
    "Text",
    "Timeline",
    "Value",
]

Frame = Literal["form", "gongwen", "insert"]
"""The margins and the text grid of a page.

``form``: tables and forms, 25/20/25/20 mm, 12 pt type. ``gongwen``: GB/T 9704-2012 5.2, 156 x 225 mm, exactly 22 lines
of 28 characters of 16 pt 仿宋. ``insert``: covers and spines for a box, 12 mm all round, never numbered.
"""

Numbering = Literal["document", "sheet", "none"]
"""The foot of a page.

``document``: "— 7 —", the true page of the whole print. ``sheet``: "第 2 页 共 5 页" within this sheet (a catalogue).
``none``: no number (covers, spines).
"""


@dataclass(frozen=True, slots=True)
class Keep:
    """Blocks kept on one page if one page can hold them."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two flows side by side, kept together (a form and a QR symbol).

    Attributes:
        left: Takes what `right_mm` leaves.
        right: The narrow side.
        right_mm: Its width.
    """

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    right_mm: float = 44.0


Block = (
    Heading | Text | Checks | Signatures | Form | Table | Photos | Timeline | Roll | GongwenMark | Imprint | Signin | QR | Fields | Spines
    | Rule | CutLine | Gap | PageBreak | Keep | Beside
)  # fmt: skip
"""Whatever may stand on a sheet."""


@dataclass(frozen=True, slots=True)
class ArchiveStamp:
    """归档章, 45 x 16 mm, six equal cells, top centre of a sheet's first page (DA/T 22-2015 5.4).

    Attributes:
        fonds: 全宗号.
        year: 年度, four digits.
        item: 件号.
        office: 机构（问题）, may be empty.
        period: 保管期限: 永久, 30年, 10年 or Y, D30, D10.
        pages: 页数.
    """

    fonds: str
    year: str
    item: str
    office: str
    period: str
    pages: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed document: it begins on a page of its own and may be many pages long.

    Attributes:
        title: In the PDF outline, in progress and in the list of missing glyphs. Not printed: that is a `Heading`.
        blocks: Top to bottom.
        frame: Margins and grid.
        paper: Portrait size before `landscape`.
        landscape: Turned by 90 degrees.
        stamp: 归档章 on the first page.
        draft: Grey 草稿 across every page (unapproved minutes).
        void: Grey 作废 across every page (a withdrawn record).
        numbering: The foot.
        running: Small words at the foot beside the number ("民情日志 MQ-2025-0012").
        recto: Begins on a front (odd) page; the page left blank before it carries no number (GB/T 9704 7.5).
    """

    title: str
    blocks: tuple[Block, ...]
    frame: Frame = "form"
    paper: Literal["A4", "A3"] = "A4"
    landscape: bool = False
    stamp: ArchiveStamp | None = None
    draft: bool = False
    void: bool = False
    numbering: Numbering = "document"
    running: str = ""
    recto: bool = False
