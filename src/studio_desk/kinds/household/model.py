"""家庭: one household, one file; who lives there, why it is in need and what it lives on."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, IdNumber, Line, Long, Name, Phone, Ref
from studio_desk.record.kind import Part, Record


class HouseholdMember(Part):
    """One person of the household."""

    name: Annotated[Name, Ask("姓名", personal="P2")] = Field(min_length=1)
    relation: Annotated[Line, Ask("与户主关系", vocabulary="relation", personal="P2")] = Field(min_length=1)
    sex: Annotated[Line, Ask("性别", vocabulary="sex", personal="P2")] = ""
    birth: Annotated[Day, Ask("出生日期", personal="P2")] = ""
    id_number: Annotated[IdNumber, Ask("身份证号", personal="P2")] = Field(default="", max_length=30)
    health: Annotated[Line, Ask("健康状况", vocabulary="health", personal="P2")] = ""
    labour: Annotated[Line, Ask("劳动能力", vocabulary="labour", personal="P2")] = ""
    school: Annotated[Line, Ask("在校情况", vocabulary="schooling", personal="P2")] = ""
    person: Annotated[Ref, Ask("群众档案", refers="person", personal="P2")] = ""


class Income(Part):
    """Income of one kind in one year."""

    year: Annotated[int, Ask("年度", personal="P2")] = Field(ge=1990, le=2100)
    kind: Annotated[Line, Ask("收入类型", vocabulary="income_kind", personal="P2")] = Field(min_length=1)
    amount: Annotated[int, Ask("金额（分）", personal="P2")] = Field(ge=0, lt=2**53)


class Household(Record, table=True):
    """A household in need (domain.md 2.2); all but the head's name and the address is sensitive."""

    __tablename__ = "household"

    head: Annotated[Name, Ask("户主", group="基本情况", listed=True, search=True, personal="P1")] = Field(min_length=1)
    head_person: Annotated[Ref, Ask("户主（群众档案）", refers="person", personal="P1")] = ""
    town: Annotated[Line, Ask("乡镇、街道", listed=True, search=True, personal="P1")] = ""
    address: Annotated[Line, Ask("住址", listed=True, search=True, personal="P1")] = Field(min_length=1)
    phone: Annotated[Phone, Ask("电话", personal="P1")] = Field(default="", max_length=30)
    surveyed: Annotated[Day, Ask("建档日期", listed=True)] = ""
    category: Annotated[Line, Ask("困难类别", group="困难", vocabulary="hardship_category", personal="P2")] = ""
    causes: Annotated[list[Line], Ask("致困原因", vocabulary="hardship_cause", personal="P2")] = Field(
        default_factory=list, sa_type=JSON, max_length=9
    )
    house_grade: Annotated[Line, Ask("住房等级", vocabulary="house_grade", personal="P2")] = ""
    situation: Annotated[Long, Ask("家庭情况", long=True, personal="P2")] = ""
    needs: Annotated[Long, Ask("主要需求", long=True, personal="P2")] = ""
    members: Annotated[list[HouseholdMember], Ask("家庭成员", group="成员与收入", personal="P2")] = Field(
        default_factory=list, sa_type=JSON, max_length=30
    )
    incomes: Annotated[list[Income], Ask("收入", personal="P2")] = Field(
        default_factory=list, sa_type=JSON, max_length=200
    )
    consent_day: Annotated[Day, Ask("同意日期", group="其他", hint="户主同意建档和使用其信息的日期。")] = ""
    remark: Annotated[Long, Ask("备注", long=True, personal="P2")] = ""
