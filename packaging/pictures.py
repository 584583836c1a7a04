"""Make `docs/pictures` from the demonstration: README and manual show what the program shows, not what somebody drew.

`python packaging/pictures.py` tells the demonstration in a temporary folder and takes its pictures from there;
`python packaging/pictures.py FOLDER` takes them from a demonstration that was told before (`studio-desk demo --to FOLDER`).
Names of pictures are those of the manual; a screen that the demonstration did not show is named and the exit is 1.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "pictures"
PICTURES = {
    "today": "SQ-today",
    "journal-entry": "SQ-record-journal_entry",
    "case": "SQ-record-case",
    "ledger": "SQ-ledger.journal_entry",
    "search": "SQ-search",
    "handover": "SQ-handover",
    "inbox": "990000-inbox",
    "stations": "990000-stations",
    "binder": "SQ-binder",
    "backup": "SQ-backup",
}
"""Name in the manual: name among the demonstration's screens (`desk/album.py`)."""
WIDTH = 1000
"""Pixels of a picture: a page of the help window is about that wide."""
COLOURS = 128
"""Colours of a picture: screens are flat, and a palette keeps letters sharp at a tenth of the size."""
LARGEST = 2_000_000
"""Bytes that all pictures together may have: they lie in the tree for ever."""


def main() -> int:
    """Make the pictures; 0 when every one of them could be made and all are small enough."""
    if len(sys.argv) > 1:
        return make(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "studio_desk", "demo", "--to", folder], cwd=ROOT, check=True)
        return make(Path(folder))


def make(demonstration: Path) -> int:
    """Turn the screens of a demonstration into the pictures of the documents.

    Args:
        demonstration: the folder that `studio-desk demo --to` filled.
    """
    missing = []
    for name, screen in PICTURES.items():
        source = demonstration / "screens" / f"{screen}.png"
        if source.is_file():
            shrink(source, TARGET / f"{name}.png")
        else:
            missing.append(screen)
    total = sum(path.stat().st_size for path in TARGET.glob("*.png"))
    print(f"{TARGET.relative_to(ROOT)}: {len(PICTURES) - len(missing)} pictures, {total:,} bytes")
    for screen in missing:
        print(f"the demonstration shows no {screen}", file=sys.stderr)
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
        flat = small.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    flat.save(target, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
