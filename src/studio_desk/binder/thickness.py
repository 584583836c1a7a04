"""How thick a box gets and which spine it wants (DA/T 22-2015, 5.6: 20, 30, 40, 50 mm or other)."""

from __future__ import annotations

import math
from collections.abc import Iterable

SPINES_MM = (20, 30, 40, 50)
LEAF_MM = 0.11
"""One leaf of 80 g/m² paper (0.104 mm) with the air that handled paper keeps."""
STAPLE_MM = 0.15
"""What a staple adds to an item of several leaves."""
BOARD_MM = 4.0
"""Both boards of the box and the ease to take an item out."""
FRONT_LEAVES = 4
"""Catalogue and note sheet, as a first guess before they are laid out."""


def thick(pages: int, *, duplex: bool) -> float:
    """Millimetres of one item, printed on one or both sides of its leaves."""
    leaves = math.ceil(pages / 2) if duplex else pages
    return leaves * LEAF_MM + (STAPLE_MM if leaves > 1 else 0.0)


def box_mm(item_pages: Iterable[int], *, duplex: bool) -> float:
    """Millimetres that a box with these items needs, boards and front matter included."""
    return BOARD_MM + FRONT_LEAVES * LEAF_MM + sum(thick(pages, duplex=duplex) for pages in item_pages)


def spine_for(millimetres: float) -> int:
    """The smallest usual spine that holds so much; the exact width, rounded up, beyond the widest."""
    return next((width for width in SPINES_MM if width >= millimetres), math.ceil(millimetres))


class Boxes:
    """Puts items into boxes one after the other.

    Args:
        spine_mm: width of the station's boxes.
        duplex: leaves are printed on both sides.
        box: number of the box that is open.
        pages: pages of the items already in it.
    """

    def __init__(self, spine_mm: int, box: int = 1, pages: Iterable[int] = (), *, duplex: bool) -> None:
        self._spine, self.box, self._duplex = spine_mm, box, duplex
        self._used = box_mm(pages, duplex=duplex)
        self._empty = self._used <= box_mm((), duplex=duplex)

    def put(self, pages: int) -> int:
        """The number of the box that an item goes into; a new box when it does not fit, never an empty one."""
        needed = thick(pages, duplex=self._duplex)
        if not self._empty and self._used + needed > self._spine:
            self.box += 1
            self._used = box_mm((), duplex=self._duplex)
        self._used += needed
        self._empty = False
        return self.box
