"""How a task goes down, is answered and is closed, and who may take which step (domain.md 2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.words import say
from studio_desk.kinds.task.model import Task
from studio_desk.record.checks import in_order, needed, not_ahead
from studio_desk.record.duty import Duty
from studio_desk.record.kind import VOID, Life, Move

ISSUED, ACCEPTED, DOING, REPLIED, CLOSED, AGAIN = "已下达", "已签收", "办理中", "已回复", "已办结", "退回重办"
WITHIN = "站内"
"""Source of a task that a station gave itself: the station takes every step."""

LIFE = Life(
    states=(ISSUED, ACCEPTED, DOING, REPLIED, AGAIN, CLOSED),
    moves=(
        Move(ISSUED, ACCEPTED, "签收"),
        Move(ISSUED, REPLIED, "直接回复"),
        Move(ACCEPTED, DOING, "开始办理"),
        Move(ACCEPTED, REPLIED, "回复"),
        Move(DOING, REPLIED, "回复"),
        Move(AGAIN, DOING, "重新办理"),
        Move(AGAIN, REPLIED, "回复"),
        Move(REPLIED, CLOSED, "认可办结", who="D"),
        Move(REPLIED, AGAIN, "退回重办", who="D", reason=True),
        Move("*", VOID, "作废", who="D", reason=True),
    ),
    closed=(CLOSED,),
)


def may_step(values: Mapping[str, Any], end: str, role: str) -> bool:
    """Whether a home may bring a task to a state: the district issues, closes, returns and withdraws; the station answers.

    Args:
        values: the task before the step; its state is `""` when it is new. A station's own task has the station's own number:
            writing 站内 over the origin of a district's task gives nobody its steps.
        end: the state after.
        role: `station` or `district`.
    """
    own_number = str(values.get("code", "")).startswith(f"{values.get('station', '')}-")
    if role == "station" and values.get("origin") == WITHIN and own_number:
        return True
    of_district = not values.get("state") or end in {CLOSED, AGAIN, VOID}
    return of_district == (role == "district")


def check(task: Task) -> list[Finding]:
    """The deadline after the day of issue; who accepted; a result once answered; a day once closed."""
    start = say("下达日期")
    findings = [
        *in_order(task.issued, task.due, "due", start, say("办理时限")),
        *in_order(task.issued, task.accepted, "accepted", start, say("签收日期")),
        *in_order(task.issued, task.replied, "replied", start, say("回复日期")),
        *in_order(task.replied, task.closed, "closed", say("回复日期"), say("办结日期")),
        *not_ahead(task.replied, "replied"),
    ]
    if task.state in {REPLIED, CLOSED}:
        findings += needed(task, task.state, {"result": say("办理结果"), "replied": say("回复日期")})
    return findings


def duties(task: Task) -> list[Duty]:
    """任务 by the day of issue, 任务办结 by the day of closing; 计划外任务 apart from both (S001-9)."""
    if task.state == VOID:
        return []
    names = [("计划外任务" if task.unplanned else "任务", task.issued)]
    if task.state == CLOSED:
        names.append(("计划外任务办结" if task.unplanned else "任务办结", task.closed or task.replied))
    return [Duty(name, day, "", task.station) for name, day in names]
