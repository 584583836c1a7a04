"""Three wide guards that no change may cross unnoticed; the figures themselves are in `docs/benchmarks.md`."""

import os
import subprocess
import sys
import time

from benchmarks import carrying, lists, stock, window
from studio_desk.store import search
from tests.house.tree import ROOT

WIDE = 25
"""Times that a merge may cost what bare inserts of the same rows do, on the busiest machine; the goal is 4."""


def _start(tmp_path, which):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "STUDIO_DESK_BENCH_STATE": str(tmp_path)}
    command = [sys.executable, window.__file__, which]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, encoding="utf-8")
    return done.stdout.splitlines()


def test_the_first_window_shows_before_anything_heavy_is_loaded(tmp_path):
    shown, loaded = _start(tmp_path, "shell")
    assert shown == "Studio Desk"
    assert loaded == ""


def test_a_list_takes_as_much_memory_for_ten_times_the_rows(tmp_path):
    peaks = []
    for number in (1_000, 10_000):
        home = stock.stocked(tmp_path, number)
        peaks.append(lists.walk_peak(home))
        home.close()
    assert peaks[1] < peaks[0] * 1.5 + 0.2, f"MB: {peaks}"


def test_a_merge_stores_what_bare_inserts_would_and_costs_no_multiple_of_them(tmp_path):
    made = stock.new_home(tmp_path / "made")
    lines = list(stock.ops(3_000, made.device))
    made.journal.apply(lines)
    bare, merged = (stock.new_home(tmp_path / name, "district") for name in ("bare", "merged"))
    rows = carrying.rows_of(made)
    began = time.process_time()
    carrying.insert(bare, rows)
    inserted = time.process_time()
    merged.journal.apply(lines)
    applied = time.process_time()
    for home in (bare, merged):
        assert carrying.register(home) == carrying.register(made)
        assert search.find(home.file, stock.RARE)[1] == search.find(made.file, stock.RARE)[1] > 0
    assert applied - inserted < WIDE * (inserted - began)
    for home in (made, bare, merged):
        home.close()


def test_the_stock_is_what_a_clerk_could_have_typed(tmp_path):
    home = stock.new_home(tmp_path / "home")
    home.journal.apply(list(stock.ops(300, home.device)))
    kind = home.journal.shapes["journal_entry"]
    for row in stock.rows(home):
        values = {name: value for name, value in row.items() if name in kind.model.model_fields}
        assert [f.code for f in kind.find(values) if f.level == "error"] == []
    home.close()
