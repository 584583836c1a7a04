"""What the journal answers: to a write, a merge, a look into the past."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio_desk.kernel.finding import Finding


@dataclass(frozen=True)
class Written:
    """The answer to a write: durable once it is returned."""

    uid: str
    code: str
    rev: str
    state: str
    findings: tuple[Finding, ...] = ()


@dataclass
class Applied:
    """What merging ops of other chains did."""

    new: int = 0
    same: int = 0
    added: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    conflicts: set[str] = field(default_factory=set)


@dataclass
class Changes:
    """What a committed transaction touched; screens that show it reload. `erased`: bodies were taken away by law."""

    kinds: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    erased: bool = False


@dataclass(frozen=True)
class Revision:
    """One op in the history of a record; `other` is the record that a link names."""

    op: str
    dev: str
    seq: int
    t: str
    type: str
    by: str
    reason: str
    values: dict[str, Any] | None
    base: tuple[str, ...]
    other: str = ""


@dataclass(frozen=True)
class Version:
    """One of several values that stand side by side in a field."""

    op: str
    value: Any
    dev: str
    t: str
    by: str


@dataclass(frozen=True)
class Conflict:
    """A field with several values, for a person to decide."""

    rec: str
    kind: str
    code: str
    title: str
    field: str
    versions: tuple[Version, ...]
