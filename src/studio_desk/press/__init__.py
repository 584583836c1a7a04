"""The paper layer: sheets of plain data in, archive-grade PDF (PDF/A-2u) out; it knows paper and not meaning.

What kinds need to describe paper (`press.page`) costs nothing to import; the engine, and ReportLab with it, is loaded
when the first of the names below is asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studio_desk.press.composing import Composed, compose
    from studio_desk.press.outcome import Missing, Printed
    from studio_desk.press.printing import first_pages, measure, render

__all__ = ["Composed", "Missing", "Printed", "compose", "first_pages", "measure", "render"]


def __getattr__(name: str) -> object:
    """Load the engine for the first of its names.

    Raises:
        AttributeError: When the layer has no such name.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from studio_desk.press import composing, outcome, printing

    home = {"Composed": composing, "compose": composing, "Missing": outcome, "Printed": outcome}
    found: object = getattr(home.get(name, printing), name)
    globals()[name] = found
    return found
