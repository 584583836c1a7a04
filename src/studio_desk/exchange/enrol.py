"""Enrolment by medium: a request goes to the district, the signed trust list comes back, people compare fingerprints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio_desk.exchange import computers, documents, rotation, trust_store
from studio_desk.exchange.bech32 import recipient_bytes
from studio_desk.exchange.header import chain_owner, chain_stem, is_code
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.rotation import Replaced
from studio_desk.exchange.signing import (
    fingerprint,
    from_text,
    same_fingerprint,
    signature_fits,
    sm2_from_text,
    to_text,
)
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.trust import Computer, TrustList, follow
from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.custody import AWAITED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio_desk.store.home import Home

REQUEST, INSTALL = "studio-desk-enrol-request/1", "studio-desk-enrol-install/1"
REQUEST_NAME, INSTALL_NAME = "{device}-enrol-request.json", "{device}-enrol-install.json"
_FIELDS: Final = ("code", "device", "name", "sign", "archive", "made")


@dataclass(frozen=True)
class Request:
    """What a station asks to be enrolled with.

    Attributes:
        code: its station code.
        device: this computer (`SQ-1`).
        name: the station's full name.
        sign: its signing key as text.
        archive: its `age1…` recipient.
        made: ISO time stamp.
        sm2: the public key of its second signature as text, `""` (and not in the file) when it makes none.
        replaces: the key of this computer that it takes the place of.
    """

    code: str
    device: str
    name: str
    sign: str
    archive: str
    made: str
    sm2: str = ""
    replaces: Replaced | None = None

    @property
    def fingerprint(self) -> str:
        """Six groups of five digits over code, device and the keys."""
        return fingerprint(canon(self.core).encode())

    @property
    def core(self) -> dict[str, Any]:
        """Who asks, and with which keys."""
        return self._said(("code", "device", "sign", "archive"))

    @property
    def said(self) -> dict[str, Any]:
        """The value that is signed."""
        return self._said(_FIELDS)

    def _said(self, fields: Sequence[str]) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*fields, *(("sm2",) if self.sm2 else ()))}


@dataclass(frozen=True)
class Accepted:
    """The district's answer: which file goes back."""

    station: str
    device: str
    name: str
    trust_version: int
    fingerprint: str
    district_fingerprint: str
    file: Path


@dataclass(frozen=True)
class Installed:
    """What the station believes now."""

    district: str
    name: str
    trust_version: int
    fingerprint: str


def own_request(home: Home) -> Request:
    """What this home would ask with; its fingerprint is shown from the first run on."""
    keys = keys_of(home)
    device = chain_stem(home.device)
    sm2 = to_text(keys.second.public) if keys.second else ""
    return Request(home.code, device, home.name, to_text(keys.signer.public), keys.recipient, clock.stamp(), sm2)


def request(home: Home, to: Path) -> tuple[Path, str]:
    """Write the request file of a station into a folder.

    Returns:
        The file and the fingerprint to read to the district over the telephone.

    Raises:
        Problem: `NOT_A_STATION`, `MEDIUM_…`.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才申请登记。"), say("区级请用“接受登记”（enrol accept）。"))
    asked = own_request(home)
    signature = keys_of(home).signer.sign(_message(asked.said))
    part = rotation.request_part(home, trust_store.current(home))
    replaces = {"replaces": part} if part else {}
    document = documents.written(
        {"format": REQUEST, "request": asked.said, "signature": to_text(signature), **replaces}
    )
    file = Folder(to).put(document, REQUEST_NAME.format(device=asked.device))
    if home.meta.get(AWAITED):
        home.meta.set(AWAITED, "asked")
    return file, asked.fingerprint


def read_request(file: Path) -> Request:
    """Verify a request file.

    Raises:
        Problem: `ENROL_FILE_WRONG`, `ENROL_SIGNATURE_WRONG`, `MEDIUM_…`.
    """
    found = documents.read(file, {REQUEST}, lambda: _wrong(file))
    said = found.get("request")
    if (
        not isinstance(said, dict)
        or set(said) - {"sm2"} != set(_FIELDS)
        or not all(isinstance(v, str) for v in said.values())
    ):
        raise _wrong(file)
    asked = Request(**said)
    try:
        key, signature = from_text(asked.sign), from_text(found["signature"], 64)
        recipient_bytes(asked.archive)
        if "sm2" in said:
            sm2_from_text(asked.sm2)
    except (KeyError, TypeError, ValueError):
        raise _wrong(file) from None
    fits = is_code(asked.code) and not asked.code.isdigit() and chain_owner(asked.device) == asked.code
    if not fits or chain_stem(asked.device) != asked.device or not 0 < len(asked.name) <= 200:
        raise _wrong(file)
    if not signature_fits(key, signature, _message(said)):
        raise Problem(
            "ENROL_SIGNATURE_WRONG",
            say("登记申请“{file}”的签名不对，内容被改动过。", file=file.name),
            say("请让站点重新生成申请文件；没有登记任何站点。"),
        )
    if "replaces" not in found:
        return asked
    try:
        part = rotation.read_part(found["replaces"], asked.core)
    except (TypeError, ValueError):
        raise _wrong(file) from None
    return replace(asked, replaces=part)


def accept(home: Home, file: Path, to: Path, expected: str = "", replaces: str = "") -> Accepted:
    """At the district: enrol a station's computer and write the file that goes back.

    Args:
        home: the district.
        file: the request.
        to: folder for the answer.
        expected: the fingerprint as the station read it out; compared when given.
        replaces: a computer of the same station that is broken, lost or given away: revoked by point in the same step.

    Raises:
        Problem: `NOT_A_DISTRICT`, `FINGERPRINT_DIFFERS`, `DEVICE_TAKEN`, `KEY_TAKEN`, `KEY_REVOKED`, `TRUST_UNSIGNED`,
            `NO_SUCH_DEVICE`, `REPLACES_OTHER_STATION`, as `read_request`, `MEDIUM_…`.
    """
    if home.role != "district":
        raise Problem("NOT_A_DISTRICT", say("只有区级才能接受登记。"), say("请在区级的电脑上打开这个申请文件。"))
    asked = read_request(file)
    if expected and not same_fingerprint(expected, asked.fingerprint):
        raise _differs(asked.fingerprint)
    computer = Computer(asked.code, asked.device, asked.name, asked.sign, asked.archive, sm2=asked.sm2)
    with home.file.write():
        trust = trust_store.required(home)
        known = [c for c in trust.computers if c.device == asked.device and c.revoked is None]
        changed = bool(known) and (known[0].sign, known[0].archive, known[0].sm2) != (
            asked.sign,
            asked.archive,
            asked.sm2,
        )
        used = [c.sign for c in (known or trust.computers) if c.device == asked.device and c.sign != asked.sign]
        # The name of a revoked computer stays taken: its chain stands here, and a second one of that name would fork it.
        if used and (changed or not known) and not (asked.replaces and asked.replaces.sign in used):
            raise _taken(asked, computers.free(home, asked.code))
        if any(c.sign == asked.sign and c.revoked is not None for c in trust.computers):
            raise Problem(
                "KEY_REVOKED",
                say("{device}的这把钥匙已经吊销或换掉，不能再登记。", device=asked.device),
                say("请让站点先换钥匙（keys rotate），再用新的申请文件登记。"),
            )
        if any(c.sign == asked.sign and c.device != asked.device for c in trust.computers):
            raise Problem(
                "KEY_TAKEN",
                say("这把钥匙已经属于另一台电脑。"),
                say("请不要复制站点文件夹到另一台电脑使用；请在那台电脑上新建站点后再登记。"),
            )
        if replaces and chain_owner(replaces) != asked.code:
            raise Problem(
                "REPLACES_OTHER_STATION",
                say("{device}不是{name}的电脑。", device=replaces[:40], name=asked.name),
                say("请写这个站点原来那台电脑的名称；没有登记，也没有吊销。"),
            )
        gone = [c for c in trust.computers if c.device == replaces and c.revoked is not None]
        reason = say("换电脑，由{device}接替", device=asked.device)
        without = trust_store.revoking(home, replaces, reason) if replaces and not gone else list
        if not known or changed or (replaces and not gone):
            trust = trust_store.renew(home, lambda old: _with(home, without(old), computer, asked.replaces))
    trust_store.demand(home, trust)
    target = answer(home, computer, to)
    return Accepted(
        asked.code,
        asked.device,
        asked.name,
        trust.version,
        asked.fingerprint,
        trust_store.root_fingerprint(trust),
        target,
    )


def answer(home: Home, computer: Computer, to: Path) -> Path:
    """At the district: write the install file of an enrolled computer into a folder.

    Raises:
        Problem: `MEDIUM_…`.
    """
    own = {"code": computer.code, "device": computer.device, "sign": computer.sign}
    *earlier, newest = trust_store.way(home)
    document = documents.written(
        {"format": INSTALL, "for": own, "trust": newest, **({"earlier": earlier} if earlier else {})}
    )
    return Folder(to).put(document, INSTALL_NAME.format(device=computer.device))


def read_install(file: Path, pinned: TrustList | None = None) -> tuple[TrustList, list[str], dict[str, Any]]:
    """Verify an install file by its own rules and, when given, by those of the list in force.

    Returns:
        The list, the documents that lead to it, and for which computer the file was made.

    Raises:
        Problem: `ENROL_FILE_WRONG`, `TRUST_…`, `MEDIUM_…`.
    """
    found = documents.read(file, {INSTALL}, lambda: _wrong(file))
    lists, own = listed(found), found.get("for")
    if not lists or not isinstance(own, dict):
        raise _wrong(file)
    steps = follow(lists, pinned)
    return steps[-1][0], [document for _, document in steps], own


def listed(found: Mapping[str, Any]) -> list[str]:
    """The documents of a file that carries a trust list, the newest last; none when it is malformed."""
    earlier, newest = found.get("earlier", []), found.get("trust")
    lists = [*earlier, newest] if isinstance(earlier, list) else []
    return lists if all(isinstance(document, str) for document in lists) else []


def install(home: Home, file: Path, expected: str = "") -> Installed:
    """At the station: believe the district. The same call takes in a newer list later.

    Args:
        home: the station.
        file: what `accept` wrote.
        expected: the district's fingerprint as read over the telephone; compared when given.

    Raises:
        Problem: `NOT_A_STATION`, `FINGERPRINT_DIFFERS`, `ENROL_NOT_FOR_US`, as `read_install`.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才装入登记回执。"), say("请在站点的电脑上打开这个文件。"))
    trust, lists, _ = read_install(file, trust_store.current(home))
    shown = trust_store.root_fingerprint(trust)
    if expected and not same_fingerprint(expected, shown):
        raise _differs(shown)
    asked = own_request(home)
    if not any((c.code, c.device, c.sign) == (asked.code, asked.device, asked.sign) for c in trust.of(home.code)):
        raise Problem(
            "ENROL_NOT_FOR_US",
            say("这份登记回执不是给这台电脑（{device}）的。", device=asked.device),
            say("请装入由本机的申请文件换回的那一份；本机没有改动。"),
        )
    with home.file.write():
        for document in lists:
            trust, _ = trust_store.keep(home, document, first=True)
    return Installed(trust.district, trust.name, trust.version, shown)


def _with(home: Home, computers: Sequence[Computer], added: Computer, by: Replaced | None) -> Sequence[Computer]:
    if added in computers:  # in a draft that waits for root keys
        return computers
    return rotation.replaced(home, computers, added, by) if by else [*computers, added]


def _message(said: dict[str, Any]) -> bytes:
    return f"{REQUEST}\n{canon(said)}".encode()


def _wrong(file: Path) -> Problem:
    return Problem(
        "ENROL_FILE_WRONG",
        say("“{file}”不是登记文件，或已损坏。", file=file.name),
        say("请选择对方用 Studio Desk 生成的登记文件；如果确是它，请让对方重新生成。"),
        file=str(file),
    )


def _taken(asked: Request, free: int) -> Problem:
    return Problem(
        "DEVICE_TAKEN",
        say("{device}这个名称已经登记给另一台电脑（或已吊销）。", device=asked.device),
        say(
            "请先确认不是别的站点用错了站码。如果{name}添了或换了电脑：请在那台电脑的登记页把“第几台电脑”改为{free}"
            "（enrol request --computer {free}），再交一次申请；那里已录入的内容都会留着。",
            name=asked.name,
            free=free,
        ),
        free=free,
    )


def _differs(shown: str) -> Problem:
    return Problem(
        "FINGERPRINT_DIFFERS",
        say("指纹不一致：文件里的是 {shown}。", shown=shown),
        say("文件可能被调换。请再打一次电话，逐组核对六组数字；没有登记。"),
        fingerprint=shown,
    )
