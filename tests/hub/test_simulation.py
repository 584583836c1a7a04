"""Many stations push at the same moment: nothing is lost, nothing doubled, no refusal but back-pressure. On both databases.

`HUB_STATIONS=1000` in the environment runs it with so many; `python -m benchmarks.hub` tells the figures as well.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.hub import Wanted, content, simulate

STATIONS = int(os.environ.get("HUB_STATIONS", "40"))


@pytest.mark.timeout(60 + 3 * STATIONS)
def test_all_stations_report_at_once_month_after_month(tmp_path: Path, db: str):
    found = simulate(tmp_path, Wanted(STATIONS, months=2, records=3, at_once=STATIONS, workers=2, db=db))
    assert content(found), found
    assert found["bundles"] == 2 * STATIONS
    assert found["records"] == 2 * 3 * STATIONS
