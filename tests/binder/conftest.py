import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_desk.binder import BinderResult, print_binder
from tests.binder.station import YEAR, Station


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Station, BinderResult]]:
    """The boxes of the year, unsealed; the station stays as it was printed."""
    folder = tmp_path_factory.mktemp("binder")
    made = Station(folder / "home")
    yield made, print_binder(made.home, YEAR, folder / "boxes")
    made.close()
    shutil.rmtree(folder)
