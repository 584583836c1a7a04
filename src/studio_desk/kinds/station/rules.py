"""How a station lives and what must fit together in its entry (domain.md 2.2; S002-24)."""

from __future__ import annotations

import re

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.station.model import Station
from studio_desk.record.checks import in_order, not_ahead, phone_form
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


def check(station: Station) -> list[Finding]:
    """The code's form, two different clerks, dates in order."""
    findings = [*phone_form("phone", station.phone), *not_ahead(station.opened, "opened")]
    if not re.fullmatch(r"[A-Z]{2,6}", station.station_code):
        findings.append(
            Finding(
                "station_code",
                "STATION_CODE_FORM",
                say("站码“{code}”不是2到6个大写字母。", code=station.station_code),
                say("请用地名拼音的首字母，例如石桥镇用SQ。"),
            )
        )
    if station.clerk_b and station.clerk_a == station.clerk_b:
        findings.append(
            Finding(
                "clerk_b",
                "SAME_CLERK",
                say("文书A角和B角是同一个人。"),
                say("请另填一人，可由站长或区政协经办兼任B角。"),
            )
        )
    if not station.clerk_b:
        findings.append(
            Finding(
                "clerk_b",
                "NO_SECOND_CLERK",
                say("没有填文书B角。"),
                say("请填一人，A角不在时由其接手；暂时没有的，写明理由后保留。"),
                "warning",
            )
        )
    for number, post in enumerate(station.posts):
        findings += in_order(post.since, post.until, f"posts.{number}.until", say("开始"), say("结束"))
    return findings
