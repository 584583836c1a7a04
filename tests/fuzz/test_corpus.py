"""The kept corpus of the fuzzer and what it once found are replayed without the fuzzer: what was mended stays mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import seeds, targets

CORPUS = [*sorted((Path(__file__).parent / "corpus").iterdir()), *sorted((Path(__file__).parent / "finds").iterdir())]


@pytest.mark.parametrize("stage", targets.STAGES, ids=lambda letter: targets.STAGES[letter].__name__)
def test_the_kept_corpus_is_judged_as_ever(stage: bytes):
    inputs = [file.read_bytes() for file in CORPUS]
    mine = [data for data in [*inputs, *seeds.all_seeds()] if data[:1] == stage]
    assert mine, "no input of this stage"
    for data in mine:
        targets.run(data)


def test_it_is_small():
    assert sum(file.stat().st_size for file in CORPUS) < 2 << 20
