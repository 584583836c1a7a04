"""How a printed form looks up what another record is called, without knowing where records are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Look(Protocol):
    """Reading access given to `Kind.sheets`."""

    def title(self, uid: str) -> str:
        """The title of the record with that uid (a member's name …), the uid itself when unknown."""

    def record(self, uid: str) -> Mapping[str, Any]:
        """The field values of a record, empty when unknown."""

    def children(self, kind: str, field: str, uid: str) -> Sequence[Mapping[str, Any]]:
        """The records of `kind` whose `field` holds `uid`, in order of their number."""

    def photo(self, sha256: str) -> bytes | None:
        """The bytes of an attachment, `None` when they are not here."""

    @property
    def office(self) -> str:
        """The name of the station or district that prints."""

    @property
    def full(self) -> bool:
        """Whether telephone and ID numbers are printed in full; masked otherwise."""
