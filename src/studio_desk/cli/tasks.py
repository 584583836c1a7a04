"""`task` and `comment`: what a district gives stations to do, who has answered, and remarks on a record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.entering import as_data, saved
from studio_desk.cli.layout import table
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs

ALL = "all"
"""Stands for every enrolled station."""


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    verbs.add("task", say("任务：区里交办，站点回复"))
    parser = verbs.add("task add", say("区级：给一个或几个站点交办一件事"), add)
    parser.add_argument("--station", action="append", default=[], metavar="SQ", help=say("站码，可写多次；all 为全部"))
    parser.add_argument("--title", required=True, metavar="T", help=say("任务"))
    parser.add_argument("--due", required=True, metavar="D", help=say("哪一天以前回复"))
    parser.add_argument("--text", default="", metavar="T", help=say("任务内容；不写则同标题"))
    parser.add_argument("--about", default="", metavar="UID", help=say("所涉记录的 uid 或编号；不写站码时交给它的站点"))
    parser.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="F=V", help=say("栏目=内容，可以写多个")
    )
    parser = verbs.add("task list", say("任务、时限，谁还没有回复"), list_)
    parser.add_argument("--open", action="store_true", help=say("只列还没有回复的"))
    parser = verbs.add("task answer", say("站点：回复一个任务"), answer)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("--result", required=True, metavar="T", help=say("办理结果"))
    parser = verbs.add("comment", say("对一条记录写一句批注，不要求改动"), comment)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("text", metavar="TEXT", help=say("内容"))
    parser.add_argument("--sort", default="", metavar="S", help=say("点评、批示或说明"))
    parser.add_argument("--by", default="", metavar="N", help=say("哪位领导说的；不写为操作人自己"))


def add(call: Call) -> Answer:
    """One task for each station named; the first stands for all in the short answer."""
    from studio_desk.cli import values
    from studio_desk.exchange import tasks
    from studio_desk.kinds import kind

    args = call.args
    with call.home() as home:
        told = values.with_references(home, kind("task"), values.from_pairs(kind("task"), args.set))
        told |= {"title": args.title, "due": args.due, "text": args.text or told.get("text") or args.title}
        if args.about:
            told["about"] = home.journal.find(args.about)
        wanted = tasks.stations(home) if ALL in args.station else args.station
        written = tasks.issue(home, wanted, told)
    data = {**as_data(written[0]), "tasks": [as_data(one) for one in written]}
    return Answer(data, "\n".join(saved(one) for one in written))


def list_(call: Call) -> Answer:
    """Every task with its deadline; the district sees who has not answered."""
    from studio_desk.exchange import tasks

    with call.home() as home:
        found = tasks.standings(home, open_only=call.args.open)
    waiting = sorted({one.station for one in found if not one.answered})
    rows = [
        (t.code, t.station, t.title, t.due, t.state, say("已送达") if t.delivered else "", say("已逾期") if t.overdue else "")
        for t in found
    ]  # fmt: skip
    head = (say("编号"), say("站码"), say("任务"), say("办理时限"), say("状态"), say("送达"), say("逾期"))
    text = table(head, rows) if rows else say("没有任务。")
    if waiting:
        text += "\n" + say("还没有回复的：{stations}。", stations=series(waiting))
    return Answer({"tasks": [one.as_json() for one in found], "waiting": waiting}, text)


def answer(call: Call) -> Answer:
    """The station's answer, dated today."""
    from studio_desk.exchange.tasks import REPLIED
    from studio_desk.kernel import clock

    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        told = {"result": call.args.result, "replied": clock.today().isoformat()}
        written = home.journal.move(uid, REPLIED, changes=told)
    return Answer(as_data(written), saved(written))


def comment(call: Call) -> Answer:
    """A remark on a record; it changes no value and nobody's custody word."""
    from studio_desk.exchange import remarks

    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        op = remarks.comment(home, uid, call.args.text, sort=call.args.sort, who=call.args.by)
    return Answer({"uid": uid, "op": op.digest}, say("已记下，随下一次交接带给对方。"))
