"""The file of a 民情事项: summary box, timeline down a date rail, photos before and after (print.md 2, row 3)."""

from __future__ import annotations

from dataclasses import replace

from studio_desk.kinds.case import rules
from studio_desk.kinds.case.model import Case
from studio_desk.press.page import (
    Block,
    Cell,
    Column,
    Heading,
    Photos,
    Row,
    Sheet,
    Signature,
    Signatures,
    Step,
    Table,
    Text,
    Timeline,
)
from studio_desk.record import paper
from studio_desk.record.look import Look

COMPARED = (("办理前", "办理前照片"), ("办理后", "办理后照片"))
"""Words of the captions, and the kinds of the list `photo_kind` they stand for."""


def sheets(record: Case, look: Look) -> list[Sheet]:
    """The file of one matter; every value of the record stands on it."""
    case = paper.whole(record)
    blocks: list[Block] = [
        Heading("民情事项办理卷"),
        paper.form(case, _summary(case, look)),
        Heading("办理过程", level=1),
        Timeline(tuple(_steps(case))) if case.uid else _blank_steps(),
        Heading("办理结果", level=1),
        paper.form(case, _result(case)),
    ]
    compared = [_told_apart(photos, word) for word, kind in COMPARED for photos in paper.pictures(look, case.uid, kind)]
    others = paper.pictures(look, case.uid, without=tuple(kind for _, kind in COMPARED))
    if compared or others:
        items = tuple(item for photos in (*compared, *others) for item in photos.items)
        blocks += [Heading("照片", level=1), Photos(items)]
    return [Sheet(case.title or "民情事项", tuple(blocks), running=f"民情事项 {case.code}".strip())]


def _told_apart(photos: Photos, word: str) -> Photos:
    return replace(photos, items=tuple(replace(item, caption=f"{word}：{item.caption}") for item in photos.items))


def _summary(case: Case, look: Look) -> list[Row]:
    entries = [case.journal_entry, *case.further_entries]
    marks = paper.yes(("涉信访", case.petition), ("实事", case.deed), ("可形成意见建议", case.suggestion))
    return [
        Row((Cell("案号", case.code), Cell("状态", case.state))),
        Row((Cell("标题", case.title),)),
        Row((Cell("来源", paper.names(look, entries)),)),
        Row((Cell("登记日期", paper.day(case.registered)), Cell("办理时限", _due(case)))),
        Row((Cell("事项内容", Text(case.content)),), min_height_mm=24),
        Row((Cell("问题类别", case.category), Cell("法律诉求", case.legal_tag))),
        Row((Cell("紧急程度", paper.ticks("urgency", case.urgency if case.uid else "")),)),
        Row((Cell("个性共性", paper.ticks("individual_or_common", case.scope)), Cell("受理范围", paper.ticks("scope_check", case.in_scope)))),
        Row((Cell("处理去向", paper.ticks("route", case.route)),)),
        *([Row((Cell("不予受理理由", case.refusal_ground),))] if case.refusal_ground else []),
        Row((Cell("承办单位", case.host_unit), Cell("协办单位", "、".join(case.co_units)))),
        Row((Cell("工作室", look.title(case.studio) if case.studio else ""), Cell("承办委员", paper.names(look, case.members)))),
        Row((Cell("平台", case.platform), Cell("中心工作", "、".join(case.tags)))),
        Row((Cell("标记", marks),)),
        *_links(case, look),
    ]  # fmt: skip


def _due(case: Case) -> str:
    extended = f"\n延期至{paper.day(case.extended_to)}" if case.extended_to else ""
    return paper.day(case.due or (rules.default_due(case) if case.uid else "")) + extended


def _links(case: Case, look: Look) -> list[Row]:
    rows = []
    if case.converted_from:
        rows.append(Row((Cell("由何转来", look.title(case.converted_from)),)))
    if case.converted_to:
        rows.append(Row((Cell("转化为", paper.names(look, case.converted_to)),)))
    return rows


def _steps(case: Case) -> list[Step]:
    """Registration, the steps written, and what the fields tell of extension, answer and closing, by date."""
    told = [(case.registered, "登记", "", ""), *((s.day, s.kind, s.text, s.who) for s in case.steps)]
    if case.extended_to:
        text = f"延期至{paper.day(case.extended_to)}：{case.extension_reason}"
        told.append((case.extension_told, "延期", text, case.extension_approver))
    if case.suspended_until:
        told.append((case.suspended_until, "挂起至", "", ""))
    told += [
        (case.answered, "答复", f"方式：{case.answer_way}" if case.answer_way else "", ""),
        (case.told, "反馈群众", f"方式：{case.told_way}" if case.told_way else "", ""),
        (case.closed, "办结", case.result, ""),
    ]
    dated = sorted((line for line in told if line[0]), key=lambda line: line[0])
    return [Step(paper.day(date), title, text, who) for date, title, text, who in dated]


def _blank_steps() -> Table:
    columns = (Column("日期", 1.1), Column("步骤", 1.1), Column("经办", 1.4), Column("办理情况", 4.0, align="left"))
    return Table(columns, (), size=12, min_height_mm=11, spare=9)


def _result(case: Case) -> list[Row]:
    return [
        Row((Cell("办理结果", paper.ticks("case_result", case.result)),)),
        Row((Cell("结果说明", Text(case.result_text)),), min_height_mm=16),
        Row(
            (
                Cell("答复日期", paper.day(case.answered), span=0.6),
                Cell("答复方式", paper.ticks("answer_way", case.answer_way)),
            )
        ),
        Row(
            (
                Cell("反馈日期", paper.day(case.told), span=0.6),
                Cell("反馈方式", paper.ticks("answer_way", case.told_way)),
            )
        ),
        Row((Cell("满意度", paper.ticks("satisfaction", case.satisfaction)),)),
        Row((Cell("签字", Signatures((Signature("承办人"), Signature("站长"), Signature("群众")), per_row=3)),)),
    ]
