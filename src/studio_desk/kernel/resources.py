"""Find the data files that ship with the program: from the source tree, an installed wheel or a frozen folder."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def resource_root() -> Path:
    """The `resources` folder; the first that exists of frozen bundle, wheel and source tree."""
    here = Path(__file__).resolve().parent.parent
    frozen = getattr(sys, "_MEIPASS", None)
    places = [Path(frozen) / "resources"] if frozen else []
    places += [here / "resources", here.parent.parent / "resources"]
    return next((place for place in places if place.is_dir()), places[-1])


def resource(name: str) -> Path:
    """The path of one shipped file, named relative to `resources`."""
    return resource_root() / name
