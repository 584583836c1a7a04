"""区政协, the district's own entry: its name, term, plenary sessions and towns."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Phone, Title
from studio_desk.record.kind import Part, Record


class Plenary(Part):
    """One plenary session; it may open a new assessment year."""

    session: Annotated[Line, Ask("次")] = Field(min_length=1)
    start: Annotated[Day, Ask("开幕日期")] = Field(min_length=1)
    end: Annotated[Day, Ask("闭幕日期")] = ""


class Office(Record, table=True):
    """The CPPCC committee that the stations hand over to (domain.md 2.2)."""

    __tablename__ = "office"

    name: Annotated[Title, Ask("名称", group="基本情况", listed=True, search=True, hint="例如：青溪区政协。")] = Field(
        min_length=1
    )
    full_name: Annotated[
        Title, Ask("全称", search=True, hint="用于公文落款，例如：中国人民政治协商会议云岭市青溪区委员会。")
    ] = ""
    admin_code: Annotated[Line, Ask("行政区划代码", listed=True, hint="6位数字。")] = Field(default="", max_length=12)
    level: Annotated[Line, Ask("级别", vocabulary="member_level")] = ""
    address: Annotated[Line, Ask("地址")] = ""
    phone: Annotated[Phone, Ask("电话")] = Field(default="", max_length=30)
    term: Annotated[Line, Ask("届", group="届次与考核", listed=True, hint="例如：第十五届。")] = Field(min_length=1)
    term_start: Annotated[Day, Ask("本届开始")] = ""
    term_end: Annotated[Day, Ask("本届结束")] = ""
    assessment_year: Annotated[Line, Ask("考核年度", vocabulary="assessment_year", hint="不填按日历年。")] = ""
    plenaries: Annotated[list[Plenary], Ask("历次全会")] = Field(default_factory=list, sa_type=JSON, max_length=40)
    towns: Annotated[list[Line], Ask("乡镇、街道", group="辖区", hint="一行一个，用来核对哪些乡镇还没有工作室。")] = (
        Field(default_factory=list, sa_type=JSON, max_length=200)
    )
    remark: Annotated[Long, Ask("备注", group="其他", long=True)] = ""
