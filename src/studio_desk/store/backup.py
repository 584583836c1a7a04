"""Proved backups in one file, automatic ones thinned out, and restoring into a new home under a new chain."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from studio_desk.kernel import clock
from studio_desk.kernel.files import medium_problem, put_file
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import archive, snapshot
from studio_desk.store import home as homes
from studio_desk.store.beside import beside
from studio_desk.store.file import SCHEMA, damaged
from studio_desk.store.keys import KeyFile, keyring_status
from studio_desk.store.thinning import thin

if TYPE_CHECKING:
    from studio_desk.store.home import Home
    from studio_desk.store.journal import Shape

APART: Final = timedelta(minutes=30)
"""Automatic backups are at least this far apart."""
_LAST_AT, _LAST_FILE = "backup.at", "backup.file"


@dataclass(frozen=True)
class Backup:
    """A backup that was read back and opened.

    Attributes:
        file: where it lies.
        at: local time it was made.
        bytes: its size.
        facts: what its database holds.
        second: the second copy, when a folder for one is set and could be written.
        trouble: why there is no second copy although one is wanted.
    """

    file: Path
    at: str
    bytes: int
    facts: snapshot.Facts
    second: Path | None = None
    trouble: Problem | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer of `backup` on the command line."""
        counts = {"records": self.facts.records, "attachments": self.facts.attachments, "verified": True}
        return {"file": str(self.file), "at": self.at, "bytes": self.bytes, "code": self.facts.code, **counts}


@dataclass(frozen=True)
class Way:
    """How to get at the key of a backup: by what the caller has."""

    passphrase: str | None = None
    recovery: str | None = None
    key: bytes | None = None


@dataclass(frozen=True)
class Latest:
    """How old the newest backup is.

    Attributes:
        at: when it was made, `None` when there is none.
        file: where it was written.
        days: whole days since.
        level: `ok`, `yellow` or `red` by the settings.
    """

    at: datetime | None
    file: str
    days: int
    level: Literal["ok", "yellow", "red"]


def backup(home: Home, to: Path, progress: Progress = silent) -> Backup:
    """Write one self-contained, proved file `<CODE>-<yyyymmdd-hhmmss>.sdbackup` into the folder `to`.

    A still copy is made inside the home, opened anew (HMAC of every page, structure, chains), packed, read back, and only
    then written to `to` through `put_file`. Nothing opens SQLite on a stick.

    Args:
        home: the open home.
        to: an existing folder; on a stick or anywhere else.
        progress: told step by step.

    Raises:
        Problem: `FILE_DAMAGED` (exit 3), `DISK_FULL`, `MEDIUM_…` (exit 5). Nothing is left behind.
        Cancelled: by `progress`; nothing is left behind.
    """
    if not to.is_dir():
        raise medium_problem(FileNotFoundError(2, "no such folder"), to)
    with snapshot.workshop(home.path / homes.BACKUPS) as work:
        copy, packed = work / archive.DATABASE, work / "packed"
        with home.file.read():  # nothing is written between the count and the copy
            wanted = snapshot.now(home.file)
            snapshot.copy(home.file, copy, progress)
        facts = snapshot.prove(copy, home.file.key)
        if facts != wanted:
            raise damaged(copy, "the copy holds something else")
        manifest = archive.write(packed, copy, _key_file(home), facts, progress)
        copy.unlink()
        target = to / archive.name_for(home.code, to)
        put_file(target, packed, progress)
        made = Backup(target, manifest.at, packed.stat().st_size, facts)
    with home.file.write():
        home.meta.set(_LAST_AT, made.at)
        home.meta.set(_LAST_FILE, str(target))
    return made


def automatic(home: Home, progress: Progress = silent, *, leaving: bool = False) -> Backup | None:
    """Back up into the home's own folder when half an hour has passed and something changed; thin the older ones.

    Args:
        home: the open home.
        progress: told step by step.
        leaving: the program ends: do not wait for the half hour.

    Returns:
        The backup, or `None` when none was due.

    Raises:
        Problem: as `backup`. A second copy that fails does not: it is told in `Backup.trouble`.
    """
    folder = home.path / homes.BACKUPS
    newest = max(_own(folder, home.code), default=None)
    if newest is not None:
        age = clock.now() - newest[0]
        if not leaving and timedelta(0) <= age < APART:
            return None
        if _state_of(newest[1]) == _state_now(home):
            return None
    snapshot.make_folder(folder)
    made = backup(home, folder, progress)
    _thin_out(folder, home.code)
    second = home.settings.second_backup_folder
    if not second:
        return made
    try:
        put_file(Path(second) / made.file.name, made.file, progress)
    except Problem as trouble:
        return replace(made, trouble=trouble)
    return replace(made, second=Path(second) / made.file.name)


def latest(home: Home) -> Latest:
    """The newest backup this home knows of, automatic or by hand, and how urgent the next one is."""
    own = max(_own(home.path / homes.BACKUPS, home.code), default=None)
    at, file = (own[0], str(own[1])) if own else (None, "")
    with suppress(ValueError):
        by_hand = datetime.fromisoformat(home.meta.get(_LAST_AT))
        if at is None or by_hand > at:
            at, file = by_hand, home.meta.get(_LAST_FILE)
    settings = home.settings
    days = max((clock.now() - at).days, 0) if at else 0
    level: Literal["ok", "yellow", "red"] = "ok"
    if at is None or days >= settings.backup_red_days:
        level = "red"
    elif days >= settings.backup_yellow_days:
        level = "yellow"
    return Latest(at, file, days, level)


def verify(
    file: Path,
    *,
    work: Path | None = None,
    passphrase: str | None = None,
    recovery: str | None = None,
    key: bytes | None = None,
    progress: Progress = silent,
) -> Backup:
    """Open a backup and check all of it: digests, key, HMAC of every page, structure, chains, counts.

    Args:
        file: the backup, on any medium.
        work: a folder on a local disk with room for the database, the system's temporary one when not given; what is
            put there is encrypted and removed again.
        passphrase: one way to the key.
        recovery: another, the recovery code.
        key: a third, the raw key (of a home that is open).
        progress: told in bytes.

    Raises:
        Problem: `NOT_A_BACKUP`, `BACKUP_DAMAGED` (exit 3), `WRONG_PASSPHRASE`, `NO_KEY`, `WRONG_RECOVERY_CODE`, `MEDIUM_…`.
    """
    with tempfile.TemporaryDirectory(prefix="studio-desk-", dir=work, ignore_cleanup_errors=True) as inside:
        manifest, _, _ = _open(file, Path(inside), Way(passphrase, recovery, key), progress)
    return Backup(file, manifest.at, _size(file), manifest.facts)


def restore(
    file: Path,
    to: Path,
    shapes: Iterable[Shape],
    *,
    passphrase: str | None = None,
    recovery: str | None = None,
    progress: Progress = silent,
) -> Home:
    """Make a new home of a backup, under a new chain (`device.incarnate`), and open it.

    Args:
        file: the backup, on any medium.
        to: a folder that does not exist or is empty.
        shapes: all kinds of record.
        passphrase: the passphrase of the backup; together with `recovery`, the new one.
        recovery: the recovery code, when the passphrase or the old computer is lost.
        progress: told step by step.

    Raises:
        Problem: `HOME_EXISTS`, `FOLDER_NOT_EMPTY`, `NO_KEY_PROTECTION`; as `verify`; `FILE_NEWER`.
    """
    to, shapes = to.resolve(), tuple(shapes)
    with beside(to) as temporary:
        manifest, keys, key = _open(file, temporary, Way(passphrase, recovery), progress)
        if manifest.facts.schema > SCHEMA:
            raise Problem(
                "FILE_NEWER",
                say("备份“{file}”是新版本的程序写的。", file=file.name),
                say("请先升级本程序，再恢复。"),
            )
        _settle(keys, key, passphrase if recovery else None)
        with homes.Home.open(temporary, shapes=shapes, key=key) as begun:
            begun.new_incarnation(say("从{at}的备份恢复。", at=manifest.at))
    return homes.Home.open(to, shapes=shapes, key=key)


def _open(file: Path, folder: Path, way: Way, progress: Progress) -> tuple[archive.Manifest, KeyFile, bytes]:
    """Extract into `folder`, unlock and prove; the manifest must tell what is really inside."""
    with archive.opened(file) as (inside, manifest, content):
        keys = KeyFile.parse(folder / archive.KEYS, content)
        key = way.key or (keys.unlock_with_recovery(way.recovery) if way.recovery else keys.unlock(way.passphrase))
        archive.extract(inside, manifest, folder / archive.DATABASE, progress)
    try:
        facts = snapshot.prove(folder / archive.DATABASE, key)
    except Problem as damage:
        raise archive.broken(file, str(damage.more.get("detail", ""))) from damage
    if facts != manifest.facts:
        raise archive.broken(file, archive.MANIFEST)
    return manifest, keys, key


def _settle(keys: KeyFile, key: bytes, new_passphrase: str | None) -> None:
    """Make the key file fit this computer: its own entry in the keyring, or a passphrase."""
    if new_passphrase:
        keys.change_passphrase(key, new_passphrase)
    had_keyring = keys.slots.pop("keyring", None) is not None  # that entry belongs to the home the backup was made of
    if had_keyring and keyring_status()["usable"]:
        with suppress(Problem):
            keys.add_keyring(key)
    if "passphrase" not in keys.slots and "keyring" not in keys.slots:
        raise Problem(
            "NO_KEY_PROTECTION",
            say("这台电脑的系统钥匙串用不了，备份里也没有口令。"),
            say("请用恢复码恢复，同时给一个新口令（命令行用 --passphrase-file）。"),
        )
    keys.save()


def _key_file(home: Home) -> bytes:
    try:
        return home.keys.path.read_bytes()
    except OSError as error:
        raise medium_problem(error, home.keys.path) from error


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise medium_problem(error, file) from error


def _own(folder: Path, code: str) -> list[tuple[datetime, Path]]:
    """The backups of this station in a folder, with their times."""
    try:
        names = sorted(folder.iterdir())
    except OSError:
        return []
    return [(at, path) for path in names if (at := archive.made_at(path.name, code))]


def _thin_out(folder: Path, code: str) -> None:
    own = _own(folder, code)
    kept = thin([at for at, _ in own], clock.now())
    for at, path in own:
        if at not in kept:
            with suppress(OSError):
                path.unlink()


def _state_of(file: Path) -> str:
    """The state a backup holds, `""` when it cannot be read (then a new one is made)."""
    with suppress(Problem), archive.opened(file) as (_, manifest, _):
        return manifest.facts.state
    return ""


def _state_now(home: Home) -> str:
    return snapshot.now(home.file).state
