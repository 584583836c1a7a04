"""Any split, order and repetition of bundles leads to one state (`exchange.md`: idempotent and order-free)."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.exchange import enrol
from studio_desk.exchange.dump import dump
from studio_desk.store import keys
from studio_desk.store.home import Home
from tests.exchange.world import PASSPHRASE, SHAPES, World, cut, photo, take, write


def second_computer(world: World, district: Home, first: Home) -> Home:
    """Another computer of the same station: its chain is `SQ-2`."""
    second = world.home("SQ-second", "SQ", "station")
    second.meta.set("device", "SQ-2")
    second.close()
    second = world.homes["SQ-second"] = Home.open(world.folder / "SQ-second", shapes=SHAPES, passphrase=PASSPHRASE)
    request, shown = enrol.request(second, world.stick)
    enrol.install(second, enrol.accept(district, request, world.stick, shown).file)
    assert first.code == second.code
    return second


def share(one: Home, two: Home) -> None:
    """Both computers of a station hold what the other has written (network drive, later a bundle)."""
    for source, target in ((one, two), (two, one)):
        for dev in source.journal.frontiers():
            if dev.startswith("SQ-"):
                target.journal.apply([(line, body) for _, line, body in source.journal.ops(dev)])


def life(station: Home, other: Home, rng: random.Random) -> None:
    """Some weeks at a station with two computers: writes, corrections, withdrawals, edits that do not know each other."""
    uids = [write(station, f"第{n}条", note="开头") for n in range(4)]
    photo(other, write(other, "另一台"))
    share(station, other)
    for _ in range(12):
        home = rng.choice((station, other))
        uid = rng.choice(uids)
        if home.journal.record(uid)["conflict"] or home.journal.record(uid)["state"] == "作废":
            continue
        change = rng.choice(({"title": f"题{rng.random():.3f}"}, {"note": f"注{rng.random():.3f}"}, {"urgent": True}))
        home.journal.correct(uid, change, "更正")
        if rng.random() < 0.3:
            share(station, other)
        if rng.random() < 0.1:
            home.journal.void(rng.choice(uids), "重复") if not home.journal.record(uids[0])["conflict"] else None
    station.journal.correct(uids[0], {"title": "甲说"}, "更正") if station.journal.record(uids[0])[
        "state"
    ] != "作废" else None
    other.journal.correct(uids[0], {"title": "乙说"}, "更正") if other.journal.record(uids[0])[
        "state"
    ] != "作废" else None


class Post:
    """Bundles of three chains in many cuts, an untouched district, and what it becomes when all have come."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        district = self.world.district()
        station, third = self.world.station(district), self.world.station(district, "HP")
        other = second_computer(self.world, district, station)
        life(station, other, random.Random(20260306))
        for n in range(3):
            write(third, f"河坪{n}")
        self.files: dict[str, list[tuple[int, int, Path]]] = {}
        for home, dev in ((station, "SQ-1"), (other, "SQ-2"), (third, "HP-1")):
            last = home.journal.frontiers()[dev][0]
            pairs = [
                (a, b)
                for a in range(1, last + 1)
                for b in range(a, last + 1)
                if b - a in {0, 1, 4} or (a == 1 and b == last)
            ]
            self.files[dev] = [(a, b, cut(home, dev, a, b, self.world.stick / f"{dev}-{a}-{b}")) for a, b in pairs]
        district.close()
        self.clean = folder / "clean"
        shutil.copytree(folder / "990000", self.clean)
        shutil.rmtree(self.clean / "backups", ignore_errors=True)
        self.count = 0
        self.wanted = self.state(
            [files[-1][2] for files in ([f for f in all_ if f[0] == 1] for all_ in self.files.values())]
        )

    def state(self, *sendings: list[Path]) -> str:
        """The digest of a district after the sendings, one call of `receive` each."""
        self.count += 1
        place = self.world.folder / f"try{self.count}"
        shutil.copytree(self.clean, place)
        with Home.open(place, shapes=SHAPES, passphrase=PASSPHRASE) as district:
            for files in sendings:
                take(district, *files)
            before = str(dump(district, canonical=True)["digest"])
            district.journal.rebuild()
            assert dump(district, canonical=True)["digest"] == before
        shutil.rmtree(place)
        return before


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(keys._ARGON2, "kib", 64)
        made = Post(tmp_path_factory.mktemp("post"))
        yield made
        made.world.close()


def test_the_state_holds_a_conflict_and_all_chains(post: Post):
    place = post.world.folder / "look"
    shutil.copytree(post.clean, place)
    with Home.open(place, shapes=SHAPES, passphrase=PASSPHRASE) as district:
        take(district, *(file for files in post.files.values() for _, _, file in files))
        found = dump(district, canonical=True)
        assert found["digest"] == post.wanted
        assert any(record["conflicts"] for record in found["records"])
        assert {"SQ-1", "SQ-2", "HP-1"} <= set(found["frontiers"])
        assert found["total"] == 8 + 1
        assert len(found["attachments"]) == 1


@given(data=st.data())
def test_any_split_order_and_repetition(post: Post, data: st.DataObject):
    chosen: list[Path] = []
    for files in post.files.values():
        last = max(b for _, b, _ in files)
        # Cover the chain: walk it with random cuts that may overlap.
        at = 0
        while at < last:
            fits = [f for f in files if f[0] <= at + 1 and f[1] > at]
            _, at, file = data.draw(st.sampled_from(fits))
            chosen.append(file)
        chosen += data.draw(st.lists(st.sampled_from([f for _, _, f in files]), max_size=3))
    order = data.draw(st.permutations(chosen))
    half = data.draw(st.integers(0, len(order)))
    assert post.state(list(order[:half]), list(order[half:])) == post.wanted
