"""A district that is lost altogether begins again: from its trust list, its root keys, the escrow key and what stations send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.exchange import documents, trust_store
from studio_desk.exchange.enrol import INSTALL, listed
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import ROOT, keys_of, retire
from studio_desk.exchange.roots import sign_here
from studio_desk.exchange.signing import Ed25519Signer, to_text
from studio_desk.exchange.trust import Computer, TrustList, read_list, trust_wrong
from studio_desk.exchange.trust_store import LISTED
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def read_source(file: Path) -> tuple[TrustList, list[str]]:
    """The trust list in a file that `keys list` wrote or in an enrolment answer, and the documents that lead to it.

    Raises:
        Problem: `TRUST_…`, `MEDIUM_…`.
    """
    lists = listed(documents.read(file, {LISTED, INSTALL}, trust_wrong))
    if not lists:
        raise trust_wrong()
    return read_list(lists[-1]), lists


def check(trust: TrustList, signers: Sequence[Ed25519Signer]) -> None:
    """That what is at hand belongs to this list; asked before a home is made.

    Raises:
        Problem: `ROOT_KEY_FOREIGN`, `ROOT_KEY_REQUIRED`.
    """
    for signer in signers:
        if to_text(signer.public) not in trust.roots:
            raise Problem(
                "ROOT_KEY_FOREIGN",
                say("这把钥匙（{name}）不是这份名单的根钥匙。", name=signer.principal),
                say("请换用登记在名单里的根钥匙；没有建立任何文件。"),
            )
    if not signers:
        raise Problem(
            "ROOT_KEY_REQUIRED",
            say("重建区级至少要有一把根钥匙。"),
            say("请用 --key 给出根钥匙文件；没有根钥匙，各站点要重新登记。"),
        )


def begin(home: Home, lists: Sequence[str], escrow: bytes | None, signers: Sequence[Ed25519Signer]) -> TrustList:
    """Make an empty district home the successor of a lost one.

    Its chains get new names, its keys are new, the lost ones are believed no more. The escrow key opens from now on what
    was sealed for the lost district; as it has left its safe, the new list names none.

    Args:
        home: a district that was just made, with the code of the list.
        lists: what `read_source` gave.
        escrow: the raw escrow key, `None` when there is none.
        signers: root keys at hand, checked by `check`.

    Raises:
        Problem: `TRUST_UNSIGNED` when further root keys must sign (everything else is done then).
    """
    device = chain_stem(home.device)
    with home.file.write():
        for document in lists:
            trust, _ = trust_store.keep(home, document, first=True)
        # Stations follow the receipt of the youngest chain: however often the lost home was restored, ours are younger.
        home.meta.set("incarnation", str(trust.version + trust_store.JUMP))
        home.new_incarnation(say("区级的数据全部丢失，用根钥匙重建。"))
        keys = keys_of(home)
        if escrow is not None:
            retire(home, escrow)
        if len(trust.roots) == 1:
            home.keep_secret(ROOT, signers[0].private)
        own = Computer(home.code, device, home.name, to_text(keys.signer.public), keys.recipient)

        def change(computers: Sequence[Computer]) -> Sequence[Computer]:
            lost = say("区级的数据全部丢失")
            known = [
                replace(c, revoked={}, reason=lost) if c.code == home.code and c.revoked is None else c
                for c in computers
            ]
            return [*known, own]

        trust_store.renew(home, change, version=trust.version + trust_store.JUMP, escrow=())
    return sign_here(home, signers)
