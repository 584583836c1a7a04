"""What a clerk should do next, in plain words: one list for the desk's home page and for `studio-desk today`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from studio_desk.kernel import clock
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.record.checks import receipt_days, working_days_after
from studio_desk.store import custody

if TYPE_CHECKING:
    from studio_desk.store.home import Home

What = Literal[
    "rebuild",
    "conflict",
    "returned",
    "overdue_task",
    "overdue_case",
    "overdue_action",
    "task",
    "answered_task",
    "due_case",
    "due_action",
    "unhandled",
    "minutes",
    "draft",
    "review",
    "enrol",
    "key",
    "send",
    "receipt",
    "backup",
    "planned",
    "missing",
]
AHEAD = 7
"""Days before a deadline from which it is listed."""
MOST = 50
"""Items of one sort that are listed; their whole number stands in `Today.counts`."""
_DONE = ("已完成", "无法办理", "取消")
"""States of an action item that ask for nothing more (vocabulary `action_state`)."""
_OWED = ("已下达", "已签收", "办理中", "退回重办")
"""States of a task in which the station owes an answer (domain.md 2.3)."""
_ENDED = ("办结", "已归档", "作废", "不予受理")
"""States of a case that no deadline runs in; a suspended one is asked after its own day (domain.md 2.3)."""


@dataclass(frozen=True)
class Item:
    """One thing to do.

    Attributes:
        what: its sort; scripts and icons go by it.
        text: one sentence in the user's language.
        kind: key of the record's kind, `""` when it is about no record.
        uid: the record.
        code: its number.
        due: ISO day it is due, `""` when it has none.
    """

    what: What
    text: str
    kind: str = ""
    uid: str = ""
    code: str = ""
    due: str = ""


@dataclass(frozen=True)
class Today:
    """Everything that waits, the most urgent first.

    Attributes:
        items: what is listed.
        counts: how many there are of each sort, listed or not.
    """

    items: tuple[Item, ...]
    counts: dict[str, int]

    @property
    def next(self) -> str:
        """The one sentence that stands on top."""
        return self.items[0].text if self.items else say("今天没有待办的事。")

    def as_json(self) -> dict[str, Any]:
        """The answer of `today` on the command line."""
        return {"items": [asdict(one) for one in self.items], "counts": self.counts, "next": self.next}


def today(home: Home, on: date | None = None) -> Today:
    """What waits in a home on a day.

    Args:
        home: an open home, station's or district's.
        on: the day, today when not given.
    """
    day = on or clock.today()
    found: list[Item] = []
    counts: dict[str, int] = {}
    for part in (_conflicts, _returned, _tasks, _cases, _actions, _unhandled, _minutes, _drafts, _review):
        for item in part(home, day):
            counts[item.what] = counts.get(item.what, 0) + 1
            if counts[item.what] <= MOST:
                found.append(item)
    for item in (*_custody(home, day), *_backup(home), *_planned(home, day), *_month(home, day)):
        counts[item.what] = counts.get(item.what, 0) + 1
        found.append(item)
    order = {what: number for number, what in enumerate(What.__args__)}  # type: ignore[attr-defined]  # typing.Literal
    found.sort(key=lambda item: (order[item.what], item.due))
    return Today(tuple(found), counts)


def _rows(home: Home, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with home.file.read() as c:
        return [tuple(row) for row in c.exec_driver_sql(query, values)]


def _own(home: Home) -> str:
    """Whose records are one's own business: a station's own, at the district everyone's."""
    return home.code if home.role == "station" else ""


def _conflicts(home: Home, day: date) -> Iterator[Item]:
    del day
    for kind, uid, code, title in _rows(home, "SELECT kind, uid, code, title FROM record WHERE conflict ORDER BY n"):
        text = say("{code}“{title}”有不一致的内容，请选定以哪一个为准。", code=code, title=title[:30])
        yield Item("conflict", text, kind, uid, code)


def _returned(home: Home, day: date) -> Iterator[Item]:
    """Records the district sent back and nobody has touched since."""
    del day
    if home.role != "station":
        return
    rows = _rows(
        home,
        """SELECT r.kind, r.uid, r.code, r.title, b.line FROM op o JOIN record r ON r.uid = o.rec
             LEFT JOIN body b ON b.digest = o.body
            WHERE o.type = 'record.return' AND o.n > coalesce((SELECT max(w.n) FROM op w WHERE w.rec = o.rec
                  AND w.type LIKE 'record.%' AND w.type NOT IN ('record.return', 'record.comment')), 0)
            GROUP BY r.uid ORDER BY max(o.n) DESC""",
    )
    for kind, uid, code, title, line in rows:
        reason = _reason(line)
        text = say("{code}“{title}”被区里退回：{reason}", code=code, title=title[:30], reason=reason)
        yield Item("returned", text, kind, uid, code)


def _tasks(home: Home, day: date) -> Iterator[Item]:
    """At the station every task without an answer, with its deadline; at the district who is late, and who has answered."""
    marks = ",".join(f"?{n}" for n in range(2, len(_OWED) + 2))
    rows = _rows(
        home,
        f"""SELECT uid, code, title, station, due, state FROM task
             WHERE state IN ({marks}, '已回复') AND station = coalesce(nullif(?1, ''), station)
               AND (?1 <> '' OR origin <> '站内') ORDER BY due""",  # noqa: S608 - only marks
        _own(home),
        *_OWED,
    )
    for uid, code, title, station, due, state in rows:
        told = {"code": code, "title": title[:30], "due": due, "station": station}
        if state == "已回复":
            if home.role == "district":
                yield Item(
                    "answered_task", say("{station}回复了任务“{title}”，请认可或退回。", **told), "task", uid, code, due
                )
        elif due < day.isoformat():
            words = say("任务“{title}”{due}到期，还没有回复。", **told)
            if home.role == "district":
                words = say("{station}还没有回复任务“{title}”，{due}已到期。", **told)
            yield Item("overdue_task", words, "task", uid, code, due)
        elif home.role == "station":
            words = say("任务“{title}”应在{due}前回复。", **told)
            if state == "退回重办":
                words = say("任务“{title}”被区里退回重办，应在{due}前回复。", **told)
            yield Item("task", words, "task", uid, code, due)


def _cases(home: Home, day: date) -> Iterator[Item]:
    """Matters whose deadline has passed or comes within a week; without one written, the urgency's (domain.md 3)."""
    marks = ",".join("?" * len(_ENDED))
    days = {t.word: int(t.more["days"]) for t in vocabulary("urgency").terms if "days" in t.more}
    by_urgency = " ".join(f"WHEN urgency = ? THEN date(registered, '+{n} days')" for n in days.values())
    default = f"CASE {by_urgency} END" if days else "NULL"
    last = f"""CASE WHEN state = '挂起' THEN suspended_until WHEN extended_to <> '' THEN extended_to
                WHEN due <> '' THEN due ELSE coalesce({default}, '') END"""
    rows = _rows(
        home,
        f"""SELECT uid, code, title, last FROM (SELECT uid, code, title, state, station, {last} AS last FROM "case")
             WHERE state NOT IN ({marks}) AND station = coalesce(nullif(?, ''), station) AND last <> '' AND last <= ?
             ORDER BY last""",  # noqa: S608 - own words and marks
        *days,
        *_ENDED,
        _own(home),
        clock.later(day, AHEAD).isoformat(),
    )
    for uid, code, title, due in rows:
        if due < day.isoformat():
            text = say("{code}“{title}”已超过办理时限（{due}）。", code=code, title=title[:30], due=due)
            yield Item("overdue_case", text, "case", uid, code, due)
        else:
            text = say("{code}“{title}”应在{due}前办结。", code=code, title=title[:30], due=due)
            yield Item("due_case", text, "case", uid, code, due)


def _actions(home: Home, day: date) -> Iterator[Item]:
    """What a meeting gave someone to do (S000-39)."""
    marks = ",".join("?" * len(_DONE))
    rows = _rows(
        home,
        f"""SELECT m.uid, m.code, a.value ->> '$.what', a.value ->> '$.who', a.value ->> '$.due'
              FROM minutes m, json_each(m.actions) a
             WHERE m.state <> '作废' AND m.station = coalesce(nullif(?, ''), m.station)
               AND coalesce(a.value ->> '$.state', '') NOT IN ({marks}) AND a.value ->> '$.due' <= ?
             ORDER BY a.value ->> '$.due'""",  # noqa: S608 - only marks
        _own(home),
        *_DONE,
        clock.later(day, AHEAD).isoformat(),
    )
    for uid, code, thing, who, due in rows:
        if due < day.isoformat():
            text = say("会议交办“{thing}”（{who}）已过期：{due}。", thing=thing[:40], who=who, due=due)
            yield Item("overdue_action", text, "minutes", uid, code, due)
        else:
            text = say("会议交办“{thing}”（{who}）应在{due}前完成。", thing=thing[:40], who=who, due=due)
            yield Item("due_action", text, "minutes", uid, code, due)


def _unhandled(home: Home, day: date) -> Iterator[Item]:
    """Entries registered without a word on what was answered or comes next (S000-15)."""
    del day
    rows = _rows(
        home,
        """SELECT uid, code, subject, day FROM journal_entry WHERE state = '已登记' AND answer = '' AND next_step = ''
              AND station = coalesce(nullif(?, ''), station) ORDER BY day""",
        _own(home),
    )
    for uid, code, title, on in rows:
        text = say("{code}“{title}”没有写答复，也没有写后续计划。", code=code, title=title[:30])
        yield Item("unhandled", text, "journal_entry", uid, code, on)


def _minutes(home: Home, day: date) -> Iterator[Item]:
    """Consultations that were held and have no minutes yet; they are due in seven working days (domain.md 2.4)."""
    words = [t.word for t in vocabulary("activity_kind").terms if t.word == "微协商" or t.more.get("family") == "协商"]
    rows = _rows(
        home,
        f"""SELECT a.uid, a.code, a.title, a.start_day FROM activity a
             WHERE a.state IN ('已举办', '资料齐') AND length(a.start_day) = 10
               AND a.station = coalesce(nullif(?, ''), a.station) AND a.start_day < ?
               AND a.activity_kind IN ({",".join("?" * len(words))})
               AND NOT EXISTS (SELECT 1 FROM minutes m WHERE m.activity = a.uid AND m.state <> '作废')
             ORDER BY a.start_day""",  # noqa: S608 - only marks
        _own(home),
        day.isoformat(),
        *words,
    )
    for uid, code, title, held in rows:
        due = working_days_after(date.fromisoformat(held), _working_days()).isoformat()
        text = say("{code}“{title}”还没有会议纪要，应在{due}前印发。", code=code, title=title[:30], due=due)
        yield Item("minutes", text, "activity", uid, code, due)


def _drafts(home: Home, day: date) -> Iterator[Item]:
    del day
    rows = _rows(
        home,
        "SELECT kind, uid, code, title, day FROM record WHERE draft AND station = coalesce(nullif(?, ''), station) ORDER BY n",
        _own(home),
    )
    for kind, uid, code, title, on in rows:
        yield Item("draft", say("{code}“{title}”还是草稿。", code=code, title=title[:30]), kind, uid, code, on)


def _review(home: Home, day: date) -> Iterator[Item]:
    """What waits for the head of the station: entries to review, minutes to sign."""
    del day
    rows = _rows(
        home,
        """SELECT kind, uid, code, title, day FROM record
            WHERE ((kind = 'journal_entry' AND state = '已登记') OR (kind = 'minutes' AND state = '待审'))
              AND station = coalesce(nullif(?, ''), station) ORDER BY n""",
        _own(home),
    )
    for kind, uid, code, title, on in rows:
        yield Item("review", say("{code}“{title}”等站长审核。", code=code, title=title[:30]), kind, uid, code, on)


def _custody(home: Home, day: date) -> Iterator[Item]:
    """A station that is not enrolled, or has kept records to itself for too long."""
    if home.role != "station":
        return
    awaited = home.meta.get(custody.AWAITED)
    if awaited == "ask":
        yield Item("rebuild", say("这台电脑接替坏了的那台：请点这里写登记申请，交给区里，区里会把记录送回来。"))
    elif awaited:
        yield Item("rebuild", say("在等区里的重建文件；U盘带回来以后，插上，点这里打开。"))
    if not home.meta.get("district"):
        if awaited:
            return
        yield Item("enrol", say("本站还没有在区级登记：请在“月底交区里”页点“登记”，把申请文件交给区里。"))
        return
    if home.meta.get(custody.KEY_WAITS):
        yield Item("key", say("本机换了钥匙，请把登记申请交给区里；登记以前联网报送先等着，记录照常录入，一条不会丢。"))
    limit = home.settings.stick_reminder_days
    rows = _rows(
        home,
        """SELECT count(DISTINCT o.rec), min(o.t) FROM op o JOIN chain c ON c.dev = o.dev
            WHERE o.rec <> '' AND o.dev NOT LIKE '%@%' AND (o.dev = ?1 OR o.dev LIKE ?1 || '.%')
              AND o.seq > max(coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'received.' || o.dev), 0),
                              coalesce((SELECT max(e.last) FROM "export" e WHERE e.dev = o.dev), 0))""",
        home.device.split(".", maxsplit=1)[0],
    )
    number, since = rows[0]
    if limit and number and (day - date.fromisoformat(since[:10])).days >= limit:
        text = say("有{n}条记录还没有报到区里，最早的是{since}。", n=number, since=since[:10])
        yield Item("send", text, due=since[:10])
    waiting, patience = custody.unconfirmed(home), receipt_days()
    if waiting and patience and (days := (day - date.fromisoformat(waiting[0].at[:10])).days) >= patience:
        first = waiting[0]
        text = say(
            "{day}由{by}送出的{n}条（{medium}）已过{days}天没有回执，请问区里收到没有。",
            day=first.at[:10],
            by=first.by or "—",
            n=first.records,
            medium=first.medium,
            days=days,
        )
        yield Item("receipt", text, due=first.at[:10])


def _backup(home: Home) -> Iterator[Item]:
    from studio_desk.store.backup import latest

    newest = latest(home)
    if newest.level == "ok":
        return
    if newest.at is None:
        yield Item("backup", say("还没有备份过，请备份到U盘或另一块硬盘。"))
    else:
        yield Item("backup", say("已经{n}天没有备份。", n=newest.days), due=newest.at.date().isoformat())


def _planned(home: Home, day: date) -> Iterator[Item]:
    """What the district's calendar has for the coming week."""
    from studio_desk.store.lists import all_in_force

    last = clock.later(day, AHEAD).isoformat()
    plans = [one for edition in all_in_force(home, "calendar", day).values() for one in edition.content.get("plan", [])]
    for one in sorted(plans, key=lambda plan: str(plan["day"])):
        if day.isoformat() <= one["day"] <= last:
            yield Item("planned", say("区里年度计划：{day} {what}。", day=one["day"], what=one["what"]), due=one["day"])


def _month(home: Home, day: date) -> Iterator[Item]:
    """What every month should have and this one has not yet: an entry, an activity (S004-3, domain.md 5)."""
    if home.role != "station":
        return
    month = day.isoformat()[:7]
    wanted = {"journal_entry": say("民情日志"), "activity": say("活动")}
    rows = _rows(
        home,
        """SELECT DISTINCT kind FROM record WHERE kind IN ('journal_entry', 'activity') AND station = ?
              AND substr(day, 1, 7) = ? AND state <> '作废'""",
        home.code,
        month,
    )
    present = {kind for (kind,) in rows}
    for kind, name in wanted.items():
        if kind not in present:
            text = say("{month}还没有{name}。", month=month, name=name)
            yield Item("missing", text, kind, due=month)


def _working_days() -> int:
    from studio_desk.record.checks import figure

    return figure("会议纪要印发", "working_days", 7)


def _reason(line: str | None) -> str:
    import json

    return str(json.loads(line).get("reason", "")) if line else ""
