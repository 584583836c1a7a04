"""民情日志: one visit, reception, call or letter, with what the people said and what was answered (S000-14)."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Phone, Ref, TimeOfDay, Title
from studio_desk.record.kind import Part, Record


class Visitor(Part):
    """One person, or one group behind a spokesman, who was met."""

    name: Annotated[Name, Ask("姓名", personal="P1", hint="不愿留名的可以不填，打印为“匿名”。")] = ""
    heads: Annotated[int, Ask("人数")] = Field(default=1, ge=1, le=10000)
    sex: Annotated[Line, Ask("性别", vocabulary="sex", personal="P1")] = ""
    age: Annotated[int | None, Ask("年龄", personal="P1")] = Field(default=None, ge=0, le=130)
    address: Annotated[Line, Ask("单位或住址", personal="P1")] = ""
    phone: Annotated[Phone, Ask("电话", personal="P1")] = Field(default="", max_length=30)
    person: Annotated[Ref, Ask("群众档案", refers="person")] = ""


class JournalEntry(Record, table=True):
    """A page of the people's-concerns journal (domain.md 2.2); its evidence hangs on it as attachments."""

    __tablename__ = "journal_entry"

    way: Annotated[Line, Ask("方式", group="时间地点", listed=True, vocabulary="contact_way")] = Field(min_length=1)
    day: Annotated[Day, Ask("日期", listed=True)] = Field(min_length=1)
    time: Annotated[TimeOfDay, Ask("开始时间")] = ""
    end_time: Annotated[TimeOfDay, Ask("结束时间")] = ""
    weather: Annotated[Line, Ask("天气")] = Field(default="", max_length=20)
    place: Annotated[Line, Ask("地点", listed=True, search=True)] = Field(min_length=1)
    letter_received: Annotated[Day, Ask("收信日期", hint="来信、信箱必填。")] = ""
    members: Annotated[list[Ref], Ask("委员", group="人员", listed=True, refers="member")] = Field(
        default_factory=list, sa_type=JSON, max_length=60
    )
    recorder: Annotated[Name, Ask("记录人")] = Field(min_length=1)
    studio: Annotated[Ref, Ask("工作室", refers="studio")] = ""
    duty_shift: Annotated[Line, Ask("值班班次", hint="在值班期间接待的，填当班日期或班次编号。")] = ""
    persons: Annotated[list[Visitor], Ask("群众", personal="P1")] = Field(
        default_factory=list, sa_type=JSON, max_length=200
    )
    group_visit: Annotated[bool, Ask("集体访", hint="一次5人以上。")] = False
    household: Annotated[Ref, Ask("家庭", refers="household")] = ""
    subject: Annotated[
        Title, Ask("事由", group="内容", listed=True, search=True, hint="一句话，作清单和目录的题名。")
    ] = ""
    category: Annotated[Line, Ask("问题类别", listed=True, vocabulary="issue_category")] = ""
    urgency: Annotated[Line, Ask("紧急程度", vocabulary="urgency")] = ""
    scope: Annotated[Line, Ask("个性/共性", vocabulary="individual_or_common")] = ""
    sector: Annotated[Line, Ask("界别", vocabulary="sector")] = ""
    platform: Annotated[Line, Ask("平台", vocabulary="platform")] = ""
    tags: Annotated[list[Line], Ask("中心工作", vocabulary="campaign_tag")] = Field(
        default_factory=list, sa_type=JSON, max_length=20
    )
    content: Annotated[Long, Ask("反映情况", search=True, long=True, personal="P1")] = Field(min_length=1)
    situation: Annotated[Long, Ask("家庭情况", long=True, personal="P2")] = ""
    difficulties: Annotated[Long, Ask("困难", long=True, personal="P2")] = ""
    appeals: Annotated[list[Line], Ask("诉求建议", hint="一条一行；要单独计数和跟踪的，另记“意见建议”。")] = Field(
        default_factory=list, sa_type=JSON, max_length=50
    )
    answer: Annotated[Long, Ask("现场答复", group="办理", long=True, search=True)] = ""
    next_step: Annotated[Long, Ask("后续计划", long=True, search=True)] = ""
    reviewer: Annotated[Name, Ask("审核人")] = ""
    book: Annotated[Line, Ask("册号", group="纸质日志")] = Field(default="", max_length=20)
    page: Annotated[Line, Ask("页号")] = Field(default="", max_length=20)
