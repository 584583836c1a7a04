"""群众: a citizen who came, called, was visited or helps; as little as the work needs."""

from __future__ import annotations

from typing import Annotated

from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, IdNumber, Line, Long, Name, Phone, Ref
from studio_desk.record.kind import Record


class Person(Record, table=True):
    """A citizen (domain.md 2.2). A petition history is a mark on a case, never on a person (S000-42)."""

    __tablename__ = "person"

    name: Annotated[
        Name,
        Ask("姓名", group="基本情况", listed=True, search=True, personal="P1", hint="不愿留名的填“匿名”。"),
    ] = Field(min_length=1)
    sex: Annotated[Line, Ask("性别", listed=True, vocabulary="sex", personal="P1")] = ""
    birth: Annotated[Day, Ask("出生日期", personal="P1")] = ""
    age: Annotated[int | None, Ask("年龄", personal="P1", hint="知道出生日期的不必填。")] = Field(
        default=None, ge=0, le=130
    )
    age_day: Annotated[Day, Ask("年龄登记日期", personal="P1")] = ""
    address: Annotated[Line, Ask("住址", listed=True, search=True, personal="P1")] = ""
    phone: Annotated[Phone, Ask("电话", listed=True, search=True, personal="P1")] = Field(default="", max_length=30)
    unit: Annotated[Line, Ask("单位", search=True, personal="P1")] = ""
    sector: Annotated[Line, Ask("所属界别群众", vocabulary="sector")] = ""
    household: Annotated[Ref, Ask("家庭", refers="household", personal="P1")] = ""
    helper: Annotated[bool, Ask("辅助力量", group="辅助力量", hint="居民、员工担任联系点的辅助人员。")] = False
    helper_point: Annotated[Ref, Ask("所在联系点", refers="contact_point")] = ""
    consent_day: Annotated[Day, Ask("同意日期", hint="本人同意登记和使用其信息的日期。")] = ""
    id_number: Annotated[IdNumber, Ask("身份证号", group="敏感信息", personal="P2", hint="可以不填。")] = Field(
        default="", max_length=30
    )
    remark: Annotated[Long, Ask("备注", group="其他", long=True, personal="P1")] = ""
