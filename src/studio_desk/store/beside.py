"""A new home that is there whole or not at all: made beside its place, put there in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from studio_desk.kernel.files import medium_problem, sync_folder
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.file import Lock
from studio_desk.store.home import DATABASE, KEYS, LOCK
from studio_desk.store.snapshot import make_folder


@contextmanager
def beside(to: Path) -> Iterator[Path]:
    """An empty folder beside `to`, which becomes `to` when all has gone well: killed before that, there is nothing at `to`.

    What a killed attempt left is emptied by the next one. The home in it must be closed at the end.

    Args:
        to: a folder that does not exist or is empty; resolved.

    Raises:
        Problem: `HOME_EXISTS`, `FOLDER_NOT_EMPTY`, `FILE_BUSY` when another program is at it, `MEDIUM_…`.
    """
    _refuse_taken(to)
    make_folder(to.parent)
    temporary = to.with_name(f".{to.name}.restoring")
    with _alone(temporary):
        yield temporary
        _put_in_place(temporary, to)


def _refuse_taken(to: Path) -> None:
    try:
        inside = list(to.iterdir()) if to.exists() else []
    except OSError as error:
        raise medium_problem(error, to) from error
    if any((to / name).exists() for name in (DATABASE, KEYS)):
        raise Problem(
            "HOME_EXISTS",
            say("文件夹“{folder}”里已经有一个站点。", folder=str(to)),
            say("请另选一个空文件夹；确认无误后再停用原来的。"),
        )
    if inside:
        raise Problem(
            "FOLDER_NOT_EMPTY",
            say("文件夹“{folder}”里已经有别的文件。", folder=str(to)),
            say("请另选一个空文件夹。"),
        )


@contextmanager
def _alone(temporary: Path) -> Iterator[None]:
    """An empty folder for one at a time; emptied of what a killed one left, removed when this one fails."""
    lock = Lock(temporary.with_name(f"{temporary.name}.lock"))
    lock.take()
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        make_folder(temporary)
        yield
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        lock.release()
        with suppress(OSError):
            lock.path.unlink()


def _put_in_place(temporary: Path, to: Path) -> None:
    try:
        (temporary / LOCK).unlink(missing_ok=True)
        for part in (p for p in temporary.iterdir() if p.is_file()):
            with part.open("r+b") as file:
                os.fsync(file.fileno())
        sync_folder(temporary)
        if to.exists():
            to.rmdir()
        temporary.rename(to)
        sync_folder(to.parent)
    except OSError as error:
        raise medium_problem(error, to) from error
