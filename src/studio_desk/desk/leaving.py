"""What would leave, counted by kind: the table that the hand-over by stick and the one over the network share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio_desk.desk import signs
from studio_desk.desk.icons import icon
from studio_desk.desk.media import size_words
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange.preview import sentences
from studio_desk.kernel.words import say


def kinds_table() -> Rows:
    """The empty table."""
    heads = (say("种类"), say("条数"), say("有个人信息的"), say("有敏感信息的"))
    return Rows(say("将要送出的内容"), heads, snug=True)


def put_kinds(table: Rows, told: Mapping[str, Any]) -> None:
    """Show what `exchange.preview` counted: the own records, then those that the district's handed back words are about."""
    back = [(say("送回：{kind}", kind=say(one["title"])), one) for one in told["handed_back"]["kinds"]]
    table.put(
        [
            Row(
                (name, str(one["records"]), str(one["P1"] or "—"), str(one["P2"] or "—")),
                (one["kind"], number),
                icon(signs.kind_icon(one["kind"])),
            )
            for number, (name, one) in enumerate([*((say(one["title"]), one) for one in told["kinds"]), *back])
        ]
    )


def anything(told: Mapping[str, Any]) -> bool:
    """Whether something would leave."""
    return bool(told["chains"] or told["handed_back"]["chains"])


def summary(told: Mapping[str, Any]) -> str:
    """What would leave, in sentences."""
    return "\n".join(sentences(told, size_words)) or nothing()


def nothing() -> str:
    """When nothing would."""
    return say("没有要送的：全部记录区里都已收到。")
