"""What would leave, counted by kind: the table that the hand-over by stick and the one over the network share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio_desk.desk import signs
from studio_desk.desk.icons import icon
from studio_desk.desk.rows import Row, Rows
from studio_desk.kernel.words import say


def kinds_table() -> Rows:
    """The empty table."""
    heads = (say("种类"), say("条数"), say("有个人信息的"), say("有敏感信息的"))
    return Rows(say("将要送出的内容"), heads, snug=True)


def put_kinds(table: Rows, told: Mapping[str, Any]) -> None:
    """Show what `exchange.preview` counted."""
    table.put(
        [
            Row(
                (say(one["title"]), str(one["records"]), str(one["P1"] or "—"), str(one["P2"] or "—")),
                one["kind"],
                icon(signs.kind_icon(one["kind"])),
            )
            for one in told["kinds"]
        ]
    )


def nothing() -> str:
    """When nothing would."""
    return say("没有要送的：全部记录区里都已收到。")
