"""The page of 《民情日志》: one form on A4, photos overleaf (print.md 2, row 1)."""

from __future__ import annotations

from studio_desk.kinds.journal_entry.model import JournalEntry, Visitor
from studio_desk.press.page import (
    Block,
    Cell,
    Form,
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
    blocks: list[Block] = [Heading("民 情 日 志"), Form(tuple(_rows(entry, look)), label_mm=22)]
    pictures = paper.pictures(look, entry.uid)
    if pictures:
        blocks += [PageBreak(), *pictures]
    title = entry.subject or "民情日志"
    return [Sheet(title, tuple(blocks), running=f"民情日志 {entry.code}".strip())]


def _rows(entry: JournalEntry, look: Look) -> list[Row]:
    handwritten = [f"第{entry.book}册" if entry.book else "", f"第{entry.page}页" if entry.page else ""]
    return [
        Row((Cell("编号", entry.code), Cell("册页", "".join(handwritten)), Cell("补录", paper.yes(("是", entry.entered_late))))),
        Row(
            (
                Cell("日期", f"{paper.day(entry.day)} {paper.weekday(entry.day)}".strip()),
                Cell("时间", paper.span(entry.time, entry.end_time)),
                Cell("天气", entry.weather),
            )
        ),
        Row((Cell("地点", entry.place, span=2), Cell("值班班次", entry.duty_shift))),
        Row((Cell("工作室", look.title(entry.studio) if entry.studio else "", span=2), Cell("平台", entry.platform))),
        Row((Cell("委员", paper.names(look, entry.members)),)),
        Row((Cell("方式", _way(entry)),)),
        *_people(entry, look),
        Row((Cell("问题类别", entry.category), Cell("界别", entry.sector))),
        Row((Cell("紧急程度", paper.ticks("urgency", entry.urgency)), Cell("个性共性", paper.ticks("individual_or_common", entry.scope)))),
        Row((Cell("中心工作", "、".join(entry.tags)),)),
        Row((Cell("事由", entry.subject),)),
        Row((Cell("反映情况", Text(entry.content)),), min_height_mm=40),
        Row((Cell("家庭情况", Text(entry.situation)), Cell("困难", Text(entry.difficulties)))),
        Row((Cell("诉求建议", paper.lines(entry.appeals)),)),
        Row((Cell("委员意见", Text(entry.answer)),), min_height_mm=16),
        Row((Cell("办理过程", _handling(entry, look)),), min_height_mm=16),
        *_outcome(entry, look),
        Row((Cell("签字", Signatures(_signatures(entry), per_row=2)),)),
    ]  # fmt: skip


def _way(entry: JournalEntry) -> tuple[Inner, ...]:
    told: list[Inner] = [paper.ticks("contact_way", entry.way)]
    if entry.letter_received:
        told.append(Text(f"收信日期:{paper.day(entry.letter_received)}"))
    return tuple(told)


def _people(entry: JournalEntry, look: Look) -> list[Row]:
    household = look.title(entry.household) if entry.household else ""
    rows = [
        row for visitor in entry.persons or [Visitor.model_construct(heads=0)] for row in _person(visitor, entry, look)
    ]
    rows.append(
        Row((Cell("家庭", household, span=2), Cell("集体访", paper.yes(("是", entry.group_visit)))), group="群众"),
    )
    return rows


def _person(visitor: Visitor, entry: JournalEntry, look: Look) -> tuple[Row, Row]:
    name = visitor.name or (look.title(visitor.person) if visitor.person else "")
    age = paper.text_of(visitor.age)
    return (
        Row(
            (
                Cell("姓名", name or ("匿名" if entry.persons else ""), span=1.4),
                Cell("性别", visitor.sex, span=0.8),
                Cell("年龄", age, span=0.8),
                Cell("人数", str(visitor.heads or ""), span=0.8),
            ),
            group="群众",
        ),
        Row(
            (
                Cell("住址", visitor.address, span=1.6),
                Cell("电话", paper.phone(visitor.phone, look)),
            ),
            group="群众",
        ),
    )


def _handling(entry: JournalEntry, look: Look) -> tuple[Inner, ...]:
    told: list[Inner] = [Text(entry.next_step)] if entry.next_step else []
    told += [
        Text(
            f"{case.get('title', '')}({case.get('state', '')})",
            lead=f"转民情事项 {case.get('code', '')} ",
            lead_face="song",
        )
        for case in _cases(entry, look)
    ]
    return tuple(told) or (Text(""),)


def _outcome(entry: JournalEntry, look: Look) -> list[Row]:
    """Result and the people's word, taken from the matters that came of the entry."""
    cases = _cases(entry, look)
    results = paper.ticks("case_result", *(str(case.get("result") or "") for case in cases))
    words = paper.ticks("satisfaction", *(str(case.get("satisfaction") or "") for case in cases))
    return [Row((Cell("结果", results),)), Row((Cell("群众评价", words),))]


def _cases(entry: JournalEntry, look: Look) -> list[dict[str, object]]:
    return [dict(row) for row in look.children("case", "journal_entry", entry.uid)] if entry.uid else []


def _signatures(entry: JournalEntry) -> tuple[Signature, ...]:
    return (
        Signature("记录人", entry.recorder),
        Signature("审核人", entry.reviewer),
        Signature("召集人"),
        Signature("群众"),
    )
