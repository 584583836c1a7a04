"""What is in ops that travel, counted for people: records, receipts, lists; and what of it is handed back (clause 6.3b)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studio_desk.exchange.header import chain_to
from studio_desk.kernel.words import say, series


@dataclass(frozen=True)
class Contents:
    """How much of what.

    Attributes:
        ops: all ops.
        records: records that ops are about.
        receipts: receipts of the district.
        lists: editions of lists.
        trust: trust lists.
        other: notes of the house: a new chain, a printed year, a sealed one.
    """

    ops: int = 0
    records: int = 0
    receipts: int = 0
    lists: int = 0
    trust: int = 0
    other: int = 0

    def as_json(self) -> dict[str, int]:
        """The answer of the command line."""
        return asdict(self)


def count(ops: Iterable[Mapping[str, Any]]) -> Contents:
    """Count parsed op lines."""
    types, recs = [], set()
    for op in ops:
        types.append(op["type"])
        if op["rec"]:
            recs.add(op["rec"])
    notes = [type_ for type_ in types if not type_.startswith("record.")]
    known = {
        name: notes.count(type_) for name, type_ in (("receipts", "receipt"), ("lists", "list"), ("trust", "trust"))
    }
    return Contents(ops=len(types), records=len(recs), other=len(notes) - sum(known.values()), **known)


def handed_back(device: str) -> bool:
    """Whether a chain that a station sends is the district's own, handed back to it."""
    return chain_to(device) != ""


def words(of: Mapping[str, int]) -> str:
    """What of the district's is in there: 3条记录上的更正、退回、批注或任务、2份回执."""
    told = [
        sentence
        for number, sentence in (
            (of["records"], say("{n}条记录上区里写的话（更正、退回、批注、任务）", n=of["records"])),
            (of["receipts"], say("{n}份回执", n=of["receipts"])),
            (of["lists"], say("{n}份下发的内容（词表、口径、方案、日历、预填）", n=of["lists"])),
            (of["trust"], say("{n}份信任名单", n=of["trust"])),
            (of["other"], say("{n}项区里的登记", n=of["other"])),
        )
        if number
    ]
    return series(told)


def leaving(of: Mapping[str, int]) -> str:
    """At the station: what is handed back to the district, and why; `""` for nothing."""
    if not of["ops"]:
        return ""
    return say(
        "另外把区里自己的{what}送回去：区里恢复过旧的备份，这些它现在没有了。它们是区里签过字的原件，本站没有改动，也不是本站的新记录。",
        what=words(of),
    )


def coming(sender: str, device: str, of: Mapping[str, int]) -> str:
    """At the district: what of its own a station brings back."""
    return say(
        "{station} 送回了区级恢复备份后缺少的 {device} 的内容：{what}。这是区级自己写的，不是站点的新记录。",
        station=sender, device=device, what=words(of),
    )  # fmt: skip
