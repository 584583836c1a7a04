"""Print sheets: count their pages, or write them as one PDF/A-2u file whose page numbers are true."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sized
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from studio_desk.kernel.files import medium_problem, sync_folder
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.press.composing import Composed, compose, draw
from studio_desk.press.ink import Ink
from studio_desk.press.outcome import Missing, Printed
from studio_desk.press.pdf import Document, Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from studio_desk.press.page import Sheet


def measure(sheets: Iterable[Sheet], progress: Progress | None = None) -> list[int]:
    """How many pages each sheet will have; laid out like `render`, nothing is drawn or written.

    Args:
        sheets: Any number; a page number written inside them does not change the count unless it changes a line's end.
        progress: Told after each sheet.

    Returns:
        One count per sheet, 1 at least.
    """
    report = progress or silent
    total = len(sheets) if isinstance(sheets, Sized) else 0
    counts = []
    for number, sheet in enumerate(sheets):
        counts.append(len(compose(sheet).pages))
        report(number + 1, total, say("正在排版：{title}", title=sheet.title))
    return counts


def first_pages(sheets: Sequence[Sheet], counts: Sequence[int]) -> list[int]:
    """The true page each sheet begins on, the blank pages before `recto` sheets counted.

    Args:
        sheets: In the order of the print.
        counts: Of `measure`.
    """
    found, page = [], 1
    for sheet, count in zip(sheets, counts, strict=True):
        page += 1 if sheet.recto and page % 2 == 0 else 0
        found.append(page)
        page += count
    return found


def render(
    sheets: Iterable[Sheet | Composed],
    to: Path | BinaryIO,
    *,
    when: date,
    title: str,
    author: str,
    subject: str = "",
    progress: Progress | None = None,
) -> Printed:
    """Write sheets as one PDF/A-2u file.

    The same sheets, date and words give the same bytes. A file is replaced in one step; when anything fails, or the
    user cancels, the old one is still there.

    Args:
        sheets: One after the other, as they are or laid out already by `compose`; may be a generator, each is
            forgotten when written.
        to: A file, or something to write to.
        when: The date of the document.
        title: Title of the document.
        author: Whose it is.
        subject: What it is about.
        progress: Told after each sheet; it may raise to cancel.

    Returns:
        Page counts, true page numbers, and characters nobody could draw.

    Raises:
        Problem: `MEDIUM_…` when the file cannot be written; `FONT_UNREADABLE` when a font is damaged.
    """
    press = _Press(sheets, when=when, title=title, author=author, subject=subject, progress=progress or silent)
    if not isinstance(to, Path):
        return press.run(to)
    part = to.with_name(f".studio-desk-{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as out:
            printed = press.run(out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(to)
        with to.open("rb+") as done:  # on FAT the first sync does not outlive the renaming
            os.fsync(done.fileno())
        sync_folder(to.parent)
    except OSError as error:
        raise medium_problem(error, to) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return printed


class _Press:
    """One print."""

    def __init__(
        self,
        sheets: Iterable[Sheet | Composed],
        *,
        when: date,
        title: str,
        author: str,
        subject: str,
        progress: Progress,
    ) -> None:
        self._sheets, self._progress = sheets, progress
        self._words = {"title": title, "author": author, "subject": subject}
        self._when = when
        self._page = 0
        self._first: list[int] = []
        self._counts: list[int] = []
        self._missing: list[Missing] = []
        self._labels: list[Label] = []

    def run(self, out: BinaryIO) -> Printed:
        """Compose, draw and write every sheet."""
        document = Document(out, when=self._when, **self._words)
        total = len(self._sheets) if isinstance(self._sheets, Sized) else 0
        for number, sheet in enumerate(self._sheets):
            composed = sheet if isinstance(sheet, Composed) else compose(sheet)
            if composed.sheet.recto and self._page % 2:
                self._blank(composed, document)
            self._sheet(composed, document)
            self._progress(number + 1, total, say("正在排印：{title}", title=composed.sheet.title))
        if not self._page:
            raise ValueError("nothing to print: no sheets")
        document.close(self._labels)
        return Printed(self._page, tuple(self._first), tuple(self._counts), tuple(self._missing))

    def _blank(self, composed: Composed, document: Document) -> None:
        """The blank back of a leaf; it carries no number (GB/T 9704-2012, 7.5)."""
        self._page += 1
        self._labels.append(Label(self._page, "", self._page))
        document.begin(*composed.measures.page)
        document.end()

    def _sheet(self, composed: Composed, document: Document) -> None:
        """One sheet's pages, outline entries and page labels."""
        sheet, first = composed.sheet, self._page + 1
        self._first.append(first)
        self._counts.append(len(composed.pages))
        if sheet.numbering == "document":
            self._labels.append(Label(first, "", first))
        else:
            self._labels.append(Label(first, f"{sheet.title} ", 1 if sheet.numbering == "sheet" else None))
        for number in range(len(composed.pages)):
            self._page += 1
            document.begin(*composed.measures.page)
            if number == 0:
                document.entry(sheet.title, 0)
            for at, text in composed.outline:
                if at == number:
                    document.entry(text, 1)
            ink = Ink(document, *composed.measures.page, self._page)
            draw(composed, number, ink)
            document.end()
            for char in ink.missing:
                self._missing.append(Missing(self._page, sheet.title, char, f"U+{ord(char):04X}"))
