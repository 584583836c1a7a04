"""Set photos in a grid, each above its caption; a file that is no picture leaves a frame that says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio_desk.press.flow import Strip, draw_stack, stack_height
from studio_desk.press.ink import GREY, MM, Ink
from studio_desk.press.paragraph import Style, paragraph, paragraphs, prepare
from studio_desk.press.pictures import Unreadable, picture, proportion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio_desk.press.page import Photo, Photos

CAPTION = Style("song", 10, 14, "center")
LONG_CAPTION = Style("song", 10, 15, "justify")
CAPTION_LINES = 5

BETWEEN = 5 * MM
"""White space between pictures."""

UNREADABLE = "（照片文件无法显示）"


@dataclass(slots=True)
class _Placed:
    """A photo with the place it gets."""

    photo: Photo
    width: float
    height: float
    words: list[Strip]


class PhotoRow(Strip):
    """Pictures side by side."""

    __slots__ = ("_cell", "_places", "_tall")

    def __init__(self, places: list[_Placed], cell: float) -> None:
        self._tall = max(place.height for place in places)
        super().__init__(self._tall + max(stack_height(place.words) for place in places) + 3 * MM)
        self._places, self._cell = places, cell

    def draw(self, ink: Ink, x: float, top: float) -> None:
        """Each picture stands on the common foot line, its caption below."""
        foot = top - self._tall
        for number, place in enumerate(self._places):
            left = x + number * (self._cell + BETWEEN)
            at = left + (self._cell - place.width) / 2
            try:
                ink.picture(picture(place.photo.image, place.width, place.height), at, foot, place.width, place.height)
                ink.box(at, foot, place.width, place.height, rule=0.4, colour=GREY)
            except Unreadable:
                ink.box(at, foot, place.width, place.height, rule=0.4, colour=GREY)
                note = paragraph(prepare("song", UNREADABLE), CAPTION, place.width)
                draw_stack(note, ink, at, foot + place.height / 2 + 7)
            draw_stack(place.words, ink, left, foot - 1 * MM)


def photo_strips(photos: Sequence[Photo], width: float, *, columns: int, height: float) -> list[Strip]:
    """Rows of photos.

    Args:
        photos: In reading order.
        width: Of the text area in points.
        columns: At most so many side by side.
        height: Of one picture at most, in points.
    """
    columns = max(1, columns)
    cell = (width - (columns - 1) * BETWEEN) / columns
    strips: list[Strip] = []
    for first in range(0, len(photos), columns):
        places: list[_Placed] = []
        below: list[Strip] = []
        for photo in photos[first : first + columns]:
            try:
                shape = proportion(photo.image)
            except Unreadable:
                shape = 4 / 3
            wide = min(cell, height * shape)
            words = "　".join(word for word in (photo.caption, photo.taken) if word)
            style = replace(CAPTION, align="center")
            caption = paragraph(prepare("song", words), style, cell) if words else []
            if len(caption) > CAPTION_LINES:  # an essay: below the row, where it can flow
                number = len(places) + 1
                below += paragraphs(words, LONG_CAPTION, width, lead=f"（第{number}幅）")
                caption = []
            places.append(_Placed(photo, wide, wide / shape, caption))
        strips += [PhotoRow(places, cell), *below]
    return strips


def photos_strips(block: Photos, width: float, page: float) -> list[Strip]:
    """A `Photos` block; no picture is higher than a page."""
    return photo_strips(block.items, width, columns=block.columns, height=min(block.height_mm * MM, page - 30 * MM))
