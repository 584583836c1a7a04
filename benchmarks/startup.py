"""Start to the first window against a bare QMainWindow."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, race

ROOT = Path(__file__).resolve().parents[1]
BARE, SHELL, DATA, EAGER = (
    "bare QMainWindow (peer)",
    "the desk's first window (ours)",
    "… with the home open and today's list on it (ours)",
    "the desk with everything imported first (naive)",
)


def measure(folder: Path, *, quick: bool) -> Page:
    """Start processes in turn until they have painted once."""
    page = Page(
        "start",
        "Start to first window",
        "Ours: the desk's own session, from the process's start to the end of the first painting, off screen; then the"
        " same with a home of 1,000 ops opened (its key at hand) and today's list shown. Peer and limit: an empty"
        " `QMainWindow` of the same size. Naive: pandas, ReportLab, pypinyin, keyring and the like imported first."
        " Oracle: the title on the window, and no heavy package loaded.",
    )
    home = stock.new_home(folder / "start")
    home.journal.apply(list(stock.ops(1000, home.device)))
    key, name = home.file.key.hex(), home.name
    home.close()
    state = folder / "start-state"
    state.mkdir()

    def start(*words: str) -> Callable[[], str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "STUDIO_DESK_BENCH_STATE": str(state)}
        environment |= {"QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}
        command = [sys.executable, str(ROOT / "benchmarks" / "window.py"), *words]
        return lambda: subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    def shows(title: str) -> Callable[[object], None]:
        def check(said: object) -> None:
            shown, loaded = str(said).split("\n")[:2]
            assert title in shown, said
            assert not loaded, said

        return check

    lanes = [
        Lane(BARE, start("bare"), after=shows("bare")),
        Lane(SHELL, start("shell"), after=shows("Studio Desk")),
        Lane(DATA, start("data", str(folder / "start"), key), after=shows(name)),
        Lane(EAGER, start("eager")),
    ]
    taken = race(lanes, 5 if quick else 9)
    page.add(taken, BARE)
    page.goals.append(Goal("first window / bare QMainWindow, CPU", taken[SHELL].over(taken[BARE]), 1.5))
    page.remarks.append(f"With the home open and data shown: {taken[DATA].over(taken[BARE]):.2f}× a bare window.")
    return page
