"""How a group lives and what must fit together in it (domain.md 2.2; S002-6)."""

from __future__ import annotations

from studio_desk.kernel import clock
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.group.model import Group, GroupMember
from studio_desk.record.checks import in_order, not_ahead
from studio_desk.record.kind import VOID, Life, Move

LIFE = Life(
    states=("草稿", "在用", "停用"),
    moves=(
        Move("草稿", "在用", "启用", who="H"),
        Move("在用", "停用", "停用", who="D", reason=True),
        Move("停用", "在用", "恢复使用", who="D", reason=True),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("草稿",),
    closed=("停用",),
)


def check(group: Group) -> list[Finding]:
    """Nobody twice at the same time, a head who belongs to the group, a sector for a sector group."""
    findings = not_ahead(group.formed, "formed")
    if group.group_kind == "界别组" and not group.sector:
        findings.append(Finding("sector", "SECTOR_MISSING", say("界别组没有填界别。"), say("请从界别列表中选一个。")))
    for number, line in enumerate(group.members):
        findings += in_order(line.since, line.until, f"members.{number}.until", say("起"), say("止"))
    findings += _twice(group.members)
    if group.head and group.members and group.head not in _current(group.members):
        findings.append(
            Finding(
                "head",
                "HEAD_NOT_IN_GROUP",
                say("组长不在现有成员里。"),
                say("请把组长加进成员，或改选组长。"),
                "warning",
            )
        )
    return findings


def _current(lines: list[GroupMember]) -> set[str]:
    """Uids of those who belong to the group today."""
    today = clock.today().isoformat()
    return {line.member for line in lines if not line.until or line.until >= today[: len(line.until)]}


def _twice(lines: list[GroupMember]) -> list[Finding]:
    """An error when the same member stands in two lines whose periods overlap."""
    for later, line in enumerate(lines):
        for earlier in lines[:later]:
            if (
                earlier.member == line.member
                and line.since < (earlier.until or "9")
                and earlier.since < (line.until or "9")
            ):
                return [
                    Finding(
                        f"members.{later}.member",
                        "MEMBER_TWICE",
                        say("同一位委员在同一时间写了两次。"),
                        say("请删去重复的一行，或填写前一行的止期。"),
                    )
                ]
    return []
