"""Any history of stations, second computers, copies, restores and bad media: nothing acknowledged is lost or doubled.

A random machine drives real homes and keeps a model beside them: which ops every bundle held, and what the district must
hold after each one. At the end everybody exchanges until it is quiet: what stood anywhere then stands at the district and at
every computer of its station, also what only the losing branch of a copied folder said. A computer that dies takes with it what it never exported and what no
stick delivered, and nothing else. Steps: `STUDIO_DESK_STEPS` in all (a few hundred when not set), in parts that both cores share. Each part
prints what repeats it: `STUDIO_DESK_SEED=… pytest …[part]`.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from studio_desk.exchange import (
    computers,
    enrol,
    erasure,
    escrow,
    healing,
    inbox,
    late,
    lists,
    outbox,
    quarantine,
    rebuild,
    receipt_code,
    receipts,
    review,
    roots,
    sealed_files,
    tasks,
    trust_store,
)
from studio_desk.exchange.bundle import Policy
from studio_desk.exchange.dump import dump
from studio_desk.exchange.header import chain_stem, chain_to
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.reader import read_file
from studio_desk.exchange.volumes import fetch
from studio_desk.exchange.worker import Verified
from studio_desk.kernel.calendar import REST, WORK
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from studio_desk.kinds.task import KIND as TASK
from studio_desk.store import blobs, branches, custody, keys, links
from studio_desk.store import erasure as law
from studio_desk.store import lists as kept_lists
from studio_desk.store.check import check
from studio_desk.store.home import DATABASE, MARK, Home
from studio_desk.store.ops import Op
from tests.exchange.world import JPEG, SHAPES, World, photo, write

MODEL_SHAPES = (*SHAPES, TASK)
STEPS = int(os.environ.get("STUDIO_DESK_STEPS", "300"))
SEED = int(os.environ.get("STUDIO_DESK_SEED", random.SystemRandom().randrange(1 << 32)))
A_RUN, A_PART, MOST_ROUNDS = 50, 1000, 12
PARTS = range(-(-STEPS // A_PART))
NAMES = ("SQ-1", "SQ-2", "BH-1")
FIELDS = ("note", "title")
REFUSALS = {
    "RECORD_IN_CONFLICT", "RECORD_VOID", "RECORD_ERASED", "NO_CONFLICT", "NOTHING_TO_EXPORT", "NOTHING_RECEIVED",
    "RECEIPT_CODE_WRONG", "NO_SUCH_RECORD", "ABOUT_OTHER_STATION", "LINK_ITSELF", "LINK_KINDS", "ALREADY_LINKED", "NOT_OWNER",
    "STEP_OF_OTHER_SIDE", "LIST_SAME",
}  # fmt: skip
"""What a person may be told here; anything else is a bug."""


class Here:
    """The reader without its process: the same judgement, a hundred times as fast."""

    def __init__(self, policy: Policy, identities: Sequence[str]) -> None:
        self.policy, self.identities = policy, list(identities)

    def verify(self, path: Path) -> Verified:
        r = read_file(path, self.identities, self.policy)
        assert r.header is not None
        lines = (r.ops.decode().split("\n")[:-1], r.bodies.decode().split("\n")[:-1])
        return Verified(r.header, r.signer, r.checked.records, r.checked.missing, r.blobs, *lines)

    def believe(self, policy: Policy) -> None:
        self.policy = replace(policy, allow=self.policy.allow)

    def blobs(self, path: Path, wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        found: dict[str, bytes] = {}
        read_file(path, self.identities, self.policy, found.__setitem__)
        return iter([(digest, found[digest]) for digest in wanted])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@dataclass
class Bundle:
    """A sealed file and what was put into it."""

    file: Path
    dev: str
    first: int
    ops: list[str]
    prev: str
    to: str
    by: str = ""
    opens: frozenset[str] = frozenset()
    """Down: the keys of the computers it was sealed for."""

    @property
    def last(self) -> int:
        return self.first + len(self.ops) - 1


@dataclass
class Model:
    """What the district must hold: per chain the digests of its ops, and the bundles that wait."""

    chains: dict[str, list[str]] = field(default_factory=dict)
    held: list[Bundle] = field(default_factory=list)

    def copy(self) -> Model:
        return Model({dev: list(ops) for dev, ops in self.chains.items()}, list(self.held))

    def take(self, bundle: Bundle, believed: Callable[[Bundle], bool]) -> str:
        word = self._take(bundle)
        if word == "held":
            self.held.append(bundle)
        moved = True
        while moved:
            moved = False
            for waiting in sorted(self.held, key=lambda b: (b.dev, b.first)):
                if waiting.first <= len(self.chains.get(waiting.dev, [])) + 1:
                    self.held = [b for b in self.held if b.file.name != waiting.file.name]
                    if believed(waiting):
                        self._take(waiting)
                    moved = True
                    break
        return word

    def _take(self, b: Bundle) -> str:
        mine = self.chains.setdefault(b.dev, [])
        if b.first > len(mine) + 1:
            return "held"
        here = mine[b.first - 1 : b.first - 1 + len(b.ops)]
        if here != b.ops[: len(here)] or (b.first == len(mine) + 1 and b.prev != (mine[-1] if mine else "0" * 64)):
            return "quarantined"
        fresh = b.ops[len(here) :]
        mine.extend(fresh)
        return "applied" if fresh else "duplicate"


class Offices(World):
    """Homes that know tasks."""

    shapes = MODEL_SHAPES


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, bytes]]]:
    """A district and three enrolled computers, made once and copied for every run."""
    kib, keys._ARGON2["kib"] = keys._ARGON2["kib"], 64
    folder = tmp_path_factory.mktemp("template")
    world = Offices(folder)
    district = world.district()
    for name in NAMES:
        code, _, number = name.partition("-")
        world.enrol(district, world.home(name, code, "station", int(number)))
    raw = {name: home.file.key for name, home in world.homes.items()}
    world.close()
    yield folder, raw
    keys._ARGON2["kib"] = kib


class Machine(RuleBasedStateMachine):
    """Clerks, sticks and accidents."""

    template: Path
    keys: dict[str, bytes]

    @initialize(common=st.integers(0, 2))
    def begin(self, common: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="model-"))
        self.stick = self.folder / "stick"
        self.stick.mkdir()
        self.homes: dict[str, Home] = {}
        self.raw = dict(self.keys)
        for name in ("990000", *NAMES):
            shutil.copytree(self.template / name, self.folder / name)
            self._open(name)
        self.model = Model()
        self.media: list[Bundle] = []
        self.late: dict[str, Bundle] = {}
        self.saved: dict[str, Model | None] = {}
        self.ever: set[str] = set()
        self.written: set[str] = set()
        self.numbers = {"SQ": 2, "BH": 1}
        self.stood: dict[str, set[str]] = {}
        self.number = 0
        for _ in range(common):
            for who in range(len(NAMES)):
                self.record(who, "原有")
        if common:
            self._exchange()

    def teardown(self) -> None:
        if not hasattr(self, "homes"):
            return
        try:
            if self.number:
                self._agree()
        finally:
            for home in self.homes.values():
                home.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def district(self) -> Home:
        return self.homes["990000"]

    # --- clerks

    @rule(who=st.integers(0, 5), title=st.sampled_from(["路灯", "水渠", "道路", "学校"]))
    def record(self, who: int, title: str) -> None:
        self.number += 1
        self.written.add(write(self._station(who), f"{title}{self.number}"))

    @rule(code=st.sampled_from((("SQ",), ("BH",), ("SQ", "BH"))), which=st.integers(0, 30), about=st.booleans())
    def task(self, code: tuple[str, ...], which: int, about: bool) -> None:
        values = {"title": "核对", "text": "请核对登记", "issued": "2026-03-01", "due": "2026-03-20"}

        def give(home: Home, uid: str) -> None:
            to = () if about and uid else code
            self.written |= {w.uid for w in tasks.issue(home, to, {**values, "about": uid if about else ""})}

        self._on(6, which, give)

    @rule(who=st.integers(0, 6), which=st.integers(0, 30), other=st.integers(0, 30), apart=st.booleans())
    def link(self, who: int, which: int, other: int, apart: bool) -> None:
        def tie(home: Home, uid: str) -> None:
            uids = self._uids(home)
            (links.apart if apart else links.link)(home.journal, uid, uids[other % len(uids)], "核对过")

        self._on(who, which, tie)

    @rule(who=st.integers(0, 6), which=st.integers(0, 30), field_=st.sampled_from(FIELDS), value=st.integers(0, 3))
    def edit(self, who: int, which: int, field_: str, value: int) -> None:
        def correct(home: Home, uid: str) -> None:
            kind = home.journal.record(uid)["kind"]
            name = {"slip": field_, "task": "title"}.get(kind, "caption")
            home.journal.correct(uid, {name: f"值{value}"}, "更正")

        self._on(who, which, correct)

    @rule(who=st.integers(0, 5), which=st.integers(0, 30), picture=st.integers(0, 3))
    def attach(self, who: int, which: int, picture: int) -> None:
        """Four different pictures, so that records share some."""
        note = b"\xff\xfe\0\x03" + bytes([picture])

        def add(home: Home, uid: str) -> None:
            if home.journal.record(uid)["kind"] == "slip":
                before = set(self._uids(home))
                photo(home, uid, JPEG[:-2] + note + JPEG[-2:], f"照片{picture}.jpg")
                self.written |= set(self._uids(home)) - before

        self._on(who, which, add)

    @rule(day=st.integers(1, 4), rest=st.booleans())
    def calendar(self, day: int, rest: bool) -> None:
        days = [{"day": f"2026-10-0{day}", "kind": REST if rest else WORK, "name": "调休"}]
        with told():
            lists.put(self.district, "calendar", "2026", {"days": days}, "2026-01-01")

    @rule(who=st.integers(0, 6), which=st.integers(0, 30))
    def void(self, who: int, which: int) -> None:
        self._on(who, which, lambda home, uid: home.journal.void(uid, "作废"))

    @rule(who=st.integers(0, 6), which=st.integers(0, 3))
    def decide(self, who: int, which: int) -> None:
        home = self._any(who)
        found = home.journal.conflicts()
        if found:
            one = found[which % len(found)]
            mine = [c for c in found if c.rec == one.rec]
            with told():
                home.journal.resolve(
                    one.rec, {c.field: c.versions[which % len(c.versions)].value for c in mine}, "裁定"
                )

    @rule(which=st.integers(0, 30))
    def send_back(self, which: int) -> None:
        self._on(6, which, lambda home, uid: receipts.send_back(home, uid, "请补充"))

    @rule(who=st.integers(0, 6), which=st.integers(0, 30), sure=st.integers(0, 3))
    def erase(self, who: int, which: int, sure: int) -> None:
        if not sure:
            self._on(who, which, lambda home, uid: erasure.redact(home, uid, "依法"))

    # --- media

    @rule(who=st.integers(0, 5), everything=st.booleans())
    def export(self, who: int, everything: bool) -> None:
        with told():
            self._sent(self._station(who), outbox.export, everything=everything)

    @rule(code=st.sampled_from(("SQ", "BH")))
    def receipt(self, code: str) -> None:
        self.number += 1
        to = self.stick / str(self.number)
        to.mkdir()
        self.media += self._down(code, receipts.write(self.district, code, to).files)

    @rule(who=st.integers(0, 5))
    def trip(self, who: int) -> None:
        self._trip(self._station(who))

    @precondition(lambda self: self.media)
    @rule(which=st.lists(st.integers(0, 40), min_size=1, max_size=4), copy=st.integers(0, 3))
    def deliver(self, which: list[int], copy: int) -> None:
        """Any bundles, in any order, again and again."""
        for number in which:
            self._deliver(self.media[number % len(self.media)], copy)

    @precondition(lambda self: self.media)
    @rule(which=st.integers(0, 40))
    def lose(self, which: int) -> None:
        self.media.pop(which % len(self.media))

    @rule(who=st.integers(0, 5), which=st.integers(0, 3))
    def telephone(self, who: int, which: int) -> None:
        station = self._station(who)
        with told():
            if found := receipt_code.codes(self.district, station.code):
                receipt_code.enter(station, found[which % len(found)]["code"])

    # --- accidents

    @rule(who=st.integers(0, 9))
    def save(self, who: int) -> None:
        name = self._name(who)
        self._close(name)
        kept = self.folder / f"{name}.saved"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for file in (self.folder / name).glob(f"{Path(DATABASE).stem}.*"):
            shutil.copyfile(file, kept / file.name)
        self.saved[name] = self.model.copy() if name == "990000" else None
        self._open(name)

    @precondition(lambda self: self.late)
    @rule(which=st.integers(0, 3))
    def vouch(self, which: int) -> None:
        """The officer is sure that a computer wrote it before it was gone."""
        found = [
            e for e in quarantine.entries(self.district) if e["code"] == "SIGNER_REVOKED" and e["key"] in self.late
        ]
        if not found:
            return
        entry = found[which % len(found)]
        bundle = self.late[entry["key"]]
        seq, _ = (self._points(bundle) or {}).get(bundle.dev, (0, ""))
        outcome = self._took(bundle, lambda: review.release(self.district, entry["id"], "电话核实过"))
        assert (outcome.code == "SIGNER_REVOKED") == bool(self._refused(bundle)), outcome
        assert not self._refused(bundle) or bundle.last <= seq, outcome

    @precondition(lambda self: self.saved)
    @rule(which=st.integers(0, 3), whole=st.booleans(), met=st.integers(0, 11))
    def rewind(self, which: int, whole: bool, met: int) -> None:
        """Back to an earlier file, often right after a trip that it forgets.

        `whole`: the mark outside the database too, as with a snapshot of the machine.
        """
        if met < 6:
            self._trip(self._station(met))
            self.the_district_holds_what_it_was_given()
        name = sorted(self.saved)[which % len(self.saved)]
        self._close(name)
        kept = self.folder / f"{name}.saved"
        shutil.copyfile(kept / DATABASE, self.folder / name / DATABASE)
        if whole:
            (self.folder / name / MARK).unlink(missing_ok=True)
            shutil.copytree(kept, self.folder / name, dirs_exist_ok=True)
        self._open(name)
        self.stood.pop(name, None)
        if (model := self.saved[name]) is not None:
            self.model = model.copy()

    @precondition(lambda self: len(self.homes) < 6)
    @rule(who=st.integers(0, 5), sure=st.booleans())
    def clone(self, who: int, sure: bool) -> None:
        if sure:
            name = self._name(who % (len(self.homes) - 1))
            self._close(name)
            twin = f"{name}+{len(self.homes)}"
            shutil.copytree(self.folder / name, self.folder / twin)
            self.raw[twin] = self.raw[name]
            self._open(name)
            self._open(twin)

    @rule(
        who=st.integers(0, 5),
        sure=st.integers(0, 2),
        replaces=st.booleans(),
        packed=st.integers(0, 2),
        typed=st.integers(0, 2),
        late=st.lists(st.integers(0, 40), max_size=3),
        again=st.booleans(),
    )
    def die(self, who: int, sure: int, replaces: bool, packed: int, typed: int, late: list[int], again: bool) -> None:
        """A computer is gone, with no backup; a new one is filled from the district's copy, while sticks are under way.

        What may be lost is what only the dead one held: never exported, or exported and delivered by no stick.
        """
        if sure:
            return
        name = self._name(who % (len(self.homes) - 1))
        for _ in range(packed):  # on its way when it happens
            self.record(who, "遗留")
            self.export(who, everything=False)
        dead = self.homes.pop(name)
        dead.close()
        shutil.rmtree(self.folder / name)
        for kept in (self.saved, self.stood, self.raw):
            kept.pop(name, None)
        code, stem = dead.code, chain_stem(dead.device)
        self.numbers[code] = number = max(self.numbers[code] + 1, computers.free(self.district, code))
        name = f"{code}-{number}"
        new = Home.create(
            self.folder / name, role="station", code=code, name=f"{code}名", shapes=MODEL_SHAPES, passphrase="x" * 12,
            use_keyring=False, computer=number,
        )  # fmt: skip
        self.raw[name] = new.file.key
        new.close()
        self._open(name)
        new = self.homes[name]
        rebuild.expect(new)
        for _ in range(typed):
            self.number += 1
            self.written.add(write(new, f"补录{self.number}"))
        folder = self.stick / name
        request, shown = enrol.request(new, folder)
        assert rebuild.awaited(new) == "asked"
        known = {one.device for one in trust_store.required(self.district).of(code)}
        alone = stem in known and stem not in self._stems()
        enrol.accept(self.district, request, folder, shown, replaces=stem if replaces and alone else "")
        self._late(late[:1])
        held = {dev: list(ops) for dev, ops in self.model.chains.items() if ops and dev.startswith(f"{code}-")}
        made = rebuild.write(self.district, name, folder)
        self._late(late[1:])
        for _ in range(1 + again):
            done = rebuild.read(new, made.file)
            found = {
                dev: [op.digest for op, _, _ in new.journal.ops(dev)] for dev in new.journal.frontiers(f"{code}-*")
            }
            assert {dev: ops for dev, ops in found.items() if chain_stem(dev) != name} == held
            assert all(one.first in {0, len(held.get(one.chain, [])) + 1} for one in done.missing), done.missing
            assert rebuild.awaited(new) == ""

    # --- what must hold

    @invariant()
    def the_district_holds_what_it_was_given(self) -> None:
        if not hasattr(self, "homes"):
            return
        with self.district.file.read() as c:
            rows = c.exec_driver_sql("SELECT dev, digest FROM op WHERE dev NOT LIKE '990000%' ORDER BY dev, seq").all()
            doubles = c.exec_driver_sql("SELECT count(*) - count(DISTINCT uid) FROM record").scalar()
        chains: dict[str, list[str]] = {}
        for dev, digest in rows:
            chains.setdefault(dev, []).append(digest)
        assert chains == {dev: ops for dev, ops in self.model.chains.items() if ops}
        assert not doubles
        self.ever |= {digest for _, digest in rows}

    @invariant()
    def nothing_that_stood_is_gone(self) -> None:
        for name, home in getattr(self, "homes", {}).items():
            now = set(self._uids(home))
            assert self.stood.get(name, set()) <= now, name
            self.stood[name] = now

    @invariant()
    def the_word_received_is_true(self) -> None:
        for home in getattr(self, "homes", {}).values():
            if home.role == "district":
                continue
            with home.file.read() as c:
                rows = c.exec_driver_sql("SELECT rec, digest, dev FROM op WHERE rec <> ''").all()
            own = set(custody.own_chains(home))
            words = custody.words(home, sorted({rec for rec, _, _ in rows}))
            for rec, digest, dev in rows:
                if dev in own and words.get(rec) == "received":
                    assert digest in self.ever, (rec, dev)

    @invariant()
    def what_was_erased_is_gone(self) -> None:
        for home in getattr(self, "homes", {}).values():
            with home.file.read() as c:
                by_record = law.erasing(c)
                for rec in by_record:
                    rows = c.exec_driver_sql(
                        "SELECT o.line FROM op o JOIN body b ON b.digest = o.body WHERE o.rec = ?", (rec,)
                    ).scalars()
                    assert not [line for line in rows if law.is_erased(by_record, Op.from_line(line))]

    # --- inside

    def _agree(self) -> None:
        """Everybody exchanges until it is quiet; then all that stood anywhere stands everywhere it belongs, once."""
        stood: dict[str, set[str]] = {}
        for home in self.homes.values():
            for station, uids in self._by_station(home).items():
                stood.setdefault(station, set()).update(uids)
        said = set().union(*(self._said(home) for home in self.homes.values()))
        for computer in trust_store.required(self.district).computers:  # the officer learns which ones are gone
            if computer.revoked is None and computer.device not in self._stems():
                trust_store.revoke(self.district, computer.device, "电脑坏了")
        self._exchange()
        self.the_district_holds_what_it_was_given()
        self.the_word_received_is_true()
        self.nothing_that_stood_is_gone()
        assert self._by_station(self.district) == stood
        records = dump(self.district)["records"]
        assert {record["uid"] for record in records} <= self.written
        station_of = {uid: station for station, uids in stood.items() for uid in uids}
        erased = {uid for uid in station_of if self._erased(uid)}
        said = {one for one in said if one[0] not in erased}
        editions = {one.id for one in kept_lists.editions(self.district)}
        for name, home in self.homes.items():
            assert [f.code for f in check(home, deep=True).findings] == [], name
            for conflict in home.journal.conflicts():
                assert len({canon(version.value) for version in conflict.versions}) > 1, (name, conflict)
            mine = {uid for uid in station_of if home.role == "district" or station_of[uid] == home.code}
            assert dump(home)["records"] == [record for record in records if record["uid"] in mine], name
            assert {one for one in said if one[0] in mine} <= self._said(home), name
            for entry in quarantine.entries(home):
                assert entry["sentence"], entry
                assert entry["remedy"], entry
                assert entry["code"] != "FORK" or self._nowhere_else(home, entry["key"]), (name, entry)
            assert self._pictures(home) <= self._held(home), name
            assert {one.id for one in kept_lists.editions(home)} == editions, name
            if home.role == "station":
                counts = custody.custody(home).records
                assert not counts["packed"], (name, counts)
                assert not counts["final"], (name, counts)
        self._mirror()

    def _exchange(self) -> None:
        """Undisturbed trips of everybody, until one round changes nothing."""
        for _ in range(MOST_ROUNDS):
            before = {name: home.journal.frontiers() for name, home in self.homes.items()}
            for home in [h for name, h in self.homes.items() if name != "990000"]:
                self._trip(home)
            if before == {name: home.journal.frontiers() for name, home in self.homes.items()}:
                return
        raise AssertionError("the exchanges never become quiet")

    def _trip(self, home: Home) -> None:
        """One person takes a stick to the district and back; a computer that the district does not know asks again."""
        if not self._known(home):
            try:
                self._enrol(home)
            except Problem as problem:
                if problem.code == "TRUST_OLD":  # the district forgot what the station knows
                    roots.take(self.district, escrow.write_list(home, self.stick))
                elif problem.code == "TRUST_TWO":  # it counted again what the station holds
                    roots.renew(self.district)
                else:
                    raise
                self._enrol(home)
        with told():
            for bundle in self._sent(home, outbox.export):
                self._deliver(bundle, 0)
        self.number += 1
        to = self.stick / f"trip{self.number}"
        to.mkdir()
        for bundle in self._down(home.code, receipts.write(self.district, home.code, to).files):
            self._deliver(bundle, 0, home)

    def _enrol(self, home: Home) -> None:
        request, shown = enrol.request(home, self.stick)
        answer = enrol.accept(self.district, request, self.stick, shown)
        enrol.install(home, answer.file, answer.district_fingerprint)

    def _down(self, code: str, files: Sequence[Path]) -> list[Bundle]:
        opens = frozenset(one.archive for one in trust_store.required(self.district).of(code))
        return [Bundle(file, "", 0, [], "", code, opens=opens) for file in files]

    def _by_station(self, home: Home) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        with home.file.read() as c:
            for uid, station in c.exec_driver_sql("SELECT uid, station FROM record"):
                found.setdefault(station, set()).add(uid)
        return found

    def _nowhere_else(self, home: Home, sha256: str) -> bool:
        """Whether a refused bundle says what its writer forgot for good: set back twice, nothing but the bundle knows."""
        reader = Here(trust_store.policy(home), keys_of(home).identities)
        lines = reader.verify(sealed_files.place(home, sealed_files.QUARANTINE, sha256)).ops
        known: set[str] = set()
        for other in self.homes.values():
            with other.file.read() as c:
                known |= set(c.exec_driver_sql("SELECT digest FROM op").scalars())
                query = "SELECT b.line FROM op o JOIN body b ON b.digest = o.body WHERE o.type = ?"
                known |= branches.moved_in(list(c.exec_driver_sql(query, (healing.TYPE,)).scalars())).keys()
        return not {hashlib.sha256(line.encode()).hexdigest() for line in lines} <= known

    def _pictures(self, home: Home) -> set[str]:
        """What the attachments of a home name, whatever state they are in."""
        return {str(one["values"]["sha256"]) for one in dump(home)["records"] if one["kind"] == "attachment"}

    def _held(self, home: Home) -> set[str]:
        with home.file.read() as c:
            return set(c.exec_driver_sql("SELECT sha256 FROM blob").scalars())

    def _said(self, home: Home) -> set[tuple[str, ...]]:
        """What the ops about records say, whatever chain says it: record, type, time, writer, reason, values."""
        found = set()
        for dev in home.journal.frontiers():
            for op, _, body in home.journal.ops(dev):
                if op.rec and body is not None:
                    told = {k: v for k, v in json.loads(body).items() if k != "salt"}
                    found.add((op.rec, op.type, op.t, canon(told)))
        return found

    def _erased(self, uid: str) -> bool:
        with self.district.file.read() as c:
            return uid in law.erasing(c)

    def _mirror(self) -> None:
        """The same ops in another order of chains make the same state; so does a rebuild."""
        wanted = dump(self.district, canonical=True)
        chains = sorted(self.district.journal.frontiers())
        random.Random(len(chains)).shuffle(chains)
        path = self.folder / "mirror"
        with Home.create(
            path, role="district", code="990001", name="镜", shapes=MODEL_SHAPES, passphrase="x" * 12, use_keyring=False
        ) as mirror:
            for dev in chains:
                mirror.journal.apply([(line, body) for _, line, body in self.district.journal.ops(dev)])
            for digest in wanted["attachments"]:
                blobs.keep(mirror, fetch(self.district, digest))
            found = dump(mirror, canonical=True)
            assert found["records"] == wanted["records"]
            assert found["digest"] == wanted["digest"]
            mirror.journal.rebuild()
            assert dump(mirror, canonical=True)["digest"] == wanted["digest"]

    def _deliver(self, bundle: Bundle, copy: int, only: Home | None = None) -> None:
        if bundle.to == "990000" and (code := self._refused(bundle)):
            (outcome,) = inbox.receive(self.district, [bundle.file])
            assert (outcome.outcome, outcome.code) == ("quarantined", code), outcome
            if not chain_to(bundle.dev):
                self.late[hashlib.sha256(bundle.file.read_bytes()).hexdigest()] = bundle
        elif chain_to(bundle.dev):  # words of the district's own: whatever was set back, they never contradict it
            (outcome,) = inbox.receive(self.district, [bundle.file])
            assert outcome.outcome in {"applied", "duplicate", "held"}, outcome
        elif bundle.to == "990000":
            outcome = self._took(bundle, lambda: inbox.receive(self.district, [bundle.file])[0])
        else:
            homes = [only] if only else [h for h in self.homes.values() if h.code == bundle.to]
            home = homes[copy % len(homes)]
            (outcome,) = inbox.receive(home, [bundle.file])
            if keys_of(home).recipient not in bundle.opens:  # it was not enrolled yet
                assert (outcome.outcome, outcome.code) == ("quarantined", "BUNDLE_NOT_FOR_US"), outcome
            else:
                # A district set back with its mark writes the same numbers again; what it says then comes under others.
                assert outcome.outcome in {"applied", "duplicate", "held"} or outcome.code == "FORK", outcome
        assert bool(outcome.code) == (outcome.outcome in {"held", "quarantined"}), outcome

    def _took(self, bundle: Bundle, take: Callable[[], Any]) -> Any:
        """The district and the model take the same, unless the district does not believe who brings it."""
        lost = [b for b in self.model.held if not self._kept(b)]
        self.model.held = [b for b in self.model.held if b not in lost]
        outcome = take()
        if not self._refused(bundle):
            word = self.model.take(bundle, lambda waiting: not self._refused(waiting))
            again = outcome.outcome == "applied" and word == "held"
            assert outcome.outcome == word or again, (outcome, word)
        return outcome

    def _points(self, bundle: Bundle) -> Any:
        """How far the one that brings a bundle is believed, `None` while it is in force."""
        signers = trust_store.policy(self.district).signers.values()
        return next((one.revoked for one in signers if one.device == bundle.by), {})

    def _refused(self, bundle: Bundle) -> str:
        """Why the district does not believe who brings a bundle, `""` when it does."""
        if bundle.by not in {one.device for one in trust_store.policy(self.district).signers.values()}:
            return "SIGNER_UNKNOWN"
        points = self._points(bundle)
        if points is None:
            return ""
        seq, head = (0, "") if chain_to(bundle.dev) else points.get(bundle.dev, (0, ""))
        believed = bundle.last < seq or (bundle.last == seq and bundle.ops[-1] == head)
        return "" if believed else "SIGNER_REVOKED"

    def _known(self, home: Home) -> bool:
        return trust_store.required(self.district).holder(chain_stem(home.device)) is not None

    def _stems(self) -> set[str]:
        return {chain_stem(home.device) for home in self.homes.values()}

    def _late(self, which: Sequence[int]) -> None:
        """Sticks that arrive while a new computer is made; there is none for it yet."""
        up = [bundle for bundle in self.media if bundle.to == "990000"]
        for number in which if up else ():
            self._deliver(up[number % len(up)], 0)

    def _kept(self, bundle: Bundle) -> bool:
        sha256 = hashlib.sha256(bundle.file.read_bytes()).hexdigest()
        return sealed_files.place(self.district, sealed_files.HELD, sha256).exists()

    def _sent(self, home: Home, export: Any, **options: Any) -> list[Bundle]:
        self.number += 1
        to = self.stick / str(self.number)
        to.mkdir()
        made = []
        for sent in export(home, to, **options).files:
            ops = [op for op, _, _ in home.journal.ops(sent.device, sent.first, sent.last)]
            digests, by = [op.digest for op in ops], chain_stem(home.device)
            made.append(Bundle(sent.file, sent.device, sent.first, digests, ops[0].prev, "990000", by))
        self.media += made
        return made

    def _on(self, who: int, which: int, act: Any) -> None:
        home = self._any(who)
        if uids := self._uids(home):
            with told():
                act(home, uids[which % len(uids)])

    def _uids(self, home: Home) -> list[str]:
        with home.file.read() as c:
            return list(c.exec_driver_sql("SELECT uid FROM record ORDER BY n").scalars())

    def _name(self, who: int) -> str:
        stations = [name for name in self.homes if name != "990000"]
        return "990000" if who >= 6 else stations[who % len(stations)]

    def _any(self, who: int) -> Home:
        return self.homes[self._name(who)]

    def _station(self, who: int) -> Home:
        return self.homes[self._name(who % 6)]

    def _open(self, name: str) -> None:
        self.homes[name] = home = Home.open(self.folder / name, shapes=MODEL_SHAPES, key=self.raw[name])
        with home.file.raw() as bare:
            bare.execute("PRAGMA synchronous = OFF")  # power cuts are the subject of tests/faults

    def _close(self, name: str) -> None:
        self.homes[name].close()


@contextmanager
def told() -> Iterator[None]:
    """A refusal that a person is told, one of those expected here."""
    try:
        yield
    except Problem as problem:
        if problem.code not in REFUSALS or not problem.sentence or not problem.remedy:
            raise


@pytest.mark.parametrize("part", PARTS)
def test_no_history_loses_or_doubles_anything(
    part: int, template: tuple[Path, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"STUDIO_DESK_SEED={SEED} part {part}")
    for reading in (inbox, late):
        monkeypatch.setattr(reading, "Worker", Here)
    monkeypatch.setitem(keys._ARGON2, "kib", 64)
    monkeypatch.setattr("studio_desk.kernel.files.os.fsync", lambda _: None)
    Machine.template, Machine.keys = template
    run_state_machine_as_test(
        seed(SEED + part)(Machine),
        settings=settings(
            max_examples=max(min(STEPS, A_PART) // A_RUN, 2),
            stateful_step_count=A_RUN,
            deadline=None,
            phases=(
                Phase.generate,
            ),  # a failing history is told as it was; making it short takes longer than reading it
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
