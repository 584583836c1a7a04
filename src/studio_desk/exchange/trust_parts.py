"""The trust list as a content with parts, so that what it changes is told like that of any other list."""

from __future__ import annotations

from typing import Any, Final

from studio_desk.exchange.signing import fingerprint
from studio_desk.exchange.trust import Computer, TrustList
from studio_desk.kernel.canon import canon
from studio_desk.kernel.words import say, series
from studio_desk.store.list_parts import Part


def _line(path: str) -> Part:
    return Part(f"trust.{path}", "line", needed=False)


def _rows(path: str, *columns: str) -> Part:
    return Part(f"trust.{path}", "rows", needed=False, columns=tuple(_line(f"{path}.{name}") for name in columns))


PARTS: Final = (
    _rows("computers", "device", "name", "key", "second", "stopped"),
    _line("url"),
    _rows("pins", "pin"),
    _rows("roots", "key"),
    _line("threshold"),
    _rows("escrow", "key"),
    _line("expires"),
)
"""What of a trust list concerns the people who live by it."""


def content(trust: TrustList | None) -> dict[str, Any]:
    """A list in these parts; empty for none. A computer is told by the digits that were read over the telephone."""
    if trust is None:
        return {}
    return {
        "computers": [_computer(one) for one in trust.computers],
        "url": trust.hub.url if trust.hub else "",
        "pins": [{"pin": pin} for pin in (trust.hub.pins if trust.hub else ())],
        "roots": [{"key": key} for key in trust.roots],
        "threshold": trust.threshold,
        "escrow": [{"key": key} for key in trust.escrow],
        "expires": trust.expires,
    }


def _computer(one: Computer) -> dict[str, Any]:
    core = {"archive": one.archive, "code": one.code, "device": one.device, "sign": one.sign}
    stopped = ""
    if one.revoked is not None:
        points = series(
            say("{device} 用到第{seq}号", device=dev, seq=seq) for dev, (seq, _) in sorted(one.revoked.items())
        )
        stopped = points or say("全部")
    return {
        "device": one.device,
        "name": one.name,
        "key": fingerprint(canon({**core, "sm2": one.sm2} if one.sm2 else core).encode()),
        "second": say("有") if one.sm2 else "",
        "stopped": stopped,
    }
