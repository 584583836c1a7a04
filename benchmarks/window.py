"""One start of a window in a process of its own, ended after the first painting; the word on the command line says which.

`bare`: an empty QMainWindow. `shell`: the desk's window. `data HOME KEY`: the desk's window with an open home on it.
`eager`: the desk's window after importing everything the program can ever need.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

EAGER = ("sqlmodel", "pandas", "alembic", "pypinyin", "reportlab.platypus", "keyring", "PIL.Image", "openpyxl")
HEAVY = ("pandas", "alembic", "reportlab", "pypinyin", "openpyxl", "keyring", "PIL")
"""What must not be loaded when the first window shows."""


def main() -> None:
    """Show one window, say what is on it, end at once."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    which = sys.argv[1]
    shown = _bare() if which == "bare" else _desk(which)
    loaded = [name for name in HEAVY if name in sys.modules]
    sys.stdout.write(f"{shown}\n{' '.join(loaded)}\n")
    sys.stdout.flush()
    os._exit(0)  # tearing down is not what is measured


def _bare() -> str:
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication([])
    window = QMainWindow()
    window.resize(1180, 720)
    window.show()
    app.processEvents()
    return "bare"


def _desk(which: str) -> str:
    if which == "eager":
        import importlib

        for name in EAGER:
            try:
                importlib.import_module(name)
            except ImportError:  # not every package belongs to every installation
                continue
    from studio_desk.desk import main as desk

    app = desk.application([])
    state = Path(os.environ["STUDIO_DESK_BENCH_STATE"])
    session = desk.Session(app, Path(sys.argv[2]) if which == "data" else state, state=state / "window.ini")
    session.window.show()
    app.processEvents()
    if which != "data":
        return session.window.windowTitle()
    from studio_desk.exchange import tables
    from studio_desk.kinds import KINDS
    from studio_desk.store.home import Home

    assert tables.trust is not None
    session.take(Home.open(Path(sys.argv[2]), shapes=KINDS, key=bytes.fromhex(sys.argv[3])))
    app.processEvents()
    return session.window.windowTitle()


if __name__ == "__main__":
    main()
