"""A PostgreSQL server from Debian's package, started by the tests as a user that is not root, in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PACKAGE = Path("/usr/lib/postgresql")


class Postgres:
    """One server, reached through a socket in its folder: no port, no password, nothing outside."""

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable  # tests kill the server's clients, not the machine
        programs = sorted(PACKAGE.glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
        assert programs, "PostgreSQL is missing: sudo apt-get install postgresql (dev.py test does it as root)"
        self._programs = programs[-1].parent
        self._user = _somebody()
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a short path: a socket's name has 107 bytes at most
        if self._user:
            shutil.chown(self.folder, self._user)
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "hub", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self._data = data
        self.start()
        self._databases = 0

    def start(self) -> None:
        """Start it, or start it again."""
        options = f"-k {self.folder} -c listen_addresses= -c max_connections=120 -c shared_buffers=32MB"
        options += "" if self._durable else " -c fsync=off"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self, *, keep: bool = False) -> None:
        """Stop it at once; its folder goes unless it is to start again."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self) -> str:
        """The URL of a new, empty database."""
        self._databases += 1
        name = f"hub{self._databases}"
        for _ in range(50):
            done = subprocess.run(
                [self._programs / "createdb", "-h", self.folder, "-U", "hub", name], capture_output=True, check=False
            )
            if not done.returncode:
                break
            time.sleep(0.1)
        assert not done.returncode, done.stderr
        return f"postgresql+psycopg://hub@/{name}?host={self.folder}"

    def _run(self, program: str, *options: str) -> None:
        done = subprocess.run(
            [self._programs / program, *options],
            user=self._user or None,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            check=False,
        )
        assert not done.returncode, f"{program}: {done.stderr.decode()}"


def _somebody() -> str:
    """A user to run as when the tests run as root: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return ""
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)
