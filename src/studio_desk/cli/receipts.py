"""`receipt` and `receipt-code`: what the district confirms, by file or by twelve typed characters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    parser = verbs.add("receipt", say("区级：给站点写回执数据包"), receipt)
    parser.add_argument("--for", dest="station", default="", metavar="CODE", help=say("站码"))
    parser.add_argument("--to", default="", metavar="DIR", help=say("U盘或文件夹"))
    parser = verbs.add("receipt enter", say("站点：输入区级电话里读出的回执码"), enter)
    parser.add_argument("code", metavar="CODE", nargs="+", help=say("12个字符，空格和横线不要紧"))
    parser = verbs.add("receipt-code", say("区级：可以在电话里读的回执码"), code)
    parser.add_argument("--for", dest="station", required=True, metavar="CODE", help=say("站码"))


def receipt(call: Call) -> Answer:
    """Write the receipt for one station."""
    from studio_desk.exchange import receipts

    missing = [option for option, value in (("--for", call.args.station), ("--to", call.args.to)) if not value]
    if missing:
        call.args.parser.error(f"the following arguments are required: {', '.join(missing)}")
    with call.home() as home:
        data = receipts.write(home, call.args.station, Path(call.args.to), progress=call.progress).as_json()
    text = say(
        "回执：{file}\n已收{accepted}条，退回{returned}条，冲突{conflicts}条。现在可以拔出U盘。",
        file=data["file"],
        accepted=data["accepted"],
        returned=len(data["returned"]),
        conflicts=len(data["conflicts"]),
    )
    return Answer(data, text)


def code(call: Call) -> Answer:
    """Twelve characters for each computer of a station; the first stands for the whole in the short answer."""
    from studio_desk.exchange import receipt_code

    with call.home() as home:
        found = receipt_code.codes(home, call.args.station)
    lines = [
        say("{device}到第{seq}号：{code}", device=one["device"], seq=one["seq"], code=one["code"]) for one in found
    ]
    lines += receipt_code.earlier_words(found)
    return Answer({**found[0], "codes": found}, "\n".join(lines))


def enter(call: Call) -> Answer:
    """Take a receipt code in at the station."""
    from studio_desk.exchange import receipt_code

    with call.home() as home:
        data = receipt_code.enter(home, "".join(call.args.code))
    return Answer(data, say("回执码正确：{device}到第{seq}号都已收到。", device=data["device"], seq=data["seq"]))
