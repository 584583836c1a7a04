"""委员工作室: its type, its people, its reception days."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Phone, Ref, TimeOfDay, Title
from studio_desk.record.kind import Part, Record


class Reception(Part):
    """A regular reception day (S000-3, S004-19)."""

    cycle: Annotated[Line, Ask("周期", vocabulary="reception_cycle")] = Field(min_length=1)
    number: Annotated[int, Ask("第几日", hint="每周填1到7（星期一为1），每月填1到31。")] = Field(ge=1, le=31)
    start: Annotated[TimeOfDay, Ask("开始时间")] = Field(min_length=1)
    end: Annotated[TimeOfDay, Ask("结束时间")] = Field(min_length=1)
    holiday: Annotated[Line, Ask("逢节假日", vocabulary="holiday_shift", hint="不填按顺延到下一工作日。")] = ""


class Studio(Record, table=True):
    """A member studio (domain.md 2.2; S003-2 to S003-26)."""

    __tablename__ = "studio"

    ordinal: Annotated[int | None, Ask("序号", group="基本情况", listed=True, hint="第几委员工作室，由区政协编。")] = (
        Field(default=None, ge=1, le=9999)
    )
    name: Annotated[Title, Ask("名称", listed=True, search=True)] = Field(min_length=1)
    type: Annotated[Line, Ask("类型", listed=True, vocabulary="studio_type")] = Field(min_length=1)
    level: Annotated[Line, Ask("级别", listed=True, vocabulary="studio_level")] = ""
    theme: Annotated[Line, Ask("主题、品牌", search=True)] = ""
    sector: Annotated[Line, Ask("依托界别", listed=True, vocabulary="sector", hint="界别型必填。")] = ""
    party: Annotated[Line, Ask("依托党派")] = ""
    town: Annotated[Line, Ask("所在乡镇、街道", listed=True, search=True, hint="区域型必填。")] = ""
    industry: Annotated[Line, Ask("依托行业")] = ""
    lead_member: Annotated[Ref, Ask("领衔委员", refers="member", hint="个人型必填。")] = ""
    lead_committee: Annotated[Line, Ask("牵头专委会", group="责任", search=True)] = Field(min_length=1)
    study_group: Annotated[Line, Ask("联动学习组", search=True)] = Field(min_length=1)
    responsible: Annotated[Name, Ask("责任人", listed=True, search=True, personal="P1")] = Field(min_length=1)
    convener: Annotated[Name, Ask("召集人", search=True, personal="P1")] = Field(min_length=1)
    convener_member: Annotated[Ref, Ask("召集人（委员档案）", refers="member")] = ""
    liaison: Annotated[Name, Ask("联络员", search=True, personal="P1")] = Field(min_length=1)
    phone: Annotated[Phone, Ask("电话", hint="对外公布的工作室电话，不填个人手机。")] = Field(default="", max_length=30)
    address: Annotated[Line, Ask("地址", group="场所与接待", listed=True, search=True)] = Field(min_length=1)
    opening_hours: Annotated[Line, Ask("开放时间")] = ""
    receptions: Annotated[list[Reception], Ask("委员接待日")] = Field(default_factory=list, sa_type=JSON, max_length=31)
    shift_minutes: Annotated[int | None, Ask("值班最短分钟", hint="不填按时限表。")] = Field(
        default=None, ge=1, le=1440
    )
    plaque_day: Annotated[Day, Ask("挂牌日期")] = ""
    pilot: Annotated[bool, Ask("试点")] = False
    online: Annotated[bool, Ask("已上线")] = False
    exemplary: Annotated[bool, Ask("示范", hint="专委会和党派的示范工作室。")] = False
    remark: Annotated[Long, Ask("备注", group="其他", long=True)] = ""
