"""Work out a record's values from the set of its ops, whatever the order they arrived in.

Every field is a multi-value register ordered by the ops' `base` ancestry: a write replaces the writes its author had
seen; writes that had not seen each other stand side by side. No clock decides anything (`exchange.md`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from studio_desk.kernel.canon import canon

REMARKS = frozenset({"record.return", "record.comment"})
"""Op types that are about a record but change no value of it."""


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
    return _merge(order)


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
    while ready:
        digest = ready.pop(0)
        order.append(known[digest])
        for child in sorted(children[digest]):
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return order


def _linear(order: Sequence[Said]) -> bool:
    return all(later.base == (earlier.digest,) for earlier, later in pairwise(order))


def _merge(order: Sequence[Said]) -> Projected:
    seen: dict[str, frozenset[str]] = {}
    versions: dict[str, dict[str, frozenset[str]]] = {}
    values = {op.digest: op.values or {} for op in order}
    for op in order:
        bases = [b for b in op.base if b in seen]
        seen[op.digest] = frozenset(bases).union(*(seen[b] for b in bases))
        merged = _join([versions[b] for b in bases], seen)
        if op.values is None:
            versions[op.digest] = merged
            continue
        now = dict(merged)
        for name in {*op.values, *merged}:
            before = {_value(values[v], name) for v in merged.get(name, ())}
            if before != {_value(op.values, name)}:
                now[name] = frozenset({op.digest})
        versions[op.digest] = now
    children = {b for op in order for b in op.base}
    heads = tuple(sorted(op.digest for op in order if op.digest not in children))
    final = _join([versions[h] for h in heads], seen)
    result: dict[str, Any] = {}
    conflicts: dict[str, tuple[str, ...]] = {}
    for name, which in final.items():
        chosen = min(which)
        if values[chosen].get(name) is not None:
            result[name] = values[chosen][name]
        if len({_value(values[v], name) for v in which}) > 1:
            conflicts[name] = tuple(sorted(which))
    return Projected(result, heads, conflicts)


def _join(
    parts: Sequence[Mapping[str, frozenset[str]]], seen: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """The versions alive after several branches met: those that no other living version had seen."""
    joined: dict[str, frozenset[str]] = {}
    for name in {name for part in parts for name in part}:
        alive = frozenset().union(*(part.get(name, frozenset()) for part in parts))
        joined[name] = frozenset(v for v in alive if not any(v in seen[w] for w in alive))
    return joined


def _value(values: Mapping[str, Any], name: str) -> str:
    """A value as comparable text; missing, empty and `false` are the same (bodies leave them out)."""
    value = values.get(name)
    return "" if value in ("", [], {}, None, False) else canon(value)
