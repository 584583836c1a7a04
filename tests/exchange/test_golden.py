"""Every named bad bundle is refused with its own code, in words, and the good ones of every version are still read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_desk.exchange.refusals import CODES
from studio_desk.exchange.worker import Worker
from studio_desk.kernel import words
from studio_desk.kernel.problem import DAMAGED, REFUSED, Problem
from tests.golden import make

HERE = Path(make.__file__).parent
INDEX: dict[str, str] = json.loads((HERE / "index.json").read_text(encoding="utf-8"))
ELSEWHERE = {"FORK", "FOREIGN_RECORD", "BODY_MISSING", "READER_TIMEOUT", "READER_DIED", "BUNDLE_TOO_BIG"}
"""Refusals that need a home, a clock or a very large file: `test_inbox.py`, `test_worker.py`."""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(make.POLICY, [make.IDENTITY]) as started:
        yield started


def test_every_refusal_has_a_bad_bundle():
    made = {code for code, _ in (*make.CASES.values(), *make.BIG.values())}
    assert made | ELSEWHERE == set(CODES)
    assert {name: code for name, (code, _) in make.CASES.items()} == INDEX
    assert {p.stem for p in (HERE / "bad").glob("*.sdx")} == set(INDEX)


def test_every_refusal_is_named_in_the_format():
    text = (HERE.parents[1] / "docs" / "bundle-format.md").read_text(encoding="utf-8")
    assert [code for code in CODES if f"`{code}`" not in text] == []


@pytest.mark.parametrize("name", INDEX)
def test_a_bad_bundle_is_refused(name: str, worker: Worker, tmp_path: Path):
    fresh = tmp_path / "fresh.sdx"
    fresh.write_bytes(make.CASES[name][1]())
    for file in (HERE / "bad" / f"{name}.sdx", fresh):
        with pytest.raises(Problem) as refused:
            worker.verify(file)
        problem = refused.value
        assert problem.code == INDEX[name]
        assert problem.exit_code in {REFUSED, DAMAGED}
        assert problem.sentence.endswith(("。", "!"))
        assert problem.remedy.endswith("。")
        assert "{" not in problem.sentence


@pytest.mark.parametrize("name", make.BIG)
def test_a_big_bad_bundle_is_refused(name: str, worker: Worker, tmp_path: Path):
    code, build = make.BIG[name]
    file = tmp_path / "big.sdx"
    file.write_bytes(build())
    with pytest.raises(Problem) as refused:
        worker.verify(file)
    assert refused.value.code == code


@pytest.mark.parametrize("file", sorted((HERE / "good").glob("*.sdx")), ids=lambda p: p.stem)
def test_a_good_bundle_of_every_version_is_read(file: Path, worker: Worker):
    read = worker.verify(file)
    assert (read.header.sender, read.header.to, read.header.first, read.header.last) == ("SQ", "990000", 1, 2)
    assert read.records == 2
    assert len(read.ops) == len(read.bodies) == 2
    ((digest, data),) = worker.blobs(file, list(read.blobs))
    assert data == make.JPEG
    assert json.loads(read.bodies[1])["blobs"] == [digest]


def test_the_reader_speaks_the_users_language(worker: Worker):
    with words.speaking("en"), pytest.raises(Problem) as refused:
        worker.verify(HERE / "bad" / "empty.sdx")
    assert refused.value.code == "BUNDLE_EMPTY"


def test_a_refusal_leaves_the_reader_in_step(worker: Worker):
    for name in ("empty", "climbs_out", "a_zip_bomb", "deep_nesting"):
        with pytest.raises(Problem) as refused:
            worker.verify(HERE / "bad" / f"{name}.sdx")
        assert refused.value.code == INDEX[name]
        assert worker.verify(HERE / "good" / "version-1.sdx").records == 2
