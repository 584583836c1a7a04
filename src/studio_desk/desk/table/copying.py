"""What a ledger puts on the clipboard: tab-separated text, and HTML in which every text cell stays text in a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QMimeData

MOST_HTML_ROWS = 20_000
"""Longer copies go as plain text alone."""


def tsv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as tab-separated text; a cell with a tab, a line end or a quote is quoted, as spreadsheets do."""
    return "\r\n".join("\t".join(_quoted(cell) for cell in row) for row in rows)


def html(rows: Sequence[Sequence[str]], texts: Sequence[bool]) -> str:
    """Rows as an HTML table; text columns are marked so that an 18-digit number is not turned into 3.3E+17.

    Args:
        rows: the first one is the heading.
        texts: per column whether it is text.
    """
    lines = []
    for number, row in enumerate(rows):
        tag = "th" if number == 0 else "td"
        cells = (
            f"<{tag}{_AS_TEXT if text else ''}>{escape(cell).replace(chr(10), '<br>')}</{tag}>"
            for cell, text in zip(row, texts, strict=True)
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<html><head><meta charset="utf-8"></head><body><table>{"".join(lines)}</table></body></html>'


def mime(rows: Sequence[Sequence[str]], texts: Sequence[bool]) -> QMimeData:
    """Both forms for the clipboard."""
    data = QMimeData()
    data.setText(tsv(rows))
    if len(rows) <= MOST_HTML_ROWS:
        data.setHtml(html(rows, texts))
    return data


_AS_TEXT = " style=\"mso-number-format:'\\@'\""


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(ch in cell for ch in '\t\n\r"') else cell
