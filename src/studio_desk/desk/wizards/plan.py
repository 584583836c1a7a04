"""What the first run is about to make, and making it (a job)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import language, say
from studio_desk.kinds import KINDS

if TYPE_CHECKING:
    from studio_desk.store.home import Home

What = Literal["station", "district", "restore", "rebuild", "sample"]


@dataclass
class Plan:
    """What the person chose so far.

    Attributes:
        folder: where the home shall be.
        what: which of the five ways.
        code: of the station (`SQ`) or district (six digits).
        name: its full name.
        computer: which of the station's computers this is; asked of one that takes the place of another.
        town: where the station is.
        operator: who works here (经办人).
        font_size: a key of `kernel.settings.FONT_POINTS`.
        passphrase: `""` for none.
        keyring: put the key into the system's keyring.
        backup: the file to restore.
        recovery: the recovery code of that backup, `""` when its passphrase is known.
    """

    folder: Path
    what: What = "station"
    code: str = ""
    name: str = ""
    computer: int = 1
    town: str = ""
    operator: str = ""
    font_size: str = "中"
    passphrase: str = ""
    keyring: bool = False
    backup: Path | None = None
    recovery: str = ""

    @property
    def role(self) -> str:
        """What a new home is."""
        return "district" if self.what == "district" else "station"

    @property
    def sample_folder(self) -> Path:
        """Where sample stations lie: beside the home, so that a real station can be made later."""
        return self.folder.with_name(f"{self.folder.name}-sample")


def make(plan: Plan, progress: Progress) -> Home:
    """Make, restore or open the home that was planned, with the settings of the first page.

    Raises:
        Problem: as `Home.create`, `backup.restore`, `story.demo.sample_home`.
    """
    from studio_desk.exchange import tables

    del tables  # importing them makes them part of every home
    home = {"restore": _restore, "sample": _sample}.get(plan.what, _create)(plan, progress)
    try:
        wanted = {"font_size": plan.font_size, "language": language()}
        if plan.operator:
            wanted["operator"] = plan.operator
        home.change_settings(home.settings.changed(**wanted))
    except BaseException:
        home.close()
        raise
    return home


def _create(plan: Plan, progress: Progress) -> Home:
    from studio_desk.exchange import rebuild
    from studio_desk.store.home import Home

    progress(0, 1, say("正在建立…"))
    home = Home.create(
        plan.folder,
        role=plan.role,
        code=plan.code,
        name=plan.name,
        shapes=KINDS,
        passphrase=plan.passphrase or None,
        use_keyring=plan.keyring,
        details={"town": plan.town},
        computer=plan.computer if plan.what == "rebuild" else 1,
    )
    if plan.what == "rebuild":
        rebuild.expect(home)
    return home


def _restore(plan: Plan, progress: Progress) -> Home:
    from studio_desk.store.backup import restore

    assert plan.backup is not None
    return restore(
        plan.backup,
        plan.folder,
        KINDS,
        passphrase=plan.passphrase or None,
        recovery=plan.recovery or None,
        progress=progress,
    )


def _sample(plan: Plan, progress: Progress) -> Home:
    from studio_desk.store.home import Home
    from studio_desk.story.demo import PASSPHRASE, sample_home

    path = sample_home(plan.sample_folder, progress=progress)
    return Home.open(path, shapes=KINDS, passphrase=PASSPHRASE)
