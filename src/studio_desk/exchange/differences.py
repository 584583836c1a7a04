"""What really changes when one content takes the place of another, part by part: one comparison for every sort of list."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal

from studio_desk.kernel.canon import canon
from studio_desk.kernel.words import passage, say, series
from studio_desk.store.list_parts import Part
from studio_desk.store.list_words import choice_word, labels

How = Literal["added", "removed", "altered", "moved", "more"]
"""`moved`: the same rows in another order; `more`: how many differences are not listed."""
MOST: Final = 60
"""Differences of one content; the rest is counted."""
_LINES: Final = 400
"""Paragraphs of a text that are matched with each other; a longer passage is compared one by one."""
_LONG, _AROUND = 160, 12
"""Letters of a value that are shown, and those around the changed place of a long paragraph."""
_ALIKE: Final = 0.3
"""Two paragraphs that have less in common are one that went and one that came."""


@dataclass(frozen=True)
class Difference:
    """One thing that is different.

    Attributes:
        how: see `How`.
        what: the part, with the name of its row.
        old: what it says now, `""` for nothing.
        new: what it will say, `""` for nothing.
    """

    how: How
    what: str
    old: str = ""
    new: str = ""

    def as_json(self) -> dict[str, str]:
        """`{how, what, old, new}`."""
        return asdict(self)


def compare(
    parts: Sequence[Part],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    named: Callable[[str], str] = str,
) -> list[Difference]:
    """What is different in `new`.

    Args:
        parts: the shape of both, top level.
        old: what holds now, empty for nothing.
        new: what comes.
        named: what a named value (`values`) is called.
    """
    found: list[Difference] = []
    for part in parts:
        was, now = _value(old, part.name), _value(new, part.name)
        if was == now:
            continue
        if part.form == "rows":
            found += _rows(part, was or [], now or [])
        elif part.form == "values":
            found += _values(was or {}, now or {}, named)
        elif part.form == "text":
            found += _text(_label(part), was or "", now or "")
        else:
            found.append(_one(_label(part), _shown(part, was), _shown(part, now)))
    return found


def listed(found: Sequence[Difference]) -> list[Difference]:
    """The first `MOST`, and how many there are beside them."""
    rest = len(found) - MOST
    return [*found[:MOST], *([Difference("more", say("还有{n}处没有列出。", n=rest))] if rest > 0 else [])]


def summary(found: Sequence[Difference]) -> str:
    """How many places are different, in a sentence."""
    counts = {how: sum(one.how == how for one in found) for how in ("added", "removed", "altered", "moved")}
    told = [
        words
        for how, words in (
            ("added", say("新增{n}处", n=counts["added"])),
            ("removed", say("删去{n}处", n=counts["removed"])),
            ("altered", say("改动{n}处", n=counts["altered"])),
            ("moved", say("调整次序{n}处", n=counts["moved"])),
        )
        if counts[how]
    ]
    return say("与现在的相比：{changes}。", changes=series(told)) if told else say("与现在的相比没有不同。")


def told(one: Mapping[str, str] | Difference) -> str:
    """One difference on a line of its own."""
    said = one.as_json() if isinstance(one, Difference) else one
    head = heading(said)
    if said["how"] == "altered":
        return say("{what}：{old} → {new}", what=head, old=said["old"] or "—", new=said["new"] or "—")
    value = said["new"] or said["old"]
    return say("{left}：{right}", left=head, right=value) if value else head


def heading(said: Mapping[str, str]) -> str:
    """How and what: 新增指标“走访”."""
    return {
        "added": say("新增{what}", what=said["what"]),
        "removed": say("删去{what}", what=said["what"]),
        "altered": say("改{what}", what=said["what"]),
        "moved": say("{what}只改了次序", what=said["what"]),
    }.get(said["how"], said["what"])


def _value(content: Mapping[str, Any], name: str) -> Any:
    """A value, or `None` for one that says nothing."""
    found = content.get(name)
    return None if found in ("", [], {}) else found


def _label(part: Part) -> str:
    return labels().get(part.path, part.name)


def _shown(part: Part, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if isinstance(value, list):
        return series(map(str, value))
    return choice_word(part.path, str(value)) if part.form == "choice" else _cut(str(value))


def _one(what: str, old: str, new: str) -> Difference:
    how: How = "altered" if old and new else "added" if new else "removed"
    return Difference(how, what, old, new)


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else text[:_LONG] + "…"


# --- rows --------------------------------------------------------------------------------------------------------


def _rows(part: Part, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[Difference]:
    """Rows are the same by their first column; those that are equal throughout are set aside first."""
    first = part.columns[0].name
    waiting: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    gone, come = _without(old, new), _without(new, old)
    for row in gone:
        waiting[str(row.get(first, ""))].append(row)
    for row in come:
        name = _row_name(part, row)
        if same := waiting[str(row.get(first, ""))]:
            yield from _cells(part, name, same.pop(0), row)
        else:
            yield Difference("added", name, new=_cut(_told_row(part, row)))
    for row in (row for rows in waiting.values() for row in rows):
        yield Difference("removed", _row_name(part, row), old=_cut(_told_row(part, row)))
    if not gone and not come:
        yield Difference("moved", _label(part))


def _without(rows: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows that are not among others, each as often as it is more often."""
    left = Counter(map(canon, others))
    found = []
    for row in rows:
        if left[said := canon(row)]:
            left[said] -= 1
        else:
            found.append(row)
    return found


def _row_name(part: Part, row: Mapping[str, Any]) -> str:
    return passage(_label(part), f"“{str(row.get(part.columns[0].name, ''))[:60]}”")


def _columns(part: Part, *rows: Mapping[str, Any]) -> list[Part]:
    """The columns beside the name, and further figures that these rows have."""
    known = {one.name for one in part.columns}
    more = sorted({name for row in rows for name in row} - known)
    return [*part.columns[1:], *(Part(f"{part.path}.{name}", "line", needed=False) for name in more)]


def _cells(part: Part, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for column in _columns(part, old, new):
        was, now = _value(old, column.name), _value(new, column.name)
        if was != now:
            what = say("{row}的{column}", row=name, column=_label(column))
            yield Difference("altered", what, _shown(column, was), _shown(column, now))


def _told_row(part: Part, row: Mapping[str, Any]) -> str:
    said = [(column, _value(row, column.name)) for column in _columns(part, row) if column.path in labels()]
    return series(f"{_label(column)} {_shown(column, value)}" for column, value in said if value is not None)


# --- named values and texts --------------------------------------------------------------------------------------


def _values(old: Mapping[str, Any], new: Mapping[str, Any], named: Callable[[str], str]) -> Iterator[Difference]:
    for name in [*new, *(name for name in old if name not in new)]:
        was, now = _value(old, name), _value(new, name)
        if was != now:
            any_form = Part(name, "line", needed=False)
            yield _one(say("“{label}”", label=named(name)), _shown(any_form, was), _shown(any_form, now))


def _text(label: str, old: str, new: str) -> Iterator[Difference]:
    """Paragraph by paragraph; a text that was not there before, or goes, is one thing."""
    a, b = ([line.strip() for line in text.splitlines() if line.strip()] for text in (old, new))
    if not a or not b:
        said = passage(_cut("".join((b or a)[:1])), say("（共{n}字）", n=len(new or old)))
        if a or b:
            yield _one(label, said if a else "", said if b else "")
        return
    if a == b:
        return
    for how, (i, k), (j, m) in _blocks(a, b):
        pairs = list(zip(a[i:k], b[j:m], strict=False)) if how == "replace" else []
        for n, (was, now) in enumerate(pairs):
            if SequenceMatcher(None, was, now, autojunk=False).quick_ratio() < _ALIKE:
                yield Difference("removed", say("{text}第{n}段", text=label, n=i + n + 1), old=_cut(was))
                yield Difference("added", say("{text}第{n}段", text=label, n=j + n + 1), new=_cut(now))
            else:
                yield Difference("altered", say("{text}第{n}段", text=label, n=j + n + 1), *_around(was, now))
        for n in range(i + len(pairs), k):
            yield Difference("removed", say("{text}第{n}段", text=label, n=n + 1), old=_cut(a[n]))
        for n in range(j + len(pairs), m):
            yield Difference("added", say("{text}第{n}段", text=label, n=n + 1), new=_cut(b[n]))


def _blocks(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
    """Runs of paragraphs that differ; bounded work whatever somebody wrote."""
    head = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    most = min(len(a), len(b)) - head
    tail = next((n for n in range(most) if a[-1 - n] != b[-1 - n]), most)
    inner = a[head : len(a) - tail], b[head : len(b) - tail]
    if max(map(len, inner)) > _LINES:
        yield "replace", (head, len(a) - tail), (head, len(b) - tail)
        return
    for how, i, k, j, m in SequenceMatcher(None, *inner, autojunk=False).get_opcodes():
        if how != "equal":
            yield how, (head + i, head + k), (head + j, head + m)


def _around(old: str, new: str) -> tuple[str, str]:
    """Two long paragraphs without what they have in common before and after the place that changed."""
    if max(len(old), len(new)) <= _AROUND * 4:
        return old, new
    least = min(len(old), len(new))
    head = next((n for n in range(least) if old[n] != new[n]), least)
    tail = next((n for n in range(least - head) if old[-1 - n] != new[-1 - n]), least - head)
    start, stop = max(head - _AROUND, 0), max(tail - _AROUND, 0)
    return tuple(  # type: ignore[return-value]
        ("…" if start else "") + _cut(text[start : len(text) - stop]) + ("…" if stop else "") for text in (old, new)
    )
