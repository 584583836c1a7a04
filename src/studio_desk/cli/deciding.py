"""`quarantine`, `conflicts`, `return`: what a person must decide."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.entering import as_data, saved
from studio_desk.cli.layout import facts, table
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.store.answers import Conflict
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    verbs.add("quarantine", say("隔离的数据包和记录"))
    parser = verbs.add("quarantine list", say("列出隔离的"), quarantine_list)
    parser.add_argument("--all", action="store_true", help=say("也列已经处理的"))
    for name, told, run in (
        ("show", say("看一个隔离的是什么、为什么"), quarantine_show),
        ("release", say("查清后放行，重新导入"), quarantine_release),
        ("discard", say("不要了，写明原因"), quarantine_discard),
    ):
        parser = verbs.add(f"quarantine {name}", told, run)
        parser.add_argument("id", metavar="ID", help=say("quarantine list 里的号，或文件校验码的前8位"))
        if name != "show":
            parser.add_argument("--reason", default="", metavar="R", help=say("原因"))
    verbs.add("conflicts", say("内容不一致、等人裁定的记录"))
    verbs.add("conflicts list", say("列出冲突"), conflicts_list)
    parser = verbs.add("conflicts show", say("并排看一条记录的几种内容"), conflicts_show)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser = verbs.add("conflicts resolve", say("选定以哪一个版本为准"), conflicts_resolve)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument(
        "--take", required=True, metavar="REV", help=say("版本号（conflicts show 里的 op），可只写前几位")
    )
    parser.add_argument("--field", action="append", default=[], metavar="F", help=say("只定这一栏；不写则定全部"))
    parser.add_argument("--reason", default="", metavar="R", help=say("为什么这样定"))
    parser = verbs.add("conflicts send", say("区级：把冲突作为任务交给站点裁定"), conflicts_send)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("--note", default="", metavar="T", help=say("带给站点的话"))
    parser.add_argument("--due", default="", metavar="D", help=say("哪一天以前裁定；不写为7天"))
    parser = verbs.add("return", say("区级：把记录退回站点补充更正"), return_)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("--reason", default="", metavar="R", help=say("为什么退回"))


def quarantine_list(call: Call) -> Answer:
    """Everything refused that nobody has decided on; with `--all` also what was decided."""
    from studio_desk.exchange import quarantine

    with call.home() as home:
        found = [_refusal(one) for one in quarantine.entries(home, everything=call.args.all)]
    rows = [(q["id"], q["what"], q["file"], q["code"], q["problem"], q["state"]) for q in found]
    head = (say("号"), say("什么"), say("文件"), say("代码"), say("为什么"), say("状态"))
    return Answer({"quarantine": found}, table(head, rows) if rows else say("没有隔离的。"))


def quarantine_show(call: Call) -> Answer:
    """One of them."""
    from studio_desk.exchange import quarantine

    with call.home() as home:
        found = _refusal(quarantine.entry(home, call.args.id))
    return Answer(found, facts(found.items()))


def quarantine_release(call: Call) -> Answer:
    """Try a bundle once more, or accept a record as it is; exit 2 when the bundle is refused again."""
    from studio_desk.exchange import review

    with call.home() as home:
        outcome = review.release(home, call.args.id, call.args.reason)
    if outcome is None:
        return Answer({"id": call.args.id, "outcome": "released"}, say("已放行。"))
    data = outcome.as_json()
    return Answer(data, facts((k, v) for k, v in data.items() if v not in ("", 0, [], None)), outcome.exit_code)


def quarantine_discard(call: Call) -> Answer:
    """Set it aside for good; it stays listed."""
    from studio_desk.exchange import review

    with call.home() as home:
        review.discard(home, call.args.id, call.args.reason)
    return Answer({"id": call.args.id, "outcome": "discarded"}, say("已丢弃，记录留在隔离区的清单里。"))


def _refusal(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry with the contract's key for the sentence."""
    return {("problem" if key == "sentence" else key): value for key, value in entry.items()}


def conflicts_list(call: Call) -> Answer:
    """Every field with several values."""
    with call.home() as home:
        found = [_as_json(one) for one in home.journal.conflicts()]
    rows = [(c["code"], c["title"], c["field"], len(c["versions"])) for c in found]
    head = (say("编号"), say("名称"), say("栏目"), say("几种"))
    return Answer({"conflicts": found}, table(head, rows) if rows else say("没有冲突。"))


def conflicts_show(call: Call) -> Answer:
    """The versions of one record side by side."""
    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        found = _of(home, uid)
    lines = []
    for one in found:
        rows = [(v["op"][:12], v["value"], v["by"], v["dev"], v["t"]) for v in one["versions"]]
        head = (say("版本"), say("内容"), say("谁"), say("链"), say("时间"))
        lines.append(f"{one['label']}({one['field']})\n{table(head, rows)}")
    return Answer({"uid": uid, "conflicts": found}, "\n\n".join(lines) or say("这条记录没有冲突。"))


def conflicts_resolve(call: Call) -> Answer:
    """Take the values of one version for the fields in conflict; all versions stay in the history.

    Raises:
        Problem: `NO_SUCH_VERSION`, `NO_CONFLICT`, `REASON_REQUIRED`.
    """
    from studio_desk.exchange import tasks

    take = call.args.take.strip().lower()
    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        found = _of(home, uid)
        wanted = [one for one in found if not call.args.field or one["field"] in call.args.field]
        known = sorted({v["op"] for one in wanted for v in one["versions"]})
        if found and (not take or not any(op.startswith(take) for op in known)):
            raise Problem(
                "NO_SUCH_VERSION",
                say("没有“{rev}”这个版本。", rev=take[:64]),
                say("可选的有：{known}。", known=series(op[:12] for op in known)),
                versions=known,
            )
        changes = {one["field"]: v["value"] for one in wanted for v in one["versions"] if v["op"].startswith(take)}
        written = tasks.decide(home, uid, changes, call.args.reason)
    return Answer(as_data(written), saved(written))


def conflicts_send(call: Call) -> Answer:
    """At the district: a task for the record's station that asks it to decide."""
    from studio_desk.exchange import tasks

    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        written = tasks.send_conflict(home, uid, call.args.note, call.args.due)
    return Answer({**as_data(written), "about": uid}, saved(written))


def return_(call: Call) -> Answer:
    """At the district: send a record back with a remark; it changes no value."""
    from studio_desk.exchange import receipts

    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        receipts.send_back(home, uid, call.args.reason)
    return Answer({"uid": uid}, say("已退回，随下一次回执带给站点。"))


def _of(home: Home, uid: str) -> list[dict[str, Any]]:
    return [_as_json(one) for one in home.journal.conflicts() if one.rec == uid]


def _as_json(one: Conflict) -> dict[str, Any]:
    from studio_desk.kinds import kind

    label = kind(one.kind).label(one.field)
    return {
        "uid": one.rec,
        "kind": one.kind,
        "code": one.code,
        "title": one.title,
        "field": one.field,
        "label": label,
        "versions": [{**asdict(v), "revision": v.op} for v in one.versions],
    }
