"""A sample of the flips and cuts that `tests/golden/every_byte.py` tries in full."""

from __future__ import annotations

from pathlib import Path

import pytest

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
