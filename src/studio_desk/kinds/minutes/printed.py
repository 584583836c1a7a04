"""会议纪要 in the 纪要 format of GB/T 9704-2012 10.3, and the 会议记录 with the speeches behind it (print.md 2, rows 4, 5)."""

from __future__ import annotations

from collections.abc import Iterable

from studio_desk.kinds.minutes.model import Minutes, Seat
from studio_desk.kinds.minutes.rules import unapproved
from studio_desk.press.page import (
    Block,
    Cell,
    Form,
    Gap,
    GongwenMark,
    Heading,
    Imprint,
    Roll,
    Row,
    Sheet,
    Signature,
    Signatures,
    Text,
)
from studio_desk.record import paper
from studio_desk.record.look import Look

LINE_MM = 225 / 22
"""One line of the 22 that fill the text area (GB/T 9704-2012 5.2)."""


def sheets(record: Minutes, look: Look) -> list[Sheet]:
    """The 纪要, marked 草稿 until it is issued, then the 会议记录."""
    minutes = paper.whole(record)
    return [_summary(minutes, look), _record(minutes, look)]


def _summary(minutes: Minutes, look: Look) -> Sheet:
    date = paper.day(minutes.issued)
    blocks: list[Block] = [
        GongwenMark(minutes.mark or f"{look.office}会议纪要", f"第{minutes.issue or '  '}期", look.office, date),
        Heading(minutes.title),
        *_body(minutes),
        *([Gap(LINE_MM), *rolls] if (rolls := _rolls(minutes.seats, look)) else []),
    ]
    blocks.append(Imprint("、".join(minutes.copies), look.office, date))
    return Sheet(
        minutes.title or "会议纪要",
        tuple(blocks),
        frame="gongwen",
        draft=unapproved(minutes) and bool(minutes.uid),
    )


def _body(minutes: Minutes) -> list[Block]:
    sections: list[tuple[str, list[Block]]] = [
        ("会议议题", [Text(line) for line in _each(minutes.agenda)]),
        ("议定事项", [block for number, matter in enumerate(minutes.matters, 1) for block in (
            Heading(f"（{paper.numbered(number)}）{matter.matter}", level=2),
            Text(f"{matter.verdict}。{matter.reason}"),
        )]),
        ("共识", [Text(minutes.consensus)] if minutes.consensus else []),
        ("不同意见", [Text(minutes.dissent)] if minutes.dissent else []),
        ("交办事项", [Text(line) for line in _each(_actions(minutes))]),
    ]  # fmt: skip
    blocks: list[Block] = [Text(line) for line in _opening(minutes)]
    for number, (title, inner) in enumerate(((t, b) for t, b in sections if b), 1):
        blocks += [Heading(f"{paper.numbered(number)}、{title}", level=1), *inner]
    return blocks


def _opening(minutes: Minutes) -> list[str]:
    when = f"{paper.day(minutes.day)}{minutes.time}"
    where = f"在{minutes.place}" if minutes.place else ""
    first = f"{when}，{minutes.chair}{where}主持召开会议。" if minutes.chair else ""
    return [text for text in (first, *minutes.gist.split("\n")) if text]


def _each(texts: Iterable[str]) -> list[str]:
    told = list(texts)
    return [f"{number}.{text}" for number, text in enumerate(told, 1)] if len(told) > 1 else told


def _actions(minutes: Minutes) -> list[str]:
    return [
        f"{item.what}。责任单位：{item.who}；时限：{paper.day(item.due)}；进展：{item.state}"
        + (f"（{item.note}）。" if item.note else "。")
        for item in minutes.actions
    ]


def _rolls(seats: list[Seat], look: Look) -> list[Block]:
    rolls: list[Block] = []
    for word in ("出席", "列席", "请假", "缺席"):
        there = [_person(seat, look) for seat in seats if seat.seat == word]
        if there:
            rolls.append(Roll(word, tuple(there)))
    return rolls


def _person(seat: Seat, look: Look) -> str:
    name = seat.name or look.title(seat.member)
    return f"{name}（{seat.reason}）" if seat.reason else name


def _record(minutes: Minutes, look: Look) -> Sheet:
    present = [seat for seat in minutes.seats if seat.seat in {"出席", "列席"}]
    counts = f"应到{len(minutes.seats)}人，实到{len(present)}人" if minutes.seats else ""
    when = f"{paper.day(minutes.day)} {paper.span(minutes.time, minutes.ended)}".strip()
    rows = [
        Row((Cell("编号", minutes.code), Cell("期号", paper.text_of(minutes.issue)))),
        Row((Cell("会议", minutes.title),)),
        Row((Cell("活动", look.title(minutes.activity) if minutes.activity else ""),)),
        Row((Cell("时间", when, span=1.3), Cell("地点", minutes.place))),
        Row((Cell("主持", minutes.chair), Cell("记录", minutes.recorder))),
        Row((Cell("人数", counts), Cell("散会", minutes.ended))),
        Row((Cell("签发", minutes.signer), Cell("签发日期", paper.day(minutes.issued)))),
        Row((Cell("到会人员", _seated(minutes.seats, look)),)),
        Row((Cell("议题", paper.lines(minutes.agenda)),)),
    ]
    blocks: list[Block] = [Heading("会议记录"), paper.form(minutes, rows, label_mm=22)]
    if minutes.speeches:
        blocks.append(Heading("发言", level=1))
        blocks += [_speech(speech.who, speech.role, speech.text) for speech in minutes.speeches]
    else:
        blocks.append(
            Form((Row((Cell("发言"),), min_height_mm=60), Row((Cell("议定事项"),), min_height_mm=40)), label_mm=22)
        )
    signed = (
        Signature("主持人", minutes.chair, paper.day(minutes.chair_signed)),
        Signature("记录人", minutes.recorder, paper.day(minutes.recorder_signed)),
    )
    blocks += [Gap(6), Signatures(signed, per_row=1)]
    return Sheet(f"会议记录 {minutes.title}".strip(), tuple(blocks), running=f"会议记录 {minutes.code}".strip())


def _seated(seats: list[Seat], look: Look) -> str:
    return "、".join(_person(seat, look) + (f"（{seat.unit}）" if seat.unit else "") for seat in seats)


def _speech(who: str, role: str, text: str) -> Text:
    return Text(text, lead=f"{who}（{role}）：" if role else f"{who}：")
