"""意见建议: one suggestion made in a visit, an activity or a meeting; the unit that is counted (S003-36)."""

from __future__ import annotations

from typing import Annotated

from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Ref
from studio_desk.record.kind import Record


class Suggestion(Record, table=True):
    """One suggestion (条): a row of its own, whatever record it was made in (domain.md 4.1 rule 4)."""

    __tablename__ = "suggestion"

    title: Annotated[Line, Ask("题目", group="建议", listed=True, search=True)] = Field(default="", max_length=100)
    parent_kind: Annotated[Line, Ask("出处", listed=True, vocabulary="suggestion_parent")] = Field(min_length=1)
    parent: Annotated[Ref, Ask("出处记录")] = Field(min_length=1)
    day: Annotated[Day, Ask("提出日期", listed=True)] = Field(min_length=1)
    text: Annotated[Long, Ask("建议内容", listed=True, search=True, long=True)] = Field(min_length=1)
    category: Annotated[Line, Ask("类别", vocabulary="issue_category")] = ""
    proposer: Annotated[Ref, Ask("提出委员", listed=True, refers="member")] = ""
    proposer_name: Annotated[Name, Ask("提出人", personal="P1", hint="不是委员的填姓名。")] = ""
    studio: Annotated[Ref, Ask("工作室", refers="studio")] = ""
    to_unit: Annotated[Line, Ask("送交单位", group="去向", listed=True, search=True)] = ""
    sent: Annotated[Day, Ask("送交日期")] = ""
    converted_kind: Annotated[Line, Ask("转化为", vocabulary="suggestion_conversion")] = ""
    converted_to: Annotated[Ref, Ask("转化记录")] = ""
    result: Annotated[Line, Ask("结果", listed=True, vocabulary="suggestion_result")] = ""
    result_text: Annotated[Long, Ask("结果说明", search=True, long=True)] = ""
