"""Who is calling: known devices, their signatures, replays and how often they may call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from studio_desk.exchange import http_signature
from studio_desk.exchange.http_signature import WINDOW
from studio_desk.exchange.signing import from_text
from studio_desk.exchange.trust import TrustList
from studio_desk.hub import tables
from studio_desk.hub.database import Database
from studio_desk.hub.refusal import Refusal, too_many
from studio_desk.kernel import clock
from studio_desk.kernel.words import say

REQUESTS_A_MINUTE: Final = 600
"""A whole bundle needs a handful; a device that loops is held back, not refused."""


@dataclass(frozen=True)
class Caller:
    """A device whose request was verified.

    Attributes:
        device: the computer (`SQ-1`).
        code: its station.
        digest: raw SHA-256 that the body must have; the caller of `Callers.admit` compares it.
    """

    device: str
    code: str
    digest: bytes


class Callers:
    """The devices of one district's trust list, and their requests."""

    def __init__(self, database: Database, district: str, *, requests_a_minute: int = REQUESTS_A_MINUTE) -> None:
        """Answer for `district`; devices come by `learn`."""
        self._database = database
        self._tag = http_signature.tag_of(district)
        self._district = district
        self._limit = requests_a_minute

    def learn(self, trust: TrustList) -> bool:
        """Take over the stations' computers of a trust list; answers whether anything was new."""
        version = str(trust.version)
        if self._database.fact("trust_version") == version:
            return False
        with self._database.write() as c:
            c.execute(delete(tables.device))
            rows = [
                {
                    "sign": one.sign,
                    "device": one.device,
                    "code": one.code,
                    "name": one.name,
                    "revoked": one.revoked is not None,
                }
                for one in trust.computers
                if one.code != self._district
            ]
            if rows:
                c.execute(insert(tables.device), rows)
            self._database.set_fact(c, "trust_version", version)
        return True

    def admit(self, method: str, target: str, headers: Mapping[str, str]) -> Caller:
        """Verify a request; its nonce is used up when this returns.

        Args:
            method: as in the request line.
            target: path and query as in the request line.
            headers: names in lower case.

        Raises:
            Refusal: 401 `NOT_SIGNED`, `UNKNOWN_DEVICE`, `SIGNATURE_WRONG`, `OTHER_HUB`, `CLOCK_OFF`, `REPLAYED`;
                403 `DEVICE_REVOKED`; 429 `TOO_MANY_REQUESTS`.
        """
        try:
            stamp = http_signature.read(method, target, headers)
        except ValueError:
            raise Refusal(
                401, "NOT_SIGNED", say("请求没有按规定签名。"), say("请用本程序的 push、pull 连接。")
            ) from None
        code = self._signer(stamp)
        if stamp.tag != self._tag:
            raise Refusal(
                401, "OTHER_HUB", say("这个请求是发给别的区县的。"), say("请检查网址；本站要连接登记过的区县。")
            )
        now = clock.now().timestamp()
        if abs(now - stamp.created) > WINDOW:
            raise Refusal(
                401,
                "CLOCK_OFF",
                say("两台电脑的时间相差超过{n}分钟。", n=WINDOW // 60),
                say("请校准电脑的日期和时间后再试。"),
                now=int(now),
            )
        self._use(stamp.device, stamp.nonce, now)
        return Caller(stamp.device, code, stamp.digest)

    def forget_nonces(self) -> None:
        """Drop nonces that the window of time refuses by itself: twice its width, for clocks on either side."""
        with self._database.write() as c:
            c.execute(delete(tables.nonce).where(tables.nonce.c.at < clock.now().timestamp() - 2 * WINDOW - 60))

    def _signer(self, stamp: http_signature.Stamp) -> str:
        with self._database.read() as c:
            known = c.execute(select(tables.device).where(tables.device.c.device == stamp.device)).all()
        if not known:
            raise Refusal(
                401,
                "UNKNOWN_DEVICE",
                say("本区的信任名单里没有“{device}”。", device=stamp.device),
                say("请先登记（enrol）；区级刚登记的，请在区级打开一次后稍等。"),
            )
        signed = next((one for one in known if stamp.fits(from_text(one.sign))), None)
        if signed is None:
            raise Refusal(401, "SIGNATURE_WRONG", say("请求的签名不对。"), say("请用登记过的电脑发送；这里没有改动。"))
        if signed.revoked:
            raise Refusal(
                403,
                "DEVICE_REVOKED",
                say("“{device}”已被区级吊销，不能再联网报送。", device=stamp.device),
                say("请打电话问区级管理员；本机的数据都在。"),
            )
        return str(signed.code)

    def _use(self, device: str, nonce: str, now: float) -> None:
        used = tables.nonce
        try:
            with self._database.write(lasting=False) as c:
                c.execute(insert(used).values(device=device, nonce=nonce, at=now))
                recent = select(func.count()).where(used.c.device == device, used.c.at > now - 60)
                calls = int(c.execute(recent).scalar_one())
        except IntegrityError:
            raise Refusal(
                401, "REPLAYED", say("这个请求已经用过一次，不再接受。"), say("请重新发送；里面没有东西丢失。")
            ) from None
        if calls > self._limit:
            raise too_many(say("这台电脑请求太频繁。"))
