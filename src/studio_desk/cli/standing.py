"""`today`, `status`, `info`: what to do next, where the records are, what the program and its file are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import facts, table
from studio_desk.cli.reading import custody_word
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs
    from studio_desk.store.home import Home


def register(verbs: Verbs) -> None:
    """Announce the three verbs."""
    verbs.add("today", say("今天要做什么"), today)
    verbs.add("status", say("记录报到了哪里、备份、登记、各项数目"), status)
    verbs.add("info", say("同 status，再加版本和数据库参数"), info)


def today(call: Call) -> Answer:
    """What waits, the most urgent first."""
    from studio_desk.tally.today import today as look

    with call.home() as home:
        found = look(home)
    lines = [found.next] if not found.items else [f"· {one.text}" for one in found.items]
    hidden = sum(found.counts.values()) - len(found.items)
    if hidden > 0:
        lines.append(say("另有{n}项没有列出。", n=hidden))
    return Answer(found.as_json(), "\n".join(lines))


def status(call: Call) -> Answer:
    """The custody ledger, backup age, trust, counts."""
    with call.home() as home:
        data = _status(home)
    return Answer(data, _told(data))


def info(call: Call) -> Answer:
    """As `status`, with versions and pragmas."""
    import platform
    from importlib.metadata import version

    from studio_desk import __version__

    with call.home() as home:
        data, found = _status(home), home.file.facts()
    parts = ("sqlmodel", "sqlalchemy", "sqlcipher3", "cryptography", "pyrage")
    versions = {"studio_desk": __version__, "python": platform.python_version(), "sqlite": found.pop("sqlite")}
    versions |= {"sqlcipher": found.pop("cipher_version")} | {name: _version(version, name) for name in parts}
    data |= {"versions": versions, "system": platform.platform(), "schema": found.pop("user_version"), **found}
    more = facts([*versions.items(), *found.items(), (say("系统"), data["system"])])
    return Answer(data, f"{_told(data)}\n\n{more}")


def _version(version: Any, name: str) -> str:
    from importlib.metadata import PackageNotFoundError

    try:
        return str(version(name))
    except PackageNotFoundError:
        return ""


def _status(home: Home) -> dict[str, Any]:
    from studio_desk.exchange import erasure, trust_store
    from studio_desk.kernel import clock
    from studio_desk.record.checks import receipt_days
    from studio_desk.store.backup import latest
    from studio_desk.store.custody import custody, unconfirmed

    held = custody(home)
    newest = latest(home)
    trust = trust_store.current(home)
    with home.file.read() as c:
        kinds = {row[0]: row[1] for row in c.exec_driver_sql("SELECT kind, count(*) FROM record GROUP BY kind")}
        waiting = c.exec_driver_sql("SELECT count(*) FROM held").scalar_one()
        refused = c.exec_driver_sql("SELECT count(*) FROM quarantine WHERE state = 'open'").scalar_one()
        attachments = c.exec_driver_sql("SELECT count(*), coalesce(sum(size), 0) FROM blob").one()
    return {
        "home": str(home.path),
        "role": home.role,
        "code": home.code,
        "name": home.name,
        "device": home.device,
        "incarnation": home.incarnation,
        "notice": home.meta.get("incarnation_notice"),
        "records": held.records,
        "total": sum(held.records.values()),
        "kinds": kinds,
        "attachments": {"count": attachments[0], "bytes": attachments[1]},
        "frontiers": {dev: [seq, head] for dev, (seq, head) in home.journal.frontiers().items()},
        "packed": held.packed,
        "received": held.received,
        "unconfirmed": [
            {"at": one.at, "medium": one.medium, "by": one.by, "file": one.file, "records": one.records}
            for one in unconfirmed(home)
        ],
        "receipt_days": receipt_days(),
        "last_backup": newest.at.isoformat(timespec="seconds") if newest.at else None,
        "backup": {"file": newest.file, "days": newest.days, "level": newest.level},
        "enrolled": trust is not None,
        "trust": {
            "district": trust.district,
            "name": trust.name,
            "version": trust.version,
            "expires": trust.expires,
            "expired": trust.expired(clock.today()),
            "computers": [
                {"device": k.device, "name": k.name, "revoked": k.revoked is not None} for k in trust.computers
            ],
        }
        if trust
        else None,
        "held": waiting,
        "quarantine": refused,
        "conflicts": held.records["conflict"],
        "erased": [one.as_json() for one in erasure.standing(home)],
    }


def _told(data: dict[str, Any]) -> str:
    trust = data["trust"]
    level = {"ok": say("正常"), "yellow": say("该备份了"), "red": say("很久没有备份了")}[data["backup"]["level"]]
    pairs = [
        (say("名称"), data["name"]),
        (say("代码"), data["code"]),
        (say("文件夹"), data["home"]),
        (say("本机编号链"), data["device"]),
        (say("上次备份"), (data["last_backup"] or say("没有")) + say("（{reason}）", reason=level)),
        (
            say("登记", "入网"),
            say("{name}，信任名单第{version}版", name=trust["name"], version=trust["version"])
            if trust
            else say("还没有"),
        ),
        (say("等待前面数据包的"), data["held"]),
        (say("隔离的"), data["quarantine"]),
    ]
    rows = [(custody_word(word), number) for word, number in data["records"].items()]
    if data["notice"]:
        pairs.append((say("注意"), data["notice"]))
    text = f"{facts(pairs)}\n\n{table((say('保管'), say('记录数')), rows)}"
    if not data["erased"]:
        return text
    head = (say("依法删除"), say("时间"), say("原因"), say("已删除的"), say("还没有确认的"))
    erased = [
        (
            one["code"] or one["uid"],
            one["at"][:16],
            one["reason"],
            "、".join(one["confirmed"]),
            "、".join(one["waiting"]),
        )
        for one in data["erased"]
    ]
    return f"{text}\n\n{table(head, erased)}"
