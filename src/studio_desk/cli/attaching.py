"""`attach` and `detach`: files that prove a record, by digest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.store.home import Home

SHORTEST = 8
"""Characters of a digest that must be given at least."""


def register(verbs: Verbs) -> None:
    """Announce `attach` and `detach`."""
    parser = verbs.add("attach", say("给一条记录添加附件（照片、扫描件等）"), attach)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("files", metavar="FILE", nargs="+", help=say("文件"))
    parser.add_argument("--caption", default="", metavar="T", help=say("说明"))
    parser.add_argument("--kind", default="", metavar="K", help=say("附件种类，见词表 photo_kind"))
    parser.add_argument("--taken", default="", metavar="D", help=say("拍摄日期；不写则取照片里的"))
    parser.add_argument("--personal", default="", metavar="P", help=say("个人信息类别 P0、P1、P2"))
    parser = verbs.add("detach", say("撤下一个附件，内容仍可查"), detach)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser.add_argument("sha256", metavar="SHA", help=say("附件的校验码，至少前8位"))
    parser.add_argument("--reason", default="", metavar="R", help=say("为什么撤下"))


def attach(call: Call) -> Answer:
    """Take files in, all or none, and hang them on a record."""
    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        record = home.journal.record(uid)
        with home.transaction():
            found = [_attach(home, record, Path(name), call.args) for name in call.args.files]
    text = "\n".join(
        say("已添加：{name}（{size}字节）{sha}", name=one["name"], size=one["size"], sha=one["sha256"]) for one in found
    )
    return Answer({**found[0], "files": found}, text)


def detach(call: Call) -> Answer:
    """Take a file off a record; the attachment becomes void with its reason.

    Raises:
        Problem: `NO_SUCH_ATTACHMENT`, `REASON_REQUIRED`.
    """
    given = call.args.sha256.strip().lower()
    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        with home.file.read() as c:
            rows = c.exec_driver_sql(
                "SELECT uid, sha256 FROM attachment WHERE parent = ? AND state <> '作废' AND substr(sha256, 1, ?) = ?",
                (uid, len(given), given),
            ).all()
        if len(given) < SHORTEST or not rows:
            raise Problem(
                "NO_SUCH_ATTACHMENT",
                say("这条记录没有校验码为“{sha}”的附件。", sha=given[:64]),
                say("附件和校验码用 show 查看；至少写前{n}位。", n=SHORTEST),
            )
        written = home.journal.void(rows[0][0], call.args.reason)
    data = {"uid": written.uid, "sha256": rows[0][1], "revision": written.rev, "state": written.state}
    return Answer(data, say("已撤下。"))


def _attach(home: Home, record: dict[str, Any], path: Path, args: Any) -> dict[str, Any]:
    from studio_desk.kernel.vocabulary import vocabulary
    from studio_desk.store import blobs

    kept = blobs.put(home, path)
    title = home.journal.shapes[record["kind"]].title
    values = {
        "parent": record["uid"],
        "parent_kind": title if vocabulary("attachment_of").find(title) else "",
        "station": record["station"],
        "name": kept.name,
        "caption": args.caption,
        "photo_kind": args.kind,
        "taken": args.taken or kept.taken,
        "mime": kept.mime,
        "size": kept.size,
        "sha256": kept.sha256,
    }
    if args.personal:
        values["personal"] = args.personal
    written = home.journal.write("attachment", values)
    return {**kept.as_json(), "uid": written.uid, "code": written.code}
