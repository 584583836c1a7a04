"""`export`, `inspect`, `import`, `undo-import`: bundles out and in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import facts, table
from studio_desk.kernel.problem import DONE
from studio_desk.kernel.words import passage, say, series

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.exchange.outcomes import Outcome


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    parser = verbs.add("export", say("把还没有回执的记录打成数据包"), export)
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--to", metavar="DIR", help=say("U盘或文件夹"))
    place.add_argument("--preview", action="store_true", help=say("只看会带出什么、有哪些个人信息，不写文件"))
    parser.add_argument("--all", action="store_true", help=say("从头全部导出"))
    parser = verbs.add("inspect", say("查验一个数据包，不导入"), inspect)
    parser.add_argument("file", metavar="FILE", help=say("数据包"))
    parser = verbs.add("import", say("导入数据包；要么全部导入，要么不动"), import_)
    parser.add_argument("files", metavar="FILE", nargs="+", help=say("数据包，或装有数据包的文件夹"))
    parser.add_argument("--dry-run", action="store_true", help=say("只看会发生什么，不改动"))
    parser = verbs.add("undo-import", say("撤销一次导入"), undo)
    parser.add_argument("bundle", metavar="BUNDLE_ID", help=say("数据包编号，见 import 或 inspect 的回答"))


def export(call: Call) -> Answer:
    """Bundles of all that no verified receipt covers."""
    from studio_desk.exchange import outbox

    if call.args.preview:
        return _preview(call)
    with call.home() as home:
        found = outbox.export(home, Path(call.args.to), everything=call.args.all, progress=call.progress)
    files = "\n".join(str(one.file) for one in found.files)
    data = found.as_json()
    text = say("已写好并读回核对：\n{files}\n记录{records}条。现在可以拔出U盘。", files=files, records=data["records"])
    return Answer(data, "\n".join([text, *handed_back(data["handed_back"])]))


def handed_back(told: Mapping[str, Any]) -> list[str]:
    """A sentence on what of the district's own was handed back, when anything was."""
    if not told["ops"]:
        return []
    return [say("另有送回给区里的{n}个区级改动，不是本站的新记录。", n=told["ops"])]


def _preview(call: Call) -> Answer:
    """What an export would take out of the house, with the classes of personal data; nothing is written."""
    from studio_desk.exchange.preview import preview, sentences

    with call.home() as home:
        data = preview(home, everything=call.args.all)
    back = data["handed_back"]
    kinds = [(say(one["title"]), one) for one in data["kinds"]]
    kinds += [(say("送回：{kind}", kind=say(one["title"])), one) for one in back["kinds"]]
    rows = [(name, one["records"], one["P1"], one["P2"]) for name, one in kinds]
    head = (say("种类"), say("条数"), say("含个人信息"), say("含敏感信息"))
    items = [
        (one["code"] or one["title"], one["title"], series(one["P1"]) or "—", series(one["P2"]) or "—")
        for one in [*data["items"], *back["items"]]
    ]
    lines = sentences(data, lambda size: say("{n}字节", n=size))
    if not lines:
        return Answer(data, say("没有要上报的内容：全部记录区级都已收到。"))
    if rows:
        more = table((say("编号"), say("名称"), say("个人信息"), say("敏感信息")), items)
        lines = [table(head, rows), "", more, *lines]
    return Answer(data, "\n".join([*lines, say("什么都没有写出。")]))


def inspect(call: Call) -> Answer:
    """Verify a bundle without importing it; a refusal is an answer too (exit 2)."""
    from studio_desk.exchange import inspection

    with call.home() as home:
        found = inspection.inspect(Path(call.args.file), home)
    rc = int(found.pop("exit", DONE))
    shown = ("bundle", "from", "to", "device", "first", "last", "ops", "signer", "verdict")
    text = facts([(name, found[name]) for name in shown]) + "\n" + "\n".join(found["reasons"])
    return Answer(found, text, rc)


def import_(call: Call) -> Answer:
    """Merge bundles; the exit status is that of the gravest refusal, 2 also when one waits for an earlier one."""
    from studio_desk.exchange import inbox

    with call.home() as home:
        results = inbox.receive(home, _bundles(call.args.files), dry_run=call.args.dry_run, progress=call.progress)
    found = [one.as_json() for one in results]
    words = {
        "applied": say("已导入"),
        "duplicate": say("导入过了"),
        "held": say("等前面的数据包"),
        "quarantined": say("已隔离"),
        "unread": say("读不出来"),
    }
    rows = [
        (Path(r["file"]).name, words.get(r["outcome"], r["outcome"]), r["new"], r["changed"], r["same"], r["conflicts"])
        for r in found
    ]
    head = (say("数据包"), say("结果"), say("新"), say("改"), say("同"), say("冲突"))
    notes = [f"{Path(r['file']).name}:{passage(r['problem'], r['remedy'])}" for r in found if r["problem"]]
    notes += [notice for r in found for notice in r["notices"]]
    if told := changes_told(results):
        notes.append((say("导入后的变化：") if call.args.dry_run else say("变化：")) + told)
    if call.args.dry_run:
        notes.append(say("这是预演，没有改动。"))
    rc = max((one.exit_code for one in results), default=DONE)
    return Answer({"results": found}, "\n".join([table(head, rows), *notes]), rc)


def changes_told(results: Sequence[Outcome]) -> str:
    """What bundles change, one sentence a line, what is different in a list below it; `""` when nothing."""
    from studio_desk.exchange.differences import told

    lines = []
    for change in (change for one in results for change in one.changes):
        lines.append(f"\n· {change['text']}")
        lines += [f"\n    {told(one)}" for one in change.get("differences", ())]
    return "".join(lines)


def undo(call: Call) -> Answer:
    """Take one import back."""
    from studio_desk.exchange import review

    with call.home() as home:
        found = review.undo(home, call.args.bundle)
    return Answer(found, say("已撤销，{n}条记录恢复到导入以前。", n=found["records"]))


def _bundles(names: list[str]) -> list[Path]:
    """The files as named; a folder stands for the bundles in it."""
    from studio_desk.exchange.transports.folder import Folder

    found: list[Path] = []
    for name in names:
        path = Path(name).expanduser()
        found += Folder(path).list() if path.is_dir() else [path]
    return found
