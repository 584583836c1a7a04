"""What other records are called: for cells, for printed forms, for the completer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studio_desk.kernel.problem import Problem
from studio_desk.store import ledger

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def titles(home: Home, uids: Sequence[str]) -> dict[str, str]:
    """Titles by uid of the records that are here."""
    wanted = [uid for uid in dict.fromkeys(uids) if uid]
    found: dict[str, str] = {}
    with home.file.read() as c:
        for start in range(0, len(wanted), 500):
            part = tuple(wanted[start : start + 500])
            marks = ",".join("?" * len(part))
            rows = c.exec_driver_sql(f"SELECT uid, title, code FROM record WHERE uid IN ({marks})", part)  # noqa: S608 - only marks
            found |= {uid: title or code for uid, title, code in rows}
    return found


class HomeLook:
    """The `record.look.Look` of an open home."""

    def __init__(self, home: Home, *, full: bool = False) -> None:
        self._home = home
        self._full = full or not home.settings.mask_phones

    def title(self, uid: str) -> str:
        """The title of a record, its uid when it is not here."""
        return titles(self._home, [uid]).get(uid, uid)

    def record(self, uid: str) -> Mapping[str, Any]:
        """The values of a record, empty when it is not here."""
        try:
            return self._home.journal.record(uid)
        except Problem:
            return {}

    def children(self, kind: str, field: str, uid: str) -> Sequence[Mapping[str, Any]]:
        """The records of `kind` whose `field` holds `uid`."""
        table = self._home.journal.shapes[kind].table
        return [self._home.journal.record(child) for child in ledger.children(self._home.file, table, field, uid)]

    def photo(self, sha256: str) -> bytes | None:
        """The bytes of an attachment, `None` when they are not here."""
        with self._home.file.read() as c:
            data = c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (sha256,)).scalar()
        return None if data is None else bytes(data)

    @property
    def office(self) -> str:
        """The name of the home."""
        return self._home.name

    @property
    def full(self) -> bool:
        """Whether telephone numbers are printed in full."""
        return self._full
