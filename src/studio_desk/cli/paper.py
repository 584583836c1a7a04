"""`print` and `forms`: paper as PDF/A-2u."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


def register(verbs: Verbs) -> None:
    """Announce `forms` and `print`."""
    verbs.add("forms", say("可以打印的文书"), forms)


def forms(call: Call) -> Answer:
    """Every form that can be printed."""
    from studio_desk.kinds import KINDS
    from studio_desk.record.kind import Kind

    del call
    plain = Kind.__dataclass_fields__["sheets"].default
    found = [{"key": k.key, "title": say(k.title), "blank": True} for k in KINDS if k.sheets is not plain]
    return Answer(
        {"forms": found}, table((say("文书"), say("名称"), say("可印空白")), [list(f.values()) for f in found])
    )
