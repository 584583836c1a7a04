"""Initials as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel.pinyin import LIMIT, initials


@pytest.mark.parametrize(
    ("name", "usual"),
    [
        ("张卫国", "zwg"), ("单雄信", "sxx"), ("仇英", "qy"), ("解缙", "xj"), ("查良镛", "zly"), ("翟志刚", "zzg"), ("覃塘", "qt"),
        ("区寄", "oj"), ("曾国藩", "zgf"), ("欧阳思远", "oysy"), ("李䶮", "ly"), ("钱𫖯", "qf"), ("陈Tai-man", "ctaiman"),
        ("李二〇", "lel"), ("ＡＢ1", "ab1"), ("第11委员工作室", "d11wygzs"),
    ],
)  # fmt: skip
def test_the_usual_reading_comes_first(name, usual):
    assert initials(name)[0] == usual


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("单雄信", {"sxx", "dxx", "cxx"}), ("仇和", {"qh", "ch"}), ("解小东", {"xxd", "jxd"}), ("查全性", {"zqx", "cqx"}),
        ("翟天临", {"ztl", "dtl"}), ("覃辉", {"qh", "th"}), ("区丽情", {"olq", "qlq"}), ("曾志", {"zz", "cz"}),
        ("乐嘉", {"yj", "lj"}), ("行长", {"xz", "hz", "xc", "hc"}),
    ],
)  # fmt: skip
def test_every_reading_is_found(name, also):
    assert also <= set(initials(name))


@given(st.text(max_size=60))
def test_initials_are_few_lower_case_and_repeatable(text):
    told = initials(text)
    assert len(told) <= LIMIT
    assert len(set(told)) == len(told)
    assert all(word.isascii() and word == word.lower() and word.isalnum() for word in told)
    assert initials(text) == told


def test_a_long_name_keeps_the_nearest_readings():
    told = initials("阿卜杜热合曼·吐尔逊尼亚孜")
    assert told[0] == "abdrhmtexnyz"
    assert len(told) == LIMIT
    assert initials("重庆银行行长乐重重重重重重重重重", limit=3) == initials("重庆银行行长乐重重重重重重重重重")[:3]


def test_nothing_to_say_gives_nothing():
    assert initials("") == ()
    assert initials("😀·—") == ()
    assert initials("张", limit=0) == ()
