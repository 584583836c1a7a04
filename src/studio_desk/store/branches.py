"""Move the end of a chain to the end of another: what one branch of a forked chain says, is said again without a fork."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from studio_desk.kernel import ids
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.erasure import KIND as ERASED

if TYPE_CHECKING:
    from studio_desk.store.journal import Journal


def move(journal: Journal, dev: str, after: int, known: Mapping[str, str], to: str) -> dict[str, str]:
    """Say the ops of a chain behind a point again in another of this home, then cut the chain at that point.

    Type, record, time, writer, reason and values stay; what they had seen is named by the new digests. Where later ops of
    a third chain had built on a moved one, a last op keeps the record as its clerk saw it.

    Args:
        journal: the home's journal.
        dev: the chain.
        after: number of the last op that stays.
        known: ops that another computer has said again already, old digest to new: they are not said a third time.
        to: the chain in which they are said.

    Returns:
        Old digest to new of the ops that were said again; one that has nothing to say again stands for itself.
    """
    assert dev != to
    with journal.file.write():
        ops = list(journal.ops(dev, after + 1))
        recs = sorted({op.rec for op, _, _ in ops if op.rec})
        before = {rec: _plain(journal, rec) for rec in recs}
        names = dict(known)
        moved: dict[str, str] = {}
        for op, _, body in ops:
            if op.digest in known:
                continue
            # A body that was erased by law has nothing to say again; what a chain says of itself belongs to it, but where
            # an earlier branch went must stay known. A receipt is said anew from what is here, and so are copies of lists.
            if body is None or op.type.startswith("device.") or op.type in _SAID_ANEW:
                moved[op.digest] = op.digest
                moved |= {old: names.get(new, new) for old, new in moved_in([body] if body else []).items()}
                continue
            base = tuple(sorted({names.get(b, b) for b in op.base}))
            moved[op.digest] = names[op.digest] = journal.repeat(op, _salted(body), base, to).digest
        journal.take_back([op.digest for op, _, _ in ops], moved=True)
        for rec, values in before.items():
            if values is not None:
                _keep(journal, rec, values)
    return moved


def _salted(line: str) -> str:
    """A body with another salt: no two ops name one body."""
    return canon({**json.loads(line), "salt": ids.new_salt()})


def _plain(journal: Journal, rec: str) -> dict[str, Any] | None:
    """The values of a record that is in no conflict, `None` for any other."""
    with suppress(Problem, KeyError):
        row = journal.record(rec)
        if not row["conflict"] and row["kind"] in journal.shapes and row["kind"] != ERASED:
            return row
    return None


def _keep(journal: Journal, rec: str, was: Mapping[str, Any]) -> None:
    """Bring a record back to what it was when the move made old and new stand side by side."""
    now = journal.record(rec)
    differ = {k for k in {*now, *was} - _WORKED_OUT if now.get(k) != was.get(k)}
    if not differ and not now["conflict"]:
        return
    values = {k: v for k, v in was.items() if k not in _WORKED_OUT}
    with suppress(Problem):  # written by a newer version: it stays in conflict, and a person decides
        journal.write(was["kind"], values, uid=rec, type="record.resolve", reason=say("编号链合并，保持原来的内容"))


_SAID_ANEW = frozenset({"receipt", "list"})
_WORKED_OUT = frozenset({"kind", "rev", "conflict", "updated_at", "updated_by"})


def moved_in(bodies: Sequence[str]) -> dict[str, str]:
    """Old digest to new, as the bodies of `device.heal` ops say; what is no such body says nothing."""
    found: dict[str, str] = {}
    for line in bodies:
        said = json.loads(line)
        values = said.get("values") if isinstance(said, dict) else None
        pairs = values.get("moved") if isinstance(values, dict) else None
        if isinstance(pairs, dict):
            found |= {k: v for k, v in pairs.items() if isinstance(v, str)}
    return found
