"""Make `docs/pictures` from the demonstration: README and manual show what the program shows, not what somebody drew.

`python packaging/pictures.py` tells the demonstration in a temporary folder and works from there;
`python packaging/pictures.py FOLDER` works from one that was told before (`studio-desk demo --to FOLDER`).
Most pictures are the demonstration's own screens (`desk/album.py`). Three would be empty there, because everything was
handed over: for these, copies of its homes are opened with fresh records and a stick in hand.
A screen that is missing is named, and the exit is 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures"
PICTURES = {
    "today": "SQ-today",
    "journal-entry": "SQ-record-journal_entry",
    "case": "SQ-record-case",
    "ledger": "SQ-ledger.journal_entry",
    "search": "SQ-search",
    "stations": "990000-stations",
}
"""Name in the manual: name among the demonstration's screens."""
VISITS = (
    ("走访", "上河湾村", "上河湾村二组的机耕路被雨水冲断二十多米，十几户的农机过不去，盼秋收前垫好。"),
    ("接待(来访)", "石桥社区", "三位老人反映小区北门台阶太陡，没有扶手，雨天滑倒过人，希望加装扶手和防滑条。"),
    ("来电", "陈家庄村", "来电说村口路灯坏了六盏，学生晚自习回家看不清路，问什么时候能修。"),
)
WIDTH = 900
"""Pixels of a picture: a page of the help window is about that wide."""
COLOURS = 256
LARGEST = 2_000_000
"""Bytes that all pictures together may have: they lie in the tree for ever."""
QUIET = 8
"""Rounds of events without a job after which a screen counts as finished."""


def main() -> int:
    """Make the pictures; 0 when every one of them could be made and all are small enough."""
    with tempfile.TemporaryDirectory() as folder:
        if len(sys.argv) > 1:
            demonstration = Path(sys.argv[1])
        else:
            demonstration = Path(folder) / "demonstration"
            command = [sys.executable, "-m", "studio_desk", "demo", "--to", str(demonstration)]
            subprocess.run(command, cwd=ROOT, check=True)
        wanted = {name: demonstration / "screens" / f"{screen}.png" for name, screen in PICTURES.items()}
        wanted |= stage(demonstration, Path(folder) / "stage")
        return make(wanted)


def make(wanted: dict[str, Path]) -> int:
    """Turn screens into the pictures of the documents.

    Args:
        wanted: screens by the name of their picture.
    """
    missing = [source.name for source in wanted.values() if not source.is_file()]
    for name, source in wanted.items():
        if source.is_file():
            shrink(source, TARGET / f"{name}.png")
    total = sum(path.stat().st_size for path in TARGET.glob("*.png"))
    print(f"{TARGET.relative_to(ROOT)}: {len(wanted) - len(missing)} pictures, {total:,} bytes")
    for name in missing:
        print(f"there is no {name}", file=sys.stderr)
    if total > LARGEST:
        print(f"more than {LARGEST:,} bytes", file=sys.stderr)
    return 1 if missing or total > LARGEST else 0


def shrink(source: Path, target: Path) -> None:
    """Write a picture with few colours and no metadata; the same screen gives the same bytes."""
    from PIL import Image

    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as picture:
        height = round(picture.height * WIDTH / picture.width)
        small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    # The octree keeps what is small and coloured (a red sign); two rounds of k-means bring the greys back into place.
    flat = small.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, kmeans=2, dither=Image.Dither.NONE)
    flat.save(target, optimize=True)


def stage(demonstration: Path, folder: Path) -> dict[str, Path]:
    """Open copies of the demonstration's homes with something to hand over, and take the three pictures.

    Args:
        demonstration: the folder that `studio-desk demo --to` filled; it is not changed.
        folder: a new folder for the copies, the stick and the screens.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from studio_desk.desk.main import application
    from studio_desk.exchange import outbox
    from studio_desk.kernel import clock
    from studio_desk.kinds import KINDS
    from studio_desk.store.home import Home
    from studio_desk.story.demo import OPERATOR, PASSPHRASE

    app, stick = application(["studio-desk"]), folder / "UDISK"
    stick.mkdir(parents=True)
    homes = [folder / name for name in ("home-SQ", "home-990000")]
    for home in homes:
        shutil.copytree(demonstration / home.name, home)
    last_year = clock.today().year - 1
    with Home.open(homes[0], shapes=KINDS, passphrase=PASSPHRASE) as station:
        for way, place, content in VISITS:
            today = {"way": way, "day": clock.today().isoformat(), "place": place, "recorder": OPERATOR}
            station.journal.write("journal_entry", {**today, "subject": content.split("，", 1)[0], "content": content})
    pictures = {}
    for key, home in (("handover", homes[0]), ("binder", homes[0]), ("inbox", homes[1])):
        opened = Home.open(home, shapes=KINDS, passphrase=PASSPHRASE)
        where = {"year": last_year} if key == "binder" else {}
        pictures[key] = _shoot(app, opened, key, stick=stick, folder=folder, where=where)
        if key == "binder":
            with Home.open(homes[0], shapes=KINDS, passphrase=PASSPHRASE) as station:
                outbox.export(station, stick)
    return pictures


def _shoot(app: Any, home: Any, key: str, *, stick: Path, folder: Path, where: dict[str, Any]) -> Path:
    """Save one screen of an open home, which is closed afterwards; a page that asks for a medium is given the stick."""
    from studio_desk.desk.album import SIZE
    from studio_desk.desk.main import Session
    from studio_desk.exchange.transports.usb import Stick

    class Shown(Stick):
        def free(self) -> int:
            return 15_600_000_000

    session = Session(app, home.path, state=folder / "window.ini")
    session.take(home)
    window, desk = session.window, session.desk
    assert desk is not None
    window.show()
    window.resize(*SIZE)
    page: Any = window.page(key)
    if hasattr(page, "medium"):
        page.medium.sticks = lambda: [Shown(stick)]
    window.go(key, **where)
    quiet = 0
    while quiet < QUIET:
        app.processEvents()
        quiet = 0 if desk.worker.current is not None else quiet + 1
        time.sleep(0.05)
    target = folder / f"{key}.png"
    window.grab().save(str(target))
    window.before_close = lambda: True
    window.close()
    session.finish()
    return target


if __name__ == "__main__":
    sys.exit(main())
