"""`add`: put records in, one, from a file, or many as JSON lines that are answered one by one once they are durable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli import values
from studio_desk.cli.answer import Answer
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import DONE, REFUSED, Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.record.kind import Kind
    from studio_desk.store.answers import Written
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce `add`."""
    parser = verbs.add("add", say("录入一条记录，或从标准输入逐行录入"), add)
    parser.add_argument("kind", metavar="KIND", help=say("记录种类，全部用 kinds 查看"))
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--set", action="extend", nargs="+", default=[], metavar="F=V", help=say("栏目=内容，可以写多个")
    )
    source.add_argument("--file", metavar="FILE", default="", help=say("写有一条记录的 JSON 文件；“-”表示标准输入"))
    source.add_argument(
        "--lines", action="store_true", help=say("标准输入每行一条 JSON 记录；每行的回答在存好之后才写出")
    )
    add_keep(parser)


def add_keep(parser: Any) -> None:
    """The option that keeps a warning with its reason."""
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar=say("代码=理由"),
        help=say("保留一个提醒并写明理由，例如 ID_CHECK_DIGIT=证件原件如此"),
    )


def add(call: Call) -> Answer | int:
    """Add one record or many; see `cli.md` for the answers."""
    from studio_desk.kinds import kind

    wanted = kind(call.args.kind)
    with call.home() as home:
        if call.args.lines:
            return _lines(call, home, wanted)
        if call.args.file:
            found = values.from_json(wanted, read_text(call, call.args.file))
        elif call.args.set:
            found = values.from_pairs(wanted, call.args.set)
        else:
            raise Problem(
                "NOTHING_TO_ADD",
                say("没有写要录入什么。"),
                say("请用 --set 栏目=内容，或 --file 文件，或 --lines。"),
            )
        written = _save(home, wanted, found, values.kept(call.args.keep))
    return Answer(as_data(written), saved(written))


def as_data(written: Written) -> dict[str, Any]:
    """The JSON answer to a write."""
    return {
        "uid": written.uid,
        "code": written.code,
        "revision": written.rev,
        "state": written.state,
        "findings": [finding.as_json() for finding in written.findings],
    }


def saved(written: Written) -> str:
    """The answer to a write for a person: what it is called now, and the warnings that stay."""
    lines = [say("已存好：{code}，状态“{state}”。", code=written.code, state=written.state)]
    lines += [
        say("提醒 {code}：{sentence}{remedy}", code=f.code, sentence=f.sentence, remedy=f.remedy)
        for f in written.findings
    ]
    return "\n".join(lines)


def _save(home: Home, kind: Kind, found: dict[str, Any], kept: list[dict[str, str]]) -> Written:
    uid = found.get("uid")
    if uid:
        with home.file.read() as c:
            known = c.exec_driver_sql("SELECT code FROM record WHERE uid = ?", (str(uid),)).scalar()
        if known is not None:
            raise Problem(
                "RECORD_EXISTS",
                say("这条记录已经有了，编号{code}。", code=known),
                say("要修改请用 correct。"),
                uid=uid,
            )
    if kept:
        found = {**found, "kept": [*found.get("kept", []), *kept]}
    return home.journal.write(kind.key, values.with_references(home, kind, found))


def _lines(call: Call, home: Home, kind: Kind) -> int:
    """One answer per line, out only after the line's record is on the disk; a refused line never stops the next."""
    refused, stopped = 0, DONE
    for number, text in enumerate(call.stdin, 1):
        if not text.strip():
            continue
        try:
            written = _save(home, kind, values.from_json(kind, text), values.kept(call.args.keep))
        except Problem as problem:
            refused += 1
            call.emit({**problem.as_json(), "line": number})
            if problem.exit_code != REFUSED:  # disk full, stick gone: the next line would fare no better
                stopped = problem.exit_code
                break
        else:
            call.emit({"ack": written.uid})
    return stopped or (REFUSED if refused else DONE)


def read_text(call: Call, name: str) -> str:
    """The text of a file that an option names; `-` is standard input."""
    if name == "-":
        return call.stdin.read()
    try:
        return Path(name).expanduser().read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise medium_problem(error, name) from error
