"""会议纪要: who met, what each said, what was decided and who must do it by when (domain.md 2.2; GB/T 9704-2012 10.3)."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Ref, TimeOfDay, Title
from studio_desk.record.kind import Part, Record


class Seat(Part):
    """One person of the roll."""

    member: Annotated[Ref, Ask("委员", refers="member")] = ""
    name: Annotated[Name, Ask("姓名", hint="不是委员的填姓名。")] = ""
    unit: Annotated[Line, Ask("单位职务")] = ""
    seat: Annotated[Line, Ask("到会身份", vocabulary="seat")] = "出席"
    reason: Annotated[Line, Ask("缺席原因")] = ""


class Speech(Part):
    """What one person said."""

    who: Annotated[Name, Ask("发言人")] = Field(min_length=1)
    role: Annotated[Line, Ask("身份")] = ""
    text: Annotated[Long, Ask("发言内容", long=True)] = Field(min_length=1)


class Matter(Part):
    """One matter and whether it can be done (S000-39)."""

    matter: Annotated[Line, Ask("事项")] = Field(min_length=1)
    verdict: Annotated[Line, Ask("能否办理", vocabulary="verdict")] = Field(min_length=1)
    reason: Annotated[Long, Ask("条件或理由", long=True)] = ""


class ActionItem(Part):
    """One thing to be done after the meeting."""

    what: Annotated[Line, Ask("交办事项")] = Field(min_length=1)
    who: Annotated[Line, Ask("责任单位或人")] = Field(min_length=1)
    due: Annotated[Day, Ask("时限")] = Field(min_length=1)
    state: Annotated[Line, Ask("进展", vocabulary="action_state")] = "待办"
    note: Annotated[Line, Ask("说明")] = ""


class Minutes(Record, table=True):
    """The minutes of one activity: the 纪要 that is issued and the record of the speeches behind it."""

    __tablename__ = "minutes"

    title: Annotated[Title, Ask("标题", group="会议", listed=True, search=True)] = Field(min_length=1)
    activity: Annotated[Ref, Ask("活动", refers="activity")] = Field(min_length=1)
    mark: Annotated[Line, Ask("纪要标志", hint="红色标志，如“石桥镇联络站微协商纪要”；不填用单位名称。")] = Field(
        default="", max_length=60
    )
    issue: Annotated[int | None, Ask("期号", listed=True)] = Field(default=None, ge=1, le=9999)
    day: Annotated[Day, Ask("会议日期", listed=True)] = Field(min_length=1)
    time: Annotated[TimeOfDay, Ask("开始时间")] = ""
    ended: Annotated[TimeOfDay, Ask("散会时间")] = ""
    place: Annotated[Line, Ask("地点", search=True)] = ""
    chair: Annotated[Name, Ask("主持人", listed=True)] = Field(min_length=1)
    recorder: Annotated[Name, Ask("记录人")] = Field(min_length=1)
    seats: Annotated[list[Seat], Ask("到会人员", group="到会")] = Field(
        default_factory=list, sa_type=JSON, max_length=1000
    )
    agenda: Annotated[list[Line], Ask("议题", group="内容")] = Field(default_factory=list, sa_type=JSON, max_length=60)
    gist: Annotated[Long, Ask("会议情况", search=True, long=True)] = ""
    speeches: Annotated[list[Speech], Ask("发言")] = Field(default_factory=list, sa_type=JSON, max_length=300)
    matters: Annotated[list[Matter], Ask("议定事项", group="议定")] = Field(
        default_factory=list, sa_type=JSON, max_length=100
    )
    consensus: Annotated[Long, Ask("共识", search=True, long=True)] = ""
    dissent: Annotated[Long, Ask("不同意见", search=True, long=True)] = ""
    actions: Annotated[list[ActionItem], Ask("交办事项")] = Field(default_factory=list, sa_type=JSON, max_length=200)
    signer: Annotated[Name, Ask("签发人", group="签发")] = ""
    issued: Annotated[Day, Ask("签发日期", listed=True, hint="会后7个工作日内。")] = ""
    chair_signed: Annotated[Day, Ask("主持人签字日期")] = ""
    recorder_signed: Annotated[Day, Ask("记录人签字日期")] = ""
    copies: Annotated[list[Line], Ask("抄送")] = Field(default_factory=list, sa_type=JSON, max_length=60)
