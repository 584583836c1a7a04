"""A sample of the flips and cuts that `tests/golden/every_byte.py` tries in full."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from studio_desk.exchange.limits import HEADER, SECOND
from studio_desk.exchange.zip_write import LOCAL
from tests.golden import every_byte, make

SEED = 20260306


@pytest.mark.parametrize("seed", [SEED, SEED + 1])
def test_nothing_altered_is_accepted(seed: int, tmp_path: Path):
    sealed, plain = make.good(), make.plain()
    print(f"seed {seed}")
    for what, data in every_byte.altered(sealed, every_byte.sample(len(sealed), 150, seed)):
        assert not every_byte.accepted_sealed(data, tmp_path / "x.sdx"), f"sealed {what}"
    whole = every_byte.read_zip(plain)
    for what, data in every_byte.altered(plain, every_byte.sample(len(plain), 400, seed)):
        assert every_byte.read_zip(data) in (None, whole), f"zip {what}"


def test_nothing_of_a_second_signature_is_accepted_altered():
    """Every byte of its entry, and a few of what both signatures cover."""
    plain = make.plain_twice()
    whole = every_byte.read_zip(plain)
    assert whole is not None
    start = plain.index(SECOND.encode()) - LOCAL.size
    end = plain.index(HEADER.encode()) - LOCAL.size
    print(f"seed {SEED}")
    for what, data in every_byte.altered(plain, range(start, end)):
        assert every_byte.read_zip(data) in (None, whole), f"zip {what}"
    for what, data in every_byte.altered(plain, iter(random.Random(SEED).sample(range(end, len(plain)), 20))):
        assert every_byte.read_zip(data) in (None, whole), f"zip {what}"
