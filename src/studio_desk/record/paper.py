"""How records turn into printed values: Chinese dates, masked numbers, tick boxes, names, the pictures that hang on a record."""

from __future__ import annotations

import typing
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from studio_desk.kernel.dates import first_day
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.press.page import Checks, Form, Photo, Photos, Row
from studio_desk.record.kind import VOID, Kind, Record
from studio_desk.record.look import Look

R = TypeVar("R", bound=Record)

BY_HAND = 11.0
"""Height of a row that can be filled by hand, in mm (print.md 2)."""
_DIGITS = "〇一二三四五六七八九"


def blank(kind: Kind) -> Record:
    """An empty record of a kind, for a form to be filled by hand."""
    return whole(kind.model(uid=""))


def whole(record: R) -> R:
    """The record with an empty text or list wherever it has no value, so that blank forms need no code of their own."""
    values = {k: v for k, v in vars(record).items() if not k.startswith("_")}
    for name, info in type(record).model_fields.items():
        if values.get(name) is None:
            empty = [] if typing.get_origin(info.annotation) is list else ""
            values[name] = empty if info.is_required() else info.get_default(call_default_factory=True)
    return type(record)(**values)


def day(value: str) -> str:
    """`2026年3月6日`, `2021年6月` or `2021年`, as precise as the date is known; `""` stays empty."""
    parts = [int(part) for part in value.split("-")] if first_day(value) else []
    return "".join(f"{number}{unit}" for number, unit in zip(parts, "年月日", strict=False))


def weekday(value: str) -> str:
    """`星期五` for a full date, else `""`."""
    full = len(value) == len("2026-03-06")
    return "星期" + "一二三四五六日"[date.fromisoformat(value).weekday()] if full else ""


def phone(value: str, look: Look) -> str:
    """A telephone number, its middle masked (`199****0001`) unless full print was asked for (print.md 2)."""
    if look.full or not value:
        return value
    shown = 3 if len(value) > 7 else 1
    return value[:shown] + "****" + value[-min(4, len(value) - shown) :] if len(value) > 4 else "****"


def ticks(key: str, *chosen: str, marks: tuple[tuple[str, bool], ...] = ()) -> Checks:
    """All words of a list as tick boxes, the chosen ones ticked, and yes-or-no fields after them."""
    after = yes(*marks)
    words = tuple(dict.fromkeys(filter(None, chosen)))
    return Checks((*vocabulary(key).words(), *after.options), (*words, *after.ticked))


def yes(*marks: tuple[str, bool]) -> Checks:
    """Yes-or-no fields as tick boxes, label and whether ticked."""
    return Checks(tuple(label for label, _ in marks), tuple(label for label, on in marks if on))


def names(look: Look, uids: Iterable[str]) -> str:
    """The titles of other records, joined by 、."""
    return "、".join(look.title(uid) for uid in uids if uid)


def lines(values: Iterable[str]) -> str:
    """Several values, each a paragraph; numbered when there are two or more."""
    told = [value for value in values if value]
    return "\n".join(f"{number}.{value}" for number, value in enumerate(told, 1)) if len(told) > 1 else "".join(told)


def money(fen: int | None) -> str:
    """An amount in fen as `1,234.50元`; `""` when there is none."""
    return "" if fen is None else f"{fen // 100:,}.{fen % 100:02d}元"


def span(start: str, end: str) -> str:
    """`09:30—11:00`, one time alone, or `""`."""
    return f"{start}—{end}" if start and end else start or end


def pictures(look: Look, uid: str, *wanted: str, without: tuple[str, ...] = ()) -> list[Photos]:
    """The pictures that hang on a record, in the order of their numbers; none when there is none.

    Pictures of class P2 are left out unless full print was asked for.

    Args:
        look: where the attachments and their bytes come from.
        uid: the record.
        wanted: only these kinds of the list `photo_kind`; all when empty.
        without: not these kinds.
    """
    items = []
    for row in look.children("attachment", "parent", uid) if uid else ():
        fits = (not wanted or row.get("photo_kind") in wanted) and row.get("photo_kind") not in without
        if not fits or row.get("state") == VOID or (row.get("personal") == "P2" and not look.full):
            continue
        if str(row.get("mime", "")).startswith("image/") and (image := look.photo(str(row.get("sha256", "")))):
            caption = str(row.get("caption") or row.get("photo_kind") or row.get("name") or "")
            items.append(Photo(image, caption, day(str(row.get("taken") or ""))))
    return [Photos(tuple(items))] if items else []


def numbered(number: int) -> str:
    """`一`, `十二`, `二十`: the number of a first-level heading (GB/T 9704-2012 7.3.3), up to 99."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones or not tens else "")


def text_of(value: Any) -> str:
    """A value as text, `""` for none."""
    return "" if value is None else str(value)


def form(record: Record, rows: Iterable[Row], label_mm: float = 24.0) -> Form:
    """A boxed form: rows of 11 mm to write in by hand when the record is blank, of 8 mm when there is nothing to write."""
    return Form(tuple(replace(row, min_height_mm=8.0) if _low(record, row) else row for row in rows), label_mm)


def _low(record: Record, row: Row) -> bool:
    ticked = all(isinstance(cell.value, Checks) for cell in row.cells)
    return row.min_height_mm == BY_HAND and (ticked or bool(record.uid))
