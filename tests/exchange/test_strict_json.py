"""The quick reader of lines refuses exactly what the slow one refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio_desk.exchange.limits import MAX_DEPTH
from studio_desk.exchange.strict_json import read_line
from studio_desk.kernel import canon
from studio_desk.kernel.problem import Problem

SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"), max_size=8)
)
KEYS = st.text(st.characters(codec="ascii"), max_size=4)
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(KEYS, v, max_size=4), max_leaves=12)


@given(VALUES)
def test_what_is_canonical_is_read(value):
    assert read_line(canon.canon(value), "x") == value


@given(st.text(st.sampled_from('{}[]",:\\u00de0123456789.eE+-truefalsnN Iiy\td8'), max_size=24))
@example('{"a":1,"a":1}')
@example('"\\ud800"')
@example("1e5")
@example("-0")
@example("NaN")
@example("[1,2 ]")
@example('"\\u0041"')
def test_both_readers_agree(line):
    def reads(call) -> bool:
        try:
            call()
        except (ValueError, Problem):
            return False
        return True

    assert reads(lambda: read_line(line, "x")) == reads(lambda: canon.parse(line))


@pytest.mark.parametrize("depth", [MAX_DEPTH - 1, MAX_DEPTH, MAX_DEPTH + 1, 5000, 100_000])
def test_depth_is_counted_before_anything_is_parsed(depth: int):
    line = "[" * depth + "]" * depth
    if depth <= MAX_DEPTH:
        assert json.loads(line) == read_line(line, "x")
    else:
        with pytest.raises(Problem) as refused:
            read_line(line, "x")
        assert refused.value.code == "JSON_DEEP"


def test_brackets_inside_a_text_are_no_depth():
    text = canon.canon({"a": '[{"\\' * 100})
    assert read_line(text, "x") == {"a": '[{"\\' * 100}
