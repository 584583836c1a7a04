"""Read a printed PDF back with poppler, as an archive or a search engine would."""

from __future__ import annotations

import io
import subprocess
from datetime import date
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from PIL import Image

from studio_desk.press import Composed, Printed, render

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from studio_desk.press.page import Sheet

WHEN = date(2026, 1, 12)


def printed(sheets: Iterable[Sheet | Composed], to: Path) -> Printed:
    return render(sheets, to, when=WHEN, title="归档文件 2025", author="古城镇委员联络站", subject="样张")


def in_memory(sheets: Iterable[Sheet | Composed]) -> bytes:
    out = io.BytesIO()
    render(sheets, out, when=WHEN, title="归档文件 2025", author="古城镇委员联络站")
    return out.getvalue()


def text_of(pdf: Path, first: int | None = None, last: int | None = None) -> str:
    pages = [*(("-f", str(first)) if first else ()), *(("-l", str(last)) if last else ())]
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", *pages, pdf, "-"], check=True, capture_output=True)
    return done.stdout.decode("utf-8")


def solid(text: str) -> str:
    """Text without any white space: what must be found whatever the line breaks."""
    return "".join(text.split()).replace("\u3000", "")


def page_picture(pdf: Path, page: int, dpi: int) -> Image.Image:
    done = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-png", pdf], check=True, capture_output=True
    )
    return Image.open(io.BytesIO(done.stdout)).convert("L")


def words(pdf: Path) -> list[tuple[int, float, float, float, float, str]]:
    """(page, left, top, right, bottom, word) of every word, in points from the upper left corner."""
    done = subprocess.run(["pdftotext", "-bbox", pdf, "-"], check=True, capture_output=True)
    found, page = [], 0
    for element in ET.fromstring(done.stdout.decode("utf-8")).iter():
        kind = element.tag.rpartition("}")[2]
        if kind == "page":
            page += 1
        elif kind == "word":
            box = [float(element.get(side, "0")) for side in ("xMin", "yMin", "xMax", "yMax")]
            found.append((page, box[0], box[1], box[2], box[3], element.text or ""))
    return found


def lines(pdf: Path) -> list[str]:
    """The lines as they stand: words on the same base line, left to right (a squeezed mark parts words for poppler)."""
    rows: dict[tuple[int, float], list[tuple[float, str]]] = {}
    for page, left, _top, _right, bottom, word in words(pdf):
        rows.setdefault((page, round(bottom)), []).append((left, word))
    return ["".join(word for _left, word in sorted(row)) for _at, row in sorted(rows.items())]
