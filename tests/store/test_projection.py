"""The projection is a pure function of the set of ops."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.store.projection import MOST, Said, project


def test_one_op_is_the_record() -> None:
    assert project([Said("a", (), {"x": 1})]).values == {"x": 1}


def test_a_later_op_replaces_what_it_had_seen() -> None:
    both = [Said("a", (), {"x": 1, "y": 1}), Said("b", ("a",), {"x": 2, "y": 1})]
    assert project(both).values == {"x": 2, "y": 1}
    assert project(both).heads == ("b",)


def test_different_fields_written_side_by_side_merge() -> None:
    got = project(
        [Said("a", (), {"x": 1, "y": 1}), Said("b", ("a",), {"x": 2, "y": 1}), Said("c", ("a",), {"x": 1, "y": 3})]
    )
    assert got.values == {"x": 2, "y": 3}
    assert got.conflicts == {}
    assert got.heads == ("b", "c")


def test_the_same_field_written_side_by_side_is_a_conflict_with_both_values_kept() -> None:
    got = project([Said("a", (), {"x": 1}), Said("b", ("a",), {"x": 2}), Said("c", ("a",), {"x": 3})])
    assert got.conflicts == {"x": ("b", "c")}
    assert got.values == {"x": 2}


def test_the_same_value_on_both_sides_is_no_conflict() -> None:
    got = project([Said("a", (), {"x": 1}), Said("b", ("a",), {"x": 2}), Said("c", ("a",), {"x": 2})])
    assert got.conflicts == {}
    assert got.values == {"x": 2}


def test_a_decision_that_saw_both_ends_the_conflict() -> None:
    ops = [
        Said("a", (), {"x": 1}),
        Said("b", ("a",), {"x": 2}),
        Said("c", ("a",), {"x": 3}),
        Said("d", ("b", "c"), {"x": 3}),
    ]
    assert project(ops).values == {"x": 3}
    assert project(ops).conflicts == {}
    assert project(ops).heads == ("d",)


def test_a_conflict_survives_writes_to_other_fields() -> None:
    ops = [
        Said("a", (), {"x": 1}),
        Said("b", ("a",), {"x": 2}),
        Said("c", ("a",), {"x": 3}),
        Said("d", ("b",), {"x": 2, "y": 5}),
    ]
    got = project(ops)
    assert got.conflicts == {"x": ("b", "c")}
    assert got.values["y"] == 5


def test_clearing_a_field_counts_as_a_write() -> None:
    ops = [Said("a", (), {"x": 1}), Said("b", ("a",), {}), Said("c", ("a",), {"x": 1, "y": 2})]
    assert project(ops).values == {"y": 2}


def test_an_erased_body_leaves_the_values_its_ancestors_said() -> None:
    assert project([Said("a", (), {"x": 1}), Said("b", ("a",), None)]).values == {"x": 1}


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """Random ancestry: each op has seen some of the earlier ones."""
    ops: list[Said] = []
    for number in range(draw(st.integers(1, 7))):
        seen = draw(st.sets(st.sampled_from([o.digest for o in ops]), max_size=3)) if ops else set()
        values = draw(st.dictionaries(st.sampled_from("xyz"), st.integers(1, 3)))
        ops.append(Said(f"{draw(st.integers(0, 9))}{number}", tuple(sorted(seen)), values))
    return ops


@given(histories(), st.randoms(use_true_random=False))
def test_order_never_matters(history: list[Said], chance: object) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert project(shuffled) == project(history)


@given(histories())
def test_an_op_that_saw_every_head_is_the_record(history: list[Said]) -> None:
    before = project(history)
    last = Said("zz", before.heads, {"x": 9})
    assert project([*history, last]).values == {"x": 9}
    assert project([*history, last]).heads == ("zz",)


@given(histories())
def test_a_value_shown_was_written_by_a_version_alive(history: list[Said]) -> None:
    got = project(history)
    said = {o.digest: o.values or {} for o in history}
    for name, versions in got.conflicts.items():
        assert len({said[v].get(name) for v in versions}) > 1
        assert got.values.get(name) in {said[v].get(name) for v in versions}


def test_a_record_with_too_many_ops_shows_whole_versions() -> None:
    """Whoever writes thousands of ops about one record keeps nobody busy, and no version is lost."""
    first = Said("0" * 8, (), {"x": 0, "y": 1})
    many = [Said(f"{n:08d}", (first.digest,), {"x": n % 3, "y": 1}) for n in range(1, 20_000)]
    got = project([first, *many])
    heads = tuple(op.digest for op in many)
    assert got.heads == heads
    assert got.values == {"x": 1, "y": 1}
    assert got.conflicts == {"x": heads}
    decided = Said("z", heads, {"x": 7, "y": 1})
    assert project([decided, *many[::-1], first]).values == {"x": 7, "y": 1}
    assert project([decided, *many[::-1], first]).conflicts == {}


def test_a_long_history_with_one_branch_shows_whole_versions() -> None:
    line = [Said("00000000", (), {"x": 0})]
    for n in range(1, 20_000):
        line.append(Said(f"{n:08d}", (line[-1].digest,), {"x": n}))
    branch = Said("b", (line[7].digest,), {"x": -1})
    got = project([branch, *line])
    assert got.heads == (line[-1].digest, "b")
    assert got.values == {"x": 19_999}
    assert got.conflicts == {"x": (line[-1].digest, "b")}
    erased = [Said(op.digest, op.base, None) for op in (line[-1], branch)]
    assert project([*line[:-1], *erased]).values == {"x": 19_998}
    assert project([Said(op.digest, op.base, None) for op in (*line, branch)]).values == {}


def test_both_ways_to_work_a_record_out_agree_where_one_version_has_seen_all() -> None:
    ops = [Said("0", (), {"x": 0, "y": 0}), Said("1", ("0",), {"x": 1, "y": 0}), Said("2", ("0",), {"x": 0, "y": 2})]
    ops.append(Said("3", ("1", "2"), {"x": 3, "y": 2}))
    more = [Said(f"4{n:08d}", ("0",), {"x": 0, "y": 0}) for n in range(MOST)]
    end = Said("9", ("3", *(op.digest for op in more)), {"x": 3, "y": 2})
    assert project([*ops, end]).values == project([*ops, *more, end]).values


@pytest.mark.parametrize("more", [0, MOST])
def test_of_two_new_numbers_the_smaller_stands_and_nobody_is_asked(more: int):
    first = Said("a", (), {"code": "SQ-1", "x": 1})
    two = [Said("b", ("a",), {"code": "SQ-3", "x": 1}), Said("c", ("a",), {"code": "SQ-2", "x": 1})]
    found = project(
        [first, *two, *(Said(f"d{n}", (f"d{n - 1}" if n else "c",), {"code": "SQ-2", "x": 1}) for n in range(more))]
    )
    assert found.values == {"code": "SQ-2", "x": 1}
    assert found.conflicts == {}
    assert len(found.heads) == 2
    again = project([first, *two, Said("e", ("b", "c"), {"code": "SQ-3", "x": 1})])
    assert again.values["code"] == "SQ-3"
