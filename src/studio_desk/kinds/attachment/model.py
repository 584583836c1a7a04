"""附件: one file that proves a record: a photo, a scan, a recording; the bytes lie apart under their digest."""

from __future__ import annotations

from typing import Annotated

from sqlmodel import Field

from studio_desk.kernel.ask import Ask
from studio_desk.record.fields import Day, Line, Ref
from studio_desk.record.kind import Record


class Attachment(Record, table=True):
    """One file that hangs on a record (domain.md 2.2)."""

    __tablename__ = "attachment"

    parent_kind: Annotated[Line, Ask("归属", group="附件", listed=True, vocabulary="attachment_of")] = ""
    parent: Annotated[Ref, Ask("归属记录")] = Field(min_length=1)
    name: Annotated[Line, Ask("文件名", listed=True, search=True)] = Field(min_length=1, max_length=200)
    caption: Annotated[Line, Ask("说明", listed=True, search=True)] = ""
    photo_kind: Annotated[Line, Ask("附件种类", listed=True, vocabulary="photo_kind")] = ""
    taken: Annotated[Day, Ask("拍摄日期", listed=True)] = ""
    personal: Annotated[Line, Ask("个人信息类别", vocabulary="personal_data", hint="P2的不印入公开材料。")] = "P1"
    mime: Annotated[Line, Ask("文件类型")] = Field(min_length=1, max_length=127)
    size: Annotated[int, Ask("大小（字节）")] = Field(ge=0, lt=2**53)
    sha256: Annotated[Line, Ask("校验码")] = Field(min_length=1, max_length=64)
