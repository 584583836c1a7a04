"""What the store needs to know of a kind of record; `record.kind.Kind` is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import Table

if TYPE_CHECKING:
    from studio_desk.kernel.finding import Finding

VOID: Final = "作废"
"""The state of a record that is withdrawn, whatever its kind."""


class Shape(Protocol):
    """What the store needs to know of a kind (`record.kind.Kind` is one)."""

    @property
    def key(self) -> str:
        """The English name, equal to the table's."""

    @property
    def title(self) -> str:
        """The Chinese title."""

    @property
    def prefix(self) -> str:
        """The letters of the number."""

    @property
    def day(self) -> str:
        """The field with the date of the event, `""` when there is none."""

    @property
    def same(self) -> str:
        """What two linked records of the kind are (`同一人`), `""` when its records are never linked."""

    @property
    def version(self) -> int:
        """The version of the bodies written now."""

    @property
    def table(self) -> Table:
        """The kind's table."""

    @property
    def first_state(self) -> str:
        """The state a new record starts in."""

    def admit(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
        """The body of values about to be saved and the warnings that stay; a Problem when there is an error."""

    def allow_move(self, start: str, end: str, reason: str) -> None:
        """Refuse a step that the life cycle does not know, or that lacks its reason."""

    def allow_step(self, values: Mapping[str, Any], end: str, role: str) -> None:
        """Refuse a step that belongs to the other side; `values` are those before it, without a state when new."""

    def upcast(self, values: Mapping[str, Any], version: int) -> dict[str, Any]:
        """The values of an older body as today's."""

    def project(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Column values of a body; never refuses."""

    def words(self, row: Mapping[str, Any]) -> tuple[str, str]:
        """The text to be searched, and the names whose initials are searched."""

    def summary(self, row: Mapping[str, Any]) -> tuple[str, str, bool, bool]:
        """Title, day, whether a draft, whether closed."""

    def blobs(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Digests of the attachments a body names."""

    def fingerprint(self) -> str:
        """A text that changes with the table."""
