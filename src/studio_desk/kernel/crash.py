"""Keep what a bug looked like in a file that holds no record, and say in plain words that it happened."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path

from studio_desk import __version__
from studio_desk.kernel import clock
from studio_desk.kernel.problem import BUG, Problem
from studio_desk.kernel.words import say

KEPT = 20
"""Reports kept; older ones are removed."""


def crash_problem(error: BaseException) -> Problem:
    """The Problem shown instead of a traceback: exit 70, with the report's path as `report`."""
    place = write_report(error)
    return Problem(
        "INTERNAL_ERROR",
        say("程序出了错，这一步没有做成；已存的内容都在。"),
        say("请把文件“{file}”交给维护人员；里面没有记录内容。", file=str(place)),
        exit_code=BUG,
        report=str(place),
    )


def write_report(error: BaseException) -> Path:
    """Write where in the program it happened; no message, no value, because those may hold what a citizen said.

    Returns:
        The file: in the system's place for logs, else in its temporary folder.
    """
    text = "\n".join(
        [
            f"studio-desk {__version__}",
            f"time {clock.stamp()}",
            f"python {sys.version}",
            f"system {platform.platform()}",
            *_frames(error),
            "",
        ]
    )
    name = f"crash-{clock.now():%Y%m%d-%H%M%S-%f}.txt"
    for folder in (_logs, lambda: Path(tempfile.gettempdir())):
        try:
            place = folder()
            place.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        for old in sorted(place.glob("crash-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return place / name
    return Path(name)


def _frames(error: BaseException | None) -> list[str]:
    lines = []
    while error is not None:
        lines += ["", f"{type(error).__module__}.{type(error).__qualname__}"]
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _logs() -> Path:
    import platformdirs

    return Path(platformdirs.user_log_path("studio-desk", appauthor=False))
