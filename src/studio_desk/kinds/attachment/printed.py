"""The page of an 附件: what the file is, its digest, and the picture when it is one."""

from __future__ import annotations

from studio_desk.kinds.attachment.model import Attachment
from studio_desk.press.page import Block, Cell, Heading, Photo, Photos, Row, Sheet
from studio_desk.record import paper
from studio_desk.record.look import Look


def sheets(record: Attachment, look: Look) -> list[Sheet]:
    """One form with every value and the picture; a P2 picture only in a full print (domain.md 2.1)."""
    item = paper.whole(record)
    size = paper.text_of(item.size)
    rows = (
        Row((Cell("编号", item.code), Cell("状态", item.state))),
        Row((Cell("文件名", item.name),)),
        Row((Cell("归属", item.parent_kind, span=0.6), Cell("记录", look.title(item.parent) if item.parent else ""))),
        Row((Cell("说明", item.caption),)),
        Row((Cell("附件种类", item.photo_kind), Cell("拍摄日期", paper.day(item.taken)))),
        Row((Cell("文件类型", item.mime), Cell("大小", f"{size}字节" if size else ""))),
        Row((Cell("信息类别", item.personal if item.uid else ""), Cell("录入", item.created_by))),
        Row((Cell("校验码", item.sha256),)),
    )
    blocks: list[Block] = [Heading("附件"), paper.form(item, rows)]
    shown = item.mime.startswith("image/") and (item.personal != "P2" or look.full)
    if shown and (image := look.photo(item.sha256)):
        blocks.append(Photos((Photo(image, item.caption or item.name, paper.day(item.taken)),), 1, 115))
    return [Sheet(item.caption or item.name or "附件", tuple(blocks), running=f"附件 {item.code}".strip())]
