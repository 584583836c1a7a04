"""The journal: the only door, idempotent and order-free."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.store.home import Home
from tests.store.conftest import chain

NewHome = Callable[..., Home]


def _slip(title: str, **more: object) -> dict[str, object]:
    return {"day": "2026-11-20", "title": title, **more}


def state(home: Home) -> list[dict[str, object]]:
    with home.file.read() as c:
        uids = c.exec_driver_sql("SELECT uid FROM record ORDER BY uid").scalars().all()
    local = {"updated_at", "updated_by"}
    return [{k: v for k, v in home.journal.record(uid).items() if k not in local} for uid in uids]


def test_numbers_run_on_per_kind_and_year(new_home: NewHome) -> None:
    home = new_home()
    codes = [home.journal.write("slip", _slip("一")).code for _ in range(2)]
    codes.append(home.journal.write("slip", _slip("旧", day="2021-06")).code)
    assert codes == ["SQ-BT-2026-0001", "SQ-BT-2026-0002", "SQ-BT-2021-0001"]


def test_a_number_of_a_withdrawn_record_is_not_given_again(new_home: NewHome) -> None:
    home = new_home()
    first = home.journal.write("slip", _slip("一"))
    home.journal.void(first.uid, "重复")
    assert home.journal.write("slip", _slip("二")).code == "SQ-BT-2026-0002"
    assert home.journal.record(first.uid)["state"] == "作废"


def test_refused_values_change_nothing(new_home: NewHome) -> None:
    home = new_home()
    with pytest.raises(Problem) as refused:
        home.journal.write("slip", {"day": "2023-02-29", "title": "x"})
    assert refused.value.code == "NO_SUCH_DATE"
    assert refused.value.more["findings"]
    assert home.journal.frontiers() == {}
    assert home.journal.write("slip", _slip("一")).code.endswith("0001")


def test_every_revision_stays_in_the_history(new_home: NewHome) -> None:
    home = new_home()
    uid = home.journal.write("slip", _slip("一")).uid
    home.journal.correct(uid, {"title": "二"})
    home.journal.move(uid, "已登记")
    home.journal.correct(uid, {"title": "三"}, "写错")
    history = home.journal.history(uid)
    assert [r.type for r in history] == ["record.save", "record.correct", "record.move", "record.correct"]
    assert [(r.values or {}).get("title") for r in history] == ["一", "二", "二", "三"]
    assert history[-1].reason == "写错"
    assert [r.base for r in history[1:]] == [(r.op,) for r in history[:-1]]


def test_a_final_record_is_corrected_only_with_a_reason(new_home: NewHome) -> None:
    home = new_home()
    uid = home.journal.write("slip", _slip("一", state="已登记")).uid
    with pytest.raises(Problem, match="REASON_REQUIRED"):
        home.journal.correct(uid, {"title": "二"})


def test_the_life_cycle_is_kept(new_home: NewHome) -> None:
    home = new_home()
    uid = home.journal.write("slip", _slip("一")).uid
    with pytest.raises(Problem) as refused:
        home.journal.move(uid, "已办结")
    assert refused.value.code == "MOVE_NOT_ALLOWED"
    assert refused.value.more["allowed"] == ["已登记", "作废"]
    home.journal.move(uid, "已登记")
    with pytest.raises(Problem, match="REASON_REQUIRED"):
        home.journal.move(uid, "已办结")
    assert home.journal.move(uid, "已办结", "办好了").state == "已办结"


def test_a_withdrawn_record_is_closed_for_good(new_home: NewHome) -> None:
    home = new_home()
    uid = home.journal.write("slip", _slip("一")).uid
    home.journal.void(uid, "重复")
    with pytest.raises(Problem, match="RECORD_VOID"):
        home.journal.correct(uid, {"title": "二"}, "改")


def test_merging_twice_changes_nothing(new_home: NewHome) -> None:
    station, district = new_home(), new_home("990000", "district")
    for number in range(3):
        station.journal.write("slip", _slip(f"第{number}条"))
    first = district.journal.apply(chain(station, "SQ-1"))
    before = state(district)
    second = district.journal.apply(chain(station, "SQ-1"))
    assert (first.new, first.same, len(first.added)) == (3, 0, 3)
    assert (second.new, second.same, second.changed) == (0, 3, set())
    assert state(district) == before == state(station)


def test_a_gap_is_named_and_nothing_of_it_is_taken(new_home: NewHome) -> None:
    station, district = new_home(), new_home("990000", "district")
    for number in range(4):
        station.journal.write("slip", _slip(f"第{number}条"))
    with pytest.raises(Problem) as refused:
        district.journal.apply(chain(station, "SQ-1", 3))
    assert refused.value.code == "CHAIN_GAP"
    assert district.journal.frontiers() == {}


def test_a_second_content_at_the_same_place_is_a_fork(new_home: NewHome) -> None:
    station, district = new_home(), new_home("990000", "district")
    station.journal.write("slip", _slip("一"))
    district.journal.apply(chain(station, "SQ-1"))
    line, body = chain(station, "SQ-1")[0]
    with pytest.raises(Problem, match="CHAIN_FORK"):
        district.journal.apply([(line.replace('"t":"2', '"t":"1'), body)])


def test_concurrent_edits_merge_by_field_and_ask_about_the_same_field(new_home: NewHome) -> None:
    station, district = new_home(), new_home("990000", "district")
    uid = station.journal.write("slip", _slip("一", note="甲")).uid
    district.journal.apply(chain(station, "SQ-1"))
    station.journal.correct(uid, {"title": "站里改"})
    district.journal.correct(uid, {"note": "区里改"})
    district.journal.apply(chain(station, "SQ-1"))
    merged = district.journal.record(uid)
    assert (merged["title"], merged["note"], merged["conflict"]) == ("站里改", "区里改", [])
    station.journal.apply(chain(district, "990000-1@SQ"))
    station.journal.correct(uid, {"note": "A"})
    district.journal.correct(uid, {"note": "B"})
    district.journal.apply(chain(station, "SQ-1"))
    (conflict,) = district.journal.conflicts()
    assert conflict.field == "note"
    assert {v.value for v in conflict.versions} == {"A", "B"}
    with pytest.raises(Problem, match="RECORD_IN_CONFLICT"):
        district.journal.correct(uid, {"title": "x"})
    district.journal.resolve(uid, {"note": "A"}, "以站里为准")
    assert district.journal.conflicts() == []
    station.journal.apply(chain(district, "990000-1@SQ"))
    assert state(station) == state(district)
    said = {(r.values or {}).get("note") for r in station.journal.history(uid)}
    assert {"A", "B"} <= said


def test_any_split_order_and_repetition_gives_the_same_state(new_home: NewHome) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    station, district = new_home(), new_home("990000", "district")
    uids: list[str] = []
    for step in range(60):
        if step and chance.random() < 0.3:
            district.journal.apply(chain(station, "SQ-1"))
            station.journal.apply(chain(district, "990000-1@SQ"))
        home = chance.choice([station, district])
        known = [u for u in uids if _writable(home, u)]
        if not known or chance.random() < 0.3:
            uids.append(station.journal.write("slip", _slip(f"第{step}条")).uid)
        else:
            home.journal.correct(chance.choice(known), {chance.choice(["title", "note"]): f"改{step}"})
    district.journal.apply(chain(station, "SQ-1"))
    other = new_home("880000", "district")
    parts = []
    for dev, source in (("SQ-1", station), ("990000-1@SQ", district)):
        ops = chain(source, dev)
        while ops:
            cut = chance.randint(1, 9)
            parts.append((dev, ops[:cut]))
            ops = ops[cut:]
    chains = {dev: [p for d, p in parts if d == dev] for dev, _ in parts}
    while any(chains.values()):
        dev = chance.choice([d for d, p in chains.items() if p])
        part = chains[dev].pop(0)
        other.journal.apply(part)
        if chance.random() < 0.3:
            other.journal.apply(part)
    assert state(other) == state(district)
    assert other.journal.frontiers() == district.journal.frontiers()
    other.journal.rebuild()
    assert state(other) == state(district)


def _writable(home: Home, uid: str) -> bool:
    try:
        return not home.journal.record(uid)["conflict"]
    except Problem:
        return False


def test_an_import_can_be_taken_back_until_something_builds_on_it(new_home: NewHome) -> None:
    station, district = new_home(), new_home("990000", "district")
    uid = station.journal.write("slip", _slip("一")).uid
    district.journal.apply(chain(station, "SQ-1"))
    before = state(district)
    station.journal.correct(uid, {"title": "二"})
    station.journal.write("slip", _slip("三"))
    district.journal.apply(chain(station, "SQ-1", 2))
    district.journal.take_back([op.digest for op, _, _ in district.journal.ops("SQ-1", 2)])
    assert state(district) == before
    assert district.journal.frontiers()["SQ-1"][0] == 1
    district.journal.apply(chain(station, "SQ-1", 2))
    district.journal.correct(uid, {"note": "区里改"})
    with pytest.raises(Problem, match="IMPORT_BUILT_ON"):
        district.journal.take_back([op.digest for op, _, _ in district.journal.ops("SQ-1", 2)])


def test_a_body_of_an_unknown_kind_is_kept_and_shown_as_such(new_home: NewHome) -> None:
    station, district = new_home(), new_home("990000", "district")
    uid = station.journal.write("slip", _slip("一")).uid
    line, body = chain(station, "SQ-1")[0]
    assert body is not None
    district.journal.shapes.clear()
    applied = district.journal.apply([(line, body)])
    assert applied.added == {uid}
    assert district.journal.record(uid)["title"] == "一"
    assert [b for _, _, b in district.journal.ops("SQ-1")] == [body]


def test_screens_are_told_after_the_commit_only(new_home: NewHome) -> None:
    home = new_home()
    told: list[set[str]] = []
    home.journal.subscribe(lambda changes: told.append(changes.records))
    uid = home.journal.write("slip", _slip("一")).uid

    def fail_midway() -> None:
        with home.transaction():
            home.journal.write("slip", _slip("二"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_midway()
    assert told == [{uid}]
    assert home.journal.write("slip", _slip("三")).code == "SQ-BT-2026-0002"
