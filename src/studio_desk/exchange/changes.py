"""What a bundle changes, in sentences: shown before it is taken, and told after (`exchange.md`, downward traffic)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import acknowledged, differences, trust_parts, trust_store
from studio_desk.exchange.differences import Difference
from studio_desk.exchange.header import chain_owner
from studio_desk.exchange.trust import TrustList
from studio_desk.kernel import clock
from studio_desk.kernel.calendar import WORK
from studio_desk.kernel.vocabulary import Vocabulary, fold, read_edition, shipped
from studio_desk.kernel.words import language, passage, say, series
from studio_desk.kinds import KINDS
from studio_desk.record.kind import VOID
from studio_desk.store import custody, list_parts, lists
from studio_desk.store.list_shapes import CONTENTS
from studio_desk.store.ops import RECORD_TYPES, read_body
from studio_desk.store.projection import REMARKS

if TYPE_CHECKING:
    from studio_desk.exchange.merge import Merged
    from studio_desk.store.home import Home
    from studio_desk.store.lists import Edition

MOST = 50
"""Lines of one sort; the rest is counted in one more."""
_AT_ONCE = 500
WORDS_NAMED = 12
"""Words of a list, items of a plan that one sentence names."""

Change = dict[str, Any]
"""`{sort, text, …}`: the sort is for scripts and icons, the text for people; `uid`, `code`, `reason`, `n` where they apply.

A list has `title` and `differences` (`exchange.differences`): what really changes against what is in force here.
"""


@dataclass(frozen=True)
class Before:
    """What is compared with, read before a bundle is merged."""

    received: Mapping[str, int]
    epoch: str
    trust: TrustList | None


def before(home: Home) -> Before:
    """What holds now."""
    epoch = str(acknowledged.newest(home, home.code).get("hub_epoch", "")) if home.role == "station" else ""
    return Before(custody.received_to(home), epoch, trust_store.current(home))


def told(home: Home, was: Before, merged: Merged) -> list[Change]:
    """What a merged bundle changed, the most important first; inside the transaction of the merge."""
    found = [*_records(home, merged)]
    if home.role == "station":
        found = [*_epoch(home, was), *_confirmed(home, was), *found, *_lists(home, merged), *_trust(home, was)]
    shown: list[Change] = []
    counts: dict[str, int] = {}
    for one in found:
        counts[one["sort"]] = counts.get(one["sort"], 0) + 1
        if counts[one["sort"]] <= MOST:
            shown.append(one)
    for sort, number in counts.items():
        if number > MOST:
            shown.append({"sort": sort, "text": say("还有{n}项没有列出。", n=number - MOST), "n": number - MOST})
    return shown


def _epoch(home: Home, was: Before) -> Iterator[Change]:
    epoch = str(acknowledged.newest(home, home.code).get("hub_epoch", ""))
    if was.epoch and epoch != was.epoch:
        yield {"sort": "epoch", "text": say("区级的数据恢复过备份：它缺少的部分，下次导出时会自动重新上报。")}


def _confirmed(home: Home, was: Before) -> Iterator[Change]:
    number = lost = 0
    with home.file.read() as c:
        for dev, seq in custody.received_to(home).items():
            old = was.received.get(dev, 0)
            low, high = sorted((old, seq))
            records = c.exec_driver_sql(
                "SELECT count(DISTINCT o.rec) FROM op o JOIN record r ON r.uid = o.rec"
                " WHERE o.dev = ? AND o.seq > ? AND o.seq <= ? AND NOT r.draft",
                (dev, low, high),
            ).scalar_one()
            if seq > old:
                number += records
            else:
                lost += records
    if number:
        yield {"sort": "confirmed", "text": say("区里确认收到{n}条记录。", n=number), "n": number}
    if lost:
        yield {"sort": "unconfirmed", "text": say("有{n}条记录区里现在没有，要重新上报。", n=lost), "n": lost}


def _trust(home: Home, was: Before) -> Iterator[Change]:
    trust = trust_store.current(home)
    if trust and trust.version > (was.trust.version if was.trust else 0):
        found = differences.compare(trust_parts.PARTS, trust_parts.content(was.trust), trust_parts.content(trust))
        text = say("信任名单更新到第{version}版。", version=trust.version)
        text = passage(text, differences.summary(found))
        yield _list_change("trust", say("第{version}版", version=trust.version), text, found) | {"n": trust.version}


def _records(home: Home, merged: Merged) -> Iterator[Change]:
    """Returned records, remarks, tasks, and what the other side wrote on records that are here."""
    written: dict[str, tuple[Mapping[str, Any], str | None]] = {}
    said: list[tuple[Mapping[str, Any], str | None]] = []
    for op, line in merged.about:
        if op["type"] in RECORD_TYPES or op["type"] == "record.redact":
            written[op["rec"]] = (op, line)
        elif op["type"] in REMARKS:
            said.append((op, line))
    rows = _rows(home, [op["rec"] for op, _ in said]) | _rows(home, [*written], told=True)
    remarks: list[Change] = []
    for op, line in said:
        if row := rows.get(op["rec"]):
            words = {"code": row["code"], "title": row["title"][:30], "reason": _reason(line)}
            named = {"uid": row["uid"], "code": row["code"], "reason": words["reason"]}
            if op["type"] == "record.return":
                remarks.append({"sort": "returned", "text": say("退回{code}“{title}”：{reason}", **words), **named})
            else:
                words["who"] = _who(op["dev"])
                remarks.append({"sort": "comment", "text": say("{who}对{code}“{title}”说：{reason}", **words), **named})
    yield from (one for one in remarks if one["sort"] == "returned")
    for rec, (op, line) in written.items():
        if row := rows.get(rec):
            about = {"type": op["type"], "reason": _reason(line)}
            if change := _written(home, row, about, new=rec in merged.added):
                yield {**change, "uid": rec, "code": row["code"], "reason": about["reason"]}
    yield from (one for one in remarks if one["sort"] == "comment")


def _written(home: Home, row: Mapping[str, Any], said: Mapping[str, Any], *, new: bool) -> Change | None:
    words = {"code": row["code"], "title": row["title"][:30], "reason": said["reason"], "state": say(row["state"])}
    if row["kind"] == "task":
        due = str(home.journal.record(row["uid"]).get("due", ""))
        if new and row["state"] != VOID:
            return {"sort": "task", "text": say("新任务{code}“{title}”，{due}前回复。", due=due, **words), "due": due}
        return {"sort": "task", "text": say("任务{code}“{title}”：{state}。", **words), "due": due}
    if home.role != "station":
        return None
    sort, sentence = "record", say("区里改了{code}“{title}”：{reason}", **words)
    if said["type"] == "record.redact":
        sort, sentence = "erased", say("{code}依法删除：{reason}", **words)
    elif row["conflict"]:
        sort, sentence = "conflict", say("{code}“{title}”与区里改的不一致，要选定以哪一个为准。", **words)
    elif new:
        sentence = say("新记录{code}“{title}”。", **words)
    elif said["type"] == "record.void":
        sentence = say("区里作废了{code}“{title}”：{reason}", **words)
    return {"sort": sort, "text": sentence}


def _rows(home: Home, uids: Sequence[str], *, told: bool = False) -> dict[str, Mapping[str, Any]]:
    """Lines of the register by uid; `told`: only those whose writing is told, at a district the tasks."""
    only = "" if home.role == "station" or not told else " AND kind = 'task'"
    found: dict[str, Mapping[str, Any]] = {}
    with home.file.read() as c:
        for start in range(0, len(uids), _AT_ONCE):
            part = tuple(uids[start : start + _AT_ONCE])
            query = f"SELECT * FROM record WHERE uid IN ({','.join('?' * len(part))}){only}"  # noqa: S608 - only marks
            found |= {row["uid"]: row for row in c.exec_driver_sql(query, part).mappings()}
    return found


def _reason(line: str | None) -> str:
    return str(read_body(line).get("reason", ""))


def _who(dev: str) -> str:
    owner = chain_owner(dev)
    return say("区里") if owner.isdigit() else say("站点 {code}", code=owner)


# --- lists ---------------------------------------------------------------------------------------------------------


def _lists(home: Home, merged: Merged) -> Iterator[Change]:
    ops = {digest for digest, op, _ in merged.notes if op["type"] == lists.TYPE}
    if not ops:
        return
    with home.file.read() as c:
        marks = ",".join("?" * len(ops))
        rows = c.exec_driver_sql(f"SELECT DISTINCT sort, key FROM listed WHERE op IN ({marks})", tuple(sorted(ops)))  # noqa: S608 - only marks
        touched = [(row[0], row[1]) for row in rows]
        kept = set(c.exec_driver_sql(f"SELECT op FROM listed WHERE op IN ({marks})", tuple(sorted(ops))).scalars())  # noqa: S608 - only marks
    new = {lists.read(body["values"]).id for digest, _, body in merged.notes if digest in kept}
    today = clock.today().isoformat()
    for sort, key in sorted(touched, key=lambda one: (lists.SORTS.index(one[0]), one[1])):
        all_of = lists.editions(home, sort, key)
        now = max((n for n, one in enumerate(all_of) if one.since <= today), default=-1)
        for number, edition in enumerate(all_of):
            if edition.id not in new:
                continue
            change = {"sort": sort, "key": key, "from": edition.since}
            if number < now:  # came late: one that follows it is in force already
                text = say(
                    "{title}自{since}起的一版，已有后来的一版在执行。", title=title(edition), since=edition.since
                )
                yield {**change, "text": text, "title": title(edition), "differences": []}
                continue
            # Of several that come at once, the first is compared with what is in force here, the next with it.
            earlier = all_of[:number]
            held = [one for n, one in enumerate(earlier) if one.id not in new or n >= now]
            found = compared(edition, earlier, held)
            yield change | _list_change(sort, title(edition), describe(edition, earlier, held), found)


def _list_change(sort: str, name: str, text: str, found: Sequence[Difference]) -> Change:
    listed = [one.as_json() for one in differences.listed(found)]
    return {"sort": sort, "title": name, "text": text, "differences": listed}


def title(edition: Edition) -> str:
    """What a list is called within its sort."""
    if edition.sort == "defaults":
        return _kind_title(edition.key)
    if edition.sort == "calendar":
        return say("{year}年", year=edition.key)
    if edition.sort == "vocabulary":
        one = shipped().get(edition.key)
        known = (one.en if language() == "en" else one.title) if one else ""
        return str(edition.content.get("title") or known or edition.key)
    return say("《{title}》", title=edition.content["title"])


def compared(edition: Edition, earlier: Sequence[Edition], held: Sequence[Edition] | None = None) -> list[Difference]:
    """What an edition really changes.

    Args:
        edition: the edition.
        earlier: the editions of the same list that it follows, in their order.
        held: those of them that are here without this bundle, all when not given; the last holds until then.
    """
    held = earlier if held is None else held
    if edition.sort == "vocabulary":
        old, new = (_words_of(one, edition) for one in _folded(edition, earlier, held))
    else:
        new = _whole(edition)
        old = _whole(held[-1]) if held else {"title": new.get("title")}  # its name is told anyway
    kind = next((k for k in KINDS if k.key == edition.key), None) if edition.sort == "defaults" else None
    return differences.compare(list_parts.parts(edition.sort), old, new, kind.label if kind else str)


def describe(edition: Edition, earlier: Sequence[Edition], held: Sequence[Edition] | None = None) -> str:
    """What an edition is and how much it changes, in a sentence or two.

    Args:
        edition: the edition.
        earlier: the editions of the same list that it follows, in their order.
        held: as `compared`.
    """
    held = earlier if held is None else held
    if edition.sort == "vocabulary":
        return _vocabulary(edition, earlier, held)
    return passage(_sentence(edition), differences.summary(compared(edition, earlier, held)) if held else "")


def _whole(edition: Edition) -> dict[str, Any]:
    """A content with everything its shape knows, so that what is left out and what is empty are the same."""
    return CONTENTS[edition.sort].model_validate(dict(edition.content), context={"key": edition.key}).model_dump()


def _kind_title(key: str) -> str:
    kind = next((k for k in KINDS if k.key == key), None)
    return say(kind.title) if kind else key


def _sentence(edition: Edition) -> str:
    if edition.sort == "calendar":
        days = edition.content["days"]
        off = sum(one["kind"] != WORK for one in days)
        return say(
            "{year}年日历：放假{off}天，调休上班{on}天，年度计划{plan}项。",
            year=edition.key, off=off, on=len(days) - off, plan=len(edition.content.get("plan", [])),
        )  # fmt: skip
    if edition.sort == "defaults":
        kind = next((k for k in KINDS if k.key == edition.key), None)
        values = [f"{kind.label(name) if kind else name}＝{value}" for name, value in edition.content["values"].items()]
        return say(
            "“{title}”新建时预填：{values}。", title=_kind_title(edition.key), values=series(values[:WORDS_NAMED])
        )
    words = {"since": edition.since, "title": str(edition.content["title"])}
    if edition.sort == "scheme":
        return say("方案《{title}》自{since}起执行，共{n}项。", n=len(edition.content["items"]), **words)
    return say("《{title}》自{since}起执行。", **words)


def _folded(
    edition: Edition, earlier: Sequence[Edition], held: Sequence[Edition]
) -> tuple[Vocabulary | None, Vocabulary]:
    """The vocabulary as it is until an edition, `None` when there is none, and with it."""
    first, on = shipped().get(edition.key), date.fromisoformat(edition.since)
    before, laid = ([read_edition(one) for one in lists.vocabulary_editions(of)] for of in (held, [*earlier, edition]))
    return fold(first, before, on) if before else first, fold(first, laid, on)


def _words_of(one: Vocabulary | None, edition: Edition) -> dict[str, Any]:
    """The words of a vocabulary that hold on the day of an edition, as a content."""
    if one is None:
        return {}
    on = date.fromisoformat(edition.since)
    terms = [
        {"word": term.word, "en": term.en, **term.more, "until": term.until} for term in one.terms if term.valid(on)
    ]
    return {"title": one.title, "en": one.en, "terms": terms}


def _vocabulary(edition: Edition, earlier: Sequence[Edition], held: Sequence[Edition]) -> str:
    on = date.fromisoformat(edition.since)
    old, new = _folded(edition, earlier, held)
    had, has = _in_force(old, on), _in_force(new, on)
    parts = [
        say("新增“{words}”", words=_named(has.keys() - had.keys(), new)) if has.keys() - had.keys() else "",
        say("停用“{words}”", words=_named(had.keys() - has.keys(), old)) if had.keys() - has.keys() else "",
        say("改动“{words}”", words=_named(changed, new))
        if (changed := {w for w in had.keys() & has.keys() if had[w] != has[w]})
        else "",
    ]
    told_ = series(filter(None, parts)) or say("词没有变，顺序可能有变")
    return say("词表“{title}”自{since}起：{changes}。", title=new.title, since=edition.since, changes=told_)


def _in_force(one: Vocabulary | None, on: date) -> dict[str, Any]:
    return {term.word: (term.en, dict(term.more), term.until) for term in (one.terms if one else ()) if term.valid(on)}


def _named(words: set[str], one: Vocabulary | None) -> str:
    named = [term.word for term in (one.terms if one else ()) if term.word in words]
    more = say("等{n}个", n=len(named)) if len(named) > WORDS_NAMED else ""
    return series(named[:WORDS_NAMED]) + more
