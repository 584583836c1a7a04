"""Links: whatever the order, repetition or split of what was said, the same groups; nothing of a record changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_desk.kernel.canon import digest
from studio_desk.kernel.pairs import LINK, UNLINK, pair_name, pair_of
from studio_desk.kernel.problem import Problem
from studio_desk.store import keys, links
from studio_desk.store.check import check
from studio_desk.store.home import Home
from studio_desk.store.ops import Op
from tests.store.conftest import PASSPHRASE, SLIP, chain

NewHome = Callable[..., Home]


@pytest.fixture(autouse=True)
def quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)


def slips(home: Home, count: int) -> list[str]:
    return sorted(
        home.journal.write("slip", {"day": "2026-03-06", "title": f"便条{n}", "state": "已登记"}).uid
        for n in range(count)
    )


def code(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def said(home: Home, uid: str) -> list[tuple[str, bool]]:
    return [(tie.uid, tie.linked) for tie in links.ties(home.journal, uid)]


def test_linked_and_unlinked_without_loss(new_home: NewHome) -> None:
    home = new_home()
    home.journal.operator = lambda: "李文书"
    a, b, c = slips(home, 3)
    before = [home.journal.record(uid) for uid in (a, b, c)]
    links.link(home.journal, b, a, "身份证号相同")
    links.link(home.journal, b, c)
    assert links.group(home.journal, c) == links.Group((a, b, c), a)
    assert links.canonical(home.journal, "slip") == {a: a, b: a, c: a}
    (tie, _) = links.ties(home.journal, b)
    assert (tie.uid, tie.linked, tie.by, tie.reason, tie.title) == (a, True, "李文书", "身份证号相同", "便条0")
    assert [home.journal.record(uid) for uid in (a, b, c)] == before
    assert [(r.type, r.other) for r in home.journal.history(a)] == [("record.save", ""), (LINK, b)]
    with pytest.raises(Problem) as twice:
        links.link(home.journal, a, b)
    assert code(twice) == "ALREADY_LINKED"
    with pytest.raises(Problem) as around:
        links.unlink(home.journal, a, c, "查过了")
    assert code(around) == "NOT_LINKED"
    assert home.journal.record(b)["code"] in around.value.remedy
    links.unlink(home.journal, a, b, "同名不同人")
    assert links.group(home.journal, a) == links.Group((a,), a)
    assert links.group(home.journal, c) == links.Group((b, c), b)
    assert said(home, a) == [(b, False)]
    assert links.apart_pairs(home.journal) == {(a, b)}
    assert [home.journal.record(uid) for uid in (a, b, c)] == before
    links.link(home.journal, a, b)
    assert links.group(home.journal, a).members == (a, b, c)
    assert [f.code for f in check(home, deep=True).findings] == []


def test_what_is_refused(new_home: NewHome) -> None:
    home = new_home()
    a, b, gone = slips(home, 3)
    home.journal.void(gone, "重复")
    refused = {
        "LINK_ITSELF": lambda: links.link(home.journal, a, a),
        "NO_SUCH_RECORD": lambda: links.link(home.journal, a, "0"),
        "RECORD_VOID": lambda: links.link(home.journal, a, gone),
        "NOT_LINKED": lambda: links.unlink(home.journal, a, b, "不是"),
        "REASON_REQUIRED": lambda: links.apart(home.journal, a, b, " "),
    }
    for wanted, act in refused.items():
        with pytest.raises(Problem) as problem:
            act()
        assert code(problem) == wanted
    foreign = new_home("HX")
    (other,) = slips(foreign, 1)
    home.journal.apply(chain(foreign, "HX-1"))
    with pytest.raises(Problem) as problem:
        links.link(home.journal, a, other)
    assert code(problem) == "NOT_OWNER"
    assert said(home, a) == []


def test_a_withdrawn_record_is_not_the_one_that_counts(new_home: NewHome) -> None:
    home = new_home()
    a, b = slips(home, 2)
    links.link(home.journal, a, b)
    home.journal.void(a, "重复登记")
    assert links.group(home.journal, b) == links.Group((a, b), b)


def test_a_districts_word_on_two_stations_stays_in_its_own_chain(new_home: NewHome) -> None:
    district = new_home("990000", "district")
    one, other = new_home("SQ"), new_home("HX")
    a, b = slips(one, 2)
    (c,) = slips(other, 1)
    district.journal.apply([*chain(one, "SQ-1"), *chain(other, "HX-1")])
    assert links.link(district.journal, a, b).dev == "990000-1@SQ"
    assert links.link(district.journal, b, c).dev == "990000-1"
    assert links.unlink(district.journal, a, b, "不是").dev == "990000-1@SQ"
    one.journal.apply(chain(district, "990000-1@SQ"))
    assert said(one, a) == [(b, False)]
    links.link(one.journal, a, b, "本人来过，是同一人")
    district.journal.apply(chain(one, "SQ-1", 3))
    assert links.group(district.journal, c).members == (a, b, c)


def test_link_and_unlink_that_had_not_seen_each_other_leave_it_linked(new_home: NewHome) -> None:
    one, other = new_home("SQ"), new_home("SQA")
    other.journal.code, other.journal.device = "SQ", "SQ-2"
    a, b = slips(one, 2)
    links.link(one.journal, a, b)
    other.journal.apply(chain(one, "SQ-1"))
    links.unlink(one.journal, a, b, "不是")
    links.unlink(other.journal, a, b, "弄错了")
    links.link(other.journal, a, b, "是同一人")
    one.journal.apply(chain(other, "SQ-2"))
    other.journal.apply(chain(one, "SQ-1", 4))
    assert said(one, a) == said(other, a) == [(b, True)]
    links.unlink(one.journal, a, b, "两边商定")
    other.journal.apply(chain(one, "SQ-1", 5))
    assert said(one, a) == said(other, a) == [(b, False)]


def test_taking_an_import_back_takes_its_links_back(new_home: NewHome) -> None:
    district, station = new_home("990000", "district"), new_home("SQ")
    a, b = slips(station, 2)
    district.journal.apply(chain(station, "SQ-1"))
    links.link(station.journal, a, b)
    district.journal.apply(chain(station, "SQ-1"))
    assert said(district, a) == [(b, True)]
    came = [op.digest for op, _, _ in station.journal.ops("SQ-1", 3)]
    assert district.journal.take_back(came) == {pair_name(a, b)}
    assert said(district, a) == []
    district.journal.apply(chain(station, "SQ-1"))
    links.unlink(district.journal, a, b, "查过")
    with pytest.raises(Problem) as built:
        district.journal.take_back(came)
    assert code(built) == "IMPORT_BUILT_ON"


def test_links_survive_a_rebuild_and_an_older_file(new_home: NewHome, tmp_path: Path) -> None:
    home = new_home()
    a, b, c = slips(home, 3)
    links.link(home.journal, a, b)
    links.apart(home.journal, b, c, "不是")
    home.journal.rebuild()
    assert said(home, b) == [(a, True), (c, False)]
    with home.file.write() as bare:
        bare.exec_driver_sql("DROP TABLE link")
        bare.exec_driver_sql("UPDATE meta SET value = 'older' WHERE key = 'schema'")
    home.close()
    with Home.open(tmp_path / "SQ", shapes=(SLIP,), passphrase=PASSPHRASE) as again:
        assert said(again, b) == [(a, True), (c, False)]


def test_names_of_pairs() -> None:
    assert pair_name("b", "a") == pair_name("a", "b") == "a+b"
    assert pair_of("a+b") == ("a", "b")
    for wrong in ("", "a", "+a", "a+", "b+a", "a+a", "a+b+c"):
        assert pair_of(wrong) is None


# --- properties ------------------------------------------------------------------------------------------------------

Step = tuple[int, bool, int]
"""Which of three computers says what, and how many ops of the others it takes in first."""


def written(steps: list[Step]) -> list[Op]:
    """The ops about one pair that three computers write, each knowing a prefix of what all had written."""
    ops: list[Op] = []
    seen: list[set[str]] = [set(), set(), set()]
    for number, (who, linked, known) in enumerate(steps):
        for op in ops[:known]:
            seen[who] |= {op.digest, *op.base}
        knows = [op for op in ops if op.digest in seen[who]]
        found = links.verdict(knows)
        base = found[1] if found else ()
        type_ = LINK if linked else UNLINK
        op = Op(1, f"SQ-{who + 1}", number + 1, "0" * 64, "", type_, "a+b", base, digest(str(number)), 1)
        ops.append(op)
        seen[who].add(op.digest)
    return ops


STEPS = st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 12)), min_size=1, max_size=12)


@given(STEPS, st.randoms(use_true_random=False))
def test_the_verdict_knows_no_order(steps: list[Step], chance: random.Random) -> None:
    ops = written(steps)
    wanted = links.verdict(ops)
    mixed = [*ops, *chance.choices(ops, k=3)]
    chance.shuffle(mixed)
    assert links.verdict(mixed) == wanted
    last = ops[-1]
    assert wanted is not None
    if set(wanted[1]) == {last.digest}:  # its writer had seen all: its word holds
        assert wanted[0] is (last.type == LINK)
    if any(op.type == LINK and op.digest in wanted[1] for op in ops):
        assert wanted[0]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20), st.randoms(use_true_random=False))
def test_groups_know_no_order(pairs: list[tuple[int, int]], chance: random.Random) -> None:
    edges = [(str(a), str(b)) for a, b in pairs]
    groups = links.components(edges)
    mixed = [(b, a) for a, b in edges] + edges
    chance.shuffle(mixed)
    assert sorted(map(sorted, links.components(mixed))) == sorted(map(sorted, groups))
    assert sum(map(len, groups)) == len({uid for edge in edges for uid in edge})
    for group in groups:  # reachable, one from the other
        reached, edge = {min(group)}, {min(group)}
        while edge:
            edge = {b for a, b in mixed if a in edge} - reached
            reached |= edge
        assert reached == group


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=14), st.data()
)
def test_any_split_and_order_of_the_chains_gives_the_same_groups(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int, int, bool]], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("many")

    def home(name: str, role: str, code: str) -> Home:
        return Home.create(
            folder / name, role=role, code=code, name=name, shapes=(SLIP,), passphrase=PASSPHRASE, use_keyring=False
        )

    computers = [home(f"S{n}", "station", "SQ") for n in range(3)]
    mirrors = [home(f"D{n}", "district", "990000") for n in range(2)]
    try:
        for number, one in enumerate(computers):
            one.journal.device = f"SQ-{number + 1}"
        uids = slips(computers[0], 4)
        for one in computers[1:]:
            one.journal.apply(chain(computers[0], "SQ-1"))
        for who, a, b, linked in steps:
            journal = computers[who].journal
            giver = data.draw(st.integers(0, 2), label="taken in from")
            for dev in computers[giver].journal.frontiers():
                journal.apply(chain(computers[giver], dev))
            if a != b and (linked, 1) != (True, said(computers[who], uids[a]).count((uids[b], True))):
                (links.link if linked else links.apart)(journal, uids[a], uids[b], "因为")
        for mirror in mirrors:
            waiting = {f"SQ-{n + 1}": chain(one, f"SQ-{n + 1}") for n, one in enumerate(computers)}
            while any(waiting.values()):
                dev = data.draw(st.sampled_from(sorted(d for d, ops in waiting.items() if ops)), label="next")
                count = data.draw(st.integers(1, len(waiting[dev])), label="ops")
                mirror.journal.apply(waiting[dev][:count])
                mirror.journal.apply(waiting[dev][:count])
                del waiting[dev][:count]
        one, other = ([said(m, uid) for uid in uids] for m in mirrors)
        assert one == other
        first, second = ([links.group(m.journal, uid) for uid in uids] for m in mirrors)
        assert first == second
        before = one
        mirrors[0].journal.rebuild()
        assert [said(mirrors[0], uid) for uid in uids] == before
    finally:
        for made in (*computers, *mirrors):
            made.close()
