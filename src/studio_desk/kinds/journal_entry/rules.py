"""What makes a 民情日志 page good, how it lives and what it counts for (domain.md 2.2, 2.3, 4; S000-15)."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.journal_entry.model import JournalEntry, Visitor
from studio_desk.record.checks import figure, in_order, needed, not_ahead, phone_form, times_in_order
from studio_desk.record.duty import Duty
from studio_desk.record.kind import VOID, Life, Move

SHORTEST = 20
"""Fewest characters of a content that says something (domain.md 2.2)."""
LETTER_WAYS = ("来信", "信箱")
COUNTED = ("已登记", "已审核", "已归档")
"""States in which an entry counts (domain.md 4.1: drafts and void ones are out)."""

LIFE = Life(
    states=("草稿", "已登记", "已审核", "已归档"),
    moves=(
        Move("草稿", "已登记", "登记"),
        Move("已登记", "已审核", "审核", who="H"),
        Move("已审核", "已登记", "退回修改", who="H", reason=True),
        Move("已审核", "已归档", "归档", who="CR"),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("草稿",),
    closed=("已归档",),
)


def heads(entry: JournalEntry) -> int:
    """How many people were met, groups counted by their heads."""
    return sum(visitor.heads for visitor in entry.persons)


def shortest() -> int:
    """Characters a journal entry has at least; a figure of the rule book."""
    return figure("日志最少字数", "characters", SHORTEST)


def thin(entry: JournalEntry) -> bool:
    """Whether the content is shorter than the rule book wants, white space left out (domain.md 2.2)."""
    return len("".join(entry.content.split())) < shortest()


def handled(entry: JournalEntry) -> bool:
    """Whether it is written what was answered or what comes next."""
    return bool(entry.answer or entry.next_step)


def check(entry: JournalEntry) -> list[Finding]:
    """The quality gate of S000-15 (who, when, where, what, how handled) and the fit of the fields to each other."""
    findings = [*_when(entry), *_who(entry)]
    if thin(entry):
        findings.append(
            Finding(
                "content",
                "THIN_ENTRY",
                say("反映情况不足{n}个字，过于简单。", n=shortest()),
                say("请写清什么事、在哪里、多少人受影响、群众要求什么；确实只有一句话的，写明理由后保留。"),
                "warning",
            )
        )
    if not handled(entry) and entry.state in COUNTED:
        findings.append(
            Finding(
                "answer",
                "NOT_HANDLED",
                say("没有写现场答复，也没有写后续计划。"),
                say("请补写其中一项；只是了解情况的，在后续计划写“无需办理”。"),
                "warning",
            )
        )
    return findings


def duties(entry: JournalEntry) -> list[Duty]:
    """One 民情日志 and one of its way, for the body and for each member; 有效日志 when it passes the gate."""
    if entry.state not in COUNTED:
        return []
    names = ["民情日志", entry.way]
    if not thin(entry) and handled(entry):
        names.append("有效日志")
    body = entry.studio or entry.station
    return [Duty(name, entry.day, who, body) for name in names for who in ("", *entry.members)]


def _when(entry: JournalEntry) -> list[Finding]:
    letter = {"letter_received": say("收信日期")} if entry.way in LETTER_WAYS else {}
    return [
        *not_ahead(entry.day, "day"),
        *times_in_order(entry.time, entry.end_time, "end_time"),
        *needed(entry, entry.way, letter),
        *in_order(entry.letter_received, entry.day, "letter_received", say("收信日期"), say("日期")),
    ]


def _who(entry: JournalEntry) -> list[Finding]:
    findings: list[Finding] = []
    if not entry.members:
        findings.append(
            Finding(
                "members",
                "NO_MEMBER",
                say("没有写是哪位委员。"),
                say("请选委员；由文书代为接待的，写明理由后保留。"),
                "warning",
            )
        )
    findings += _twice(entry)
    group = figure("集体访人数", "persons", 5)
    if entry.group_visit != (heads(entry) >= group):
        told = (
            say("共{n}人，达到集体访的人数，没有标“集体访”。", n=heads(entry))
            if heads(entry) >= group
            else say("标了“集体访”，登记的只有{n}人。", n=heads(entry))
        )
        findings.append(
            Finding(
                "group_visit", "GROUP_VISIT", told, say("一次{n}人以上为集体访，请核对人数或标记。", n=group), "warning"
            )
        )
    for number, visitor in enumerate(entry.persons):
        findings += _visitor(f"persons.{number}", visitor)
    return findings


def _twice(entry: JournalEntry) -> list[Finding]:
    if len(set(entry.members)) == len(entry.members):
        return []
    return [Finding("members", "MEMBER_TWICE", say("同一位委员写了两次。"), say("请删去重复的一个。"))]


def _visitor(where: str, visitor: Visitor) -> list[Finding]:
    findings = phone_form(f"{where}.phone", visitor.phone)
    grown = figure("未成年人保护年龄", "years", 14)
    if visitor.age is not None and visitor.age < grown:
        findings.append(
            Finding(
                f"{where}.age",
                "MINOR",
                say("不满{n}周岁，其信息属于敏感个人信息（《个人信息保护法》第二十八条）。", n=grown),
                say("请只留必要的内容，可改记监护人；确需登记的，写明理由后保留。"),
                "warning",
            )
        )
    return findings
