"""Fresh worlds for tests of the exchange."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_desk.exchange import inbox
from studio_desk.store import keys
from tests.exchange.world import World


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are not the subject here: 64 KiB instead of 64 MiB for each home."""
    monkeypatch.setitem(keys._ARGON2, "kib", 64)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's process is not the subject: the same judgement without it."""
    from tests.exchange.test_model import Here

    monkeypatch.setattr(inbox, "Worker", Here)
