"""What was refused: kept, listed, explained, until a person decides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from studio_desk.exchange import tables
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home

OPEN, RELEASED, DISCARDED = "open", "released", "discarded"


def add_bundle(home: Home, sha256: str, told: tuple[str, str, str], problem: Problem) -> None:
    """Note a refused bundle; a file that is refused again is opened again under its number.

    Args:
        home: who refused it.
        sha256: digest of the sealed file.
        told: name of the file, who it says sent it, whose ops it says it holds; the last two may be empty.
        problem: why.
    """
    # Tried again from where it is kept, its name is its digest: the name it came with is the telling one.
    named = {} if Path(told[0]).stem == sha256 else {"file": told[0]}
    line: dict[str, Any] = {
        **named,
        "sender": told[1],
        "dev": told[2],
        "code": problem.code,
        "sentence": problem.sentence,
        "remedy": problem.remedy,
        "state": OPEN,
        "at": clock.stamp(),
    }
    at = problem.more.get("seq")
    line["seq"] = at if type(at) is int else 0
    table = tables.quarantine
    with home.file.write() as c:
        if c.execute(table.update().where(table.c.key == sha256).values(line)).rowcount:
            return
        blank = {"file": told[0], "what": "bundle", "key": sha256, "rec": "", "by": "", "reason": ""}
        c.execute(table.insert(), {**blank, **line})


def settled(c: Connection, sha256: str) -> None:
    """The bundle was taken in after all."""
    table = tables.quarantine
    c.execute(table.update().where(table.c.key == sha256, table.c.what == "bundle").values(state=RELEASED))


def entries(home: Home, *, everything: bool = False) -> list[dict[str, Any]]:
    """What waits for a decision, newest first; with `everything` also what was decided."""
    table = tables.quarantine
    query = table.select().order_by(table.c.id.desc())
    if not everything:
        query = query.where(table.c.state == OPEN)
    with home.file.read() as c:
        return [dict(row) for row in c.execute(query).mappings()]


def entry(home: Home, number: int | str) -> dict[str, Any]:
    """One entry by its number, or by the beginning (8 digits or more) of the digest it is kept under.

    Raises:
        Problem: `NO_SUCH_QUARANTINE`.
    """
    wanted = str(number)
    for found in entries(home, everything=True):
        if str(found["id"]) == wanted or (len(wanted) >= 8 and str(found["key"]).startswith(wanted)):
            return found
    raise Problem(
        "NO_SUCH_QUARANTINE",
        say("隔离区没有“{number}”这一项。", number=wanted[:40]),
        say("请用 quarantine list 查看编号。"),
    )


def decide(home: Home, number: int, state: str, reason: str) -> None:
    """Note what a person decided."""
    table = tables.quarantine
    with home.file.write() as c:
        c.execute(
            table.update()
            .where(table.c.id == number)
            .values(state=state, reason=reason, by=home.journal.operator(), at=clock.stamp())
        )
