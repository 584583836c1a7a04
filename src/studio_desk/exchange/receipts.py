"""Receipts: the district says how far it holds a station's chains; the station learns what was received, and what was not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.exchange import acknowledged, erasure, giving_back, healing, lists, outbox, relay, tables, trust_store
from studio_desk.exchange.header import chain_owner, chain_stem, chain_to
from studio_desk.exchange.transports import Transport
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.volumes import sizes
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import passage, say, series
from studio_desk.store import custody
from studio_desk.store.lists import TYPE
from studio_desk.store.ops import GENESIS, Op, read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

_TRUST_SENT = "trust_sent."
"""Prefix of the `meta` entry with the last trust version written into a station's chain."""


@dataclass(frozen=True)
class Receipt:
    """A receipt on its way.

    Attributes:
        files: the sealed files; the receipt stands in the last, others bring what the station lacks of older chains.
        said: what it says (`docs/bundle-format.md` clause 13).
    """

    files: tuple[Path, ...]
    said: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The file with the receipt."""
        return self.files[-1]

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line: `{file, files, frontiers, accepted, returned, conflicts, …}`."""
        return {
            "file": str(self.file),
            "files": [str(f) for f in self.files],
            "accepted": self.said["counts"]["records"],
            **self.said,
        }


@dataclass
class TakenIn:
    """What taking in a downward op did.

    Attributes:
        notices: sentences for the clerk.
        forks: own chains to leave for a new one once the transaction is over, with the reason.
    """

    notices: list[str] = field(default_factory=list)
    forks: list[tuple[str, str]] = field(default_factory=list)


def chain_for(home: Home, station: str) -> str:
    """The district's chain for a station."""
    return f"{home.device}@{station}"


def issue(home: Home, station: str) -> Mapping[str, Any]:
    """Write a receipt for a station into its chain, unless the newest one says the same already.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_SUCH_STATION`.
    """
    known_station(home, station)
    trust = trust_store.required(home)
    with home.file.write() as c:
        sent = home.meta.get(_TRUST_SENT + station, "0")
        if int(sent) < trust.version:
            for document in trust_store.way(home, int(sent)):
                home.journal.note("trust", {"document": document}, chain=chain_for(home, station))
            home.meta.set(_TRUST_SENT + station, str(trust.version))
        lists.pass_down(c, home, station, chain_for(home, station))
        said = _say(c, home, station, trust.version)
        # A receipt is always the last of what leaves: its line in the main chain is what the mark can notice a rewind by.
        if acknowledged.newest(home, station) != said or not _ends_with_receipt(c, home, station):
            op = home.journal.note("receipt", said, chain=chain_for(home, station))
            # The mark outside the database follows the district's main chain; so a rewound file is noticed there too.
            home.journal.note("receipt.issue", {"station": station, "seq": op.seq, "head": op.digest})
            _keep(c, station, (op.digest, op.dev, op.seq, op.t), said)
    return said


def write(home: Home, station: str, to: Path | Transport, progress: Progress = silent) -> Receipt:
    """Issue a receipt and put it on a medium, with all else that the station has not confirmed.

    Raises:
        Problem: as `issue`; `MEDIUM_…`.
    """
    said = issue(home, station)
    computers = trust_store.required(home).of(station)
    known = confirmed(home, station, [c.device for c in computers])
    chains = {dev: known.get(dev, 0) for dev in home.journal.frontiers(f"*@{station}")}
    volumes = outbox.downward(home, station, chains)
    if not volumes:
        # The station holds everything; the newest receipt goes again, so that a lost file can be replaced.
        last = home.journal.frontiers(chain_for(home, station))[chain_for(home, station)][0]
        volumes = outbox.downward(home, station, {chain_for(home, station): last - 1})
    transport = Folder(to) if isinstance(to, Path) else to
    # What the station lacks of its own chains comes before the receipt that speaks of it.
    volumes = [*relay.volumes(home, station), *volumes]
    sent = outbox.send(home, volumes, station, [c.archive for c in computers], transport, progress=progress)
    return Receipt(tuple(s.file for s in sent), said)


def send_back(home: Home, uid: str, reason: str) -> Op:
    """At the district: return a record to its station with a reason; it travels with the next receipt.

    Raises:
        Problem: `NOT_A_DISTRICT`, `REASON_REQUIRED`, `NO_SUCH_RECORD`, `NO_SUCH_STATION`.
    """
    if not reason.strip():
        raise Problem("REASON_REQUIRED", say("退回要写明原因。"), say("请用一句话说明要站点改什么。"))
    station = str(home.journal.record(uid).get("station", ""))
    known_station(home, station)
    return home.journal.note("record.return", {}, chain=chain_for(home, station), rec=uid, reason=reason.strip())


def known_station(home: Home, station: str) -> None:
    """This is a district, and the station is enrolled.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_SUCH_STATION`.
    """
    if home.role != "district":
        raise Problem("NOT_A_DISTRICT", say("只有区级才写回执和退回记录。"), say("请在区级的电脑上操作。"))
    known = sorted({c.code for c in trust_store.required(home).computers if c.code != home.code})
    if station not in known:
        raise Problem(
            "NO_SUCH_STATION",
            say("没有登记过站点“{code}”。", code=station[:20]),
            say("已登记的有：{known}。", known=series(known) or "—"),
        )


def take_in(c: Connection, home: Home, digest: str, op: Mapping[str, Any], body: Any, *, sure: bool = True) -> TakenIn:
    """Take in one op of the district's chain that is about no record: at the station, or at the district it comes back to.

    Args:
        c: the open transaction.
        home: who takes it in.
        digest: the op's digest.
        op: the op.
        body: its body, `None` when it is not here.
        sure: whether what comes back is vouched for by the trust list (`giving_back.sure`).
    """
    taken = TakenIn()
    values = body.get("values") if isinstance(body, dict) else None
    back = chain_owner(op["dev"]) == home.code
    if not chain_to(op["dev"]) or not isinstance(values, dict):
        return taken
    if op["type"] == "trust":
        _take_trust(home, values, taken)
    elif op["type"] == TYPE:
        edition = lists.take_in(c, digest, op["dev"], values)
        if back and edition and not lists.take_up(c, home, edition, sure=sure):
            taken.notices.append(
                say("送回的 {sort} {key} 第{version}版没有重新生效：签名的钥匙已作废，请核对后重新下发。", sort=edition.sort, key=edition.key, version=edition.version)
            )  # fmt: skip
    elif op["type"] == "receipt" and _is_receipt(values):
        if back:
            if not sure:  # else the youngest chain, which decides, could be an invented one
                return taken
            _keep(c, chain_to(op["dev"]), (digest, op["dev"], op["seq"], op["t"]), values)
            return taken
        _take_receipt(c, home, (digest, op["dev"], op["seq"], op["t"]), values, taken)
    return taken


def _take_trust(home: Home, values: Mapping[str, Any], taken: TakenIn) -> None:
    try:
        trust, new = trust_store.keep(home, str(values.get("document", "")))
    except Problem as problem:
        if problem.code != "TRUST_OLD":  # an older list in an older bundle is no harm
            taken.notices.append(passage(problem.sentence, problem.remedy))
        return
    if new:
        taken.notices.append(say("信任名单已更新到第{version}版。", version=trust.version))


def _take_receipt(
    c: Connection, home: Home, point: tuple[str, str, int, str], said: Mapping[str, Any], taken: TakenIn
) -> None:
    before = acknowledged.newest(home, home.code)
    _keep(c, home.code, point, said)
    healing.agreed(c, home, said.get("own", {}))
    newest = acknowledged.newest(home, home.code)
    if newest == before:
        return
    if before and before["hub_epoch"] != newest["hub_epoch"]:
        c.exec_driver_sql(f"DELETE FROM {tables.code_receipt.name}")  # noqa: S608 - own name
        taken.notices.append(say("区级的数据恢复过备份；它缺少的部分会在下一次导出时自动重新上报。"))
    c.exec_driver_sql(f"DELETE FROM {tables.wanted.name} WHERE side = 'there'")  # noqa: S608 - own name
    here = set(sizes(home, newest["need_blobs"]))  # what the district lacks and this computer has: another has the rest
    for sha256 in sorted(here):
        c.execute(tables.wanted.insert().prefix_with("OR REPLACE"), {"sha256": sha256, "dev": "", "side": "there"})
    _compare(c, home, newest["frontiers"], taken)
    for dev in sorted(dev for dev, device in newest.get("bring", {}).items() if device == chain_stem(home.device)):
        if count := healing.take_over(home, dev, *newest["frontiers"].get(dev, (0, GENESIS))):
            taken.notices.append(
                say("{dev} 的{n}条区级没有了，写它的电脑也没有（恢复过较旧的备份，或已停用）：已由本机重说，下次导出时上报。", dev=dev, n=count)
            )  # fmt: skip
    erasure.follow(c, home, newest.get("erased", ()))
    acknowledged.settle(home)


def _compare(c: Connection, home: Home, frontiers: Mapping[str, Any], taken: TakenIn) -> None:
    """A receipt that disagrees with the own chain is a fork (`exchange.md`, restore (b))."""
    for dev in dict.fromkeys((*custody.own_chains(home), home.device)):  # a copy from before its first op has none yet
        seq, head = frontiers.get(dev, (0, GENESIS))
        if not seq:
            continue
        here = c.exec_driver_sql("SELECT digest FROM op WHERE dev = ? AND seq = ?", (dev, seq)).scalar()
        if here == head:
            continue
        last = home.journal.frontiers().get(dev, (0, GENESIS))[0]
        if here is None:
            words = say(
                "区级已有 {dev} 的第{first}至{last}号，本机没有：本机恢复过较旧的备份，或者另一台电脑在用本机的副本。",
                dev=dev, first=last + 1, last=seq,
            )  # fmt: skip
        else:
            words = say("区级的 {dev} 第{seq}号与本机的不同：这台电脑的历史分成了两支。", dev=dev, seq=seq)
        taken.notices.append(words)
        if dev == home.device:
            taken.forks.append((dev, words))


def _say(c: Connection, home: Home, station: str, trust_version: int) -> dict[str, Any]:
    points = {
        dev: point for dev, point in home.journal.frontiers(f"{station}-*").items() if chain_owner(dev) == station
    }
    needed = [
        sha256
        for sha256, dev in c.exec_driver_sql(
            f"SELECT sha256, dev FROM {tables.wanted.name} WHERE side = 'here' ORDER BY sha256"  # noqa: S608
        )
        if chain_owner(dev) == station
    ]
    records = c.exec_driver_sql(
        "SELECT count(*), count(CASE WHEN conflict THEN 1 END) FROM record WHERE station = ?", (station,)
    ).one()
    conflicts = [
        {"rec": uid, "code": code}
        for uid, code in c.exec_driver_sql(
            "SELECT uid, code FROM record WHERE station = ? AND conflict ORDER BY uid", (station,)
        )
    ]
    known, left = relay.known_to_exist(c, home, station), relay.left(c, home, station)
    return {
        **({"known": known} if known else {}),
        **({"bring": left} if left else {}),
        "hub_epoch": outbox.epoch_of(home),
        "frontiers": {dev: list(point) for dev, point in sorted(points.items())},
        "ends": _ends(c, station),
        "own": giving_back.own_points(home, station, but=chain_for(home, station)),
        "need_blobs": needed[: relay.ASKED_AT_ONCE],
        "returned": _returned(c, station),
        "conflicts": conflicts,
        "erased": erasure.said_for(c, station),
        "trust_version": trust_version,
        "counts": {
            "ops": sum(seq for seq, _ in points.values()),
            "records": records[0],
            "missing": len(needed),
            "conflicts": records[1],
        },
    }


def _ends_with_receipt(c: Connection, home: Home, station: str) -> bool:
    dev = chain_for(home, station)
    _, head = home.journal.frontiers(dev).get(dev, (0, ""))
    return c.execute(tables.receipt.select().where(tables.receipt.c.op == head)).first() is not None


def _ends(c: Connection, station: str) -> dict[str, list[Any]]:
    """Where the last bundle of a chain ended, when that is before its frontier: a restored station asks for just that."""
    rows = c.exec_driver_sql(
        f"SELECT s.dev, s.seq, s.head FROM {tables.seen.name} s JOIN chain c ON c.dev = s.dev"  # noqa: S608 - own name
        " JOIN op o ON o.dev = s.dev AND o.seq = s.seq AND o.digest = s.head"
        " WHERE s.station = ? AND s.seq < c.seq ORDER BY s.dev",
        (station,),
    )
    return {dev: [seq, head] for dev, seq, head in rows if chain_owner(dev) == station}


def _returned(c: Connection, station: str) -> list[dict[str, Any]]:
    """Records that were sent back and that the station has not changed since, with the last reason."""
    rows = c.exec_driver_sql(
        "SELECT o.rec, r.code, b.line, max(o.n) FROM op o JOIN record r ON r.uid = o.rec"
        " LEFT JOIN body b ON b.digest = o.body"
        " WHERE o.type = 'record.return' AND r.station = ? AND o.n > (SELECT coalesce(max(w.n), 0) FROM op w"
        "  WHERE w.rec = o.rec AND w.type LIKE 'record.%' AND w.type NOT IN ('record.return', 'record.comment'))"
        " GROUP BY o.rec ORDER BY o.rec",
        (station,),
    )
    return [{"rec": rec, "code": code, "reason": read_body(line).get("reason", "")} for rec, code, line, _ in rows]


def _keep(c: Connection, station: str, point: tuple[str, str, int, str], said: Mapping[str, Any]) -> None:
    """Keep a receipt under its op: digest, chain, number and time of `point`."""
    c.execute(
        tables.receipt.insert().prefix_with("OR IGNORE"),
        {
            "op": point[0],
            "station": station,
            "dev": point[1],
            "seq": point[2],
            "t": point[3],
            "hub_epoch": said["hub_epoch"],
            "trust_version": said["trust_version"],
            "said": json.dumps(said, ensure_ascii=False),
        },
    )


def confirmed(home: Home, station: str, devices: list[str]) -> dict[str, int]:
    """How far every computer of a station has reported to hold the district's chains: the one furthest behind counts.

    A point that the chain does not hold here says nothing: one of the two was set back and wrote the numbers again, and only
    the chain from its beginning shows where they part.
    """
    query = (
        f"SELECT s.device, s.dev, CASE WHEN s.seq = 0 OR o.digest = s.head THEN s.seq ELSE 0 END FROM {tables.seen.name} s"  # noqa: S608 - own name
        " LEFT JOIN op o ON o.dev = s.dev AND o.seq = s.seq WHERE s.station = ?"
    )
    with home.file.read() as c:
        rows = c.exec_driver_sql(query, (station,)).all()
    held: dict[str, dict[str, int]] = {}
    for device, dev, seq in rows:
        held.setdefault(dev, {})[device] = seq
    return {dev: min(by.get(device, 0) for device in devices) for dev, by in held.items() if devices}


def _is_receipt(said: Mapping[str, Any]) -> bool:
    frontiers = said.get("frontiers")
    return (
        isinstance(said.get("hub_epoch"), str)
        and type(said.get("trust_version")) is int
        and isinstance(said.get("need_blobs"), list)
        and all(isinstance(b, str) for b in said["need_blobs"])
        and isinstance(said.get("erased", []), list)
        and all(isinstance(r, str) for r in said.get("erased", []))
        and isinstance(said.get("known", {}), dict)
        and all(type(seq) is int for seq in said.get("known", {}).values())
        and isinstance(said.get("bring", {}), dict)
        and _are_points(frontiers)
        and _are_points(said.get("ends", {}))
        and _are_points(said.get("own", {}))
    )


def _are_points(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(p, list) and len(p) == 2 and type(p[0]) is int and isinstance(p[1], str) for p in found.values()
    )
