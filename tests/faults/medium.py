"""Real media for the drills: the image of a stick that is mounted and pulled, and a small disk that fills up.

The kernel's own driver is asked first, then a driver in user space. Where a machine allows neither, `Absent` says why.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MIB: Final = 1 << 20
_FORMAT: Final = {"fat": ["mkfs.vfat", "-F", "32"], "exfat": ["mkfs.exfat"]}
_JUDGE: Final = {"fat": ["fsck.vfat", "-n"], "exfat": ["fsck.exfat", "-n"]}
_KERNEL: Final = {"fat": "vfat", "exfat": "exfat"}
_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
FORMS: Final = tuple(_FORMAT)


class Absent(Exception):  # noqa: N818 - it is a state of the machine
    """This machine lets nobody mount such a thing; says why."""


@dataclass
class Stick:
    """A stick with a file system in an image.

    Attributes:
        form: `fat` or `exfat`.
        image: all of its bytes.
        place: where it is mounted: a folder that is there as long as the stick is, outside what pytest sweeps.
    """

    form: str
    image: Path
    place: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / f"stick-{secrets.token_hex(6)}")
    _driver: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _loop: str = ""

    @classmethod
    def blank(cls, form: str, folder: Path, size: int = 48 * MIB) -> Stick:
        """A freshly formatted stick of `size` bytes, not plugged in."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(form, folder / "stick.img")
        with made.image.open("wb") as file:
            file.truncate(size)
        _run(*_FORMAT[form], made.image)
        return made

    def plug(self) -> Path:
        """Mount it; answers where."""
        self.place.mkdir()
        try:
            self._mount()
        except Absent:
            self.place.rmdir()
            raise
        return self.place

    def _mount(self) -> None:
        with suppress(Absent):
            _run("mount", "-t", _KERNEL[self.form], "-o", "loop", self.image, self.place)
            return
        if self.form == "fat":
            command = ["fusefat", "-f", "-o", "rw+", str(self.image), str(self.place)]
        else:
            self._loop = _run("losetup", "--find", "--show", self.image).strip()
            command = ["mount.exfat-fuse", "-d", self._loop, str(self.place)]
        program = shutil.which(command[0], path=_PATH)
        if program is None:
            raise Absent(f"no driver for {self.form}")
        self._driver = subprocess.Popen(
            [program, *command[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not os.path.ismount(self.place):
            if self._driver.poll() is not None:
                self._detach()
                raise Absent(f"{command[0]} could not mount")
            time.sleep(0.02)

    def pull(self) -> None:
        """Take it out without asking: whoever still writes meets an error."""
        if self._driver is not None:
            self._driver.kill()
            self._driver.wait()
            self._driver = None
        with suppress(Absent):
            _run("umount", "-l", self.place)
        self._detach()
        with suppress(FileNotFoundError):
            self.place.rmdir()

    def power_cut(self, folder: Path) -> Stick:
        """What another computer would find if the power failed now."""
        folder.mkdir()
        copy = Stick(self.form, folder / "stick.img")
        shutil.copyfile(self.image, copy.image)
        return copy

    def judge(self) -> None:
        """The file system's own check finds nothing that the mark of an open volume does not explain."""
        done = subprocess.run(
            [*_JUDGE[self.form], str(self.image)],
            capture_output=True, encoding="utf-8", errors="replace", check=False, env={**os.environ, "PATH": _PATH},
        )  # fmt: skip
        assert done.returncode == 0 or "dirty" in done.stdout.lower(), done.stdout

    def _detach(self) -> None:
        if self._loop:
            with suppress(Absent):
                _run("losetup", "--detach", self._loop)
            self._loop = ""


@dataclass
class SmallDisk:
    """A disk in memory with room for `size` bytes and no more."""

    place: Path
    size: int

    def mount(self) -> Path:
        """Mount it empty."""
        self.place.mkdir(parents=True, exist_ok=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", self.place)
        return self.place

    def remount(self, options: str) -> None:
        """Change it while it is in use: `ro`, `rw`, `size=…`."""
        _run("mount", "-o", f"remount,{options}", self.place)

    def unmount(self) -> None:
        """Take it away."""
        with suppress(Absent):
            _run("umount", "-l", self.place)


def _run(*command: str | Path) -> str:
    """Run a program of the system; `Absent` when it is not there or refuses."""
    words = list(map(str, command))
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={**os.environ, "PATH": _PATH},
        )
    except OSError as error:
        raise Absent(f"{words[0]}: {error.strerror}") from error
    if done.returncode:
        raise Absent(f"{words[0]}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
