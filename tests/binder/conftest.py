import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_desk.binder import BinderResult, print_binder
from tests.binder.station import YEAR, Station


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Station:
    """The station as it is copied for each test; closed."""
    made = Station(tmp_path_factory.mktemp("pattern") / "home")
    made.close()
    return made


@pytest.fixture
def station(pattern: Station, tmp_path: Path) -> Iterator[Station]:
    made = pattern.copied(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="module")
def printed(pattern: Station, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, BinderResult]]:
    """The boxes of the year, unsealed; the station stays as it was printed."""
    folder = tmp_path_factory.mktemp("binder")
    made = pattern.copied(folder / "home")
    yield made, print_binder(made.home, YEAR, folder / "boxes")
    made.close()
    shutil.rmtree(folder)
