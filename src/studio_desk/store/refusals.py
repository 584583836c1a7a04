"""What the journal refuses to write or to take back, and why: each with what to do instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store import erasure
from studio_desk.store.shape import VOID


def refuse_unwritable(before: Mapping[str, Any], type_: str, role: str, code: str) -> None:
    """Refuse to write a record that is void, in conflict or somebody else's.

    Args:
        before: its row.
        type_: of the op; `record.resolve` decides a conflict.
        role: of the home that writes.
        code: of the home that writes.

    Raises:
        Problem: `RECORD_VOID`, `RECORD_IN_CONFLICT`, `NOT_OWNER`.
    """
    if before["state"] == VOID and type_ != "record.resolve":
        raise Problem(
            "RECORD_VOID",
            say("{code}已经作废，不能再改。", code=before["code"]),
            say("请另建一条新的记录，在说明里写上原编号。"),
        )
    if before["conflict"] and type_ != "record.resolve":
        raise Problem(
            "RECORD_IN_CONFLICT",
            say("{code}有待定的冲突。", code=before["code"]),
            say("请先在“冲突”页选定以哪一个为准。"),
        )
    refuse_foreign(before, role, code)


def refuse_foreign(before: Mapping[str, Any], role: str, code: str) -> None:
    """Refuse what a station does to another one's record.

    Raises:
        Problem: `NOT_OWNER`.
    """
    if role == "station" and before["station"] not in {"", code}:
        raise Problem(
            "NOT_OWNER",
            say("{code}是{station}的记录，本站不能改。", code=before["code"], station=before["station"]),
            say("请与该单位联系。"),
        )


def refuse_erased(before: Mapping[str, Any]) -> None:
    """Refuse what is done to a record that was erased by law.

    Raises:
        Problem: `RECORD_ERASED`.
    """
    if before["kind"] == erasure.KIND:
        raise Problem(
            "RECORD_ERASED",
            say("{code}已经依法删除，不能再改。", code=before["code"] or before["uid"]),
            say("请另建一条新的记录。"),
        )


def erased_since() -> Problem:
    """An import cannot be taken back over an erasure: the words would be there again."""
    return Problem(
        "IMPORT_ERASED",
        say("这次导入里有已经依法删除的记录，不能撤销。"),
        say("其余记录有问题的，请用更正或作废处理。"),
    )


def built_on() -> Problem:
    """An import cannot be taken back from under what came after it."""
    return Problem(
        "IMPORT_BUILT_ON",
        say("后来的数据已经建立在这次导入之上，不能撤销。"),
        say("请先撤销更晚的导入，或用更正、作废处理有问题的记录。"),
    )
