"""`link`, `unlink`, `apart`, `duplicates`: two records of one person, or of one joint event; nothing of either changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    for name, told, run in (
        ("link", say("关联两条记录：同一人，或同一场活动；两条都不改动"), link),
        ("unlink", say("取消关联；两条记录还是原来的样子"), unlink),
        ("apart", say("认定两条不是同一个，以后不再提示"), apart),
    ):
        parser = verbs.add(name, told, run)
        parser.add_argument("kind", metavar="KIND", help=say("记录种类：person 或 activity"))
        parser.add_argument("one", metavar="UID", help=say("uid 或编号"))
        parser.add_argument("other", metavar="UID", help=say("另一条的 uid 或编号"))
        parser.add_argument("--reason", default="", metavar="R", help=say("依据；取消关联和认定不同时必须写"))
    parser = verbs.add("duplicates", say("可能重复的记录，写明像在哪里；由人核对"), duplicates)
    parser.add_argument(
        "kind", nargs="?", default="person", metavar="KIND", help=say("person（群众）或 activity（活动）")
    )
    parser.add_argument("--limit", type=int, default=200, metavar="N", help=say("最多几对；0 表示全部"))


def link(call: Call) -> Answer:
    """Say that two records are the same person or event."""
    return _say(call, "link", say("已关联。两条记录都没有改动，可以随时取消。"))


def unlink(call: Call) -> Answer:
    """Take a link back."""
    return _say(call, "unlink", say("已取消关联。两条记录还是原来的样子。"))


def apart(call: Call) -> Answer:
    """Say that two records are not the same."""
    return _say(call, "apart", say("已记下：不是同一个，以后不再提示。"))


def duplicates(call: Call) -> Answer:
    """Pairs that are probably one, with what makes them so."""
    from studio_desk.tally.duplicates import duplicates as look

    with call.home() as home:
        found = look(home, call.args.kind, call.progress)
    shown = found[: call.args.limit] if call.args.limit > 0 else found
    rows = [(s.score, s.one.code, s.one.title, s.other.code, s.other.title, series(s.reasons)) for s in shown]
    head = (say("分数"), say("编号"), say("名称"), say("编号"), say("名称"), say("像在哪里"))
    foot = say("共{total}对，显示{n}对。", total=len(found), n=len(shown))
    data = {"duplicates": [s.as_json() for s in shown], "total": len(found)}
    return Answer(data, f"{table(head, rows)}\n{foot}" if rows else say("没有发现可能重复的。"))


def _say(call: Call, what: str, told: str) -> Answer:
    from studio_desk.kinds import kind
    from studio_desk.store import links

    wanted = kind(call.args.kind)
    with call.home() as home:
        one, other = (_of_kind(home, wanted.key, name) for name in (call.args.one, call.args.other))
        act = {"link": links.link, "unlink": links.unlink, "apart": links.apart}[what]
        op = act(home.journal, one, other, call.args.reason)
        group = links.group(home.journal, one)
        data = {
            "kind": wanted.key,
            "records": sorted((one, other)),
            "linked": what == "link",
            "op": op.digest,
            "group": {"members": list(group.members), "canonical": group.canonical},
        }
    return Answer(data, told)


def _of_kind(home: Home, kind: str, name: str) -> str:
    uid = home.journal.find(name)
    row: dict[str, Any] = home.journal.register(uid)
    if row["kind"] != kind:
        raise Problem(
            "LINK_KINDS",
            say("{code}不是这种记录。", code=row["code"] or uid),
            say("请核对编号和种类，只能关联两条同类的记录。"),
        )
    return uid
