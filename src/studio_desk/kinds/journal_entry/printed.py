"""The page of 《民情日志》: one form on A4, photos overleaf (print.md 2, row 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from studio_desk.kinds.journal_entry.model import JournalEntry, Visitor
from studio_desk.press.page import (
    Block,
    Cell,
    Heading,
    Inner,
    PageBreak,
    Row,
    Sheet,
    Signature,
    Signatures,
    Text,
)
from studio_desk.record import paper
from studio_desk.record.look import Look


def sheets(record: JournalEntry, look: Look) -> list[Sheet]:
    """The form of one entry and its pictures; every value of the record stands on it."""
    entry = paper.whole(record)
    rows = [*_head(entry, look), *_people(entry, look), *_matter(entry, look), *_handling(entry, look)]
    blocks: list[Block] = [Heading("民情日志"), paper.form(entry, rows, label_mm=20)]
    if pictures := paper.pictures(look, entry.uid):
        blocks += [PageBreak(), *pictures]
    return [Sheet(entry.subject or "民情日志", tuple(blocks), running=f"民情日志 {entry.code}".strip())]


def _head(entry: JournalEntry, look: Look) -> list[Row]:
    leaf = (f"第{entry.book}册" if entry.book else "") + (f"第{entry.page}页" if entry.page else "")
    marks = (("集体访", entry.group_visit), ("补录", entry.entered_late))
    way: list[Inner] = [paper.ticks("contact_way", entry.way, marks=marks)]
    if entry.letter_received:
        way.append(Text(f"收信日期：{paper.day(entry.letter_received)}"))
    return [
        Row((Cell("编号", entry.code, span=1.4), Cell("册页", leaf), Cell("天气", entry.weather)), 8),
        Row(
            (
                Cell("日期", f"{paper.day(entry.day)} {paper.weekday(entry.day)}".strip(), span=1.2),
                Cell("时间", paper.span(entry.time, entry.end_time)),
            )
        ),
        Row((Cell("地点", entry.place, span=1.2), Cell("值班班次", entry.duty_shift))),
        Row(
            (
                Cell("委员", paper.names(look, entry.members), span=1.2),
                Cell("工作室", look.title(entry.studio) if entry.studio else ""),
            )
        ),
        Row((Cell("方式", tuple(way)),)),
    ]


def _people(entry: JournalEntry, look: Look) -> list[Row]:
    """One visitor in boxes, as on the blank form; several in a line each."""
    if len(entry.persons) > 1:
        told = [Text(_in_a_line(visitor, look)) for visitor in entry.persons]
        return [Row((Cell("群众", tuple(told)),))]
    visitor = entry.persons[0] if entry.persons else None
    return [
        Row(
            (
                Cell("姓名", _name(visitor, look) if visitor else "", span=1.8),
                Cell("性别", visitor.sex if visitor else "", span=0.6),
                Cell("年龄", paper.text_of(visitor.age) if visitor else "", span=0.6),
                Cell("人数", str(visitor.heads) if visitor else "", span=0.6),
            ),
            group="群众",
        ),
        Row(
            (
                Cell("住址", visitor.address if visitor else "", span=1.6),
                Cell("电话", paper.phone(visitor.phone, look) if visitor else ""),
            ),
            group="群众",
        ),
    ]


def _name(visitor: Visitor, look: Look) -> str:
    return visitor.name or (look.title(visitor.person) if visitor.person else "匿名")


def _in_a_line(visitor: Visitor, look: Look) -> str:
    told = (
        _name(visitor, look),
        visitor.sex,
        f"{visitor.age}岁" if visitor.age is not None else "",
        f"{visitor.heads}人",
        visitor.address,
        paper.phone(visitor.phone, look),
    )
    return "，".join(filter(None, told))


def _matter(entry: JournalEntry, look: Look) -> list[Row]:
    household = f"{look.title(entry.household)}：" if entry.household else ""
    return [
        Row((Cell("问题类别", entry.category), Cell("界别", entry.sector), Cell("平台", entry.platform))),
        Row(
            (
                Cell("紧急程度", paper.ticks("urgency", entry.urgency), span=1.6),
                Cell("个性共性", paper.ticks("individual_or_common", entry.scope)),
            )
        ),
        Row((Cell("事由", entry.subject, span=1.3), Cell("中心工作", "、".join(entry.tags)))),
        Row((Cell("反映情况", Text(entry.content)),), 30 if entry.uid else 40),
        Row(
            (
                Cell("家庭情况", Text(entry.situation, lead=household, lead_face="fangsong")),
                Cell("困难", Text(entry.difficulties)),
            )
        ),
        Row((Cell("诉求建议", paper.lines(entry.appeals)),)),
    ]


def _handling(entry: JournalEntry, look: Look) -> list[Row]:
    """Answer and next step; result and the people's word are those of the matters that came of the entry."""
    cases = look.children("case", "journal_entry", entry.uid) if entry.uid else ()
    signed = (
        Signature("记录人", entry.recorder),
        Signature("审核人", entry.reviewer),
        Signature("召集人"),
        Signature("群众"),
    )
    return [
        Row((Cell("委员意见", Text(entry.answer)),), 12),
        Row((Cell("办理过程", _steps(entry, cases)),), 12),
        Row((Cell("结果", paper.ticks("case_result", *_told(cases, "result"))),)),
        Row((Cell("群众评价", paper.ticks("satisfaction", *_told(cases, "satisfaction"))),)),
        Row((Cell("", Signatures(signed, per_row=4)),)),
    ]


def _steps(entry: JournalEntry, cases: Sequence[Mapping[str, Any]]) -> tuple[Inner, ...]:
    told: list[Inner] = [Text(entry.next_step)] if entry.next_step else []
    told += [Text(f"转民情事项{row['code']}：{row['title']}（{row['state']}）") for row in cases]
    return tuple(told) or (Text(""),)


def _told(cases: Sequence[Mapping[str, Any]], field: str) -> list[str]:
    return [str(row.get(field) or "") for row in cases]
