"""Take bundles in piece by piece: one writer for each upload, nothing acknowledged before it is on the disk."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from studio_desk.exchange.limits import MAX_FILE, MIB
from studio_desk.hub import log, tables
from studio_desk.hub.database import Database
from studio_desk.hub.refusal import Refusal
from studio_desk.kernel import clock
from studio_desk.kernel.files import sync_folder
from studio_desk.kernel.words import say

MAX_CHUNK: Final = 4 * MIB
"""Most bytes of one `PATCH`: it is held in memory until its digest is right."""
LEASE: Final = 600
"""Seconds after which a writer that died is forgotten."""
DAY: Final = 86_400
_SPARE: Final = 256 * MIB
"""Bytes of the disk that uploads leave free."""
_FILE: Final = re.compile(r"([A-Z0-9]{2,6}-[0-9]{1,4})-([0-9a-f]{64})\.sdx")


@dataclass(frozen=True)
class Quotas:
    """How much a device may hand over.

    Attributes:
        bundle_bytes: most bytes of one bundle.
        day_bytes: most bytes in 24 hours.
        open_uploads: most uploads under way.
        part_seconds: an upload that nobody continued for so long is dropped.
        backlog: most bundles that wait for merging, of all devices.
    """

    bundle_bytes: int = MAX_FILE
    day_bytes: int = 4 * 1024 * MIB
    open_uploads: int = 4
    part_seconds: int = 3 * DAY
    backlog: int = 20_000


@dataclass(frozen=True)
class Point:
    """How far an upload is.

    Attributes:
        offset: bytes that are here for certain.
        length: bytes of the whole, `None` before the first piece.
        expires: when the part is dropped unless continued, seconds since 1970; 0 when it is complete or not begun.
    """

    offset: int
    length: int | None = None
    expires: float = 0

    @property
    def complete(self) -> bool:
        """Whether the whole bundle is here."""
        return self.offset == self.length


class Uploads:
    """Parts in the folder `parts`, whole bundles in `inbox`, both told of in the database."""

    def __init__(self, database: Database, folder: Path, quotas: Quotas, mark: str = "1-") -> None:
        """Use `folder`; its subfolders are made.

        Args:
            database: the hub's.
            folder: the hub's.
            quotas: how much a device may hand over.
            mark: begins the names of this worker's writers; those of its dead predecessor are forgotten here.
        """
        self._database, self._mark = database, mark
        self._done: dict[str, tuple[str, str, dict[str, int]]] = {}
        self.quotas = quotas
        self.parts, self.inbox = folder / "parts", folder / "inbox"
        for place in (self.parts, self.inbox):
            place.mkdir(parents=True, exist_ok=True)
        with database.write() as c:
            mine = tables.upload.c.writer.startswith(mark, autoescape=True)
            c.execute(update(tables.upload).where(mine).values(writer="", lease=0))

    def point(self, device: str, sha256: str) -> Point:
        """How far the upload of a bundle by a device is; 0 when it has not begun or has expired."""
        with self._database.read() as c:
            size = c.execute(select(tables.bundle.c.size).where(tables.bundle.c.sha256 == sha256)).scalar()
            if size is not None:
                return Point(int(size), int(size))
            row = c.execute(select(tables.upload).where(*_one(device, sha256))).one_or_none()
        if row is None or row.touched + self.quotas.part_seconds < clock.now().timestamp():
            return Point(0)
        return Point(self._offset(row), row.length, row.touched + self.quotas.part_seconds)

    def check(self, device: str, sha256: str, offset: int, length: int, size: int) -> Point:
        """Refuse early, before the body is read; the same is checked again when it is written.

        Args:
            device: who sends.
            sha256: digest of the whole bundle.
            offset: where the piece belongs.
            length: bytes of the whole.
            size: bytes of the piece.

        Returns:
            How far the upload is; complete when there is nothing to do.

        Raises:
            Refusal: 409 `WRONG_OFFSET`, `WRONG_LENGTH`; 413 `CHUNK_TOO_BIG`, `BUNDLE_TOO_BIG`; 429 `QUOTA_DAY`,
                `QUOTA_UPLOADS`; 503 `HUB_FULL`.
        """
        if size > MAX_CHUNK:
            raise _too_big("CHUNK_TOO_BIG", MAX_CHUNK)
        if length > self.quotas.bundle_bytes:
            raise _too_big("BUNDLE_TOO_BIG", self.quotas.bundle_bytes)
        here = self.point(device, sha256)
        if here.complete:
            return here
        if offset != here.offset:
            raise _wrong_offset(here.offset)
        if (here.length or length) != length or not 0 < size <= length - offset:
            raise Refusal(409, "WRONG_LENGTH", say("数据包的长度前后不一致。"), say("请重新发送这个数据包。"))
        if offset == 0:
            self._room(device, sha256, length)
        return here

    def append(self, device: str, sha256: str, offset: int, length: int, body: bytes) -> Point:
        """Write a piece that was verified; it is on the disk when this returns, and so is the last word about it.

        Raises:
            Refusal: as `check`; 423 `ANOTHER_WRITER`; 422 `DIGEST_WRONG`: the whole is not what was announced, all of
                it is dropped.
        """
        if self.check(device, sha256, offset, length, len(body)).complete:
            return Point(length, length)
        writer = self._mark + secrets.token_hex(12)
        self._claim(device, sha256, length, writer)
        try:
            here = self._take(device, sha256, offset, length, body)
        except BaseException:
            with suppress(SQLAlchemyError):  # what filled the disk may have filled the database's too
                self._release(device, sha256, writer)
            raise
        self._release(device, sha256, writer, here.offset)
        return here

    def let_go(self) -> None:
        """End this process's writers that are done, also those whose end the database would not take at first.

        Otherwise an upload that broke off on a full disk would be another writer's until the lease ends.
        """
        for writer in list(self._done):
            self._let_go(writer)

    def expire(self) -> int:
        """Drop parts that nobody continued, and files that no upload knows; answers how many uploads ended."""
        now = clock.now().timestamp()
        old = (tables.upload.c.touched < now - self.quotas.part_seconds, tables.upload.c.lease < now)
        with self._database.write() as c:
            gone = c.execute(select(tables.upload.c.device, tables.upload.c.sha256).where(*old)).all()
            c.execute(delete(tables.upload).where(*old))
            known = {
                self._part(d, s).name for d, s in c.execute(select(tables.upload.c.device, tables.upload.c.sha256))
            }
        for file in self.parts.iterdir():
            if file.name not in known and file.stat().st_mtime < now - LEASE:
                file.unlink(missing_ok=True)
        for device, sha256 in gone:
            self._part(device, sha256).unlink(missing_ok=True)
        return len(gone)

    def recover(self) -> int:
        """Tell the database of whole bundles whose last word was lost with a process; answers how many.

        Only the worker that merges does this: nobody else takes files out of the folder.

        A file whose bundle is done, or came from another computer as well, is left over and goes.
        """
        found = 0
        for file in sorted(self.inbox.iterdir()):
            named = _FILE.fullmatch(file.name)
            if named and self._arrived(named[1], named[2], file.stat().st_size):
                found += 1
            elif named and not self._waits(named[1], named[2]):
                file.unlink(missing_ok=True)
        return found

    def file(self, device: str, sha256: str) -> Path:
        """Where a whole bundle waits; its name tells the district's clerk which computer it came from."""
        return self.inbox / f"{device}-{sha256}.sdx"

    def _room(self, device: str, sha256: str, length: int) -> None:
        now = clock.now().timestamp()
        came, open_ = tables.bundle, tables.upload
        with self._database.read() as c:
            whole = c.execute(
                select(func.coalesce(func.sum(came.c.size), 0)).where(came.c.device == device, came.c.at > now - DAY)
            ).scalar_one()
            parts = c.execute(select(open_).where(open_.c.device == device)).all()
            waiting = c.execute(select(func.count()).where(came.c.state == "waiting")).scalar_one()
        others = [p for p in parts if p.sha256 != sha256 and p.touched > now - self.quotas.part_seconds]
        if int(whole) + sum(p.length for p in others) + length > self.quotas.day_bytes:
            raise Refusal(
                429,
                "QUOTA_DAY",
                say("这台电脑24小时内传的数据超过了限额（{n} MB）。", n=self.quotas.day_bytes // MIB),
                say("请过几小时再传，或用U盘报送。"),
                retry=3600,
            )
        if len(others) >= self.quotas.open_uploads:
            raise Refusal(
                429,
                "QUOTA_UPLOADS",
                say("这台电脑有{n}个数据包还没有传完。", n=len(others)),
                say("请先传完前面的；没传完的过几天会自动清除。"),
                retry=600,
            )
        if waiting >= self.quotas.backlog or shutil.disk_usage(self.parts).free < length + _SPARE:
            raise Refusal(503, "HUB_FULL", say("区级接收站暂时放不下。"), say("程序会稍后自动再试。"), retry=300)

    def _claim(self, device: str, sha256: str, length: int, writer: str) -> None:
        now = clock.now().timestamp()
        row = {"offset": 0, "length": length, "began": now, "touched": now, "writer": writer, "lease": now + LEASE}
        expired = tables.upload.c.touched < now - self.quotas.part_seconds
        try:
            with self._database.write(lasting=False) as c:
                c.execute(delete(tables.upload).where(*_one(device, sha256), expired, tables.upload.c.lease < now))
                taken = c.execute(
                    update(tables.upload)
                    .where(*_one(device, sha256), tables.upload.c.lease < now)
                    .values(writer=writer, lease=now + LEASE)
                ).rowcount
                if not taken:
                    c.execute(insert(tables.upload).values(device=device, sha256=sha256, **row))
        except IntegrityError:
            raise Refusal(
                423, "ANOTHER_WRITER", say("这个数据包正由另一个连接传送。"), say("程序会稍后自动再试。"), retry=1
            ) from None

    def _take(self, device: str, sha256: str, offset: int, length: int, body: bytes) -> Point:
        """Write a piece; the caller is the only writer."""
        here = self.point(device, sha256)  # another writer may have come in between
        if here.complete:
            return here
        if here.offset != offset:
            raise _wrong_offset(here.offset)
        self._write(self._part(device, sha256), offset, body)
        end = offset + len(body)
        if end == length:
            self._finish(device, sha256, length)
            return Point(end, length)
        return Point(end, length, clock.now().timestamp() + self.quotas.part_seconds)

    def _release(self, device: str, sha256: str, writer: str, offset: int | None = None) -> None:
        self._done[writer] = (device, sha256, {} if offset is None else {"offset": offset})
        self._let_go(writer)

    def _let_go(self, writer: str) -> None:
        if done := self._done.get(writer):
            device, sha256, said = done
            with self._database.write() as c:
                c.execute(
                    update(tables.upload)
                    .where(*_one(device, sha256), tables.upload.c.writer == writer)
                    .values(touched=clock.now().timestamp(), writer="", lease=0, **said)
                )
            self._done.pop(writer, None)

    def _write(self, part: Path, offset: int, body: bytes) -> None:
        with part.open("r+b" if part.exists() else "xb") as file:
            file.truncate(offset)  # what a writer left that died before it could acknowledge
            file.seek(offset)
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        if offset == 0:
            sync_folder(self.parts)

    def _finish(self, device: str, sha256: str, length: int) -> None:
        part = self._part(device, sha256)
        with part.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256:
            part.unlink()
            with self._database.write() as c:
                c.execute(delete(tables.upload).where(*_one(device, sha256)))
            raise Refusal(
                422,
                "DIGEST_WRONG",
                say("收到的数据包与声明的摘要不符，已丢弃。"),
                say("请重新发送；如果反复出现，请用U盘报送。"),
            )
        part.replace(self.file(device, sha256))
        sync_folder(self.inbox)
        self._arrived(device, sha256, length)

    def _arrived(self, device: str, sha256: str, size: int) -> bool:
        """Tell the database of a whole bundle; False when it knew."""
        row: dict[str, Any] = {
            "sha256": sha256,
            "device": device,
            "size": size,
            "at": clock.now().timestamp(),
            "state": "waiting",
            **dict.fromkeys(("outcome", "code", "sender", "chain"), ""),
            **dict.fromkeys(("tries", "first", "last", "merged"), 0),
        }
        try:
            with self._database.write() as c:
                c.execute(delete(tables.upload).where(*_one(device, sha256)))
                c.execute(insert(tables.bundle).values(**row))
                log.keep(c, [("arrived", device, sha256, "")])
        except IntegrityError:  # told already, or the same file came from another device at the same time
            with self._database.write() as c:
                c.execute(delete(tables.upload).where(*_one(device, sha256)))
            return False
        return True

    def _waits(self, device: str, sha256: str) -> bool:
        came = tables.bundle.c
        with self._database.read() as c:
            row = c.execute(select(came.device, came.state).where(came.sha256 == sha256)).one_or_none()
        return row is not None and row.device == device and row.state == "waiting"

    def _part(self, device: str, sha256: str) -> Path:
        return self.parts / f"{device}-{sha256}.part"

    def _offset(self, row: Row[Any]) -> int:
        """What is certain: told of and on the disk."""
        try:
            return min(int(row.offset), self._part(row.device, row.sha256).stat().st_size)
        except OSError:
            return 0


def _one(device: str, sha256: str) -> tuple[Any, Any]:
    return tables.upload.c.device == device, tables.upload.c.sha256 == sha256


def _wrong_offset(offset: int) -> Refusal:
    return Refusal(
        409,
        "WRONG_OFFSET",
        say("数据包已收到{n}字节，请从那里接着传。", n=offset),
        say("程序会自动接着传。"),
        headers={"Upload-Offset": str(offset)},
        offset=offset,
    )


def _too_big(code: str, limit: int) -> Refusal:
    return Refusal(
        413,
        code,
        say("数据太大：一次最多{n} MB。", n=limit // MIB),
        say("请用U盘报送，或请区级管理员放宽限额。"),
        limit=limit,
    )
