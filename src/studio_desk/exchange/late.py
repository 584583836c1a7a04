"""A stick that turns up after its computer was replaced: an officer vouches for it, and the trust list goes as far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.exchange import trust_store
from studio_desk.exchange.header import chain_to
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.trust import Computer
from studio_desk.exchange.worker import Worker
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home

REFUSED = "SIGNER_REVOKED"


def believe(home: Home, file: Path, reason: str) -> None:
    """At the district: move the point up to which a computer that is gone is believed to the end of a bundle of its own.

    A computer of that name with a key in force sends everything again itself, so only one that has none is meant. What
    else is wrong with the file stays wrong: nothing is done here then.

    Args:
        home: the district.
        file: the sealed bundle.
        reason: why the officer is sure that the computer wrote it before it was gone; it stands in the trust list.

    Raises:
        Problem: `TRUST_UNSIGNED` while further root keys must sign.
    """
    trust, policy = trust_store.required(home), trust_store.policy(home)
    gone = {
        key: replace(known, revoked=None)
        for key, known in policy.signers.items()
        if known.revoked is not None and home.role == "district" and trust.holder(known.device) is None
    }
    try:
        with Worker(replace(policy, signers=gone), keys_of(home).identities) as worker:
            bundle = worker.verify(file)
    except Problem:
        return  # the second look at it says why
    chain, last, head = bundle.header.device, bundle.header.last, bundle.header.head

    def further(computers: Sequence[Computer]) -> Sequence[Computer]:
        return [_further(one, chain, (last, head), reason) if one.sign == bundle.signer else one for one in computers]

    if not chain_to(chain):
        trust_store.demand(home, trust_store.renew(home, further))


def _further(computer: Computer, chain: str, point: tuple[int, str], reason: str) -> Computer:
    known = computer.revoked or {}
    if point[0] <= known.get(chain, (0, ""))[0]:
        return computer
    words = say("{before}；{chain} 放行到第{seq}号：{reason}", before=computer.reason, chain=chain, seq=point[0], reason=reason)  # fmt: skip
    return replace(computer, revoked={**known, chain: point}, reason=words)
