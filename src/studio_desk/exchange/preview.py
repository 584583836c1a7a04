"""What would leave with the next export: which records, which personal data, how much; before anything leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import outbox
from studio_desk.exchange.flaws import well_formed
from studio_desk.kernel.canon import digest
from studio_desk.kernel.pairs import pair_of
from studio_desk.kernel.words import say
from studio_desk.record.kind import Kind
from studio_desk.store import erasure, links

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def preview(home: Home, *, everything: bool = False) -> dict[str, Any]:
    """What `outbox.export` would pack now.

    Returns:
        `{ops, records, attachments, bytes, chains: [{device, first, last}], kinds: [{kind, title, records, P1, P2}],
        items: [{uid, kind, code, title, state, P1, P2}]}`; `P1` and `P2` hold the labels of personal and sensitive
        fields that are filled in any revision that would leave (domain.md 2.1).
    """
    volumes = outbox.waiting(home, everything=everything)
    kinds = {shape.key: shape for shape in home.shapes if isinstance(shape, Kind)}
    personal: dict[str, dict[str, set[str]]] = {}
    for volume in volumes:
        recs = {op["body"]: op["rec"] for op in map(json.loads, volume.ops) if op["rec"]}
        for line in volume.bodies:
            _look(line, recs, kinds, personal)
    items = [_item(home, uid, personal.get(uid, {})) for uid in sorted({r for v in volumes for r in v.recs})]
    return {
        "ops": sum(len(v.ops) for v in volumes),
        "records": len(items),
        "attachments": sum(len(v.blobs) for v in volumes),
        "bytes": sum(sum(map(len, v.bodies)) + sum(v.blobs.values()) for v in volumes),
        "chains": [{"device": v.dev, "first": v.first, "last": v.last} for v in volumes],
        "kinds": _by_kind(items, kinds),
        "items": items,
    }


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
