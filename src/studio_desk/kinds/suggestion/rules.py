"""How a 意见建议 goes to a unit and comes back, and how it counts (domain.md 2.2, 4.1 rule 4, 4.2 转化率)."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.suggestion.model import Suggestion
from studio_desk.record.checks import in_order, needed, not_ahead
from studio_desk.record.duty import Duty
from studio_desk.record.kind import VOID, Life, Move

LIFE = Life(
    states=("草稿", "已提出", "已送交", "已答复", "已归档"),
    moves=(
        Move("草稿", "已提出", "提出"),
        Move("已提出", "已送交", "送交单位"),
        Move("已送交", "已答复", "登记答复"),
        Move("已答复", "已归档", "归档", who="R"),
        Move("已提出", "已归档", "留作参考并归档", who="HR", reason=True),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("草稿",),
    closed=("已归档",),
)
COUNTED = LIFE.states[1:]


def check(suggestion: Suggestion) -> list[Finding]:
    """Dates in order, a unit once sent, a result once answered, a reason when it was not taken up."""
    findings = [
        *not_ahead(suggestion.day, "day"),
        *in_order(suggestion.day, suggestion.sent, "sent", say("提出日期"), say("送交日期")),
    ]
    if suggestion.state in {"已送交", "已答复"}:
        findings += needed(suggestion, suggestion.state, {"to_unit": say("送交单位")})
    if suggestion.state == "已答复":
        findings += needed(suggestion, suggestion.state, {"result": say("结果")})
    if suggestion.result == "未采纳":
        findings += needed(suggestion, suggestion.result, {"result_text": say("结果说明")})
    if suggestion.converted_to:
        findings += needed(suggestion, say("转化记录"), {"converted_kind": say("转化为")})
    return findings


def duties(suggestion: Suggestion) -> list[Duty]:
    """One 意见建议, and one 意见建议转化 when it became something, for the body and for the member who made it."""
    if suggestion.state not in COUNTED:
        return []
    names = ["意见建议", *(["意见建议转化"] if suggestion.converted_kind else [])]
    people = ["", *([suggestion.proposer] if suggestion.proposer else [])]
    body = suggestion.studio or suggestion.station
    return [Duty(name, suggestion.day, who, body) for name in names for who in people]
