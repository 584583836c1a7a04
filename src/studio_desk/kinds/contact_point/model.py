"""联系点: a community, village, park, firm, school or window that members keep contact with, and what it needs."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Phone, Ref, Title
from studio_desk.record.kind import Part, Record


class Need(Part):
    """One need of the place (S004-35, S004-36)."""

    text: Annotated[Line, Ask("需求")] = Field(min_length=1)
    tag: Annotated[Line, Ask("需求标签", vocabulary="need_tag")] = ""
    since: Annotated[Day, Ask("提出日期")] = ""
    state: Annotated[Line, Ask("状态", vocabulary="need_state")] = ""
    member: Annotated[Ref, Ask("对接委员", refers="member")] = ""
    met: Annotated[Day, Ask("满足日期")] = ""


class ContactPoint(Record, table=True):
    """A contact point of the three kinds of places (S004-1) and of service windows (S004-38)."""

    __tablename__ = "contact_point"

    point_kind: Annotated[Line, Ask("类型", group="基本情况", listed=True, vocabulary="contact_point_kind")] = Field(
        min_length=1
    )
    name: Annotated[Title, Ask("名称", listed=True, search=True)] = Field(min_length=1)
    town: Annotated[Line, Ask("乡镇、街道", listed=True, search=True)] = ""
    address: Annotated[Line, Ask("地址", search=True)] = ""
    contact: Annotated[Name, Ask("联系人", listed=True, search=True, personal="P1")] = ""
    phone: Annotated[Phone, Ask("联系电话", personal="P1")] = Field(default="", max_length=30)
    since: Annotated[Day, Ask("建立日期")] = ""
    needs: Annotated[list[Need], Ask("需求", group="需求")] = Field(default_factory=list, sa_type=JSON, max_length=200)
    notes: Annotated[
        Long, Ask("观测记录", group="其他", long=True, search=True, hint="经济走势、社情民意的持续观察。")
    ] = ""
