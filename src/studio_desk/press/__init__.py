"""The paper layer: sheets of plain data in, archive-grade PDF (PDF/A-2u) out; it knows paper and not meaning."""

from studio_desk.press.compose import Composed, compose
from studio_desk.press.outcome import Missing, Printed
from studio_desk.press.printing import first_pages, measure, render

__all__ = ["Composed", "Missing", "Printed", "compose", "first_pages", "measure", "render"]
