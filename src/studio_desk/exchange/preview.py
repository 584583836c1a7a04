"""What would leave with the next export: which records, which personal data, how much; before anything leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import acknowledged, contents, outbox
from studio_desk.exchange.contents import count, handed_back
from studio_desk.exchange.flaws import well_formed
from studio_desk.kernel.canon import digest
from studio_desk.kernel.pairs import pair_of
from studio_desk.kernel.words import say
from studio_desk.record.kind import Kind
from studio_desk.store import erasure, links

if TYPE_CHECKING:
    from studio_desk.exchange.volumes import Volume
    from studio_desk.store.home import Home


def preview(home: Home, *, everything: bool = False) -> dict[str, Any]:
    """What `outbox.export` would pack now.

    Returns:
        `{ops, records, attachments, bytes, chains: [{device, first, last}], kinds: [{kind, title, records, P1, P2}],
        items: [{uid, kind, code, title, state, P1, P2}], again, handed_back}`; `P1` and `P2` hold the labels of personal and
        sensitive fields that are filled in any revision that would leave (domain.md 2.1). All of it is about the station's
        own chains; `again` says that nothing of them is new, and `handed_back` has the same keys, and those of
        `contents.Contents`, about what of the district's own is handed back.
    """
    volumes = outbox.waiting(home, everything=everything)
    own, back = ([v for v in volumes if handed_back(v.dev) is wanted] for wanted in (False, True))
    confirmed = {} if everything else acknowledged.settle(home)
    again = bool(own) and all(v.last <= confirmed.get(v.dev, 0) for v in own)
    return {**_told(home, own), "again": again, "handed_back": _told(home, back)}


def _told(home: Home, volumes: Sequence[Volume]) -> dict[str, Any]:
    kinds = {shape.key: shape for shape in home.shapes if isinstance(shape, Kind)}
    personal: dict[str, dict[str, set[str]]] = {}
    ops = [json.loads(line) for volume in volumes for line in volume.ops]
    recs = {op["body"]: op["rec"] for op in ops if op["rec"]}
    for line in (line for volume in volumes for line in volume.bodies):
        _look(line, recs, kinds, personal)
    items = [_item(home, uid, personal.get(uid, {})) for uid in sorted({r for v in volumes for r in v.recs})]
    return {
        **count(ops).as_json(),
        "attachments": sum(len(v.blobs) for v in volumes),
        "bytes": sum(sum(map(len, v.bodies)) + sum(v.blobs.values()) for v in volumes),
        "chains": [{"device": v.dev, "first": v.first, "last": v.last} for v in volumes],
        "kinds": _by_kind(items, kinds),
        "items": items,
    }


def sentences(told: Mapping[str, Any], size: Callable[[int], str]) -> list[str]:
    """What would leave, in sentences; none when nothing would.

    Args:
        told: the answer of `preview`.
        size: puts bytes into words.
    """
    found = []
    if told["again"]:
        found.append(
            say("没有新的记录；只告诉区里本机收到了什么、还缺什么，并带上区里要的附件{n}个。", n=told["attachments"])
        )
    elif told["records"]:
        found.append(
            say(
                "将送出{records}条记录、{attachments}个附件，约 {size}。送出的文件已加密，只有区里能打开。",
                records=told["records"], attachments=told["attachments"], size=size(told["bytes"]),
            )
        )  # fmt: skip
    elif told["ops"]:
        found.append(say("没有新的记录；将送出本站的登记事项{n}项（如换新编号、装订成册）。", n=told["ops"]))
    elif told["handed_back"]["ops"]:
        found.append(say("本站没有新的记录要送。"))
    return [*found, *filter(None, [contents.leaving(told["handed_back"])])]


def _look(line: str, recs: dict[str, str], kinds: dict[str, Kind], personal: dict[str, dict[str, set[str]]]) -> None:
    body = json.loads(line)
    rec = recs.get(digest(line), "")
    kind = kinds.get(body.get("kind", "")) if well_formed(body) else None
    if not rec or kind is None:
        return
    found = personal.setdefault(rec, {"P1": set(), "P2": set()})
    for name, ask in kind.asks.items():
        if ask.personal != "P0" and body["values"].get(name):
            found[ask.personal].add(kind.label(name))


def _item(home: Home, uid: str, personal: dict[str, set[str]]) -> dict[str, Any]:
    query = "SELECT kind, code, title, state FROM record WHERE uid = ?"
    with home.file.read() as c:
        row = c.exec_driver_sql(query, (uid,)).first()
        parts = [c.exec_driver_sql(query, (part,)).first() for part in pair_of(uid) or ()]
    pair = (links.WAS, "", " + ".join(part[1] for part in parts if part), "") if parts else None
    kind, code, title, state = row or pair or ("unknown", "", uid, "")
    classes = {label: sorted(personal.get(label, ())) for label in ("P1", "P2")}
    return {"uid": uid, "kind": kind, "code": code, "title": title, "state": state, **classes}


def _by_kind(items: list[dict[str, Any]], kinds: dict[str, Kind]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    others = {links.WAS: say("关联"), erasure.KIND: say("已依法删除的记录")}
    for item in items:
        title = kinds[item["kind"]].title if item["kind"] in kinds else others.get(item["kind"], item["kind"])
        one = found.setdefault(item["kind"], {"kind": item["kind"], "title": title, "records": 0, "P1": 0, "P2": 0})
        one["records"] += 1
        one["P1"] += bool(item["P1"])
        one["P2"] += bool(item["P2"])
    return list(found.values())
