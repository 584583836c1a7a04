"""One value, one line (exchange.md): what the exchange signs can be read back in exactly one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel.canon import MAX_INT, canon, digest, parse

TEXT = st.text(st.characters(codec="utf-8"))
KEYS = st.text(st.characters(codec="ascii"))
VALUES = st.recursive(
    st.none() | st.booleans() | TEXT | st.integers(-MAX_INT + 1, MAX_INT - 1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_has_one_line_and_a_line_one_value(value):
    line = canon(value)
    assert parse(line) == value
    assert canon(parse(line)) == line
    assert "\n" not in line
    assert len(digest(line)) == 64


@pytest.mark.parametrize(
    "line",
    [
        '{"a":1,"a":1}', '{"b":1,"a":1}', '{"a": 1}', "1.0", "1e3", "NaN", "Infinity", "-0", '"\\u4e2d"', '"\\/"', " 1", "1 ", "",
        "{", '{"中":1}', str(2**53), '"\\ud800"', "[" * 18 + "]" * 18, "[" * 100000, '{"a":1}\n', "\ufeff1", "01",
    ],
)  # fmt: skip
def test_anything_but_the_canonical_line_is_refused(line):
    with pytest.raises(ValueError):
        parse(line)


@pytest.mark.parametrize("value", [1.5, 2**53, -(2**53), {"中": 1}, {1: 1}, "\ud800", {1, 2}, b"x", (1,), [[[[1.0]]]]])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError):
        canon(value)
