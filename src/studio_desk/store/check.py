"""Is everything still what it was? The file, its chains, bodies, attachments, and what was worked out from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from studio_desk.kernel.canon import digest
from studio_desk.kernel.finding import Finding
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say, series
from studio_desk.store import erasure, snapshot
from studio_desk.store import home as homes
from studio_desk.store.file import StationFile, driver
from studio_desk.store.journal import Journal
from studio_desk.store.keys import KeyFile
from studio_desk.store.ops import GENESIS, Op, read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

_NAMED: Final = 5
"""How many damaged things one sentence names."""
_WORKED_OUT: Final = frozenset({"RECORDS_DIFFER", "REGISTER_DIFFERS", "SEARCH_DIFFERS"})
"""Findings that a rebuild from the journal mends."""


@dataclass(frozen=True)
class Checked:
    """The answer of a check.

    Attributes:
        findings: what is wrong, each with its remedy; warnings do not spoil `ok`.
    """

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Nothing is damaged or lost."""
        return all(finding.level != "error" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """The answer of `check` on the command line."""
        return {"ok": self.ok, "findings": [finding.as_json() for finding in self.findings]}


def check(home: Home, *, deep: bool = False, mend: bool = False, progress: Progress = silent) -> Checked:
    """Check a home; nobody has to wait but while a deep check copies the file.

    Quick: the structure of the file, every chain's length and head, the key file, the counts of the register. Deep, on a
    still copy: HMAC of every page, every op line with its digest and the one before, every body, every attachment, and
    rows, register and search against a rebuild from the journal.

    Args:
        home: the open home.
        deep: read every byte.
        mend: when only what was worked out differs, work it out anew (the journal is never changed).
        progress: told step by step.

    Raises:
        Problem: `MEDIUM_…` or `DISK_FULL` when there is no room for the copy.
        Cancelled: by `progress`; nothing is left behind.
    """
    findings = [*_file(home), *_key_file(home)]
    if deep:
        findings += _pages(home)
        if not any(finding.code == "FILE_DAMAGED" for finding in findings):  # else there is nothing to copy
            findings = [f for f in findings if f.code.startswith("KEY_FILE")] + _copy(home, progress)
    if mend and findings and {finding.code for finding in findings} <= _WORKED_OUT:
        home.journal.rebuild(progress)
        findings = [_mended(finding) for finding in findings]
    return Checked(tuple(findings))


def _file(home: Home) -> list[Finding]:
    """Structure, chains and counts, through the open connection."""
    try:
        with home.file.read() as c:
            c.exec_driver_sql("PRAGMA shrink_memory")  # pages are read from the disk, not from the cache
            wrong = [row[0] for row in c.exec_driver_sql("PRAGMA quick_check(20)") if row[0] != "ok"]
            if wrong:
                return [_damaged_file(wrong)]
            loose = c.exec_driver_sql(snapshot.LOOSE_HEADS).scalars().all()
            if loose:
                return [_chain_broken(loose)]
            counted: dict[str, int] = dict(c.exec_driver_sql("SELECT kind, count(*) FROM record GROUP BY kind").all())
            differ = [
                shape.title
                for shape in home.shapes
                if c.exec_driver_sql(f'SELECT count(*) FROM "{shape.table.name}"').scalar_one()  # noqa: S608 - own name
                != counted.get(shape.key, 0)
            ]
    except Problem as problem:
        return [_damaged_file([str(problem.more.get("detail", problem.sentence))])]
    return [_register_differs(differ)] if differ else []


def _key_file(home: Home) -> list[Finding]:
    try:
        if KeyFile.load(home.path / homes.KEYS).opens_with(home.file.key):
            return []
    except Problem as problem:
        return [Finding("", problem.code, problem.sentence, problem.remedy)]
    sentence = say("密钥文件不是这份数据的：下次打开时会打不开。")
    return [Finding("", "KEY_FILE_FOREIGN", sentence, say("请不要关闭程序，马上做一次备份，再从备份恢复密钥文件。"))]


def _pages(home: Home) -> list[Finding]:
    """The HMAC of every page on the disk: finds every flipped bit, also where the structure is whole (`quality.md`)."""
    # Not every stick lets the log be cut; its pages are looked at all the same.
    with suppress(Problem), home.file.read() as c:
        c.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        with home.file.read() as c:
            wrong = [row[0] for row in c.exec_driver_sql("PRAGMA cipher_integrity_check")]
    except Problem as problem:
        wrong = [str(problem.more.get("detail", problem.sentence))]
    return [_damaged_file(wrong)] if wrong else []


def _copy(home: Home, progress: Progress) -> list[Finding]:
    with snapshot.workshop(home.path / homes.BACKUPS) as work:
        try:
            snapshot.copy(home.file, work / homes.DATABASE, progress)
        except Problem as problem:
            if problem.code != "FILE_DAMAGED":
                raise
            return [_damaged_file([str(problem.more.get("detail", ""))])]
        still = StationFile(work / homes.DATABASE, home.file.key)
        try:
            return [
                *_structure(still),
                *_ops(still, home, progress),
                *_blobs(still, progress),
                *_rebuilt(still, home, progress),
            ]
        finally:
            still.close()


def _structure(still: StationFile) -> list[Finding]:
    with still.read() as c:
        wrong = [row[0] for row in c.exec_driver_sql("PRAGMA integrity_check(20)") if row[0] != "ok"]
    return [_damaged_file(wrong)] if wrong else []


@dataclass
class _Seen:
    """What reading all ops found wrong, by names a person can look for (`SQ-1 101`)."""

    ops: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    relayed: set[str] = field(default_factory=set)


def _ops(still: StationFile, home: Home, progress: Progress) -> list[Finding]:
    seen = _Seen()
    prev: dict[str, tuple[int, str]] = {}
    with still.read() as c:
        total = c.exec_driver_sql("SELECT count(*) FROM op").scalar_one()
        erasing = erasure.erasing(c)
        rows = c.exec_driver_sql(
            "SELECT o.dev, o.seq, o.digest, o.rec, o.type, o.t, o.body, o.line, b.line FROM op o"
            " LEFT JOIN body b ON b.digest = o.body ORDER BY o.dev, o.seq"
        )
        for count, (dev, seq, told, *columns, line, body) in enumerate(rows):
            before = prev.get(dev, (0, GENESIS))
            op = _read_op(line)
            whole = op is not None and digest(line) == told and (op.dev, op.seq) == (dev, seq)
            if (
                op is None
                or not whole
                or [op.rec, op.type, op.t, op.body] != columns
                or (op.seq - 1, op.prev) != before
            ):
                seen.ops.append(f"{dev} {seq}")
            else:
                _look_at_body(
                    seen, op, body, erased=erasure.is_erased(erasing, op), own=_stem(dev) == _stem(home.device)
                )
            prev[dev] = (seq, told)
            if count % 1000 == 0:
                progress(count, total, say("正在核对日志"))
        heads = {dev: (seq, head) for dev, seq, head in c.exec_driver_sql("SELECT dev, seq, head FROM chain")}
        here = set(c.exec_driver_sql("SELECT sha256 FROM blob").scalars())
        stray = c.exec_driver_sql("SELECT count(*) FROM body WHERE digest NOT IN (SELECT body FROM op)").scalar_one()
    return list(_findings_of_ops(seen, [d for d in {*heads, *prev} if heads.get(d) != prev.get(d)], here, stray, home))


def _read_op(line: str) -> Op | None:
    try:
        return Op.from_line(line)
    except (ValueError, TypeError):
        return None


def _stem(dev: str) -> str:
    """The computer that writes a chain."""
    return dev.partition("@")[0].partition(".")[0]


def _look_at_body(seen: _Seen, op: Op, body: str | None, *, erased: bool, own: bool) -> None:
    if body is None:
        if not erased:
            seen.gone.append(f"{op.dev} {op.seq}")
        return
    if erased:
        seen.kept.append(f"{op.dev} {op.seq}")
    try:
        whole = digest(body) == op.body and len(body.encode()) == op.size
        blobs = read_body(body).get("blobs", []) if whole else []
    except (ValueError, AttributeError, TypeError):
        whole, blobs = False, []
    (seen.wanted if own else seen.relayed).update(blobs)
    if not whole:
        seen.bodies.append(f"{op.dev} {op.seq}")


def _findings_of_ops(seen: _Seen, loose: list[str], here: set[str], stray: int, home: Home) -> Iterator[Finding]:
    if seen.ops or loose:
        yield _chain_broken([*seen.ops, *loose])
    if seen.bodies:
        sentence = say("{n}条日志的内容被改动或损坏：{which}。", n=len(seen.bodies), which=_named(seen.bodies))
        yield Finding("", "BODY_DAMAGED", sentence, _from_backup())
    if seen.gone:
        sentence = say("{n}条日志的内容不见了：{which}。", n=len(seen.gone), which=_named(seen.gone))
        yield Finding("", "BODY_MISSING", sentence, _from_backup())
    if seen.kept:
        sentence = say("{n}条日志的内容已依法删除，却还在这里：{which}。", n=len(seen.kept), which=_named(seen.kept))
        yield Finding("", "BODY_NOT_ERASED", sentence, say("请联系技术人员；不要再做备份或报送。"))
    # What another computer attached may still be on its way: a station's own to its district, the other one's by relay.
    if absent := seen.relayed - seen.wanted - here:
        remedy = (
            say("请向站点要一次完整的报送（export --all）。")
            if home.role == "district"
            else say("是本站另一台电脑的附件；下次与区级交接时会带来，不用再做什么。")
        )
        yield Finding("", "ATTACHMENT_MISSING", _absent(absent), remedy, "warning")
    if absent := seen.wanted - here:
        yield Finding("", "ATTACHMENT_MISSING", _absent(absent), _from_backup())
    if stray:
        sentence = say("有{n}段内容不属于任何一条日志。", n=stray)
        yield Finding("", "BODY_STRAY", sentence, say("不影响使用；如果反复出现，请联系技术人员。"), "warning")


def _absent(digests: set[str]) -> str:
    return say("{n}个附件不在这里：{which}。", n=len(digests), which=_named(sorted(d[:12] for d in digests)))


def _blobs(still: StationFile, progress: Progress) -> list[Finding]:
    wrong = []
    with still.read() as c:
        digests = c.exec_driver_sql("SELECT sha256, size FROM blob ORDER BY sha256").all()
        for count, (told, size) in enumerate(digests):
            progress(count, len(digests), say("正在核对附件"))
            data = c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (told,)).scalar_one()
            if len(data) != size or hashlib.sha256(data).hexdigest() != told:
                wrong.append(str(told)[:12])
    if not wrong:
        return []
    sentence = say("{n}个附件损坏了：{which}。", n=len(wrong), which=_named(wrong))
    return [Finding("", "ATTACHMENT_DAMAGED", sentence, say("请从备份恢复，或重新添加原来的文件。"))]


# Every word's places, summed: term, column, how often, and where (two lists of the same sums differ in no practical case).
_WORDS = "SELECT term, col, count(*), sum(doc), sum(offset), sum(doc * offset) FROM words GROUP BY term, col"
_OPEN_WORDS = "CREATE VIRTUAL TABLE words USING fts5vocab(search, 'instance')"


def _rebuilt(still: StationFile, home: Home, progress: Progress) -> list[Finding]:
    """Rebuild the copy from its journal and compare it with what it was."""
    tables = {shape.table.name: shape.title for shape in home.shapes}
    journal = Journal(still, home.shapes, code=home.code, device=home.device, role=home.role)
    findings = []
    try:
        with still.write() as c:
            for name in (*tables, "record", "link"):
                c.exec_driver_sql(f'CREATE TABLE "was {name}" AS SELECT * FROM "{name}"')  # noqa: S608 - own names
            c.exec_driver_sql("INSERT INTO search (search) VALUES ('integrity-check')")
            c.exec_driver_sql(_OPEN_WORDS)
            c.exec_driver_sql(f'CREATE TABLE "was words" AS {_WORDS}')
            c.exec_driver_sql("DROP TABLE words")
            journal.rebuild(progress)
            c.exec_driver_sql(_OPEN_WORDS)
            c.exec_driver_sql(f"CREATE TABLE found AS {_WORDS}")
            for name, title in tables.items():
                if which := c.exec_driver_sql(_unequal(name, "uid")).scalars().all():
                    findings.append(_records_differ(title, which))
            if which := c.exec_driver_sql(_unequal("record", "coalesce(nullif(code, ''), uid)")).scalars().all():
                findings.append(_register_differs(which))
            if which := c.exec_driver_sql(_unequal("link", "pair")).scalars().all():
                findings.append(_register_differs(which))
            if c.exec_driver_sql(_unequal("found", "term", "was words")).first():
                findings.append(_search_differs())
    except (Problem, driver().Error, ValueError, KeyError, TypeError) as error:
        sentence = say("按日志重建时出错：{reason}。", reason=str(error)[:200])
        return [Finding("", "REBUILD_FAILED", sentence, _from_backup())]
    return findings


def _unequal(table: str, shown: str, was: str = "") -> str:
    """The rows that only one of the two tables has, by names of our own schema."""
    was = was or f"was {table}"
    one = f'SELECT * FROM (SELECT * FROM "{table}" EXCEPT SELECT * FROM "{was}")'  # noqa: S608 - own names
    other = f'SELECT * FROM (SELECT * FROM "{was}" EXCEPT SELECT * FROM "{table}")'  # noqa: S608 - own names
    return f"SELECT DISTINCT {shown} FROM ({one} UNION ALL {other}) ORDER BY 1"  # noqa: S608 - own names


def _named(things: Iterable[Any]) -> str:
    listed = [str(thing) for thing in things]
    tail = say("等") if len(listed) > _NAMED else ""
    return series(listed[:_NAMED]) + tail


def _from_backup() -> str:
    return say("请从最近的好备份恢复（restore）；区里也存有本站报送过的数据。原文件请保留。")


def _damaged_file(details: list[str]) -> Finding:
    sentence = say("数据文件有{n}处损坏（{which}）。", n=len(details), which=_named(details))
    return Finding("", "FILE_DAMAGED", sentence, _from_backup())


def _chain_broken(which: Iterable[Any]) -> Finding:
    sentence = say("日志链断开或被改动：{which}。", which=_named(which))
    return Finding("", "CHAIN_BROKEN", sentence, _from_backup())


def _mend_it() -> str:
    return say("日志是完好的，重建即可恢复（check --deep --mend），内容不会丢。")


def _records_differ(title: str, which: Iterable[Any]) -> Finding:
    sentence = say("“{title}”与日志不一致：{which}。", title=say(title), which=_named(which))
    return Finding("", "RECORDS_DIFFER", sentence, _mend_it())


def _register_differs(which: Iterable[Any]) -> Finding:
    return Finding("", "REGISTER_DIFFERS", say("总登记与日志不一致：{which}。", which=_named(which)), _mend_it())


def _search_differs() -> Finding:
    return Finding("", "SEARCH_DIFFERS", say("搜索索引与记录不一致，可能搜不到。"), _mend_it())


def _mended(finding: Finding) -> Finding:
    return Finding("", finding.code, finding.sentence, say("已经按日志重建，不用再做什么。"), "warning")
