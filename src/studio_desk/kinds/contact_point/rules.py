"""How a contact point lives and what must fit together in it (domain.md 2.2; S004-35)."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.contact_point.model import ContactPoint, Need
from studio_desk.record.checks import in_order, not_ahead, phone_form
from studio_desk.record.kind import VOID, Life, Move

LIFE = Life(
    states=("草稿", "在用", "停用"),
    moves=(
        Move("草稿", "在用", "启用"),
        Move("在用", "停用", "停用", who="H", reason=True),
        Move("停用", "在用", "恢复使用", who="H", reason=True),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("草稿",),
    closed=("停用",),
)

MET = "已满足"


def check(point: ContactPoint) -> list[Finding]:
    """Somebody to ask, needs whose dates and states agree."""
    findings = [*phone_form("phone", point.phone), *not_ahead(point.since, "since")]
    if not point.contact:
        findings.append(
            Finding(
                "contact",
                "NO_CONTACT",
                say("没有填联系人。"),
                say("请填一位能对接的人；暂时没有的，写明理由后保留。"),
                "warning",
            )
        )
    for number, need in enumerate(point.needs):
        findings += _need(f"needs.{number}", need)
    return findings


def _need(where: str, need: Need) -> list[Finding]:
    findings = in_order(need.since, need.met, f"{where}.met", say("提出日期"), say("满足日期"))
    if need.met and need.state != MET:
        findings.append(
            Finding(
                f"{where}.state",
                "NEED_STATE",
                say("填了满足日期，状态却不是“已满足”。"),
                say("请改正状态或清空满足日期。"),
                "warning",
            )
        )
    return findings
