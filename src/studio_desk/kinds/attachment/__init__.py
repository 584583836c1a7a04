"""附件, a file that hangs on a record."""

from __future__ import annotations

from studio_desk.kinds.attachment.model import Attachment
from studio_desk.kinds.attachment.printed import sheets
from studio_desk.kinds.attachment.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="attachment",
    title="附件",
    prefix="FJ",
    model=Attachment,
    life=LIFE,
    name="name",
    check=check,
    sheets=sheets,
)
