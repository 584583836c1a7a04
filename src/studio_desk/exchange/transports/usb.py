"""Carry bundles by a memory stick: find the mounted ones, and never write where one was a moment ago."""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path
from typing import Final

from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.progress import Progress, silent

BLOCK: Final = Path("/sys/block")
MOUNTS: Final = Path("/proc/mounts")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
_REMOVABLE: Final = 2
"""DRIVE_REMOVABLE of GetDriveTypeW (Microsoft, fileapi.h)."""


class Stick(Folder):
    """A mounted stick."""

    def __init__(self, path: Path, block: Path = BLOCK, mounts: Path = MOUNTS) -> None:
        """Use the stick mounted at `path`; the other two say where the system lists its devices."""
        super().__init__(path)
        self._block, self._mounts = block, mounts

    @property
    def label(self) -> str:
        """The stick's name, or its drive letter."""
        return self.path.name or str(self.path)

    def put(self, source: Path | bytes, name: str, progress: Progress = silent) -> Path:
        """As `Folder.put`; `MEDIUM_GONE` when the stick is not mounted any more."""
        if self.path not in mounted(self._block, self._mounts):
            raise medium_problem(OSError(errno.ENODEV, "not mounted"), self.path)
        return super().put(source, name, progress)


def sticks(block: Path = BLOCK, mounts: Path = MOUNTS) -> list[Stick]:
    """The sticks that are mounted now."""
    return [Stick(path, block, mounts) for path in mounted(block, mounts)]


def mounted(block: Path = BLOCK, mounts: Path = MOUNTS) -> list[Path]:
    """Where removable media are mounted, sorted; empty when the system does not tell."""
    return _drives() if sys.platform == "win32" else _linux(block, mounts)


def _linux(block: Path, mounts: Path) -> list[Path]:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        devices = [device for device in block.iterdir() if _is_removable(device)]
    except OSError:
        return []
    names = {device.name for device in devices}
    names |= {part.name for device in devices for part in device.glob(f"{device.name}*") if part.is_dir()}
    found = set()
    for line in lines:
        source, place, *_ = [*line.split(" "), "", ""]
        if source.startswith("/dev/") and source.removeprefix("/dev/") in names:
            found.add(Path(_OCTAL.sub(lambda m: chr(int(m.group(1), 8)), place)))
    return sorted(found)


def _is_removable(device: Path) -> bool:
    """A stick says so itself; a portable disk does not, but it hangs on USB."""
    try:
        if (device / "removable").read_text(encoding="ascii").strip() == "1":
            return True
        return "/usb" in os.path.realpath(device / "device")
    except OSError:
        return False


def _drives() -> list[Path]:
    """Drive letters of removable media on Windows."""
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - the attribute exists on Windows only
    letters = kernel.GetLogicalDrives()
    drives = [f"{chr(65 + bit)}:\\" for bit in range(26) if letters >> bit & 1]
    return [Path(drive) for drive in drives if kernel.GetDriveTypeW(drive) == _REMOVABLE]
