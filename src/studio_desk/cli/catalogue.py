"""`kinds` and `vocabulary`: what can be recorded, with which fields and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import facts, table
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.kernel.vocabulary import Vocabulary


def register(verbs: Verbs) -> None:
    """Announce `kinds` and `vocabulary`."""
    parser = verbs.add("kinds", say("记录的种类，或一种记录的栏目、词表、状态"), kinds)
    parser.add_argument("kind", nargs="?", default="", metavar="KIND", help=say("记录种类；不写则列出全部"))
    parser = verbs.add("vocabulary", say("词表和各词的有效期"), vocabulary)
    parser.add_argument("list", nargs="?", default="", metavar="LIST", help=say("词表名称；不写则列出全部"))


def kinds(call: Call) -> Answer:
    """All record types, or the JSON Schema and life cycle of one."""
    from studio_desk.kinds import KINDS, kind

    if not call.args.kind:
        found = [
            {"key": k.key, "title": say(k.title), "prefix": k.prefix, "states": list(k.life.states)} for k in KINDS
        ]
        head = (say("种类"), say("名称"), say("编号字母"), say("状态"))
        return Answer({"kinds": found}, table(head, [list(one.values()) for one in found]))
    one = kind(call.args.kind)
    moves = [
        {"from": m.start, "to": m.end, "label": say(m.label), "who": m.who, "reason": m.reason} for m in one.life.moves
    ]
    data = {
        "key": one.key,
        "title": say(one.title),
        "prefix": one.prefix,
        "owner": one.owner,
        "retention": one.retention,
        "schema": one.schema(),
        "states": list(one.life.states),
        "transitions": moves,
    }
    required = {name for name, info in one.model.model_fields.items() if _required(info)}
    fields = [
        (name, say(ask.label), name in required, ask.vocabulary or ask.refers, ask.hint and say(ask.hint))
        for name, ask in one.asks.items()
    ]
    columns = (say("栏目"), say("名称"), say("必填"), say("词表或所指"), say("说明"))
    steps = [(m["from"], m["to"], m["label"], m["reason"]) for m in moves]
    text = [
        f"{say(one.title)}({one.key})",
        table(columns, fields),
        table((say("从"), say("到"), say("做什么"), say("要写原因")), steps),
    ]
    return Answer(data, "\n\n".join(text))


def vocabulary(call: Call) -> Answer:
    """All lists, or one with the validity dates of its words.

    Raises:
        Problem: `UNKNOWN_LIST` with the nearest.
    """
    from studio_desk.kernel.vocabulary import vocabularies

    lists = vocabularies()
    if not (name := call.args.list):
        rows = [(key, one.title, len(one.terms)) for key, one in lists.items()]
        data = {key: _as_json(one) for key, one in lists.items()}
        return Answer({"lists": data}, table((say("词表"), say("名称"), say("词数")), rows))
    one = lists.get(name) or next((v for v in lists.values() if name in {v.title, v.en}), None)
    if one is None:
        import difflib

        names = {known: key for key, v in lists.items() for known in (key, v.title)}
        near = names[difflib.get_close_matches(name, names, n=1, cutoff=0)[0]]
        raise Problem(
            "UNKNOWN_LIST",
            say("没有“{name}”这个词表。", name=name[:60]),
            say("最接近的是“{near}”（{title}）。", near=near, title=lists[near].title),
        )
    rows_ = [(t.word, t.en, t.since, t.until, t.local) for t in one.terms]
    head = (say("词"), say("英文"), say("起"), say("止"), say("本地"))
    told = facts([(say("词表"), f"{one.title}({one.key})"), (say("来源"), one.source)])
    return Answer({"lists": {one.key: _as_json(one)}}, f"{told}\n\n{table(head, rows_)}")


def _as_json(one: Vocabulary) -> dict[str, Any]:
    terms = [
        {"word": t.word, "en": t.en, "since": t.since, "until": t.until, "local": t.local, **t.more} for t in one.terms
    ]
    return {"title": one.title, "en": one.en, "source": one.source, "terms": terms}


def _required(info: Any) -> bool:
    if info.is_required():
        return True
    return any(getattr(m, "min_length", 0) for m in info.metadata)
