"""A newer trust list inside a bundle whose signer it introduces: believed because of the roots, not because of the bundle."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.exchange import trust_store
from studio_desk.exchange.bundle import Known, Policy
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.strict_json import read_line
from studio_desk.exchange.trust import TrustList, read_list
from studio_desk.exchange.worker import Verified, Worker
from studio_desk.kernel.problem import Problem

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Listed:
    """Lists found in a bundle.

    Attributes:
        trust: the newest.
        documents: what leads to it, to be kept in this order.
    """

    trust: TrustList
    documents: tuple[str, ...]


def verify(home: Home, worker: Worker, file: Path) -> tuple[Verified, Listed | None]:
    """Verify a bundle; where its signer is named only by a newer list inside it, judge it by that list.

    Returns:
        The bundle; the lists when they were needed. The worker then believes by them; keeping them is the caller's.

    Raises:
        Problem: as `Worker.verify`.
    """
    try:
        return worker.verify(file), None
    except Problem as problem:
        listed = _inside(home, file, problem)
        if listed is None:
            raise
    worker.believe(trust_store.policy_of(home, listed.trust))
    return worker.verify(file), listed


def _inside(home: Home, file: Path, refused: Problem) -> Listed | None:
    """The newest list in a bundle of the own district that was refused for its signer alone.

    Nothing of the bundle is taken in by this, and nothing in it is believed but lists that the root keys in force have
    signed.
    """
    pinned = trust_store.current(home)
    sender, device, signer = (str(refused.more.get(key, "")) for key in ("sender", "device", "signer"))
    if refused.code != "SIGNER_UNKNOWN" or home.role != "station" or pinned is None or sender != pinned.district:
        return None
    policy = Policy(home.code, {signer: Known(sender, chain_stem(device), sm2=None)})
    try:
        with Worker(policy, keys_of(home).identities) as worker:
            bundle = worker.verify(file)
    except Problem:
        return None  # the first refusal stands
    best: Listed | None = None
    for document in filter(None, map(_document, bundle.bodies)):
        try:
            found = read_list(document, best.trust if best else pinned)
        except Problem:
            continue
        if found.version > (best.trust if best else pinned).version:
            best = Listed(found, (*(best.documents if best else ()), document))
    return best


def _document(line: str) -> str:
    values = read_line(line, "").get("values")
    document = values.get("document") if isinstance(values, dict) else None
    return document if isinstance(document, str) else ""
