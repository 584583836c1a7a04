"""`lists`: vocabularies, rule documents, schemes, calendars and forms' defaults that a district sends down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import facts, table
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    verbs.add("lists", say("区级下发的词表、口径、方案、日历、预填内容"))
    parser = verbs.add("lists show", say("看下发的各版，哪一版正在执行"), show)
    parser.add_argument("sort", nargs="?", default="", metavar="SORT", help=say("哪一类；不写则全部"))
    parser.add_argument("key", nargs="?", default="", metavar="KEY", help=say("哪一个；不写则全部"))
    parser = verbs.add("lists put", say("区级：定一版新的，随下一次回执带给各站点"), put)
    parser.add_argument("sort", metavar="SORT", help=say("vocabulary、rules、scheme、calendar 或 defaults"))
    parser.add_argument("key", metavar="KEY", help=say("词表名、文件代号、年份或记录种类"))
    parser.add_argument("--file", required=True, metavar="F", help=say("内容的 JSON 文件；“-”表示标准输入"))
    parser.add_argument("--from", dest="since", default="", metavar="D", help=say("从哪一天起执行；不写为今天"))
    parser = verbs.add("lists schema", say("一类内容的 JSON Schema"), schema)
    parser.add_argument("sort", metavar="SORT", help=say("vocabulary、rules、scheme、calendar 或 defaults"))


def show(call: Call) -> Answer:
    """Every edition that is here; `in_force` says which holds today."""
    from studio_desk.exchange.changes import describe
    from studio_desk.store import lists

    if call.args.sort:
        _known(call.args.sort)
    with call.home() as home:
        found = lists.editions(home, call.args.sort, call.args.key)
        now = {one.id for sort in lists.SORTS for one in lists.all_in_force(home, sort).values()}
        told = [
            describe(one, [e for e in found[:n] if (e.sort, e.key) == (one.sort, one.key)])
            for n, one in enumerate(found)
        ]
    data = [{**one.values, "in_force": one.id in now, "text": text} for one, text in zip(found, told, strict=True)]
    rows = [
        (e.sort, e.key, e.version, e.since, say("执行中") if e.id in now else "", text)
        for e, text in zip(found, told, strict=True)
    ]
    head = (say("类别"), say("名称"), say("版"), say("起"), say("现在"), say("说明"))
    return Answer({"lists": data}, table(head, rows) if rows else say("区级还没有下发过。"))


def put(call: Call) -> Answer:
    """A new edition from a JSON file.

    Raises:
        Problem: `NOT_JSON`; as `exchange.lists.put`.
    """
    from studio_desk.cli.entering import read_text
    from studio_desk.exchange import lists
    from studio_desk.exchange.changes import compared, describe
    from studio_desk.exchange.differences import listed, told
    from studio_desk.exchange.strict_json import read_line
    from studio_desk.kernel.canon import canon
    from studio_desk.store import lists as kept

    _known(call.args.sort)
    import json

    text = read_text(call, call.args.file)
    try:
        content = read_line(canon(json.loads(text)), "file")
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem(
            "NOT_JSON", say("文件里不是一个 JSON 对象：{detail}", detail=str(error)[:120]), say("请检查文件内容。")
        ) from None
    with call.home() as home:
        done = lists.put(home, call.args.sort, call.args.key, content, call.args.since)
        earlier = [one for one in kept.editions(home, done.sort, done.key) if one.order < done.order]
    text = describe(done, earlier)
    found = listed(compared(done, earlier))
    data = {**done.values, "text": text, "differences": [one.as_json() for one in found]}
    lines = [text, *(f"    {told(one)}" for one in found), say("随下一次回执带给各站点。")]
    return Answer(data, "\n".join(lines))


def schema(call: Call) -> Answer:
    """What the content of a sort must look like."""
    from studio_desk.store.list_shapes import CONTENTS

    _known(call.args.sort)
    found = CONTENTS[call.args.sort].model_json_schema()
    rows = [(name, one.get("type", ""), name in found.get("required", ())) for name, one in found["properties"].items()]
    head = (say("栏目"), say("形式"), say("必填"))
    told = facts([(say("类别"), call.args.sort)])
    return Answer({"sort": call.args.sort, "schema": found}, f"{told}\n\n{table(head, rows)}")


def _known(sort: str) -> None:
    from studio_desk.store.lists import SORTS

    if sort not in SORTS:
        raise Problem(
            "LIST_SORT_UNKNOWN",
            say("没有“{sort}”这一类下发内容。", sort=sort[:40]),
            say("可用的有：{sorts}。", sorts=series(SORTS)),
        )
