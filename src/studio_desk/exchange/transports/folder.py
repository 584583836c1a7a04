"""Carry bundles by a folder: a stick that is already open, a network drive, a folder of the computer."""

from __future__ import annotations

import errno
import shutil
import sys
from pathlib import Path
from typing import Final

from studio_desk.kernel.files import medium_problem, put_file
from studio_desk.kernel.progress import Progress, silent

SUFFIX: Final = ".sdx"
UNKNOWN: Final = sys.maxsize
"""Room on a medium that does not tell, as some network drives do: it may refuse when it is full, nobody refuses before."""
_MOUNTS: Final = ("/media", "/run/media", "/mnt", "/Volumes")
"""Under these a missing folder is a stick that was pulled: making one would write to the computer's own disk."""


class Folder:
    """A folder that holds bundles."""

    def __init__(self, path: Path) -> None:
        """Use `path`; it is made at the first `put` unless it lies where media are mounted."""
        self.path = path

    @property
    def label(self) -> str:
        """The folder's path."""
        return str(self.path)

    def put(self, source: Path | bytes, name: str, progress: Progress = silent) -> Path:
        """Write, sync, read back, rename, sync again (`kernel.files.put_file`)."""
        self.ready()
        target = self.path / name
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if self.free() < size:
            raise medium_problem(OSError(errno.ENOSPC, "no space left"), target)
        put_file(target, source, progress)
        return target

    def list(self) -> list[Path]:
        """The `.sdx` files, by name; hidden and unfinished ones are left out."""
        try:
            found = [p for p in self.path.iterdir() if p.suffix.lower() == SUFFIX and not p.name.startswith(".")]
        except OSError as error:
            raise medium_problem(error, self.path) from error
        return sorted(p for p in found if p.is_file() and not p.is_symlink())

    def free(self) -> int:
        """Bytes that still fit, or `UNKNOWN`."""
        try:
            usage = shutil.disk_usage(self.path)
        except OSError as error:
            raise medium_problem(error, self.path) from error
        return usage.free if usage.total else UNKNOWN

    def ready(self) -> None:
        """Make the folder when it is missing, unless it lies where media are mounted.

        Raises:
            Problem: `MEDIUM_…`.
        """
        absolute = self.path.absolute().as_posix()
        if self.path.is_dir() or any(absolute.startswith(mount + "/") for mount in _MOUNTS):
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise medium_problem(error, self.path) from error
