"""Twelve characters over the telephone: a receipt where no medium comes back (`docs/bundle-format.md` clause 16)."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from studio_desk.exchange import acknowledged, tables, trust_store
from studio_desk.exchange.bech32 import recipient_bytes
from studio_desk.exchange.header import chain_age, chain_stem
from studio_desk.exchange.home_keys import keys_of, recipient_of
from studio_desk.exchange.receipts import known_station
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store import custody

if TYPE_CHECKING:
    from studio_desk.store.home import Home

SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""
LENGTH: Final = 12
"""60 bits: a guess succeeds once in 2^60, and only one station can try, by hand."""
_LOOK_ALIKES: Final = str.maketrans("OIL", "011", "- \t\r\n‐‑‒–—−")
_INFO: Final = b"studio-desk receipt code v1"


def code(key: bytes, device: str, seq: int, head: str) -> str:
    """The code for one point of a chain, in three groups of four."""
    mac = hmac.new(key, f"{device}\n{seq}\n{head}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(mac[:8], "big") >> 4
    text = "".join(SYMBOLS[number >> 5 * (LENGTH - 1 - i) & 31] for i in range(LENGTH))
    return "-".join(text[i : i + 4] for i in range(0, LENGTH, 4))


def shared_key(private: bytes, public: bytes, district: str, station: str) -> bytes:
    """What the district and one computer of a station both can work out, and nobody else (X25519, HKDF-SHA-256)."""
    secret = X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    salt = f"{district}\n{station}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=_INFO).derive(secret)


def codes(home: Home, station: str) -> list[dict[str, Any]]:
    """At the district: one code per computer of a station, for what was received of its newest chain.

    Returns:
        `{device, seq, head, code, earlier}` for each; chains without any op received are left out. `earlier` are the codes
        for a station that has not heard yet of this district's newest keys.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_SUCH_STATION`, `NOTHING_RECEIVED`.
    """
    known_station(home, station)
    frontiers, keys, trust = home.journal.frontiers(), keys_of(home), trust_store.required(home)
    listed = {c.archive for c in trust.computers}
    earlier = [private for private in keys.retired if recipient_of(private) in listed]
    found = []
    for computer in trust.of(station):
        chains = [dev for dev in frontiers if chain_stem(dev) == computer.device]
        if chains:
            dev = max(chains, key=chain_age)
            seq, head = frontiers[dev]
            public = recipient_bytes(computer.archive)
            said = [
                code(shared_key(private, public, home.code, station), dev, seq, head)
                for private in (keys.archive, *earlier)
            ]
            found.append({"device": dev, "seq": seq, "head": head, "code": said[0], "earlier": said[1:]})
    if not found:
        raise Problem(
            "NOTHING_RECEIVED",
            say("还没有收到过{station}的数据。", station=station),
            say("收到并合并它的交接文件之后才有回执码。"),
        )
    return found


def earlier_words(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Sentences that name the codes for a station that has not heard of the district's newest keys."""
    return [
        say("区里换过钥匙、站点还没有收到新名单时，{device}用：{code}", device=one["device"], code=code)
        for one in found
        for code in one["earlier"][:1]
    ]


def enter(home: Home, typed: str) -> dict[str, Any]:
    """At the station: take in a code that was read over the telephone.

    Returns:
        `{device, seq, ops}`: how far the chain is received now, and how many ops that confirms for the first time.

    Raises:
        Problem: `NOT_A_STATION`, `NOT_ENROLLED`, `RECEIPT_CODE_LENGTH`, `RECEIPT_CODE_WRONG`.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才输入回执码。"), say("区级请用 receipt-code 生成回执码。"))
    wanted = unicodedata.normalize("NFKC", typed).upper().translate(_LOOK_ALIKES)
    if len(wanted) != LENGTH or any(c not in SYMBOLS for c in wanted):
        raise Problem(
            "RECEIPT_CODE_LENGTH",
            say("回执码应有{n}个字母或数字，现有{found}个。", n=LENGTH, found=len(wanted)),
            say("请逐组核对；里面没有字母 I、L、O、U。"),
        )
    trust, keys = trust_store.required(home), keys_of(home)
    shared = [
        shared_key(private, recipient_bytes(c.archive), trust.district, home.code)
        for c in trust.of(trust.district)
        for private in (keys.archive, *keys.retired)
    ]
    covered = acknowledged.settle(home)
    for dev in sorted(custody.own_chains(home), key=chain_age, reverse=True):
        for seq, head in _points(home, dev):
            if any(hmac.compare_digest(code(key, dev, seq, head).replace("-", ""), wanted) for key in shared):
                return _take(home, dev, seq, head, covered.get(dev, 0))
    raise Problem(
        "RECEIPT_CODE_WRONG",
        say("这个回执码与本站的任何一次上报都不符。"),
        say("请与区级逐组核对，并确认是给本站的；没有记录任何回执。"),
    )


def _points(home: Home, dev: str) -> list[tuple[int, str]]:
    """Every point of an own chain, newest first."""
    with home.file.read() as c:
        rows = c.exec_driver_sql("SELECT seq, digest FROM op WHERE dev = ? ORDER BY seq DESC", (dev,)).all()
    return [(seq, head) for seq, head in rows]


def _take(home: Home, dev: str, seq: int, head: str, before: int) -> dict[str, Any]:
    with home.file.write() as c:
        c.exec_driver_sql(
            f"INSERT INTO {tables.code_receipt.name} (dev, seq, head, at) VALUES (?, ?, ?, ?)"  # noqa: S608 - own name
            " ON CONFLICT (dev) DO UPDATE SET seq = excluded.seq, head = excluded.head, at = excluded.at"
            " WHERE excluded.seq > seq",
            (dev, seq, head, clock.stamp()),
        )
        acknowledged.settle(home)
    return {"device": dev, "seq": seq, "ops": max(0, seq - before)}
