"""What other records are called: for cells and for the completer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

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
