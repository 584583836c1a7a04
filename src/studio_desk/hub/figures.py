"""How the hub is: figures for the status page, the health check and Prometheus, worked out from the database when asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from studio_desk.hub import tables
from studio_desk.hub.board import Doing, Tally
from studio_desk.hub.database import Database
from studio_desk.kernel import clock

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
"""Of the text format of Prometheus."""
STUCK: Final = 600
"""Seconds without a look for work after which the worker counts as stuck; a large merge takes minutes."""


@dataclass(frozen=True)
class Standing:
    """What waits.

    Attributes:
        backlog: bundles that wait for merging.
        oldest: since when the oldest of them waits, seconds since 1970; 0 when none does.
        uploads: uploads under way.
        mail: pieces of mail that nobody has fetched.
        apart: bundles set apart.
    """

    backlog: int
    oldest: float
    uploads: int
    mail: int
    apart: int


@dataclass(frozen=True)
class Station:
    """One line of the status page.

    Attributes:
        code: the station.
        name: its name.
        last: when a bundle of it last arrived, seconds since 1970; 0 when none has.
        device: the computer that brought it.
        outcome: what became of that bundle, `""` while it waits.
        first: its first op.
        through: its last op.
        backlog: its bundles that wait.
        mail: pieces of mail it has not fetched.
        revoked: all its computers are revoked.
    """

    code: str
    name: str
    last: float = 0
    device: str = ""
    outcome: str = ""
    first: int = 0
    through: int = 0
    backlog: int = 0
    mail: int = 0
    revoked: bool = False


def standing(database: Database) -> Standing:
    """What waits now."""
    came, mail = tables.bundle.c, tables.mail.c
    with database.read() as c:
        waiting = select(func.count(), func.coalesce(func.min(came.at), 0)).where(came.state == "waiting")
        backlog, oldest = c.execute(waiting).one()
        uploads = c.execute(select(func.count()).select_from(tables.upload)).scalar_one()
        unfetched = c.execute(select(func.count()).where(mail.fetched == 0)).scalar_one()
        apart = c.execute(select(func.count()).where(came.state == "apart")).scalar_one()
    return Standing(int(backlog), float(oldest), int(uploads), int(unfetched), int(apart))


def stations(database: Database) -> list[Station]:
    """All stations of the trust list by code: who has reported, when last, what waits."""
    came, mail, known = tables.bundle.c, tables.mail.c, tables.device.c
    newest = select(came.device, func.max(came.at).label("at")).group_by(came.device).subquery()
    with database.read() as c:
        computers = c.execute(select(known.code, known.name, known.device, known.revoked).order_by(known.code)).all()
        last = {
            row.device: row
            for row in c.execute(
                select(tables.bundle).join(newest, (came.device == newest.c.device) & (came.at == newest.c.at))
            )
        }
        waits = _counts(c, select(came.device, func.count()).where(came.state == "waiting").group_by(came.device))
        mails = _counts(c, select(mail.device, func.count()).where(mail.fetched == 0).group_by(mail.device))
    by: dict[str, list[tuple[str, str, bool]]] = {}
    for code, name, device, revoked in computers:
        by.setdefault(code, []).append((name, device, revoked))
    found = []
    for code, those in by.items():
        devices = sorted({device for _, device, _ in those})
        row = max((last[d] for d in devices if d in last), key=lambda r: r.at, default=None)
        found.append(
            Station(
                code,
                those[-1][0],
                last=row.at if row else 0,
                device=row.device if row else "",
                outcome=row.outcome if row else "",
                first=row.first if row else 0,
                through=row.last if row else 0,
                backlog=sum(waits.get(d, 0) for d in devices),
                mail=sum(mails.get(d, 0) for d in devices),
                revoked=all(gone for _, _, gone in those),
            )
        )
    return found


def _counts(c: Connection, query: Select[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in c.execute(query)}


def healthy(doing: Doing, *, alive: bool) -> bool:
    """Whether the worker works: it may wait for the home, it may not be gone, stuck or in trouble."""
    looked = clock.now().timestamp() - doing.looked < STUCK
    return alive and (looked or doing.word == "merging") and doing.word != "trouble"


def prometheus(database: Database, tally: Tally, doing: Doing) -> str:
    """The figures in the text format of Prometheus."""
    now, waits, came = clock.now().timestamp(), standing(database), tables.bundle.c
    with database.read() as c:
        outcomes = c.execute(
            select(came.outcome, func.count()).where(came.state == "done").group_by(came.outcome)
        ).all()
    lines: list[str] = []

    def add(name: str, kind: str, told: str, values: list[tuple[str, float]]) -> None:
        lines.append(f"# HELP studio_desk_hub_{name} {told}")
        lines.append(f"# TYPE studio_desk_hub_{name} {kind}")
        lines.extend(f"studio_desk_hub_{name}{labels} {value:g}" for labels, value in values)

    add("requests_total", "counter", "Answered requests.", [(f'{{method="{m}",status="{s}"}}', n) for (m, s), n in sorted(tally.requests.items())])  # fmt: skip
    add("refusals_total", "counter", "Refused requests by code.", [(f'{{code="{code}"}}', n) for code, n in sorted(tally.refusals.items())])  # fmt: skip
    add("received_bytes_total", "counter", "Bytes of bundles taken in.", [("", tally.bytes)])
    add("bundles_total", "counter", "Merged bundles by outcome.", [(f'{{outcome="{o}"}}', n) for o, n in sorted(outcomes)])  # fmt: skip
    add("backlog", "gauge", "Bundles that wait for merging.", [("", waits.backlog)])
    add("oldest_waiting_seconds", "gauge", "Age of the oldest waiting bundle.", [("", now - waits.oldest if waits.oldest else 0)])  # fmt: skip
    add("uploads_open", "gauge", "Uploads under way.", [("", waits.uploads)])
    add("mail_unfetched", "gauge", "Mail that nobody has fetched.", [("", waits.mail)])
    add("bundles_apart", "gauge", "Bundles set apart because the program failed on them.", [("", waits.apart)])
    add("home_busy", "gauge", "1 while the district's desk has the home open.", [("", doing.word == "home_busy")])
    add("merge_seconds_total", "counter", "Seconds spent merging.", [("", doing.seconds)])
    add("merge_batches_total", "counter", "Times the home was opened for merging.", [("", doing.batches)])
    return "\n".join(lines) + "\n"
