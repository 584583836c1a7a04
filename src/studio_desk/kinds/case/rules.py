"""How a 民情事项 is accepted, handled, answered and closed, and what it counts for (domain.md 2.2 to 2.4, 4)."""

from __future__ import annotations

from datetime import timedelta

from studio_desk.kernel.dates import first_day
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.kinds.case.model import Case
from studio_desk.record.checks import figure, in_order, needed, not_ahead
from studio_desk.record.duty import Duty
from studio_desk.record.kind import VOID, Life, Move

OUTSIDE = "不属于"
REFUSED = "不予受理"
PETITION = "转信访"
TO_UNIT = "转办(单位)"
SOLVED = "解决"
HANDLED = ("办理中", "已答复", "已反馈群众", "办结", "已归档", "挂起", "重新办理")
"""States in which the matter has gone a way and must have one."""
ACCEPTED = ("受理", *HANDLED, "退办")
CLOSED = ("办结", "已归档")

LIFE = Life(
    states=(
        "登记", "受理", "不予受理", "办理中", "已答复", "已反馈群众", "办结", "已归档", "挂起", "退办", "重新办理",
    ),
    moves=(
        Move("登记", "受理", "受理"),
        Move("登记", REFUSED, "不予受理", reason=True),
        Move("受理", "办理中", "交办", who="H"),
        Move("受理", "已答复", "现场答复"),
        Move("办理中", "已答复", "登记答复"),
        Move("已答复", "已反馈群众", "反馈群众"),
        Move("已反馈群众", "办结", "办结", who="H"),
        Move("办结", "已归档", "归档", who="R"),
        Move("受理", "挂起", "挂起", reason=True),
        Move("办理中", "挂起", "挂起", reason=True),
        Move("挂起", "办理中", "恢复办理"),
        Move("办理中", "退办", "单位退办", reason=True),
        Move("退办", "办理中", "重新交办", who="D"),
        Move("已反馈群众", "重新办理", "重新办理", reason=True),
        Move("办结", "重新办理", "重新办理", reason=True),
        Move("重新办理", "办理中", "交办", who="H"),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    closed=(REFUSED, *CLOSED),
)  # fmt: skip


def default_due(case: Case) -> str:
    """The day by which the urgency wants the matter closed, `""` without a registration day or figure (domain.md 3)."""
    term, start = vocabulary("urgency").find(case.urgency), first_day(case.registered)
    if start is None or term is None or "days" not in term.more:
        return ""
    return (start + timedelta(days=int(term.more["days"]))).isoformat()


def due(case: Case) -> str:
    """The day in force: the extension's, else the one written, else the default."""
    return case.extended_to or case.due or default_due(case)


def check(case: Case) -> list[Finding]:
    """Acceptance, route, deadline, extension, closing, in the order of the life cycle."""
    findings = [
        *not_ahead(case.registered, "registered"),
        *_acceptance(case),
        *_route(case),
        *_extension(case),
        *_closing(case),
        *_order(case),
    ]
    if case.state == "挂起":
        findings += needed(case, case.state, {"suspended_until": say("挂起至")})
    return findings


def duties(case: Case) -> list[Duty]:
    """民情事项 by registration; 办结 and 实事 by the day of closing, 实事 only when solved (domain.md 4.1 rule 5)."""
    if case.state == VOID:
        return []
    counted = [("民情事项", case.registered)]
    if case.state in CLOSED and not case.petition:
        counted.append(("办结", case.closed))
    if case.state in CLOSED and case.deed and case.result == SOLVED:
        counted.append(("实事", case.closed))
    body = case.studio or case.station
    return [Duty(name, day, who, body) for name, day in counted for who in ("", *case.members)]


def _acceptance(case: Case) -> list[Finding]:
    findings = []
    if case.state in ACCEPTED and case.in_scope == OUTSIDE:
        findings.append(
            Finding(
                "in_scope",
                "OUT_OF_SCOPE",
                say("这件事不属于受理范围，不能受理。"),
                say("请改为“不予受理”并告知群众，或更正“受理范围”。"),
            )
        )
    if case.state == REFUSED:
        findings += needed(case, case.state, {"refusal_ground": say("不予受理理由"), "told": say("反馈群众日期")})
    if case.state in ACCEPTED and not case.due:
        findings.append(
            Finding(
                "due",
                "DUE_MISSING",
                say("已受理，没有办理时限。"),
                say("按“{urgency}”应在{day}前办结，请填写。", urgency=case.urgency, day=default_due(case))
                if default_due(case)
                else say("请填写办理时限，或先选紧急程度。"),
            )
        )
    if case.route == PETITION and not case.petition:
        findings.append(
            Finding(
                "petition",
                "PETITION_FLAG",
                say("处理去向是“转信访”，没有标“涉信访”。"),
                say("请标上“涉信访”，这样它不计入办结率。"),
                "warning",
            )
        )
    return findings


def _route(case: Case) -> list[Finding]:
    findings: list[Finding] = []
    if case.state in HANDLED:
        findings += needed(case, case.state, {"route": say("处理去向")})
    if case.route == TO_UNIT:
        findings += needed(case, case.route, {"host_unit": say("承办单位")})
    if (case.host_unit and case.host_unit in case.co_units) or len(set(case.co_units)) < len(case.co_units):
        findings.append(
            Finding("co_units", "UNIT_TWICE", say("同一个单位写了两次。"), say("请从协办单位中删去重复的一个。"))
        )
    return findings


def _extension(case: Case) -> list[Finding]:
    if not case.extended_to:
        return []
    labels = {
        "extension_reason": say("延期理由"),
        "extension_approver": say("延期批准人"),
        "extension_told": say("延期告知日期"),
    }
    findings = needed(case, say("延期"), labels)
    old, new, most = (
        first_day(case.due or default_due(case)),
        first_day(case.extended_to),
        figure("延长办理", "days", 30),
    )
    if old and new and not 0 < (new - old).days <= most:
        findings.append(
            Finding(
                "extended_to",
                "EXTENSION_TOO_LONG" if new > old else "EXTENSION_BACKWARDS",
                say(
                    "原时限{old}，延期至{new}：只能延期一次，最多{n}天。",
                    old=old.isoformat(),
                    new=new.isoformat(),
                    n=most,
                ),
                say("请改为{last}以前的日期。", last=(old + timedelta(days=most)).isoformat()),
            )
        )
    return findings


def _closing(case: Case) -> list[Finding]:
    labels: dict[str, str] = {}
    if case.state in {"已答复", "已反馈群众", *CLOSED}:
        labels |= {"answered": say("答复日期"), "answer_way": say("答复方式")}
    if case.state in {"已反馈群众", *CLOSED}:
        labels |= {"told": say("反馈群众日期"), "told_way": say("反馈群众方式")}
    if case.state in CLOSED:
        labels |= {"result": say("办理结果"), "closed": say("办结日期")}
        if case.result and case.result != SOLVED:
            labels["result_text"] = say("结果说明")
    findings = needed(case, case.state, labels)
    if case.deed and case.result and case.result != SOLVED:
        findings.append(
            Finding(
                "deed",
                "DEED_NOT_SOLVED",
                say("标了“实事”，办理结果是“{result}”，不计入实事件数。", result=case.result),
                say("只有“解决”的才算实事；请核对，或写明理由后保留。"),
                "warning",
            )
        )
    return findings


def _order(case: Case) -> list[Finding]:
    start = say("登记日期")
    return [
        *in_order(case.registered, case.answered, "answered", start, say("答复日期")),
        *in_order(case.registered, case.told, "told", start, say("反馈群众日期")),
        *in_order(case.answered, case.told, "told", say("答复日期"), say("反馈群众日期")),
        *in_order(case.told, case.closed, "closed", say("反馈群众日期"), say("办结日期")),
        *in_order(case.registered, case.due, "due", start, say("办理时限")),
    ]
