"""What became of one file that was taken in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from studio_desk.exchange import changes
from studio_desk.exchange.header import Header
from studio_desk.kernel.problem import Problem

Word = Literal["applied", "duplicate", "held", "quarantined", "unread"]
"""`unread`: the file could not be read from its medium; nothing is kept of it."""


@dataclass
class Outcome:
    """What became of one file.

    Attributes:
        file: the file as it was given.
        outcome: see `Word`.
        bundle: the bundle's id, `""` when it was not understood.
        sender: code of who wrote it.
        device: the chain.
        first: its first op.
        last: its last op.
        new: records that were not here before.
        changed: records that were here and changed.
        same: ops that were here already.
        conflicts: records in conflict, of those touched.
        flagged: records that do not fit their kind, kept and flagged.
        waiting_for: `{device, first, last, text}` of the ops it waits for.
        code: of the Problem.
        problem: its sentence.
        remedy: its remedy.
        notices: sentences for the clerk.
        changes: what it changes here, in sentences: `{sort, text, …}` (`changes.Change`).
        exit_code: of the Problem.
    """

    file: str
    outcome: Word = "applied"
    bundle: str = ""
    sender: str = ""
    device: str = ""
    first: int = 0
    last: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    conflicts: int = 0
    flagged: int = 0
    waiting_for: dict[str, Any] | None = None
    code: str = ""
    problem: str = ""
    remedy: str = ""
    notices: list[str] = field(default_factory=list)
    changes: list[changes.Change] = field(default_factory=list)
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line for one file."""
        return {k: v for k, v in self.__dict__.items() if k != "exit_code"}

    def identify(self, header: Header) -> None:
        """Say which bundle it is."""
        self.bundle, self.sender, self.device = header.bundle, header.sender, header.device
        self.first, self.last = header.first, header.last

    def refuse(self, problem: Problem, word: Word) -> None:
        """Say why it was not taken in."""
        self.outcome = word
        self.code, self.problem, self.remedy = problem.code, problem.sentence, problem.remedy
        self.exit_code = problem.exit_code

    def settle(self, word: Word) -> None:
        """It was taken in, whatever was said of it before."""
        self.outcome, self.waiting_for = word, None
        self.code, self.problem, self.remedy, self.exit_code = "", "", "", 0
