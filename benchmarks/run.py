"""Measure ours, a peer and a limit in turn, print the ratios and write `docs/benchmarks.md`.

`python benchmarks/run.py [--quick] [NAME …]`, names: start, save, list, search, exchange, binder, duplicates. `--quick` takes small
sizes and few rounds and only prints; without it each benchmark writes its own section of the document anew.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import re
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from benchmarks.race import Page

NAMES = {
    "start": "startup",
    "save": "save",
    "list": "lists",
    "search": "finding",
    "exchange": "carrying",
    "binder": "binders",
    "duplicates": "twins",
}
"""Word on the command line to module."""
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PACKAGES = ("PySide6", "SQLModel", "SQLAlchemy", "sqlcipher3", "pyrage", "cryptography", "reportlab")


def main() -> int:
    """Run what was asked; 0 whether or not goals are met: figures are for people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds, under two minutes")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no such benchmark: {' '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        for name in asked.names or NAMES:
            began = time.monotonic()
            module = importlib.import_module(f"benchmarks.{NAMES[name]}")
            page = module.measure(Path(folder), quick=asked.quick)
            print(f"\n{_markdown(page, quick=asked.quick)}\n({time.monotonic() - began:.0f} s)", flush=True)
            if not asked.quick:
                _keep(page)
    return 0


def _markdown(page: Page, *, quick: bool) -> str:
    rows = ["| " + " | ".join(cells) + " |" for cells in (page.head, ("---",) * len(page.head), *page.rows)]
    goals = [
        f"- {'met' if g.met else '**missed**'}: {g.what}: {g.figure:.2f} {g.unit},"
        f" goal {'≥' if g.least else '≤'} {g.limit:g}"
        for g in page.goals
    ]
    command = f"`python benchmarks/run.py {'--quick ' if quick else ''}{page.name}`"
    remarks = [f"- {text}" for text in page.remarks]
    return "\n".join([f"## {page.title}", "", command, "", page.about, "", *rows, "", *goals, *remarks])


def _keep(page: Page) -> None:
    """Replace the benchmark's section of the document, the others stay."""
    sections = {}
    if DOCUMENT.exists():
        for text in DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:]:
            name = re.search(r"run\.py (\w+)`", text)
            if name:
                sections[name[1]] = f"## {text}".strip()
    sections[page.name] = f"{_markdown(page, quick=False)}\n\n{_machine()}"
    texts = [sections[name] for name in NAMES if name in sections]
    DOCUMENT.write_text("\n\n".join([HEAD.strip(), *texts]) + "\n", encoding="utf-8")


HEAD = """# Benchmarks

How to repeat: `python benchmarks/run.py` runs all and writes this file, `python benchmarks/run.py NAME` runs one and writes its
section, `--quick` takes small sizes and few rounds and only prints. Every table is one run in which ours, the peer and the limit
took turns (A B C A B C …); figures are medians of user and system CPU time, child processes included, ratios are medians of the
rounds' CPU ratios. Times differ from machine to machine and on a busy one from minute to minute: only the ratios are statements.
Each benchmark checks its answers before it counts. No test depends on a figure here except three wide guards in
`tests/benchmarks/`: what is loaded before the first window, the memory of a list, a merge against bare inserts.
"""


def _machine() -> str:
    from studio_desk.store.file import driver

    load = f", load {os.getloadavg()[0]:.1f} while measuring" if hasattr(os, "getloadavg") else ""
    return (
        f"Machine class: {os.cpu_count()} virtual cores, {platform.machine()}, {platform.system()}{load}."
        f" {time.strftime('%Y-%m-%d')}, CPython {platform.python_version()}, SQLite {driver().sqlite_version} (SQLCipher),"
        f" {', '.join(f'{name} {version(name)}' for name in PACKAGES)}."
    )


if __name__ == "__main__":
    sys.exit(main())
