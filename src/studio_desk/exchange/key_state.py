"""How the keys of a home stand: who must sign, until when, what is put by for a bad day, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from studio_desk.exchange import trust_store
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.roots import Waiting, waiting
from studio_desk.exchange.signing import to_text
from studio_desk.kernel import clock

if TYPE_CHECKING:
    from studio_desk.store.home import Home

SOON: Final = 60
"""Days before its expiry in which a list should be renewed."""


@dataclass(frozen=True)
class KeyState:
    """The state.

    Attributes:
        device: the computer.
        sign: its public signing key as text.
        recipient: its `age1…`.
        retired: how many earlier archive keys still open old bundles.
        version: of the trust list, 0 without one.
        expires: ISO date, `""` without a list.
        days: how many days until then, negative past it.
        threshold: how many root keys must sign.
        roots: root keys as text.
        root_here: whether one of them lies in this home.
        escrow: `age1…` of the escrow keys.
        listed: whether the list names the signing key in use; after a change of keys it does not yet.
        waiting: a list that waits for root keys.
        sm2: public SM2 key of the second signature as text, `""` when this home makes none.
    """

    device: str
    sign: str
    recipient: str
    retired: int
    version: int
    expires: str
    days: int
    threshold: int
    roots: Sequence[str]
    root_here: bool
    escrow: Sequence[str]
    listed: bool
    waiting: Waiting | None
    sm2: str

    @property
    def due(self) -> bool:
        """Whether the list has expired or will soon."""
        return self.version > 0 and self.days < SOON

    def as_json(self) -> dict[str, Any]:
        """The answer of `keys status`."""
        said = {**self.__dict__, "roots": list(self.roots), "escrow": list(self.escrow), "due": self.due}
        w = self.waiting
        said["waiting"] = w and {"version": w.trust.version, "lacking": w.lacking, "changes": list(w.changes)}
        return said


def state(home: Home) -> KeyState:
    """Look."""
    trust, keys = trust_store.current(home), keys_of(home)
    device, sign = chain_stem(home.device), to_text(keys.signer.public)
    known = trust.holder(device) if trust else None
    return KeyState(
        device,
        sign,
        keys.recipient,
        len(keys.retired),
        trust.version if trust else 0,
        trust.expires if trust else "",
        (date.fromisoformat(trust.expires) - clock.today()).days if trust else 0,
        trust.threshold if trust else 0,
        trust.roots if trust else (),
        bool(trust and keys.root and to_text(keys.root.public) in trust.roots),
        trust.escrow if trust else (),
        known is not None and known.sign == sign,
        waiting(home) if home.role == "district" else None,
        to_text(keys.second.public) if keys.second else "",
    )
