"""The root keys of a district: in its file, or on media of several people of whom some must sign the trust list together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio_desk.exchange import documents, trust_store
from studio_desk.exchange.enrol import listed
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import Ed25519Signer, from_text, new_private, to_text
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.trust import TrustList, add_signatures, follow, missing, read_draft, read_list
from studio_desk.exchange.trust_store import LISTED
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.store.home import Home

PUBLIC, DRAFT = "studio-desk-root-public/1", "studio-desk-trust-draft/1"
KEY_NAME, PUBLIC_NAME, DRAFT_NAME = (
    "{name}.root-key",
    "{name}.root-public.json",
    "{district}-trust-{version:06d}-draft.json",
)
MOST: Final = 9
"""Root keys of one district."""


@dataclass(frozen=True)
class Made:
    """A root key on a medium.

    Attributes:
        file: the private key, wrapped by a passphrase and a recovery code (the form of `desk.key`).
        public_file: the public key with the holder's name, for the district.
        public: the public key as text.
        recovery_code: shown once.
    """

    file: Path
    public_file: Path
    public: str
    recovery_code: str


@dataclass(frozen=True)
class Waiting:
    """A trust list that waits for root keys.

    Attributes:
        file: where it lies for the holders, `None` inside a home.
        trust: the list.
        before: the list in force as the writer of the file had it.
        lacking: how many signatures are missing at least.
        changes: what becomes different, a sentence each.
    """

    trust: TrustList
    before: TrustList
    lacking: int
    changes: Sequence[str]
    file: Path | None = None


def make(to: Path, name: str, passphrase: str, private: bytes | None = None) -> Made:
    """Make a root key on a medium; needs no home.

    Args:
        to: folder on the medium.
        name: whose it is; becomes the files' name.
        passphrase: opens it.
        private: an existing key to be put there.

    Raises:
        Problem: `ROOT_NAME_WRONG`, `PASSPHRASE_EMPTY`, `KEY_FILE_EXISTS`, `MEDIUM_…`.
    """
    from studio_desk.store.keys import KeyFile

    if not name or len(name) > 40 or not all(c.isalnum() or c in "-_" for c in name):
        raise Problem(
            "ROOT_NAME_WRONG",
            say("“{name}”不能做文件名。", name=name[:60]),
            say("请只用汉字、字母、数字和短横，例如 --holder 李主任。"),
        )
    if not passphrase:
        raise Problem("PASSPHRASE_EMPTY", say("口令是空的。"), say("根钥匙必须用口令保护，请输入口令。"))
    folder, key = Folder(to), private or new_private()
    folder.ready()
    _, code = KeyFile.create(to / KEY_NAME.format(name=name), key, passphrase, use_keyring=False)
    public = to_text(Ed25519Signer(name, key).public)
    said = canon({"format": PUBLIC, "name": name, "public": public}) + "\n"
    return Made(to / KEY_NAME.format(name=name), folder.put(said.encode(), PUBLIC_NAME.format(name=name)), public, code)


def save(home: Home, to: Path, name: str, passphrase: str) -> Made:
    """Put a copy of the root key that lies in the district's file on a medium: without it a lost district has no root.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_ROOT_HERE`, as `make`.
    """
    demand_district(home)
    trust_store.required(home)
    root = keys_of(home).root
    if root is None:
        raise Problem(
            "NO_ROOT_HERE",
            say("根钥匙不在本机。"),
            say("根钥匙在保管人的介质上；要多留一份，请保管人把那个文件复制到另一个介质。"),
        )
    return make(to, name, passphrase, root.private)


def open_key(file: Path, passphrase: str = "", recovery: str = "") -> Ed25519Signer:
    """A root key from its medium.

    Raises:
        Problem: `WRONG_PASSPHRASE`, `WRONG_RECOVERY_CODE`, `KEY_FILE_…`, `MEDIUM_…`.
    """
    from studio_desk.store.keys import KeyFile

    kept = KeyFile.load(file)
    private = kept.unlock_with_recovery(recovery) if recovery else kept.unlock(passphrase)
    return Ed25519Signer(file.name.partition(".")[0], private)


def read_public(file: Path) -> tuple[str, str]:
    """Name and public key in a holder's public file.

    Raises:
        Problem: `ROOT_FILE_WRONG`, `MEDIUM_…`.
    """
    found = documents.read(file, {PUBLIC}, lambda: _wrong(file))
    try:
        from_text(found["public"])
        return str(found["name"]), str(found["public"])
    except (KeyError, TypeError, ValueError):
        raise _wrong(file) from None


def change(home: Home, publics: Sequence[str], threshold: int, signers: Sequence[Ed25519Signer] = ()) -> TrustList:
    """At the district: other root keys, or another number of them that must sign.

    Args:
        home: the district.
        publics: all root keys from then on, as text.
        threshold: how many of them must sign a list.
        signers: root keys that are at hand.

    Raises:
        Problem: `NOT_A_DISTRICT`, `ROOTS_WRONG`; `TRUST_UNSIGNED` when holders must sign first (the draft is kept).
    """
    demand_district(home)
    if not 1 <= threshold <= len(publics) <= MOST or len(set(publics)) != len(publics):
        raise Problem(
            "ROOTS_WRONG",
            say("{n}把根钥匙、{threshold}把签名，这样不行。", n=len(publics), threshold=threshold),
            say("请给出1至{most}把各不相同的根钥匙，签名数不超过钥匙数，例如三把里要两把。", most=MOST),
        )
    trust_store.renew(home, list, roots=tuple(publics), threshold=threshold)
    return sign_here(home, signers)


def renew(home: Home) -> TrustList:
    """At the district: the same list with a later expiry.

    Raises:
        Problem: `NOT_A_DISTRICT`, `TRUST_UNSIGNED`.
    """
    demand_district(home)
    return trust_store.demand(home, trust_store.renew(home, list))


def sign_here(home: Home, signers: Sequence[Ed25519Signer]) -> TrustList:
    """Sign the district's draft with root keys that are at hand; answers the list when it is in force.

    Raises:
        Problem: `TRUST_UNSIGNED` when it is not.
    """
    document = trust_store.draft_document(home)
    if not document:
        return trust_store.required(home)
    return trust_store.demand(home, trust_store.put(home, add_signatures(document, signers)))


def waiting(home: Home) -> Waiting | None:
    """The district's draft, `None` when no list waits."""
    document = trust_store.draft_document(home)
    return _waiting(trust_store.required(home), document) if document else None


def write(home: Home, to: Path) -> Waiting:
    """Write the draft for the holders of the root keys.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_DRAFT`, `MEDIUM_…`.
    """
    demand_district(home)
    document = trust_store.draft_document(home)
    if not document:
        raise Problem("NO_DRAFT", say("没有等待签名的信任名单。"), say("名单有改动、根钥匙不在本机时才要这样签名。"))
    return _put(to, trust_store.current_document(home), document)


def read(file: Path) -> Waiting:
    """A draft file and what it changes.

    Raises:
        Problem: `ROOT_FILE_WRONG`, `TRUST_…`, `MEDIUM_…`.
    """
    before, document = _texts(file)
    return _waiting(read_list(before), document, file)


def sign(file: Path, signer: Ed25519Signer) -> Waiting:
    """A holder adds a signature to a draft file; needs no home.

    Raises:
        Problem: `ROOT_KEY_FOREIGN`, as `read`.
    """
    before, document = _texts(file)
    found = _waiting(read_list(before), document, file)
    if to_text(signer.public) not in {*found.trust.roots, *found.before.roots}:
        raise Problem(
            "ROOT_KEY_FOREIGN",
            say("这把钥匙（{name}）不是这份名单的根钥匙。", name=signer.principal),
            say("请换用登记在名单里的根钥匙；没有签名。"),
        )
    return _put(file.parent, before, add_signatures(document, [signer]), file)


def take(home: Home, file: Path) -> TrustList:
    """At the district: take the signatures of a draft file; with enough of them the list is in force.

    A file of the list itself (`keys list`), as a station wrote it, is taken up when this home was set back and forgot that
    list: the root keys have signed it.

    Raises:
        Problem: `NOT_A_DISTRICT`, `DRAFT_OTHER`, `TRUST_UNSIGNED`, as `read`; `TRUST_…` for a list.
    """
    demand_district(home)
    if lists := listed(documents.read(file, {DRAFT, LISTED}, lambda: _wrong(file))):
        for _, document in follow(lists, trust_store.required(home)):
            trust_store.keep(home, document)
        return trust_store.required(home)
    _, document = _texts(file)
    found, _ = read_draft(document)
    own = trust_store.draft_document(home)
    in_force = trust_store.required(home)
    if found == in_force:
        return in_force
    if not own or read_draft(own)[0] != found:
        raise Problem(
            "DRAFT_OTHER",
            say("这个文件签的是第{version}版，不是本机现在等待签名的那一份。", version=found.version),
            say("草稿后来又改过的，请用 keys root draft 重新写出，再请保管人签名。"),
        )
    return trust_store.demand(home, trust_store.put(home, add_signatures(own, (), document)))


def demand_district(home: Home) -> None:
    """This is a district.

    Raises:
        Problem: `NOT_A_DISTRICT`.
    """
    if home.role != "district":
        raise Problem("NOT_A_DISTRICT", say("信任名单和根钥匙只在区级管理。"), say("请在区级的电脑上操作。"))


def changes(before: TrustList, after: TrustList) -> list[str]:
    """What a list makes different, a sentence each, for the people who sign it."""
    told = []
    if before.rule != after.rule:
        kept = len(set(before.roots) & set(after.roots))
        told.append(
            say(
                "根钥匙换成{n}把、要{threshold}把签名（原来{old}把、{was}把），其中{kept}把不变。",
                n=len(after.roots), threshold=after.threshold, old=len(before.roots), was=before.threshold, kept=kept,
            )
        )  # fmt: skip
    if before.escrow != after.escrow:
        told.append(say("应急钥匙由{old}把变成{n}把。", old=len(before.escrow), n=len(after.escrow)))
    old = {c.sign: c for c in before.computers}
    added = [f"{c.device} {c.name}" for c in after.computers if c.sign not in old]
    closed = [
        c.device
        for c in after.computers
        if c.revoked is not None and (c.sign not in old or old[c.sign].revoked is None)
    ]
    gone = [c.device for c in before.computers if c.sign not in {a.sign for a in after.computers}]
    if added:
        told.append(say("登记新钥匙：{devices}。", devices=series(added)))
    if closed:
        told.append(say("停用钥匙：{devices}。", devices=series(closed)))
    if gone:
        told.append(say("删去钥匙：{devices}。", devices=series(gone)))
    if before.hub != after.hub and after.hub is not None:
        pins = series(after.hub.pins) or "—"
        told.append(say("公布接收站：{url}，证书指纹：{pins}。", url=after.hub.url, pins=pins))
    elif before.hub != after.hub:
        told.append(say("不再公布接收站。"))
    told.append(say("有效期到{day}。", day=after.expires))
    return told


def _waiting(before: TrustList, document: str, file: Path | None = None) -> Waiting:
    trust, good = read_draft(document)
    if trust.district != before.district or trust.version <= before.version:
        raise _wrong(file or Path())
    return Waiting(trust, before, max(missing(trust, good), missing(before, good)), changes(before, trust), file)


def _put(to: Path, before: str, document: str, file: Path | None = None) -> Waiting:
    trust = read_draft(document)[0]
    name = file.name if file else DRAFT_NAME.format(district=trust.district, version=trust.version)
    said = documents.written({"format": DRAFT, "before": before, "draft": document})
    return _waiting(read_list(before), document, Folder(to).put(said, name))


def _texts(file: Path) -> tuple[str, str]:
    found = documents.read(file, {DRAFT}, lambda: _wrong(file))
    before, document = found.get("before"), found.get("draft")
    if not isinstance(before, str) or not isinstance(document, str):
        raise _wrong(file)
    return before, document


def _wrong(file: Path) -> Problem:
    return Problem(
        "ROOT_FILE_WRONG",
        say("“{file}”不是所要的根钥匙或名单文件，或已损坏。", file=file.name),
        say("请选择本程序写出的文件；没有改动。"),
        file=str(file),
    )
