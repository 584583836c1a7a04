"""Tell what a file is by its first bytes, never by its name, and whether a record may carry it."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

Family = Literal["image", "document", "sound", "film", "text"]


@dataclass(frozen=True)
class FileType:
    """One type that a record may carry.

    Attributes:
        mime: its media type.
        family: what sort of thing it is.
        endings: file name endings that promise it.
    """

    mime: str
    family: Family
    endings: tuple[str, ...]


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
TYPES: Final = (
    FileType("image/jpeg", "image", ("jpg", "jpeg", "jpe", "jfif")),
    FileType("image/png", "image", ("png",)),
    FileType("image/webp", "image", ("webp",)),
    FileType("image/bmp", "image", ("bmp", "dib")),
    FileType("image/tiff", "image", ("tif", "tiff")),
    FileType("image/gif", "image", ("gif",)),
    FileType("application/pdf", "document", ("pdf",)),
    FileType("application/ofd", "document", ("ofd",)),
    FileType(f"{_OFFICE}wordprocessingml.document", "document", ("docx",)),
    FileType(f"{_OFFICE}spreadsheetml.sheet", "document", ("xlsx",)),
    FileType(f"{_OFFICE}presentationml.presentation", "document", ("pptx",)),
    FileType("application/x-ole-storage", "document", ("doc", "xls", "ppt", "wps", "et", "dps")),
    FileType("audio/mpeg", "sound", ("mp3",)),
    FileType("audio/wav", "sound", ("wav",)),
    FileType("audio/amr", "sound", ("amr",)),
    FileType("audio/mp4", "sound", ("m4a", "aac")),
    FileType("video/mp4", "film", ("mp4", "m4v", "mov", "3gp")),
    FileType("text/plain", "text", ("txt", "csv", "md")),
)
"""The list of allowed types; programs, web pages and drawings that can hold programs (SVG) are not on it."""

_BY_MIME: Final = {kind.mime: kind for kind in TYPES}
_BY_ENDING: Final = {ending: kind for kind in TYPES for ending in kind.endings}
_PHONE_IMAGES: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif"}
_ENTRIES: Final = 10_000


def recognise(data: bytes, name: str) -> FileType:
    """The type of a file's content.

    Args:
        data: the whole content.
        name: the file's name; a content that is not what the ending promises is refused.

    Raises:
        Problem: `FILE_EMPTY`, `NOT_AN_IMAGE`, `IMAGE_FROM_PHONE` (HEIC), `FILE_HAS_MACROS`, `FILE_TYPE_MISMATCH`,
            `FILE_TYPE_NOT_ALLOWED`.
    """
    if not data:
        raise Problem(
            "FILE_EMPTY", say("文件“{name}”是空的。", name=name), say("请重新扫描或拍照后再添加。"), file=name
        )
    ending = PurePath(name).suffix.lower().lstrip(".")
    promised = _BY_ENDING.get(ending)
    if data[4:8] == b"ftyp" and data[8:12] in _PHONE_IMAGES:
        raise Problem(
            "IMAGE_FROM_PHONE",
            say("“{name}”是手机的 HEIC 照片，这里打不开。", name=name),
            say("请在手机相机设置里选“兼容性最佳”(JPEG),或用微信发送后再保存。"),
            file=name,
        )
    found = _BY_MIME.get(_mime(data, name))
    if found is None or (found.family == "text" and promised is not found):
        if promised is not None and promised.family == "image":
            raise not_an_image(name)
        raise _not_allowed(name) if promised is None or found is None else _mismatch(name, ending)
    if (
        promised is None
        or promised.family == found.family == "image"
        or {promised.family, found.family} <= {"sound", "film"}
    ):
        return found
    if promised is not found:
        raise not_an_image(name) if promised.family == "image" else _mismatch(name, ending)
    return found


def not_an_image(name: str) -> Problem:
    """The Problem `NOT_AN_IMAGE`."""
    return Problem(
        "NOT_AN_IMAGE",
        say("“{name}”不是照片，或照片损坏了。", name=name),
        say("请用看图程序打开试试；打不开就重新拍照或扫描。原来的记录没有改动。"),
        file=name,
    )


def _mime(data: bytes, name: str) -> str:
    """The media type of the content, `""` when it is none of ours."""
    head = data[:16]
    for magic, mime in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"BM", "image/bmp"),
        (b"II*\0", "image/tiff"),
        (b"MM\0*", "image/tiff"),
        (b"GIF8", "image/gif"),
        (b"#!AMR", "audio/amr"),
        (b"ID3", "audio/mpeg"),
        (b"\xff\xfb", "audio/mpeg"),
        (b"\xff\xf3", "audio/mpeg"),
        (b"%PDF-", "application/pdf"),
    ):
        if head.startswith(magic):
            return mime
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:11] == b"M4A" else "video/mp4"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(data, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "_VBA_PROJECT".encode("utf-16-le") in data:
            raise _macros(name)
        return "application/x-ole-storage"
    return "text/plain" if _is_text(data) else ""


def _zipped(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = file.namelist()
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError):
        return ""
    if len(names) > _ENTRIES:
        return ""
    if any(entry.lower().endswith("vbaproject.bin") for entry in names):
        raise _macros(name)
    if "OFD.xml" in names:
        return "application/ofd"
    if "[Content_Types].xml" in names:
        for folder, kind in (("word/", "wordprocessingml.document"), ("xl/", "spreadsheetml.sheet")):
            if any(entry.startswith(folder) for entry in names):
                return _OFFICE + kind
        return f"{_OFFICE}presentationml.presentation" if any(e.startswith("ppt/") for e in names) else ""
    return ""


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def _not_allowed(name: str) -> Problem:
    return Problem(
        "FILE_TYPE_NOT_ALLOWED",
        say("“{name}”这种文件不能作附件。", name=name),
        say("可以添加照片、PDF、OFD、Word、Excel、录音、录像和文本；别的请先另存为 PDF。"),
        file=name,
    )


def _mismatch(name: str, ending: str) -> Problem:
    return Problem(
        "FILE_TYPE_MISMATCH",
        say("“{name}”的内容不是 {ending} 文件。", name=name, ending=ending),
        say("请确认文件没有改错扩展名、没有损坏，用相应程序打开后另存一份再添加。"),
        file=name,
    )


def _macros(name: str) -> Problem:
    return Problem(
        "FILE_HAS_MACROS",
        say("“{name}”里有宏程序，不能作附件。", name=name),
        say("请另存为不带宏的文件（docx、xlsx）或 PDF 再添加。"),
        file=name,
    )
