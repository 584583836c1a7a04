"""Take in a photo: prove that it is one, turn it upright, drop what the camera wrote into it, shrink it."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say
from studio_desk.store.file_types import not_an_image

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS: Final = 80_000_000
"""Largest picture that is decoded; a file of few bytes may claim any size."""
_PNG_MOST: Final = 2 << 20
"""A PNG without transparency that is larger becomes a JPEG."""
_PROFILE_MOST: Final = 1 << 16
_ORIGINAL_TIME, _TIME, _EXIF, _GPS = 36867, 306, 0x8769, 0x8825
"""EXIF tags (CIPA DC-008): DateTimeOriginal, DateTime, pointers to the EXIF and the GPS part."""


@dataclass(frozen=True)
class Picture:
    """A photo as it is kept.

    Attributes:
        data: the new file.
        mime: `image/jpeg` or `image/png`.
        width: pixels.
        height: pixels.
        taken: day it was taken by the camera's clock, ISO, `""` when unknown.
        located: the camera had written where it was taken.
    """

    data: bytes
    mime: str
    width: int
    height: int
    taken: str
    located: bool


def take_in(data: bytes, name: str, *, edge: int, quality: int, keep_geotag: bool) -> Picture:
    """The photo upright, at most `edge` pixels long, without camera data (the colour profile stays).

    Args:
        data: content of the file.
        name: its name, for the sentence.
        edge: longest edge in pixels.
        quality: of the JPEG, 60 to 95.
        keep_geotag: keep the coordinates, and nothing else of the camera's data.

    Raises:
        Problem: `NOT_AN_IMAGE`, `IMAGE_TOO_LARGE`, `IMAGE_HAS_PAGES`.
    """
    from PIL import Image, ImageOps

    with _decoding(data, name) as image:
        if getattr(image, "n_frames", 1) > 1 and image.format != "MPO":  # MPO: a phone's JPEG with a preview
            raise Problem(
                "IMAGE_HAS_PAGES",
                say("“{name}”里有{n}页（帧）图。", name=name, n=getattr(image, "n_frames", 1)),
                say("请把多页扫描件存为 PDF，动图存为一张照片，再添加。"),
                file=name,
            )
        exif = image.getexif()
        taken, place = _day(exif), dict(exif.get_ifd(_GPS))
        was_png = image.format in {"PNG", "GIF", "BMP"} or image.mode in {"1", "P"}
        profile = image.info.get("icc_profile")
        image.draft("RGB", (edge, edge))  # a JPEG of 50 megapixels is decoded small at once
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        extra: dict[str, object] = {}
        if isinstance(profile, bytes) and len(profile) <= _PROFILE_MOST and upright.mode in {"RGB", "L"}:
            extra["icc_profile"] = profile
        if keep_geotag and place:
            kept = Image.Exif()
            kept.get_ifd(_GPS).update(place)
            extra["exif"] = kept.tobytes()
        upright.info = {k: v for k, v in upright.info.items() if k == "transparency"}  # no comment, no XMP, no EXIF
        made, mime = _encode(upright, extra, quality, was_png=was_png)
        return Picture(made, mime, upright.width, upright.height, taken, bool(place))


def thumbnail(data: bytes, edge: int) -> bytes:
    """A small JPEG of a kept photo.

    Raises:
        Problem: `NOT_AN_IMAGE`, `IMAGE_TOO_LARGE`.
    """
    from PIL import ImageOps

    with _decoding(data, "") as image:
        image.draft("RGB", (edge, edge))
        small = ImageOps.exif_transpose(image)
        small.thumbnail((edge, edge))
        buffer = io.BytesIO()
        _flat(small).save(buffer, "JPEG", quality=80)
        return buffer.getvalue()


@contextmanager
def _decoding(data: bytes, name: str) -> Iterator[Image.Image]:
    """An opened image; whatever the decoder raises is `NOT_AN_IMAGE`."""
    from PIL import (
        BmpImagePlugin,
        GifImagePlugin,
        Image,
        JpegImagePlugin,
        PngImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    formats = (  # of the three dozen decoders that Pillow knows only these are let near a foreign file
        JpegImagePlugin.JpegImageFile.format,
        PngImagePlugin.PngImageFile.format,
        WebPImagePlugin.WebPImageFile.format,
        BmpImagePlugin.BmpImageFile.format,
        TiffImagePlugin.TiffImageFile.format,
        GifImagePlugin.GifImageFile.format,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of odd EXIF and of sizes that are refused here
            with Image.open(io.BytesIO(data), formats=formats) as image:
                _refuse_huge(image.width * image.height, name)
                yield image
    except Problem:
        raise
    except Image.DecompressionBombError:
        _refuse_huge(MAX_PIXELS + 1, name)
    except Exception as error:  # a damaged file makes decoders raise OSError, SyntaxError, struct.error and more
        raise not_an_image(name) from error


def _refuse_huge(pixels: int, name: str) -> None:
    if pixels > MAX_PIXELS:
        raise Problem(
            "IMAGE_TOO_LARGE",
            say("照片“{name}”太大，超过{n}百万像素。", name=name, n=MAX_PIXELS // 1_000_000),
            say("请用看图程序缩小后再添加。"),
            file=name,
        )


def _encode(image: Image.Image, extra: dict[str, object], quality: int, *, was_png: bool) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    see_through = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if was_png or see_through:
        plain = (
            image
            if image.mode in {"1", "L", "P", "RGB", "RGBA", "LA"}
            else image.convert("RGBA" if see_through else "RGB")
        )
        plain.save(buffer, "PNG", optimize=True, **extra)
        if see_through or buffer.tell() <= _PNG_MOST:
            return buffer.getvalue(), "image/png"
        buffer = io.BytesIO()
    _flat(image).save(buffer, "JPEG", quality=quality, optimize=True, **extra)
    return buffer.getvalue(), "image/jpeg"


def _flat(image: Image.Image) -> Image.Image:
    """Without transparency, on white; grey or colour."""
    from PIL import Image

    if image.mode in {"RGB", "L"}:
        return image
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        above = image.convert("RGBA")
        below = Image.new("RGB", image.size, "white")
        below.paste(above, mask=above.getchannel("A"))
        return below
    return image.convert("RGB")


def _day(exif: Image.Exif) -> str:
    told = exif.get_ifd(_EXIF).get(_ORIGINAL_TIME) or exif.get(_TIME) or ""
    match = re.match(r"(\d{4}):(\d{2}):(\d{2})", str(told))
    try:
        return date(*map(int, match.groups())).isoformat() if match else ""
    except ValueError:
        return ""
