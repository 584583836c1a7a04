"""Set a timeline: dates down a rail at the left, a dot per step, what was done at the right."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from studio_desk.press.flow import Group, Space, Span, Strip
from studio_desk.press.fonts import chain
from studio_desk.press.ink import GREY, MM, Ink
from studio_desk.press.marks import width_of
from studio_desk.press.paragraph import RISE, Style, fitted, paragraphs
from studio_desk.press.photos import photo_strips

if TYPE_CHECKING:
    from studio_desk.press.page import Step, Timeline

DATES = 27 * MM
"""Width of the date column."""

RAIL = 32 * MM
"""Where the rail runs."""

WORDS = 37 * MM
"""Where the words begin."""

DATE = Style("song", 10.5, 20, "right")
TITLE = Style("hei", 12, 20, "left")
WHO = Style("kai", 10.5, 20, "right")
BODY = Style("fangsong", 12, 19, "justify")
PHOTO_HEIGHT = 45 * MM
TITLE_LINES = 3
"""A title longer than this goes on below its date like text."""

RADIUS = 3.6
"""Of the clear space around a dot's middle, in points."""


class _StepHead(Strip):
    """The line of a step with its date, dot, title and person."""

    __slots__ = ("_beside", "_date", "_title", "_who", "done", "rest")

    def __init__(self, step: Step, width: float) -> None:
        who = chain("kai").prepare(step.who)
        room = width - WORDS
        beside = min(width_of(who, WHO.size) + 8, room / 2) if step.who else 0.0
        self._date = fitted(step.date, DATE, DATES, least=0.75)
        title = paragraphs(step.title, TITLE, room - beside)
        self._title, self.rest = title[:TITLE_LINES], title[TITLE_LINES:]
        self._who = fitted(step.who, WHO, beside - 4, least=0.8) if step.who else []
        super().__init__(max(sum(s.height for s in part) for part in (self._date, self._title, self._who)))
        self._beside, self.done = width - beside + 4, step.done

    def draw(self, ink: Ink, x: float, top: float) -> None:
        for strips, left in (
            (self._date, x),
            (self._title, x + WORDS),
            (self._who, x + self._beside),
        ):
            at = top
            for strip in strips:
                strip.draw(ink, left, at)
                at -= strip.height
        ink.dot(x + RAIL, self.dot(top), 3.0, filled=self.done)

    @staticmethod
    def dot(top: float) -> float:
        """The height of the dot: the middle of the first line."""
        return top - (TITLE.leading - TITLE.size) / 2 - RISE * TITLE.size + 0.36 * TITLE.size


class _Shifted(Strip):
    """A strip moved to the right."""

    __slots__ = ("_inner", "_shift")

    def __init__(self, inner: Strip, shift: float) -> None:
        super().__init__(inner.height, keep=inner.keep)
        self._inner, self._shift = inner, shift

    def draw(self, ink: Ink, x: float, top: float) -> None:
        self._inner.draw(ink, x + self._shift, top)


class _Rail(Group):
    """The line behind the dots: from the first dot or the head of the page to the last dot or its foot."""

    def __init__(self) -> None:
        self.first: Strip | None = None
        self.last: Strip | None = None

    def frame(self, ink: Ink, x: float, spans: list[Span]) -> None:
        marks = [(_StepHead.dot(span.top), span.strip) for span in spans if isinstance(span.strip, _StepHead)]
        stops = [at for at, _strip in marks]
        starts_here = bool(marks) and marks[0][1] is self.first
        ends_here = bool(marks) and marks[-1][1] is self.last
        if not starts_here:
            stops.insert(0, spans[0].top + RADIUS)
        if not ends_here:
            stops.append(spans[-1].bottom - RADIUS)
        for above, below in pairwise(stops):
            ink.line(x + RAIL, above - RADIUS, x + RAIL, below + RADIUS, width=0.9, colour=GREY)


def timeline_strips(block: Timeline, width: float) -> list[Strip]:
    """The steps of a timeline.

    Args:
        block: Its steps.
        width: Of the text area in points.
    """
    rail = _Rail()
    strips: list[Strip] = []
    for step in block.steps:
        head = _StepHead(step, width)
        rail.first, rail.last = rail.first or head, head
        part: list[Strip] = [head, *(_Shifted(strip, WORDS) for strip in head.rest)]
        room = width - WORDS
        if step.text:
            part += [_Shifted(strip, WORDS) for strip in paragraphs(step.text, BODY, room)]
        if step.photos:
            rows = photo_strips(step.photos, room, columns=3, height=PHOTO_HEIGHT)
            part += [_Shifted(strip, WORDS) for strip in rows]
        part.append(Space(3 * MM))
        for strip in part:
            strip.group = rail
            strip.keep = True
        part[-1].keep = False
        strips += part
    return strips
