"""Run the reading process: hand it jobs, take its answers, kill it when it takes too long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from studio_desk.exchange.bundle import Known, Policy
from studio_desk.exchange.header import Header, read_header
from studio_desk.exchange.limits import BODIES, BYTES_A_SECOND, MAX_BLOB, OPS, SECONDS, SIZES
from studio_desk.exchange.refusals import refuse
from studio_desk.kernel import words
from studio_desk.kernel.problem import REFUSED, Problem

SWITCH: Final = "--exchange-reader"
"""How a frozen program is told to be the reading process; `app` hands over to `reader.main`."""


@dataclass(frozen=True)
class Verified:
    """A bundle that passed every check of the reader.

    Attributes:
        header: its header.
        signer: the signer's public key as text.
        records: how many records its ops are about.
        missing: `(seq, rec)` of ops without a body.
        blobs: digest to size of its attachments.
        ops: op lines in order.
        bodies: body lines by digest.
    """

    header: Header
    signer: str
    records: int
    missing: list[tuple[int, str]]
    blobs: Mapping[str, int]
    ops: Sequence[str] = field(repr=False, default=())
    bodies: Sequence[str] = field(repr=False, default=())


class Worker:
    """One reading process for several files; started at the first job, started again after it was killed."""

    def __init__(self, policy: Policy, identities: Sequence[str], seconds: float = SECONDS) -> None:
        """Read for a home.

        Args:
            policy: whom to believe.
            identities: age identities of the home.
            seconds: wall seconds granted to a small file; large ones get more.
        """
        self._job: dict[str, Any] = {
            "me": policy.me,
            "allow": sorted(policy.allow),
            "identities": list(identities),
        }
        self.believe(policy)
        self._seconds = self._granted = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def believe(self, policy: Policy) -> None:
        """From now on believe whom this policy names: the trust list changed."""
        self._job |= {"signers": _as_json(policy.signers), "own": _as_json(policy.own)}

    def verify(self, path: Path) -> Verified:
        """Verify a sealed file and take over its ops and bodies.

        Raises:
            Problem: the reader's refusal, `READER_TIMEOUT` or `READER_DIED`.
        """
        with self._clock(path) as pipe:
            answer = self._ask(pipe, path, None)
            ops = _exactly(pipe, answer["sizes"][0], SIZES[OPS])
            bodies = _exactly(pipe, answer["sizes"][1], SIZES[BODIES])
        return Verified(
            read_header(answer["header"]),
            answer["signer"],
            answer["records"],
            [(seq, rec) for seq, rec in answer["missing"]],
            answer["blobs"],
            _lines(ops),
            _lines(bodies),
        )

    def blobs(self, path: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The wanted attachments of a sealed file, one at a time.

        Raises:
            Problem: as `verify`; the file is verified once more while it is read.
        """
        with self._clock(path) as pipe:
            answer = self._ask(pipe, path, wanted)
            while "end" not in answer:
                yield answer["blob"], _exactly(pipe, answer["size"], MAX_BLOB)
                answer = _parse(pipe.readline())

    def close(self) -> None:
        """End the reading process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _clock(self, path: Path) -> Iterator[IO[bytes]]:
        """The answers' pipe; whoever uses it longer than the file deserves has the process killed under it."""
        process = self._start()
        assert process.stdout is not None
        late = threading.Event()
        with suppress(OSError):
            self._granted = self._seconds + path.stat().st_size / BYTES_A_SECOND

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._granted, stop)
        timer.daemon = True
        timer.start()
        try:
            yield process.stdout
        except Problem:
            raise
        except (_DiedError, OSError):
            self.close()
            raise (
                refuse("READER_TIMEOUT", seconds=round(self._granted)) if late.is_set() else refuse("READER_DIED")
            ) from None
        except BaseException:
            self.close()  # answers may wait unread in the pipe
            raise
        finally:
            timer.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            frozen = getattr(sys, "frozen", False)
            command = (
                [sys.executable, SWITCH] if frozen else [sys.executable, "-P", "-m", "studio_desk.exchange.reader"]
            )
            place = str(Path(__file__).resolve().parents[2])
            paths = os.pathsep.join(filter(None, (place, os.environ.get("PYTHONPATH", ""))))
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would open a console
                env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"},
            )
        return self._process

    def _ask(self, pipe: IO[bytes], path: Path, want: Sequence[str] | None) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        job = {**self._job, "file": str(path), "want": None if want is None else list(want), "lang": words.language()}
        self._process.stdin.write(json.dumps(job).encode() + b"\n")
        self._process.stdin.flush()
        return _parse(pipe.readline())


class _DiedError(Exception):
    """The reading process ended in the middle of an answer."""


def _parse(line: bytes) -> dict[str, Any]:
    if not line.endswith(b"\n"):
        raise _DiedError
    answer: dict[str, Any] = json.loads(line)
    if "problem" in answer:
        told = dict(answer["problem"])
        code, sentence, remedy = told.pop("code"), told.pop("problem"), told.pop("remedy")
        raise Problem(code, sentence, remedy, exit_code=told.pop("exit", REFUSED), **told)
    return answer


def _exactly(pipe: IO[bytes], size: int, most: int) -> bytes:
    data = pipe.read(size) if 0 <= size <= most else b""
    if len(data) != size:
        raise _DiedError
    return data


def _lines(data: bytes) -> list[str]:
    # Only line feeds part lines: a body may hold U+2028 inside a string.
    return data.decode().split("\n")[:-1]


def _as_json(signers: Mapping[str, Known]) -> dict[str, Any]:
    return {key: [k.code, k.device, k.revoked, k.sm2] for key, k in signers.items()}
