"""What goes on the outside of a box: the cover and the spines in all usual widths (DA/T 22-2015, 5.6)."""

from __future__ import annotations

from dataclasses import dataclass

from studio_desk.binder.thickness import SPINES_MM
from studio_desk.press.page import Block, Fields, Gap, Heading, Rule, Sheet, Spine, Spines, Text


@dataclass(frozen=True)
class Label:
    """What a box is called; empty texts leave room for the pen.

    Attributes:
        fonds: 全宗号.
        fonds_name: 全宗名称.
        year: 年度.
        period: 保管期限.
        unit: 机构（问题）.
        first: 起件号.
        last: 止件号.
        box: 盒号.
        spine_mm: the spine it wants, 0 when unknown.
    """

    fonds: str = ""
    fonds_name: str = ""
    year: str = ""
    period: str = ""
    unit: str = ""
    first: str = ""
    last: str = ""
    box: str = ""
    spine_mm: int = 0

    @property
    def range(self) -> str:
        """`0001—0084`."""
        return f"{self.first}—{self.last}" if self.first and self.last else ""


def cover(label: Label) -> Sheet:
    """盒封面: the name of the fonds above a double rule, then what the box holds."""
    pairs = (
        ("全宗号", label.fonds),
        ("年度", label.year),
        ("保管期限", label.period),
        ("机构（问题）", label.unit),
        ("起止件号", label.range),
        ("盒号", label.box),
    )
    blocks: tuple[Block, ...] = (
        Gap(48),
        Text(label.fonds_name, face="title", size=30, align="center", indent=0),
        Rule("double"),
        Gap(14),
        Heading("归 档 文 件"),
        Gap(22),
        Fields(pairs, size=16, label_mm=40, leading_mm=17),
    )
    return Sheet("盒封面", blocks, frame="form", numbering="none")


def spines(label: Label) -> Sheet:
    """盒脊: the same spine in every usual width, to be cut out."""
    spine = Spine(
        label.fonds_name, label.fonds, label.year, label.period, label.unit, label.first, label.last, label.box
    )
    widths = tuple(float(width) for width in SPINES_MM)
    return Sheet("盒脊", (Spines(spine, widths_mm=widths),), frame="insert", numbering="none", recto=True)
