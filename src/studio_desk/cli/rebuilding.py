"""`rebuild`: a new computer of a station is filled from the district's copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


def register(verbs: Verbs) -> None:
    """Announce `rebuild`."""
    parser = verbs.add(
        "rebuild", say("按区级的数据重建站点：区级用 --for 写文件，新电脑用 --from-district 装入"), rebuild
    )
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--for", dest="device", metavar="DEVICE", default="", help=say("区级：给哪台电脑，例如 SQ-2"))
    way.add_argument(
        "--from-district", metavar="FILE", default="", help=say("新电脑：区级写的登记回执文件，其余文件在它旁边")
    )
    parser.add_argument("--to", metavar="DIR", default="", help=say("区级：U盘或文件夹"))
    parser.add_argument(
        "--fingerprint", default="", metavar="N", help=say("对方在电话里读出的六组数字；不一致就不继续")
    )


def rebuild(call: Call) -> Answer:
    """Write the files at the district, or take them in at the new computer and name what is missing."""
    from studio_desk.exchange import rebuild as way

    with call.home() as home:
        if call.args.device:
            if not call.args.to:
                call.args.parser.error("the following arguments are required: --to")
            made = way.write(home, call.args.device, Path(call.args.to), call.progress)
            text = say(
                "重建文件已写好：{folder}（站点记录{n}条）。请把整个文件夹带到新电脑。",
                folder=made.file.parent,
                n=made.records,
            )
            return Answer(made.as_json(), text)
        done = way.read(home, Path(call.args.from_district), call.args.fingerprint, call.progress)
        data = {"home": str(home.path), "code": home.code, "device": home.device, **done.as_json()}
    return Answer(data, done.notice)
