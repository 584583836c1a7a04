"""The trust list in force in a home: kept, renewed, asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from studio_desk.exchange import tables
from studio_desk.exchange.bundle import Policy
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import fingerprint, to_text
from studio_desk.exchange.trust import Computer, TrustList, read_list, sign_list
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.store.home import Home

VALID_DAYS: Final = 400
"""A list is renewed with every enrolment; a little over a year without one, then it warns."""


def current(home: Home) -> TrustList | None:
    """The list in force; a district without one begins it. `None` at a station that is not enrolled."""
    document = current_document(home)
    if document:
        return _read(document)
    return _begin(home) if home.role == "district" else None


def current_document(home: Home) -> str:
    """The signed text of the list in force, `""` when there is none."""
    with home.file.read() as c:
        query = f"SELECT document FROM {tables.trust.name} ORDER BY version DESC LIMIT 1"  # noqa: S608 - own name
        return str(c.exec_driver_sql(query).scalar() or "")


def required(home: Home) -> TrustList:
    """The list in force.

    Raises:
        Problem: `NOT_ENROLLED` at a station without one.
    """
    trust = current(home)
    if trust is None:
        raise Problem(
            "NOT_ENROLLED",
            say("本站还没有在区级登记，不能交接数据。"),
            say("请先用“登记”（enrol request）生成申请文件交给区级，再装入带回的登记回执文件。"),
        )
    return trust


def keep(home: Home, document: str, *, first: bool = False) -> tuple[TrustList, bool]:
    """Verify a document against the list in force and keep it.

    Args:
        home: the home.
        document: the canonical text.
        first: there may be no list in force yet; people have compared the fingerprint.

    Returns:
        The list in force afterwards and whether it is a new one.

    Raises:
        Problem: see `trust.read_list`.
    """
    with home.file.write() as c:
        pinned = current(home)
        if pinned is None and not first:
            required(home)
        trust = read_list(document, pinned)
        if pinned is not None and trust.version == pinned.version:
            return trust, False
        c.execute(tables.trust.insert().values(version=trust.version, document=document, at=clock.stamp()))
        home.meta.set("district", trust.district)
        home.meta.set("district_name", trust.name)
    return trust, True


def renew(home: Home, change: Callable[[Sequence[Computer]], Sequence[Computer]]) -> TrustList:
    """At the district: sign the next version with changed computers, and keep it."""
    keys = keys_of(home)
    assert keys.root is not None
    with home.file.write():
        trust = required(home)
        today = clock.today()
        following = trust.next(
            today.isoformat(), (today + timedelta(days=VALID_DAYS)).isoformat(), change(trust.computers)
        )
        return keep(home, sign_list(following, [keys.root]))[0]


def revoke(home: Home, device: str, reason: str) -> TrustList:
    """At the district: believe a computer only as far as what has been received from it.

    Raises:
        Problem: `NO_SUCH_DEVICE`, `REASON_REQUIRED`.
    """
    if not reason.strip():
        raise Problem("REASON_REQUIRED", say("吊销要写明原因。"), say("请用一句话说明为什么吊销。"))
    known = [c.device for c in required(home).computers if c.revoked is None and c.code != home.code]
    if device not in known:
        raise Problem(
            "NO_SUCH_DEVICE",
            say("没有登记过“{device}”，或它已吊销。", device=device[:40]),
            say("已登记的有：{known}。", known=series(known)),
        )
    held = {dev: point for dev, point in home.journal.frontiers().items() if chain_stem(dev) == device}

    def change(computers: Sequence[Computer]) -> Sequence[Computer]:
        return [
            replace(c, revoked=held, reason=reason) if c.device == device and c.revoked is None else c
            for c in computers
        ]

    return renew(home, change)


def policy(home: Home) -> Policy:
    """Whom this home believes: a district its stations, a station its district.

    Raises:
        Problem: `NOT_ENROLLED`.
    """
    trust = required(home)
    own = home.code
    return Policy(
        own,
        {
            key: known
            for key, known in trust.signers().items()
            if (known.code != own if home.role == "district" else known.code == trust.district)
        },
    )


def root_fingerprint(trust: TrustList) -> str:
    """What district and station compare: six groups of five digits over the district's code and root keys."""
    return fingerprint(canon({"district": trust.district, "roots": sorted(trust.roots)}).encode())


@lru_cache(maxsize=4)
def _read(document: str) -> TrustList:
    """Verify a document once: a hub asks for every bundle, and a list of a thousand computers takes half a second."""
    return read_list(document)


def _begin(home: Home) -> TrustList:
    keys = keys_of(home)
    assert keys.root is not None
    today = clock.today()
    own = Computer(home.code, chain_stem(home.device), home.name, to_text(keys.signer.public), keys.recipient)
    trust = TrustList(
        home.code,
        home.name,
        1,
        today.isoformat(),
        (today + timedelta(days=VALID_DAYS)).isoformat(),
        1,
        (to_text(keys.root.public),),
        computers=(own,),
    )
    with home.file.write() as c:
        document = sign_list(trust, [keys.root])
        c.execute(tables.trust.insert().values(version=1, document=document, at=clock.stamp()))
    return trust
