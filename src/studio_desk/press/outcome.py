"""What came out of a print: page counts for the catalogue and the characters nobody could draw."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Missing:
    """A character no face has; 〓 stands in its place.

    Attributes:
        page: True page, from 1.
        sheet: The sheet's title.
        char: The character.
        codepoint: "U+30EDD".
    """

    page: int
    sheet: str
    char: str
    codepoint: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What a print came to.

    Attributes:
        pages: Of the whole file.
        first_page: For each sheet the true page it begins on, from 1.
        sheet_pages: For each sheet its number of pages (the blank page before a `recto` sheet is nobody's).
        missing: Characters without a glyph, each once per page.
    """

    pages: int
    first_page: tuple[int, ...]
    sheet_pages: tuple[int, ...]
    missing: tuple[Missing, ...]
