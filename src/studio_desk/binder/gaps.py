"""What is missing in a year before it is sealed: a list for the clerk to work off (domain.md 1, S000-12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from studio_desk.binder.items import ARCHIVED
from studio_desk.binder.sight import Sight
from studio_desk.kernel.words import say
from studio_desk.record.kind import VOID, Kind, Record
from studio_desk.store import tables

if TYPE_CHECKING:
    from studio_desk.store.home import Home

FILED_STATE = "已归档"
"""The last state of the life cycles that end in the archive (domain.md 2.3)."""


@dataclass(frozen=True)
class Gap:
    """One thing that is missing.

    Attributes:
        uid: of the record.
        code: its number.
        kind: key of its kind.
        title: its title.
        what: `DRAFT`, `CONFLICT`, `NOT_FINISHED`, `NO_MINUTES`, `NO_SIGN_IN`, `NO_PHOTO`, `NO_FILE`.
        sentence: the same for a person.
    """

    uid: str
    code: str
    kind: str
    title: str
    what: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        """For scripts; `remedy` is empty because the sentence says what to add."""
        return {**asdict(self), "remedy": ""}


def gaps(home: Home, year: int) -> list[Gap]:
    """Everything that is missing in a year, in the order of kinds, days and numbers; empty when the year is complete."""
    sight = Sight(home)
    here = _blobs(home)
    found = []
    for kind, row in _records(home, year, sight):
        for what, sentence in _missing(kind, row, sight, here):
            title = str(row.get(kind.name) or row["code"])
            told = say("{code}《{title}》{sentence}", code=row["code"], title=title, sentence=sentence)
            found.append(Gap(str(row["uid"]), str(row["code"]), kind.key, title, what, told))
    return found


def _records(home: Home, year: int, sight: Sight) -> list[tuple[Kind, Mapping[str, Any]]]:
    """The home's own records of a year, drafts included."""
    found = []
    with home.file.read() as c:
        for kind in ARCHIVED:
            uids = c.exec_driver_sql(
                "SELECT uid FROM record WHERE kind = ? AND day >= ? AND day < ? AND state <> ? AND station = ?"
                " ORDER BY day, code",
                (kind.key, f"{year:04d}", f"{year + 1:04d}", VOID, home.code),
            ).scalars()
            found += [(kind, sight.record(uid)) for uid in uids.all()]
    return found


def _missing(kind: Kind, row: Mapping[str, Any], sight: Sight, here: set[str]) -> list[tuple[str, str]]:
    state = str(row["state"])
    if state in kind.life.drafts:
        return [("DRAFT", say("还是“{state}”，不会归档。", state=state))]
    found = []
    if row.get("conflict"):
        found.append(("CONFLICT", say("有待定的冲突。")))
    ready = state in kind.life.closed or any(m.start == state and m.end == FILED_STATE for m in kind.life.moves)
    if not ready:
        found.append(("NOT_FINISHED", say("还没有办完，现在是“{state}”。", state=state)))
    files = [f for f in sight.children("attachment", "parent", str(row["uid"])) if f.get("state") != VOID]
    if absent := [f for f in files if f.get("sha256") not in here]:
        found.append(("NO_FILE", say("有{n}个附件的文件不在本机。", n=len(absent))))
    _, record = sight.model(str(row["uid"]))
    if expects := _EXPECTED.get(kind.key):
        found += expects(record, files, sight) if kind.duties(record) else []
    return found


def _event(record: Any, files: list[Mapping[str, Any]], sight: Sight) -> list[tuple[str, str]]:
    """An event that counts has minutes, a sign-in and photos (domain.md 2.3: 资料齐)."""
    found = []
    minutes = sight.children("minutes", "activity", record.uid)
    if not any(row.get("state") != VOID for row in minutes):
        found.append(("NO_MINUTES", say("没有会议纪要。")))
    if not any(line.actual for line in record.attendance):
        found.append(("NO_SIGN_IN", say("没有签到。")))
    if not any(str(row.get("mime", "")).startswith("image/") for row in files):
        found.append(("NO_PHOTO", say("没有照片。")))
    return found


_Expect = Callable[[Record, list[Mapping[str, Any]], Sight], list[tuple[str, str]]]
_EXPECTED: dict[str, _Expect] = {"activity": _event}
"""Papers that a kind's records must bring along."""


def _blobs(home: Home) -> set[str]:
    with home.file.read() as c:
        return set(c.execute(select(tables.blob.c.sha256)).scalars())
