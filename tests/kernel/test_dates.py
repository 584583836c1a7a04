"""Dates and times as clerks write them: read exactly, or refused, never guessed."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel import clock
from studio_desk.kernel.dates import first_day, in_period, parse_clock, parse_day

DAYS = st.dates(date(1840, 1, 1), date(2199, 12, 31))
HAN = "〇一二三四五六七八九"


@pytest.fixture(autouse=True)
def pinned():
    clock.set_clock(lambda: datetime(2026, 11, 22, 11, 55, tzinfo=clock.CHINA))
    yield
    clock.set_clock(None)


def han_number(number):
    """1 to 31 as Chinese counts."""
    tens, ones = divmod(number, 10)
    return {0: "", 1: "十"}.get(tens, HAN[tens] + "十") + (HAN[ones] if ones else "")


SPELLINGS = [
    "{y:04d}-{m:02d}-{d:02d}", "{y}/{m}/{d}", "{y}.{m}.{d}", "{y}年{m}月{d}日", "{y}年{m:02d}月{d:02d}号", "{y} 年 {m} 月 {d} 日",
    "{y}{m:02d}{d:02d}", "{y}-{m:02d}-{d:02d} 00:00:00", "{y}-{m:02d}-{d:02d}T09:30:00+08:00", "{y}/{m}/{d} 9:30",
    "{y}。{m}。{d}", "{y}、{m}、{d}", "{y}\u2014{m}\u2014{d}", "{y}年{m}月{d}日(星期三)", " {y}-{m}-{d}\t",
]  # fmt: skip


@given(DAYS, st.sampled_from(SPELLINGS), st.booleans())
def test_every_spelling_of_every_day(day, spelling, wide):
    text = spelling.format(y=day.year, m=day.month, d=day.day)
    if wide:
        text = text.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    assert parse_day(text) == day.isoformat()


@given(DAYS)
def test_every_day_in_chinese_numerals(day):
    year = "".join(HAN[int(digit)] for digit in str(day.year))
    text = f"{year}年{han_number(day.month)}月{han_number(day.day)}日"
    assert parse_day(text) == day.isoformat()
    assert parse_day(text.replace("〇", "○")) == day.isoformat()
    assert parse_day(text.replace("〇", "零")) == day.isoformat()


@given(DAYS)
def test_precision_is_kept_and_reading_again_changes_nothing(day):
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        assert parse_day(text) == text
        assert len(str(first_day(text))) == 10
        assert str(first_day(text)).startswith(text)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", ""), ("  ", ""), ("2023.5", "2023-05"), ("2021年6月", "2021-06"), ("2021", "2021"), ("2021年", "2021"),
        ("6月24日", "2026-06-24"), ("11.22", "2026-11-22"), ("11/2", "2026-11-02"), ("1122", "2026-11-22"),
        ("今天", "2026-11-22"), ("昨天", "2026-11-21"), ("前天", "2026-11-20"), ("明天", "2026-11-23"), ("-1", "2026-11-21"),
        ("+7", "2026-11-29"), ("二〇二三年六月四日", "2023-06-04"), ("二〇二三年元月", "2023-01"), ("二〇二三年六月廿四日", "2023-06-24"),
        ("六月二十四日", "2026-06-24"), ("23年5月3日", "2023-05-03"), ("68年5月", "1968-05"), ("2024-02-29", "2024-02-29"),
    ],
)  # fmt: skip
def test_spellings_of_the_field_book(typed, told):
    assert parse_day(typed) == told


@pytest.mark.parametrize(
    "wrong",
    [
        "2023-02-29", "2023-13-01", "2023-00-10", "4月31日", "45000", "45000.5", "44927", "99999", "1", "12", "12:60", "23.5.3",
        "0202-06-04", "2203-01-01", "20230229", "2023-05-03 12:60", "2023-05-03 24:00", "五月", "廿四日", "不知道", "2023-5-3-1",
        "٢٠٢٣-٠٥-٠٣", "=1+1", "\ud800", "2023年5月3日4日", "-1000", "1300",
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(wrong):
    with pytest.raises(ValueError):
        parse_day(wrong)


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_refused(text):
    for parse in (parse_day, parse_clock):
        try:
            told = parse(text)
        except ValueError:
            continue
        assert parse(told) == told


@given(st.integers(0, 99999))
def test_a_bare_number_is_never_a_spreadsheet_day(number):
    try:
        told = parse_day(str(number))
    except ValueError:
        return
    assert len(str(number)) == 4
    assert told == str(number) or told == f"2026-{str(number)[:2]}-{str(number)[2:]}"


@given(st.times())
def test_every_spelling_of_every_minute(time):
    told = f"{time.hour:02d}:{time.minute:02d}"
    for text in (
        told, f"{time.hour}:{time.minute:02d}", f"{time.hour}:{time.minute:02d}", f"{time.hour}.{time.minute:02d}",
        f"{time.hour}时{time.minute}分", f"{time.hour}点{time.minute}", f"{told}:59",
    ):  # fmt: skip
        assert parse_clock(text) == told


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", ""), ("9点", "09:00"), ("9点半", "09:30"), ("九点半", "09:30"), ("三点一刻", "03:15"), ("下午三点三刻", "15:45"),
        ("下午3时20分", "15:20"), ("下午15:20", "15:20"), ("下午两点", "14:00"), ("晚上8点", "20:00"), ("早上8点", "08:00"),
        ("中午12点", "12:00"), ("中午1点", "13:00"), ("中午11点", "11:00"), ("上午12点", "12:00"), ("下午12:30", "12:30"),
        ("凌晨0点", "00:00"), ("十二点三十分", "12:30"), ("9点钟", "09:00"), ("９:３０", "09:30"), ("9点整", "09:00"),
    ],
)  # fmt: skip
def test_times_as_they_are_said(typed, told):
    assert parse_clock(typed) == told


@pytest.mark.parametrize(
    "wrong", ["12:60", "24:00", "25点", "9", "930", "晚上12点", "下午0点", "9点70分", "-1:00", "不知道"]
)
def test_what_is_no_time_is_refused(wrong):
    with pytest.raises(ValueError):
        parse_clock(wrong)


def test_periods():
    assert first_day("") is None
    assert in_period("2023-06-04", "2021-06-24", "2023-06-04")
    assert not in_period("2023-06-05", "2021-06-24", "2023-06-04")
    assert in_period("2022", "2021-06-24", "")
    assert not in_period("2021", "2021-06-24", "")
    assert not in_period("", "", "")
