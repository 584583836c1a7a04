"""Break Chinese text into lines: no line begins with a closing mark or ends with an opening one, marks squeeze before text is pushed down.

Rules: 《中文排版需求》 (W3C CLREQ) 3.1 for the marks that may not stand at the start or end of a line, for the squeeze of
a full-width mark to half its width, and against a single character on the last line; GB/T 15834-2011 5.1 for the marks
themselves, "——" and "……" unbroken. Western words and numbers are not broken unless longer than a line.

Each character is turned into one letter of a class string, so that clusters (what must stay together) are found by one
regular expression instead of a loop over characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

OPENERS = frozenset("（〔［｛〈《「『【〖〘〚“‘〝")
"""Full-width marks that may not end a line; their left half is blank."""

CLOSERS = frozenset("，。、；：！？）〕］｝〉》」』】〗〙〛”’〞．")
"""Full-width marks that may not begin a line; their right half is blank."""

NON_STARTERS = frozenset("·・‧～－–／％‰℃℉°′″々〻ヽヾゝゞーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ㎡㎥¢％、﹐﹑﹒")
"""Further characters that may not begin a line; they have no blank half to give up."""

NON_ENDERS = frozenset("＄￥￡＃＠№§¥£€")
"""Further characters that may not end a line."""

_OPEN, _CLOSE, _STAY, _LEAD, _HAN, _WORD, _MARK, _BRACKET, _DASH, _DOTS, _SPACE = "OCNPHLcoMES"
_FORBIDDEN_START = frozenset((_CLOSE, _STAY, _MARK))
_FORBIDDEN_END = frozenset((_OPEN, _LEAD, _BRACKET))

_CLUSTER = re.compile(r"(?:[OPo]S*)*(?:L(?:[Lco]*[Lc])?|M+|E+|H|[CNc]|S|$)(?:[CNcS]*[CNc])?S*")
_LONG_WORD = 24
"""A Western run longer than this (an address on the net) may be broken after one of `/ - . _ ? & = : ,`."""

_SOFT = frozenset("/-._?&=:,")
EPSILON = 0.01
"""Points; rounding must not push a character down."""


class _Classes(dict[int, str]):
    """The class letter of every code point: a table for `str.translate`."""

    def __missing__(self, code: int) -> str:
        letter = self[code] = _classify(chr(code))
        return letter


_MEMBERS: tuple[tuple[str, Collection[str]], ...] = (
    (_OPEN, OPENERS),
    (_CLOSE, CLOSERS),
    (_STAY, NON_STARTERS),
    (_LEAD, NON_ENDERS),
    (_DASH, "—―"),
    (_DOTS, "…⋯"),
    (_SPACE, " \u3000\u00a0\t\u2002\u2003\u2009"),
    (_MARK, ",.;:!?)]}%"),
    (_BRACKET, "([{$"),
)


def _classify(char: str) -> str:
    for letter, members in _MEMBERS:
        if char in members:
            return letter
    if ord(char) < 0x2000 and (char.isalnum() or char.isascii() or unicodedata.category(char) in {"Mn", "Mc", "Lm"}):
        return _WORD
    if unicodedata.category(char) in {"Mn", "Mc", "Me"}:
        return _STAY
    return _HAN


_CLASSES = _Classes()


@dataclass(slots=True)
class Line:
    """One line of a paragraph.

    Attributes:
        start: Index of its first character.
        end: Index after its last visible one (blanks at the end do not count).
        width: Natural width after squeezing, in points.
        cuts: Squeezes as (index of the character after which, points).
        last: Whether it ends the paragraph.
    """

    start: int
    end: int
    width: float
    cuts: tuple[tuple[int, float], ...]
    last: bool


class _Paragraph:
    """The prefix sums and break opportunities of one text."""

    def __init__(
        self, text: str, widths: Sequence[float], em: float, breaks: str, blank: Callable[[str], float], *, tight: bool
    ) -> None:
        self.em = em
        self.text = text
        self.blank = blank
        self.classes = text.translate(_CLASSES)
        self.fixed: dict[int, float] = {}
        if tight:
            widths = self._tighten(widths)
        self.sums = [0.0, *accumulate(widths)]
        self.ends = self._ends(text, breaks)
        classes = self.classes
        self.visible = [len(classes[:end].rstrip(_SPACE)) if classes[end - 1] == _SPACE else end for end in self.ends]
        starts = [0, *self.ends]
        self.visible = [max(v, s) for v, s in zip(self.visible, starts, strict=False)]
        self.reach = [self.sums[v] for v in self.visible]

    def _tighten(self, widths: Sequence[float]) -> Sequence[float]:
        """Take away the blank between two neighbouring marks: “）、” is one and a half em wide, not two."""
        changed = None
        for found in re.finditer(r"C(?=[CO])|O(?=O)", self.classes):
            changed = changed or list(widths)
            at = found.start()
            # Between two opening marks it is the second one whose left half is blank.
            cut = self.blank(self.text[at + (self.classes[at] == _OPEN)]) * self.em
            self.fixed[at] = cut
            changed[at] -= cut
        return changed or widths

    def _ends(self, text: str, breaks: str) -> list[int]:
        """Where a line may end: after each cluster."""
        if breaks:
            ends = [i + 1 for i, char in enumerate(text[:-1]) if char in breaks]
            return [*ends, len(text)]
        ends = []
        for found in _CLUSTER.finditer(self.classes):
            start, end = found.span()
            if end - start > _LONG_WORD:
                ends += [i + 1 for i in range(start, end - 1) if text[i] in _SOFT and self.legal(i + 1)]
            if end > start:
                ends.append(end)
        if not ends or ends[-1] < len(text):
            ends.append(len(text))
        return ends

    def legal(self, at: int) -> bool:
        """Whether a line may end before the character at `at`."""
        classes = self.classes
        return classes[at - 1] not in _FORBIDDEN_END and (at >= len(classes) or classes[at] not in _FORBIDDEN_START)

    def squeeze(self, start: int, end: int, need: float) -> tuple[tuple[int, float], ...] | None:
        """Squeezes that together give `need` points within a line, or None when the marks cannot give as much.

        The closing mark at the end of the line gives first, then all others alike.
        """
        classes, given = self.classes, {}
        if classes[end - 1] == _CLOSE and end - 1 not in self.fixed:
            given[end - 1] = min(self.blank(self.text[end - 1]) * self.em, need)
            need -= given[end - 1]
        if need > EPSILON:
            able: dict[int, float] = {}
            for found in _SQUEEZABLE.finditer(classes, start, end - 1):
                at = found.start()
                # An opening mark gives its left half: the gap before it shrinks; at the start of a line it has none.
                gap = at - (classes[at] == _OPEN)
                if gap >= start and gap not in self.fixed and classes[gap] != _SPACE:
                    able[gap] = able.get(gap, 0.0) + self.blank(self.text[at]) * self.em
            total = sum(able.values())
            if total < need:
                return None
            for gap, most in able.items():
                given[gap] = most * need / total
        return tuple(sorted(given.items()))


_SQUEEZABLE = re.compile("[CO]")


def break_lines(
    text: str,
    widths: Sequence[float],
    *,
    em: float,
    width: float,
    first: float | None = None,
    tight: bool = False,
    breaks: str = "",
    blank: Callable[[str], float] = lambda _mark: 0.5,
) -> list[Line]:
    """Break one paragraph.

    Args:
        text: Without line feeds.
        widths: Of each character, in points.
        em: The type size in points.
        width: Of a line.
        first: Of the first line, when indented.
        tight: Neighbouring marks always share their blank halves (not on a character grid).
        breaks: If given, the only characters after which a line may end (a code such as 档号).
        blank: How much of a mark's width may be squeezed away, in em.

    Returns:
        At least one line; together they hold every character but blanks at their ends.
    """
    room = width if first is None else first
    if not text:
        return [Line(0, 0, 0.0, (), last=True)]
    whole = sum(widths)
    if whole <= room and not tight:
        return [Line(0, len(text), whole, (), last=True)]
    para = _Paragraph(text, widths, em, breaks, blank, tight=tight)
    lines: list[Line] = []
    start = cluster = 0
    count = len(para.ends)
    while cluster < count:
        limit = para.sums[start] + room
        best = bisect_right(para.reach, limit + EPSILON, lo=cluster) - 1
        cuts: tuple[tuple[int, float], ...] = ()
        if best + 1 < count and (best < cluster or limit - para.reach[best] > EPSILON):
            squeezed = para.squeeze(start, para.visible[best + 1], para.reach[best + 1] - limit)
            if squeezed is not None:
                cuts, best = squeezed, best + 1
        if best < cluster:
            end = _emergency(para, start, para.ends[cluster], limit)
            if end < para.ends[cluster]:
                lines.append(_line(para, start, end, ()))
                start, room = end, width
                continue
            best = cluster
        lines.append(_line(para, start, para.visible[best], cuts))
        start, cluster, room = para.ends[best], best + 1, width
    lines[-1].last = True
    _no_lonely_end(para, lines, width, width if first is None else first)
    return lines


def _line(para: _Paragraph, start: int, end: int, cuts: tuple[tuple[int, float], ...]) -> Line:
    """A line with its squeezes, the fixed ones of neighbouring marks among them."""
    width = para.sums[end] - para.sums[start] - sum(amount for _at, amount in cuts)
    if para.fixed:
        merged = {at: amount for at, amount in para.fixed.items() if start <= at < end}
        for at, amount in cuts:
            merged[at] = merged.get(at, 0.0) + amount
        cuts = tuple(sorted(merged.items()))
    return Line(start, end, width, cuts, last=False)


def _emergency(para: _Paragraph, start: int, end: int, limit: float) -> int:
    """Where to cut a cluster that is wider than a whole line: as far as it fits, at a legal place if there is one."""
    at = bisect_right(para.sums, limit + EPSILON, lo=start) - 1
    at = max(min(at, end), start + 1)
    for legal in range(at, start, -1):
        if para.legal(legal):
            return legal
    return at


def _no_lonely_end(para: _Paragraph, lines: list[Line], width: float, first: float) -> None:
    """Bring a second character down when one stands alone on the last line (CLREQ: 孤字不成行)."""
    if len(lines) < 2:
        return
    before, last = lines[-2], lines[-1]
    alone = para.classes[last.start : last.end].rstrip("CNc")
    if len(alone) != 1 or alone != _HAN:
        return
    at = bisect_right(para.ends, before.end) - 1
    if at < 1 or para.ends[at] != before.end or para.ends[at - 1] <= before.start:
        return
    cut, seen = para.ends[at - 1], para.visible[at - 1]
    room = first if len(lines) == 2 else width
    if room - (para.sums[seen] - para.sums[before.start]) > 3 * para.em or seen <= before.start:
        return
    lines[-2:] = [_line(para, before.start, seen, ()), _line(para, cut, last.end, ())]
    lines[-1].last = True
