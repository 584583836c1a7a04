"""Typed and imported text: cleaned once and for all, names kept whole, leftovers of old encodings mapped."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_desk.kernel.text import (
    MIDDLE_DOT,
    PRIVATE_USE,
    clean,
    half_width,
    one_line,
    person_name,
    private_use,
    whole,
)

ODD = (
    "李䶮𠅤·• .．●\u3000 \t\n\r\x0b\u2028\x00\u200b\u200f\u202e\ufeffé\u0301e\ue863\ue19d😀👩\u200d\ud800ﬁ\uf92c\ufdd0"
)
ANY = st.text(st.sampled_from(ODD) | st.characters(), max_size=30)


@given(ANY)
@pytest.mark.parametrize("cleaner", [clean, one_line, person_name, half_width])
def test_cleaning_twice_is_cleaning_once(cleaner, text):
    if cleaner is half_width:
        text = clean(text)
    assert cleaner(cleaner(text)) == cleaner(text)


@given(ANY)
def test_what_is_cleaned_can_be_stored_printed_and_read_by_others(text):
    for told in (clean(text), one_line(text), person_name(text)):
        told.encode("utf-8")
        assert unicodedata.is_normalized("NFC", told)
        assert not any(unicodedata.category(ch) == "Cc" and ch not in "\n\t" for ch in told)
        assert not any(ord(ch) in PRIVATE_USE for ch in told)
    assert "\n" not in one_line(text)
    assert "  " not in one_line(text)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200e\u200f") & set(one_line(text))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\x0bd\u2028e\x85f", "a\nb\nc\nd\ne\nf"),
        ("  路灯\t不亮。\u3000\n", "路灯\t不亮。"),
        ("上\u200b河\ufeff湾\u00ad村\x00", "上河湾村"),
        ("e\u0301", "é"),
        ("半\ud800个", "半?个"),
        ("👩\u200d⚕️ ㎡ ℃ ½ ①②", "👩\u200d⚕️ ㎡ ℃ ½ ①②"),
        ("“”‘’《》", "“”‘’《》"),
    ],
)
def test_clean(typed, kept):
    assert clean(typed) == kept


def test_one_line_folds_every_white_space():
    assert one_line(" 第一行\n\n第二行\t尾\u3000巴\u00a0。 ") == "第一行 第二行 尾 巴 。"
    assert one_line("\u202e反\u200f向") == "反向"


@pytest.mark.parametrize("dot", "•‧・･⋅∙·\u0387ㆍ．.●﹒")
def test_the_middle_dot_of_a_name_is_always_the_same(dot):
    assert person_name(f"阿卜杜热合曼{dot}吐尔逊尼亚孜") == f"阿卜杜热合曼{MIDDLE_DOT}吐尔逊尼亚孜"
    assert person_name(f"阿卜杜 {dot} 吐尔逊") == f"阿卜杜{MIDDLE_DOT}吐尔逊" or dot in ".．●﹒"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("王 磊", "王磊"),
        ("王\u3000磊 ", "王磊"),
        ("李 䶮", "李䶮"),
        ("孙 𠅤", "孙𠅤"),
        ("张 三 丰", "张三丰"),
        ("陈Tai-man", "陈Tai-man"),
        ("José  Ángel", "José Ángel"),
        ("John F. Smith", "John F. Smith"),
        ("ئابدۇرېھىم تۇرسۇن", "ئابدۇرېھىم تۇرسۇن"),
        ("李二〇", "李二〇"),
        ("张●●", "张●●"),
        ("\ue863", "䶮"),
    ],
)
def test_names(typed, kept):
    assert person_name(typed) == kept


# Expected code points from GB 18030-2022; the bytes are those of the standard's two-byte area.
@pytest.mark.parametrize(
    ("code", "real"),
    [
        (0xE863, 0x4DAE), (0xE816, 0x20087), (0xE817, 0x20089), (0xE818, 0x200CC), (0xE831, 0x215D7), (0xE83B, 0x2298F),
        (0xE855, 0x241FE), (0xE81E, 0x9FB4), (0xE826, 0x9FB5), (0xE82B, 0x9FB6), (0xE82C, 0x9FB7), (0xE832, 0x9FB8),
        (0xE843, 0x9FB9), (0xE854, 0x9FBA), (0xE864, 0x9FBB), (0xE7C7, 0x1E3F), (0xE78D, 0xFE10), (0xE78E, 0xFE12),
        (0xE78F, 0xFE11), (0xE790, 0xFE13), (0xE791, 0xFE14), (0xE792, 0xFE15), (0xE793, 0xFE16), (0xE794, 0xFE17),
        (0xE795, 0xFE18), (0xE796, 0xFE19), (0xE7C8, 0x01F9), (0xE76C, 0x20AC), (0xE7E7, 0x303E), (0xE7F3, 0x2FFB),
    ],
)  # fmt: skip
def test_leftovers_of_old_encodings_become_the_real_characters(code, real):
    assert clean(chr(code)) == chr(real)


def test_the_map_of_the_eighty_agrees_with_the_codec_and_runs_without_a_gap():
    trail = [byte for byte in range(0x50, 0xA1) if byte != 0x7F]
    assert len(trail) == 80
    for place, byte in enumerate(trail):
        code = 0xE815 + place
        told = bytes([0xFE, byte]).decode("gb18030")
        assert ord(told) in {code, PRIVATE_USE[code]}, hex(code)
    assert len(set(PRIVATE_USE.values())) == len(PRIVATE_USE)
    assert all(unicodedata.category(chr(code)) == "Co" for code in PRIVATE_USE)
    assert all(unicodedata.category(chr(real)) not in {"Co", "Cn", "Cc"} for real in PRIVATE_USE.values())


def test_what_is_left_in_the_private_area_is_named():
    assert private_use("王\ue19d和\uf8ff\ue19d") == ["\ue19d", "\uf8ff"]
    assert private_use(clean("\ue863")) == []


def test_rare_characters_survive_gb18030():
    names = "李䶮赵㛃孙𠅤钱𫖯周𬱖吴㴔郑𪚥冯翀陈喆褚堃卫骉蒋赟沈勰韩琎〇"
    assert person_name(names) == names
    assert names.encode("gb18030").decode("gb18030") == names


def test_half_width():
    assert half_width("１９９０Ａ－．:/ ") == "1990A-.:/"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("-5", -5),
        ("１，２００", 1200),
        ("007", 7),
        (" 3 ", 3),
        ("³", 3),
        ("٣", 3),
        ("①", 1),
        ("9" * 17, 10**17 - 1),
    ],
)
def test_a_whole_number(typed: str, number: int):
    assert whole(typed) == number


@pytest.mark.parametrize("typed", ["", "--5", "-", "5-", "1.5", "两", "𐩀", "9" * 18, "9" * 5000, "1_000"])
def test_no_whole_number(typed: str):
    assert whole(typed) is None
