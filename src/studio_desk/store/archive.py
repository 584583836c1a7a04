"""The backup file `.sdbackup`: a ZIP of the encrypted database, its key file and a manifest; written and read."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from studio_desk.kernel import clock
from studio_desk.kernel.canon import canon
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store.snapshot import Facts

FORMAT: Final = 1
DATABASE, KEYS, MANIFEST = "desk.db", "desk.key", "manifest.json"
_NAME: Final = re.compile(r"([A-Z]{2,6}|[0-9]{6})-(\d{8}-\d{6})(?:-\d+)?\.sdbackup")
_BLOCK: Final = 1 << 20
_SMALL: Final = 1 << 20
"""Most bytes of the key file and the manifest."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `restore` and `verify` compare it with what is really inside.

    Attributes:
        at: local time it was made.
        facts: what the database holds.
        files: SHA-256 of the database and the key file, by name.
        size: bytes of the database.
    """

    at: str
    facts: Facts
    files: dict[str, str]
    size: int


def name_for(code: str, folder: Path) -> str:
    """A free name `SQ-20261122-115541.sdbackup` in `folder`."""
    stem = f"{code}-{clock.now():%Y%m%d-%H%M%S}"
    names = (f"{stem}{tail}.sdbackup" for tail in ("", *(f"-{n}" for n in range(2, 1000))))
    return next(name for name in names if not (folder / name).exists())


def made_at(name: str, code: str = "") -> datetime | None:
    """When the backup of that file name was made; `None` for a file that is none (of the station `code`)."""
    match = _NAME.fullmatch(name)
    if not match or (code and match.group(1) != code):
        return None
    try:
        return datetime.strptime(match.group(2), "%Y%m%d-%H%M%S").replace(tzinfo=clock.CHINA)
    except ValueError:
        return None


def write(archive: Path, database: Path, keys: bytes, facts: Facts, progress: Progress = silent) -> Manifest:
    """Pack a backup on a local disk and read every byte of it back.

    The ZIP stores its members as they are: the database is encrypted and does not shrink.

    Args:
        archive: the file to make.
        database: the proved copy.
        keys: content of the key file.
        facts: what `snapshot.prove` found in the copy.
        progress: told in bytes, written and read.

    Raises:
        Problem: `MEDIUM_…`; `BACKUP_DAMAGED` (exit 3) when it does not read back as written.
    """
    try:
        size = database.stat().st_size
        with zipfile.ZipFile(archive, "x", zipfile.ZIP_STORED) as file:
            with file.open(_entry(DATABASE), "w", force_zip64=True) as target, database.open("rb") as source:
                told = _pour(source, target, 0, 2 * size, progress)
            file.writestr(_entry(KEYS), keys)
            manifest = Manifest(clock.stamp(), facts, {DATABASE: told, KEYS: hashlib.sha256(keys).hexdigest()}, size)
            file.writestr(_entry(MANIFEST), canon(_as_json(manifest)))
    except OSError as error:
        raise medium_problem(error, archive) from error
    with opened(archive) as (inside, found, _):
        if found != manifest or _digest(inside, size, progress) != told:
            raise broken(archive, "does not read back as written")
    return manifest


@contextmanager
def opened(archive: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest, bytes]]:
    """A backup file, its manifest and the content of its key file, whose digest was checked.

    Raises:
        Problem: `NOT_A_BACKUP`, `BACKUP_DAMAGED` (exit 3), `FILE_NEWER`, `MEDIUM_…`.
    """
    with _reading(archive):
        file = zipfile.ZipFile(archive)
    with file:
        with _reading(archive):
            if sorted(file.namelist()) != sorted((DATABASE, KEYS, MANIFEST)):
                raise not_a_backup(archive)
            manifest = _read_manifest(archive, _small(file, MANIFEST))
            keys = _small(file, KEYS)
            if hashlib.sha256(keys).hexdigest() != manifest.files[KEYS]:
                raise broken(archive, KEYS)
        yield file, manifest, keys


def extract(file: zipfile.ZipFile, manifest: Manifest, target: Path, progress: Progress = silent) -> None:
    """Write the database of an open backup to `target` and compare its digest.

    Raises:
        Problem: `BACKUP_DAMAGED` (exit 3), `MEDIUM_…`.
    """
    archive = Path(str(file.filename))
    if file.getinfo(DATABASE).file_size != manifest.size:
        raise broken(archive, DATABASE)
    try:
        with target.open("xb") as copy, _reading(archive), file.open(DATABASE) as source:
            told = _pour(source, copy, 0, manifest.size, progress)
    except OSError as error:
        raise medium_problem(error, target) from error
    if told != manifest.files[DATABASE]:
        raise broken(archive, DATABASE)


def broken(archive: Path, detail: str) -> Problem:
    """The Problem `BACKUP_DAMAGED` (exit 3)."""
    return Problem(
        "BACKUP_DAMAGED",
        say("备份“{file}”损坏了，不能使用。", file=archive.name),
        say("请换另一份备份；没有别的备份时，请与区里联系：区里存有本站报送过的数据。"),
        exit_code=DAMAGED,
        file=str(archive),
        detail=detail,
    )


def not_a_backup(archive: Path) -> Problem:
    """The Problem `NOT_A_BACKUP`."""
    return Problem(
        "NOT_A_BACKUP",
        say("“{file}”不是备份文件。", file=archive.name),
        say("备份文件的名字像 SQ-20261122-115541.sdbackup，请重新选择。"),
        file=str(archive),
    )


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, clock.now().timetuple()[:6])


def _pour(source: IO[bytes], target: IO[bytes] | None, done: int, total: int, progress: Progress) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        if target is not None:
            target.write(block)
        done += len(block)
        progress(min(done, total), total, say("正在写备份") if target else say("正在核对备份"))
    return digest.hexdigest()


@contextmanager
def _reading(archive: Path) -> Iterator[None]:
    """Errors of reading the ZIP as a Problem; a flipped bit in a header raises almost anything."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error) as error:
        raise (broken(archive, str(error)) if _begins_like_one(archive) else not_a_backup(archive)) from error
    except OSError as error:
        if error.errno is None or error.errno == errno.EINVAL:  # a seek to nowhere: an offset in a header is wrong
            raise broken(archive, str(error)) from error
        raise medium_problem(error, archive) from error
    except (EOFError, RuntimeError, ValueError, OverflowError, struct.error) as error:
        raise broken(archive, str(error)) from error


def _digest(file: zipfile.ZipFile, size: int, progress: Progress) -> str:
    with _reading(Path(str(file.filename))), file.open(DATABASE) as source:
        return _pour(source, None, size, 2 * size, progress)


def _small(file: zipfile.ZipFile, name: str) -> bytes:
    with file.open(name) as source:
        data = source.read(_SMALL + 1)
    if len(data) > _SMALL:
        raise broken(Path(str(file.filename)), name)
    return data


def _as_json(manifest: Manifest) -> dict[str, Any]:
    files = {"files": manifest.files, "size": manifest.size}
    return {"format": FORMAT, "at": manifest.at, "facts": manifest.facts.as_json(), **files}


def _read_manifest(archive: Path, data: bytes) -> Manifest:
    try:
        found = json.loads(data.decode("utf-8"))
        if found["format"] > FORMAT:
            raise Problem(
                "FILE_NEWER",
                say("备份“{file}”是新版本的程序写的。", file=archive.name),
                say("请先升级本程序，再恢复。"),
            )
        read = Manifest(found["at"], Facts(**found["facts"]), found["files"], found["size"])
        fits = canon(_as_json(read)).encode() == data and set(read.files) == {DATABASE, KEYS}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise broken(archive, MANIFEST) from error
    if not fits:
        raise broken(archive, MANIFEST)
    return read


def _begins_like_one(archive: Path) -> bool:
    """Whether a file that is no ZIP any more began as one of ours (cut short), or is some other file."""
    with archive.open("rb") as file:
        return archive.suffix == ".sdbackup" or file.read(4) == b"PK\x03\x04"
