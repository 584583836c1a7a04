"""What stands between rules, as plain data: tick boxes, signing lines, labelled cells, tables, attendance sheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Face = Literal["fangsong", "kai", "hei", "title", "song"]
"""A typeface by its office in Chinese documents: 仿宋, 楷体, 黑体, 小标宋, 宋体."""

Align = Literal["left", "center", "right", "justify"]


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
