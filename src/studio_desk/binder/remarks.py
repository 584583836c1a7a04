"""What the note sheet of a box says: how much is in it, whether it is sealed, what was missing and what changed since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from studio_desk.binder.covers import Label
from studio_desk.binder.items import Item
from studio_desk.binder.seal import Filing, Later, later_changes
from studio_desk.binder.thickness import box_mm
from studio_desk.record import paper

if TYPE_CHECKING:
    from studio_desk.store.home import Home


def remarks(
    home: Home, state: Filing, items: Sequence[Item], label: Label, *, masked: bool, last: bool
) -> Iterator[str]:
    """The paragraphs of 盒内文件情况说明, in Chinese.

    Args:
        home: where later changes are looked up.
        state: of the year.
        items: of this box.
        label: of this box.
        masked: telephone numbers are printed with their middle masked.
        last: the last box of its period; it tells of records that wait for a supplement.
    """
    pages = sum(item.pages for item in items)
    yield f"本盒归档文件共{len(items)}件、{pages}页，件号{label.range}。"
    yield f"装盒厚约{box_mm((item.pages for item in items), duplex=state.duplex):.0f}毫米，宜用{label.spine_mm}毫米盒脊。"
    if masked:
        yield "打印件中的电话号码已遮去中间几位，敏感图片不印；全文在电子档案中。"
    if not state.sealed:
        yield "本年度尚未归档封存，件号和盒号为暂编。"
        return
    for seal in state.seals:
        if any(state.seal_of(item) is seal for item in items):
            act = "归档封存" if seal is state.seals[0] else "补充归档"
            yield f"{paper.day(seal.day)}{act}，清单校验码{groups(seal.digest)}。"
    yield from _missing(state, items)
    for item in items:
        yield from _changes(home, state, item)
    waiting = [item for item in state.waiting if item.period == label.period]
    if last and waiting:
        codes = "、".join(item.reference for item in waiting)
        yield f"封存后又形成{len(waiting)}件，待补充归档：{codes}。"


def groups(digest: str) -> str:
    """The first 64 bits of a digest in four groups of four, as a person compares them."""
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4)).upper()


def _missing(state: Filing, items: Sequence[Item]) -> Iterator[str]:
    """What was missing when the items were sealed, one paragraph for each lack."""
    for what, words in _LACKS.items():
        numbers = [i.number for i in items if (seal := state.seal_of(i)) and what in seal.missing.get(i.uid, ())]
        if numbers:
            yield f"归档时{words}：件号{runs(numbers)}。"


_LACKS = {
    "NOT_FINISHED": "尚未审核或办结",
    "CONFLICT": "有待定的冲突",
    "NO_MINUTES": "没有会议纪要",
    "NO_SIGN_IN": "没有签到",
    "NO_PHOTO": "没有照片",
    "NO_FILE": "附件文件不全",
}
"""`Gap.what` of a record that can be filed all the same, in the words of the note sheet."""


def runs(numbers: Sequence[int]) -> str:
    """Item numbers, neighbours joined: `0001—0003、0007`."""
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return "、".join(f"{p[0]:04d}—{p[-1]:04d}" if len(p) > 1 else f"{p[0]:04d}" for p in parts)


def _changes(home: Home, state: Filing, item: Item) -> Iterator[str]:
    """What happened to an item after it was sealed."""
    seal = state.seal_of(item)
    later = later_changes(home, item, seal.cut) if seal else Later()
    if later.void:
        yield f"件号{item.shown}已于{paper.day(later.day)}作废：{later.reason}。"
    elif later.times:
        why = f"：{later.reason}" if later.reason else ""
        yield f"件号{item.shown}归档后更正{later.times}次，最近{paper.day(later.day)}{why}。"
