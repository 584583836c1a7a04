"""`push`, `pull`, `sync`: the same bundles over the network, when there is one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.cli.sending import changes_told, handed_back
from studio_desk.kernel.problem import DONE, NETWORK, Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Parser, Verbs
    from studio_desk.exchange.network import Pulled, Pushed
    from studio_desk.store.home import Home

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds between two tries of `--wait`: the first pause, and the longest."""
_Done = TypeVar("_Done")


def register(verbs: Verbs) -> None:
    """Announce the verbs."""
    parser = verbs.add("push", say("联网报送：把还没有回执的记录传给区级接收站"), push)
    _options(parser)
    parser.add_argument("--all", action="store_true", help=say("从头全部报送"))
    _options(verbs.add("pull", say("联网收取：从区级接收站取回执、退回和任务"), pull))
    _options(verbs.add("sync", say("联网报送，再收取；给定时任务用"), sync))
    verbs.add("hub", say("区级接收站"))
    parser = verbs.add("hub publish", say("区级：在信任名单里公布接收站，各站随回执自动知道网址和证书"), publish)
    parser.add_argument("--url", default="", metavar="U", help=say("接收站的网址；不写则只看现在公布的"))
    parser.add_argument(
        "--pin",
        action="append",
        default=[],
        metavar="SHA256",
        help=say("证书或其公钥的指纹，可写多次：换证书前新旧都写"),
    )
    parser.add_argument(
        "--certificate",
        action="append",
        default=[],
        metavar="FILE",
        help=say("证书文件（PEM），由它算出指纹，可写多次"),
    )
    parser.add_argument("--withdraw", action="store_true", help=say("不再公布接收站"))


def push(call: Call) -> Answer:
    """Hand over what no receipt covers; exit 6 when the line broke, repeating is safe."""
    patience = _Patience(call)
    done = patience.until(lambda home: _push(call, home, patience))
    return Answer(done.as_json(), _pushed(done))


def pull(call: Call) -> Answer:
    """Fetch and take in what waits; the exit status is that of the gravest refusal."""
    patience = _Patience(call)
    done = patience.until(lambda home: _pull(call, home, patience))
    return Answer(done.as_json(), _pulled(done), _gravest(done))


def sync(call: Call) -> Answer:
    """Push, then pull; with `--wait` until the receipt for what was sent has come, or the time is over."""
    patience = _Patience(call)
    pushed = patience.until(lambda home: _push_if_any(call, home, patience))
    pulled = patience.until(lambda home: _pull(call, home, patience))
    while _waits(call) and patience.rest():
        more = patience.until(lambda home: _pull(call, home, patience))
        pulled.results += more.results
    waiting = _waits(call)
    data: dict[str, Any] = {
        "url": pulled.url,
        "pushed": pushed.as_json() if pushed else None,
        "pulled": pulled.as_json(),
        "waiting_receipt": waiting,
    }
    lines = [_pushed(pushed) if pushed else say("没有要送的：全部记录区级都已收到。"), _pulled(pulled)]
    return Answer(data, "\n".join(lines), _gravest(pulled))


def publish(call: Call) -> Answer:
    """Name the district's hub in the trust list; without `--url` only tell what it names."""
    from studio_desk.exchange import trust_store
    from studio_desk.exchange.hub_place import pin_of_file

    told = call.args
    if told.withdraw and told.url:
        told.parser.error("argument --withdraw: not allowed with argument --url")
    pins = [*told.pin, *(pin_of_file(Path(name).expanduser()) for name in told.certificate)]
    with call.home() as home:
        if told.url or told.withdraw:
            trust = trust_store.publish_hub(home, "" if told.withdraw else told.url, pins)
        else:
            trust = trust_store.required(home)
    hub = trust.hub
    data = {"url": hub.url if hub else "", "pins": list(hub.pins) if hub else [], "trust_version": trust.version}
    if hub is None:
        return Answer(data, say("没有公布接收站，各站用U盘报送。"))
    words = say("已公布 {url}，指纹{n}个；信任名单第{version}版随下一次回执送给各站。", url=hub.url, n=len(hub.pins), version=trust.version)  # fmt: skip
    return Answer(data, "\n".join([words, *hub.pins]))


class _Patience:
    """How long `--wait` allows to try again; the home is closed while it waits, so that the desk can be opened."""

    def __init__(self, call: Call) -> None:
        from studio_desk.exchange.backoff import Backoff

        self._call = call
        self._end = time.monotonic() + call.args.wait * 60
        self._queued = False
        self._backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)

    def until(self, act: Callable[[Home], _Done]) -> _Done:
        """Do something with the home until the network carries it, or the time is over.

        Raises:
            Problem: the last failure, with exit code `NETWORK`; any other at once.
        """
        from studio_desk.exchange.hub_answers import RETRY_AFTER

        while True:
            try:
                with self._call.home() as home:
                    return act(home)
            except Problem as problem:
                asked = float(problem.more.get(RETRY_AFTER, 0))
                if problem.exit_code != NETWORK or not self.rest(problem.sentence, asked):
                    raise

    def queued(self, seconds: float) -> None:
        """The hub is busy: say once, to the person watching, that the program waits for its turn."""
        if not self._queued:
            self._queued = True
            self._call.tell(
                say("区级接收站正忙，已在排队：约{n}秒后轮到，轮到就接着传，不用再操作。", n=max(1, round(seconds)))
            )

    def rest(self, sentence: str = "", asked: float = 0) -> bool:
        """Wait a while, not shorter than a hub asked for as far as the time lasts; false, at once, when it is over."""
        left = self._end - time.monotonic()
        if left <= 0:
            return False
        seconds = min(self._backoff.next(asked), left)
        if sentence:
            self._call.tell(say("{sentence}{n}秒后再试。", sentence=sentence, n=max(1, round(seconds))))
        time.sleep(seconds)
        return True


def _push(call: Call, home: Home, patience: _Patience) -> Pushed:
    from studio_desk.exchange import network

    told = call.args
    everything = bool(getattr(told, "all", False))
    return network.push(
        home, url=told.url, pins=told.pin, everything=everything, progress=call.progress, busy=patience.queued
    )


def _push_if_any(call: Call, home: Home, patience: _Patience) -> Pushed | None:
    try:
        return _push(call, home, patience)
    except Problem as problem:
        if problem.code != "NOTHING_TO_EXPORT":
            raise
        return None


def _pull(call: Call, home: Home, patience: _Patience) -> Pulled:
    from studio_desk.exchange import network

    told = call.args
    return network.pull(home, url=told.url, pins=told.pin, progress=call.progress, busy=patience.queued)


def _waits(call: Call) -> bool:
    """Whether something that left has no receipt yet."""
    from studio_desk.exchange import outbox

    with call.home() as home:
        return bool(outbox.waiting(home))


def _pushed(done: Pushed) -> str:
    if not done.files:
        return say("都已传到 {url}，正在等区级的回执，请稍后收取（pull）。", url=done.url)
    data = done.as_json()
    told = say("已传到 {url}：{n}个数据包，记录{records}条。收到区级的回执后才算送达，请稍后收取（pull）。", url=done.url, n=len(done.files), records=data["records"])  # fmt: skip
    return "\n".join([told, *handed_back(data["handed_back"])])


def _pulled(done: Pulled) -> str:
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
    return "\n".join([text, *notes])


def _gravest(done: Pulled) -> int:
    return max((one.exit_code for one in done.results), default=DONE)


def _options(parser: Parser) -> None:
    parser.add_argument(
        "--url", default="", metavar="U", help=say("区级接收站的网址；不写则用区级公布的，没有公布则用上次的")
    )
    parser.add_argument(
        "--pin",
        action="append",
        default=[],
        metavar="SHA256",
        help=say("接收站证书的指纹，区级自制证书又没有公布时用，可写多次"),
    )
    parser.add_argument(
        "--wait", type=float, default=0, metavar="MIN", help=say("连不上时最多等几分钟，期间自动再试，越等越久")
    )
