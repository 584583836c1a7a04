"""What minutes must hold before they are issued, and by when (domain.md 2.2, 2.4; S000-39, S002-33)."""

from __future__ import annotations

from studio_desk.kernel.dates import first_day
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.minutes.model import Minutes
from studio_desk.record.checks import figure, in_order, needed, not_ahead, times_in_order, working_days_after
from studio_desk.record.duty import Duty
from studio_desk.record.kind import VOID, Life, Move

ISSUED = ("已签发", "已归档")
FREE_VERDICT = "能办"
"""The verdict that needs no reason."""

LIFE = Life(
    states=("草稿", "待审", "已签发", "已归档"),
    moves=(
        Move("草稿", "待审", "送审"),
        Move("待审", "草稿", "退回修改", who="H", reason=True),
        Move("待审", "已签发", "签发", who="H"),
        Move("已签发", "已归档", "归档", who="R"),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("草稿",),
    closed=("已归档",),
)


def unapproved(minutes: Minutes) -> bool:
    """Whether the pages must bear the mark 草稿."""
    return minutes.state not in ISSUED


def issue_by(minutes: Minutes) -> str:
    """The last day for issuing: 7 working days after the meeting (domain.md 2.4); `""` without a full date."""
    start = first_day(minutes.day)
    if start is None or len(minutes.day) < len("2026-03-06"):
        return ""
    return working_days_after(start, figure("会议纪要印发", "working_days", 7)).isoformat()


def check(minutes: Minutes) -> list[Finding]:
    """Times, the sections that the state requires, reasons of verdicts, action items, the day of issue."""
    return [*_when(minutes), *_sections(minutes), *_lines(minutes)]


def duties(minutes: Minutes) -> list[Duty]:
    """One 会议纪要 for the body once issued, by the day of issue."""
    return [Duty("会议纪要", minutes.issued or minutes.day, "", minutes.station)] if minutes.state in ISSUED else []


def _when(minutes: Minutes) -> list[Finding]:
    findings = not_ahead(minutes.day, "day")
    findings += times_in_order(minutes.time, minutes.ended, "ended")
    findings += in_order(minutes.day, minutes.issued, "issued", say("会议日期"), say("签发日期"))
    last = issue_by(minutes)
    if last and minutes.issued > last:
        findings.append(
            Finding(
                "issued",
                "MINUTES_LATE",
                say("纪要应在{last}前签发，签发日期是{issued}。", last=last, issued=minutes.issued),
                say("请核对日期；确实晚了的，写明理由后保留。"),
                "warning",
            )
        )
    return findings


def _sections(minutes: Minutes) -> list[Finding]:
    if minutes.state not in {"待审", *ISSUED}:
        return []
    labels = {"agenda": say("议题"), "seats": say("到会人员")}
    if not (minutes.speeches or minutes.matters):
        labels["gist"] = say("会议情况")
    if minutes.state in ISSUED:
        labels |= {"signer": say("签发人"), "issued": say("签发日期")}
    return needed(minutes, minutes.state, labels)


def _lines(minutes: Minutes) -> list[Finding]:
    findings = []
    for number, matter in enumerate(minutes.matters):
        if matter.verdict != FREE_VERDICT and not matter.reason:
            findings.append(
                Finding(
                    f"matters.{number}.reason",
                    "VERDICT_REASON",
                    say("第{n}项是“{verdict}”，没有写条件或理由。", n=number + 1, verdict=matter.verdict),
                    say("请写明什么条件下能办，或为什么不能办。"),
                )
            )
    for number, item in enumerate(minutes.actions):
        findings += in_order(minutes.day, item.due, f"actions.{number}.due", say("会议日期"), say("时限"))
    for number, seat in enumerate(minutes.seats):
        if not seat.member and not seat.name:
            findings.append(
                Finding(
                    f"seats.{number}.name",
                    "NOBODY",
                    say("第{n}行没有写是谁。", n=number + 1),
                    say("请选委员或填姓名。"),
                )
            )
        if seat.seat in {"请假", "缺席"} and not seat.reason:
            findings.append(
                Finding(
                    f"seats.{number}.reason",
                    "ABSENCE_REASON",
                    say("第{n}行是“{seat}”，没有写原因。", n=number + 1, seat=seat.seat),
                    say("请补写原因；不知道的写“未说明”。"),
                    "warning",
                )
            )
    return findings
