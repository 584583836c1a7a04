"""政协委员: who a member is, since when, and what he or she is good at."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, IdNumber, Line, Long, Name, Phone, Ref, Title
from studio_desk.record.kind import Part, Record


class Term(Part):
    """One term at one level; a person may be a member at two levels at once."""

    level: Annotated[Line, Ask("级别", vocabulary="member_level")] = Field(min_length=1)
    term: Annotated[Line, Ask("届", hint="例如：第十五届。")] = ""
    since: Annotated[Day, Ask("起")] = Field(min_length=1)
    until: Annotated[Day, Ask("止", hint="在任的不填。")] = ""
    ended: Annotated[Line, Ask("终止原因", vocabulary="term_end")] = ""


class Post(Part):
    """One post in the CPPCC; several at once are usual (S001-24)."""

    post: Annotated[Line, Ask("职务", vocabulary="post")] = Field(min_length=1)
    body: Annotated[Line, Ask("机构", hint="例如：经济委员会、石桥镇联络组。")] = ""
    since: Annotated[Day, Ask("起")] = ""
    until: Annotated[Day, Ask("止")] = ""


class Honour(Part):
    """One honour received."""

    title: Annotated[Title, Ask("荣誉")] = Field(min_length=1)
    level: Annotated[Line, Ask("级别", vocabulary="honour_level")] = ""
    day: Annotated[Day, Ask("日期")] = ""
    giver: Annotated[Line, Ask("授予单位")] = ""


class Member(Record, table=True):
    """A member of the CPPCC (domain.md 2.2)."""

    __tablename__ = "member"

    name: Annotated[Name, Ask("姓名", group="基本情况", listed=True, search=True, personal="P1")] = Field(min_length=1)
    sex: Annotated[Line, Ask("性别", listed=True, vocabulary="sex", personal="P1")] = ""
    nation: Annotated[Line, Ask("民族", vocabulary="nation", personal="P1")] = ""
    birth: Annotated[Day, Ask("出生日期", personal="P1")] = ""
    native_place: Annotated[Line, Ask("籍贯", personal="P1")] = ""
    politics: Annotated[Line, Ask("政治面貌", vocabulary="politics", personal="P1")] = ""
    education: Annotated[Line, Ask("学历", vocabulary="education", personal="P1")] = ""
    photo: Annotated[Ref, Ask("照片", refers="attachment", personal="P1")] = ""
    sector: Annotated[Line, Ask("界别", group="委员身份", listed=True, vocabulary="sector")] = Field(min_length=1)
    level: Annotated[
        Line, Ask("级别", listed=True, vocabulary="member_level", hint="兼两级的填本级，另一级记在任期里。")
    ] = Field(min_length=1)
    terms: Annotated[list[Term], Ask("任期")] = Field(min_length=1, sa_type=JSON, max_length=20)
    posts: Annotated[list[Post], Ask("政协职务")] = Field(default_factory=list, sa_type=JSON, max_length=30)
    studio: Annotated[Ref, Ask("所在工作室", refers="studio")] = ""
    unit: Annotated[Line, Ask("工作单位", group="本职与联系", listed=True, search=True, personal="P1")] = Field(
        min_length=1
    )
    job_title: Annotated[Line, Ask("单位职务", search=True, personal="P1")] = Field(min_length=1)
    inside_system: Annotated[Line, Ask("体制内外", vocabulary="inside_system")] = ""
    phone: Annotated[Phone, Ask("手机", personal="P1", listed=True)] = Field(min_length=1, max_length=30)
    address: Annotated[Line, Ask("通信地址", personal="P1")] = ""
    expertise: Annotated[list[Line], Ask("专长", group="专长与荣誉", vocabulary="expertise")] = Field(
        default_factory=list, sa_type=JSON, max_length=17
    )
    specialty: Annotated[Long, Ask("特长说明", long=True, search=True)] = ""
    honours: Annotated[list[Honour], Ask("荣誉")] = Field(default_factory=list, sa_type=JSON, max_length=100)
    id_number: Annotated[IdNumber, Ask("身份证号", group="敏感信息", personal="P2", hint="可以不填。")] = Field(
        default="", max_length=30
    )
    religion: Annotated[Line, Ask("宗教信仰", vocabulary="religion", personal="P2", hint="可以不填。")] = ""
    remark: Annotated[Long, Ask("备注", group="其他", long=True)] = ""
