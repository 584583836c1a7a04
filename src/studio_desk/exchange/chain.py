"""Check the ops and bodies of one bundle: a chain without a hole, and every body the one its op names.

Pure: no file, no database, no clock (`docs/bundle-format.md` clauses 7, 8 and 10).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from studio_desk.exchange.header import Header, chain_owner
from studio_desk.exchange.limits import MAX_BODY_LINE, MAX_OP_LINE, MAX_OPS
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.strict_json import read_line, read_text
from studio_desk.kernel.pairs import LINK_TYPES, pair_of

MAX_BASE: Final = 64
"""Revisions one op may name as seen."""
MAX_TEXT: Final = 128
"""Characters of an op's texts."""
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_DISTRICT_ONLY: Final = frozenset({"receipt", "trust", "record.return", "list"})
"""What only a district may write."""


@dataclass
class Checked:
    """What is known of the ops once they passed.

    Attributes:
        ops: how many.
        records: how many different records they are about.
        missing: `(seq, rec)` of ops whose body is not here and that no erasure, here or named in the header, explains.
        claims: digest of an attachment to the names that bodies give it.
    """

    ops: int = 0
    records: int = 0
    missing: list[tuple[int, str]] = field(default_factory=list)
    claims: dict[str, set[str]] = field(default_factory=dict)


def lines(data: bytes, place: str, limit: int) -> Iterator[tuple[bytes, str]]:
    """Each line as its bytes and where it stands; every line ends with a line feed.

    Raises:
        Problem: `LINE_TOO_LONG`, `JSON_BROKEN` for an empty or unended line.
    """
    if data and not data.endswith(b"\n"):
        raise refuse("JSON_BROKEN", place=place)
    start, number = 0, 0
    while start < len(data):
        stop = data.index(b"\n", start)
        number += 1
        where = f"{place}:{number}"
        if stop - start > limit:
            raise refuse("LINE_TOO_LONG", place=where, limit=limit)
        if stop == start:
            raise refuse("JSON_BROKEN", place=where)
        yield data[start:stop], where
        start = stop + 1


def check_ops(data: bytes, header: Header) -> tuple[Checked, dict[str, tuple[int, int, str, str]]]:
    """Check `ops.jsonl` against the header.

    Returns:
        What was seen, and per body digest `(seq, size, type, rec)` of the op that names it.

    Raises:
        Problem: `JSON_…`, `OP_WRONG`, `FOREIGN_OPS`, `CHAIN_BROKEN`, `OP_NOT_ENTITLED`, `OPS_TOO_MANY`.
    """
    checked = Checked()
    recs: set[str] = set()
    erased: set[str] = set(header.erased)
    bodies: dict[str, tuple[int, int, str, str]] = {}
    seq, head = header.first - 1, header.prev
    if header.last - header.first >= MAX_OPS:
        raise refuse("OPS_TOO_MANY", limit=MAX_OPS)
    district = chain_owner(header.device).isdigit()
    for raw, where in lines(data, "ops.jsonl", MAX_OP_LINE):
        op = read_line(read_text(raw, where), where)
        _check_op(op, where)
        if op["dev"] != header.device:
            raise refuse("FOREIGN_OPS", place=where, found=op["dev"], device=header.device)
        if op["seq"] != seq + 1 or op["prev"] != head or seq >= header.last:
            raise refuse("CHAIN_BROKEN", place=where)
        if op["type"] in _DISTRICT_ONLY and not district:
            raise refuse("OP_NOT_ENTITLED", sender=header.sender, type=op["type"], place=where)
        if op["body"] in bodies:
            raise refuse("BODY_TWICE", place=where)
        seq, head = op["seq"], hashlib.sha256(raw).hexdigest()
        bodies[op["body"]] = (seq, op["size"], op["type"], op["rec"])
        if op["type"] == "record.redact":
            erased.add(op["rec"])
        recs.add(op["rec"])
    if seq != header.last or head != header.head:
        raise refuse("CHAIN_BROKEN", place="ops.jsonl")
    checked.ops, checked.records = len(bodies), len(recs - {""})
    checked.missing = [(s, rec) for s, _, _, rec in bodies.values() if rec not in erased]
    return checked, bodies


def check_bodies(data: bytes, bodies: Mapping[str, tuple[int, int, str, str]], checked: Checked) -> None:
    """Check `bodies.jsonl` against the ops; fills `checked.missing` and `checked.claims`.

    Raises:
        Problem: `JSON_…`, `BODY_UNLISTED`, `BODY_TWICE`.
    """
    here: set[int] = set()
    last = 0
    for raw, where in lines(data, "bodies.jsonl", MAX_BODY_LINE):
        named = bodies.get(hashlib.sha256(raw).hexdigest())
        if named is None or named[1] != len(raw):
            raise refuse("BODY_UNLISTED", place=where)
        if named[0] <= last:
            raise refuse("BODY_TWICE", place=where)
        last = named[0]
        here.add(last)
        _claims(read_line(read_text(raw, where), where), checked.claims)
    checked.missing = [point for point in checked.missing if point[0] not in here]


def _check_op(op: Any, where: str) -> None:
    fault = _op_fault(op) if isinstance(op, dict) else "op"
    if fault:
        raise refuse("OP_WRONG", place=where, field=fault)


def _op_fault(op: Mapping[str, Any]) -> str:
    """The first key of an op that is not as clause 7.2 says, `""` when all are."""
    for key, least in (("v", 1), ("seq", 1), ("size", 0)):
        if type(op.get(key)) is not int or op[key] < least:
            return key
    for key in ("dev", "prev", "t", "type", "rec", "body"):
        if not isinstance(op.get(key), str) or len(op[key]) > MAX_TEXT:
            return key
    faults = (
        ("prev", not _HEX.fullmatch(op["prev"])),
        ("body", not _HEX.fullmatch(op["body"])),
        ("base", not _is_base(op.get("base"))),
        ("type", not op["type"]),
        ("rec", op["type"].startswith("record.") and not op["rec"]),
        ("rec", op["type"] in LINK_TYPES and pair_of(op["rec"]) is None),
    )
    return next((key for key, wrong in faults if wrong), "")


def _is_base(base: Any) -> bool:
    """Sorted digests, each once."""
    if not isinstance(base, list) or len(base) > MAX_BASE:
        return False
    return all(isinstance(b, str) and _HEX.fullmatch(b) for b in base) and base == sorted(set(base))


def _claims(value: Any, claims: dict[str, set[str]]) -> None:
    """Remember under which names a body speaks of an attachment: a `sha256` beside a `name` or `mime`."""
    if isinstance(value, list):
        for inner in value:
            _claims(inner, claims)
    elif isinstance(value, dict):
        named = value.get("sha256")
        if isinstance(named, str) and len(named) == 64:
            said = claims.setdefault(named, set())
            said.update(v for k in ("name", "mime") if isinstance(v := value.get(k), str) and v)
        for inner in value.values():
            if isinstance(inner, (dict, list)):
                _claims(inner, claims)
