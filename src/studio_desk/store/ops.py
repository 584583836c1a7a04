"""One entry of the journal: its canonical line, its digest, its body (`docs/bundle-format.md`)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from studio_desk.kernel import ids
from studio_desk.kernel.canon import canon, digest, parse

FORMAT = 1
"""Version of op and body lines."""
GENESIS = "0" * 64
"""`prev` of the first op of a chain."""
RECORD_TYPES = frozenset({"record.save", "record.correct", "record.void", "record.move", "record.resolve"})
"""Types whose body holds the whole record."""
BASES = 64
"""Most revisions that one op names as seen; who has seen more says so in several ops."""
_HEX = re.compile(r"[0-9a-f]{64}")
_TEXT = r'"([ !#-\[\]-~]{0,128})"'
"""Printable ASCII without the quote and the backslash: it is written in one way only."""
_NUMBER = "(0|[1-9][0-9]{0,14})"
_DIGEST = '"([0-9a-f]{64})"'
_BASE = r'\[((?:"[0-9a-f]{64}"(?:,"[0-9a-f]{64}"){0,63})?)\]'
_USUAL = re.compile(
    f'{{"base":{_BASE},"body":{_DIGEST},"dev":{_TEXT},"prev":{_DIGEST},"rec":{_TEXT},"seq":([1-9][0-9]{{0,14}}),'
    f'"size":{_NUMBER},"t":{_TEXT},"type":{_TEXT},"v":{_NUMBER}}}'
)
"""An op line as this program writes it. Whatever matches is canonical: reading it needs no comparison."""


@dataclass(frozen=True)
class Op:
    """One op.

    Attributes:
        v: format of the line.
        dev: the chain it belongs to (`SQ-1`).
        seq: its number in the chain, from 1.
        prev: digest of the op before.
        t: local time it was written, for display only.
        type: `record.save`, `receipt` …
        rec: uid of the record it is about, `""` when about none.
        base: digests of the record's ops its writer had seen.
        body: digest of the body line.
        size: bytes of the body line.
    """

    v: int
    dev: str
    seq: int
    prev: str
    t: str
    type: str
    rec: str
    base: tuple[str, ...]
    body: str
    size: int

    @cached_property
    def line(self) -> str:
        """The canonical line."""
        return canon(
            {
                "v": self.v,
                "dev": self.dev,
                "seq": self.seq,
                "prev": self.prev,
                "t": self.t,
                "type": self.type,
                "rec": self.rec,
                "base": list(self.base),
                "body": self.body,
                "size": self.size,
            }
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the line: the op's name."""
        return digest(self.line)

    @classmethod
    def from_line(cls, line: str) -> Op:
        """Read an op line; further keys of a newer version are allowed and stay in the line as it was stored.

        Raises:
            ValueError: not canonical, a key missing or of the wrong type.
        """
        if usual := _USUAL.fullmatch(line):
            base, body, dev, prev, rec, seq, size, t, type_, v = usual.groups()
            seen = tuple(base[1:-1].split('","')) if base else ()
            op = cls(int(v), dev, int(seq), prev, t, type_, rec, seen, body, int(size))
            op.__dict__["line"] = line
            return op
        found = parse(line)
        if not isinstance(found, dict):
            raise ValueError("an op is a JSON object")  # noqa: TRY004 - readers catch one error type
        texts = {k: found.get(k) for k in ("dev", "prev", "t", "type", "rec", "body")}
        numbers = {k: found.get(k) for k in ("v", "seq", "size")}
        base = found.get("base")
        fits = (
            all(isinstance(value, str) and len(value) <= 128 for value in texts.values())
            and all(type(value) is int and value >= 0 for value in numbers.values())
            and isinstance(base, list)
            and len(base) <= BASES
            and all(isinstance(b, str) and _HEX.fullmatch(b) for b in base)
            and _HEX.fullmatch(str(texts["prev"]))
            and _HEX.fullmatch(str(texts["body"]))
            and numbers["seq"]
        )
        if not fits:
            raise ValueError("an op key is missing or of the wrong type")
        op = cls(**texts, **numbers, base=tuple(base or ()))  # type: ignore[arg-type]  # checked above
        # A line of a newer version may have more keys: its digest is that of the line, not of what we understood.
        op.__dict__["line"] = line
        return op


def body_line(
    values: Mapping[str, Any],
    *,
    kind: str = "",
    version: int = 1,
    by: str = "",
    reason: str = "",
    blobs: tuple[str, ...] = (),
) -> str:
    """The canonical line of a body, with a fresh salt.

    Args:
        values: the whole record, or what a note says.
        kind: the record's kind, `""` for ops about no record.
        version: version of the kind's bodies.
        by: who wrote it.
        reason: why, for corrections and withdrawals.
        blobs: digests of the attachments the body names.
    """
    return canon(
        {
            "v": FORMAT,
            "kind": kind,
            "version": version,
            "salt": ids.new_salt(),
            "by": by,
            "reason": reason,
            "values": dict(values),
            "blobs": list(blobs),
        }
    )


def read_body(line: str | None) -> dict[str, Any]:
    """What a body line says, whoever wrote it; empty when it was erased or is not here.

    A body is kept verbatim even when it is not what it should be. Reading one never fails: what is no object says nothing,
    and a part of the wrong type counts as missing.
    """
    found = json.loads(line) if line else {}
    body: dict[str, Any] = found if isinstance(found, dict) else {}
    for key, type_ in _PARTS.items():
        if key in body and type(body[key]) is not type_:
            del body[key]
    if "blobs" in body:
        body["blobs"] = [b for b in body["blobs"] if isinstance(b, str)]
    return body


_PARTS = {"kind": str, "version": int, "by": str, "reason": str, "values": dict, "blobs": list}
