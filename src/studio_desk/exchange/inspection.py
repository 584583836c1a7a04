"""Look into a bundle without taking it in: one that came, or the copy of one that was written here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import new_list, sealed_files, trust_store
from studio_desk.exchange.bundle import Policy
from studio_desk.exchange.gaps import waiting_words
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.merge import missing
from studio_desk.exchange.worker import Verified, Worker
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.exchange.new_list import Listed
    from studio_desk.store.home import Home


def inspect(file: Path, home: Home) -> dict[str, Any]:
    """Verify a file without importing it.

    Returns:
        `{from, to, first, last, ops, signer, verdict, reasons, …}`; `verdict` is `good`, `duplicate`, `waiting` or
        `refused`. What this place has written itself is `good` when it is whole.

    Raises:
        Problem: `NOT_ENROLLED`; `MEDIUM_…` when the file cannot be read.
    """
    blank = {"from": "", "to": "", "device": "", "first": 0, "last": 0, "ops": 0, "signer": "", "bundle": ""}
    with sealed_files.local_copy(home, file) as (copy, sha256):
        try:
            with Worker(trust_store.policy(home), keys_of(home).identities) as worker:
                bundle, listed = new_list.verify(home, worker, copy)
            verdict, reasons = _judged(home, bundle, listed)
        except Problem as problem:
            written_here = _written_here(home, copy, problem)
            if written_here is None:
                said = problem.as_json()
                told = {"verdict": "refused", "reasons": [problem.sentence, problem.remedy]}
                return {**blank, **said, **told, "sha256": sha256, "exit": problem.exit_code}
            bundle = written_here
            verdict, reasons = (
                "good",
                [say("这是本单位交给 {to} 的数据包，内容完整；请送到那里。", to=bundle.header.to)],
            )
    signer = _signer(home, bundle)
    return {
        **bundle.header.as_json(),
        "ops": len(bundle.ops),
        "records": bundle.records,
        "attachments": len(bundle.blobs),
        "signer": signer,
        "sha256": sha256,
        "verdict": verdict,
        "reasons": [say("签名和内容都已核对，由 {device} 签出。", device=signer), *reasons, *_warnings(home)],
    }


def _judged(home: Home, bundle: Verified, listed: Listed | None) -> tuple[str, list[str]]:
    """Verdict and reasons of a bundle that may be taken in here."""
    reasons = []
    h = bundle.header
    if listed:
        reasons.append(
            say("签名的钥匙是新的：里面带有根钥匙签过的信任名单第{version}版。", version=listed.trust.version)
        )
    seq = home.journal.frontiers(h.device).get(h.device, (0, ""))[0]
    if gap := missing(home, bundle):
        return "waiting", [*reasons, waiting_words(h.device, [gap])]
    if h.last <= seq:
        return "duplicate", [*reasons, say("里面的内容本机都已有了。")]
    return "good", reasons


def _written_here(home: Home, copy: Path, refused: Problem) -> Verified | None:
    """The bundle when it is one that this place wrote for another and sealed for its own archive key too."""
    if refused.code != "WRONG_DISTRICT":
        return None
    to = str(refused.more["to"])
    keys = trust_store.required(home).signers()
    ours = {key: known for key, known in keys.items() if known.code == home.code}
    theirs = {key: known for key, known in keys.items() if known.code == to}
    try:
        with Worker(Policy(to, ours, own=theirs), keys_of(home).identities) as worker:
            return worker.verify(copy)
    except Problem:
        return None  # the first refusal stands


def _signer(home: Home, bundle: Verified) -> str:
    """The computer whose key signed: what is brought back was signed by who brings it, not by who wrote it."""
    known = trust_store.required(home).signers().get(bundle.signer)
    return known.device if known else chain_stem(bundle.header.device)


def _warnings(home: Home) -> list[str]:
    """The sentence about an expired trust list, if it is; it stops nobody."""
    trust = trust_store.required(home)
    if trust.expired(clock.today()):
        return [say("信任名单已于{day}过期，请区级尽快更新（不影响使用）。", day=trust.expires)]
    return []
