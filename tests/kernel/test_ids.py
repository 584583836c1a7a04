"""Ids in order of time, repeatable when asked; a clock that can be pinned."""

import uuid
from datetime import UTC, datetime

import pytest

from studio_desk.kernel import clock, ids


@pytest.fixture(autouse=True)
def unpinned():
    yield
    clock.set_clock(None)
    ids.seed_ids(None)


def test_ids_are_version_7_and_never_go_backwards():
    clock.set_clock(lambda: datetime(2026, 3, 6, 9, 30, tzinfo=clock.CHINA))
    made = [ids.new_uid() for _ in range(10000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {uuid.UUID(uid).version for uid in made} == {7}
    assert {uuid.UUID(uid).variant for uid in made} == {uuid.RFC_4122}
    clock.set_clock(lambda: datetime(2020, 1, 1, tzinfo=clock.CHINA))
    assert ids.new_uid() > made[-1], "the clock was set back, ids go on"


def test_an_id_tells_when_it_was_made():
    ids.seed_ids(1)
    clock.set_clock(lambda: datetime(2026, 3, 6, 1, 30, tzinfo=UTC))
    millis = uuid.UUID(ids.new_uid()).int >> 80
    assert datetime.fromtimestamp(millis / 1000, UTC) == datetime(2026, 3, 6, 1, 30, tzinfo=UTC)


def test_seeded_ids_repeat():
    clock.set_clock(lambda: datetime(2026, 3, 6, tzinfo=clock.CHINA))
    ids.seed_ids(7)
    first = [ids.new_uid(), ids.new_salt(), ids.new_uid()]
    ids.seed_ids(7)
    assert [ids.new_uid(), ids.new_salt(), ids.new_uid()] == first
    assert len(first[1]) == 24
    int(first[1], 16)


def test_salts_differ():
    assert len({ids.new_salt() for _ in range(1000)}) == 1000


def test_time_is_that_of_china():
    assert clock.now().utcoffset() == clock.CHINA.utcoffset(None)
    clock.set_clock(lambda: datetime(2026, 11, 22, 11, 55, 41, 999, tzinfo=clock.CHINA))
    assert clock.stamp() == "2026-11-22T11:55:41+08:00"
    assert clock.today().isoformat() == "2026-11-22"
