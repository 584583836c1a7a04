"""No plaintext of a record lies anywhere outside the encrypted file: not in bundles, not in what waits, not in temp folders."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from studio_desk.exchange import outbox, preview, receipts
from studio_desk.exchange.dump import dump
from studio_desk.exchange.transports.folder import Folder
from tests.exchange.world import World, cut, photo, receipt, send, take, write

MARKER = "青溪标记QX7731"


def found_in(folder: Path, marks: list[bytes]) -> list[str]:
    """Files below a folder that hold one of the marks."""
    return [
        str(path) for path in folder.rglob("*") if path.is_file() and any(mark in path.read_bytes() for mark in marks)
    ]


def test_no_marker_anywhere(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    picture = b"\xff\xd8\xff\xe0" + MARKER.encode() + os.urandom(5000)
    marks = [MARKER.encode(), MARKER.encode("utf-16-le"), picture[4:40]]
    # What a spool holds while a bundle is on its way is looked at in the middle of it.
    during: list[str] = []

    class Watching(Folder):
        def put(self, source, name, progress=lambda *_: None):
            during.extend(found_in(tmp_path, marks))
            return super().put(source, name, progress)

    district = world.district()
    station = world.station(district)
    uid = write(station, MARKER, note=MARKER * 50)
    photo(station, uid, picture, f"{MARKER}.jpg")
    preview.preview(station)
    (sent,) = outbox.export(station, Watching(world.stick)).files
    take(district, cut(station, "SQ-1", 2, 2, world.stick / "early"), dry_run=True)
    take(district, cut(station, "SQ-1", 2, 2, world.stick / "early"))
    assert list((district.path / "held").iterdir())
    damaged = world.stick / "damaged.sdx"
    damaged.write_bytes(sent.file.read_bytes()[:-10])
    take(district, damaged, sent.file)
    receipts.send_back(district, uid, MARKER)
    take(station, receipt(district, "SQ", world.stick))
    assert MARKER in str(dump(district)["records"])
    assert during == []
    assert found_in(tmp_path, marks) == []
    assert list(temporary.iterdir()) == []
    names = [p.name for p in tmp_path.rglob("*")]
    assert not any(MARKER in name for name in names)
    assert send(station, world.stick / "last", everything=True).exists()
