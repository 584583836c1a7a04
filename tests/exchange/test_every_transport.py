"""What every way to carry a bundle must do: written and read back, listed, measured, and a plain sentence when it fails."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from studio_desk.exchange import outbox
from studio_desk.exchange.transports import Transport
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.transports.https import Outgoing
from studio_desk.exchange.transports.usb import Stick, mounted, sticks
from studio_desk.kernel import files
from studio_desk.kernel.problem import MEDIUM, Problem
from studio_desk.store import custody
from tests.exchange.world import World, write


def folder(place: Path) -> Transport:
    return Folder(place)


def stick(place: Path) -> Transport:
    """A stick as Linux tells of it: a removable device, one partition, mounted with a blank in its name."""
    system = place.parent / "system"
    (system / "sdz" / "sdz1").mkdir(parents=True, exist_ok=True)
    (system / "sdz" / "removable").write_text("1\n", encoding="ascii")
    escaped = str(place).replace(" ", "\\040")
    (system / "mounts").write_text(
        f"sysfs /sys sysfs rw 0 0\n/dev/sdz1 {escaped} vfat rw 0 0\n/dev/sda1 / ext4 rw 0 0\n", encoding="utf-8"
    )
    (found,) = sticks(system, system / "mounts")
    return found


def queue(place: Path) -> Transport:
    """What waits to go over the network lies in a folder of the home first."""
    return Outgoing(place, "the hub of my stick")


TRANSPORTS: dict[str, Callable[[Path], Transport]] = {"folder": folder, "usb": stick, "https": queue}
"""A newcomer adds one line."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    made = tmp_path / "my stick"
    made.mkdir()
    return made


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest, place: Path) -> Transport:
    return TRANSPORTS[request.param](place)


def refusal(call: Callable[..., object], *args: object) -> str:
    with pytest.raises(Problem) as refused:
        call(*args)
    assert refused.value.exit_code == MEDIUM
    assert refused.value.sentence
    assert refused.value.remedy
    return refused.value.code


def test_bytes_and_files_are_put_and_listed(transport: Transport, tmp_path: Path):
    data = os.urandom(300_000)
    source = tmp_path / "source"
    source.write_bytes(data)
    one = transport.put(data, "b.sdx")
    two = transport.put(source, "a.sdx")
    transport.put(b"x", "note.txt")
    assert one.read_bytes() == two.read_bytes() == data
    assert [p.name for p in transport.list()] == ["a.sdx", "b.sdx"]
    assert source.exists()


def test_the_same_name_is_replaced(transport: Transport):
    transport.put(b"old", "a.sdx")
    assert transport.put(b"new", "a.sdx").read_bytes() == b"new"
    assert len(transport.list()) == 1


def test_nothing_unfinished_is_listed(transport: Transport, place: Path):
    (place / ".studio-desk-0123.part").write_bytes(b"x")
    (place / ".hidden.sdx").write_bytes(b"x")
    (place / "folder.sdx").mkdir()
    (place / "link.sdx").symlink_to("/etc/passwd")
    (place / "UPPER.SDX").write_bytes(b"x")
    assert [p.name for p in transport.list()] == ["UPPER.SDX"]


def test_it_has_a_name_and_room(transport: Transport):
    assert "my stick" in transport.label
    assert transport.free() > 0


def test_progress_counts_to_the_end(transport: Transport):
    told: list[tuple[int, int]] = []
    transport.put(os.urandom(3 << 20), "a.sdx", lambda done, total, _: told.append((done, total)))
    assert told[-1][0] == told[-1][1]


def test_a_full_medium(transport: Transport, monkeypatch: pytest.MonkeyPatch, place: Path):
    monkeypatch.setattr(Folder, "free", lambda self: 2)
    assert refusal(transport.put, b"abc", "a.sdx") == "MEDIUM_FULL"
    monkeypatch.undo()

    def full(*args: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    assert refusal(transport.put, b"abc", "a.sdx") == "MEDIUM_FULL"
    assert list(place.iterdir()) == []


def test_a_read_only_medium(transport: Transport, monkeypatch: pytest.MonkeyPatch, place: Path):
    def locked(*args: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(files.os, "open", locked)
    assert refusal(transport.put, b"abc", "a.sdx") == "MEDIUM_READ_ONLY"


def test_a_medium_that_is_gone(transport: Transport, place: Path, monkeypatch: pytest.MonkeyPatch):
    def gone(*args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "fsync", gone)
        assert refusal(transport.put, b"abc", "a.sdx") == "MEDIUM_GONE"
    place.rmdir()
    assert refusal(transport.list) == "MEDIUM_GONE"
    assert refusal(transport.free) == "MEDIUM_GONE"


def test_a_medium_that_lies(transport: Transport, place: Path, monkeypatch: pytest.MonkeyPatch):
    whole = files._read_back
    monkeypatch.setattr(files, "_read_back", lambda *args: hashlib.sha256(whole(*args).encode()).hexdigest())
    assert refusal(transport.put, b"abc", "a.sdx") == "MEDIUM_CORRUPT"
    assert list(place.iterdir()) == []


def test_an_export_that_fails_has_packed_nothing(world: World, monkeypatch: pytest.MonkeyPatch):
    district = world.district()
    station = world.station(district)
    uid = write(station, "一")
    monkeypatch.setattr(Folder, "free", lambda self: 2)
    assert refusal(outbox.export, station, world.stick) == "MEDIUM_FULL"
    assert custody.words(station, [uid]) == {uid: "final"}
    assert not list(station.path.glob("outbox-*"))
    # The mark only ever errs on the safe side: it was written before the first byte could have left.
    assert station.read_mark()["seq"] == 1
    monkeypatch.undo()
    outbox.export(station, world.stick)
    assert custody.words(station, [uid]) == {uid: "packed"}


def test_the_mark_is_written_before_the_bundle_leaves(world: World, monkeypatch: pytest.MonkeyPatch):
    station = world.station(world.district())
    write(station, "一")
    seen: list[int] = []

    class Watching(Folder):
        def put(self, source, name, progress=lambda *_: None):
            seen.append(station.read_mark()["seq"])
            seen.append(custody.packed_to(station)["SQ-1"])
            return super().put(source, name, progress)

    outbox.export(station, Watching(world.stick))
    assert seen == [1, 1]


def test_a_folder_is_made_but_never_where_a_stick_was(tmp_path: Path):
    assert Folder(tmp_path / "new" / "deep").put(b"x", "a.sdx").exists()
    assert refusal(Folder(Path("/media/nobody/STICK/out")).put, b"x", "a.sdx") == "MEDIUM_GONE"
    (tmp_path / "file").write_bytes(b"")
    assert refusal(Folder(tmp_path / "file").put, b"x", "a.sdx").startswith("MEDIUM_")


def test_a_stick_that_was_pulled_is_not_written_to(place: Path):
    there = stick(place)
    (place.parent / "system" / "mounts").write_text("/dev/sda1 / ext4 rw 0 0\n", encoding="ascii")
    assert refusal(there.put, b"x", "a.sdx") == "MEDIUM_GONE"
    assert list(place.iterdir()) == []


def test_fixed_disks_are_no_sticks(tmp_path: Path):
    system = tmp_path / "block"
    for name, removable in (("sda", "0"), ("sdb", "1"), ("sdc", "0"), ("sr0", "x")):
        (system / name / f"{name}1").mkdir(parents=True)
        (system / name / "removable").write_text(removable, encoding="ascii")
    usb = tmp_path / "devices" / "pci0" / "usb1" / "1-1" / "sdc"
    usb.mkdir(parents=True)
    (system / "sdc" / "device").symlink_to(usb)
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /media/a\\040b\\134c vfat rw 0 0\n/dev/sdc /mnt/disk exfat rw 0 0\n"
        "/dev/sdc1 /mnt/part exfat rw 0 0\ntmpfs /run tmpfs rw 0 0\nbroken\n",
        encoding="utf-8",
    )
    assert mounted(system, mounts) == [Path("/media/a b\\c"), Path("/mnt/disk"), Path("/mnt/part")]
    assert mounted(tmp_path / "no", mounts) == []
    assert mounted(system, tmp_path / "no") == []
    assert isinstance(sticks(), list)
    assert all(isinstance(found, Stick) for found in sticks(system, mounts))
