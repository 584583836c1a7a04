"""The two-part slip of a bundle: both halves say the same, and the symbol is read by a scanner."""

from pathlib import Path

import zxingcpp

from studio_desk.binder import Handover, receipt_note
from studio_desk.binder.receipt_note import PARTS
from tests.press.reading import page_picture, printed, solid, text_of, words

SHA = "9f3a11b2c4d5e6f7" + "0" * 48
HANDOVER = Handover(
    station="SQ",
    number=12,
    from_name="石桥镇政协联络站",
    to_name="云岭市青溪区政协",
    file="SQ-1-000113-000287.sdx",
    size=1234567,
    sha256=SHA,
    since="2025-03-01",
    until="2025-12-31",
    counts=(("民情日志", 180), ("民情事项", 45), ("活动", 30), ("会议纪要", 10), ("意见建议", 40), ("附件", 60)),
    way="U盘",
    date="2026-01-05",
    clock="09:30",
)


def test_both_halves_say_everything(tmp_path: Path):
    pdf = tmp_path / "slip.pdf"
    assert printed([receipt_note(HANDOVER)], pdf).pages == 1
    text = solid(text_of(pdf))
    for part in PARTS:
        assert f"数据包交接回执（{part}）" in text
    for told in (
        "石桥镇政协联络站", "云岭市青溪区政协", "SQ-1-000113-000287.sdx", "1,234,567", "2025年3月1日至2025年12月31日",
        "9F3A11B2C4D5E6F7", "U盘", "180", "合计", "365", "SQ第12号", "2026年1月5日09:30", "移交人（签字）", "接收人（签字）",
    ):  # fmt: skip
        assert text.count(told) == 2, told


def test_the_symbol_is_read_from_the_page(tmp_path: Path):
    pdf = tmp_path / "slip.pdf"
    printed([receipt_note(HANDOVER)], pdf)
    found = zxingcpp.read_barcodes(page_picture(pdf, 1, 200))
    assert [code.text for code in found] == ["SDR1:SQ:12:9f3a11b2c4d5e6f7:20260105"] * 2


def test_it_is_cut_in_the_middle(tmp_path: Path):
    pdf = tmp_path / "slip.pdf"
    printed([receipt_note(HANDOVER)], pdf)
    (line,) = [(top + bottom) / 2 for _, _, top, _, bottom, word in words(pdf) if "沿此线裁开" in word]
    assert abs(line - 842 / 2) < 15


def test_blank_it_is_one_page_without_a_symbol(tmp_path: Path):
    pdf = tmp_path / "slip.pdf"
    assert printed([receipt_note(Handover())], pdf).pages == 1
    assert zxingcpp.read_barcodes(page_picture(pdf, 1, 200)) == []


def test_every_kind_at_once_stays_on_one_page(tmp_path: Path):
    pdf = tmp_path / "slip.pdf"
    many = Handover(counts=[(f"记录种类{n}", 10**6 + n) for n in range(15)], sha256=SHA, date="2026-01-05")
    assert printed([receipt_note(many)], pdf).pages == 1
