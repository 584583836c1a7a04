"""A still copy of the encrypted file, and what a copy proves to hold when it is opened again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from studio_desk.kernel.canon import canon, digest
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store.file import StationFile, damaged, driver, open_raw

_WORK: Final = ".work-"
_STEPS: Final = 20_000
"""SQLite instructions between two reports of progress (some milliseconds)."""


@dataclass(frozen=True)
class Facts:
    """What a file holds, as far as a backup must prove it.

    Attributes:
        role: `station` or `district`.
        code: the station's or district's code.
        device: the chain it writes.
        seq: last op of that chain.
        head: digest of that op, `""` when there is none.
        records: records of all kinds.
        attachments: attachments of all records.
        ops: ops of all chains.
        schema: version of the core tables.
        state: digest over all chains, texts and table sizes; equal states give equal digests.
    """

    role: str
    code: str
    device: str
    seq: int
    head: str
    records: int
    attachments: int
    ops: int
    schema: int
    state: str

    def as_json(self) -> dict[str, Any]:
        """The facts as a manifest holds them."""
        return asdict(self)


def copy(file: StationFile, target: Path, progress: Progress = silent) -> None:
    """Write a still copy of an open file, encrypted with the same key, without what was deleted.

    `VACUUM INTO` fails on the first damaged page that it reads. The backup interface does not: it was seen to copy a page
    whose HMAC is wrong as rubbish with a fresh, valid HMAC. Indexes are built anew and not read, so the HMAC of every page
    is looked at first: a backup is the moment to learn of any damage.

    Args:
        file: the open file; others wait while it is copied.
        target: the file to make, on a local disk.
        progress: told in bytes written.

    Raises:
        Problem: `FILE_DAMAGED` (exit 3), `DISK_FULL`, `DISK_ERROR`.
        Cancelled: by `progress`.
    """
    stopped: list[BaseException] = []
    with file.read() as c:
        if wrong := c.exec_driver_sql("PRAGMA cipher_integrity_check").all():
            raise damaged(file.path, str(wrong[0][0]))
        # SQLCipher answers some pragmas with text.
        total = int(c.exec_driver_sql("PRAGMA page_count").scalar_one()) * int(
            c.exec_driver_sql("PRAGMA page_size").scalar_one()
        )

        def step() -> bool:
            try:
                done = target.stat().st_size if target.exists() else 0
                progress(min(done, total), total, say("正在复制数据"))
            except BaseException as wish:  # noqa: BLE001 - the driver would swallow it; raised again below
                stopped.append(wish)
                return True
            return False

        connection: Any = c.connection.driver_connection
        connection.set_progress_handler(step, _STEPS)
        try:
            c.exec_driver_sql("VACUUM INTO ?", (str(target),))
        except Exception:
            if stopped:
                raise stopped[0] from None
            raise
        finally:
            connection.set_progress_handler(None, 0)


def prove(path: Path, key: bytes) -> Facts:
    """Open a closed file anew, check the HMAC of every page, its structure and its chains, and say what it holds.

    Args:
        path: a database file that nobody has open; nothing is written beside it.
        key: 32 raw bytes.

    Raises:
        Problem: `FILE_DAMAGED` (exit 3).
    """
    errors = (driver().Error, ValueError, TypeError)
    try:
        with closing(open_raw(path, key, still=True)) as connection:
            wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            wrong = wrong or [row for row in connection.execute("PRAGMA quick_check(5)") if row[0] != "ok"]
            wrong = wrong or connection.execute(LOOSE_HEADS).fetchall()
            if wrong:
                raise damaged(path, str(wrong[0][0]))
            return _facts(connection)
    except errors as error:
        raise damaged(path, str(error)) from error


LOOSE_HEADS = """SELECT c.dev FROM chain c LEFT JOIN op o ON o.dev = c.dev AND o.seq = c.seq
 WHERE o.digest IS NOT c.head OR c.seq <> (SELECT count(*) FROM op p WHERE p.dev = c.dev)"""
"""Chains whose last op is not the one their frontier names, or that have holes."""


def now(file: StationFile) -> Facts:
    """What an open file holds now.

    Raises:
        Problem: `FILE_DAMAGED` (exit 3).
    """
    with file.raw() as connection:
        try:
            return _facts(connection)
        except driver().Error as error:
            raise damaged(file.path, str(error)) from error


def _facts(connection: Any) -> Facts:

    def one(query: str, *values: str) -> Any:
        return connection.execute(query, values).fetchone()

    texts = dict(connection.execute("SELECT key, value FROM meta WHERE key NOT LIKE 'backup.%'"))
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'search*' AND name <> 'meta' ORDER BY 1"
        )
    ]
    sizes = {name: one(f'SELECT count(*) FROM "{name}"')[0] for name in tables}  # noqa: S608 - names of our own schema
    chains = [list(row) for row in connection.execute("SELECT dev, seq, head FROM chain ORDER BY dev")]
    device = texts.get("device", "")
    seq, head = one("SELECT seq, head FROM chain WHERE dev = ?", device) or (0, "")
    return Facts(
        role=texts["role"],
        code=texts["code"],
        device=device,
        seq=seq,
        head=head,
        records=sizes["record"],
        attachments=sizes["blob"],
        ops=sizes["op"],
        schema=one("PRAGMA user_version")[0],
        state=digest(canon([chains, sorted(map(list, texts.items())), sizes])),
    )


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A folder for half-made files inside `folder`, for one job at a time; those of killed programs are removed first.

    Raises:
        Problem: `MEDIUM_…`.
    """
    make_folder(folder)
    for left in folder.glob(f"{_WORK}*"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=folder))
    except OSError as error:
        raise medium_problem(error, folder) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for its owner alone.

    Raises:
        Problem: `MEDIUM_…`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise medium_problem(error, folder) from error
