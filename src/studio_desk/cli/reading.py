"""`show`, `history`, `list`, `search`: look without changing anything."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import facts, table
from studio_desk.kernel.problem import USAGE, Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.record.kind import Kind
    from studio_desk.store.home import Home

PAGE = 1000
"""Rows read at a time, and shown when no limit is given."""
_PACKED = ("at", "medium", "by", "file", "received")
"""What is told of the bundle that took a record out last."""
_CONDITION = re.compile(r"\s*([^=~<>\s]+?)\s*(>=|<=|=|~|>|<)(.*)", re.DOTALL)


def register(verbs: Verbs) -> None:
    """Announce the reading verbs."""
    parser = verbs.add("show", say("一条记录的全部内容"), show)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser = verbs.add("history", say("一条记录的历次改动"), history)
    parser.add_argument("uid", metavar="UID", help=say("uid 或编号"))
    parser = verbs.add("list", say("列出一种记录"), list_)
    parser.add_argument("kind", metavar="KIND", help=say("记录种类"))
    parser.add_argument(
        "--where",
        action="extend",
        nargs="+",
        default=[],
        metavar="F=V",
        help=say("栏目=内容（相等；列表栏目为含有），栏目~内容（含有），也可用 >= <=；“|”隔开几种"),
    )
    parser.add_argument("--from", dest="start", default="", metavar="D", help=say("从这一天起"))
    parser.add_argument("--to", dest="end", default="", metavar="D", help=say("到这一天止"))
    parser.add_argument("--state", default="", metavar="S", help=say("只看这个状态"))
    parser.add_argument("--limit", type=int, default=PAGE, metavar="N", help=say("最多几条；0 表示全部"))
    parser.add_argument("--order", default="n", metavar="F", help=say("按哪一栏排；写成 --order=-day 为从后往前"))
    parser = verbs.add("search", say("按字、词、拼音首字母查找"), search)
    parser.add_argument("text", metavar="TEXT", help=say("要找的字"))
    parser.add_argument("--kind", default="", metavar="K", help=say("只找这一种"))
    parser.add_argument("--limit", type=int, default=50, metavar="N", help=say("最多几条"))


def show(call: Call) -> Answer:
    """One record with its custody word."""
    from studio_desk.store import erasure, links
    from studio_desk.store.custody import departure, words

    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        record = home.journal.record(uid)
        word = words(home, [uid]).get(uid, "")
        files = _files(home, uid)
        shape = home.journal.shapes.get(record["kind"])
        sent = departure(home, uid)
        said = links.ties(home.journal, uid)
        group = links.group(home.journal, uid)
    data: dict[str, Any] = {"record": record, "custody": word, "attachments": files}
    data["packed"] = {k: v for k, v in asdict(sent).items() if k in _PACKED} if sent else None
    data["links"] = [tie.as_json() for tie in said]
    data["group"] = {"members": list(group.members), "canonical": group.canonical}
    if record["kind"] == erasure.KIND:
        told = [
            (say("说明"), say("已依法删除的记录")),
            (say("状态"), say(record["state"])),
            (say("保管"), custody_word(word)),
            ("uid", uid),
        ]
        return Answer({**data, "erased": True}, f"{record['code']}\n\n{facts(told)}")
    if shape is None:
        note = say("这条记录由更新的版本写成，这里只能原样保存。")
        return Answer({**data, "newer": True}, facts([(say("说明"), note), *record.items()]))
    kind: Kind = shape  # type: ignore[assignment]  # the command line opens homes with kinds only
    pairs = [(kind.label(name), record[name]) for name in kind.asks if record.get(name) not in ("", [], None, False)]
    pairs += [(say("保管"), custody_word(word)), (say("附件"), [one["name"] for one in files]), ("uid", uid)]
    if sent:
        pairs.append((say("何时送出"), f"{sent.at[:16].replace('T', ' ')}  {sent.medium}  {sent.by}  {sent.file}"))
    if kind.same:
        pairs.append((say(kind.same), [f"{tie.code} {tie.title}" for tie in said if tie.linked]))
        pairs.append((say("已认定不同"), [f"{tie.code} {tie.title}" for tie in said if not tie.linked]))
    return Answer(data, f"{say(kind.title)} {record['code']}\n\n{facts(pairs)}")


def history(call: Call) -> Answer:
    """Every op about a record, in the order it came here, with what each changed."""
    from studio_desk.store.ops import RECORD_TYPES

    with call.home() as home:
        uid = home.journal.find(call.args.uid)
        found = home.journal.history(uid)
    revisions: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for one in found:
        now = one.values or {}
        told = one.values is not None and one.type in RECORD_TYPES
        changed = sorted(n for n in {*before, *now} if before.get(n) != now.get(n)) if told else []
        revisions.append({**asdict(one), "base": list(one.base), "revision": one.op, "changed": changed})
        before = now if told else before
    rows = [(r["t"], r["type"], r["by"], r["dev"], r["reason"], r["changed"], r["op"][:12]) for r in revisions]
    head = (say("时间"), say("做了什么"), say("谁"), say("链"), say("原因"), say("改了哪些"), say("版本"))
    return Answer({"uid": uid, "revisions": revisions}, table(head, rows))


def list_(call: Call) -> Answer:
    """Rows of one kind, page by page from the ledger."""
    from studio_desk.kinds import kind as find_kind
    from studio_desk.store.ledger import Ledger, View

    kind = find_kind(call.args.kind)
    register = ("code", "state", "title", "day", "conflict")
    listed = [name for name, ask in kind.asks.items() if ask.listed and ask.personal != "P2"]
    columns = (*register, *(name for name in listed if name not in register))
    view = View(columns, _where(kind, call.args), call.args.order)
    wanted = call.args.limit if call.args.limit > 0 else 1 << 62
    with call.home() as home:
        ledger = Ledger(home.file, kind.table, kind.key)
        total, after = ledger.count(view), None
        rows: list[dict[str, Any]] = []
        while len(rows) < wanted:
            page = ledger.page(view, limit=min(PAGE, wanted - len(rows)), after=after)
            rows += _rows(home, kind, columns, page.rows)
            after = page.after
            if after is None:
                break
    head = [say("编号"), say("状态"), say("日期"), say("名称"), say("保管")]
    cells = [(r["code"], r["state"], r["day"], r["title"], custody_word(r["custody"])) for r in rows]
    foot = say("共{total}条，显示{n}条。", total=total, n=len(rows))
    return Answer({"rows": rows, "total": total}, f"{table(head, cells)}\n{foot}" if rows else foot)


def search(call: Call) -> Answer:
    """Hits of the full text; counting stops at a thousand."""
    from studio_desk.kinds import kind as find_kind
    from studio_desk.store import search as engine

    kind = find_kind(call.args.kind).key if call.args.kind else None
    with call.home() as home:
        hits, total = engine.find(home.file, call.args.text, kind, limit=max(call.args.limit, 0))
    rows = [asdict(hit) for hit in hits]
    many = total >= engine.COUNT_LIMIT
    head = (say("种类"), say("编号"), say("状态"), say("日期"), say("名称"))
    text = table(head, [(r["kind"], r["code"], r["state"], r["day"], r["title"]) for r in rows])
    foot = say("共{total}条以上。", total=total) if many else say("共{total}条。", total=total)
    return Answer({"hits": rows, "total": total, "more": many}, f"{text}\n{foot}" if rows else foot)


def custody_word(word: str) -> str:
    """Where a record is, in the language in force (`exchange.md`)."""
    return {
        "draft": say("草稿"),
        "final": say("未报送"),
        "packed": say("已打包"),
        "received": say("区里已收"),
        "returned": say("被退回"),
        "conflict": say("有冲突"),
    }.get(word, word)


def _where(kind: Kind, args: Any) -> dict[str, str | Sequence[str]]:
    where: dict[str, list[str]] = {}
    for word in args.where:
        match = _CONDITION.fullmatch(word)
        if match is None:
            raise Problem(
                "WHERE_FORM",
                say("“{word}”不是“栏目=内容”的样子。", word=word[:60]),
                say("例如：--where place=石桥村"),
                exit_code=USAGE,
            )
        name, compare, value = match.groups()
        name = next((n for n, ask in kind.asks.items() if say(ask.label) == name), name)
        where.setdefault(name, []).append(_test(kind, name, compare, value))
    day = kind.day or "created_at"
    for mark, given in ((">=", args.start), ("<=", args.end)):
        if given:
            where.setdefault(day, []).append(mark + _day(given) + ("~" if mark == "<=" else ""))
    if args.state:
        where.setdefault("state", []).append(f"={args.state}")
    return dict(where)


def _test(kind: Kind, name: str, compare: str, value: str) -> str:
    info = kind.model.model_fields.get(name)
    if compare == "=" and info is not None and str(info.annotation).startswith("list["):
        return value  # a list holds the word
    if compare == "~":
        return value
    return "|".join(compare + part for part in value.split("|")) if value else "="


def _day(given: str) -> str:
    from studio_desk.kernel.dates import parse_day

    try:
        return parse_day(given)
    except ValueError:
        raise Problem(
            "NO_SUCH_DATE", say("没有“{value}”这个日期。", value=given[:40]), say("请按“2026-03-06”的样子填写。")
        ) from None


def _rows(home: Home, kind: Kind, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[dict[str, Any]]:
    import json

    from sqlalchemy import JSON, Boolean

    from studio_desk.store.custody import words

    types = {c.name: c.type for c in kind.table.columns}
    yes_no = {n for n in columns if isinstance(types.get(n), Boolean)} | {"conflict"}
    lists = {n for n in columns if isinstance(types.get(n), JSON)} - {"conflict"}
    found = []
    for row in rows:
        one = dict(zip(("uid", *columns), row, strict=True))
        one |= {n: bool(one[n]) for n in yes_no}
        one |= {n: json.loads(one[n]) for n in lists if isinstance(one[n], str)}
        found.append(one)
    where = {}
    for start in range(0, len(found), 500):
        where.update(words(home, [one["uid"] for one in found[start : start + 500]]))
    return [{**one, "custody": where.get(one["uid"], "")} for one in found]


def _files(home: Home, uid: str) -> list[dict[str, Any]]:
    with home.file.read() as c:
        rows = c.exec_driver_sql(
            "SELECT uid, code, name, mime, size, sha256 FROM attachment WHERE parent = ? AND state <> '作废' ORDER BY rowid",
            (uid,),
        ).mappings()
        return [dict(row) for row in rows]
