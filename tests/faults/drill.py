"""Kill the program with SIGKILL at a random moment and look at what is left."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio_desk import cli

KILLS = int(os.environ.get("STUDIO_DESK_KILLS", "8"))
"""Kills while lines are added; each of the other drills has a quarter of them, 2 at least."""
MARK = "甪端标记ZXQ7391"
"""Stands in every record and attachment of a drill, and nowhere else."""
TRACES = (*(MARK.encode(code) for code in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")), b"ZXQ7391")
PASSPHRASE = "青溪-2026-石桥"

processes = multiprocessing.get_context("forkserver")
# Each drill is a process of its own, but Python and its modules are loaded only once.
processes.set_forkserver_preload(
    ["studio_desk.app", "studio_desk.kinds", "studio_desk.store.backup", "studio_desk.exchange.inbox", "pypinyin"]
)


@dataclass
class Drill:
    """One series of kills.

    Attributes:
        folder: everything happens below it.
        seed: of the moments; printed, so that a failure can be repeated.
        length: seconds that a whole run takes.
        killed: how many runs were killed before they were done.
        runs: how many there were.
    """

    folder: Path
    seed: int = field(
        default_factory=lambda: int(os.environ.get("STUDIO_DESK_SEED", random.SystemRandom().randrange(1 << 32)))
    )
    length: float = 0.0
    killed: int = 0
    runs: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.secret = self.folder / "passphrase"
        self.secret.write_text(PASSPHRASE, encoding="utf-8")
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()

    # --- running -------------------------------------------------------------------------------------------------

    def run(self, home: Path, *argv: str, stdin: str = "") -> tuple[int, list[dict[str, Any]]]:
        """A verb in this process, to its end."""
        out, err = io.StringIO(), io.StringIO()
        rc = cli.main(self._words(home, argv), stdin=io.StringIO(stdin), stdout=out, stderr=err)
        try:
            return rc, [json.loads(line) for line in out.getvalue().splitlines()]
        except ValueError as error:
            raise AssertionError((self.told, argv, rc, out.getvalue(), err.getvalue())) from error

    def json(self, home: Path, *argv: str, rc: int = 0, stdin: str = "") -> dict[str, Any]:
        """The one answer of a verb that must end with `rc`."""
        found, answers = self.run(home, *argv, "--json", stdin=stdin)
        assert found == rc, (self.told, argv, answers)
        return answers[0]

    def measure(self, home: Path, *argv: str, stdin: str = "") -> None:
        """Take the time of a whole run as the span of the moments; the process is loaded by a run before."""
        for _ in range(2):
            copy = self.copy(home)
            start = time.monotonic()
            self._start(copy, argv, stdin)[0].join()
            self.length = time.monotonic() - start
            shutil.rmtree(copy)

    def measure_new(self, *argv: str) -> None:
        """As `measure`, for a verb that makes its home."""
        for number in range(2):
            start = time.monotonic()
            self._start(self.folder / f"measured-{number}", argv, "")[0].join()
            self.length = time.monotonic() - start

    def kill(self, home: Path, *argv: str, stdin: str = "") -> list[dict[str, Any]]:
        """Run a verb, kill it at a random moment, return the answers that were out by then."""
        process, out = self._start(home, argv, stdin)
        process.join(self.random.uniform(0, self.length))
        self.runs += 1
        self.killed += process.is_alive()
        process.kill()
        process.join()
        text = out.read_text(encoding="utf-8") if out.exists() else ""
        # An answer that was cut in its middle was not given.
        return [json.loads(line) for line in text.split("\n")[:-1]]

    def _start(self, home: Path, argv: tuple[str, ...], stdin: str) -> tuple[Any, Path]:
        given, out = self.folder / "stdin", self.folder / f"stdout-{self.runs}"
        given.write_text(stdin, encoding="utf-8")
        out.unlink(missing_ok=True)  # what an earlier process said is not an answer of this one
        process = processes.Process(
            target=_program, args=(self._words(home, argv), str(given), str(out), str(self.temporary))
        )
        process.start()
        return process, out

    def _words(self, home: Path, argv: tuple[str, ...]) -> list[str]:
        return ["--home", str(home), "--passphrase-file", str(self.secret), *argv]

    # --- looking -------------------------------------------------------------------------------------------------

    def copy(self, home: Path) -> Path:
        """A fresh copy of a prepared home."""
        target = Path(tempfile.mkdtemp(prefix="home-", dir=self.folder)) / home.name
        shutil.copytree(home, target)
        return target

    def whole(self, home: Path) -> None:
        """A deep check finds nothing."""
        assert self.json(home, "check", "--deep") == {"ok": True, "findings": []}, self.told

    def no_plaintext(self, *folders: Path) -> None:
        """No trace of a record in any file, nor in a member of any ZIP, nor in a file name."""
        for folder in (*folders, self.temporary):
            for path in folder.rglob("*"):
                assert MARK not in path.name
                if path.is_file():
                    for part in _contents(path):
                        assert not any(trace in part for trace in TRACES), (self.told, path)

    @property
    def told(self) -> str:
        """What repeats the drill."""
        return f"STUDIO_DESK_SEED={self.seed} run {self.runs}"

    def report(self, what: str) -> None:
        """Say how often it really was killed, and the seed."""
        print(f"{what}: {self.killed} of {self.runs} runs killed within {self.length:.2f} s, seed {self.seed}")
        assert self.killed >= self.runs // 3, "the runs ended before they could be killed"


def _program(argv: list[str], stdin: str, stdout: str, temporary: str) -> None:
    """The process that is killed; each line it prints is on its way once `flush` returns."""
    os.environ["TMPDIR"] = temporary
    tempfile.tempdir = None
    with open(stdin, encoding="utf-8") as given, open(stdout, "w", encoding="utf-8") as out:  # noqa: PTH123 - plain files
        sys.stdin, sys.stdout = given, out
        cli.main(argv, stdin=given, stdout=out, stderr=io.StringIO())


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield archive.read(name)
