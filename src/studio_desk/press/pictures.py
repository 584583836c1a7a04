"""Make a picture fit for paper: upright, without transparency, no larger than 300 dots an inch where it is printed.

A JPEG that needs no change passes through byte for byte.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.press.fonts import normalise

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 300
"""Dots an inch beyond which paper shows no more."""

MAX_PIXELS = 200_000_000
"""A picture claiming more is refused before it is decoded (a decompression bomb)."""

_SIDEWAYS = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as PDF stores it.

    Attributes:
        name: From its content, so that the same picture is stored once.
        width: In dots.
        height: In dots.
        space: "DeviceRGB" or "DeviceGray".
        filter: "DCTDecode" or "FlateDecode".
        data: The encoded dots.
    """

    name: str
    width: int
    height: int
    space: str
    filter: str
    data: bytes


class Unreadable(ValueError):  # noqa: N818 - a fact about a file, told on the page
    """The bytes are no picture; the page says so in its place."""


def _open(image: bytes | Path) -> Image:
    """Open a picture without decoding it.

    Raises:
        Unreadable: When it is none, or too large.
    """
    from PIL import Image as Pillow
    from PIL import UnidentifiedImageError

    try:
        source = io.BytesIO(image if isinstance(image, bytes) else image.read_bytes())
        limit, Pillow.MAX_IMAGE_PIXELS = Pillow.MAX_IMAGE_PIXELS, None
        try:
            found = Pillow.open(source)
        finally:
            Pillow.MAX_IMAGE_PIXELS = limit
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError) as bad:
        raise Unreadable(str(bad)) from bad
    if found.width * found.height > MAX_PIXELS:
        raise Unreadable(normalise(f"{found.width} x {found.height}"))
    return found


def proportion(image: bytes | Path) -> float:
    """Width by height, seen upright.

    Raises:
        Unreadable: When it is no picture.
    """
    found = _open(image)
    sideways = found.getexif().get(_ORIENTATION, 1) in _SIDEWAYS
    return found.height / found.width if sideways else found.width / found.height


def picture(image: bytes | Path, width_pt: float, height_pt: float) -> Picture:
    """The picture for a place of this size.

    Args:
        image: Bytes or file.
        width_pt: Width of the place in points, upright.
        height_pt: Its height.

    Raises:
        Unreadable: When it is no picture or damaged.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    found = _open(image)
    turned = found.getexif().get(_ORIENTATION, 1) != 1
    raw = image if isinstance(image, bytes) else image.read_bytes()
    enough = max(width_pt, height_pt) / 72 * DPI
    if found.format == "JPEG" and found.mode in {"RGB", "L"} and not turned and max(found.size) <= 1.5 * enough:
        try:
            found.load()
        except (OSError, SyntaxError, ValueError) as bad:
            raise Unreadable(str(bad)) from bad
        space = "DeviceRGB" if found.mode == "RGB" else "DeviceGray"
        return _named(found.width, found.height, space, "DCTDecode", raw)
    try:
        if found.format == "JPEG":
            found.draft("RGB", (int(enough), int(enough)))
        upright = ImageOps.exif_transpose(found)
        if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
            layer = upright.convert("RGBA")
            upright = Pillow.new("RGB", layer.size, "white")
            upright.paste(layer, mask=layer.getchannel("A"))
        plain = upright.convert("L" if upright.mode in {"1", "L", "I;16"} else "RGB")
        plain.thumbnail((int(enough) + 1, int(enough) + 1), Pillow.Resampling.LANCZOS)
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError) as bad:
        raise Unreadable(str(bad)) from bad
    space = "DeviceGray" if plain.mode == "L" else "DeviceRGB"
    if found.format in {"JPEG", "MPO", "WEBP"}:
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=88, optimize=True)
        return _named(plain.width, plain.height, space, "DCTDecode", out.getvalue())
    return _named(plain.width, plain.height, space, "FlateDecode", zlib.compress(plain.tobytes(), 6))


def _named(width: int, height: int, space: str, coding: str, data: bytes) -> Picture:
    return Picture("P" + hashlib.sha256(data).hexdigest()[:16], width, height, space, coding, data)
