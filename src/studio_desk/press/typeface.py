"""Open a TrueType face with ReportLab, and keep the sorts of it that one document uses.

ReportLab reads the file, numbers the characters, cuts the subsets and embeds them. What is added: the extent of a glyph
(ReportLab has none, and squeezing a mark needs the white beside it), stand-ins that print one glyph and copy as another
character, and the mending of two defects of version 5.1, held to that version by `check_version`:

- advances behind `numberOfHMetrics` are kept in thousandths of an em instead of the font's own units, so that the
  embedded `hmtx` is wrong where an em has not 1,000 units (ISO 19005-2, 6.2.11.5);
- the map to Unicode writes characters beyond the basic plane with five digits, which nobody can copy (ISO 32000-1, 9.10.3).
"""

from __future__ import annotations

import copy
import struct
from array import array
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import reportlab
from reportlab import rl_config
from reportlab.pdfbase.ttfonts import SUBSETN, TTEncoding, TTFError, TTFont, TTFontFace

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    import mmap
    from collections.abc import Callable, Sequence

    from reportlab.pdfbase.pdfdoc import PDFDocument

    from studio_desk.press.fonts import Face

MENDED = "5.1"
"""The version of ReportLab whose defects are mended here and in `pdf`."""

_SIGN = 0x100
"""Signs that stand for subsets begin here: they are no hexadecimal digits."""


def check_version() -> None:
    """Refuse a ReportLab that the mending was not made for.

    Raises:
        Problem: `REPORTLAB_VERSION`.
    """
    if reportlab.Version.split(".")[:2] != MENDED.split("."):
        raise Problem(
            "REPORTLAB_VERSION",
            say(
                "本程序需要 ReportLab {wanted} 版，这里装的是 {found} 版，不能打印。",
                wanted=MENDED,
                found=reportlab.Version,
            ),
            say("请重新安装程序，不要单独升级其中的组件。"),
        )


class _Source:
    """A font's bytes as the file ReportLab reads once; a mapped file stays mapped."""

    def __init__(self, data: bytes | mmap.mmap, name: str) -> None:
        self._data, self.name = data, name

    def read(self) -> bytes | mmap.mmap:
        return self._data


class _Outlines:
    """The `glyf` table, sliced where it lies."""

    def __init__(self, data: bytes | mmap.mmap, at: int) -> None:
        self._data, self._at = data, at

    def __getitem__(self, part: slice) -> bytes:
        return self._data[self._at + part.start : self._at + part.stop]


class Typeface(TTFontFace):  # type: ignore[misc]  # ReportLab carries no types
    """One TrueType face.

    Args:
        data: The file, in memory or mapped.
        name: Shown nowhere; stands for the file inside ReportLab.

    Raises:
        ValueError: When it is no TrueType file with `glyf` outlines and a Unicode `cmap`.
        Problem: `REPORTLAB_VERSION`.
    """

    hmetrics: list[tuple[int, int]]
    glyphPos: Sequence[int]  # noqa: N815 - ReportLab calls it so

    def __init__(self, data: bytes | mmap.mmap, name: str) -> None:
        check_version()
        # A face without an English name is named after its file; ReportLab asks for the switch under a wrong name.
        rl_config.autoGenerateTTFMissingTTFName = True
        try:
            super().__init__(_Source(data, name))
            if "glyf" not in self.table:
                raise ValueError("no TrueType outlines")
            if self._full_font:
                raise ValueError("the font may not be cut")
            full: int = struct.unpack(">H", self.get_table("hhea")[34:36])[0]
        except (TTFError, struct.error, LookupError, ArithmeticError, UnicodeDecodeError) as broken:
            raise ValueError(f"not a TrueType font: {broken}") from broken
        advance = self.hmetrics[full - 1][0]
        mended = [*self.hmetrics[:full], *((advance, bearing) for _scaled, bearing in self.hmetrics[full:])]
        # Two thirds of what a face of 60,000 glyphs takes, not needed or needed once: `Sorts` has its own widths.
        once: dict[tuple[int, int], tuple[int, int]] = {}
        self.hmetrics = [once.setdefault(pair, pair) for pair in mended]
        self.glyphPos = array("L", self.glyphPos)
        del self.glyphToChar, self.charWidths

    def get_table(self, tag: str) -> bytes | _Outlines:
        """A table; the outlines, of which subsetting takes a glyph at a time, without copying megabytes for each subset."""
        if tag == "glyf":
            return _Outlines(self._ttf_data, self.get_table_pos(tag)[0])
        table: bytes = super().get_table(tag)
        return table

    def glyph(self, code: int) -> int:
        """The glyph of a code point; 0 when the face has none."""
        found: int = self.charToGlyph.get(code, 0)
        return found if found < self.numGlyphs else 0

    def advance(self, glyph: int) -> float:
        """The advance width of a glyph in em."""
        units: int = self.hmetrics[glyph][0]
        return units / float(self.unitsPerEm)

    def extent(self, glyph: int) -> tuple[float, float]:
        """The leftmost and the rightmost x of a glyph in em; (0, 0) for a blank (ISO/IEC 14496-22, `glyf`)."""
        start, end = self.glyphPos[glyph], self.glyphPos[glyph + 1]
        if end - start < 10:
            return 0.0, 0.0
        left, _low, right, _high = struct.unpack(">4h", self.get_table("glyf")[start + 2 : start + 10])
        return left / self.unitsPerEm, right / self.unitsPerEm


class _Codes(dict[int, str]):
    """Codes, given to a character when it is first asked for."""

    def __init__(self, take: Callable[[int], str]) -> None:
        super().__init__()
        self._take = take

    def __missing__(self, char: int) -> str:
        code = self[char] = self._take(char)
        return code


class Sorts(TTFont):  # type: ignore[misc]  # ReportLab carries no types
    """The characters of one face that one document uses, in subsets of 256 as ReportLab embeds them.

    Each character has a code of its own even where two share a glyph (a stand-in, 〓): copied text is what was typed.

    Args:
        face: The font; its typeface stays as it is, documents share it.
        document: The document.

    Attributes:
        codes: A table for `str.translate`: for each character one sign that stands for its subset, and its code there as
            two hexadecimal digits.
    """

    def __init__(self, face: Face, document: PDFDocument) -> None:
        # TTFont's own beginning would read the file again.
        self.fontName, self.encoding = face.key, TTEncoding()
        self.state: WeakKeyDictionary[PDFDocument, TTFont.State] = WeakKeyDictionary()
        self._asciiReadable, self.shapable = 0, False
        self.face = copy.copy(face.typeface)
        self.face.charToGlyph, self.face.charWidths = {}, {}
        if face.key.isupper():  # two of the user's own may bear one name
            self.face.name = face.typeface.name + b"-" + face.key.encode("ascii")
        self._face, self._document = face, document
        self._names: dict[str, str] = {}
        self.codes = _Codes(self._take)
        self._cast(0x20)  # code 32 of every subset is the space

    def _cast(self, code: int) -> None:
        glyph = self._face.sort(chr(code))
        self.face.charToGlyph[code] = glyph
        self.face.charWidths[code] = self._face.typeface.advance(glyph) * 1000

    def _take(self, code: int) -> str:
        """Give a character its place: ReportLab chooses subset and code."""
        self._cast(code)
        ((subset, byte),) = self.splitString(chr(code), self._document)
        return f"{chr(_SIGN + subset)}{byte.hex().upper()}"

    def name(self, subset: str) -> str:
        """The name of a subset, given its sign, as page contents call it ("/F1+0")."""
        if subset not in self._names:
            self._names[subset] = self.getSubsetInternalName(ord(subset) - _SIGN, self._document)
        return self._names[subset]

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802 - ReportLab calls it so
        """Embed the subsets, with maps to Unicode that hold for every plane."""
        subsets = self.state[doc].subsets
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = (SUBSETN(number) + b"+" + self.face.name).decode("pdfdoc")
            doc.idToObject[f"toUnicodeCMap:{name}"].content = to_unicode(subset)


def to_unicode(subset: list[int]) -> str:
    """The map from codes to characters (ISO 32000-1, 9.10.3), UTF-16BE: two units beyond the basic plane.

    Args:
        subset: Code points in the order of their codes; the first is .notdef and maps to nothing.
    """
    pairs = [
        f"<{at:02X}> <{chr(code).encode('utf-16-be', 'replace').hex().upper()}>" for at, code in enumerate(subset) if at
    ]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<</Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <FF>\nendcodespacerange\n{body}\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend\n"
    )
