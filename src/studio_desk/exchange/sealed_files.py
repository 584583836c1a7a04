"""Keep sealed bundles that wait or were refused: in folders of the home, named by their digest, never opened there."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from studio_desk.exchange.limits import MAX_FILE, MIB
from studio_desk.exchange.refusals import refuse
from studio_desk.kernel.files import medium_problem, sync_folder

if TYPE_CHECKING:
    from studio_desk.store.home import Home

HELD, QUARANTINE = "held", "quarantine"
SUFFIX: Final = ".sdx"
_STALE: Final = 3600
"""Seconds after which a spool is taken for a leftover."""


@contextmanager
def local_copy(home: Home, file: Path) -> Iterator[tuple[Path, str]]:
    """A private copy of a file from a medium and its SHA-256: what is verified is what is merged, stick or no stick.

    Raises:
        Problem: `BUNDLE_TOO_BIG`; `MEDIUM_…` when the file cannot be read or the disk is full.
    """
    with TemporaryDirectory(prefix="inbox-", dir=home.path, ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "bundle.sdx"
        digest = hashlib.sha256()
        try:
            with file.open("rb") as source:
                if os.fstat(source.fileno()).st_size > MAX_FILE:
                    raise refuse("BUNDLE_TOO_BIG", size=os.fstat(source.fileno()).st_size)
                with copy.open("wb") as target:
                    while block := source.read(MIB):
                        digest.update(block)
                        target.write(block)
                    target.flush()
                    os.fsync(target.fileno())
        except OSError as error:
            raise medium_problem(error, file) from error
        yield copy, digest.hexdigest()


def place(home: Home, folder: str, sha256: str) -> Path:
    """Where a kept file lies."""
    return home.path / folder / f"{sha256}{SUFFIX}"


def keep(home: Home, folder: str, copy: Path, sha256: str) -> Path:
    """Move a local copy to where it is kept.

    Raises:
        Problem: `MEDIUM_…`.
    """
    target = place(home, folder, sha256)
    try:
        target.parent.mkdir(exist_ok=True)
        copy.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise medium_problem(error, target) from error
    return target


def drop(home: Home, folder: str, sha256: str) -> None:
    """Remove a kept file; harmless when it is gone."""
    with suppress(OSError):
        place(home, folder, sha256).unlink(missing_ok=True)


def sweep(home: Home) -> int:
    """Remove the spools of a program that was killed (sealed, so they tell nobody anything); answers how many."""
    stale = [
        folder
        for pattern in ("inbox-*", "outbox-*")
        for folder in home.path.glob(pattern)
        if folder.is_dir() and abs(time.time() - folder.stat().st_mtime) > _STALE
    ]
    for folder in stale:
        shutil.rmtree(folder, ignore_errors=True)
    return len(stale)
