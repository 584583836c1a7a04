"""Draw on one page of ReportLab's canvas: text runs, rules, boxes and pictures.

Lengths are points, y grows upwards from the foot of the page.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from studio_desk.press.fonts import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from reportlab.pdfgen.pathobject import PDFPathObject

    from studio_desk.press.fonts import Prepared
    from studio_desk.press.pdf import Document
    from studio_desk.press.pictures import Picture

MM = 72 / 25.4
"""Points in a millimetre."""

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
RED: Colour = (0.87, 0.09, 0.07)
"""GB/T 9704-2012 5.1: Y80 M80, as sRGB."""
GREY: Colour = (0.4, 0.4, 0.4)
PALE: Colour = (0.88, 0.88, 0.88)
WHITE: Colour = (1.0, 1.0, 1.0)

LATIN = "h"
_GETA_FACE = "e"
_RUNS = re.compile(r"(.)\1*", re.DOTALL)
_SUBSET_RUNS = re.compile(r"(.)..(?:\1..)*", re.DOTALL)
"""Characters of one subset, as `Sorts.codes` gives them: a sign of the subset and two hexadecimal digits each."""


def _rgb(colour: Colour) -> str:
    return " ".join(f"{part:.3g}" for part in colour)


class Ink:
    """One page's content.

    Args:
        document: What the page belongs to; it gives the paper and the sorts.
        width: Of the page, in points.
        height: Of the page, in points.
        number: True page number, from 1.

    Attributes:
        missing: Characters on this page that nobody could draw.
    """

    def __init__(self, document: Document, width: float, height: float, number: int) -> None:
        self._document, self._paper = document, document.paper
        self.width, self.height, self.number = width, height, number
        self.missing: dict[str, None] = {}

    def text(
        self,
        x: float,
        y: float,
        size: float,
        prepared: Prepared,
        *,
        start: int = 0,
        end: int | None = None,
        tracking: float = 0.0,
        gap: float = 0.0,
        cuts: Sequence[tuple[int, float]] = (),
        colour: Colour = BLACK,
    ) -> float:
        """Set part of a prepared text on one base line.

        Args:
            x: Left edge.
            y: Base line.
            size: Type size.
            prepared: The text.
            start: First character.
            end: After the last one; None for all.
            tracking: Added after every Chinese character.
            gap: Added after a Western run.
            cuts: (index, points): taken away after that character.
            colour: Of the text.

        Returns:
            The x after the last character.
        """
        end = len(prepared.text) if end is None else end
        if start >= end:
            return x
        parts = ["BT" if colour is BLACK else f"{_rgb(colour)} rg BT"]
        last_x = last_y = 0.0
        for run in _RUNS.finditer(prepared.faces, start, end):
            first, after = run.span()
            key = prepared.faces[first]
            if key == ABSENT:
                self.missing.update(dict.fromkeys(prepared.text[first:after]))
                key = _GETA_FACE
            spread = 0.0 if key == LATIN else tracking
            inside = {at - first: amount for at, amount in cuts if first <= at < after} if cuts else {}
            shown = self._shown(key, prepared.text[first:after], size, inside)
            parts.append(f"{spread:.3f} Tc {x - last_x:.2f} {y - last_y:.2f} Td {shown}")
            last_x, last_y = x, y
            x += sum(prepared.advances[first:after]) * size
            x += gap if key == LATIN else tracking * (after - first)
            x -= sum(inside.values())
        parts.append("ET" if colour is BLACK else "ET 0 g")
        self._paper.addLiteral(" ".join(parts))
        return x

    def _shown(self, key: str, text: str, size: float, cuts: dict[int, float]) -> str:
        """The operators that show characters of one face: one string for each run of a subset.

        ReportLab's own text operators look every character up again, which takes up to twice as long, and they cannot
        move characters together within a string (`TJ`).
        """
        sorts = self._document.sorts(key)
        codes = text.translate(sorts.codes)
        parts = []
        for run in _SUBSET_RUNS.finditer(codes):
            string, subset = run[0], run[1]
            if cuts:  # thousandths of an em, taken away after the character
                first = run.start() // 3
                pieces = [string[at : at + 3] for at in range(0, len(string), 3)]
                for at, amount in cuts.items():
                    if 0 <= at - first < len(pieces):
                        pieces[at - first] += f">{amount / size * 1000:.0f}<"
                shown = f"[<{''.join(pieces)}>] TJ"
            else:
                shown = f"<{string}> Tj"
            parts.append(f"{sorts.name(subset)} {size:g} Tf {shown.replace(subset, '')}")
        return " ".join(parts)

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = 0.5, colour: Colour = BLACK) -> None:
        """A straight rule."""
        self._ruled(width, colour, lambda: self._paper.line(round(x1, 2), round(y1, 2), round(x2, 2), round(y2, 2)))

    def dashed(self, x1: float, y1: float, x2: float, y2: float, *, width: float = 0.4) -> None:
        """A dashed rule, for cutting."""
        self._paper.setDash((4, 3))
        self.line(x1, y1, x2, y2, width=width)
        self._paper.setDash(())

    def box(
        self, x: float, y: float, width: float, height: float, *, rule: float = 0.5, colour: Colour = BLACK
    ) -> None:
        """A rectangle's outline; (x, y) is its lower left corner."""
        sides = (round(x, 2), round(y, 2), round(width, 2), round(height, 2))
        self._ruled(rule, colour, lambda: self._paper.rect(*sides))

    def _ruled(self, width: float, colour: Colour, draw: Callable[[], None]) -> None:
        """Draw with a rule of this width and colour; black is the colour of all that says none."""
        self._paper.setLineWidth(width)
        if colour is BLACK:
            draw()
        else:
            self._paper.setStrokeColorRGB(*colour)
            draw()
            self._paper.setStrokeColorRGB(*BLACK)

    def fill(self, boxes: Iterable[tuple[float, float, float, float]], *, colour: Colour = BLACK) -> None:
        """Filled rectangles (x, y, width, height) in one stroke: no hairlines between the modules of a QR symbol."""
        path = self._paper.beginPath()
        for box in boxes:
            path.rect(*(round(part, 3) for part in box))
        self._paint(path, colour)

    def _paint(self, path: PDFPathObject, colour: Colour, *, stroke: int = 0) -> None:
        self._paper.setFillColorRGB(*colour)
        self._paper.drawPath(path, stroke=stroke, fill=1)
        self._paper.setFillColorRGB(*BLACK)

    def path(self, points: Sequence[tuple[float, float]], *, width: float) -> None:
        """An open line through points, round at its joints (a tick)."""
        path = self._paper.beginPath()
        for number, (x, y) in enumerate(points):
            (path.lineTo if number else path.moveTo)(round(x, 2), round(y, 2))
        self._paper.setLineWidth(width)
        self._paper.setLineCap(1)
        self._paper.setLineJoin(1)
        self._paper.drawPath(path)
        self._paper.setLineCap(0)
        self._paper.setLineJoin(0)

    def dot(self, x: float, y: float, radius: float, *, filled: bool) -> None:
        """A circle: filled black, or white with a rule around it."""
        path = self._paper.beginPath()
        path.circle(round(x, 2), round(y, 2), round(radius, 2))
        self._paper.setLineWidth(0.8)
        self._paint(path, BLACK if filled else WHITE, stroke=0 if filled else 1)

    def picture(self, picture: Picture, x: float, y: float, width: float, height: float) -> None:
        """A picture, its lower left corner at (x, y)."""
        self._document.embed(picture)
        self._paper.saveState()
        self._paper.transform(round(width, 2), 0, 0, round(height, 2), round(x, 2), round(y, 2))
        self._paper.doForm(picture.name)
        self._paper.restoreState()

    def turned(self, x: float, y: float, quarter: str) -> None:
        """Begin drawing around (x, y) turned clockwise by 90 degrees ("right") or aslant ("aslant"); ends with `upright`."""
        aslant = math.sqrt(0.5)
        matrix = (0, -1, 1, 0) if quarter == "right" else (aslant, aslant, -aslant, aslant)
        self._paper.saveState()
        self._paper.transform(*matrix, round(x, 2), round(y, 2))

    def upright(self) -> None:
        """End of `turned`."""
        self._paper.restoreState()

    def meaning(self, text: str) -> None:
        """Begin marked content that reads as `text` though its glyphs stand apart (a name set vertically)."""
        words = text.encode("utf-16-be", "replace").hex().upper()
        self._paper.addLiteral(f"/Span <</ActualText <FEFF{words}>>> BDC")

    def meant(self) -> None:
        """End of `meaning`."""
        self._paper.addLiteral("EMC")
