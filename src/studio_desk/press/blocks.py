"""What stands on a page beside forms and tables, as plain data: headings, photos, timelines, rolls, marks, spines, rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path


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
