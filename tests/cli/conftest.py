"""A station and a district at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from studio_desk.kernel import clock
from studio_desk.store import keys
from tests.cli.terminal import Terminal

NOW = datetime(2026, 3, 20, 9, 30, tzinfo=clock.CHINA)


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))  # crash reports
    monkeypatch.setitem(keys._ARGON2, "kib", 64)  # a cheap passphrase: its strength is tried in tests/store
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    clock.set_clock(lambda: NOW)
    yield
    clock.set_clock(None)


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Terminal]:
    """A folder without a home."""
    terminal = Terminal(tmp_path / "SQ")
    yield terminal
    terminal.close()


@pytest.fixture
def station(bare: Terminal) -> Terminal:
    """A station."""
    bare.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站", "--town", "石桥镇")
    return bare


@pytest.fixture
def district(tmp_path: Path) -> Iterator[Terminal]:
    """A district."""
    terminal = Terminal(tmp_path / "QX")
    terminal.json("init", "district", "--code", "990000", "--name", "青溪区政协")
    yield terminal
    terminal.close()
