"""归档文件目录, landscape, with its cover (DA/T 22-2015, 6); its page numbers are the true pages of the file."""

from __future__ import annotations

from collections.abc import Sequence

from studio_desk.binder.covers import Label
from studio_desk.binder.items import Item
from studio_desk.press.page import Block, Column, Fields, Gap, Heading, Sheet, Table, Text, Value

COLUMNS = (
    Column("序号", 0.9),
    Column("档号", 3.7, breaks="-·"),
    Column("文号", 2.9, breaks="-"),
    Column("责任者", 3.0),
    Column("题名", 6.6, align="left"),
    Column("日期", 1.7),
    Column("密级", 0.9),
    Column("页数", 0.9),
    Column("备注", 1.6),
)
TITLE = "归档文件目录"


def front(label: Label) -> Sheet:
    """The cover page of the catalogue."""
    pairs = (
        ("全宗号", label.fonds),
        ("全宗名称", label.fonds_name),
        ("年度", label.year),
        ("保管期限", label.period),
        ("机构（问题）", label.unit),
        ("盒号", label.box),
    )
    blocks: tuple[Block, ...] = (Gap(14), Heading(TITLE), Gap(10), Fields(pairs, size=16, label_mm=40, leading_mm=15))
    return Sheet(f"{TITLE}封面", blocks, landscape=True, numbering="none", recto=True)


def catalogue(label: Label, items: Sequence[Item], first_pages: Sequence[int]) -> Sheet:
    """The list of a box.

    Args:
        label: of the box; all of it is printed above the list.
        items: in order of their numbers; none makes a blank form.
        first_pages: the true page each item begins on, printed as 备注 (`第12页`).
    """
    rows = [_row(number, item, page) for number, (item, page) in enumerate(zip(items, first_pages, strict=True), 1)]
    head = "　".join(
        f"{name}：{value or '　　　'}"
        for name, value in (
            ("全宗号", label.fonds),
            ("年度", label.year),
            ("保管期限", label.period),
            ("盒号", label.box),
        )
    )
    blocks: tuple[Block, ...] = (
        Heading(TITLE),
        Text(head, face="song", size=10.5, align="left", indent=0, after_mm=1.5),
        Table(COLUMNS, tuple(rows), min_height_mm=9, fill=not rows),
    )
    return Sheet(TITLE, blocks, landscape=True, numbering="sheet", recto=True)


def _row(number: int, item: Item, page: int) -> tuple[Value, ...]:
    return (
        str(number),
        item.code,
        item.reference,
        item.maker,
        item.title,
        item.day,
        "",
        str(item.pages),
        f"第{page}页",
    )
