"""Open the hub's own database: SQLite in a file, or PostgreSQL by URL; everything above is the same code."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, delete, event, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError

from studio_desk.hub import tables
from studio_desk.kernel.problem import MEDIUM, NETWORK, Problem
from studio_desk.kernel.words import say
from studio_desk.store.file import driver

SCHEMA: Final = "1"
BUSY_MS: Final = 15_000
"""How long a writer waits for another on SQLite, in milliseconds."""
_POOL: Final[dict[str, Any]] = {"pool_size": 10, "max_overflow": 10, "pool_timeout": BUSY_MS / 1000}


class Database:
    """The hub's tables and how to reach them; safe to use from several threads."""

    def __init__(self, url: str) -> None:
        """Connect, make what tables are missing, and give the database its name.

        Args:
            url: `sqlite:///FILE` or `postgresql+psycopg://…`.

        Raises:
            Problem: `DB_URL_WRONG`, `DB_UNREACHABLE`, `DB_NEWER`.
        """
        self.engine = _engine(url)
        self.kind = self.engine.dialect.name
        # SQLite has one writer at a time and lets those that wait guess: in this process they queue instead.
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.kind == "sqlite" else nullcontext()
        try:
            with self.write() as c:
                tables.metadata.create_all(c)
            self._name()
        except SQLAlchemyError as error:
            self.engine.dispose()
            raise unreachable(self.kind, error) from error
        if self.fact("schema") != SCHEMA:
            self.engine.dispose()
            raise Problem(
                "DB_NEWER",
                say("接收站的数据库是由别的版本建立的。"),
                say("请安装相同或更新的版本后再启动；数据没有改动。"),
            )
        self.box = self.fact("box")

    @contextmanager
    def write(self, *, lasting: bool = True) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any exception.

        Args:
            lasting: it is on the disk when this returns. What is not survives a killed process; a power cut may take
                the last of it, the database stays whole, and the next lasting one takes it along.
        """
        with self._turn, self.engine.connect() as c, c.execution_options(lasting=lasting).begin():
            yield c

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; each statement sees what is committed then."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
            yield c

    def fact(self, key: str, default: str = "") -> str:
        """A small text."""
        with self.read() as c:
            found = c.execute(select(tables.fact.c.value).where(tables.fact.c.key == key)).scalar()
        return default if found is None else str(found)

    def set_fact(self, c: Connection, key: str, value: str) -> None:
        """Keep a small text inside a transaction."""
        c.execute(delete(tables.fact).where(tables.fact.c.key == key))
        c.execute(insert(tables.fact).values(key=key, value=value))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _name(self) -> None:
        """A fresh database gets a random name, so that a station notices when its mailbox is another one."""
        for key, value in (("schema", SCHEMA), ("box", secrets.token_hex(8))):
            if not self.fact(key):
                try:
                    with self.write() as c:
                        c.execute(insert(tables.fact).values(key=key, value=value))
                except IntegrityError:  # another process of the hub was quicker
                    continue


def sqlite_url(file: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{file}"


def disk_full(error: Exception) -> bool:
    """Whether a database failed because its disk is full: PostgreSQL says so by a code, its words are of any language."""
    said = getattr(error, "orig", None)
    return getattr(said, "sqlstate", None) == "53100" or "database or disk is full" in str(said)


def _engine(url: str) -> Engine:
    try:
        name = make_url(url)
    except ArgumentError as error:
        raise _wrong_url() from error
    if name.drivername == "postgresql+psycopg":
        engine = create_engine(name, pool_pre_ping=True, **_POOL)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    if name.drivername != "sqlite" or not name.database:
        raise _wrong_url()
    # The driver that carries its own, newer SQLite: the log of older ones can lose a page (quality.md).
    engine = create_engine(name, module=driver(), connect_args={"timeout": BUSY_MS / 1000}, **_POOL)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says, not where the driver guesses
    for pragma in ("journal_mode = WAL", f"busy_timeout = {BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if options.get('lasting', True) else 'NORMAL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("lasting", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def _wrong_url() -> Problem:
    return Problem(
        "DB_URL_WRONG",
        say("数据库地址写得不对。"),
        say("可以写 sqlite:///文件 或 postgresql+psycopg://用户:口令@主机/库名；不写则用站点文件旁的 SQLite。"),
    )


def unreachable(kind: str, error: SQLAlchemyError) -> Problem:
    """The Problem of a database that does not answer."""
    return Problem(
        "DB_UNREACHABLE",
        say("连不上接收站的数据库（{kind}）。", kind=kind),
        say("请检查 --db 的地址、口令和数据库是否已启动。"),
        exit_code=MEDIUM if kind == "sqlite" else NETWORK,
        detail=type(error).__name__,
    )
