"""Look at an attached file before it is kept: a picture must be one, of a sane size, and nothing may be a program."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from typing import Final

from studio_desk.exchange.limits import MAX_PIXELS
from studio_desk.exchange.refusals import refuse

_PICTURES: Final = (".jpg", ".jpeg", ".jfif", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".heif")
_MAGIC: Final = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*",
)  # fmt: skip
_PROGRAMS: Final = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"#!/", b"L\0\0\0\x01\x14\x02\0")  # fmt: skip
"""ELF, Java and fat Mach-O, Mach-O, script, Windows shortcut."""


def check_attachment(digest: str, data: bytes, claims: Iterable[str]) -> None:
    """Judge one attachment by its bytes and by the names that bodies give it (`docs/bundle-format.md` clause 9).

    Args:
        digest: its SHA-256.
        data: the whole file.
        claims: file names and MIME types that bodies use for it.

    Raises:
        Problem: `BLOB_PROGRAM`, `IMAGE_FALSE`, `IMAGE_BOMB`.
    """
    names = sorted(claims)
    name = next((n for n in names if "/" not in n), digest[:12])
    if _is_program(data):
        raise refuse("BLOB_PROGRAM", name=name)
    picture = _is_picture(data)
    if not picture and any(n.lower().endswith(_PICTURES) or n.startswith("image/") for n in names):
        raise refuse("IMAGE_FALSE", name=name)
    if picture:
        width, height = _pixels(data)
        if width * height > MAX_PIXELS:
            raise refuse("IMAGE_BOMB", name=name, width=width, height=height)


def _is_program(data: bytes) -> bool:
    if data.startswith(b"MZ") and len(data) > 64:
        at = int.from_bytes(data[60:64], "little")
        return data[at : at + 2] in {b"PE", b"NE", b"LE", b"LX"}
    return data.startswith(_PROGRAMS)


def _is_picture(data: bytes) -> bool:
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    if data[4:8] == b"ftyp":
        return data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"}
    return data.startswith(_MAGIC)


def _pixels(data: bytes) -> tuple[int, int]:
    """Width and height as the file's head says; nothing is decoded. `(0, 0)` when the head is not understood."""
    from PIL import Image

    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                return image.size
    except Exception:  # noqa: BLE001 - a stranger's file makes Pillow raise anything; such a picture shows as broken
        return 0, 0
    finally:
        Image.MAX_IMAGE_PIXELS = before
