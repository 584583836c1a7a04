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
_PROGRAM_NAMES: Final = (
    ".exe", ".com", ".scr", ".pif", ".cpl", ".msi", ".msp", ".bat", ".cmd", ".ps1", ".vbs", ".vbe", ".js", ".jse", ".wsf", ".wsh",
    ".hta", ".lnk", ".url", ".reg", ".jar", ".sh", ".desktop", ".htm", ".html", ".xhtml", ".mht", ".chm", ".svg",
)  # fmt: skip
"""Endings that a system runs, and pages and drawings that hold scripts. Source: Microsoft, "Blocked attachments in Outlook"."""
_PROGRAMS: Final = (b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"#!/", b"L\0\0\0\x01\x14\x02\0")  # fmt: skip
"""ELF, Java and fat Mach-O, Mach-O, script, Windows shortcut."""


def check_attachment(digest: str, data: bytes, claims: Iterable[str]) -> None:
    """Judge one attachment by its bytes and by the names that bodies give it (`docs/bundle-format.md` clause 9).

    Args:
        digest: its SHA-256.
        data: the whole file.
        claims: file names and MIME types that bodies use for it.

    Raises:
        Problem: `BLOB_PROGRAM`, `BLOB_MACRO`, `IMAGE_FALSE`, `IMAGE_BOMB`.
    """
    names = sorted(claims)
    name = next((n for n in names if "/" not in n), digest[:12])
    # Windows drops dots and blanks at the end of a name before it looks at the ending.
    if _is_program(data) or any(n.rstrip(". ").lower().endswith(_PROGRAM_NAMES) for n in names):
        raise refuse("BLOB_PROGRAM", name=name)
    if _has_macros(data):
        raise refuse("BLOB_MACRO", name=name)
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


def _has_macros(data: bytes) -> bool:
    """Whether a document of an office program brings macros; names of entries are never packed."""
    if data.startswith(b"PK\x03\x04"):
        return b"vbaproject.bin" in data.lower()
    return data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and "_VBA_PROJECT".encode("utf-16-le") in data


def _is_picture(data: bytes) -> bool:
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    if data[4:8] == b"ftyp":
        return data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif"}
    return data.startswith(_MAGIC)


def _pixels(data: bytes) -> tuple[int, int]:
    """Width and height as the file's head says; nothing is decoded. `(0, 0)` when the head is not understood."""
    if data.startswith(b"RIFF"):
        return _webp_pixels(data)
    if data.startswith(b"GIF8"):
        return _gif_pixels(data)
    from PIL import Image

    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                return image.size
    except MemoryError:
        raise  # the head of a picture that one can look at needs little
    except Exception:  # noqa: BLE001 - a stranger's file makes Pillow raise anything; such a picture shows as broken
        return 0, 0
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _webp_pixels(data: bytes) -> tuple[int, int]:
    """The same for WebP, whose decoder sets room for the whole canvas aside before it tells the size (RFC 9649 section 2)."""
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF


def _gif_pixels(data: bytes) -> tuple[int, int]:
    """The same for GIF, whose decoder fills the place of the first picture before it tells the size (GIF89a sections 18, 20)."""
    width, height, flags = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little"), data[10:11]
    at = 13 + _colors(flags)
    while data[at : at + 1] == b"!":  # an extension: its label, then blocks that tell their length; the last is empty
        at += 2
        while size := int.from_bytes(data[at : at + 1]):
            at += 1 + size
        at += 1
    if data[at : at + 1] == b",":
        left, top, wide, high = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (1, 3, 5, 7))
        width, height = max(width, left + wide), max(height, top + high)
    return width, height


def _colors(flags: bytes) -> int:
    """Bytes of the color table after these flags."""
    number = int.from_bytes(flags)
    return 3 << (number & 7) + 1 if number & 128 else 0
