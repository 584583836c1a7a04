"""`enrol`: a station's keys reach the district by medium, and people compare the fingerprints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


def register(verbs: Verbs) -> None:
    """Announce `enrol request`, `enrol accept`, `enrol install`, `enrol revoke`."""
    verbs.add("enrol", say("站点到区级登记"))
    parser = verbs.add("enrol request", say("站点：生成登记申请文件"), request)
    parser.add_argument("--to", required=True, metavar="DIR", help=say("U盘或文件夹"))
    parser.add_argument(
        "--computer",
        type=int,
        default=0,
        metavar="N",
        help=say("登记前改为本站的第几台电脑；已录入的内容都留着，编号随之更换"),
    )
    parser = verbs.add("enrol accept", say("区级：接受登记，生成带回的文件"), accept)
    parser.add_argument("file", metavar="FILE", help=say("站点的申请文件"))
    parser.add_argument("--to", required=True, metavar="DIR", help=say("U盘或文件夹"))
    parser.add_argument("--yes", action="store_true", help=say("已经打电话核对过指纹"))
    parser.add_argument("--replaces", default="", metavar="DEVICE", help=say("换电脑：同时吊销原来的那台，例如 SQ-1"))
    _fingerprint(parser)
    parser = verbs.add("enrol install", say("站点：装入区级带回的文件"), install)
    parser.add_argument("file", metavar="FILE", help=say("区级生成的文件"))
    _fingerprint(parser)
    parser = verbs.add("enrol revoke", say("区级：吊销一台电脑，已收到的都留着"), revoke)
    parser.add_argument("device", metavar="DEVICE", help=say("电脑，例如 SQ-1"))
    parser.add_argument("--reason", default="", metavar="R", help=say("原因"))


def request(call: Call) -> Answer:
    """Write the request and show the fingerprint to read over the telephone."""
    from studio_desk.exchange import computers, enrol

    with call.home() as home:
        changed = computers.change(home, call.args.computer) if call.args.computer else 0
        device = home.device
        file, fingerprint = enrol.request(home, Path(call.args.to))
    text = say(
        "申请文件：{file}\n本站指纹：{fingerprint}\n请把文件交给区级，再打电话逐组核对这六组数字。",
        file=file,
        fingerprint=fingerprint,
    )
    if changed:
        text = say("本机现在是{device}，{n}条记录换了新编号。", device=device, n=changed) + "\n" + text
    return Answer({"file": str(file), "fingerprint": fingerprint, "device": device, "renumbered": changed}, text)


def accept(call: Call) -> Answer:
    """Enrol the station once a person has compared its fingerprint.

    Raises:
        Problem: `FINGERPRINT_NOT_COMPARED` without `--yes` or `--fingerprint` where nobody can be asked.
    """
    from studio_desk.exchange import enrol

    file = Path(call.args.file)
    with call.home() as home:
        asked = enrol.read_request(file)
        if not call.args.yes and not call.args.fingerprint and not _compared(call, asked.name, asked.fingerprint):
            raise Problem(
                "FINGERPRINT_NOT_COMPARED",
                say("{name}的指纹还没有核对：{fingerprint}。", name=asked.name, fingerprint=asked.fingerprint),
                say("请打电话逐组核对，一致后加上 --yes，或用 --fingerprint 写上对方读出的六组数字。"),
                station=asked.code,
                fingerprint=asked.fingerprint,
            )
        done = enrol.accept(home, file, Path(call.args.to), call.args.fingerprint, call.args.replaces)
    data = {
        "station": done.station,
        "device": done.device,
        "name": done.name,
        "trust_version": done.trust_version,
        "fingerprint": done.fingerprint,
        "district_fingerprint": done.district_fingerprint,
        "file": str(done.file),
    }
    text = say(
        "已登记：{name}（{device}）。\n带回站点的文件：{file}\n区级指纹：{fingerprint}\n请让站点装入时核对。",
        name=done.name,
        device=done.device,
        file=done.file,
        fingerprint=done.district_fingerprint,
    )
    return Answer(data, text)


def revoke(call: Call) -> Answer:
    """Believe a computer only as far as what has been received from it."""
    from studio_desk.exchange import trust_store

    with call.home() as home:
        trust = trust_store.revoke(home, call.args.device, call.args.reason)
        found = next(
            c
            for c in reversed(trust.computers)
            if c.device == call.args.device and c.revoked is not None and c.reason == call.args.reason
        )
    points = {dev: list(point) for dev, point in (found.revoked or {}).items()}
    data = {"device": found.device, "revoked": points, "trust_version": trust.version}
    return Answer(data, say("已吊销 {device}；已收到的都留着，新的信任名单会随回执送给各站点。", device=found.device))


def install(call: Call) -> Answer:
    """Believe the district from now on."""
    from studio_desk.exchange import enrol

    with call.home() as home:
        done = enrol.install(home, Path(call.args.file), call.args.fingerprint)
    data = {
        "district": done.district,
        "name": done.name,
        "trust_version": done.trust_version,
        "fingerprint": done.fingerprint,
    }
    text = say(
        "已装入：{name}（{district}），信任名单第{version}版。\n区级指纹：{fingerprint}\n请打电话逐组核对。",
        name=done.name,
        district=done.district,
        version=done.trust_version,
        fingerprint=done.fingerprint,
    )
    return Answer(data, text)


def _fingerprint(parser: Any) -> None:
    parser.add_argument(
        "--fingerprint", default="", metavar="N", help=say("对方在电话里读出的六组数字；不一致就不继续")
    )


def _compared(call: Call, name: str, fingerprint: str) -> bool:
    if not call.interactive:
        return False
    call.tell(say("{name}的指纹：{fingerprint}", name=name, fingerprint=fingerprint))
    return call.ask(say("电话里读出的六组数字一致吗？（是/否）")).strip().lower() in {"是", "y", "yes"}
