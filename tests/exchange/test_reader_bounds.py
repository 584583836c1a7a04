"""A reader that runs out of memory or hangs is ended: the bundle is set apart, nothing is half done, and the next one is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from studio_desk.exchange import limits, quarantine
from studio_desk.exchange.dump import dump
from studio_desk.exchange.worker import Verified, Worker
from studio_desk.store.check import check
from tests.exchange.world import World, golden_district, photo, send, take, titles, words, write
from tests.golden import make

GOOD = Path(make.__file__).parent / "good" / "version-1.sdx"
pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits of a process are set by Linux calls"
)


def test_the_reader_cannot_have_more_memory_than_it_may():
    code = (
        "from studio_desk.exchange import limits, reader\n"
        "reader._confine()\n"
        "half = bytearray(limits.MEMORY // 2)\n"
        "try:\n    bytearray(limits.MEMORY // 2)\nexcept MemoryError:\n    print('refused', len(half))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused", str(limits.MEMORY // 2)]


def test_a_bundle_that_needs_more_memory_is_set_apart(world: World, monkeypatch: pytest.MonkeyPatch):
    """The reader's own bound, drawn closer from outside, so that a picture of 64 MiB is enough to break it."""
    import resource

    verify = Worker.verify

    def narrow(self: Worker, path: Path) -> Verified:
        verify(self, GOOD)  # everything it needs is loaded now
        assert self._process is not None
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[0])
        bound = pages * os.sysconf("SC_PAGE_SIZE") + (64 << 20)
        resource.prlimit(self._process.pid, resource.RLIMIT_AS, (bound, limits.MEMORY))
        return verify(self, path)

    monkeypatch.setattr(Worker, "verify", narrow)
    district = golden_district(world)
    big = world.folder / "big.sdx"
    big.write_bytes(make.with_blob(b"\xff\xd8\xff" + bytes(64 << 20), "大图.jpg"))
    before = dump(district)["digest"]
    (found,) = take(district, big)
    assert (found.outcome, found.code) == ("quarantined", "READER_DIED")
    assert dump(district)["digest"] == before
    assert [entry["code"] for entry in quarantine.entries(district)] == ["READER_DIED"]
    assert words(take(district, big, GOOD)) == ["quarantined", "applied"]


def test_a_reader_that_hangs_is_killed_and_the_bundle_set_apart(world: World, monkeypatch: pytest.MonkeyPatch):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    file = send(station, world.stick)
    before = dump(district)["digest"]
    stopped: list[subprocess.Popen[bytes]] = []
    verify = Worker.verify

    def hang(self: Worker, path: Path) -> Verified:
        self._seconds = 0.5
        stopped.append(self._start())
        stopped[-1].send_signal(signal.SIGSTOP)
        return verify(self, path)

    with monkeypatch.context() as patched:
        patched.setattr(Worker, "verify", hang)
        (found,) = take(district, file)
    assert (found.outcome, found.code) == ("quarantined", "READER_TIMEOUT")
    assert found.remedy
    assert [process.poll() for process in stopped] == [-signal.SIGKILL]
    assert dump(district)["digest"] == before
    assert [entry["code"] for entry in quarantine.entries(district)] == ["READER_TIMEOUT"]
    assert words(take(district, file)) == ["applied"]
    assert titles(district) == {uid: "路灯不亮"}
    assert quarantine.entries(district) == []


def test_a_reader_that_hangs_while_attachments_are_kept_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """The second reading takes place inside the merge: ops are written by then, and all of them go again."""
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    photo(station, uid)
    file = send(station, world.stick)
    before = dump(district)["digest"]
    blobs = Worker.blobs

    def hang(self: Worker, path: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        assert self._process is not None
        self._seconds = 0.5
        self._process.send_signal(signal.SIGSTOP)
        return blobs(self, path, wanted)

    with monkeypatch.context() as patched:
        patched.setattr(Worker, "blobs", hang)
        (found,) = take(district, file)
    assert (found.outcome, found.code) == ("quarantined", "READER_TIMEOUT")
    assert dump(district)["digest"] == before
    assert titles(district) == {}
    assert words(take(district, file)) == ["applied"]
    assert titles(district) == {uid: "路灯不亮"}
    assert check(district, deep=True).ok
