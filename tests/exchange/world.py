"""A small world for tests of the exchange: a district, stations, a stick; all of them real homes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio_desk.exchange import enrol, inbox, outbox, receipts, tables
from studio_desk.exchange.outcomes import Outcome
from studio_desk.kernel.problem import Problem
from studio_desk.kinds.attachment import KIND as ATTACHMENT
from studio_desk.record.kind import Kind
from studio_desk.store.home import Home
from tests.store.conftest import PASSPHRASE, SLIP

SHAPES = (SLIP, ATTACHMENT)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"
assert tables.imported is not None  # the exchange's tables belong to every home


class World:
    """Homes below one folder; `stick` is the medium between them."""

    shapes: tuple[Kind, ...] = SHAPES

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.homes: dict[str, Home] = {}
        self.trips = 0

    def home(self, name: str, code: str, role: str, computer: int = 1) -> Home:
        made = Home.create(
            self.folder / name,
            role=role,
            code=code,
            name=f"{code}名",
            shapes=self.shapes,
            passphrase=PASSPHRASE,
            use_keyring=False,
            computer=computer,
        )
        self.homes[name] = made
        return made

    def district(self, code: str = "990000") -> Home:
        return self.home(code, code, "district")

    def station(self, district: Home | None, code: str = "SQ") -> Home:
        """A station, enrolled at the district when one is given."""
        station = self.home(code, code, "station")
        if district is not None:
            self.enrol(district, station)
        return station

    def second(self, district: Home, code: str = "SQ", computer: int = 2) -> Home:
        """A further computer of a station, enrolled."""
        made = self.home(f"{code}-{computer}", code, "station", computer)
        self.enrol(district, made)
        return made

    def twin(self, name: str) -> Home:
        """A copy of a home's folder, opened on another computer."""
        self.homes[name].close()
        shutil.copytree(self.folder / name, self.folder / f"{name}+")
        self.reopen(name)
        return self.reopen(f"{name}+")

    def meet(self, district: Home, *stations: Home, rounds: int = 3) -> list[Outcome]:
        """Every station hands over what it has and takes back what waits; answers what came of the last round."""
        outcomes: list[Outcome] = []
        for _ in range(rounds):
            outcomes = []
            for station in stations:
                self.trips += 1
                there, back = self.folder / f"there{self.trips}", self.folder / f"back{self.trips}"
                there.mkdir()
                back.mkdir()
                with suppress(Problem):
                    outcomes += take(district, *(s.file for s in outbox.export(station, there).files))
                outcomes += take(station, *receipts.write(district, station.code, back).files)
        return outcomes

    def enrol(self, district: Home, station: Home) -> None:
        request, shown = enrol.request(station, self.stick)
        answer = enrol.accept(district, request, self.stick, shown)
        enrol.install(station, answer.file, answer.district_fingerprint)

    def reopen(self, name: str) -> Home:
        if name in self.homes:
            self.homes[name].close()
        self.homes[name] = Home.open(self.folder / name, shapes=self.shapes, passphrase=PASSPHRASE)
        return self.homes[name]

    def close(self) -> None:
        for home in self.homes.values():
            home.close()


def write(home: Home, title: str, **values: Any) -> str:
    """One record; answers its uid."""
    return home.journal.write("slip", {"day": "2026-03-06", "title": title, "state": "已登记", **values}).uid


def photo(home: Home, uid: str, data: bytes = JPEG, name: str = "村口.jpg") -> str:
    """A photo on a record; answers its digest."""
    from studio_desk.store import blobs

    digest = blobs.keep(home, data)
    values = {"parent": uid, "name": name, "mime": "image/jpeg", "size": len(data), "sha256": digest}
    home.journal.write("attachment", values)
    return digest


def send(station: Home, to: Path, **options: Any) -> Path:
    """Export; answers the one file that was written."""
    (sent,) = outbox.export(station, to, **options).files
    return sent.file


def take(home: Home, *files: Path, **options: Any) -> list[Outcome]:
    return inbox.receive(home, files, **options)


def words(outcomes: list[Outcome]) -> list[str]:
    return [outcome.outcome for outcome in outcomes]


def receipt(district: Home, station: str, to: Path) -> Path:
    return receipts.write(district, station, to).file


def cut(home: Home, dev: str, first: int, last: int, to: Path) -> Path:
    """A bundle of just these ops of an own chain, as an older export would have been; answers the file."""
    from studio_desk.exchange import trust_store
    from studio_desk.exchange.transports.folder import Folder
    from studio_desk.exchange.volumes import cut as volumes_of

    trust = trust_store.required(home)
    recipients = [c.archive for c in trust.of(trust.district)]
    (sent,) = outbox.send(home, volumes_of(home, dev, first, last), trust.district, recipients, Folder(to))
    return sent.file


def titles(home: Home) -> dict[str, str]:
    """Uid to title of all slips."""
    with home.file.read() as c:
        return {row[0]: row[1] for row in c.exec_driver_sql("SELECT uid, title FROM slip")}


def golden_district(world: World) -> Home:
    """A district with the golden bundles' key, which believes their signers."""
    from studio_desk.exchange import trust_store
    from studio_desk.exchange.home_keys import ARCHIVE, keys_of
    from studio_desk.exchange.trust import Computer
    from tests.golden import make

    home = world.district()
    home.keep_secret(ARCHIVE, make.DISTRICT)
    archive = keys_of(home).recipient

    def known(computers: Sequence[Computer]) -> list[Computer]:
        stations = [
            Computer(one.code, one.device, f"{one.code}名", sign, archive, one.revoked, "电脑遗失" * bool(one.revoked), one.sm2 or "")
            for sign, one in make.POLICY.signers.items()
        ]  # fmt: skip
        return [*(replace(own, archive=archive) for own in computers), *stations]

    trust_store.renew(home, known)
    return home
