"""Fill pages with strips: the smallest things that stand below one another (a line, a table row, a picture row).

A strip knows its height and how to draw itself; some can be split; some stay with the next; strips of a group get its
head again on every page and its frame around what stands on a page. Nothing here knows what a strip shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from studio_desk.press.ink import Ink

SLACK = 0.01
"""Points by which a page may be overfull: rounding of sums."""


class Group:
    """Strips that belong together over pages (the rows of one table)."""

    def head(self, turn: int) -> list[Strip]:
        """What stands again at the top of the group's `turn`-th further page (1, 2, …)."""
        del turn
        return []

    def frame(self, ink: Ink, x: float, spans: list[Span]) -> None:
        """Draw around the group's strips on one page."""


@dataclass(slots=True)
class Span:
    """Where a strip stands on its page: distances from the top edge of the text area are turned into page coordinates.

    Attributes:
        strip: The strip.
        top: Its upper edge.
        bottom: Its lower edge.
    """

    strip: Strip
    top: float
    bottom: float


class Strip:
    """One unbreakable band, as wide as the text area it was made for.

    Attributes:
        height: In points.
        keep: Not to be parted from the next strip.
        group: The group it belongs to.
        least: Height of the smallest piece it can be split into; its height if it cannot.
    """

    __slots__ = ("group", "height", "keep", "least")

    def __init__(self, height: float, *, keep: bool = False, group: Group | None = None) -> None:
        self.height = self.least = height
        self.keep = keep
        self.group = group

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Draw it with its upper left corner at (x, top)."""

    def split(self, room: float) -> tuple[Strip, Strip] | None:
        """Two strips, the first at most `room` high; None when it cannot be split there."""
        del room
        return None


class Space(Strip):
    """White space; swallowed at the top of a page."""

    __slots__ = ()


class Break(Strip):
    """The next strip begins a page."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(0.0)


class Pinned(Strip):
    """A strip that stands at the foot of the page it falls on."""

    __slots__ = ()


class Overlaid(Strip):
    """Two strips in the same place."""

    __slots__ = ("_over", "_under")

    def __init__(self, under: Strip, over: Strip) -> None:
        super().__init__(max(under.height, over.height))
        self._under, self._over = under, over

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """One, then the other."""
        self._under.draw(ink, x, top)
        self._over.draw(ink, x, top)


class Fitted(Strip):
    """Strips made to measure for the room that is left.

    Args:
        least: Height it needs to begin here rather than on the next page.
        make: Given the room left, and whether the page is still empty, the strips to put here.
    """

    __slots__ = ("make",)

    def __init__(self, least: float, make: Callable[[float], list[Strip]], *, group: Group | None = None) -> None:
        super().__init__(least, group=group)
        self.make = make


Page = list[tuple[float, Strip]]
"""Strips with the distance of their upper edge from the top of the text area."""


class _Filler:
    """Pages being filled from a stack of strips (the next one last)."""

    def __init__(self, strips: Iterable[Strip], height: float) -> None:
        self.todo = list(strips)[::-1]
        self.height = height
        self.pages: list[Page] = [[]]
        self.used = 0.0
        self.turns: dict[int, int] = {}
        self.began: set[int] = set()
        self.heads = 0

    @property
    def fresh(self) -> bool:
        """Whether the page holds nothing but repeated heads."""
        return len(self.pages[-1]) <= self.heads

    def turn(self) -> None:
        """Begin a page, with the head of the group that goes on."""
        self.pages.append([])
        self.used, self.heads = 0.0, 0
        while self.todo and type(self.todo[-1]) is Space:
            self.todo.pop()
        group = self.todo[-1].group if self.todo else None
        if group is not None and id(group) in self.began:
            turn = self.turns[id(group)] = self.turns.get(id(group), 0) + 1
            for strip in group.head(turn):
                self.place(strip)
            self.heads = len(self.pages[-1])

    def place(self, strip: Strip) -> None:
        """Put a strip below what stands."""
        at = self.height - strip.height if isinstance(strip, Pinned) else self.used
        self.pages[-1].append((at, strip))
        self.used = at + strip.height
        if strip.group is not None:
            self.began.add(id(strip.group))

    def need(self) -> float:
        """The height of the next strip and all it may not be parted from; the last of them may be split."""
        total = 0.0
        for strip in reversed(self.todo):
            if not strip.keep:
                return total + strip.least
            total += strip.height
            if total > self.height:
                return total
        return total

    def run(self) -> list[Page]:
        """Place everything."""
        while self.todo:
            strip = self.todo[-1]
            room = self.height - self.used
            if isinstance(strip, Break):
                self.todo.pop()
                if not self.fresh:
                    self.turn()
                continue
            if isinstance(strip, Space) and (strip.height > room + SLACK or (self.fresh and not self.pages[-1] and len(self.pages) > 1)):  # fmt: skip
                self.todo.pop()
                continue
            need = self.need()
            if need > room + SLACK and need <= self.height and not self.fresh:
                self.turn()
                continue
            self._next(strip, room)
        if len(self.pages) > 1 and not self.pages[-1]:
            self.pages.pop()
        return self.pages

    def _next(self, strip: Strip, room: float) -> None:
        """Place the next strip, split it, or turn the page for it."""
        if isinstance(strip, Fitted):
            if strip.least > room + SLACK and not self.fresh:
                self.turn()
                return
            self.todo.pop()
            self.todo += strip.make(room)[::-1]
            return
        if strip.height <= room + SLACK:
            self.place(self.todo.pop())
            return
        parts = strip.split(room) if strip.least <= room + SLACK or self.fresh else None
        if parts is not None:
            self.todo.pop()
            self.todo += [parts[1], parts[0]]
        elif self.fresh:
            self.place(self.todo.pop())
        else:
            self.turn()


def paginate(strips: Iterable[Strip], height: float) -> list[Page]:
    """Divide strips into pages.

    Args:
        strips: Top to bottom.
        height: Of the text area, in points.

    Returns:
        At least one page. A strip that is higher than a page and cannot be split stands alone and overhangs.
    """
    return _Filler(strips, height).run()


def draw_page(page: Page, ink: Ink, x: float, top: float) -> None:
    """Draw the strips of a page and the frames of their groups.

    Args:
        page: From `paginate`.
        ink: Of the page.
        x: Left edge of the text area.
        top: Upper edge of the text area, from the foot of the page.
    """
    spans: list[Span] = []
    for at, strip in page:
        if spans and spans[-1].strip.group is not strip.group:
            _frame(ink, x, spans)
            spans = []
        strip.draw(ink, x, top - at)
        spans.append(Span(strip, top - at, top - at - strip.height))
    _frame(ink, x, spans)


def _frame(ink: Ink, x: float, spans: list[Span]) -> None:
    """Draw the frame of a run of strips, if they have a group."""
    if spans and spans[0].strip.group is not None:
        spans[0].strip.group.frame(ink, x, spans)


def stack_height(strips: Iterable[Strip]) -> float:
    """The height of strips one below the other."""
    return sum(strip.height for strip in strips)


def draw_stack(strips: Iterable[Strip], ink: Ink, x: float, top: float) -> None:
    """Draw strips one below the other (inside a cell), with the frames of their groups."""
    page: Page = []
    at = 0.0
    for strip in strips:
        page.append((at, strip))
        at += strip.height
    draw_page(page, ink, x, top)
