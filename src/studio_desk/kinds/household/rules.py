"""How a household's file lives and what must fit together in it (domain.md 2.2)."""

from __future__ import annotations

from collections import Counter

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.household.model import Household, HouseholdMember
from studio_desk.record.checks import not_ahead, phone_form
from studio_desk.record.kind import VOID, Life, Move
from studio_desk.record.personal import identity_number

LIFE = Life(
    states=("草稿", "在册", "移出"),
    moves=(
        Move("草稿", "在册", "建档"),
        Move("在册", "移出", "移出", who="H", reason=True),
        Move("移出", "在册", "重新建档", who="H", reason=True),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("草稿",),
    closed=("移出",),
)

HEAD = "户主"


def check(household: Household) -> list[Finding]:
    """One head, members' numbers and dates, no income counted twice, a reason for being in the register."""
    findings = [
        *phone_form("phone", household.phone),
        *not_ahead(household.surveyed, "surveyed"),
        *not_ahead(household.consent_day, "consent_day"),
        *_head(household),
    ]
    if not household.category:
        findings.append(
            Finding("category", "NO_CATEGORY", say("没有填困难类别。"), say("请从困难类别中选一个。"), "warning")
        )
    for number, member in enumerate(household.members):
        findings += _member(f"members.{number}", member)
    for (year, kind), times in Counter((line.year, line.kind) for line in household.incomes).items():
        if times > 1:
            findings.append(
                Finding(
                    "incomes",
                    "INCOME_TWICE",
                    say("{year}年的“{kind}”收入写了{n}次。", year=year, kind=kind, n=times),
                    say("请合并为一行，或改正年度、类型。"),
                )
            )
    return findings


def _head(household: Household) -> list[Finding]:
    heads = [member for member in household.members if member.relation == HEAD]
    if len(heads) > 1:
        return [Finding("members", "TWO_HEADS", say("家庭成员里有{n}位户主。", n=len(heads)), say("请只留一位户主。"))]
    if heads and heads[0].name != household.head:
        return [
            Finding(
                "head",
                "HEAD_DIFFERS",
                say("户主是“{head}”，成员里的户主是“{name}”。", head=household.head, name=heads[0].name),
                say("请改正其中一处。"),
                "warning",
            )
        ]
    return []


def _member(where: str, member: HouseholdMember) -> list[Finding]:
    return [
        *not_ahead(member.birth, f"{where}.birth"),
        *identity_number(f"{where}.id_number", member.id_number, birth=member.birth, sex=member.sex),
    ]
