"""Attachments by digest inside the encrypted file: taken in, given back, shown small."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.kernel.words import say
from studio_desk.store import pictures
from studio_desk.store.file_types import recognise

if TYPE_CHECKING:
    from studio_desk.store.home import Home

MOST_BYTES: Final = 64 << 20
"""Largest file that is taken in."""


@dataclass(frozen=True)
class Kept:
    """A file that is now in the home.

    Attributes:
        sha256: its digest: the name of the attachment.
        size: bytes as kept.
        mime: its media type.
        name: the name it came with.
        width: pixels of a photo, else 0.
        height: pixels of a photo, else 0.
        taken: ISO day a photo was taken, `""` when unknown.
        located: a photo had coordinates in it (dropped unless the settings keep them).
    """

    sha256: str
    size: int
    mime: str
    name: str
    width: int = 0
    height: int = 0
    taken: str = ""
    located: bool = False

    def as_json(self) -> dict[str, Any]:
        """The answer of `attach` on the command line."""
        return {"sha256": self.sha256, "mime": self.mime, "size": self.size, "name": self.name}


def put(home: Home, source: bytes | Path, name: str = "") -> Kept:
    """Take a file in: photos upright, shrunk and without camera data, other allowed types as they are.

    The same file twice is kept once. The settings say how large a photo stays and whether its coordinates do.

    Args:
        home: the open home.
        source: the file, or its content (pasted, dragged).
        name: its name when `source` is its content.

    Raises:
        Problem: `NOT_AN_IMAGE`, `IMAGE_TOO_LARGE`, `IMAGE_HAS_PAGES`, `IMAGE_FROM_PHONE`, `FILE_EMPTY`, `FILE_TOO_LARGE`,
            `FILE_TYPE_NOT_ALLOWED`, `FILE_TYPE_MISMATCH`, `FILE_HAS_MACROS`, `MEDIUM_…`. Nothing is kept then.
    """
    name = name or (source.name if isinstance(source, Path) else say("粘贴的图片"))
    data = source if isinstance(source, bytes) else _read(source)
    if len(data) > MOST_BYTES:
        raise _too_large(name)
    found = recognise(data, name)
    if found.family != "image":
        return Kept(keep(home, data), len(data), found.mime, name)
    settings = home.settings
    picture = pictures.take_in(
        data, name, edge=settings.photo_edge, quality=settings.photo_quality, keep_geotag=settings.keep_geotag
    )
    return Kept(
        keep(home, picture.data),
        len(picture.data),
        picture.mime,
        name,
        picture.width,
        picture.height,
        picture.taken,
        picture.located,
    )


def keep(home: Home, data: bytes) -> str:
    """Keep bytes as they are under their digest, and return it; for what was verified already (a bundle's blob)."""
    told = hashlib.sha256(data).hexdigest()
    with home.file.write() as c:
        c.exec_driver_sql("INSERT OR IGNORE INTO blob (sha256, size, data) VALUES (?, ?, ?)", (told, len(data), data))
    return told


def get(home: Home, sha256: str) -> bytes:
    """The content of an attachment.

    Raises:
        Problem: `NO_SUCH_ATTACHMENT`; `ATTACHMENT_DAMAGED` (exit 3) when it is not what its digest says.
    """
    with home.file.read() as c:
        data = c.exec_driver_sql("SELECT data FROM blob WHERE sha256 = ?", (sha256,)).scalar()
    if data is None:
        raise Problem(
            "NO_SUCH_ATTACHMENT",
            say("附件 {digest} 不在这里。", digest=sha256[:12]),
            say("它可能还没有随数据包送到；请向原来的站点要一次完整的报送。"),
            sha256=sha256,
        )
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Problem(
            "ATTACHMENT_DAMAGED",
            say("附件 {digest} 损坏了。", digest=sha256[:12]),
            say("请从备份恢复，或重新添加原来的文件。"),
            exit_code=DAMAGED,
            sha256=sha256,
        )
    return bytes(data)


def missing(home: Home, digests: Iterable[str]) -> list[str]:
    """Which of these attachments are not here, in the given order, each once."""
    with home.file.read() as c:
        return [
            digest
            for digest in dict.fromkeys(digests)
            if c.exec_driver_sql("SELECT 1 FROM blob WHERE sha256 = ?", (digest,)).first() is None
        ]


def thumbnail(home: Home, sha256: str, edge: int = 160) -> bytes:
    """A small JPEG of a photo, at most `edge` pixels long.

    Raises:
        Problem: as `get`; `NOT_AN_IMAGE` for a file that is no photo.
    """
    return pictures.thumbnail(get(home, sha256), edge)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise medium_problem(error, path) from error


def _too_large(name: str) -> Problem:
    return Problem(
        "FILE_TOO_LARGE",
        say("“{name}”太大，附件最大{n}MB。", name=name, n=MOST_BYTES >> 20),
        say("录像请剪短，扫描件请降低分辨率后再添加。"),
        file=name,
    )
