"""What a person does about imports: release or discard what was set apart, take an import back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import acknowledged, late, quarantine, sealed_files, tables
from studio_desk.exchange.bundle import WAVED
from studio_desk.exchange.inbox import receive
from studio_desk.exchange.outcomes import Outcome
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.ops import read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def release(home: Home, number: int | str, reason: str = "") -> Outcome | None:
    """Try a refused bundle again, or accept a flagged record as it is.

    A bundle whose fault a person may judge (`bundle.WAVED`) is then taken in with that fault; any other fault must be
    gone (the station was enrolled, the program updated), or it is refused again. With a reason a bundle of a computer that
    is gone is believed (`late.believe`).

    Returns:
        What became of the bundle, `None` for a record.

    Raises:
        Problem: `NO_SUCH_QUARANTINE`, `QUARANTINE_DECIDED`, `QUARANTINE_FILE_LOST`, `TRUST_UNSIGNED`.
    """
    found = _open(home, number)
    if found["what"] == "record":
        quarantine.decide(home, found["id"], quarantine.RELEASED, reason)
        return None
    path = sealed_files.place(home, sealed_files.QUARANTINE, found["key"])
    if not path.exists():
        raise Problem(
            "QUARANTINE_FILE_LOST",
            say("隔离的文件“{file}”不在了。", file=found["file"]),
            say("请让对方再送一次；重复接收不会出错。"),
        )
    if found["code"] == late.REFUSED and reason.strip():
        late.believe(home, path, reason.strip())
    outcome = receive(home, [path], allow=frozenset({found["code"]}) & WAVED)[0]
    outcome.file = found["file"]
    return outcome


def discard(home: Home, number: int | str, reason: str) -> None:
    """Throw a refused bundle away, or close the flag of a record; the entry stays in the list of decided ones.

    Raises:
        Problem: `NO_SUCH_QUARANTINE`, `QUARANTINE_DECIDED`, `REASON_REQUIRED`.
    """
    if not reason.strip():
        raise Problem("REASON_REQUIRED", say("丢弃要写明原因。"), say("请用一句话说明为什么丢弃。"))
    found = _open(home, number)
    quarantine.decide(home, found["id"], quarantine.DISCARDED, reason.strip())
    if found["what"] == "bundle":
        sealed_files.drop(home, sealed_files.QUARANTINE, found["key"])


def imports(home: Home) -> list[dict[str, Any]]:
    """The log of merged bundles, newest first."""
    with home.file.read() as c:
        return [
            dict(row) for row in c.execute(tables.imported.select().order_by(tables.imported.c.id.desc())).mappings()
        ]


def undo(home: Home, bundle: str) -> dict[str, Any]:
    """Take one import back: its ops, its records' changes and its attachments, as if it had not come.

    Args:
        home: who had taken it in.
        bundle: the bundle's id, or the number in the log of imports.

    Returns:
        `{undone, ops, records}`.

    Raises:
        Problem: `NO_SUCH_IMPORT`; `IMPORT_BUILT_ON` when later ops build on it.
    """
    with home.file.write() as c:
        found = next((i for i in imports(home) if bundle in {i["bundle"], str(i["id"])} and not i["undone_at"]), None)
        if found is None:
            raise Problem(
                "NO_SUCH_IMPORT",
                say("没有编号为“{bundle}”的导入，或它已撤销。", bundle=bundle[:40]),
                say("请在导入记录里查看编号。"),
            )
        digests = list(
            c.exec_driver_sql(
                "SELECT digest FROM op WHERE dev = ? AND seq BETWEEN ? AND ?",
                (found["dev"], found["new_first"], found["new_last"]),
            ).scalars()
        )
        touched = home.journal.take_back(digests)
        gone = set(digests)
        for table, column in ((tables.receipt, tables.receipt.c.op), (tables.quarantine, tables.quarantine.c.key)):
            known = c.execute(table.select().with_only_columns(column)).scalars()
            for key in [k for k in known if k in gone]:
                c.execute(table.delete().where(column == key))
        used = _used_blobs(home) if found["blobs"] != "[]" else set()
        for sha256 in json.loads(found["blobs"]):
            if sha256 not in used:
                c.exec_driver_sql("DELETE FROM blob WHERE sha256 = ?", (sha256,))
        c.execute(tables.imported.update().where(tables.imported.c.id == found["id"]).values(undone_at=clock.stamp()))
        if home.role == "station":
            acknowledged.settle(home)
    return {"undone": found["bundle"], "ops": len(digests), "records": len(touched)}


def _open(home: Home, number: int | str) -> dict[str, Any]:
    found = quarantine.entry(home, number)
    if found["state"] != quarantine.OPEN:
        raise Problem(
            "QUARANTINE_DECIDED",
            say("这一项已经处理过了。"),
            say("请刷新隔离区的列表。"),
        )
    return found


def _used_blobs(home: Home) -> set[str]:
    """Attachments that bodies still name (keys are sorted, so a body that names any begins otherwise)."""
    with home.file.read() as c:
        lines = c.exec_driver_sql("""SELECT line FROM body WHERE substr(line, 1, 11) <> '{"blobs":[]'""").scalars()
        used: set[str] = set()
        for line in lines:
            used.update(read_body(line).get("blobs", []))
    return used
