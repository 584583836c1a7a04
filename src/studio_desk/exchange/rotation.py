"""Another key for the same computer: asked for by a station, decided by its district; a district's own.

The old key stays believed up to a point of each chain, the new one signs everything after it and whatever has to be sent
once more (`docs/decisions/0022-keys-that-change.md`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from studio_desk.exchange import trust_store
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import (
    BEFORE,
    NEXT_ARCHIVE,
    NEXT_SIGN,
    NEXT_SM2,
    SM2,
    change_keys,
    keys_of,
    new_archive,
    recipient_of,
)
from studio_desk.exchange.signing import (
    Ed25519Signer,
    SM2Signer,
    from_text,
    new_private,
    new_sm2_private,
    signature_fits,
    to_text,
)
from studio_desk.exchange.trust import Computer, TrustList
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.custody import KEY_WAITS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

FORMAT: Final = "studio-desk-key-change/1"
_CHANGE: Final = "key_change"
"""The `meta` entry of a station with its last change of keys, as it goes into the request."""

Points = Mapping[str, tuple[int, str]]


@dataclass(frozen=True)
class Replaced:
    """What a request says about the key it replaces.

    Attributes:
        sign: the old public key as text.
        points: how far the station wrote with it, by chain; `None` when it may be in other hands: then what the
            district holds decides.
    """

    sign: str
    points: Points | None


def change(home: Home, *, leaked: bool = False, second: bool | None = None) -> None:
    """At a station: sign and seal with new keys from now on; `request_part` then goes into its request.

    A change that the district has not answered yet is not followed by another one.

    Args:
        home: the station.
        leaked: the old key may be in other hands.
        second: whether second signatures are made from now on, `None` for as before; where they are made already, or
            not, nothing is changed.

    Raises:
        Problem: `NOT_ENROLLED`; `CHANGE_WAITING` when `second` is to differ before the district has answered.
    """
    trust = trust_store.required(home)
    with home.file.write():
        keys = keys_of(home)
        old, sign, archive, makes = keys.signer, new_private(), new_archive(), keys.second is not None
        if second == makes:
            return
        if to_text(old.public) not in trust.signers():
            if second is None:
                return
            raise _waiting()
        sm2 = new_sm2_private() if second or (second is None and makes) else b""
        device = chain_stem(home.device)
        points = None if leaked else _own_points(home)
        new = Ed25519Signer(device, sign)
        told = {"code": home.code, "device": device, "sign": to_text(new.public), "archive": recipient_of(archive)}
        if sm2:
            told["sm2"] = to_text(SM2Signer(device, sm2).public)
        said = _said(told, to_text(old.public), points)
        part = {"sign": to_text(old.public), "points": said["points"], "signature": to_text(old.sign(_message(said)))}
        home.meta.set(_CHANGE, json.dumps(part))
        change_keys(home, sign, archive, sm2)
        home.keep_secret(BEFORE, b"" if leaked else old.private)
        home.meta.set(KEY_WAITS, "1")


def request_part(home: Home, trust: TrustList | None) -> dict[str, Any] | None:
    """What the request of a station says of the key that it replaces, as long as the list still names that one."""
    part: dict[str, Any] = json.loads(home.meta.get(_CHANGE, "{}"))
    known = trust.holder(chain_stem(home.device)) if trust else None
    return part if known is not None and part.get("sign") == known.sign else None


def read_part(part: Any, new: Mapping[str, str]) -> Replaced:
    """Verify what a request says of the key it replaces: that key has signed the change.

    Args:
        part: as it stands in the file.
        new: code, device and new keys of the request.

    Raises:
        TypeError: a text where a number belongs, or the like.
        ValueError: the old key has not signed, or this is no such thing.
    """
    if not isinstance(part, dict) or set(part) != {"sign", "points", "signature"}:
        raise ValueError("not a change of keys")
    points = part["points"]
    if points is not None:
        if not isinstance(points, dict):
            raise ValueError("not points")
        points = {dev: (seq, head) for dev, (seq, head) in points.items()}
        for dev, (seq, head) in points.items():
            if chain_stem(dev) != new["device"] or "@" in dev or type(seq) is not int or not isinstance(head, str):
                raise ValueError("not points")
    said = _said(new, part["sign"], points)
    if not signature_fits(from_text(part["sign"]), from_text(part["signature"], 64), _message(said)):
        raise ValueError("not signed by the old key")
    return Replaced(part["sign"], points)


def replaced(home: Home, computers: Sequence[Computer], added: Computer, by: Replaced) -> Sequence[Computer]:
    """The computers with a new key for one: the old one is believed up to where it was rightly used."""
    points = dict(_held(home, added.device))
    for dev, point in (by.points or {}).items():
        points[dev] = max(point, points.get(dev, (0, "")), key=lambda p: p[0])
    reason = say("换了钥匙") if by.points is not None else say("钥匙可能外泄，换了钥匙")
    return [*_closed(computers, added.device, points, reason), added]


def change_district(home: Home, *, second: bool | None = None) -> TrustList:
    """At the district: other keys to sign and to open. They are used from the moment the list that names them is in force.

    Args:
        home: the district.
        second: as in `change`.

    Raises:
        Problem: `TRUST_UNSIGNED` when root keys elsewhere must sign first; `CHANGE_WAITING` when `second` is to differ
            before they have.
    """
    device = chain_stem(home.device)
    with home.file.write():
        begun = bool(home.secret(NEXT_SIGN))
        makes = bool(home.secret(NEXT_SM2 if begun else SM2))
        if begun and second not in {None, makes}:
            raise _waiting()
        if not begun and second == makes:
            return trust_store.required(home)
        sm2 = home.secret(NEXT_SM2) or new_sm2_private() if second or (second is None and makes) else b""
        sign, archive = home.secret(NEXT_SIGN) or new_private(), home.secret(NEXT_ARCHIVE) or new_archive()
        home.keep_secret(NEXT_SIGN, sign)
        home.keep_secret(NEXT_ARCHIVE, archive)
        home.keep_secret(NEXT_SM2, sm2)
        own = Computer(
            home.code,
            device,
            home.name,
            to_text(Ed25519Signer(device, sign).public),
            recipient_of(archive),
            sm2=to_text(SM2Signer(device, sm2).public) if sm2 else "",
        )
        points = _own_points(home)

        def changed(computers: Sequence[Computer]) -> Sequence[Computer]:
            return computers if own in computers else [*_closed(computers, device, points, say("换了钥匙")), own]

        trust = trust_store.renew(home, changed)
    return trust_store.demand(home, trust)


def _waiting() -> Problem:
    return Problem(
        "CHANGE_WAITING",
        say("上一次换的钥匙还没有登记生效，先不能再换。"),
        say("站点请等区级登记、装入登记回执；区级请先取回签过名的草稿。然后再试一次。"),
    )


def _closed(computers: Sequence[Computer], device: str, points: Points, reason: str) -> list[Computer]:
    return [
        replace(c, revoked=points, reason=reason) if c.device == device and c.revoked is None else c for c in computers
    ]


def _own_points(home: Home) -> dict[str, tuple[int, str]]:
    return _held(home, chain_stem(home.device))


def _held(home: Home, device: str) -> dict[str, tuple[int, str]]:
    return {dev: point for dev, point in home.journal.frontiers().items() if chain_stem(dev) == device}


def _said(new: Mapping[str, str], old: str, points: Points | None) -> dict[str, Any]:
    told = None if points is None else {dev: list(point) for dev, point in points.items()}
    return {**new, "old": old, "points": told}


def _message(said: Mapping[str, Any]) -> bytes:
    return f"{FORMAT}\n{canon(dict(said))}".encode()
