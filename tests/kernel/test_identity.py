"""Identity numbers: what they say, what is wrong with them, how they are shown."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel import clock
from studio_desk.kernel.identity import age, mask, read_identity

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@pytest.fixture(autouse=True)
def pinned():
    clock.set_clock(lambda: datetime(2026, 3, 1, 12, 0, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)


def check_digit(body):
    """GB 11643-1999, 4.2: ISO 7064 MOD 11-2 with the standard's own table."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


@given(st.dates(date(1900, 1, 1), date(2026, 3, 1)), st.integers(0, 999), st.integers(0, 999999))
def test_every_right_number_is_understood(birth, order, place):
    body = f"{place:06d}{birth:%Y%m%d}{order:03d}"
    told = read_identity(body + check_digit(body))
    assert (told.fault, told.birth, told.sex) == ("", birth.isoformat(), "男" if order % 2 else "女")
    assert read_identity(body + check_digit(body).lower()) == told


@given(st.dates(date(1900, 1, 1), date(2026, 3, 1)), st.integers(0, 999), st.sampled_from("0123456789X"))
def test_every_wrong_check_digit_is_seen_and_the_right_one_named(birth, order, last):
    body = f"990000{birth:%Y%m%d}{order:03d}"
    told = read_identity(body + last)
    assert told.fault == ("" if last == check_digit(body) else "digit")
    assert told.digit == check_digit(body)


@pytest.mark.parametrize(
    "number", ["990000194909210016", "990000195603040012", "990000198812310035", "990000201202290027"]
)
def test_the_fictional_numbers_of_the_samples_are_right(number):
    assert read_identity(number).fault == ""


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", "form"), ("123", "form"), ("99000019490921001", "form"), ("9900001949092100166", "form"),
        ("99000019490921001A", "form"), ("99000019490921001６", "form"), ("X90000194909210016", "form"),
        ("990000194902300016", "birth"), ("990000203001010011", "birth"), ("990000194913210016", "birth"),
    ],
)  # fmt: skip
def test_what_is_wrong(number, fault):
    assert read_identity(number).fault == fault


@given(st.text(max_size=20))
def test_any_text_is_judged(text):
    assert read_identity(text).fault in {"", "form", "birth", "digit"}
    assert len(mask(text)) == len(text)


def test_mask():
    assert mask("990000194909210016") == "990000********0016"
    assert mask("123") == "***"
    assert mask("") == ""


def test_age_is_the_careful_reading():
    assert age("") is None
    assert age("2012-02-29") == 14
    assert age("2012-02-29", date(2026, 2, 28)) == 13
    assert age("2012-03-01") == 14
    assert age("2012-03-02") == 13
    assert age("2012") == 13
    assert age("2012-03") == 13
    assert age("2012-02") == 14
