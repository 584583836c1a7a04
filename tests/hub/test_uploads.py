"""Uploads piece by piece: one writer, nothing acknowledged twice or lost, parts that expire, quotas. On both databases."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from studio_desk.hub import uploads
from studio_desk.hub.database import Database, sqlite_url
from studio_desk.hub.refusal import Refusal
from studio_desk.hub.uploads import Quotas, Uploads
from studio_desk.kernel import clock

DATA = os.urandom(300_000)
DIGEST = hashlib.sha256(DATA).hexdigest()
SIZE = len(DATA)


@pytest.fixture
def database(db: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(db or sqlite_url(tmp_path / "hub.db"))
    yield made
    made.close()


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Uploads:
    return Uploads(database, tmp_path, Quotas(day_bytes=4 * SIZE, open_uploads=2, part_seconds=3600))


@pytest.fixture
def later() -> Iterator[object]:
    """Moves the hub's clock."""
    yield lambda seconds: clock.set_clock(lambda: real() + timedelta(seconds=seconds))
    clock.set_clock(None)


def real():
    from datetime import datetime

    return datetime.now(clock.CHINA)


def refused(call, *args) -> Refusal:
    with pytest.raises(Refusal) as found:
        call(*args)
    assert found.value.sentence
    assert found.value.remedy
    return found.value


def send(desk: Uploads, device: str = "SQ-1", data: bytes = DATA, first: int = 0, step: int = 65_536) -> str:
    digest = hashlib.sha256(data).hexdigest()
    for at in range(first, len(data), step):
        desk.append(device, digest, at, len(data), data[at : at + step])
    return digest


def test_pieces_make_a_whole(desk: Uploads):
    assert desk.point("SQ-1", DIGEST).offset == 0
    send(desk)
    assert desk.point("SQ-1", DIGEST).complete
    assert desk.point("LW-1", DIGEST).complete  # content-addressed: nobody need send it again
    assert desk.file("SQ-1", DIGEST).read_bytes() == DATA
    assert list(desk.parts.iterdir()) == []
    assert desk.append("SQ-1", DIGEST, 0, SIZE, b"x").complete  # nothing to do, whatever comes


def test_a_piece_belongs_where_the_part_ends(desk: Uploads):
    desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:1000])
    for offset in (0, 999, 1001, SIZE):
        wrong = refused(desk.append, "SQ-1", DIGEST, offset, SIZE, DATA[offset : offset + 10] or b"x")
        assert (wrong.status, wrong.headers["Upload-Offset"]) == (409, "1000")
    assert refused(desk.append, "SQ-1", DIGEST, 1000, SIZE + 1, b"x").code == "WRONG_LENGTH"
    assert refused(desk.append, "SQ-1", DIGEST, 1000, SIZE, DATA[1000:] + b"x").code == "WRONG_LENGTH"
    assert refused(desk.append, "SQ-1", DIGEST, 1000, SIZE, b"").code == "WRONG_LENGTH"
    send(desk, first=1000)
    assert desk.point("SQ-1", DIGEST).complete


def test_two_devices_do_not_touch_each_others_parts(desk: Uploads):
    desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:1000])
    desk.append("LW-1", DIGEST, 0, SIZE, b"rubbish")
    send(desk, first=1000)
    assert desk.file("SQ-1", DIGEST).read_bytes() == DATA


def test_another_content_than_announced_is_dropped_whole(desk: Uploads):
    desk.append("SQ-1", DIGEST, 0, SIZE, b"x" + DATA[1:1000])
    with pytest.raises(Refusal) as wrong:
        send(desk, first=1000)
    assert (wrong.value.status, wrong.value.code) == (422, "DIGEST_WRONG")
    assert desk.point("SQ-1", DIGEST).offset == 0
    assert list(desk.parts.iterdir()) == list(desk.inbox.iterdir()) == []
    send(desk)


def test_what_was_written_but_not_told_is_written_again(desk: Uploads):
    """Killed between the disk and the database: the database decides, the rest of the file is cut off."""
    desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:1000])
    part = desk._part("SQ-1", DIGEST)
    part.write_bytes(DATA[:1000] + b"not acknowledged")
    assert desk.point("SQ-1", DIGEST).offset == 1000
    send(desk, first=1000)
    assert desk.file("SQ-1", DIGEST).read_bytes() == DATA


def test_what_was_told_but_is_gone_is_asked_for_again(desk: Uploads):
    desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:1000])
    desk._part("SQ-1", DIGEST).write_bytes(DATA[:400])
    assert desk.point("SQ-1", DIGEST).offset == 400
    desk._part("SQ-1", DIGEST).unlink()
    assert desk.point("SQ-1", DIGEST).offset == 0
    send(desk)


def test_writers_at_once_make_one_file(desk: Uploads):
    """Eight connections send the same bundle at once; each piece is taken once, the others are told so."""
    desk.quotas = Quotas()
    answers: list[int] = []

    def writer() -> None:
        while not (here := desk.point("SQ-1", DIGEST)).complete:
            try:
                desk.append("SQ-1", DIGEST, here.offset, SIZE, DATA[here.offset : here.offset + 20_000])
                answers.append(204)
            except Refusal as other:
                answers.append(other.status)

    threads = [threading.Thread(target=writer) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(answers) <= {204, 409, 423}
    assert answers.count(204) >= SIZE / 20_000
    assert desk.file("SQ-1", DIGEST).read_bytes() == DATA


def test_a_claimed_upload_is_one_writers_until_its_lease_ends(desk: Uploads, later):
    desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:1000])
    desk._claim("SQ-1", DIGEST, SIZE, "a writer that dies")
    busy = refused(desk.append, "SQ-1", DIGEST, 1000, SIZE, b"x")
    assert (busy.status, busy.headers["Retry-After"]) == (423, "1")
    later(uploads.LEASE + 1)
    send(desk, first=1000)


def test_a_part_that_nobody_continues_expires(desk: Uploads, later):
    here = desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:1000])
    assert here.expires == pytest.approx(real().timestamp() + 3600, abs=60)
    later(3500)
    assert desk.point("SQ-1", DIGEST).offset == 1000
    assert desk.expire() == 0
    later(3700)
    assert desk.point("SQ-1", DIGEST).offset == 0
    assert refused(desk.append, "SQ-1", DIGEST, 1000, SIZE, b"x").headers["Upload-Offset"] == "0"
    assert desk.expire() == 1
    assert list(desk.parts.iterdir()) == []
    send(desk)


def test_an_expired_part_that_nobody_cleared_begins_anew(desk: Uploads, later):
    desk.append("SQ-1", DIGEST, 0, SIZE, b"x" * 1000)
    later(3700)
    send(desk)
    assert desk.file("SQ-1", DIGEST).read_bytes() == DATA


def test_quota_of_a_day(desk: Uploads, later):
    for number in range(4):
        send(desk, data=os.urandom(SIZE), device="SQ-1")
        assert number < 4
    full = refused(desk.append, "SQ-1", DIGEST, 0, SIZE, DATA[:10])
    assert (full.status, full.code) == (429, "QUOTA_DAY")
    assert int(full.headers["Retry-After"]) > 0
    send(desk, device="LW-1", data=os.urandom(SIZE))  # another device's day is its own
    later(86_500)
    send(desk)


def test_quota_of_open_uploads_and_of_size(desk: Uploads):
    for content in (b"a", b"b"):
        desk.append("SQ-1", hashlib.sha256(content * 9).hexdigest(), 0, 9, content)
    assert refused(desk.append, "SQ-1", DIGEST, 0, SIZE, b"x").code == "QUOTA_UPLOADS"
    desk.quotas = Quotas(bundle_bytes=SIZE - 1)
    big = refused(desk.append, "LW-1", DIGEST, 0, SIZE, b"x")
    assert (big.status, big.code) == (413, "BUNDLE_TOO_BIG")
    assert refused(desk.check, "LW-1", DIGEST, 0, SIZE, uploads.MAX_CHUNK + 1).code == "CHUNK_TOO_BIG"
    desk.quotas = Quotas(backlog=0)
    back = refused(desk.append, "LW-1", DIGEST, 0, SIZE, b"x")
    assert (back.status, back.code) == (503, "HUB_FULL")


def test_a_disk_that_fails_at_the_last_moment_acknowledges_nothing(desk: Uploads, monkeypatch: pytest.MonkeyPatch):
    desk.append("SQ-1", DIGEST, 0, SIZE, DATA[:-10])

    def fails(*args: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails)
        with pytest.raises(OSError, match="No space"):
            desk.append("SQ-1", DIGEST, SIZE - 10, SIZE, DATA[-10:])
    assert desk.point("SQ-1", DIGEST).offset == SIZE - 10
    assert not desk.point("SQ-1", DIGEST).complete
    send(desk, first=SIZE - 10)
    assert desk.file("SQ-1", DIGEST).read_bytes() == DATA


def test_left_over_files_go_and_lost_words_are_found(desk: Uploads):
    send(desk)
    (desk.inbox / f"LW-1-{DIGEST}.sdx").write_bytes(DATA)  # the same from another computer, already told
    lone = hashlib.sha256(b"lone").hexdigest()
    desk.file("SQ-1", lone).write_bytes(b"lone")
    assert desk.recover() == 1
    assert sorted(p.name for p in desk.inbox.iterdir()) == sorted([f"SQ-1-{DIGEST}.sdx", f"SQ-1-{lone}.sdx"])
    assert desk.point("SQ-1", lone).complete
