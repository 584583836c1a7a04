"""Put a file where it must stay: written, read back, renamed and synced, or a sentence that says why not."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studio_desk.kernel.problem import MEDIUM, Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = 1 << 20
_MARK: Final = ".studio-desk-"
_STALE: Final = 3600
"""Seconds after which a temporary file is taken for the leftover of a program that was killed."""

_FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_READ_ONLY: Final = {errno.EROFS, errno.EACCES, errno.EPERM}
_GONE: Final = {errno.ENOENT, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE, errno.ESHUTDOWN}
_BUSY: Final = {errno.EBUSY, errno.ETXTBSY}
_NAME: Final = {errno.ENAMETOOLONG, errno.EINVAL, errno.EISDIR, errno.ENOTDIR, errno.EILSEQ}

# Windows tells more than its errno, which folds a missing disk (21) into "access denied".
# Source: Microsoft, "System Error Codes".
_WINDOWS_FULL: Final = {39, 112, 223, 1295}
_WINDOWS_GONE: Final = {3, 15, 21, 31, 53, 55, 64, 67, 433, 483, 1006, 1117, 1167, 1617}
_WINDOWS_BUSY: Final = {32, 33}


def put_file(target: Path, source: Path | bytes, progress: Progress = silent) -> str:
    """Write `source` to `target` so that it is there after the stick is pulled or the power is cut.

    A temporary name in the same folder, write, fsync, read back from the medium and compare, rename, fsync the renamed
    file once more (on FAT the first fsync does not survive the rename, `quality.md`) and the folder. A file of that
    name is replaced in one step; when anything fails it is still the old one.

    Args:
        target: where it shall be; its folder must exist.
        source: a file that is streamed, or the bytes themselves.
        progress: told in bytes, written and read back (twice the size in all).

    Returns:
        The SHA-256 of the content, lower-case hex.

    Raises:
        Problem: `MEDIUM_…` with exit code `MEDIUM`, see `medium_problem`; `MEDIUM_CORRUPT` when what is read back differs.
    """
    return _put(target, source, 0o666, progress)


def write_private(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, readable by its owner alone (mode 0600), in one step that survives a power cut.

    Raises:
        Problem: as `put_file`.
    """
    _put(path, data, 0o600, silent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable; Windows has no such call and needs none (NTFS journals names).

    Raises:
        OSError: the folder is gone.
    """
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP, errno.EBADF}:  # some network systems sync no folders
            raise
    finally:
        os.close(handle)


def medium_problem(error: OSError, place: Path | str) -> Problem:
    """The sentence and remedy for an error of the operating system at `place` (a file, folder or stick).

    Returns:
        A Problem with exit code `MEDIUM` and one of the codes `MEDIUM_FULL`, `MEDIUM_READ_ONLY`, `MEDIUM_GONE`,
        `MEDIUM_BUSY`, `MEDIUM_NAME`, `MEDIUM_FAILED`.
    """
    number, windows = error.errno or 0, getattr(error, "winerror", None) or 0
    where = str(place)
    if windows in _WINDOWS_FULL or number in _FULL:
        code = "MEDIUM_FULL"
        sentence = say("“{place}”放不下：空间已满，或文件超过了它允许的大小。", place=where)
        remedy = say("请删去不用的文件，或换一个更大的U盘、文件夹，再做一次。")
    elif windows in _WINDOWS_BUSY or number in _BUSY:
        code = "MEDIUM_BUSY"
        sentence = say("“{place}”正被别的程序占用。", place=where)
        remedy = say("请关闭打开它的程序（看图、杀毒、同步软件等），再做一次。")
    elif windows in _WINDOWS_GONE or number in _GONE:
        code = "MEDIUM_GONE"
        sentence = say("找不到“{place}”，或读写到一半断开了。", place=where)
        remedy = say("请插好U盘或检查这个文件夹，再做一次；重复做不会出错。")
    elif number in _READ_ONLY:
        code = "MEDIUM_READ_ONLY"
        sentence = say("不能写入“{place}”：它是只读的，或没有权限。", place=where)
        remedy = say("请打开U盘的写保护开关，或换一个可以写入的文件夹，再做一次。")
    elif number in _NAME:
        code = "MEDIUM_NAME"
        sentence = say("“{place}”不能用作文件名或文件夹。", place=where)
        remedy = say("请换一个较短的、只含汉字、字母和数字的名字，再做一次。")
    else:
        code = "MEDIUM_FAILED"
        sentence = say("读写“{place}”时出错：{reason}。", place=where, reason=error.strerror or type(error).__name__)
        remedy = say("请换一个U盘或文件夹，再做一次。")
    return Problem(code, sentence, remedy, exit_code=MEDIUM, file=where)


def sweep(folder: Path, older_than: float = _STALE) -> int:
    """Remove temporary files that a killed program left in `folder`.

    Args:
        folder: any folder; one that cannot be read counts as clean.
        older_than: seconds since their last write; 0 when no other program can be writing there.

    Returns:
        How many were removed.
    """
    removed = 0
    with suppress(OSError):
        for leftover in folder.glob(f"{_MARK}*.part"):
            with suppress(OSError):
                if abs(time.time() - leftover.stat().st_mtime) >= older_than:
                    leftover.unlink()
                    removed += 1
    return removed


def _put(target: Path, source: Path | bytes, mode: int, progress: Progress) -> str:
    sweep(target.parent)
    temporary = target.parent / f"{_MARK}{secrets.token_hex(8)}.part"
    total = 2 * _size(source)
    try:
        wanted = _write(temporary, _blocks(source), mode, total, progress)
        if _read_back(temporary, total, progress) != wanted:
            raise _corrupt(target)
        temporary.replace(target)
        _sync_again(target)
    except OSError as error:
        raise medium_problem(error, target) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return wanted


def _size(source: Path | bytes) -> int:
    if isinstance(source, bytes):
        return len(source)
    try:
        return source.stat().st_size
    except OSError as error:
        raise medium_problem(error, source) from error


def _blocks(source: Path | bytes) -> Iterator[bytes]:
    """The content piece by piece; a source that cannot be read is named itself, not the target."""
    if isinstance(source, bytes):
        for start in range(0, len(source), _BLOCK):
            yield source[start : start + _BLOCK]
        return
    try:
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as error:
        raise medium_problem(error, source) from error


def _write(temporary: Path, blocks: Iterator[bytes], mode: int, total: int, progress: Progress) -> str:
    """Write and sync the temporary file; return the digest of what was meant."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    digest, done = hashlib.sha256(), 0
    with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
        for block in blocks:
            file.write(block)
            digest.update(block)
            done += len(block)
            progress(done, total, say("正在写入"))
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _read_back(temporary: Path, total: int, progress: Progress) -> str:
    """The digest of what the medium holds; the system's cached copy is dropped first where the system allows it."""
    digest, done = hashlib.sha256(), total // 2
    with temporary.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while block := file.read(_BLOCK):
            digest.update(block)
            done += len(block)
            progress(done, total, say("正在核对"))
    return digest.hexdigest()


def _sync_again(target: Path) -> None:
    with target.open("r+b") as file:  # Windows syncs only a handle that may write
        os.fsync(file.fileno())
    sync_folder(target.parent)


def _corrupt(target: Path) -> Problem:
    return Problem(
        "MEDIUM_CORRUPT",
        say("写到“{place}”的内容读回来不一样，没有留下这个文件。", place=target),
        say("这个U盘或磁盘可能坏了，请换一个，再做一次。"),
        exit_code=MEDIUM,
        file=str(target),
    )
