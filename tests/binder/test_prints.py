"""Single prints: records by uid or number, drafts marked, masked unless asked, blank forms."""

from pathlib import Path

import pytest

from studio_desk.binder import forms, print_form, print_records
from studio_desk.kernel.problem import Problem
from tests.binder.station import YEAR, Station
from tests.press.reading import solid, text_of
from tests.press.verapdf import validate_all


def test_records_by_uid_and_number_each_on_a_front_page(station: Station, tmp_path: Path):
    pdf = tmp_path / "records.pdf"
    printed = print_records(station.home, [station.entries[0], "SQ-SX-2025-0001", station.minutes[0]], pdf)
    assert len(printed.first_page) == 4  # an entry, a matter, the two papers of minutes
    assert [page % 2 for page in printed.first_page[:3]] == [1, 1, 1]
    text = solid(text_of(pdf))
    for title in ("灌溉渠淤堵影响春灌（1）", "灌溉渠淤堵影响春灌办理", "第1次走访慰问会议纪要"):
        assert title in text
    assert printed.missing == ()


def test_the_same_record_gives_the_same_bytes(station: Station, tmp_path: Path):
    one, two = tmp_path / "1.pdf", tmp_path / "2.pdf"
    print_records(station.home, station.entries[:1], one)
    station.at(f"{YEAR + 2}-01-01")
    print_records(station.home, station.entries[:1], two)
    assert one.read_bytes() == two.read_bytes()


def test_drafts_and_withdrawn_records_are_marked(station: Station, tmp_path: Path):
    marks = {}
    for uid in (station.draft, station.void, station.entries[0]):
        print_records(station.home, [uid], tmp_path / "one.pdf")
        text = solid(text_of(tmp_path / "one.pdf"))
        for own in ("草稿里的话", "还是草稿的事", "误录后作废的事"):
            text = text.replace(own, "")
        marks[uid] = {mark for mark in "草废" if mark in text}  # set aslant, each character stands by itself
    assert marks == {station.draft: {"草"}, station.void: {"废"}, station.entries[0]: set()}


def test_a_full_print_is_written_down(station: Station, tmp_path: Path):
    before = station.home.journal.frontiers()[station.home.device][0]
    print_records(station.home, [station.entries[0]], tmp_path / "masked.pdf")
    assert station.home.journal.frontiers()[station.home.device][0] == before
    print_records(station.home, [station.entries[0]], tmp_path / "full.pdf", full=True)
    assert "138****0000" in text_of(tmp_path / "masked.pdf")
    assert "13800000000" in text_of(tmp_path / "full.pdf")
    op, _, body = next(station.home.journal.ops(station.home.device, before + 1))
    assert op.type == "print.full"
    assert body is not None
    assert station.entries[0] in body


def test_the_setting_shows_numbers_but_never_sensitive_pictures(station: Station, tmp_path: Path):
    station.photo(station.entries[1], "民情日志", 90, personal="P2")
    station.home.change_settings(station.home.settings.changed(mask_phones=False))
    print_records(station.home, [station.entries[1]], tmp_path / "set.pdf")
    print_records(station.home, [station.entries[1]], tmp_path / "full.pdf", full=True)
    assert "13800000001" in text_of(tmp_path / "set.pdf")
    assert "现场照片90" not in text_of(tmp_path / "set.pdf")
    assert "现场照片90" in text_of(tmp_path / "full.pdf")


@pytest.mark.parametrize(
    ("wanted", "code"), [([], "NOTHING_TO_PRINT"), (["nobody"], "NO_SUCH_RECORD"), (["SQ-WY-2025-0001"], "NO_PAPER")]
)
def test_refusals(station: Station, tmp_path: Path, wanted: list[str], code: str):
    with pytest.raises(Problem) as refused:
        print_records(station.home, wanted, tmp_path / "no.pdf")
    assert refused.value.code == code
    assert not (tmp_path / "no.pdf").exists()


def test_every_form_prints_blank(station: Station, tmp_path: Path):
    keys = [form.key for form in forms()]
    assert len(keys) == len(set(keys))
    wanted = {"journal_entry", "case", "minutes", "signin", "receipt", "cover", "spine", "catalogue", "note_sheet"}
    assert wanted <= set(keys)
    files = []
    for form in forms():
        pdf = tmp_path / f"{form.key}.pdf"
        printed = print_form(station.home, form.key, pdf)
        assert printed.missing == ()
        assert printed.pages <= 3
        files.append(pdf)
    assert validate_all(files) == {pdf: [] for pdf in files}


def test_a_form_by_its_title_gives_the_same_bytes(station: Station, tmp_path: Path):
    print_form(station.home, "签到表", tmp_path / "1.pdf")
    print_form(station.home, "signin", tmp_path / "2.pdf")
    assert (tmp_path / "1.pdf").read_bytes() == (tmp_path / "2.pdf").read_bytes()
    assert "活动情况表" not in text_of(tmp_path / "1.pdf")


def test_a_cover_is_filled_with_what_the_settings_know(station: Station, tmp_path: Path):
    print_form(station.home, "cover", tmp_path / "blank.pdf")
    print_form(station.home, "cover", tmp_path / "filled.pdf", blank=False)
    assert "石桥镇政协联络站" in text_of(tmp_path / "blank.pdf")
    assert "Z109" not in text_of(tmp_path / "blank.pdf")
    assert "Z109" in text_of(tmp_path / "filled.pdf")


def test_an_unknown_form_names_the_nearest(station: Station, tmp_path: Path):
    with pytest.raises(Problem) as refused:
        print_form(station.home, "民情日记", tmp_path / "no.pdf")
    assert refused.value.code == "UNKNOWN_FORM"
    assert "journal_entry" in refused.value.remedy
    with pytest.raises(Problem) as refused:
        print_form(station.home, "case", tmp_path / "no.pdf", blank=False)
    assert refused.value.code == "FORM_NEEDS_RECORD"
