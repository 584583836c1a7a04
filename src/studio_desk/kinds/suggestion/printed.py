"""The slip of an 意见建议: what was suggested, to whom it went and what came of it."""

from __future__ import annotations

from studio_desk.kinds.suggestion.model import Suggestion
from studio_desk.press.page import Block, Cell, Heading, Row, Sheet, Signature, Signatures, Text
from studio_desk.record import paper
from studio_desk.record.look import Look


def sheets(record: Suggestion, look: Look) -> list[Sheet]:
    """One form with every value."""
    item = paper.whole(record)
    people = "、".join(filter(None, (look.title(item.proposer) if item.proposer else "", item.proposer_name)))
    rows = (
        Row((Cell("编号", item.code), Cell("状态", item.state))),
        Row((Cell("题目", item.title),)),
        Row((Cell("提出人", people), Cell("提出日期", paper.day(item.day)))),
        Row((Cell("工作室", look.title(item.studio) if item.studio else ""), Cell("类别", item.category))),
        Row((Cell("出处", item.parent_kind, span=0.6), Cell("记录", look.title(item.parent) if item.parent else ""))),
        Row((Cell("建议内容", Text(item.text)),), min_height_mm=70),
        Row((Cell("送交单位", item.to_unit), Cell("送交日期", paper.day(item.sent)))),
        Row((Cell("转化为", paper.ticks("suggestion_conversion", item.converted_kind)),)),
        Row((Cell("转化记录", look.title(item.converted_to) if item.converted_to else ""),)),
        Row((Cell("结果", paper.ticks("suggestion_result", item.result)),)),
        Row((Cell("结果说明", Text(item.result_text)),), min_height_mm=30),
        Row((Cell("签字", Signatures((Signature("提出人"), Signature("经办人")), per_row=2)),)),
    )
    blocks: tuple[Block, ...] = (Heading("意见建议单"), paper.form(item, rows), *paper.pictures(look, item.uid))
    return [Sheet(item.title or "意见建议单", blocks, running=f"意见建议 {item.code}".strip())]
