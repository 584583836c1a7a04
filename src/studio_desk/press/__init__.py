"""The paper layer: sheets of plain data in, archive-grade PDF (PDF/A-2u) out; it knows paper and not meaning."""

from studio_desk.press.outcome import Missing, Printed
from studio_desk.press.printing import first_pages, measure, render

__all__ = ["Missing", "Printed", "first_pages", "measure", "render"]
