"""`correct`, `void`, `move`: change a record, nothing is deleted; `redact`: erase one because the law says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_desk.cli import values
from studio_desk.cli.answer import Answer
from studio_desk.cli.entering import add_keep, as_data, saved
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Parser, Verbs
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce the changing verbs."""
    parser = verbs.add("correct", say("更正一条记录"), correct)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    _add_set(parser)
    parser.add_argument("--reason", default="", metavar="R", help=say("为什么更正；草稿可以不写"))
    add_keep(parser)
    parser = verbs.add("void", say("作废一条记录；编号留着，内容可查"), void)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("--reason", default="", metavar="R", help=say("为什么作废"))
    parser = verbs.add("redact", say("依法删除一条记录的内容和附件；只留编号，不能恢复"), redact)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("--reason", default="", metavar="R", help=say("依据和决定人；不要写被删除的内容"))
    parser = verbs.add("move", say("转到下一个状态"), move)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("state", metavar="STATE", help=say("转到哪个状态"))
    parser.add_argument("--reason", default="", metavar="R", help=say("有的步骤要写明原因"))
    _add_set(parser)
    add_keep(parser)


def correct(call: Call) -> Answer:
    """Change some fields of a record, with a reason unless it is a draft."""
    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        changes = _changes(home, uid, call.args)
        if not changes:
            raise Problem("NOTHING_TO_CHANGE", say("没有写要改什么。"), say("请用 --set 栏目=内容。"))
        written = home.journal.correct(uid, changes, call.args.reason)
    return Answer(as_data(written), saved(written))


def void(call: Call) -> Answer:
    """Withdraw a record with a reason."""
    with call.home() as home:
        written = home.journal.void(home.journal.find(call.args.uid), call.args.reason)
    return Answer(as_data(written), saved(written))


def redact(call: Call) -> Answer:
    """Erase a record by law; names every backup and bundle from before, which no program can reach."""
    from studio_desk.exchange import erasure

    with call.home() as home:
        found = erasure.redact(home, home.journal.find(call.args.uid), call.args.reason)
    lines = [say("{code}已依法删除（连同附件共{n}条）；编号保留。", code=found.code or found.uid, n=len(found.records))]
    if found.backups:
        lines.append(say("以前的备份里还有它，请逐个销毁，或在恢复后马上与区级交换一次数据："))
        lines += [f"  {at[:16].replace('T', ' ')}  {file}" for file, at in found.backups]
    if found.bundles:
        lines.append(say("以前送出的数据包里还有它，请收回或销毁："))
        lines += [f"  {at[:16].replace('T', ' ')}  {file}  {medium}" for file, at, medium in found.bundles]
    lines.append(say("对方收到下一个数据包后会同样删除；谁已删除，用 status 查看。"))
    return Answer(found.as_json(), "\n".join(lines))


def move(call: Call) -> Answer:
    """Take one step of the life cycle, filling in what the step asks for."""
    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        written = home.journal.move(uid, call.args.state, call.args.reason, _changes(home, uid, call.args))
    return Answer(as_data(written), saved(written))


def _add_set(parser: Parser) -> None:
    parser.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="F=V", help=say("栏目=内容，可以写多个；留空为清除")
    )


def _changes(home: Home, uid: str, args: Any) -> dict[str, Any]:
    from studio_desk.kinds import kind

    record = home.journal.record(uid)
    wanted = kind(record["kind"])
    changes = values.with_references(home, wanted, values.from_pairs(wanted, args.set))
    if kept := values.kept(args.keep):
        changes["kept"] = [*record.get("kept", []), *kept]
    return changes
