"""活动: one event of one or several hosts, with everyone who was asked and who came (domain.md 2.2)."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Ref, TimeOfDay, Title
from studio_desk.record.kind import Part, Record


class Attendance(Part):
    """One person at the event: a member by uid, anyone else by name."""

    member: Annotated[Ref, Ask("委员", refers="member")] = ""
    name: Annotated[Name, Ask("姓名", personal="P1", hint="不是委员的填姓名。")] = ""
    unit: Annotated[Line, Ask("单位职务")] = ""
    side: Annotated[Line, Ask("参加方", vocabulary="attendance_side")] = ""
    role: Annotated[Line, Ask("身份", vocabulary="attendance_role")] = "出席"
    must_attend: Annotated[bool, Ask("应到")] = True
    answer: Annotated[Line, Ask("回复", vocabulary="attendance_answer")] = ""
    leave_reason: Annotated[Line, Ask("请假事由", vocabulary="leave_reason")] = ""
    leave_approver: Annotated[Name, Ask("准假人")] = ""
    actual: Annotated[Line, Ask("实到", vocabulary="attendance_actual")] = ""
    at: Annotated[TimeOfDay, Ask("签到时间")] = ""
    walk_in: Annotated[bool, Ask("未报名到会")] = False
    spoke: Annotated[Line, Ask("发言", vocabulary="spoke")] = ""


class Stage(Part):
    """One stage of a micro-consultation (domain.md 2.3)."""

    day: Annotated[Day, Ask("日期")] = Field(min_length=1)
    stage: Annotated[Line, Ask("环节", vocabulary="consult_stage")] = Field(min_length=1)
    text: Annotated[Long, Ask("情况", long=True)] = ""


class Activity(Record, table=True):
    """One event: counted once in a total, credited to each of its hosts (S003-30)."""

    __tablename__ = "activity"

    title: Annotated[Title, Ask("活动名称", group="活动", listed=True, search=True)] = Field(min_length=1)
    activity_kind: Annotated[Line, Ask("活动种类", listed=True, vocabulary="activity_kind")] = Field(min_length=1)
    mode: Annotated[Line, Ask("履职方式", vocabulary="duty_mode")] = Field(min_length=1)
    functions: Annotated[list[Line], Ask("职能", vocabulary="cppcc_function")] = Field(
        default_factory=list, sa_type=JSON, max_length=10
    )
    purposes: Annotated[list[Line], Ask("平台功能", vocabulary="studio_function")] = Field(
        default_factory=list, sa_type=JSON, max_length=10
    )
    effect: Annotated[Line, Ask("作用", vocabulary="effect")] = ""
    platform: Annotated[Line, Ask("平台", vocabulary="platform")] = ""
    series: Annotated[Line, Ask("系列", search=True)] = ""
    tags: Annotated[list[Line], Ask("中心工作", vocabulary="campaign_tag")] = Field(
        default_factory=list, sa_type=JSON, max_length=20
    )
    plan: Annotated[Line, Ask("计划项目", hint="年度计划里的项目；计划外的不填。")] = ""
    start_day: Annotated[Day, Ask("开始日期", group="时间地点", listed=True)] = Field(min_length=1)
    start_time: Annotated[TimeOfDay, Ask("开始时间")] = ""
    end_day: Annotated[Day, Ask("结束日期")] = ""
    end_time: Annotated[TimeOfDay, Ask("结束时间")] = ""
    place: Annotated[Line, Ask("地点", listed=True, search=True)] = Field(min_length=1)
    contact_point: Annotated[Ref, Ask("联系点", refers="contact_point")] = ""
    host: Annotated[Ref, Ask("主办", group="主办", listed=True, hint="工作室、联络站或委员小组。")] = Field(
        min_length=1
    )
    co_hosts: Annotated[list[Ref], Ask("联合主办", hint="各计一次，合计只计一次。")] = Field(
        default_factory=list, sa_type=JSON, max_length=30
    )
    outside_hosts: Annotated[list[Line], Ask("外单位", hint="学校、部门、企业等共同举办的。")] = Field(
        default_factory=list, sa_type=JSON, max_length=30
    )
    committee: Annotated[Line, Ask("责任专委会", hint="协商类活动必填。")] = ""
    forum: Annotated[Line, Ask("衔接平台", vocabulary="linked_forum")] = ""
    emphasis: Annotated[bool, Ask("重点活动")] = False
    approver: Annotated[Name, Ask("方案审批人", hint="重点活动必填。")] = ""
    party_building: Annotated[bool, Ask("党建联动")] = False
    charity: Annotated[bool, Ask("公益")] = False
    topic_source: Annotated[Line, Ask("议题来源", group="方案", vocabulary="topic_source")] = ""
    topic: Annotated[Line, Ask("议题", search=True)] = ""
    small_cut: Annotated[bool, Ask("小切口")] = False
    scheme: Annotated[Long, Ask("活动方案", long=True)] = ""
    converted_from: Annotated[Ref, Ask("由何转来")] = ""
    invited: Annotated[list[Line], Ask("邀请对象")] = Field(default_factory=list, sa_type=JSON, max_length=100)
    leaders: Annotated[list[Line], Ask("到会领导")] = Field(default_factory=list, sa_type=JSON, max_length=30)
    attendance: Annotated[list[Attendance], Ask("出席", group="出席", personal="P1")] = Field(
        default_factory=list, sa_type=JSON, max_length=2000
    )
    stages: Annotated[list[Stage], Ask("协商环节", group="协商")] = Field(
        default_factory=list, sa_type=JSON, max_length=60
    )
    advice: Annotated[Long, Ask("建言成果", group="成效", search=True, long=True)] = ""
    consensus: Annotated[Long, Ask("共识成果", search=True, long=True)] = ""
    summary: Annotated[Long, Ask("活动小结", search=True, long=True)] = ""
    served: Annotated[int | None, Ask("服务人数")] = Field(default=None, ge=0, le=10_000_000)
    cost_fen: Annotated[int | None, Ask("经费（分）")] = Field(default=None, ge=0, le=10**13)
    publicity: Annotated[list[Line], Ask("宣传报道")] = Field(default_factory=list, sa_type=JSON, max_length=50)
