"""The reading process: parse strangers' bundles where a crash or a bomb harms nobody.

Started by `worker.Worker` as `python -m studio_desk.exchange.reader`. One JSON job a line on standard input, one JSON
answer a line on standard output; a job that asks for content gets it as counted bytes behind the answer. Imports neither
the store nor the kinds.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from studio_desk.exchange.bundle import BundleReader, Known, Policy, Reading
from studio_desk.exchange.envelope import open_sealed
from studio_desk.exchange.limits import MAX_FILE, MEMORY
from studio_desk.exchange.refusals import refuse
from studio_desk.exchange.zip_read import ZipReader
from studio_desk.kernel import words
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import Problem


def main() -> int:
    """Answer jobs until standard input ends."""
    _confine()
    jobs, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := jobs.readline():
        job = json.loads(line)
        words.speak(job["lang"])
        try:
            _answer(job, answers)
        except Problem as problem:
            _say(answers, {"problem": {**problem.as_json(), "exit": problem.exit_code}})
        except MemoryError:
            _say(answers, {"problem": {**refuse("READER_DIED").as_json(), "exit": 2}})
        answers.flush()
    return 0


def read_file(path: Path, identities: list[str], policy: Policy, blob: Any = None) -> Reading:
    """Read one sealed file to its end and verify all of it.

    Args:
        path: the file.
        identities: age identities to try.
        policy: whom to believe.
        blob: called with `(digest, bytes)` for every attachment.

    Raises:
        Problem: a code of `refusals.CODES`, or `MEDIUM_…` when the file cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            raise refuse("BUNDLE_TOO_BIG", size=size)
        with path.open("rb") as sealed:
            bundle = BundleReader(policy, blob)
            unzip = ZipReader(bundle)
            open_sealed(sealed, size, identities, unzip)
            unzip.finish()
            return bundle.finish()
    except OSError as error:
        raise medium_problem(error, path) from error


def _answer(job: dict[str, Any], answers: BinaryIO) -> None:
    signers, own = _known(job["signers"]), _known(job["own"])
    policy, path = Policy(job["me"], signers, frozenset(job["allow"]), own), Path(job["file"])
    if job["want"] is not None:
        wanted = set(job["want"])

        def blob(digest: str, data: bytes) -> None:
            if digest in wanted:
                _say(answers, {"blob": digest, "size": len(data)})
                answers.write(data)

        read_file(path, job["identities"], policy, blob)
        _say(answers, {"end": True})
        return
    found = read_file(path, job["identities"], policy)
    assert found.header is not None
    _say(
        answers,
        {
            "header": found.header.as_json(),
            "signer": found.signer,
            "ops": found.checked.ops,
            "records": found.checked.records,
            "missing": found.checked.missing,
            "blobs": found.blobs,
            "sizes": [len(found.ops), len(found.bodies)],
        },
    )
    answers.write(found.ops)
    answers.write(found.bodies)


def _known(said: dict[str, Any]) -> dict[str, Known]:
    return {
        key: Known(code, device, None if revoked is None else {dev: (p[0], p[1]) for dev, p in revoked.items()}, sm2)
        for key, (code, device, revoked, sm2) in said.items()
    }


def _say(answers: BinaryIO, value: dict[str, Any]) -> None:
    answers.write(json.dumps(value).encode() + b"\n")


def _confine() -> None:
    """Bound memory, forbid writing files and memory dumps; Windows has no such call, there the parent's clock serves."""
    with suppress(ImportError):
        import resource

        for limit, value in (("RLIMIT_AS", MEMORY), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0)):
            if hasattr(resource, limit):
                kind = getattr(resource, limit)
                hard = resource.getrlimit(kind)[1]
                with suppress(ValueError, OSError):
                    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    sys.exit(main())
