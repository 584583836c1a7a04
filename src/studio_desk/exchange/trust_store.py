"""The trust list in force in a home: kept, renewed, asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from studio_desk.exchange import tables
from studio_desk.exchange.bundle import Policy
from studio_desk.exchange.header import chain_stem
from studio_desk.exchange.home_keys import BEFORE, NEXT_ARCHIVE, NEXT_SIGN, NEXT_SM2, ROOT, change_keys, keys_of
from studio_desk.exchange.hub_place import Published, place_of
from studio_desk.exchange.signing import Ed25519Signer, fingerprint, new_private, to_text
from studio_desk.exchange.trust import Computer, TrustList, missing, read_draft, read_list, sign_list
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series
from studio_desk.store.custody import KEY_WAITS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

DRAFT: Final = "trust_draft"
"""The `meta` entry with the next version while it lacks signatures."""
TURNS: Final = "trust_turns"
"""The `meta` entry with the versions that changed the root keys: whoever is behind one must take it first."""
LISTED: Final = "studio-desk-trust-file/1"
"""Format of a file with the list and what leads to it."""
JUMP: Final = 100
"""Versions left out where some may be lost: two lists of one number would be taken for a theft (clause 14.6)."""
_COUNTED: Final = "trust_incarnation"
"""The `meta` entry of a district with the incarnation that made the last list."""
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


def way(home: Home, above: int = 0) -> list[str]:
    """The signed texts that lead from a version to the list in force: those that changed the root keys, and it itself."""
    turns = [int(number) for number in home.meta.get(TURNS).split() if int(number) > above]
    with home.file.read() as c:
        query = f"SELECT document FROM {tables.trust.name} WHERE version = ?"  # noqa: S608 - own name
        found = [c.exec_driver_sql(query, (number,)).scalar() for number in turns]
    newest = current_document(home)
    return [*(str(document) for document in found if document and document != newest), newest]


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
        known = current_document(home)
        pinned = _read(known) if known else None
        if pinned is None and not first:
            required(home)
        trust = read_list(document, pinned)
        if pinned is not None and trust.version == pinned.version:
            return trust, False
        c.execute(tables.trust.insert().values(version=trust.version, document=document, at=clock.stamp()))
        if (pinned is None and trust.version > 1) or (pinned and pinned.rule != trust.rule):
            home.meta.set(TURNS, f"{home.meta.get(TURNS)} {trust.version}".strip())
        home.meta.set("district", trust.district)
        home.meta.set("district_name", trust.name)
        if home.role == "district":
            _settle(home, trust)
        else:
            _answered(home, trust)
    return trust, True


def renew(home: Home, change: Callable[[Sequence[Computer]], Sequence[Computer]], **fields: Any) -> TrustList:
    """At the district: make the next version with changed computers.

    It is in force at once where this home holds enough root keys. Otherwise it waits as a draft for the holders of the
    others (`roots`), and what is changed meanwhile goes into the same draft.

    Args:
        home: the district.
        change: gives the new computers for the present ones.
        **fields: other fields of the list (`roots`, `threshold`, `escrow`, `version`).

    Returns:
        The new list; whether it is in force tells `demand`.
    """
    with home.file.write():
        trust, root, today = required(home), keys_of(home).root, clock.today()
        waiting = draft(home)
        base = waiting or trust
        computers = tuple(change(base.computers))
        if waiting and replace(waiting, computers=computers, **fields) == waiting:
            return waiting
        dated = {"issued": today.isoformat(), "expires": clock.later(today, VALID_DAYS).isoformat()}
        # A draft that changes gets another number: holders may have signed the one before. Set back, this home may have
        # forgotten lists that others hold.
        step = 1 if home.incarnation == int(home.meta.get(_COUNTED, "1")) else JUMP
        home.meta.set(_COUNTED, str(home.incarnation))
        changed = {"version": base.version + step, **dated, **fields}
        following = replace(base, computers=computers, **changed)
        return put(home, sign_list(following, [root] if root else []))


def put(home: Home, document: str) -> TrustList:
    """At the district: keep a list when enough root keys have signed it, else remember it as the draft."""
    with home.file.write():
        trust, good = read_draft(document)
        if missing(trust, good) or missing(required(home), good):
            home.meta.set(DRAFT, document)
        else:
            keep(home, document)
            home.meta.set(DRAFT, "")
    return trust


def draft_document(home: Home) -> str:
    """The list that waits for root keys, `""` when none does."""
    document = home.meta.get(DRAFT)
    return document if document and read_draft(document)[0].version > required(home).version else ""


def draft(home: Home) -> TrustList | None:
    """The same as a list."""
    document = draft_document(home)
    return read_draft(document)[0] if document else None


def lacking(home: Home, trust: TrustList) -> int:
    """How many root keys must still sign a list that `renew` made; 0 when it is in force."""
    in_force = required(home)
    if trust.version <= in_force.version:
        return 0
    _, good = read_draft(draft_document(home))
    return max(missing(trust, good), missing(in_force, good))


def demand(home: Home, trust: TrustList) -> TrustList:
    """That a list which `renew` made is in force. Asked outside the transaction, so that the draft stays.

    Raises:
        Problem: `TRUST_UNSIGNED`.
    """
    wanted = lacking(home, trust)
    if not wanted:
        return trust
    raise Problem(
        "TRUST_UNSIGNED",
        say("改动已写进信任名单第{version}版的草稿，还要{n}把根钥匙签名才生效。", version=trust.version, n=wanted),
        say("请用 keys root draft 写出草稿文件，交给根钥匙保管人签名（keys root sign），再用 keys root take 取回。"),
        version=trust.version,
        lacking=wanted,
    )


def publish_hub(home: Home, url: str, pins: Sequence[str]) -> TrustList:
    """At the district: name its hub in the trust list, so that stations find it by themselves; `""` names none any more.

    Args:
        home: the district.
        url: the hub's address.
        pins: see `hub_place.Published`; before a certificate is changed, those of the old and of the new one.

    Raises:
        Problem: `NOT_A_DISTRICT`, `HUB_URL_WRONG`, `HUB_NOT_SECURE`, `PIN_WRONG`, `TRUST_UNSIGNED`.
    """
    if home.role != "district":
        raise Problem(
            "NOT_A_DISTRICT", say("接收站由区级公布。"), say("站点不用设置：区级公布以后，随下一次回执自动知道。")
        )
    hub = Published(url.strip(), place_of(url.strip(), *pins).pins) if url.strip() else None
    trust = draft(home) or required(home)
    return demand(home, trust if trust.hub == hub else renew(home, lambda computers: computers, hub=hub))


def revoke(home: Home, device: str, reason: str) -> TrustList:
    """At the district: believe a computer only as far as what has been received from it.

    Raises:
        Problem: `NO_SUCH_DEVICE`, `REASON_REQUIRED`.
    """
    return demand(home, renew(home, revoking(home, device, reason)))


def revoking(home: Home, device: str, reason: str) -> Callable[[Sequence[Computer]], Sequence[Computer]]:
    """The change of the list that `revoke` makes, for a caller that makes others with it.

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

    return change


def policy(home: Home) -> Policy:
    """Whom this home believes: a district its stations, a station its district.

    Raises:
        Problem: `NOT_ENROLLED`.
    """
    return policy_of(home, required(home))


def policy_of(home: Home, trust: TrustList) -> Policy:
    """The same by a given list."""
    signers = trust.signers()
    ours = {key: known for key, known in signers.items() if known.code == trust.district}
    if home.role == "station":
        return Policy(home.code, ours)
    return Policy(home.code, {key: known for key, known in signers.items() if key not in ours}, own=ours)


def root_fingerprint(trust: TrustList) -> str:
    """What district and station compare: six groups of five digits over the district's code and root keys."""
    return fingerprint(canon({"district": trust.district, "roots": sorted(trust.roots)}).encode())


@lru_cache(maxsize=4)
def _read(document: str) -> TrustList:
    """Verify a document once: a hub asks for every bundle, and a list of a thousand computers takes half a second."""
    return read_list(document)


def _settle(home: Home, trust: TrustList) -> None:
    """At the district: take up the own keys that the list names now; let go of a root key that it names no more."""
    sign, archive = home.secret(NEXT_SIGN), home.secret(NEXT_ARCHIVE)
    own = trust.holder(chain_stem(home.device))
    if sign and archive and own and own.sign == to_text(Ed25519Signer(own.device, sign).public):
        change_keys(home, sign, archive, home.secret(NEXT_SM2) or b"")
        for name in (NEXT_SIGN, NEXT_ARCHIVE, NEXT_SM2):
            home.keep_secret(name, b"")
    root = keys_of(home).root
    if root is not None and to_text(root.public) not in trust.roots:
        home.keep_secret(ROOT, b"")


def _answered(home: Home, trust: TrustList) -> None:
    """At a station: once the list names the key in use, the one before it is not needed any more."""
    own = trust.holder(chain_stem(home.device))
    if own is not None and own.sign == to_text(keys_of(home).signer.public):
        home.keep_secret(BEFORE, b"")
        home.meta.set(KEY_WAITS, "")


def _begin(home: Home) -> TrustList:
    if not home.secret(ROOT):
        home.keep_secret(ROOT, new_private())
    keys = keys_of(home)
    assert keys.root is not None
    today = clock.today()
    own = Computer(home.code, chain_stem(home.device), home.name, to_text(keys.signer.public), keys.recipient)
    trust = TrustList(
        home.code,
        home.name,
        1,
        today.isoformat(),
        clock.later(today, VALID_DAYS).isoformat(),
        1,
        (to_text(keys.root.public),),
        computers=(own,),
    )
    with home.file.write() as c:
        document = sign_list(trust, [keys.root])
        c.execute(tables.trust.insert().values(version=1, document=document, at=clock.stamp()))
    return trust
