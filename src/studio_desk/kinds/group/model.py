"""学习组、工作组、专委会、界别组、活动组: who belongs to it, from when to when."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Ref, Title
from studio_desk.record.kind import Part, Record


class GroupMember(Part):
    """One membership in the group; who left stays in the list with the day."""

    member: Annotated[Ref, Ask("委员", refers="member")] = Field(min_length=1)
    role: Annotated[Line, Ask("组内职务", vocabulary="group_role")] = ""
    since: Annotated[Day, Ask("起")] = ""
    until: Annotated[Day, Ask("止")] = ""


class Group(Record, table=True):
    """A group of members (domain.md 2.2; S002-6, S004-31)."""

    __tablename__ = "group"

    group_kind: Annotated[Line, Ask("组别", group="基本情况", listed=True, vocabulary="group_kind")] = Field(
        min_length=1
    )
    name: Annotated[Title, Ask("名称", listed=True, search=True)] = Field(min_length=1)
    head: Annotated[Ref, Ask("组长", listed=True, refers="member")] = ""
    sector: Annotated[Line, Ask("界别", vocabulary="sector", hint="界别组必填。")] = ""
    area: Annotated[Line, Ask("片区", search=True, hint="按区域编的学习组填写。")] = ""
    formed: Annotated[Day, Ask("成立日期")] = ""
    members: Annotated[list[GroupMember], Ask("成员", group="成员")] = Field(
        default_factory=list, sa_type=JSON, max_length=500
    )
    remark: Annotated[Long, Ask("备注", group="其他", long=True)] = ""
