"""The printed boxes: true page numbers, every name and title, stamps, the same bytes, PDF/A-2u."""

import re
from pathlib import Path

import pypdf
import pytest

from studio_desk.binder import BinderResult, filing, print_binder
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Cancelled
from tests.binder.station import NAMES, YEAR, Station
from tests.press.reading import solid, text_of
from tests.press.verapdf import validate_all

Printed = tuple[Station, BinderResult]


def pages_of(pdf: Path) -> list[str]:
    count = len(pypdf.PdfReader(pdf).pages)
    return [solid(text) for text in text_of(pdf).split("\f")[:count]]


def rows_of(pages: list[str]) -> str:
    return "".join(page for page in pages if "归档文件目录" in page or "续表" in page)


def test_one_file_for_each_period_and_nothing_missing(printed: Printed):
    _, result = printed
    assert [path.name for path, _ in result.files] == ["SQ-2025-永久-第01盒.pdf", "SQ-2025-30年-第01盒.pdf"]
    assert result.missing_glyphs == []
    assert (result.items, result.sealed, result.waiting) == (30, False, 0)
    for path, pages in result.files:
        assert len(pypdf.PdfReader(path).pages) == pages


def test_the_catalogue_s_page_numbers_are_the_true_pages(printed: Printed):
    station, result = printed
    for path, total in result.files:
        pages = pages_of(path)
        listed = rows_of(pages)
        period = path.name.split("-")[2]
        items = [item for item in filing(station.home, YEAR).items if item.period == period]
        starts = []
        for number, item in enumerate(items, 1):
            row = re.search(rf"{number}{re.escape(item.code)}{item.reference}(.*?){item.day}(\d+)第(\d+)页", listed)
            assert row, (item, listed)
            counted, start = int(row[2]), int(row[3])
            assert solid(item.title) in row[1]
            first = pages[start - 1]
            assert item.reference in first or item.title in first
            assert f"—{start}—" in first
            starts.append((start, counted))
        for (start, counted), (after, _) in zip(starts, [*starts[1:], (total, 0)], strict=True):
            filled = [page for page in pages[start - 1 : after - 1] if page]
            assert len(filled) == counted
            assert start % 2 == 1  # each item has leaves of its own
            assert all(f"—{n}—" in pages[n - 1] for n in range(start, start + counted))


def test_every_name_and_title_is_in_the_text(printed: Printed):
    station, result = printed
    text = solid("".join(text_of(path) for path, _ in result.files))
    for item in filing(station.home, YEAR).items:
        assert solid(item.title) in text
    for name in NAMES:
        assert name in text
    for absent in ("还是草稿的事", "误录后作废的事", "上一年的事"):
        assert absent not in text


def test_the_stamp_stands_on_the_first_page_of_each_item(printed: Printed):
    station, result = printed
    path = result.files[1][0]
    items = [item for item in filing(station.home, YEAR).items if item.period == "30年"]
    stamped = [page for page in pages_of(path) if page.startswith("Z1092025")]
    assert [page[len("Z1092025") :][:4] for page in stamped] == [item.shown for item in items]
    assert all(re.match(r"Z1092025\d{4}30年[1-9]", page) for page in stamped)


def test_the_outline_leads_to_every_item(printed: Printed):
    _, result = printed
    reader = pypdf.PdfReader(result.files[0][0])
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert [t for t in titles if t.startswith("0")] == ["0001 第1次走访慰问会议纪要", "0002 第2次走访慰问会议纪要"]
    assert {"盒封面", "盒脊", "归档文件目录", "备考表"} <= set(titles)


def test_two_runs_give_the_same_bytes(printed: Printed, tmp_path: Path):
    station, result = printed
    station.now = station.now.replace(year=YEAR + 3)  # the clock has no say
    again = print_binder(station.home, YEAR, tmp_path)
    assert [p.read_bytes() for p, _ in again.files] == [p.read_bytes() for p, _ in result.files]


def test_it_is_pdf_a_2u(printed: Printed):
    _, result = printed
    assert validate_all([path for path, _ in result.files]) == {path: [] for path, _ in result.files}


def test_telephone_numbers_are_masked_and_the_note_sheet_says_so(printed: Printed, tmp_path: Path):
    station, result = printed
    text = text_of(result.files[1][0])
    assert "138****0000" in text
    assert "13800000000" not in text
    assert "已遮去中间几位" in text
    full = print_binder(station.home, YEAR, tmp_path, "D30", full=True)
    assert "13800000000" in text_of(full.files[0][0])
    assert "已遮去中间几位" not in text_of(full.files[0][0])
    *_, (op, _, body) = station.home.journal.ops(station.home.device)
    assert op.type == "print.full"
    assert body is not None
    assert full.files[0][0].name in body


def test_only_one_period(printed: Printed, tmp_path: Path):
    station, _ = printed
    result = print_binder(station.home, YEAR, tmp_path, "永久")
    assert [path.name for path, _ in result.files] == ["SQ-2025-永久-第01盒.pdf"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["SQ-2025-永久-第01盒.pdf"]


def test_a_year_without_records_is_refused(printed: Printed, tmp_path: Path):
    station, _ = printed
    with pytest.raises(Problem) as refused:
        print_binder(station.home, 1999, tmp_path / "none")
    assert refused.value.code == "BINDER_EMPTY"
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_made_is_refused(printed: Printed, tmp_path: Path):
    station, _ = printed
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Problem) as refused:
        print_binder(station.home, YEAR, tmp_path / "file" / "boxes")
    assert refused.value.code.startswith("MEDIUM_")


def test_who_cancels_leaves_no_half_box(printed: Printed, tmp_path: Path):
    station, _ = printed
    seen = []

    def stop(done: int, total: int, text: str) -> None:
        seen.append((done, total, text))
        if done > total * 2 // 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        print_binder(station.home, YEAR, tmp_path, progress=stop)
    assert list(tmp_path.iterdir()) == []
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert {total for _, total, _ in seen} == {60}


def test_a_box_is_never_thicker_than_its_spine(station: Station, tmp_path: Path):
    station.home.change_settings(station.home.settings.changed(spine_millimetres=10, duplex=False))
    for n in range(70, 110):
        station.entry(n, day=f"{YEAR}-11-{n % 28 + 1:02d}")
    result = print_binder(station.home, YEAR, tmp_path, "30年")
    texts = [solid(text_of(path)) for path, _ in result.files]
    assert len(texts) == 3
    after = 1
    for text, (path, _) in zip(texts, result.files, strict=True):
        told = re.search(r"本盒归档文件共(\d+)件、\d+页，件号(\d{4})—(\d{4})。装盒厚约(\d+)毫米，宜用20毫米", text)
        assert told
        count, first, last, thick = map(int, told.groups())
        assert (first, last - first + 1) == (after, count)
        assert thick <= 10
        after = last + 1
        assert pages_of(path).count("") == 0  # one side only: no blank backs
    assert after - 1 == 68
