"""Make the bytes of a PDF from sheets, in memory: nothing readable touches a disk before the person says where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from studio_desk.kernel import clock
from studio_desk.kernel.progress import Progress

if TYPE_CHECKING:
    from studio_desk.press.outcome import Printed
    from studio_desk.press.page import Sheet


@dataclass(frozen=True)
class Document:
    """A finished print.

    Attributes:
        pdf: the bytes that are previewed, printed and saved alike.
        printed: page counts, and the characters nobody could draw.
    """

    pdf: bytes
    printed: Printed


def make_pdf(sheets: Sequence[Sheet], title: str, author: str, progress: Progress) -> Document:
    """Set sheets as one PDF/A file (a job).

    Args:
        sheets: one after the other.
        title: title of the document.
        author: whose it is.
        progress: told after each sheet.
    """
    from studio_desk.press.printing import render

    out = BytesIO()
    printed = render(sheets, out, when=clock.today(), title=title, author=author, progress=progress)
    return Document(out.getvalue(), printed)
