"""How an 活动 is planned, held and filed, who took part, and what it counts for (domain.md 2.2, 2.3, 4.1)."""

from __future__ import annotations

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.kinds.activity.model import Activity, Attendance
from studio_desk.record.checks import in_order, not_ahead, times_in_order
from studio_desk.record.duty import Duty
from studio_desk.record.kind import VOID, Life, Move

HELD = ("已举办", "资料齐", "已审核", "已归档")
"""States that count (domain.md 4.1 rule 1)."""
OPEN = ("计划", "方案", "通知", "报名", "进行")
MICRO = "微协商"
SIDES = ("部门", "群众方")
"""Sides without whom there is no micro-consultation (S000-38)."""
CREDITED = ("三微", "民意")
"""Families of activities that the district reports as one figure (S003-34, S003-35)."""

LIFE = Life(
    states=(*OPEN, *HELD, "延期", "取消"),
    moves=(
        Move("计划", "方案", "定方案"),
        Move("方案", "通知", "审批并通知", who="CA"),
        Move("通知", "报名", "开始报名"),
        Move("报名", "进行", "开始签到"),
        Move("进行", "已举办", "结束"),
        Move("计划", "已举办", "补记已举办的活动"),
        Move("通知", "已举办", "补记已举办的活动"),
        Move("已举办", "资料齐", "资料齐全"),
        Move("资料齐", "已审核", "审核", who="H"),
        Move("资料齐", "已举办", "退回补资料", who="H", reason=True),
        Move("已审核", "已归档", "归档", who="R"),
        *(Move(state, "延期", "延期", reason=True) for state in OPEN),
        Move("延期", "通知", "重新通知"),
        *(Move(state, "取消", "取消", reason=True) for state in (*OPEN, "延期")),
        Move("*", VOID, "作废", who="H", reason=True),
    ),
    drafts=("计划",),
    closed=("已归档", "取消"),
)


def family(activity: Activity) -> str:
    """The family of its kind in the list `activity_kind`: 三微, 民意, 学习, 协商 and so on."""
    term = vocabulary("activity_kind").find(activity.activity_kind)
    return str(term.more.get("family", "")) if term else ""


def consults(activity: Activity) -> bool:
    """Whether it is a consultation, for which a special committee answers (S001-18)."""
    return activity.activity_kind == MICRO or family(activity) == "协商"


def came(line: Attendance) -> bool:
    """Whether the person was there: signed in, late or left early."""
    term = vocabulary("attendance_actual").find(line.actual)
    return bool(term and term.more.get("present", False))


def check(activity: Activity) -> list[Finding]:
    """Dates, hosts, approval, the sides of a consultation, the attendance and the papers."""
    return [*_when(activity), *_hosts(activity), *_consultation(activity), *_attendance(activity), *_papers(activity)]


def duties(activity: Activity) -> list[Duty]:
    """活动, its kind and its family once for each host and once for each member who came, by start date.

    A total counts the record once however many hosts it has; a table by host counts each (domain.md 4.1 rule 2).
    """
    if activity.state not in HELD:
        return []
    group = family(activity)
    names = ["活动", activity.activity_kind, *([group] if group in CREDITED else [])]
    present = dict.fromkeys(line.member for line in activity.attendance if line.member and came(line))
    day = activity.start_day
    hosts = [Duty(name, day, "", body) for name in names for body in (activity.host, *activity.co_hosts)]
    return hosts + [Duty(name, day, who, activity.host) for name in names for who in present]


def _when(activity: Activity) -> list[Finding]:
    findings = in_order(activity.start_day, activity.end_day, "end_day", say("开始日期"), say("结束日期"))
    same = activity.end_day in {"", activity.start_day}
    if same:
        findings += times_in_order(activity.start_time, activity.end_time, "end_time")
    return findings + (not_ahead(activity.start_day, "start_day") if activity.state in HELD else [])


def _hosts(activity: Activity) -> list[Finding]:
    findings = []
    bodies = [activity.host, *activity.co_hosts]
    if len(set(bodies)) < len(bodies):
        findings.append(
            Finding("co_hosts", "HOST_TWICE", say("同一个主办单位写了两次。"), say("请从联合主办中删去重复的一个。"))
        )
    if consults(activity) and not activity.committee and activity.state not in {"", "计划", "取消"}:
        findings.append(
            Finding(
                "committee",
                "COMMITTEE_MISSING",
                say("“{kind}”没有写责任专委会。", kind=activity.activity_kind),
                say("专委会是协商的责任主体，请填写。"),
            )
        )
    if activity.emphasis and not activity.approver and activity.state not in {"", "计划", "方案", "延期", "取消"}:
        findings.append(
            Finding(
                "approver",
                "APPROVAL_MISSING",
                say("重点活动的方案还没有审批人。"),
                say("请由专委会主任、秘书长或分管副主席审批后填写。"),
            )
        )
    return findings


def _consultation(activity: Activity) -> list[Finding]:
    if activity.activity_kind != MICRO or activity.state not in HELD:
        return []
    there = {line.side for line in activity.attendance if came(line)}
    return [
        Finding(
            "attendance",
            "SIDE_MISSING",
            say("微协商没有“{side}”到场。", side=side),
            say("请在出席中补记到场的{side}；没有请到的，改用别的活动种类。", side=side),
        )
        for side in SIDES
        if side not in there
    ]


def _attendance(activity: Activity) -> list[Finding]:
    findings = []
    seen: set[str] = set()
    for number, line in enumerate(activity.attendance):
        where = f"attendance.{number}"
        if not line.member and not line.name:
            findings.append(
                Finding(f"{where}.name", "NOBODY", say("第{n}行没有写是谁。", n=number + 1), say("请选委员或填姓名。"))
            )
        if line.member and line.member in seen:
            findings.append(
                Finding(
                    f"{where}.member",
                    "MEMBER_TWICE",
                    say("第{n}行的委员前面已经有了。", n=number + 1),
                    say("请删去重复的一行。"),
                )
            )
        seen.add(line.member)
        if line.actual == "请假" and not (line.leave_reason and line.leave_approver):
            findings.append(
                Finding(
                    f"{where}.leave_reason",
                    "LEAVE_NOT_GRANTED",
                    say("第{n}行记为请假，没有事由或准假人。", n=number + 1),
                    say("请补写；没有准假的记为缺席。"),
                    "warning",
                )
            )
        if line.walk_in and line.answer == "参加":
            findings.append(
                Finding(
                    f"{where}.walk_in",
                    "WALK_IN_ANSWERED",
                    say("第{n}行既回复参加又记为未报名到会。", n=number + 1),
                    say("请去掉其中一个。"),
                )
            )
    return findings


def _papers(activity: Activity) -> list[Finding]:
    if activity.state not in HELD:
        return []
    findings = []
    complete = activity.state != "已举办"
    if not any(came(line) for line in activity.attendance):
        findings.append(
            Finding(
                "attendance",
                "NOBODY_CAME",
                say("没有登记任何人到会。"),
                say("请按签到表登记到会的人。"),
                "error" if complete else "warning",
            )
        )
    if complete and not activity.summary:
        findings.append(
            Finding(
                "summary",
                "SUMMARY_MISSING",
                say("资料还不齐：没有活动小结。"),
                say("请写活动小结；纪要、签到表和照片作为附件挂在活动下面。"),
            )
        )
    return findings
