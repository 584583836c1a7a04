"""`check`, `dump`, `backup`, `restore`: whether the file is whole, and a second one in case it is not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.homes import know_all_tables
from studio_desk.cli.layout import facts
from studio_desk.kernel.canon import canon
from studio_desk.kernel.files import put_file
from studio_desk.kernel.problem import DAMAGED, DONE
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Parser, Verbs


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    parser = verbs.add("check", say("检查文件、编号链、附件、查找、记录是否完好"), check)
    parser.add_argument("--deep", action="store_true", help=say("逐条重算，较慢"))
    parser.add_argument("--mend", action="store_true", help=say("只是查找、清单等与编号链不一致时，照编号链重建"))
    parser = verbs.add("dump", say("全部内容的摘要；--canonical 时内容相同则逐字节相同"), dump)
    parser.add_argument("--canonical", action="store_true", help=say("不含与本机有关的内容"))
    parser.add_argument("--to", metavar="FILE", default="", help=say("把全文写到文件（明文，请妥善保管）"))
    parser = verbs.add("backup", say("备份到U盘或文件夹，写完读回核对"), backup)
    parser.add_argument("--to", metavar="DIR", default="", help=say("U盘或文件夹"))
    parser = verbs.add("backup verify", say("打开一个备份，全部核对一遍"), verify)
    parser.add_argument("file", metavar="FILE", help=say("备份文件"))
    _recovery(parser)
    parser = verbs.add("restore", say("从备份恢复到一个新文件夹（--home），编号链另起"), restore)
    parser.add_argument("file", metavar="FILE", help=say("备份文件"))
    _recovery(parser)


def check(call: Call) -> Answer:
    """Integrity of file, chain, attachments, search, projections; exit 3 when something is wrong."""
    from studio_desk.store.check import check as look

    with call.home() as home:
        found = look(home, deep=call.args.deep, mend=call.args.mend, progress=call.progress)
    data = found.as_json()
    text = "\n".join(f"{one['sentence']}{one['remedy']}" for one in data["findings"]) or say("检查完毕，一切完好。")
    return Answer(data, text, DONE if found.ok else DAMAGED)


def dump(call: Call) -> Answer:
    """The whole state and its digest; the file it is written to is canonical JSON."""
    from studio_desk.exchange.dump import dump as take

    with call.home() as home:
        found = take(home, canonical=call.args.canonical)
    told = [(say("摘要"), found["digest"]), (say("记录数"), found["total"]), (say("附件数"), len(found["attachments"]))]
    if call.args.to:
        put_file(Path(call.args.to), (canon(found) + "\n").encode())
        told.append((say("文件"), call.args.to))
    return Answer(found, facts(told))


def backup(call: Call) -> Answer:
    """A proved backup."""
    from studio_desk.store import backup as backups

    if not call.args.to:
        call.args.parser.error("the following arguments are required: --to")
    with call.home() as home:
        made = backups.backup(home, Path(call.args.to), call.progress)
    text = say(
        "已备份并读回核对：{file}\n记录{records}条，附件{attachments}个。现在可以拔出U盘。",
        file=made.file,
        records=made.facts.records,
        attachments=made.facts.attachments,
    )
    return Answer(made.as_json(), text)


def verify(call: Call) -> Answer:
    """Prove a backup that was made earlier."""
    from studio_desk.store import backup as backups

    found = backups.verify(
        Path(call.args.file),
        passphrase=call.passphrase(),
        recovery=call.secret("recovery_file"),
        progress=call.progress,
    )
    text = say(
        "备份完好：{at}，记录{records}条，附件{attachments}个。",
        at=found.at,
        records=found.facts.records,
        attachments=found.facts.attachments,
    )
    return Answer(found.as_json(), text)


def restore(call: Call) -> Answer:
    """A new home from a backup, under a new chain."""
    from studio_desk.kinds import KINDS
    from studio_desk.store import backup as backups

    know_all_tables()
    call.homes.close(call.folder)
    with backups.restore(
        Path(call.args.file),
        call.folder,
        KINDS,
        passphrase=call.passphrase(),
        recovery=call.secret("recovery_file"),
        progress=call.progress,
    ) as home:
        data = {
            "home": str(home.path),
            "role": home.role,
            "code": home.code,
            "device": home.device,
            "incarnation": home.incarnation,
        }
        text = say("已恢复到{folder}，编号链是{device}。", folder=home.path, device=home.device)
    return Answer(data, text)


def _recovery(parser: Parser) -> None:
    parser.add_argument("--recovery-file", metavar="FILE", default="", help=say("写有恢复码的文件（忘了口令时）"))
