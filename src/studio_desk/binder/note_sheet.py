"""备考表, behind the items of a box: what is in it, what changed since, who arranged and who checked it (DA/T 22-2015, 5.7)."""

from __future__ import annotations

from collections.abc import Iterable

from studio_desk.press.page import Cell, Form, Heading, Row, Sheet
from studio_desk.record import paper

TITLE = "备考表"


def note_sheet(remarks: Iterable[str], *, arranged_by: str = "", arranged: str = "", box: str = "") -> Sheet:
    """The note sheet.

    Args:
        remarks: 盒内文件情况说明, a paragraph each; none for the pen.
        arranged_by: 整理人.
        arranged: ISO date of arranging.
        box: what box it is, at the foot of the page.
    """
    rows = (
        Row((Cell("盒内文件\n情况说明", "\n".join(remarks)),), min_height_mm=170),
        Row((Cell("整理人", arranged_by), Cell("整理日期", paper.day(arranged))), min_height_mm=13),
        Row((Cell("检查人"), Cell("检查日期")), min_height_mm=13),
    )
    return Sheet(TITLE, (Heading("备 考 表"), Form(rows, label_mm=26)), running=box, recto=True)
