"""Tasks: the district gives one to each of some stations, sees who has answered, and lets a station decide a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import receipts, trust_store
from studio_desk.exchange.header import chain_owner
from studio_desk.kernel import clock, ids
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series
from studio_desk.kinds import kind
from studio_desk.record.kind import VOID

if TYPE_CHECKING:
    from studio_desk.store.answers import Conflict, Written
    from studio_desk.store.home import Home

ISSUED, REPLIED = "已下达", "已回复"
OPEN = (ISSUED, "已签收", "办理中", "退回重办")
"""States of a task in which its station still owes an answer (domain.md 2.3)."""
CONFLICT = "裁定冲突"
"""Sort of a task that asks a station to decide a conflict."""
DAYS = 7
"""Days a station has to decide a conflict when nobody says otherwise."""


@dataclass(frozen=True)
class Standing:
    """How far one task is, as the district sees it.

    Attributes:
        uid: the task.
        code: its number.
        station: whom it is for.
        title: what it is called.
        batch: the key it shares with the same task of other stations, `""` when it was given to one alone.
        issued: ISO day.
        due: ISO day.
        state: of its life cycle.
        delivered: whether the station has shown that it holds the task (送达).
        overdue: whether the deadline has passed without an answer.
    """

    uid: str
    code: str
    station: str
    title: str
    batch: str
    issued: str
    due: str
    state: str
    delivered: bool
    overdue: bool

    @property
    def answered(self) -> bool:
        """Whether the station owes nothing any more."""
        return self.state not in OPEN

    def as_json(self) -> dict[str, Any]:
        """The line of the command line."""
        return {**asdict(self), "answered": self.answered}


def stations(home: Home) -> list[str]:
    """Codes of the stations that can be given a task: enrolled and not revoked altogether."""
    trust = trust_store.required(home)
    return sorted({c.code for c in trust.computers if c.code != home.code and c.revoked is None})


def issue(home: Home, to: Sequence[str], values: Mapping[str, Any]) -> list[Written]:
    """At the district: give a task to each of some stations, all or none; it travels with their next receipt.

    Args:
        home: the district.
        to: codes of stations; without any, the station of the record it is about.
        values: fields of the task; the day of issue is today when not given.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_SUCH_STATION`, `NO_STATION`, `ABOUT_OTHER_STATION`; what the kind refuses.
    """
    about = str(values.get("about") or "")
    owner = str(home.journal.record(about)["station"]) if about else ""
    wanted = list(dict.fromkeys(to)) or ([owner] if owner else [])
    if not wanted:
        raise Problem(
            "NO_STATION", say("没有写交给哪个站点。"), say("请写明站码，例如 --station SQ；全部站点写 --station all。")
        )
    for station in wanted:
        receipts.known_station(home, station)
        if about and station != owner:
            raise Problem(
                "ABOUT_OTHER_STATION",
                say("所涉记录是{owner}的，不能交给{station}看。", owner=owner, station=station),
                say("请只交给{owner}，或不写所涉记录。", owner=owner),
            )
    batch = str(values.get("batch") or (ids.new_uid() if len(wanted) > 1 else ""))
    told = {"issued": clock.today().isoformat(), **values, "batch": batch}
    with home.transaction():
        return [home.journal.write("task", {**told, "station": station}) for station in wanted]


def standings(home: Home, *, open_only: bool = False) -> list[Standing]:
    """Every task that is not withdrawn, the newest first; at the district those it gave, at the station its own.

    Args:
        home: a district or a station.
        open_only: only those that still wait for the station's answer.
    """
    today = clock.today().isoformat()
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            "SELECT t.uid, t.code, t.station, t.title, t.batch, t.issued, t.due, t.state, o.dev, o.seq FROM task t"
            " JOIN op o ON o.n = (SELECT min(n) FROM op WHERE rec = t.uid)"
            " WHERE t.state <> ? AND NOT (? AND t.origin = '站内') ORDER BY t.issued DESC, t.code DESC",
            (VOID, home.role == "district"),
        ).all()
    trust = trust_store.current(home) if home.role == "district" else None
    confirmed = {
        code: receipts.confirmed(home, code, [c.device for c in trust.of(code)]) if trust else {}
        for code in {row[2] for row in rows}
    }
    found = []
    for uid, code, station, title, batch, issued, due, state, dev, seq in rows:
        delivered = state != ISSUED or confirmed.get(station, {}).get(dev, 0) >= seq
        overdue = state in OPEN and due < today
        found.append(Standing(uid, code, station, title, batch, issued, due, state, delivered, overdue))
    return [one for one in found if not (open_only and one.answered)]


def send_conflict(home: Home, uid: str, note: str = "", due: str = "") -> Written:
    """At the district: ask the station to decide a conflict; once per conflict.

    The station has the same conflict with both values: the district's own ops about its record travel in its downward
    chain.

    Raises:
        Problem: `NO_CONFLICT`, `CONFLICT_SENT`; as `issue`.
    """
    row = home.journal.record(uid)
    found = [one for one in home.journal.conflicts() if one.rec == uid]
    if not found:
        raise Problem("NO_CONFLICT", say("这条记录没有待定的冲突。"), say("请刷新列表。"))
    if waiting := _asked(home, uid):
        raise Problem(
            "CONFLICT_SENT",
            say("这个冲突已经交给站点裁定：{code}。", code=waiting[0][1]),
            say("请等站点回复，或由区里直接裁定。"),
        )

    text = "\n".join([*filter(None, [note.strip()]), *(_who_differs(one) for one in found)])
    values = {
        "title": say("请选定{code}以哪一个为准", code=row["code"])[:100],
        "sort": CONFLICT,
        "due": due or clock.later(clock.today(), DAYS).isoformat(),
        "text": text,
        "about": uid,
    }
    return issue(home, [], values)[0]


def decide(home: Home, uid: str, changes: Mapping[str, Any], reason: str) -> Written:
    """Decide a conflict, and with it answer (station) or withdraw (district) the task that asks for it.

    Raises:
        Problem: as `Journal.resolve`.
    """
    with home.transaction():
        written = home.journal.resolve(uid, changes, reason)
        if not home.journal.record(uid)["conflict"]:
            for task, _ in _asked(home, uid):
                if home.role == "station":
                    told = {"result": say("已裁定：{reason}", reason=reason), "replied": clock.today().isoformat()}
                    home.journal.move(task, REPLIED, changes=told)
                else:
                    home.journal.void(task, say("区里已裁定：{reason}", reason=reason))
    return written


def _asked(home: Home, uid: str) -> list[tuple[str, str]]:
    """Tasks that ask for a decision about a record and are not answered: uid and number."""
    marks = ",".join("?" * len(OPEN))
    query = f"SELECT uid, code FROM task WHERE about = ? AND sort = ? AND conflict = '[]' AND state IN ({marks})"  # noqa: S608 - only marks
    with home.file.read() as c:
        rows = c.exec_driver_sql(query, (uid, CONFLICT, *OPEN)).all()
    return [(row[0], row[1]) for row in rows]


def _who_differs(one: Conflict) -> str:
    """Which field, who wrote it and when. Not what: the task outlives a legal erasure of the record, its values must not."""
    sides = series(
        say(
            "{who}（{by}，{at}）",
            who=say("区里") if chain_owner(v.dev).isdigit() else say("站点 {code}", code=chain_owner(v.dev)),
            by=v.by or "—",
            at=v.t[:16].replace("T", " "),
        )
        for v in one.versions
    )
    label = kind(one.kind).label(one.field)
    return say("“{label}”：{sides}各写的不同，请在“冲突”页比较后选定。", label=label, sides=sides)


__all__ = ["OPEN", "REPLIED", "Standing", "decide", "issue", "send_conflict", "standings", "stations"]
