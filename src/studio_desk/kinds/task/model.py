"""任务·督办单: one thing that a station is asked to do by a day, and its answer (domain.md 2.2, S001-3, S004-42)."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Ref
from studio_desk.record.kind import Part, Record


class Reply(Part):
    """One line of the station's report on the way."""

    day: Annotated[Day, Ask("日期")] = Field(min_length=1)
    who: Annotated[Name, Ask("经办人")] = ""
    text: Annotated[Long, Ask("办理情况", long=True)] = Field(min_length=1)


class Task(Record, table=True):
    """One task for one station; several stations get one record each with the same `batch` (domain.md 2.2).

    The station it is for stands in the common column `station`: so it travels in that station's downward chain.
    """

    __tablename__ = "task"

    title: Annotated[Line, Ask("任务", group="任务", listed=True, search=True)] = Field(min_length=1, max_length=100)
    sort: Annotated[Line, Ask("种类", listed=True, vocabulary="task_sort")] = "交办"
    origin: Annotated[Line, Ask("任务来源", vocabulary="task_source")] = "区政协"
    assigned_by: Annotated[Line, Ask("交办单位", search=True, hint="区委、区政协哪个部门交办的。")] = ""
    issued: Annotated[Day, Ask("下达日期", listed=True)] = Field(min_length=1)
    due: Annotated[Day, Ask("办理时限", listed=True, hint="哪一天以前回复。")] = Field(min_length=1)
    urgency: Annotated[Line, Ask("紧急程度", vocabulary="urgency")] = "一般"
    text: Annotated[Long, Ask("任务内容", search=True, long=True)] = Field(min_length=1)
    about: Annotated[Ref, Ask("所涉记录")] = ""
    unplanned: Annotated[bool, Ask("计划外", hint="年度计划以外交办的，与计划完成率分开统计。")] = False
    batch: Annotated[Line, Ask("批次", hint="同时交给几个站点的，批次相同。")] = ""
    accepted: Annotated[Day, Ask("签收日期", group="办理")] = ""
    accepted_by: Annotated[Name, Ask("签收人")] = ""
    replies: Annotated[list[Reply], Ask("办理过程")] = Field(default_factory=list, sa_type=JSON, max_length=100)
    result: Annotated[Long, Ask("办理结果", search=True, long=True, hint="回复时必填。")] = ""
    replied: Annotated[Day, Ask("回复日期", listed=True)] = ""
    verdict: Annotated[Long, Ask("区里意见", group="办结", long=True)] = ""
    closed: Annotated[Day, Ask("办结日期")] = ""
