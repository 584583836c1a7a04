"""Find a glyph for every character: a chain of faces per role, a few substitutes, and 〓 with a note when nobody has it.

The faces lie compressed in `resources/fonts` (how they were made: `packaging/fonts.py`) and are unpacked once into the
user's cache. A face is opened when the first character needs it; the 58,000 rare characters cost nothing until then.
"""

from __future__ import annotations

import mmap
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.resources import resource
from studio_desk.kernel.text import PRIVATE_USE
from studio_desk.kernel.words import say
from studio_desk.press.breaker import OPENERS

if TYPE_CHECKING:
    from studio_desk.press.page import Face as Role
    from studio_desk.press.typeface import Typeface

GETA = "〓"
"""Printed where no face has a glyph (下駄, the printer's mark for a missing sort)."""

SUBSTITUTES = {
    "☑": "■", "☒": "■", "☐": "□", "✓": "√", "✔": "√", "✗": "×", "✘": "×", "❌": "×", "✅": "√", "•": "·", "‧": "·",
    "\u00a0": " ", "\u2002": " ", "\u2003": "\u3000", "\u2009": " ", "\u202f": " ", "\t": "\u3000", "\n": " ",
    "\u2010": "-", "\u2011": "-", "\u2012": "–", "\u2015": "—", "\u2212": "－", "〜": "～", "\u02cb": "`",
}  # fmt: skip
"""Stand-ins for characters that no face has; the text layer of the PDF keeps the true character."""

_IGNORED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LATIN_FIRST = frozenset({*range(0x21, 0x7F), *range(0xC0, 0x250), *range(0x370, 0x530)} - {0xD7, 0xF7})
"""Western letters and digits: Times-like beside 仿宋, 楷 and 宋, whose own ones are heavy or wide (print.md 3.3)."""

_FULL_RULE = 0x2500
_CLEAR = 0.05
"""Em of white that stays beside a squeezed mark."""

_FILES = {
    "fangsong": "a",
    "kai": "b",
    "hei": "c",
    "title": "d",
    "song": "e",
    "rare1": "f",
    "rare2": "g",
    "latin": "h",
    "emoji": "i",
}
_OVERRIDES = {"fangsong": "A", "kai": "B", "hei": "C", "title": "D", "song": "E"}
ABSENT = "x"
"""Face key of a character nobody has."""


def normalise(text: str) -> str:
    """The text as glyphs can show it.

    Private-use leftovers of GBK and GB 18030-2005 and compatibility ideographs of old input methods become the unified
    characters (NFC does the second); what has no shape (joiners, direction marks, variation selectors) is dropped.
    """
    if text.isascii() and text.isprintable():
        return text
    return _IGNORED.sub("", unicodedata.normalize("NFC", text.translate(PRIVATE_USE)))


class Face:
    """One font file, opened when first needed.

    Args:
        key: One letter that stands for the face in `Prepared.faces`.
        name: Its role or file name.
        path: A `.ttf.zst` of ours or a `.ttf` of the user's.
    """

    def __init__(self, key: str, name: str, path: Path) -> None:
        self.key, self.name, self._path = key, name, path

    @cached_property
    def typeface(self) -> Typeface:
        """The opened font.

        Raises:
            Problem: When the file is missing, no TrueType font, or may not be embedded.
        """
        from studio_desk.press.typeface import (
            Typeface,
        )  # brings ReportLab, which a screen's rare characters do not need

        try:
            if self._path.suffix == ".zst":
                return Typeface(_unpacked(self._path), self.key)
            return Typeface(self._path.read_bytes(), self.key)
        except (OSError, ValueError) as bad:
            raise Problem(
                "FONT_UNREADABLE",
                say("字体文件“{name}”缺失、已损坏或不准嵌入，不能打印。", name=self._path.name),
                say("请重新安装程序；如果是自己放进 fonts/user 的字体，请换成 TrueType（.ttf）格式或移走它。"),
                file=str(self._path),
            ) from bad

    def own(self, char: str) -> int:
        """The glyph of a character itself; 0 when the face has none.

        Where the dash is narrower than an em (Noto's default is the Western one) the full-width box rule takes its
        place, so that "——" is one unbroken line (GB/T 15834-2011, 4.11).
        """
        glyph = self.typeface.glyph(ord(char))
        if char in "—―" and glyph and self.typeface.advance(glyph) < 0.99:
            return self.typeface.glyph(_FULL_RULE) or glyph
        return glyph

    def glyph(self, char: str) -> int:
        """The glyph of a character or of its substitute; 0 when the face has neither."""
        stand_in = SUBSTITUTES.get(char)
        return self.own(char) or (self.own(stand_in) if stand_in else 0)

    def sort(self, char: str) -> int:
        """The glyph printed for a character: its own, its substitute's, or 〓; 0 when the face has none of them."""
        return self.glyph(char) or self.typeface.glyph(ord(GETA))


@dataclass(frozen=True, slots=True)
class Found:
    """What a chain found for a character.

    Attributes:
        key: Of the face, or `ABSENT`.
        advance: Width in em.
    """

    key: str
    advance: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """Text ready for layout: one entry per character in each of the three.

    Attributes:
        text: Normalised.
        advances: Widths in em.
        faces: Face keys.
    """

    text: str
    advances: list[float]
    faces: str

    def __add__(self, other: Prepared) -> Prepared:
        """One text after another."""
        return Prepared(self.text + other.text, self.advances + other.advances, self.faces + other.faces)


class _Advances(dict[str, float]):
    """Widths, looked up once per character."""

    def __init__(self, chain: FontChain) -> None:
        super().__init__()
        self._chain = chain

    def __missing__(self, char: str) -> float:
        found = self[char] = self._chain.lookup(char).advance
        return found


class _Keys(dict[int, str]):
    """Face keys by code point: a table for `str.translate`."""

    def __init__(self, chain: FontChain) -> None:
        super().__init__()
        self._chain = chain

    def __missing__(self, code: int) -> str:
        found = self[code] = self._chain.lookup(chr(code)).key
        return found


class FontChain:
    """The faces one role tries, in order.

    Args:
        role: 仿宋, 楷, 黑, 小标宋 or 宋.
    """

    def __init__(self, role: Role) -> None:
        faces = faces_by_key()
        own = [faces[key] for key in (_OVERRIDES[role], _FILES[role]) if key in faces]
        rest = [faces[_FILES[name]] for name in ("latin", "rare1", "fangsong", "rare2", "hei", "emoji")]
        self._latin_first = role in {"fangsong", "kai", "song"}
        self._faces = [*own, *(face for face in rest if face not in own)]
        self._blanks: dict[str, float] = {}
        self._advances = _Advances(self)
        self._keys = _Keys(self)

    def lookup(self, char: str) -> Found:
        """The face that has the character, or a substitute for it, or 〓.

        Args:
            char: One character, after `normalise`.
        """
        latin = faces_by_key()["h"]
        order = [latin, *self._faces] if self._latin_first and ord(char) in _LATIN_FIRST else self._faces
        for wanted in (char, SUBSTITUTES.get(char)):
            for face in order if wanted else ():
                glyph = face.own(wanted) if wanted else 0
                if glyph:
                    return Found(face.key, face.typeface.advance(glyph))
        return Found(ABSENT, 1.0)

    def blank(self, char: str) -> float:
        """How much of a mark's blank half may be squeezed away, in em.

        Args:
            char: An opening mark, blank at the left, or a closing one, blank at the right.
        """
        if char not in self._blanks:
            self._blanks[char] = self._blank(char)
        return self._blanks[char]

    def _blank(self, char: str) -> float:
        found = self.lookup(char)
        if found.key == ABSENT:
            return 0.0
        face = faces_by_key()[found.key]
        left, right = face.typeface.extent(face.glyph(char))
        white = left if char in OPENERS else found.advance - right
        return max(0.0, min(0.5, found.advance / 2, white - _CLEAR))

    def prepare(self, text: str) -> Prepared:
        """Normalise a text and find widths and faces of all its characters."""
        text = normalise(text)
        return Prepared(text, [self._advances[char] for char in text], text.translate(self._keys))


@cache
def chain(role: Role) -> FontChain:
    """The chain of a role, shared: what it has learnt about characters stays."""
    return FontChain(role)


@cache
def faces_by_key() -> dict[str, Face]:
    """All faces by their key: the bundled ones and the user's `fonts/user/*.ttf`.

    A file whose name begins with a role's name (`kai-….ttf`) takes that role, any other takes 仿宋.
    """
    folder = resource("fonts")
    faces = {key: Face(key, name, folder / f"{name}.ttf.zst") for name, key in _FILES.items()}
    for path in sorted((folder / "user").glob("*.ttf")):
        role = next((name for name in _OVERRIDES if path.stem.lower().startswith(name)), "fangsong")
        faces[_OVERRIDES[role]] = Face(_OVERRIDES[role], path.stem, path)
    return faces


@cache
def _sums() -> dict[str, str]:
    """The digests of the bundled files by name."""
    lines = (resource("fonts") / "SHA256SUMS").read_text(encoding="ascii").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def file_of(name: str) -> Path:
    """The plain TrueType file of a bundled face, unpacked into the user's cache when it is not there yet.

    Args:
        name: of a file in `resources/fonts` without its ending, `rare1`.

    Raises:
        OSError: The cache cannot be written.
        ValueError: The bundled file is damaged.
    """
    return _kept(resource("fonts") / f"{name}.ttf.zst")


def _kept(path: Path) -> Path:
    import platformdirs
    import zstandard

    folder = Path(platformdirs.user_cache_dir("studio-desk", appauthor=False)) / "fonts"
    kept = folder / f"{path.name.removesuffix('.ttf.zst')}-{_sums()[path.name][:16]}.ttf"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        try:
            plain = zstandard.ZstdDecompressor().decompress(path.read_bytes())
        except zstandard.ZstdError as bad:
            raise ValueError(str(bad)) from bad
        handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        with os.fdopen(handle, "wb") as part:
            part.write(plain)
        Path(name).replace(kept)
    return kept


def _unpacked(path: Path) -> bytes | mmap.mmap:
    """The plain font of a compressed one, mapped from the user's cache, or in memory when the cache cannot be written."""
    import zstandard

    try:
        with _kept(path).open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError:
        return zstandard.ZstdDecompressor().decompress(path.read_bytes())
