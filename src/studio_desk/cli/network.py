"""`push`, `pull`: the same bundles over the network, when there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.cli.sending import changes_told
from studio_desk.kernel.problem import DONE
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Parser, Verbs


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    parser = verbs.add("push", say("联网报送：把还没有回执的记录传给区级接收站"), push)
    _place(parser)
    parser.add_argument("--all", action="store_true", help=say("从头全部报送"))
    _place(verbs.add("pull", say("联网收取：从区级接收站取回执、退回和任务"), pull))


def push(call: Call) -> Answer:
    """Hand over what no receipt covers; exit 6 when the line broke, repeating is safe."""
    from studio_desk.exchange import network

    with call.home() as home:
        done = network.push(
            home, url=call.args.url, pin=call.args.pin, everything=call.args.all, progress=call.progress
        )
    data = done.as_json()
    if done.files:
        text = say("已传到 {url}：{n}个数据包，记录{records}条。收到区级的回执后才算送达，请稍后收取（pull）。", url=done.url, n=len(done.files), records=data["records"])  # fmt: skip
    else:
        text = say("都已传到 {url}，正在等区级的回执，请稍后收取（pull）。", url=done.url)
    return Answer(data, text)


def pull(call: Call) -> Answer:
    """Fetch and take in what waits; the exit status is that of the gravest refusal."""
    from studio_desk.exchange import network

    with call.home() as home:
        done = network.pull(home, url=call.args.url, pin=call.args.pin, progress=call.progress)
    words = {
        "applied": say("已收取"),
        "duplicate": say("以前收过"),
        "held": say("等前面的数据包"),
        "quarantined": say("已隔离"),
        "unread": say("读不出来"),
    }
    rows = [(one.file, words.get(one.outcome, one.outcome), one.problem) for one in done.results]
    notes = [notice for one in done.results for notice in one.notices]
    text = table((say("数据包"), say("结果"), say("说明")), rows) if rows else say("没有新的回执或任务。")
    if told := changes_told(done.results):
        notes.append(say("变化：") + told)
    rc = max((one.exit_code for one in done.results), default=DONE)
    return Answer(done.as_json(), "\n".join([text, *notes]), rc)


def _place(parser: Parser) -> None:
    parser.add_argument("--url", default="", metavar="U", help=say("区级接收站的网址；不写则用上次的"))
    parser.add_argument("--pin", default="", metavar="SHA256", help=say("接收站证书的指纹，区级自制证书时用"))
