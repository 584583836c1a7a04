"""Lists go down: any order, cut and repetition leads to the same editions in force; a malformed one is flagged, not applied."""

from __future__ import annotations

import json
import random
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from studio_desk.exchange import lists, outbox, quarantine, receipts, review, tasks, trust_store
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.volumes import cut as volumes_of
from studio_desk.kernel import vocabulary as words_in_force
from studio_desk.kernel.vocabulary import fold, shipped, vocabulary
from studio_desk.kinds import KINDS
from studio_desk.record.kind import WORKED_OUT
from studio_desk.store import lists as kept
from studio_desk.store.home import Home
from tests.exchange.world import PASSPHRASE, World, receipt, send, take, words, write

RULES = {"title": "统计口径"}


def rules(home: Home, title: str, since: str = "2026-01-01") -> kept.Edition:
    return lists.put(home, "rules", "koujing", {"title": title}, since)


def in_force(home: Home) -> list[tuple[str, str, int, str]]:
    days = [date(2026, 1, 1) + timedelta(days=30 * n) for n in range(24)]
    found = {(sort, e.key, e.version, e.id) for sort in kept.SORTS for day in days for e in kept.all_in_force(home, sort, day).values()}  # fmt: skip
    return sorted(found)


def down(district: Home, chain: str, first: int, last: int, to: Path) -> Path:
    """A bundle of just these ops of a downward chain."""
    station = chain.partition("@")[2]
    recipients = [c.archive for c in trust_store.required(district).of(station)]
    (sent,) = outbox.send(district, volumes_of(district, chain, first, last), station, recipients, Folder(to))
    return sent.file


def test_an_edition_goes_to_every_station_once_and_to_new_ones_too(world: World):
    district = world.district()
    one = world.station(district, "SQ")
    rules(district, "第一版")
    take(one, receipt(district, "SQ", world.stick))
    assert [e.content["title"] for e in kept.editions(one)] == ["第一版"]
    frontier = district.journal.frontiers()["990000-1@SQ"]
    receipts.issue(district, "SQ")
    assert district.journal.frontiers()["990000-1@SQ"] == frontier, "nothing new, nothing written"
    rules(district, "第二版", "2026-07-01")
    two = world.station(district, "HP")
    take(two, receipt(district, "HP", world.stick / "hp"))
    take(one, receipt(district, "SQ", world.stick / "sq"))
    assert in_force(one) == in_force(two) == in_force(district)
    on = kept.in_force(two, "rules", "koujing", date(2026, 6, 30))
    assert on is not None
    assert on.content == {"title": "第一版"}
    assert kept.in_force(two, "rules", "koujing", date(2025, 12, 31)) is None


class Office(World):
    """Homes with every kind of record."""

    shapes = KINDS


def tasks_of(home: Home) -> list[tuple[str, ...]]:
    with home.file.read() as c:
        return [
            tuple(row) for row in c.exec_driver_sql("SELECT uid, code, state, due, title, rev FROM task ORDER BY uid")
        ]


def test_any_order_cut_and_repetition_gives_the_same_lists_and_tasks(tmp_path: Path):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng = random.Random(seed)
    world = Office(tmp_path)
    district = world.district()
    station = world.station(district)
    given: list[str] = []
    for n in range(6):
        if not given or rng.random() < 0.5:
            values = {"title": f"任务{n}", "text": "请办理", "issued": "2026-03-01", "due": "2026-03-20"}
            given.append(tasks.issue(district, ["SQ"], values)[0].uid)
        elif rng.random() < 0.7:
            uid = rng.choice(given)
            if district.journal.record(uid)["state"] != "作废":
                district.journal.correct(uid, {"due": f"2026-04-{n + 1:02d}"}, "宽限")
        elif district.journal.record(given[0])["state"] != "作废":
            district.journal.void(given[0], "不用办了")
        since = (date(2026, 1, 1) + timedelta(days=rng.randrange(400))).isoformat()
        if rng.random() < 0.5:
            rules(district, f"口径{n}", since)
        else:
            lists.put(
                district, "vocabulary", "urgency", {"terms": [{"word": w} for w in rng.sample("甲乙丙丁戊", 3)]}, since
            )
        if rng.random() < 0.5:
            receipts.issue(district, "SQ")
    receipts.issue(district, "SQ")
    chain = "990000-1@SQ"
    last = district.journal.frontiers()[chain][0]
    cuts = [(a, b) for a in range(1, last + 1) for b in {a, min(a + 2, last), last}]
    files = [down(district, chain, a, b, world.stick / f"{a}-{b}") for a, b in cuts]
    whole = files[cuts.index((1, last))]
    station.close()
    shutil.copytree(world.folder / "SQ", world.folder / "clean")
    states = []
    for number in range(4):
        place = world.folder / f"try{number}"
        shutil.copytree(world.folder / "clean", place)
        order = [*rng.choices(files, k=3), whole] if number else [whole]
        rng.shuffle(order)
        with Home.open(place, shapes=KINDS, passphrase=PASSPHRASE) as home:
            for file in order:
                take(home, file)
            assert home.journal.frontiers()[chain][0] == last
            states.append((in_force(home), vocabulary("urgency"), tasks_of(home)))
            with home.file.write() as c:  # a version of the program that knew fewer sorts
                c.exec_driver_sql("DELETE FROM listed")
                home.meta.set(kept.KNOWN, "vocabulary")
            kept.take_again(home)
            kept.lay(home)
            states.append((in_force(home), vocabulary("urgency"), tasks_of(home)))
    assert [state for state in states if state != states[0]] == []
    assert states[0][0] == in_force(district)
    assert states[0][2] == tasks_of(district)
    world.close()


def test_an_import_taken_back_takes_its_lists_along(world: World):
    district = world.district()
    station = world.station(district)
    rules(district, "第一版")
    (done,) = take(station, receipt(district, "SQ", world.stick))
    assert [one["sort"] for one in done.changes] == ["rules"]
    review.undo(station, done.bundle)
    assert kept.editions(station) == []
    (done,) = take(station, receipt(district, "SQ", world.stick / "again"))
    assert len(kept.editions(station)) == 1


def test_a_dry_run_says_everything_and_changes_nothing(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "路灯不亮")
    take(district, send(station, world.stick))
    rules(district, "口径")
    receipts.send_back(district, uid, "缺地点")
    file = receipt(district, "SQ", world.stick)
    (seen,) = take(station, file, dry_run=True)
    assert [one["sort"] for one in seen.changes] == ["confirmed", "returned", "rules"]
    assert kept.editions(station) == []
    (done,) = take(station, file)
    assert done.changes == seen.changes
    (again,) = take(station, file)
    assert (again.outcome, again.changes) == ("duplicate", [])


@pytest.mark.parametrize(
    "values",
    [
        {"sort": "rules", "key": "k", "version": 1, "from": "2026-01-01", "content": {"title": "口径", "colour": "red"}},
        {"sort": "rules", "key": "k", "version": 1, "from": "2026-13-01", "content": RULES},
        {"sort": "rules", "key": "k", "version": 0, "from": "2026-01-01", "content": RULES},
        {"sort": "rules", "key": "../k", "version": 1, "from": "2026-01-01", "content": RULES},
        {"sort": "rules", "key": "k", "version": 1, "content": RULES},
        {"sort": "vocabulary", "key": "urgency", "version": 1, "from": "2026-01-01", "content": {"terms": [{"word": "急"}, 3]}},
        {"sort": 3},
    ],
    ids=range(7),
)  # fmt: skip
def test_a_malformed_list_is_flagged_and_never_half_applied(world: World, values: dict[str, Any]):
    district = world.district()
    station = world.station(district)
    before = vocabulary("urgency")
    district.journal.note("list", values, chain="990000-1@SQ")
    rules(district, "好的")
    (done,) = take(station, receipt(district, "SQ", world.stick))
    assert (done.outcome, done.flagged) == ("applied", 1)
    assert [e.content["title"] for e in kept.editions(station)] == ["好的"]
    assert [one["sort"] for one in done.changes] == ["rules"]
    (entry,) = quarantine.entries(station)
    assert entry["code"] == "LIST_MALFORMED"
    assert vocabulary("urgency") == before


def test_a_sort_of_a_newer_version_is_kept_and_waits(world: World):
    district = world.district()
    station = world.station(district)
    values = {"sort": "anthem", "key": "k", "version": 1, "from": "2026-01-01", "content": {}}
    district.journal.note("list", values, chain="990000-1@SQ")
    (done,) = take(station, receipt(district, "SQ", world.stick))
    assert (done.outcome, done.flagged) == ("applied", 0)
    assert any("更新版本" in notice for notice in done.notices)
    assert kept.editions(station) == []


def test_a_station_s_list_is_refused_at_the_district(world: World):
    district = world.district()
    station = world.station(district)
    station.journal.note("list", {"sort": "rules", "key": "k", "version": 1, "from": "2026-01-01", "content": RULES})
    (done,) = take(district, send(station, world.stick))
    assert (done.outcome, done.code) == ("quarantined", "OP_NOT_ENTITLED")
    assert kept.editions(district) == []


def test_a_restored_district_sends_its_lists_again_under_its_new_chain(world: World):
    district = world.district()
    station = world.station(district)
    rules(district, "第一版")
    take(station, receipt(district, "SQ", world.stick))
    district.new_incarnation("恢复了备份")
    rules(district, "第二版", "2026-02-01")
    files = receipts.write(district, "SQ", world.stick / "later").files
    assert set(words(take(station, *files))) <= {"applied", "duplicate"}
    assert in_force(station) == in_force(district)


def test_editions_fold_into_one_list_of_dated_words():
    def edition(since: str, *terms: dict[str, Any]) -> words_in_force.Edition:
        return words_in_force.read_edition({"key": "urgency", "from": since, "terms": list(terms)})

    first = shipped()["urgency"]
    editions = [
        edition("2026-04-01", {"word": "一般"}, {"word": "限时", "days": 3}),
        edition("2027-01-01", {"word": "一般", "days": 45}, {"word": "特急"}),
    ]
    for day, words_then, days in (
        (date(2026, 3, 31), ["一般", "较急", "急", "特急"], 60),
        (date(2026, 4, 1), ["一般", "限时"], 60),
        (date(2027, 1, 1), ["一般", "特急"], 45),
    ):
        then = fold(first, editions, day)
        assert then.words(day) == words_then
        ordinary = then.find("一般")
        assert ordinary is not None
        assert ordinary.more["days"] == days, "what an edition does not say stays"
        assert then.title == first.title
    last = fold(first, editions, date(2027, 1, 1))
    limited = last.find("限时")
    assert limited is not None
    assert (limited.since, limited.until, limited.local) == ("2026-04-01", "2026-12-31", True)
    assert {t.word for t in last.terms} >= {t.word for t in first.terms}, "old records find every word they hold"


def test_closing_a_home_takes_its_lists_out_of_force(world: World):
    district = world.district()
    lists.put(district, "vocabulary", "urgency", {"terms": [{"word": "只有这个"}]}, "2026-01-01")
    assert vocabulary("urgency").words() == ["只有这个"]
    world.homes["990000"].close()
    assert vocabulary("urgency").words() == ["一般", "较急", "急", "特急"]
    world.reopen("990000")
    assert vocabulary("urgency").words() == ["只有这个"]
    assert json.loads(json.dumps(kept.editions(world.homes["990000"])[0].values))["version"] == 1


def test_a_station_that_takes_the_district_s_step_is_flagged(tmp_path: Path):
    world = Office(tmp_path)
    district = world.district()
    station = world.station(district)
    values = {"title": "任务", "text": "请办理", "issued": "2026-03-01", "due": "2026-03-20"}
    uid = tasks.issue(district, ["SQ"], values)[0].uid
    take(station, receipt(district, "SQ", world.stick))
    told = {"result": "办好了", "replied": "2026-03-10"}
    station.journal.move(uid, "已回复", changes=told)
    take(district, send(station, world.stick / "honest"))
    assert quarantine.entries(district) == []
    row = {k: v for k, v in station.journal.record(uid).items() if k != "kind" and k not in WORKED_OUT}
    station.journal.write(
        "task", {**row, "state": "已办结", "closed": "2026-03-11"}, uid=uid, type="record.correct", reason="自己认可"
    )
    (done,) = take(district, send(station, world.stick / "cheating"))
    assert (done.outcome, done.flagged) == ("applied", 1)
    assert [entry["code"] for entry in quarantine.entries(district)] == ["STEP_OF_OTHER_SIDE"]
    world.close()
