"""Draw on one page: text runs, rules, boxes and pictures as the operators of a PDF content stream (ISO 32000-1, 8 and 9).

Lengths are points, y grows upwards from the foot of the page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio_desk.press.fonts import ABSENT, GETA, Face, faces_by_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio_desk.press.fonts import Prepared
    from studio_desk.press.pictures import Picture

MM = 72 / 25.4
"""Points in a millimetre."""

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
RED: Colour = (0.87, 0.09, 0.07)
"""GB/T 9704-2012 5.1: Y80 M80, as sRGB."""
GREY: Colour = (0.4, 0.4, 0.4)
PALE: Colour = (0.88, 0.88, 0.88)

LATIN = "h"
_GETA_FACE = "e"
_RUNS = re.compile(r"(.)\1*", re.DOTALL)


def _rgb(colour: Colour) -> str:
    return " ".join(f"{part:.3g}" for part in colour)


class Subset(dict[str, str]):
    """The characters of one face that a document uses: character to code, four hexadecimal digits.

    Each character has a code of its own even where two share a glyph (a stand-in, 〓): copied text is what was typed.

    Attributes:
        face: The font.
        chars: Characters in the order of their codes; code 0 is .notdef.
        glyphs: Their glyphs in the face.
    """

    def __init__(self, face: Face) -> None:
        super().__init__()
        self.face = face
        self.chars: list[str] = ["\ufffd"]
        self.glyphs: list[int] = [0]

    def __missing__(self, char: str) -> str:
        code = self[char] = f"{len(self.chars):04X}"
        self.chars.append(char)
        self.glyphs.append(self.face.glyph(char) or self.face.sfnt.glyph(ord(GETA)))
        return code


class Inkwell:
    """What all pages of a document share: font subsets and pictures."""

    def __init__(self) -> None:
        self.subsets: dict[str, Subset] = {}
        self.pictures: dict[str, Picture] = {}

    def subset(self, key: str) -> Subset:
        """The subset of a face, begun when first asked for."""
        key = _GETA_FACE if key == ABSENT else key
        if key not in self.subsets:
            self.subsets[key] = Subset(faces_by_key()[key])
        return self.subsets[key]


class Ink:
    """One page's content.

    Args:
        well: Of the document.
        width: Of the page, in points.
        height: Of the page, in points.

    Attributes:
        missing: Characters on this page that nobody could draw.
        pictures: Names of the pictures used.
        number: True page number, from 1.
    """

    def __init__(self, well: Inkwell, width: float, height: float, number: int) -> None:
        self._well = well
        self.width, self.height, self.number = width, height, number
        self._out: list[str] = []
        self.missing: dict[str, None] = {}
        self.pictures: dict[str, None] = {}

    def content(self) -> bytes:
        """The page's operators."""
        return "\n".join(self._out).encode("ascii")

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
            subset = self._well.subset(key)
            inside = [cut for cut in cuts if first <= cut[0] < after] if cuts else ()
            codes = [subset[char] for char in prepared.text[first:after]]
            for at, amount in inside:  # thousandths of an em, taken away after the character
                codes[at - first] += f">{amount / size * 1000:.0f}<"
            shown = f"[<{''.join(codes)}>] TJ" if inside else f"<{''.join(codes)}> Tj"
            parts.append(f"/{key} {size:g} Tf {spread:.3f} Tc {x - last_x:.2f} {y - last_y:.2f} Td {shown}")
            last_x, last_y = x, y
            x += sum(prepared.advances[first:after]) * size
            x += gap if key == LATIN else tracking * (after - first)
            x -= sum(amount for _at, amount in inside)
        parts.append("ET" if colour is BLACK else "ET 0 g")
        self._out.append(" ".join(parts))
        return x

    def line(self, x1: float, y1: float, x2: float, y2: float, *, width: float = 0.5, colour: Colour = BLACK) -> None:
        """A straight rule."""
        rule = f"{width:g} w {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S"
        self._out.append(rule if colour is BLACK else f"{_rgb(colour)} RG {rule} 0 G")

    def dashed(self, x1: float, y1: float, x2: float, y2: float, *, width: float = 0.4) -> None:
        """A dashed rule, for cutting."""
        self._out.append(f"[4 3] 0 d {width:g} w {x1:.2f} {y1:.2f} m {x2:.2f} {y2:.2f} l S [] 0 d")

    def box(
        self, x: float, y: float, width: float, height: float, *, rule: float = 0.5, colour: Colour = BLACK
    ) -> None:
        """A rectangle's outline; (x, y) is its lower left corner."""
        frame = f"{rule:g} w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S"
        self._out.append(frame if colour is BLACK else f"{_rgb(colour)} RG {frame} 0 G")

    def fill(self, boxes: Iterable[tuple[float, float, float, float]], *, colour: Colour = BLACK) -> None:
        """Filled rectangles (x, y, width, height) in one stroke: no hairlines between the modules of a QR symbol."""
        path = " ".join(f"{x:.3f} {y:.3f} {w:.3f} {h:.3f} re" for x, y, w, h in boxes)
        self._out.append(f"{_rgb(colour)} rg {path} f 0 g")

    def path(self, points: Sequence[tuple[float, float]], *, width: float) -> None:
        """An open line through points, round at its joints (a tick)."""
        (x, y), *rest = points
        steps = " ".join(f"{px:.2f} {py:.2f} l" for px, py in rest)
        self._out.append(f"1 J 1 j {width:g} w {x:.2f} {y:.2f} m {steps} S 0 J 0 j")

    def dot(self, x: float, y: float, radius: float, *, filled: bool) -> None:
        """A circle, as four Bézier curves."""
        k = 0.5523 * radius
        curves = (
            (x + radius, y + k, x + k, y + radius, x, y + radius),
            (x - k, y + radius, x - radius, y + k, x - radius, y),
            (x - radius, y - k, x - k, y - radius, x, y - radius),
            (x + k, y - radius, x + radius, y - k, x + radius, y),
        )
        drawn = " ".join(" ".join(f"{n:.2f}" for n in curve) + " c" for curve in curves)
        paint = "f" if filled else "B"
        tint = "" if filled else "1 g 0.8 w "
        self._out.append(f"{tint}{x + radius:.2f} {y:.2f} m {drawn} {paint} 0 g")

    def picture(self, picture: Picture, x: float, y: float, width: float, height: float) -> None:
        """A picture, its lower left corner at (x, y)."""
        self._well.pictures.setdefault(picture.name, picture)
        self.pictures[picture.name] = None
        self._out.append(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {y:.2f} cm /{picture.name} Do Q")

    def turned(self, x: float, y: float, quarter: str) -> None:
        """Begin drawing around (x, y) turned clockwise by 90 degrees ("right") or aslant ("aslant"); ends with `upright`."""
        matrix = "0 -1 1 0" if quarter == "right" else "0.7071 0.7071 -0.7071 0.7071"
        self._out.append(f"q {matrix} {x:.2f} {y:.2f} cm")

    def upright(self) -> None:
        """End of `turned`."""
        self._out.append("Q")

    def meaning(self, text: str) -> None:
        """Begin marked content that reads as `text` though its glyphs stand apart (a name set vertically)."""
        self._out.append(f"/Span <</ActualText <FEFF{text.encode('utf-16-be', 'replace').hex().upper()}>>> BDC")

    def meant(self) -> None:
        """End of `meaning`."""
        self._out.append("EMC")
