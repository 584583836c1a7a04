"""A fresh world for each test of the hub, on SQLite unless the test brings PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_desk.store import keys
from tests.hub.postgres import Postgres
from tests.hub.world import World


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are not the subject here: 64 KiB instead of 64 MiB for each home."""
    monkeypatch.setitem(keys._ARGON2, "kib", 64)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of our own; a machine without one fails, it does not skip."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> str:
    """The URL for `--db`: each test that asks for it runs on both databases."""
    return "" if request.param == "sqlite" else request.getfixturevalue("postgres").fresh()
