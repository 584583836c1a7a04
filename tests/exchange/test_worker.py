"""The reading process may be slow, huge or dead: the clerk hears a sentence, and the next file is read as ever."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from studio_desk.exchange import limits
from studio_desk.exchange.worker import Worker
from studio_desk.kernel.problem import MEDIUM, Problem
from tests.golden import make

GOOD = Path(make.__file__).parent / "good" / "version-1.sdx"


def refusal(worker: Worker, file: Path) -> Problem:
    with pytest.raises(Problem) as refused:
        worker.verify(file)
    return refused.value


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_file_that_never_ends_is_given_up(tmp_path: Path):
    endless = tmp_path / "endless.sdx"
    os.mkfifo(endless)
    with Worker(make.POLICY, [make.IDENTITY], seconds=0.5) as worker:
        start = time.monotonic()
        assert refusal(worker, endless).code == "READER_TIMEOUT"
        assert time.monotonic() - start < 10
    with Worker(make.POLICY, [make.IDENTITY]) as worker:
        assert worker.verify(GOOD).records == 2


def test_a_reader_that_dies_is_started_again():
    with Worker(make.POLICY, [make.IDENTITY]) as worker:
        worker.verify(GOOD)
        process = worker._process
        assert process is not None
        process.send_signal(signal.SIGSTOP if hasattr(signal, "SIGSTOP") else signal.SIGTERM)
        threading.Timer(0.2, process.kill).start()
        assert refusal(worker, GOOD).code == "READER_DIED"
        assert worker.verify(GOOD).records == 2


def test_a_file_over_two_gibibytes_is_not_read(tmp_path: Path):
    huge = tmp_path / "huge.sdx"
    with huge.open("wb") as file:
        file.truncate(limits.MAX_FILE + 1)
    with Worker(make.POLICY, [make.IDENTITY]) as worker:
        assert refusal(worker, huge).code == "BUNDLE_TOO_BIG"


def test_a_file_that_is_gone_is_a_matter_of_the_medium(tmp_path: Path):
    with Worker(make.POLICY, [make.IDENTITY]) as worker:
        problem = refusal(worker, tmp_path / "no.sdx")
    assert (problem.code, problem.exit_code) == ("MEDIUM_GONE", MEDIUM)


@pytest.mark.skipif(not Path("/proc/self/limits").exists(), reason="limits are told by Linux only")
def test_the_reader_may_neither_write_files_nor_fill_the_memory():
    with Worker(make.POLICY, [make.IDENTITY]) as worker:
        worker.verify(GOOD)
        assert worker._process is not None
        told = Path(f"/proc/{worker._process.pid}/limits").read_text(encoding="ascii")
    limit = {line[:25].strip(): line[25:].split()[0] for line in told.splitlines()[1:]}
    assert limit["Max file size"] == "0"
    assert limit["Max core file size"] == "0"
    assert int(limit["Max address space"]) <= limits.MEMORY


def test_the_reader_loads_neither_store_nor_kinds():
    import subprocess
    import sys

    code = (
        "import sys, studio_desk.exchange.reader;"
        "print([m for m in sys.modules if m.startswith(('sqlalchemy', 'sqlmodel', 'studio_desk.store', 'studio_desk.kinds'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
