"""The slip of a task: 交办单, 督办单 or 催办函, as its sort says, with the answer below (print.md 2, row 12)."""

from __future__ import annotations

from studio_desk.kinds.task.model import Task
from studio_desk.press.page import Block, Cell, Column, Heading, Row, Sheet, Signature, Signatures, Table, Text
from studio_desk.record import paper
from studio_desk.record.look import Look

HEADINGS = {"督办": "督办单", "催办": "催办函"}
"""Headings of sorts that have one of their own; all others are 交办单."""


def sheets(record: Task, look: Look) -> list[Sheet]:
    """One form with every value; the lines of the handling on a table below."""
    task = paper.whole(record)
    filled = bool(task.uid)
    heading = HEADINGS.get(task.sort, "任务交办单")
    rows = (
        Row((Cell("编号", task.code), Cell("状态", task.state if filled else ""))),
        Row((Cell("任务", task.title),)),
        Row((Cell("种类", task.sort if filled else ""), Cell("任务来源", task.origin if filled else ""))),
        Row((Cell("交办单位", task.assigned_by), Cell("承办站点", task.station))),
        Row((Cell("下达日期", paper.day(task.issued)), Cell("办理时限", paper.day(task.due)))),
        Row((Cell("紧急程度", paper.ticks("urgency", task.urgency if filled else "")),)),
        Row((Cell("任务内容", Text(task.text)),), min_height_mm=50),
        Row((Cell("所涉记录", look.title(task.about) if task.about else ""),)),
        Row((Cell("批次", task.batch), Cell("标记", paper.yes(("计划外", task.unplanned))))),
        Row((Cell("签收日期", paper.day(task.accepted)), Cell("签收人", task.accepted_by))),
        Row((Cell("办理结果", Text(task.result)),), min_height_mm=36),
        Row((Cell("回复日期", paper.day(task.replied)), Cell("办结日期", paper.day(task.closed)))),
        Row((Cell("区里意见", Text(task.verdict)),), min_height_mm=16),
        Row((Cell("签字", Signatures((Signature("承办人"), Signature("站长"), Signature("交办人")), per_row=3)),)),
    )
    blocks: tuple[Block, ...] = (Heading(heading), paper.form(task, rows))
    if task.replies:
        columns = (Column("日期", 1.3), Column("经办人", 1.2), Column("办理情况", 4.5, align="left"))
        lines = tuple((paper.day(r.day), r.who, r.text) for r in task.replies)
        blocks = (*blocks, Heading("办理过程", level=1), Table(columns, lines, size=12))
    blocks = (*blocks, *paper.pictures(look, task.uid))
    return [Sheet(task.title or heading, blocks, running=f"任务 {task.code}".strip())]
