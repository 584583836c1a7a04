"""联络站、联络组、协商议事室: where members meet the public and who looks after it."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Phone, Title
from studio_desk.record.kind import Part, Record


class Post(Part):
    """Who holds a role at the station, from when to when; one person may hold several (S002-2, S002-24, S002-25)."""

    name: Annotated[Name, Ask("姓名", personal="P1")] = Field(min_length=1)
    role: Annotated[Line, Ask("岗位", vocabulary="role")] = Field(min_length=1)
    since: Annotated[Day, Ask("开始")] = ""
    until: Annotated[Day, Ask("结束")] = ""
    main_job: Annotated[Line, Ask("本职工作", hint="兼职人员填写。")] = ""


class Station(Record, table=True):
    """A liaison station, group or chamber (domain.md 2.2; S002-4, S002-12)."""

    __tablename__ = "station"

    station_code: Annotated[
        Line,
        Ask("站码", group="基本情况", listed=True, search=True, hint="2到6个大写字母，定了不再改，是所有编号的开头。"),
    ] = Field(min_length=1, max_length=20)
    name: Annotated[Title, Ask("名称", listed=True, search=True)] = Field(min_length=1)
    station_kind: Annotated[Line, Ask("类型", listed=True, vocabulary="station_kind")] = Field(min_length=1)
    town: Annotated[Line, Ask("乡镇、街道", listed=True, search=True)] = Field(min_length=1)
    address: Annotated[Line, Ask("地址", search=True)] = ""
    phone: Annotated[Phone, Ask("电话", listed=True)] = Field(default="", max_length=30)
    opened: Annotated[Day, Ask("成立日期")] = ""
    platforms: Annotated[list[Line], Ask("履职平台", vocabulary="platform")] = Field(
        default_factory=list, sa_type=JSON, max_length=20
    )
    head: Annotated[Name, Ask("站长（联络组长）", group="人员", listed=True, search=True, personal="P1")] = Field(
        min_length=1
    )
    clerk_a: Annotated[Name, Ask("文书A角", search=True, personal="P1")] = Field(min_length=1)
    clerk_b: Annotated[
        Name, Ask("文书B角", search=True, personal="P1", hint="可由站长或区政协经办兼任，不能与A角同为一人。")
    ] = ""
    posts: Annotated[list[Post], Ask("任职记录", personal="P1")] = Field(
        default_factory=list, sa_type=JSON, max_length=200
    )
    public_key: Annotated[Line, Ask("公钥指纹", group="交接", hint="与区政协电话核对的六组数字。")] = ""
    remark: Annotated[Long, Ask("备注", group="其他", long=True)] = ""
