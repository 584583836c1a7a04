"""How a district's own entry lives and what must fit together in it (domain.md 2.2)."""

from __future__ import annotations

import re

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.office.model import Office
from studio_desk.record.checks import in_order, phone_form
from studio_desk.record.kind import VOID, Life, Move

LIFE = Life(
    states=("草稿", "在用", "停用"),
    moves=(
        Move("草稿", "在用", "启用", who="D"),
        Move("在用", "停用", "停用", who="D", reason=True),
        Move("停用", "在用", "恢复使用", who="D", reason=True),
        Move("*", VOID, "作废", who="D", reason=True),
    ),
    drafts=("草稿",),
    closed=("停用",),
)

SESSION_TO_SESSION = "全会至全会"


def check(office: Office) -> list[Finding]:
    """The code has six digits, the term and the sessions run forward, the assessment year can be worked out."""
    findings = phone_form("phone", office.phone)
    if office.admin_code and not re.fullmatch(r"[0-9]{6}", office.admin_code):
        findings.append(
            Finding(
                "admin_code",
                "ADMIN_CODE_FORM",
                say("行政区划代码“{code}”不是6位数字。", code=office.admin_code),
                say("请填写6位数字的代码，例如990000。"),
            )
        )
    findings += in_order(office.term_start, office.term_end, "term_end", say("本届开始"), say("本届结束"))
    for number, plenary in enumerate(office.plenaries):
        findings += in_order(plenary.start, plenary.end, f"plenaries.{number}.end", say("开幕日期"), say("闭幕日期"))
    if office.assessment_year == SESSION_TO_SESSION and not office.plenaries:
        findings.append(
            Finding(
                "plenaries",
                "NO_PLENARY",
                say("考核年度按全会计算，却没有登记全会。"),
                say("请在“历次全会”里填写开幕日期，否则统计按日历年。"),
                "warning",
            )
        )
    towns = office.towns
    if len(set(towns)) < len(towns):
        twice = next(town for town in towns if towns.count(town) > 1)
        findings.append(
            Finding("towns", "TOWN_TWICE", say("“{town}”写了两次。", town=twice), say("请删去重复的一个。"))
        )
    return findings
