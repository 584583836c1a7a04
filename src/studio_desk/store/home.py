"""A home: the folder that holds one station's (or district's) file, its keys, its mark and its lock."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from studio_desk.kernel import clock
from studio_desk.kernel.canon import digest
from studio_desk.kernel.files import write_private
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.settings import Settings
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.store import lists, migrations, numbers, tables
from studio_desk.store.file import SCHEMA, Lock, StationFile
from studio_desk.store.journal import LATE_AFTER_DAYS, Journal, Shape
from studio_desk.store.keys import KeyFile, new_key
from studio_desk.store.tables import SEARCH

DATABASE, KEYS, MARK, LOCK, BACKUPS = "desk.db", "desk.key", "desk.mark", "desk.lock", "backups"
STATION_CODE = re.compile(r"[A-Z]{2,6}")
DISTRICT_CODE = re.compile(r"[0-9]{6}")


class Meta:
    """Small durable texts of the home (table `meta`)."""

    def __init__(self, file: StationFile) -> None:
        self._file = file

    def get(self, key: str, default: str = "") -> str:
        """The text under `key`, or `default`."""
        with self._file.read() as c:
            value = c.exec_driver_sql("SELECT value FROM meta WHERE key = ?", (key,)).scalar()
        return default if value is None else str(value)

    def set(self, key: str, value: str) -> None:
        """Keep a text; durable when this returns (or when the surrounding transaction commits)."""
        with self._file.write() as c:
            c.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    def all(self, prefix: str = "") -> dict[str, str]:
        """All texts whose key begins with `prefix`, keys shortened by it."""
        with self._file.read() as c:
            rows = c.exec_driver_sql("SELECT key, value FROM meta WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
            return {key[len(prefix) :]: value for key, value in rows}


class Home:
    """An open home. Use as a context manager, or call `close`."""

    def __init__(self, path: Path, lock: Lock, file: StationFile, keys: KeyFile, shapes: Iterable[Shape]) -> None:
        """Wire an already opened file; use `Home.create` or `Home.open`."""
        self.path, self.file, self.keys = path, file, keys
        self.recovery_code = ""
        self._lock = lock
        self.meta = Meta(file)
        self.role = self.meta.get("role")
        self.code = self.meta.get("code")
        self.name = self.meta.get("name")
        self.shapes = tuple(shapes)
        self.journal = Journal(file, self.shapes, code=self.code, device=self.meta.get("device"), role=self.role)
        self.journal.operator = lambda: self.settings.operator
        self.journal.late_after = _late_after
        self._settings: Settings | None = None

    # --- making and opening --------------------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: Path,
        *,
        role: str,
        code: str,
        name: str,
        shapes: Iterable[Shape],
        passphrase: str | None = None,
        use_keyring: bool = True,
        details: Mapping[str, str] | None = None,
        computer: int = 1,
    ) -> Home:
        """Make a new home; `recovery_code` of the answer is shown once and printed by the clerk.

        Args:
            path: a folder that does not exist or is empty.
            role: `station` or `district`.
            code: 2 to 6 capital letters for a station, 6 digits for a district (domain.md 2.2).
            name: its full name.
            shapes: all kinds of record.
            passphrase: protects the key where no keyring serves.
            use_keyring: try the operating system's keyring.
            details: further texts to keep under `detail.*` (town, kind of station).
            computer: which of the station's computers this is, 1 to 99.

        Raises:
            Problem: `CODE_NOT_VALID`, `COMPUTER_NOT_VALID`, `NAME_REQUIRED`, `HOME_EXISTS`, `NO_KEY_PROTECTION`, `FOLDER_READ_ONLY`.
        """
        check_identity(role, code, name)
        check_computer(computer)
        _make_folder(path)
        if (path / DATABASE).exists() or (path / KEYS).exists():
            raise Problem(
                "HOME_EXISTS",
                say("文件夹“{folder}”里已经有一个站点。", folder=str(path)),
                say("请打开它，或另选一个空文件夹。"),
            )
        lock = Lock(path / LOCK)
        lock.take()
        try:
            key = new_key()
            keys, recovery = KeyFile.create(path / KEYS, key, passphrase, use_keyring=use_keyring)
            file = StationFile(path / DATABASE, key, create=True)
            texts = {"role": role, "code": code, "name": name, "device": f"{code}-{computer}", "incarnation": "1"}
            texts |= {lists.KNOWN: " ".join(lists.SORTS), "created_at": clock.stamp()} | {
                f"detail.{k}": v for k, v in (details or {}).items() if v
            }
            with file.write() as c:
                _make_tables(c, shapes := tuple(shapes))
                c.exec_driver_sql("INSERT INTO meta (key, value) VALUES (?, ?)", list(texts.items()))
            home = cls(path, lock, file, keys, shapes)
        except BaseException:
            lock.release()
            for name_ in (DATABASE, f"{DATABASE}-wal", KEYS, LOCK):
                (path / name_).unlink(missing_ok=True)
            raise
        home.recovery_code = recovery
        return home

    @classmethod
    def open(
        cls, path: Path, *, shapes: Iterable[Shape], passphrase: str | None = None, key: bytes | None = None
    ) -> Home:
        """Open a home: lock it, unlock it, bring it up to date, start a new incarnation if it was rewound.

        Args:
            path: the folder.
            shapes: all kinds of record.
            passphrase: needed where no keyring serves.
            key: the raw key, when it was already unwrapped (recovery code, restore).

        Raises:
            Problem: `NO_HOME`, `NO_KEY`, `WRONG_PASSPHRASE`, `FILE_DAMAGED` (3), `FILE_NEWER`, `FILE_BUSY` (4).
        """
        if not (path / DATABASE).exists() or not (path / KEYS).exists():
            raise Problem(
                "NO_HOME",
                say("文件夹“{folder}”里没有站点文件。", folder=str(path)),
                say("请用 init 新建，用 restore 从备份恢复，或用 --home 指明文件夹。"),
            )
        lock = Lock(path / LOCK)
        lock.take()
        try:
            keys = KeyFile.load(path / KEYS)
            file = StationFile(path / DATABASE, key or keys.unlock(passphrase))
            try:
                home = cls(path, lock, file, keys, tuple(shapes))
                home._bring_up()
                home._notice_rewind()
                lists.take_again(home)
                lists.lay(home)
            except BaseException:
                file.close()
                raise
        except BaseException:
            lock.release()
            raise
        return home

    def _bring_up(self) -> None:
        """Migrate core tables; add tables that came with a layer above; rebuild the records when a kind's table changed."""
        wanted = _schema_print(self.shapes)
        if self.file.schema == SCHEMA and self.meta.get("schema") == wanted:
            if not _names() <= set(self.meta.get("tables").split()):
                with self.file.write() as c:
                    _add_tables(c)
            return
        with self.file.write() as c:
            migrations.run(c, self.file.schema)
            _add_tables(c)
            for shape in self.shapes:
                shape.table.create(c, checkfirst=True)
            self.journal.rebuild()
            self.meta.set("schema", wanted)

    def _notice_rewind(self) -> None:
        """A file behind its mark was restored or copied back: continuing its chain would fork it (`exchange.md`)."""
        mark = self.read_mark()
        if mark.get("device") != self.device:
            behind = bool(mark) and int(mark.get("incarnation", 0)) > self.incarnation
        else:
            ops = list(self.journal.ops(self.device, mark["seq"], mark["seq"])) if mark["seq"] else []
            behind = bool(mark["seq"]) and (not ops or ops[0][0].digest != mark["head"])
        if behind:
            self.new_incarnation(say("文件比上次送出时旧，已开始新的编号链。"))

    @contextmanager
    def renamed(self, computer: int) -> Iterator[None]:
        """Become another computer of the station, with a chain of its own; when what is done inside fails, it stays as it was."""
        old = self.device
        try:
            with self.file.write():
                self.journal.device = f"{self.code}-{computer}"
                self.meta.set("device", self.device)
                yield
        except BaseException:
            self.journal.device = old
            raise
        self.mark()

    def new_incarnation(self, reason: str, above: int = 0) -> None:
        """Continue under a new chain, so that nothing already sent is ever contradicted.

        Numbers go on a hundred higher: those given out after the backup are never given again.

        Args:
            reason: a sentence for the clerk.
            above: the number of an incarnation that is known to have been, whatever this home remembers.
        """
        mark = self.read_mark()
        number = max(self.incarnation, int(mark.get("incarnation", 0)), above) + 1
        old = self.device
        seq, head = self.journal.frontiers().get(old, (0, ""))
        device = f"{old.split('.', maxsplit=1)[0]}.{number}{secrets.token_hex(4)}"
        with self.file.write() as c:
            self.meta.set("device", device)
            self.meta.set("incarnation", str(number))
            self.journal.device = device
            codes = c.exec_driver_sql("SELECT code FROM record WHERE station = ?", (self.code,)).scalars()
            computer = numbers.computer_of(old)
            for stem in {code[: code.rindex("-") + 1] for code in codes if "-" in code}:
                top = numbers.highest(c, stem, computer)
                if top:
                    self.meta.set(f"number.{stem}", str(numbers.after(computer, top, 100)))
            self.journal.note(
                "device.incarnate", {"from": old, "seq": seq, "head": head, "known": mark or {}}, reason=reason
            )
            self.meta.set("incarnation_notice", reason)
        self.mark()

    # --- facts ---------------------------------------------------------------------------------------------------

    @property
    def device(self) -> str:
        """The chain this home writes: `SQ-1`, after a restore `SQ-1.2…`."""
        return self.journal.device

    @property
    def incarnation(self) -> int:
        """How often the home began a new chain, from 1."""
        return int(self.meta.get("incarnation", "1"))

    @property
    def settings(self) -> Settings:
        """The home's settings; read once, changed through `change_settings`."""
        if self._settings is None:
            self._settings = Settings.load(self.meta)
        return self._settings

    def change_settings(self, settings: Settings) -> None:
        """Keep changed settings; they are in force at once."""
        with self.file.write():
            settings.save(self.meta)
        self._settings = settings

    # --- the mark ------------------------------------------------------------------------------------------------

    def mark(self) -> None:
        """Write outside the database how far the chain is that is about to leave the house; durable."""
        seq, head = self.journal.frontiers().get(self.device, (0, ""))
        found = {"device": self.device, "incarnation": self.incarnation, "seq": seq, "head": head}
        write_private(self.path / MARK, json.dumps(found).encode())

    def read_mark(self) -> dict[str, Any]:
        """The mark, empty when there is none or it is unreadable."""
        try:
            found = json.loads((self.path / MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        fits = isinstance(found, dict) and {"device", "incarnation", "seq", "head"} <= set(found)
        return found if fits else {}

    # --- secrets and drafts --------------------------------------------------------------------------------------

    def secret(self, name: str) -> bytes | None:
        """A private key of the home by name, `None` when there is none."""
        with self.file.read() as c:
            value = c.exec_driver_sql("SELECT value FROM secret WHERE name = ?", (name,)).scalar()
        return None if value is None else bytes(value)

    def keep_secret(self, name: str, value: bytes) -> None:
        """Keep a private key inside the encrypted file."""
        with self.file.write() as c:
            c.exec_driver_sql("INSERT OR REPLACE INTO secret (name, value) VALUES (?, ?)", (name, value))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction over several writes of the journal and other tables."""
        with self.file.write() as c:
            yield c

    def close(self) -> None:
        """Close the file and give the lock back."""
        lists.leave(self)
        self.file.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check_identity(role: str, code: str, name: str) -> None:
    """Check what a new home is called.

    Raises:
        Problem: `CODE_NOT_VALID`, `NAME_REQUIRED`.
    """
    if not (STATION_CODE if role == "station" else DISTRICT_CODE).fullmatch(code):
        raise Problem(
            "CODE_NOT_VALID",
            say("站码“{code}”不合规定。", code=code[:20])
            if role == "station"
            else say("行政区划代码“{code}”不合规定。", code=code[:20]),
            say("站码是2至6个大写字母，例如 SQ。") if role == "station" else say("区县代码是6位数字，例如 990000。"),
        )
    if not name.strip():
        raise Problem("NAME_REQUIRED", say("名称没有填。"), say("请填写全称，例如“石桥镇政协联络站”。"))


def check_computer(computer: int) -> None:
    """Check which of a station's computers a home is.

    Raises:
        Problem: `COMPUTER_NOT_VALID`.
    """
    if not 1 <= computer <= numbers.MOST:
        raise Problem(
            "COMPUTER_NOT_VALID",
            say("没有第{n}台电脑这个号。", n=computer),
            say("请写1至{most}：本站第一台写1，再添或换一台就写下一个没用过的号。", most=numbers.MOST),
        )


def _late_after() -> int:
    """Days after which an entry counts as late: a figure of the rule book, which a district edits (domain.md 2.1)."""
    term = vocabulary("deadline").find("补录")
    return int(term.more.get("days", LATE_AFTER_DAYS)) if term else LATE_AFTER_DAYS


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        from studio_desk.kernel.files import medium_problem

        raise medium_problem(error, path) from error


def _add_tables(c: Connection) -> None:
    """Make the tables and indexes that are not there yet and note which there are."""
    tables.metadata.create_all(c)
    for table in tables.metadata.tables.values():
        for index in table.indexes:
            index.create(c, checkfirst=True)
    c.exec_driver_sql("INSERT OR REPLACE INTO meta (key, value) VALUES ('tables', ?)", (" ".join(sorted(_names())),))


def _names() -> set[str]:
    """All tables and indexes of the layers below the kinds."""
    found = tables.metadata.tables
    return set(found) | {str(index.name) for table in found.values() for index in table.indexes}


def _make_tables(c: Connection, shapes: Iterable[Shape]) -> None:
    shapes = tuple(shapes)
    _add_tables(c)
    for shape in shapes:
        shape.table.create(c, checkfirst=True)
    c.exec_driver_sql(SEARCH)
    c.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    c.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('schema', ?)", (_schema_print(shapes),))


def _schema_print(shapes: Iterable[Shape]) -> str:
    """Changes when any table changes: the records are then worked out anew from the journal."""
    core = [
        f"{t.name}({','.join(c.name for c in t.columns)})"
        for t in (tables.metadata.tables[name] for name in tables.OWN)
    ]
    return digest("\n".join([*core, SEARCH, *(shape.fingerprint() for shape in shapes)]))
