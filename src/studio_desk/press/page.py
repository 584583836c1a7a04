"""What is to be printed, as plain data: sheets of blocks that name no engine, so that a record can say it and a test can read it.

A printed form is a function from a record to `Sheet`s. It speaks of headings, labelled cells, ticks and tables; where a
line breaks, how tall a cell grows and on which page something falls is the business of the press. No value is ever cut:
cells grow, tables and text flow to the next page, and a name too long for its line is set smaller.

Lengths are millimetres (`..._mm`); dates and numbers arrive as the text to print.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


Face = Literal["fangsong", "kai", "hei", "title", "song"]
"""A typeface by its office in Chinese documents: 仿宋, 楷体, 黑体, 小标宋, 宋体."""

Align = Literal["left", "center", "right", "justify"]

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


# --------------------------------------------------------------------------------------------------- inside a cell


@dataclass(frozen=True, slots=True)
class Checks:
    """Tick boxes, drawn as vectors because ☑ is in hardly any Chinese face.

    Attributes:
        options: All choices in order.
        ticked: The chosen ones; a chosen word that is no option is printed too, ticked, so that nothing is lost.
    """

    options: tuple[str, ...]
    ticked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or several (split at line feeds).

    Attributes:
        text: What to print.
        lead: Words set before it on the same line in `lead_face` ("议定事项：", a speaker's name).
        face: Typeface; None is the frame's own (仿宋).
        size: Type size in points; None is the frame's own (16 in ``gongwen``, 12 in ``form``).
        align: ``justify`` for running text.
        indent: First-line indent in characters; None is the frame's own (2 in ``gongwen``, 0 in cells, 2 in ``form``).
        lead_face: Face of `lead`.
        red: Printed in the red of official heads (GB/T 9704 5.1).
        after_mm: White space below.
    """

    text: str
    lead: str = ""
    face: Face | None = None
    size: float | None = None
    align: Align = "justify"
    indent: float | None = None
    lead_face: Face = "hei"
    red: bool = False
    after_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Signature:
    """One signing line: a label, a printed name if already known, and a date.

    Attributes:
        label: "记录人", "审核人".
        name: Printed on the line; empty leaves the line for the pen.
        date: Printed after the name; None leaves out the date, "" leaves "年　月　日" for the pen.
    """

    label: str
    name: str = ""
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signing lines side by side, at most `per_row` in a row."""

    items: tuple[Signature, ...]
    per_row: int = 3


Inner = Text | Checks | Signatures
"""What may stand inside a cell."""

Value = str | Inner | tuple[Inner, ...]
"""A cell's content: plain text (line feeds part paragraphs) or inner blocks one below the other."""


# --------------------------------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        text: Line feeds break the title where the sense wants it (GB/T 9704 7.3.1: 梯形 or 菱形).
        level: 0 the title (22 pt 小标宋, centred), 1 "一、" (黑体), 2 "（一）" (楷体), 3 and 4 the body face.
        outline: Also an entry of the PDF outline, below the sheet's own.
    """

    text: str
    level: int = 0
    outline: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A labelled box of a form.

    Attributes:
        label: 12 pt 黑体, centred in its own box at the left; empty gives the whole width to the value.
        value: What is filled in; "" for a form to be filled by hand.
        span: Share of the row's width, relative to the other cells of the row.
        align: Of plain text values.
        foot: Pinned to the lower right corner ("签字：　　　　　　年　月　日"); line feeds make several lines.
        face: Typeface of a plain text value; None is 仿宋.
    """

    label: str
    value: Value = ""
    span: float = 1.0
    align: Align = "left"
    foot: str = ""
    face: Face | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a form.

    Attributes:
        cells: Left to right.
        min_height_mm: It grows with its text and splits over pages; 11 mm is enough for handwriting.
        group: Neighbouring rows with the same group share an upright label at the far left ("群众").
    """

    cells: tuple[Cell, ...]
    min_height_mm: float = 11.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A boxed form of labelled cells, thick outside and thin inside.

    Attributes:
        rows: Top to bottom.
        label_mm: Width of every label box; a longer label wraps, then shrinks.
    """

    rows: tuple[Row, ...]
    label_mm: float = 24.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        head: Its title.
        width: Share of the table's width, relative to the other columns.
        align: Of the cells; heads are centred.
        face: None is 宋, which reads best at 10.5 pt.
        breaks: Characters after which a long code may be broken ("-" for 档号); "" means the usual rules.
    """

    head: str
    width: float = 1.0
    align: Align = "center"
    face: Face | None = None
    breaks: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table over as many pages as it needs, its head repeated on each.

    Attributes:
        columns: Left to right.
        rows: Each as long as `columns`.
        caption: Centred above; on later pages followed by （续表n）.
        size: Type size in points.
        min_height_mm: Of a row.
        spare: Blank rows added for the pen.
        fill: Further blank rows down to the foot of the last page.
        bold: Indexes of rows set in 黑体 (sums).

    Raises:
        ValueError: When a row has not as many cells as there are columns (a mistake of the form's author).
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    caption: str = ""
    size: float = 10.5
    min_height_mm: float = 9.0
    spare: int = 0
    fill: bool = False
    bold: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        """Refuse ragged rows."""
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number} has {len(row)} cells for {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture with its caption.

    Attributes:
        image: The file's bytes or where it lies: anything Pillow reads. Turned upright and shrunk to the size printed.
        caption: Below it, centred.
        taken: A date or "", printed after the caption.
    """

    image: bytes | Path
    caption: str = ""
    taken: str = ""


@dataclass(frozen=True, slots=True)
class Photos:
    """Pictures in a grid; a picture is never parted from its caption.

    Attributes:
        items: In reading order.
        columns: 1 or 2 are sensible on A4.
        height_mm: Height of one picture; it keeps its own proportions within.
    """

    items: tuple[Photo, ...]
    columns: int = 2
    height_mm: float = 85.0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a timeline.

    Attributes:
        date: On the rail ("2025-05-05" or "2025年5月5日").
        title: In 黑体 ("受理", "交办", "回访").
        text: What was done.
        who: By whom, at the right end of the title's line.
        done: Filled dot when done, a ring when still planned.
        photos: Small pictures below the text.
    """

    date: str
    title: str
    text: str = ""
    who: str = ""
    done: bool = True
    photos: tuple[Photo, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps down a date rail; a step stays together unless it is longer than a page."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Roll:
    """A label in 黑体 ("出席：") and names after it, turned lines aligned after the colon (GB/T 9704 10.3).

    Attributes:
        label: Without the colon.
        names: Separated by a character's width; a name is never broken.
        note: After the names, in brackets of its own choice ("（因公请假）").
    """

    label: str
    names: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class GongwenMark:
    """The red mark of a 纪要, its upper edge 35 mm below the top of the text area (GB/T 9704 10.3).

    Attributes:
        text: "××联络站协商议事会纪要"; set in 小标宋, shrunk to one line if need be.
        number: Centred below ("第3期", "〔2025〕3号").
        issuer: Below that at the left.
        date: At the right of the same line.
    """

    text: str
    number: str = ""
    issuer: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记 at the foot of the page where it falls (GB/T 9704 7.4): copies to, then who printed it and when.

    Attributes:
        copies_to: After "抄送：", empty leaves the line out.
        issuer: 印发机关.
        date: 印发日期, "2025年5月9日"; "印发" is added.
    """

    copies_to: str
    issuer: str
    date: str


@dataclass(frozen=True, slots=True)
class Attendee:
    """A line of an attendance sheet; all of it may be empty."""

    name: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signin:
    """签到表: two panels side by side, tall cells for a signature, spare rows to the foot of the page.

    Attributes:
        people: Expected; down the left panel, then down the right one.
        rows: Of one panel; the cells are as tall as the page allows, 11 mm at least.
        spare: Blank lines that must be left at the end, at least.
    """

    people: tuple[Attendee, ...]
    rows: int = 15
    spare: int = 4


@dataclass(frozen=True, slots=True)
class QR:
    """A QR symbol as vectors, level M, with a quiet zone of four modules inside its size.

    Attributes:
        data: ASCII keeps it coarse and quick to read.
        size_mm: Edge, quiet zone included.
        caption: Small, centred below.
    """

    data: str
    size_mm: float = 40.0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """Lines of "label ____value____" without boxes, as on covers.

    Attributes:
        pairs: (label, value).
        size: Type size in points.
        label_mm: Width of the labels, spread over it.
        leading_mm: Distance of the lines.
    """

    pairs: tuple[tuple[str, str], ...]
    size: float = 16.0
    label_mm: float = 40.0
    leading_mm: float = 14.0


@dataclass(frozen=True, slots=True)
class Spine:
    """What stands on the spine of a box (DA/T 22-2015 5.6: 全宗号 年度 保管期限 起止件号 盒号 are required).

    Attributes:
        fonds_name: 全宗名称, set vertically.
        fonds: 全宗号.
        year: 年度.
        period: 保管期限.
        office: 机构（问题）, may be empty: then the box is left out.
        first_item: 起件号, above.
        last_item: 止件号, below.
        box: 盒号.
    """

    fonds_name: str
    fonds: str
    year: str
    period: str
    office: str
    first_item: str
    last_item: str
    box: str


@dataclass(frozen=True, slots=True)
class Spines:
    """The same spine in several widths side by side on one sheet, with dashed cut lines.

    Attributes:
        spine: Its words.
        widths_mm: DA/T 22-2015: 20, 30, 40 or 50 mm.
        height_mm: 270, because 310 mm boxes are taller than A4.
    """

    spine: Spine
    widths_mm: tuple[float, ...] = (20.0, 30.0, 40.0, 50.0)
    height_mm: float = 270.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the text area."""

    kind: Literal["thin", "thick", "double", "red"] = "thin"


@dataclass(frozen=True, slots=True)
class CutLine:
    """A dashed line with scissors' words, where a two-part slip is cut."""

    text: str = "沿此线裁开"


@dataclass(frozen=True, slots=True)
class Gap:
    """White space; swallowed at the top of a page."""

    height_mm: float


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins on a new page (the back of a leaf, for photos overleaf)."""


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


# --------------------------------------------------------------------------------------------------- the sheet


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
    numbering: Numbering = "document"
    running: str = ""
    recto: bool = False
