"""Open homes for the command line: the default place, and a few kept open between the calls of one `rpc`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio_desk.kernel.problem import Problem

if TYPE_CHECKING:
    from studio_desk.store.home import Home

KEPT = 8
"""Homes kept open at most."""


def default_home() -> Path:
    """Where a home lies when nobody says otherwise, by the rules of each system."""
    import platformdirs

    return Path(platformdirs.user_data_path("studio-desk", appauthor=False))


@dataclass
class _Open:
    home: Home
    passphrase: str | None
    print: tuple[int, int]


class Homes:
    """Homes by folder. Without `keep` each is closed after its use.

    A kept home is used again only when the same passphrase is offered and the database on disk is still the same file;
    otherwise it is closed and opened anew.
    """

    def __init__(self, *, keep: bool = False) -> None:
        self._keep = keep
        self._open: OrderedDict[Path, _Open] = OrderedDict()

    @contextmanager
    def use(self, folder: Path, passphrase: str | None, ask: Callable[[], str] | None = None) -> Iterator[Home]:
        """The home in `folder`, open.

        Args:
            folder: the home.
            passphrase: what unlocks it where no keyring serves.
            ask: asks a person for the passphrase, when one can be asked.

        Raises:
            Problem: as `Home.open`.
        """
        from studio_desk.store import lists

        key = folder.absolute()
        kept = self._open.pop(key, None)
        if kept is not None and (kept.passphrase != passphrase or kept.print != _print(folder)):
            kept.home.close()
            kept = None
        if kept is None:
            kept = _Open(_open(folder, passphrase, ask), passphrase, _print(folder))
        else:
            lists.lay(kept.home)  # another home may have put its own in force since
        try:
            yield kept.home
        except BaseException as error:
            # After a refusal the file is as before; after anything else it is opened anew.
            if not self._keep or not isinstance(error, Problem):
                kept.home.close()
            else:
                self._put(key, kept)
            raise
        if self._keep:
            self._put(key, kept)
        else:
            kept.home.close()

    def close(self, folder: Path | None = None) -> None:
        """Close one kept home, or all."""
        for key in [folder.absolute()] if folder is not None else list(self._open):
            if kept := self._open.pop(key, None):
                kept.home.close()

    def _put(self, key: Path, kept: _Open) -> None:
        self._open[key] = kept
        while len(self._open) > KEPT:
            self._open.popitem(last=False)[1].home.close()


def know_all_tables() -> None:
    """Make the exchange's tables part of the file's description before a home is made or opened."""
    from studio_desk.exchange import tables

    del tables


def open_with(folder: Path, recovery: str) -> Home:
    """Open a home by its recovery code.

    Raises:
        Problem: `WRONG_RECOVERY_CODE`, `RECOVERY_CODE_MISTYPED`; as `Home.open`.
    """
    from studio_desk.kinds import KINDS
    from studio_desk.store.home import KEYS, Home
    from studio_desk.store.keys import KeyFile

    know_all_tables()
    key = KeyFile.load(folder / KEYS).unlock_with_recovery(recovery)
    return Home.open(folder, shapes=KINDS, key=key)


def _open(folder: Path, passphrase: str | None, ask: Callable[[], str] | None) -> Home:
    from studio_desk.kinds import KINDS
    from studio_desk.store.home import Home

    know_all_tables()
    try:
        return Home.open(folder, shapes=KINDS, passphrase=passphrase)
    except Problem as problem:
        if problem.code != "NO_KEY" or ask is None:
            raise
        return Home.open(folder, shapes=KINDS, passphrase=ask())


def _print(folder: Path) -> tuple[int, int]:
    """Which file the database is; a folder that was replaced has another."""
    from studio_desk.store.home import DATABASE

    try:
        found = (folder / DATABASE).stat()
    except OSError:
        return (0, 0)
    return (found.st_dev, found.st_ino)
