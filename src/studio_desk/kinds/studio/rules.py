"""How a studio lives and what its type demands (domain.md 2.2)."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.kinds.studio.model import Reception, Studio
from studio_desk.record.checks import not_ahead, phone_form
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


def check(studio: Studio) -> list[Finding]:
    """What the type demands, the unified name (S003-7), reception days that exist."""
    findings = [*_type(studio), *phone_form("phone", studio.phone), *not_ahead(studio.plaque_day, "plaque_day")]
    if "工作室" not in studio.name:
        findings.append(
            Finding(
                "name",
                "STUDIO_NAME",
                say("名称“{name}”里没有“工作室”。", name=studio.name),
                say("按“名称统一”的要求请写“……委员工作室”；确有批准名称的，写明理由后保留。"),
                "warning",
            )
        )
    for number, reception in enumerate(studio.receptions):
        findings += _reception(f"receptions.{number}", reception)
    return findings


def _type(studio: Studio) -> list[Finding]:
    if studio.type == "个人型" and not studio.lead_member:
        return [
            Finding(
                "lead_member",
                "LEAD_MEMBER_MISSING",
                say("个人型工作室没有填领衔委员。"),
                say("请选领衔委员；名册里没有的，先登记委员。"),
            )
        ]
    if studio.type == "界别型" and not studio.sector:
        return [Finding("sector", "SECTOR_MISSING", say("界别型工作室没有填依托界别。"), say("请从界别列表中选一个。"))]
    if studio.type == "区域型" and not studio.town:
        return [Finding("town", "TOWN_MISSING", say("区域型工作室没有填所在乡镇、街道。"), say("请填写乡镇或街道名。"))]
    return []


def _reception(where: str, reception: Reception) -> list[Finding]:
    findings = []
    cycle = vocabulary("reception_cycle").find(reception.cycle)
    days = int(cycle.more.get("days", 31)) if cycle else 31
    if reception.number > days:
        findings.append(
            Finding(
                f"{where}.number",
                "NO_SUCH_RECEPTION_DAY",
                say("“{cycle}”没有第{n}日。", cycle=reception.cycle, n=reception.number),
                say("请填1到{days}。", days=days),
            )
        )
    if reception.end <= reception.start:
        findings.append(
            Finding(
                f"{where}.end",
                "TIME_ORDER",
                say("结束时间{end}不晚于开始时间{start}。", end=reception.end, start=reception.start),
                say("请核对接待时间。"),
            )
        )
    return findings
