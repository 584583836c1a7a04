"""Work out a record's values from the set of its ops, whatever the order they arrived in.

Every field is a multi-value register ordered by the ops' `base` ancestry: a write replaces the writes its author had
seen; writes that had not seen each other stand side by side. No clock decides anything (`exchange.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from studio_desk.kernel.canon import canon

REMARKS = frozenset({"record.return", "record.comment"})
"""Op types that are about a record but change no value of it."""
NUMBER: Final = "code"
"""The record's number. Machines give it out: where two gave a new one at once the smaller stands, nobody is asked."""
MOST: Final = 2000
"""Ops about one record whose fields are merged one by one. Nobody writes more that way but a program gone wrong or somebody
with bad intent, and the work grows with the square: beyond it whole versions stand side by side."""


@dataclass(frozen=True)
class Said:
    """One op about a record, with the values its body says (`None`: erased, or not here yet)."""

    digest: str
    base: tuple[str, ...]
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class Projected:
    """A record as the set of its ops says it is.

    Attributes:
        values: field values; a conflicting field shows the value of the version with the smallest digest.
        heads: digests of the ops that no other op has seen, sorted.
        conflicts: per conflicting field the digests of the versions that stand side by side.
    """

    values: dict[str, Any]
    heads: tuple[str, ...]
    conflicts: dict[str, tuple[str, ...]] = field(default_factory=dict)


def project(said: Sequence[Said]) -> Projected:
    """The record that a set of ops amounts to; a pure function of the set.

    Args:
        said: every value-bearing op about one record, in any order.
    """
    if len(said) == 1:
        return Projected(dict(said[0].values or {}), (said[0].digest,))
    order = _topological(said)
    if _linear(order):
        last = next((op for op in reversed(order) if op.values is not None), order[-1])
        return Projected(dict(last.values or {}), (order[-1].digest,))
    return _merge(order) if len(order) <= MOST else _whole(order)


def _topological(said: Sequence[Said]) -> list[Said]:
    """Ancestors first; ops that do not know each other in the order of their digests."""
    known = {op.digest: op for op in said}
    children: dict[str, list[str]] = {digest: [] for digest in known}
    waiting = {}
    for op in said:
        bases = {b for b in op.base if b in known}
        waiting[op.digest] = len(bases)
        for b in bases:
            children[b].append(op.digest)
    ready = sorted(digest for digest, count in waiting.items() if not count)
    order: list[Said] = []
    for digest in ready:  # it grows meanwhile
        order.append(known[digest])
        for child in sorted(children[digest]):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return order


def _linear(order: Sequence[Said]) -> bool:
    return all(later.base == (earlier.digest,) for earlier, later in pairwise(order))


def _heads(order: Sequence[Said]) -> tuple[str, ...]:
    children = {b for op in order for b in op.base}
    return tuple(sorted(op.digest for op in order if op.digest not in children))


def _whole(order: Sequence[Said]) -> Projected:
    """The newest versions as wholes: a field in which they differ is a conflict of them all."""
    heads = _heads(order)
    values = {op.digest: op.values for op in order if op.values is not None}
    shown = [head for head in heads if head in values] or [op.digest for op in order[::-1] if op.digest in values][:1]
    if not shown:
        return Projected({}, heads)
    names = {name for version in shown for name in values[version]}
    differ = {name for name in names if len({_value(values[version], name) for version in shown}) > 1}
    result = {name: value for name, value in values[min(shown)].items() if value is not None}
    if NUMBER in differ:
        result[NUMBER] = min(str(values[version].get(NUMBER, "")) for version in shown)
    return Projected(result, heads, dict.fromkeys(sorted(differ - {NUMBER}), tuple(sorted(shown))))


class _Told:
    """What versions say in a field; it is asked again and again about the same ones."""

    def __init__(self, values: Mapping[str, Mapping[str, Any]]) -> None:
        self._values = values
        self._known: dict[tuple[str, frozenset[str]], set[str]] = {}

    def of(self, name: str, which: frozenset[str]) -> set[str]:
        """The different values of a field in some versions, as comparable text."""
        if (name, which) not in self._known:
            self._known[name, which] = {_value(self._values[v], name) for v in which}
        return self._known[name, which]


def _merge(order: Sequence[Said]) -> Projected:
    bits = {op.digest: 1 << place for place, op in enumerate(order)}
    seen: dict[str, int] = {}
    versions: dict[str, dict[str, frozenset[str]]] = {}
    values = {op.digest: op.values or {} for op in order}
    told = _Told(values)
    for op in order:
        bases = [b for b in op.base if b in seen]
        seen[op.digest] = 0
        for b in bases:
            seen[op.digest] |= bits[b] | seen[b]
        merged = _join([versions[b] for b in bases], seen, bits)
        if op.values is None:
            versions[op.digest] = merged
            continue
        now = dict(merged)
        for name in {*op.values, *merged}:
            if told.of(name, merged.get(name, frozenset())) != {_value(op.values, name)}:
                now[name] = frozenset({op.digest})
        versions[op.digest] = now
    heads = _heads(order)
    final = _join([versions[h] for h in heads], seen, bits)
    result: dict[str, Any] = {}
    conflicts: dict[str, tuple[str, ...]] = {}
    for name, which in final.items():
        chosen = min(which, key=lambda v: str(values[v].get(NUMBER, ""))) if name == NUMBER else min(which)
        if values[chosen].get(name) is not None:
            result[name] = values[chosen][name]
        if name != NUMBER and len(told.of(name, which)) > 1:
            conflicts[name] = tuple(sorted(which))
    return Projected(result, heads, conflicts)


def _join(
    parts: Sequence[dict[str, frozenset[str]]], seen: Mapping[str, int], bits: Mapping[str, int]
) -> dict[str, frozenset[str]]:
    """The versions alive after several branches met: those that no other living version had seen.

    Args:
        parts: the living versions of each field, by branch.
        seen: per version the bits of all that its writer had seen.
        bits: per version its own bit.
    """
    if len(parts) == 1:
        return parts[0]
    joined: dict[str, frozenset[str]] = {}
    for name in {name for part in parts for name in part}:
        alive = frozenset().union(*(part.get(name, frozenset()) for part in parts))
        covered = 0
        for version in alive:
            covered |= seen[version]
        joined[name] = frozenset(v for v in alive if not bits[v] & covered)
    return joined


def _value(values: Mapping[str, Any], name: str) -> str:
    """A value as comparable text; missing, empty and `false` are the same (bodies leave them out)."""
    value = values.get(name)
    return "" if value in ("", [], {}, None, False) else canon(value)
