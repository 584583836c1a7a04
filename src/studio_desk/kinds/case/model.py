"""民情事项: one matter of the people, from its registration to the answer and the people's word on it (S000-40)."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import JSON
from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Long, Name, Ref
from studio_desk.record.kind import Part, Record


class Step(Part):
    """One step of the handling."""

    day: Annotated[Day, Ask("日期")] = Field(min_length=1)
    kind: Annotated[Line, Ask("步骤", vocabulary="step_kind")] = Field(min_length=1)
    who: Annotated[Line, Ask("经办", hint="单位或人。")] = ""
    text: Annotated[Long, Ask("办理情况", long=True)] = Field(min_length=1)


class Case(Record, table=True):
    """One matter (一事一件, domain.md 2.2); papers and photos before and after hang on it as attachments."""

    __tablename__ = "case"

    title: Annotated[Line, Ask("标题", group="事项", listed=True, search=True)] = Field(min_length=1, max_length=50)
    registered: Annotated[Day, Ask("登记日期", listed=True)] = Field(min_length=1)
    journal_entry: Annotated[Ref, Ask("来自民情日志", refers="journal_entry")] = Field(min_length=1)
    further_entries: Annotated[
        list[Ref], Ask("相关民情日志", refers="journal_entry", hint="几拨群众反映同一件事时，其余的民情日志。")
    ] = Field(default_factory=list, sa_type=JSON, max_length=100)
    content: Annotated[Long, Ask("事项内容", search=True, long=True, personal="P1")] = ""
    studio: Annotated[Ref, Ask("工作室", refers="studio")] = ""
    members: Annotated[list[Ref], Ask("承办委员", refers="member")] = Field(
        default_factory=list, sa_type=JSON, max_length=60
    )
    category: Annotated[Line, Ask("问题类别", listed=True, vocabulary="issue_category")] = Field(min_length=1)
    legal_tag: Annotated[Line, Ask("法律诉求", vocabulary="legal_tag")] = ""
    tags: Annotated[list[Line], Ask("中心工作", vocabulary="campaign_tag")] = Field(
        default_factory=list, sa_type=JSON, max_length=20
    )
    platform: Annotated[Line, Ask("平台", vocabulary="platform")] = ""
    urgency: Annotated[Line, Ask("紧急程度", listed=True, vocabulary="urgency")] = "一般"
    scope: Annotated[Line, Ask("个性/共性", vocabulary="individual_or_common")] = ""
    in_scope: Annotated[Line, Ask("受理范围", group="受理", vocabulary="scope_check")] = Field(min_length=1)
    refusal_ground: Annotated[Line, Ask("不予受理理由", vocabulary="refusal_ground")] = ""
    petition: Annotated[bool, Ask("涉信访", personal="P2", hint="只标在这件事上，不是对人的评价；不计入办结率。")] = (
        False
    )
    route: Annotated[Line, Ask("处理去向", listed=True, vocabulary="route")] = ""
    host_unit: Annotated[Line, Ask("承办单位", search=True)] = ""
    co_units: Annotated[list[Line], Ask("协办单位", hint="最多6个。")] = Field(
        default_factory=list, sa_type=JSON, max_length=6
    )
    due: Annotated[Day, Ask("办理时限", listed=True, hint="受理时必填；不填时提示按紧急程度算出的日期。")] = ""
    steps: Annotated[list[Step], Ask("办理过程", group="办理")] = Field(
        default_factory=list, sa_type=JSON, max_length=200
    )
    suspended_until: Annotated[Day, Ask("挂起至")] = ""
    extended_to: Annotated[Day, Ask("延期至", group="延期")] = ""
    extension_reason: Annotated[Line, Ask("延期理由")] = ""
    extension_approver: Annotated[Name, Ask("延期批准人")] = ""
    extension_told: Annotated[Day, Ask("延期告知日期")] = ""
    result: Annotated[Line, Ask("办理结果", group="结果", listed=True, vocabulary="case_result")] = ""
    result_text: Annotated[Long, Ask("结果说明", search=True, long=True, hint="没有解决的，写明原因。")] = ""
    answered: Annotated[Day, Ask("答复日期")] = ""
    answer_way: Annotated[Line, Ask("答复方式", vocabulary="answer_way")] = ""
    told: Annotated[Day, Ask("反馈群众日期")] = ""
    told_way: Annotated[Line, Ask("反馈群众方式", vocabulary="answer_way")] = ""
    satisfaction: Annotated[Line, Ask("满意度", vocabulary="satisfaction")] = ""
    closed: Annotated[Day, Ask("办结日期")] = ""
    deed: Annotated[bool, Ask("实事", hint="为群众办成的实事好事。")] = False
    suggestion: Annotated[bool, Ask("可形成意见建议")] = False
    converted_from: Annotated[Ref, Ask("由何转来", group="关联")] = ""
    converted_to: Annotated[list[Ref], Ask("转化为")] = Field(default_factory=list, sa_type=JSON, max_length=20)
