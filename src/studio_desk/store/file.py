"""The encrypted file: open it, hold it alone, write in one transaction, say in plain words what is wrong with it."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from studio_desk.kernel import clock
from studio_desk.kernel.problem import BUSY, DAMAGED, MEDIUM, Problem
from studio_desk.kernel.words import say

SCHEMA = 1
"""Version of the core tables, kept in `PRAGMA user_version`; `store.migrations` brings older files up."""


class Lock:
    """The lock file beside the database: it holds who has the file open and ends with the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: IO[str] | None = None

    def take(self) -> None:
        """Take the lock.

        Raises:
            Problem: `FILE_BUSY` (exit 4) with the holder's process number and computer; `FOLDER_READ_ONLY` (exit 5).
        """
        try:
            handle = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            raise Problem(
                "FOLDER_READ_ONLY",
                say("文件夹“{folder}”不能写入。", folder=str(self.path.parent)),
                say("请换一个可以写入的文件夹，或请管理员放开权限。"),
                exit_code=MEDIUM,
            ) from error
        try:
            _lock(handle)
        except OSError:
            handle.seek(0)
            holder = _holder(handle.read())
            handle.close()
            raise Problem(
                "FILE_BUSY",
                say(
                    "这个站点的文件正被另一个程序打开（电脑 {host}，进程 {pid}，自 {since} 起）。",
                    host=holder.get("host", "?"),
                    pid=holder.get("pid", "?"),
                    since=holder.get("since", "?"),
                ),
                say("请先在那里关闭 Studio Desk，再重试。"),
                exit_code=BUSY,
                holder=holder,
            ) from None
        held = {"pid": os.getpid(), "host": socket.gethostname(), "since": clock.stamp()}
        with suppress(OSError):  # who holds it is a courtesy: on a full disk the lock holds all the same
            os.truncate(handle.fileno(), 0)
            os.write(handle.fileno(), json.dumps(held).encode())
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._handle is not None:
            with suppress(OSError):
                self._handle.seek(0)
                self._handle.truncate()
            self._handle.close()
            self._handle = None


def _holder(text: str) -> dict[str, Any]:
    with suppress(ValueError):
        found = json.loads(text)
        return found if isinstance(found, dict) else {}
    return {}


if sys.platform == "win32":  # pragma: no cover - the other branch runs on Linux
    import msvcrt

    def _lock(handle: IO[str]) -> None:
        # A byte far behind the text, so that others may still read who holds the file.
        handle.seek(1 << 30)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: IO[str]) -> None:
        fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class StationFile:
    """One SQLCipher database, held by one process, used through one connection under a re-entrant lock.

    WAL with `synchronous=FULL` and `locking_mode=EXCLUSIVE`: what was committed survives a power cut (quality.md).
    """

    def __init__(self, path: Path, key: bytes, *, create: bool = False) -> None:
        """Open (or with `create` make) the database.

        Args:
            path: the database file.
            key: 32 raw bytes.
            create: the file must not exist yet.

        Raises:
            Problem: `FILE_DAMAGED` (exit 3), `FILE_NEWER`, `FILE_BUSY` (exit 4).
        """
        self.path = path
        self.after_commit: list[Callable[[], None]] = []
        self.after_rollback: list[Callable[[], None]] = []
        self._key = key
        self._guard = threading.RLock()
        self._depth = 0
        if not create and not path.exists():
            raise damaged(path, "missing")
        try:
            self._engine = create_engine(
                "sqlite://", creator=self._connect, module=driver(), poolclass=StaticPool, json_serializer=_json
            )
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self.schema = int(self._connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        except DBAPIError as error:
            self._engine.dispose()
            raise _translate(error, path) from error
        if self.schema > SCHEMA:
            self.close()
            raise Problem(
                "FILE_NEWER",
                say(
                    "这个文件是由更新版本的 Studio Desk 写成的（格式 {found}，本程序到 {known}）。",
                    found=self.schema,
                    known=SCHEMA,
                ),
                say("请在这台电脑上安装新版本后再打开；文件没有改动。"),
            )

    def _connect(self) -> Any:
        connection = open_raw(self.path, self._key)
        for pragma in (
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = FULL",
            "temp_store = MEMORY",
            "foreign_keys = ON",
            "secure_delete = ON",
            "cache_size = -32768",
        ):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except driver().Error:
                connection.close()  # a damaged file must not stay locked: a restore comes next
                raise
        return connection

    @property
    def key(self) -> bytes:
        """The raw key, for backups and a change of passphrase."""
        return self._key

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; inside `write` it sees the open transaction."""
        with self._guard:
            try:
                yield self._connection
            except (DBAPIError, driver().Error) as error:
                raise _translate(error, self.path) from error

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed at the end of the outermost block, rolled back by any exception."""
        with self._guard:
            if self._depth:
                self._depth += 1
                try:
                    yield self._connection
                finally:
                    self._depth -= 1
                return
            try:
                bare = driver_of(self._connection)
                bare.execute("BEGIN IMMEDIATE")
                self._depth = 1
                try:
                    yield self._connection
                    bare.execute("COMMIT")
                except BaseException:
                    with suppress(driver().Error):
                        bare.execute("ROLLBACK")
                    for told in self.after_rollback:
                        told()
                    raise
                finally:
                    self._depth = 0
            except (DBAPIError, driver().Error) as error:
                raise _translate(error, self.path) from error
        for told in list(self.after_commit):
            told()

    @contextmanager
    def raw(self) -> Iterator[Any]:
        """The driver's own connection under the lock (backup, pragmas)."""
        with self._guard:
            try:
                yield driver_of(self._connection)
            except (DBAPIError, driver().Error) as error:
                raise _translate(error, self.path) from error

    def facts(self) -> dict[str, Any]:
        """Versions and pragmas in force, for `info`."""
        names = ("cipher_version", "journal_mode", "synchronous", "locking_mode", "user_version")
        with self.read() as c:
            facts: dict[str, Any] = {n: c.exec_driver_sql(f"PRAGMA {n}").scalar() for n in names}
            facts["sqlite"] = c.exec_driver_sql("SELECT sqlite_version()").scalar_one()
        return facts

    def close(self) -> None:
        """Close the file; the log is folded back into it."""
        with self._guard:
            self._connection.close()
            self._engine.dispose()


def open_raw(path: Path, key: bytes, *, still: bool = False) -> Any:
    """A driver connection to an encrypted file, key applied, nothing else set.

    Args:
        path: the database file; made when it does not exist.
        key: 32 raw bytes (no key derivation: opens in under a millisecond).
        still: nobody writes the file: open it read-only and write nothing beside it.
    """
    name = f"{path.resolve().as_uri()}?mode=ro&immutable=1" if still else str(path)
    connection = driver().connect(name, check_same_thread=False, isolation_level=None, timeout=2, uri=still)
    connection.execute("PRAGMA cipher_log_level = NONE")  # a damaged page would write lines to stderr without end
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


def driver() -> Any:
    """The driver module, imported when the first file is opened."""
    from sqlcipher3 import dbapi2

    return dbapi2


def driver_of(connection: Connection) -> Any:
    """The driver's own connection under SQLAlchemy's, in the same transaction.

    For statements that run once for every record: SQLAlchemy's own work about a statement takes ten times as long as
    SQLite's on it.
    """
    return connection.connection.driver_connection


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def damaged(path: Path, detail: str) -> Problem:
    """The Problem `FILE_DAMAGED` (exit 3); `detail` is for the log and scripts."""
    return Problem(
        "FILE_DAMAGED",
        say("文件“{file}”打不开：已损坏，或口令与它不配。", file=path.name),
        say("请从备份恢复（restore）；原文件请保留。"),
        exit_code=DAMAGED,
        detail=detail,
    )


def _translate(error: Exception, path: Path) -> Problem:
    """The driver's words as a Problem."""
    text = str(error.orig if isinstance(error, DBAPIError) else error).lower()
    if "full" in text:
        return Problem(
            "DISK_FULL", say("磁盘满了，这一次没有存上。"), say("请清理磁盘后重试；已存的内容都在。"), exit_code=MEDIUM
        )
    if "readonly" in text or "unable to open" in text or "permission" in text:
        return Problem(
            "FOLDER_READ_ONLY",
            say("文件夹“{folder}”不能写入。", folder=str(path.parent)),
            say("请换一个可以写入的文件夹，或请管理员放开权限。"),
            exit_code=MEDIUM,
        )
    if "locked" in text or "busy" in text:
        return Problem(
            "FILE_BUSY",
            say("这个站点的文件正被另一个程序打开。"),
            say("请先在那里关闭 Studio Desk，再重试。"),
            exit_code=BUSY,
        )
    if "i/o error" in text:
        return Problem(
            "DISK_ERROR",
            say("磁盘读写出错，这一次没有存上。"),
            say("请检查磁盘或U盘是否松动；已存的内容都在，请尽快做一次备份。"),
            exit_code=MEDIUM,
        )
    return damaged(path, text)
