"""What a district's hub answers, or that it does not, in words for the clerk."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from studio_desk.exchange.hub_place import Place
from studio_desk.kernel.problem import NETWORK, Problem
from studio_desk.kernel.text import one_line
from studio_desk.kernel.words import say

RETRY_AFTER: Final = "retry_after"
"""In a Problem, the seconds after which the hub wants to be asked again."""
DAY: Final = 24 * 3600
"""The longest that anybody is sent away, in seconds."""
SPEECHLESS: Final = "HUB_REFUSED"
"""Code of a refusal that came without the hub's words."""
_LONGEST: Final = 300
"""Characters of a hub's words that are shown."""
BUSY: Final = frozenset({429, 503})
"""Answers of a hub that took nothing in and, with `Retry-After`, says when it will."""
AGAIN: Final = frozenset({408, 423, 425, 429, 500, 502, 503, 504})
"""Answers after which the same may go well later."""


@dataclass
class Reply:
    """What the hub answered.

    Attributes:
        status: HTTP status.
        headers: names in lower case.
        body: the body, empty when it was written to a file.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def said(self) -> dict[str, Any]:
        """The JSON object in the body, empty when there is none; numbers other than whole ones are left as text."""
        with suppress(ValueError, RecursionError):
            found = json.loads(self.body, parse_float=str, parse_constant=str)
            return found if isinstance(found, dict) else {}
        return {}

    @property
    def offset(self) -> int:
        """How many bytes of a bundle the hub says it holds.

        Raises:
            Problem: `HUB_ANSWER_WRONG`.
        """
        said = self.headers.get("upload-offset", "")
        if not re.fullmatch("[0-9]{1,15}", said):
            raise odd()
        return int(said)

    def problem(self) -> Problem:
        """The hub's refusal in its own words, as far as they are words: not every hub is one."""
        said = self.said
        more: dict[str, Any] = {"exit_code": NETWORK} if self.status in AGAIN else {}
        if self.asked:
            more[RETRY_AFTER] = self.asked
        return Problem(
            code if re.fullmatch("[A-Z0-9_]{1,60}", code := str(said.get("code"))) else SPEECHLESS,
            _plain(said.get("problem")) or say("区级接收站不接受（HTTP {status}）。", status=self.status),
            _plain(said.get("remedy")) or say("请稍后再试，或用U盘报送。"),
            **more,
            http=self.status,
        )

    @property
    def asked(self) -> float:
        """Seconds after which the hub wants to be asked again, at most a day; 0 when it did not say (RFC 9110 section 10.2.3)."""
        said = self.headers.get("retry-after", "")
        return float(min(int(said), DAY)) if re.fullmatch("[0-9]{1,300}", said) else 0.0


def _plain(said: Any) -> str:
    """Words of a hub without what would move a terminal's cursor, and not more than a sentence or two."""
    return one_line(said)[:_LONGEST] if isinstance(said, str) else ""


def away(place: Place) -> Problem:
    """The hub was not reached at all: nothing was sent."""
    return Problem(
        "NETWORK_AWAY",
        say("现在连不上区级接收站 {place}，没有发送任何内容。", place=place.label),
        say("请检查网络，通了再做一次；网络一直不通时请用U盘报送。"),
        exit_code=NETWORK,
        hub=place.label,
    )


def key_waits() -> Problem:
    """The new key of this computer is not enrolled yet: nothing is wrong, sending waits."""
    return Problem(
        "KEY_WAITS",
        say("本机换了钥匙，区里还没有登记，联网报送先等着。"),
        say("请把登记申请交给区里；登记以后自动接着报送，记录都在。急用时可以先用U盘送，区里登记以后照收。"),
        exit_code=NETWORK,
    )


def unknown(place: Place) -> Problem:
    """The third answer: neither done nor refused."""
    return Problem(
        "NETWORK_UNKNOWN",
        say("和区级接收站 {place} 的连接断了，不知道传完了没有。", place=place.label),
        say("再做一次就会接着传，重复做不会出错；网络一直不通时请用U盘报送。"),
        exit_code=NETWORK,
        hub=place.label,
    )


def odd() -> Problem:
    """Something answers that is no hub."""
    return Problem(
        "HUB_ANSWER_WRONG",
        say("区级接收站的回答看不懂。"),
        say("请检查网址；如果网络需要先登录，请登录后再试。本机没有改动。"),
        exit_code=NETWORK,
    )


def stranger(place: Place) -> Problem:
    """The other side shows a certificate that the hub cannot have."""
    return Problem(
        "HUB_CERTIFICATE",
        say("{place} 的证书不对，可能不是区级的接收站。", place=place.label),
        say("请不要继续，打电话向区级管理员核对证书指纹；没有发送任何内容。"),
    )
