"""What waits for a station's computers: receipts and other downward bundles, kept until a later one says all they say."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update

from studio_desk.hub import tables
from studio_desk.hub.database import Database
from studio_desk.hub.refusal import Refusal
from studio_desk.kernel import clock
from studio_desk.kernel.files import put_file
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say

_NAME: Final = re.compile(
    r"(?P<chain>[0-9]{6}-[0-9a-z.]{1,24}-to-[A-Z]{2,6}(?:-[0-9]{1,4}(?:\.[0-9a-z]{1,16})?)?)-(?P<first>[0-9]{6,})-(?P<last>[0-9]{6,})\.sdx"
)
PAGE: Final = 500
"""Most lines of one listing; the next one begins after the last."""


def chain_key(chain: str) -> str:
    """A downward chain as it stands in file names: `990000-1@SQ` is `990000-1-to-SQ` (`exchange.header.file_name`)."""
    return chain.replace("@", "-to-")


class Mailbox:
    """All mailboxes of the hub."""

    def __init__(self, database: Database, folder: Path) -> None:
        """Keep files in `folder/mail` under their digest."""
        self._database = database
        self.folder = folder / "mail"
        self.folder.mkdir(parents=True, exist_ok=True)

    def of(self, devices: Sequence[str]) -> MailSlot:
        """The transport that puts bundles into the mailboxes of these computers."""
        return MailSlot(self, tuple(devices))

    def post(self, devices: Sequence[str], source: Path | bytes, name: str, progress: Progress = silent) -> Path:
        """Put a sealed file into mailboxes; earlier mail that it covers goes.

        Raises:
            Problem: `MEDIUM_…` of the hub's disk.
        """
        said = _NAME.fullmatch(name)
        assert said is not None, name
        data = source if isinstance(source, bytes) else None
        if data is not None:
            sha256, size = hashlib.sha256(data).hexdigest(), len(data)
        else:
            assert isinstance(source, Path)
            with source.open("rb") as file:
                sha256, size = hashlib.file_digest(file, "sha256").hexdigest(), source.stat().st_size
        target = self.folder / f"{sha256}.sdx"
        put_file(target, source, progress)
        mail = tables.mail.c
        first, last = int(said["first"]), int(said["last"])
        row = {"name": name, "sha256": sha256, "size": size, "chain": said["chain"], "first": first, "last": last}
        row |= {"at": clock.now().timestamp(), "fetched": 0}
        with self._database.write() as c:
            for device in devices:
                covered = (mail.device == device, mail.chain == said["chain"], mail.first >= first, mail.last <= last)
                c.execute(delete(tables.mail).where(*covered))
                c.execute(insert(tables.mail).values(device=device, **row))
        return target

    def reached(self) -> dict[tuple[str, str], int]:
        """How far each computer's mail goes: (device, chain) to the last op's number."""
        mail = tables.mail.c
        query = select(mail.device, mail.chain, func.max(mail.last)).group_by(mail.device, mail.chain)
        with self._database.read() as c:
            return {(device, chain): int(last) for device, chain, last in c.execute(query)}

    def listing(self, device: str, after: int) -> dict[str, Any]:
        """What waits for a device behind a number, oldest first: `{box, items: [{seq, name, size, sha256}], more}`."""
        mail = tables.mail.c
        query = select(tables.mail).where(mail.device == device, mail.seq > after).order_by(mail.seq).limit(PAGE + 1)
        with self._database.read() as c:
            rows = c.execute(query).all()
        items = [{"seq": r.seq, "name": r.name, "size": r.size, "sha256": r.sha256} for r in rows[:PAGE]]
        return {"box": self._database.box, "items": items, "more": len(rows) > PAGE}

    def find(self, device: str, name: str) -> tuple[Path, str]:
        """The newest file of that name for a device, and its digest; notes that it was fetched.

        Raises:
            Refusal: 404 `NO_SUCH_MAIL`.
        """
        mail = tables.mail.c
        query = select(tables.mail).where(mail.device == device, mail.name == name).order_by(mail.seq.desc()).limit(1)
        with self._database.write(lasting=False) as c:
            row = c.execute(query).one_or_none()
            if row is not None:
                c.execute(update(tables.mail).where(mail.seq == row.seq).values(fetched=clock.now().timestamp()))
        path = self.folder / f"{row.sha256}.sdx" if row is not None else self.folder
        if row is None or not path.is_file():
            raise Refusal(404, "NO_SUCH_MAIL", say("没有这封回执，可能已有更新的。"), say("请重新收取（pull）。"))
        return path, str(row.sha256)

    def sweep(self) -> None:
        """Remove files that no mailbox names any more; those of the last hour stay, somebody may be reading them."""
        with self._database.read() as c:
            known = set(c.execute(select(tables.mail.c.sha256)).scalars())
        limit = clock.now().timestamp() - 3600
        for file in self.folder.glob("*.sdx"):
            if file.stem not in known and file.stat().st_mtime < limit:
                file.unlink(missing_ok=True)


class MailSlot:
    """The mailboxes of one station's computers as a way to carry bundles (`exchange.transports.Transport`)."""

    def __init__(self, mailbox: Mailbox, devices: tuple[str, ...]) -> None:
        """Post to `devices`."""
        self._mailbox, self._devices = mailbox, devices

    @property
    def label(self) -> str:
        """What stands in the custody of a bundle."""
        return say("网络")

    def put(self, source: Path | bytes, name: str, progress: Progress = silent) -> Path:
        """Post a file."""
        return self._mailbox.post(self._devices, source, name, progress)

    def list(self) -> list[Path]:
        """All files of the mailboxes."""
        return sorted(self._mailbox.folder.glob("*.sdx"))

    def free(self) -> int:
        """Bytes that still fit on the hub's disk."""
        return shutil.disk_usage(self._mailbox.folder).free
