"""Every document as a person sees it: nothing lost, nothing beyond the margins, grids and heads where they belong."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from studio_desk.press import compose, measure
from studio_desk.press.page import (
    QR,
    ArchiveStamp,
    Attendee,
    Beside,
    Cell,
    Checks,
    Column,
    Fields,
    Form,
    Gap,
    GongwenMark,
    Heading,
    Imprint,
    Keep,
    PageBreak,
    Photo,
    Photos,
    Roll,
    Row,
    Sheet,
    Signature,
    Signatures,
    Signin,
    Spine,
    Spines,
    Step,
    Table,
    Text,
    Timeline,
)
from tests.press import samples
from tests.press.reading import in_memory, page_picture, printed, solid, text_of, words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MM = 72 / 25.4


def strings(value: object) -> Iterator[str]:
    """Every text of a sheet that must be found on paper."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Sheet):
        yield from strings(value.blocks)
    elif dataclasses.is_dataclass(value):
        hidden = {"group", "face", "lead_face", "align", "kind", "data", "ticked", "breaks"}
        for part in dataclasses.fields(value):
            if part.name not in hidden:
                yield from strings(getattr(value, part.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from strings(part)


def flow(pdf: Path) -> str:
    return solid(text_of(pdf))


@pytest.mark.parametrize("sheet", [*samples.everything(), samples.minutes(draft=True)], ids=lambda sheet: sheet.title)
def test_every_word_of_every_document_is_on_paper_within_the_margins(tmp_path: Path, sheet: Sheet) -> None:
    target = tmp_path / "sheet.pdf"
    outcome = printed([sheet], target)
    assert outcome.missing == ()
    found = set(flow(target))
    text = flow(target)
    for string in strings(sheet):
        for part in string.split("\n"):
            assert solid(part) in text or set(solid(part)) <= found, part
    size = (297, 210) if sheet.landscape else (210, 297)
    for page, left, top, right, bottom, word in words(target):
        if word in "草稿" or sheet.title == "盒脊":  # aslant and upright words: poppler's boxes do not fit them
            continue
        assert left > 5 * MM, (page, word)
        assert right < (size[0] - 5) * MM, (page, word)
        assert top > 3 * MM, (page, word)
        assert bottom < (size[1] - 5) * MM, (page, word)
    edge = round(50 / 25.4 * 3)
    for page in range(1, outcome.pages + 1):
        ink = np.asarray(page_picture(target, page, 50)) < 128
        ink[edge:-edge, edge:-edge] = False
        allowed = 20 if sheet.title == "交接回执" else 0  # the cut line runs to the paper's edge
        assert ink.sum() <= allowed, f"ink at the edge of page {page}"


PART = st.text(st.sampled_from("群众反映排水不畅，请尽快清淤。（见）“急难愁盼”2025年ABC·—…𠅤䶮 "), max_size=200)
LONGS = st.text(st.sampled_from("群众反映排水不畅，请尽快清淤。“”12"), min_size=800, max_size=3000)


@settings(max_examples=12)
@given(PART, LONGS, PART, st.lists(PART, min_size=1, max_size=12))
def test_text_of_any_length_flows_and_is_never_cut(
    tmp_path_factory: pytest.TempPathFactory, short: str, long: str, label: str, cells: list[str]
) -> None:
    form = Form(
        (
            Row((Cell("短", short), Cell(label[:40], "值"))),
            Row((Cell("长", long, foot="签字：王𫖯"), Cell("对照", short)), min_height_mm=40),
            Row((Cell("组", short),), group="群众"),
            Row((Cell("员", Checks((short[:30] or "甲", "乙"), (label[:60] or "丙",))),), group="群众"),
        )
    )
    table = Table((Column("甲"), Column("乙", 3, "left")), tuple((str(i), cell) for i, cell in enumerate(cells)))
    blocks = (Heading("标题"), form, Text(long), table, Timeline((Step("2025-05-05", "步骤", long, "王𫖯"),)))
    target = tmp_path_factory.mktemp("flow") / "flow.pdf"
    printed([Sheet("长文", blocks, numbering="none")], target)
    text = flow(target)
    amount = text
    expected = "群众" + "".join(solid(string) for string in strings(blocks)) + _ticked_beside(short, label)
    assert Counter(expected) - Counter(amount) == Counter()
    for page, left, _top, right, bottom, word in words(target):
        assert left > 20 * MM - 1, (page, word)
        assert right < 190 * MM + 6.1, (page, word)
        assert bottom < 272 * MM + 3, (page, word)


def _ticked_beside(short: str, label: str) -> str:
    """A ticked word that is no option is printed as well."""
    ticked = label[:60] or "丙"
    return "" if ticked in {short[:30] or "甲", "乙"} else solid(ticked)


def test_the_official_page_is_a_grid_of_28_by_22(tmp_path: Path) -> None:
    """GB/T 9704-2012, 5.2.3, looked at in dots: ink only inside the 22 rows and 28 columns of 156 x 225 mm."""
    dpi, target = 200, tmp_path / "grid.pdf"
    printed([Sheet("格", (Text("国" * (28 * 22 * 2), indent=0),), frame="gongwen", numbering="none")], target)
    assert measure([Sheet("格", (Text("国" * (28 * 22)),), frame="gongwen")]) == [2], "the indent makes one line more"
    assert measure([Sheet("格", (Text("国" * (28 * 22), indent=0),), frame="gongwen")]) == [1]
    ink = np.asarray(page_picture(target, 1, dpi)) < 128
    dot = dpi / 25.4
    columns = np.flatnonzero(ink.any(axis=0))
    rows = np.flatnonzero(ink.any(axis=1))
    assert columns[0] / dot == pytest.approx(28, abs=1)
    assert columns[-1] / dot == pytest.approx(28 + 156, abs=1)
    assert rows[0] / dot == pytest.approx(37 + 2.3, abs=1)
    assert rows[-1] / dot == pytest.approx(37 + 225 - 2.3, abs=1)
    bands = np.flatnonzero(np.diff(ink.any(axis=1).astype(int)) == 1)
    assert len(bands) == 22
    assert np.allclose(np.diff(bands) / dot, 225 / 22, atol=0.2)
    first_row = ink[bands[0] + 1 : bands[1]]
    strokes = np.flatnonzero(np.diff(first_row.any(axis=0).astype(int)) == 1)
    assert len(strokes) == 28
    assert np.allclose(np.diff(strokes) / dot, 156 / 28, atol=0.2)


def test_qr_is_read_from_the_printed_page(tmp_path: Path) -> None:
    data = "SDR1:ST0007:12:3F9A0C2177DEB104:20250506"
    target = tmp_path / "receipt.pdf"
    printed([samples.receipt()], target)
    page = page_picture(target, 1, 200)
    codes = zxingcpp.read_barcodes(page)
    assert [code.text for code in codes] == [data, data]
    (one, *_rest) = codes
    edge = (one.position.top_right.x - one.position.top_left.x) / 200 * 25.4
    modules = 29 if edge else 0
    assert 40 * (modules / (modules + 8)) == pytest.approx(edge, abs=1.5), "40 mm with the quiet zone"
    noisy = page.resize((page.width // 2, page.height // 2), Image.Resampling.BILINEAR)
    assert len(zxingcpp.read_barcodes(noisy)) == 2, "a photo of poor resolution is enough"


def test_the_stamp_is_45_by_16_and_only_on_the_first_page(tmp_path: Path) -> None:
    import io
    import subprocess

    target = tmp_path / "stamp.pdf"
    printed([samples.journal()], target)
    red = []
    for page in ("1", "2"):
        done = subprocess.run(
            ["pdftoppm", "-r", "200", "-f", page, "-l", page, "-png", target], check=True, capture_output=True
        )
        dots = np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB")).astype(int)
        red.append((dots[..., 0] > 180) & (dots[..., 1] < 110) & (dots[..., 2] < 110))
    places = np.argwhere(red[0][: int(25 / 25.4 * 200)])
    height, width = (places.max(axis=0) - places.min(axis=0)) * 25.4 / 200
    assert (width, height) == (pytest.approx(45, abs=0.6), pytest.approx(16, abs=0.6))
    assert places[:, 1].mean() * 25.4 / 200 == pytest.approx(105, abs=1.5), "in the middle of the page"
    assert not red[1][: int(25 / 25.4 * 200)].any()


def test_a_table_repeats_its_head_and_counts_its_pages(tmp_path: Path) -> None:
    table = Table(
        (Column("序号"), Column("题名", 5)),
        tuple((str(i), "关于排水的日志") for i in range(100)),
        caption="归档文件目录",
    )
    target = tmp_path / "table.pdf"
    pages = printed([Sheet("目录", (table,))], target).pages
    assert pages > 3
    for page in range(1, pages + 1):
        shown = solid(text_of(target, page, page))
        assert shown.count("序号") == shown.count("题名") - shown.count("归档文件目录题名") or "序号" in shown
        assert ("（续表" in shown) == (page > 1)
        if page > 1:
            assert f"归档文件目录（续表{page - 1}）" in shown


def test_filled_tables_reach_the_foot_and_add_no_page() -> None:
    rows = tuple((str(i), "题名") for i in range(30))
    columns = (Column("序号"), Column("题名", 5))
    plain = measure([Sheet("目录", (Table(columns, rows),))])
    assert measure([Sheet("目录", (Table(columns, rows, fill=True),))]) == plain


def test_a_ragged_row_is_the_authors_mistake() -> None:
    with pytest.raises(ValueError, match="row 1 has 1 cells for 2 columns"):
        Table((Column("甲"), Column("乙")), (("1", "2"), ("1",)))


@pytest.mark.parametrize(("people", "pages"), [(0, 1), (26, 1), (27, 2), (56, 2), (57, 3)])
def test_attendance_sheets_leave_room_for_four_more(people: int, pages: int) -> None:
    sheet = Sheet("签到表", (Heading("签到表"), Signin(tuple(Attendee(f"委员{i}") for i in range(people)))))
    assert measure([sheet]) == [pages]


def test_steps_stay_together_and_the_rail_goes_on(tmp_path: Path) -> None:
    steps = tuple(Step(f"2025-05-{i:02d}", f"第{i}步", samples.LONG) for i in range(1, 16))
    target = tmp_path / "case.pdf"
    pages = printed([Sheet("事项", (Timeline(steps),))], target).pages
    where = [solid(text_of(target, page, page)) for page in range(1, pages + 1)]
    for number in range(1, 16):
        (page,) = [text for text in where if f"第{number}步" in text]
        begin = page.index(f"第{number}步")
        assert solid(samples.LONG) in page[begin:], "a step is not divided when a page can hold it"


def test_headings_do_not_stand_alone_at_the_foot(tmp_path: Path) -> None:
    for lines in range(15, 23):
        target = tmp_path / f"{lines}.pdf"
        blocks = (Text("文" * (28 * lines - 2)), Heading("一、标题", level=1), Text("正文" * 60))
        printed([Sheet("纪要", blocks, frame="gongwen", numbering="none")], target)
        first = solid(text_of(target, 1, 1))
        assert not first.endswith("一、标题"), lines


def test_paragraphs_leave_no_single_line_behind(tmp_path: Path) -> None:
    for lines in range(19, 23):
        target = tmp_path / f"{lines}.pdf"
        blocks = (Text("甲" * (28 * lines - 2)), Text("乙" * (28 * 4 - 2)))
        printed([Sheet("纪要", blocks, frame="gongwen", numbering="none")], target)
        first = [line for line in text_of(target, 1, 1).split() if "乙" in line]
        second = [line for line in text_of(target, 2, 2).split() if "乙" in line]
        assert len(first) != 1
        assert len(second) != 1
        assert len(first) + len(second) == 4


def test_what_is_kept_together_moves_together(tmp_path: Path) -> None:
    kept = Keep((Text("甲"), Gap(20), Text("乙")))
    target = tmp_path / "keep.pdf"
    printed([Sheet("页", (Gap(225), kept), numbering="none")], target)
    assert solid(text_of(target, 1, 1)) == ""
    assert solid(text_of(target, 2, 2)) == "甲乙"


def test_side_by_side_becomes_one_below_the_other_when_too_tall() -> None:
    short = Beside((Text("左"),), (QR("A", 30),))
    tall = Beside((Text("左" * 5000),), (QR("A", 30),))
    assert measure([Sheet("页", (short,)), Sheet("页", (tall,))])[0] == 1
    assert measure([Sheet("页", (tall,))])[0] >= 3


def test_photos_upright_shrunk_and_the_unreadable_ones_told(tmp_path: Path) -> None:
    import pypdf

    turned = samples.photo(size=(1200, 900), orientation=6)
    huge = samples.photo(size=(4000, 3000))
    clear = samples.photo("PNG")
    damaged = samples.photo()[:3000]
    cmyk = _cmyk()
    file = tmp_path / "photo.jpg"
    file.write_bytes(samples.photo(shade=9))
    items = tuple(
        Photo(image, f"第{i}张")
        for i, image in enumerate((turned, huge, clear, damaged, b"", cmyk, file, tmp_path / "gone.jpg"))
    )
    target = tmp_path / "photos.pdf"
    outcome = printed([Sheet("照片", (Photos(items),))], target)
    text = flow(target)
    assert all(f"第{i}张" in text for i in range(8))
    assert text.count("照片文件无法显示") == 3
    images = [image for page in pypdf.PdfReader(target).pages for image in page.images]
    assert len(images) == 5
    shapes = [image.image.size for image in images if image.image]
    assert max(max(shape) for shape in shapes) <= 1500
    assert any(shape[1] > shape[0] for shape in shapes), "the sideways picture stands upright"
    assert all(image.image and image.image.mode in {"RGB", "L"} for image in images)
    assert outcome.pages == 2


def _cmyk() -> bytes:
    import io

    out = io.BytesIO()
    Image.new("CMYK", (300, 200), (0, 200, 200, 0)).save(out, "JPEG")
    return out.getvalue()


def test_page_breaks_and_gaps_leave_no_empty_page() -> None:
    blocks = (PageBreak(), Text("甲"), PageBreak(), PageBreak(), Gap(30), Text("乙"), Gap(280), PageBreak())
    assert measure([Sheet("页", blocks)]) == [2]
    assert measure([Sheet("空", ())]) == [1]


def test_names_on_signing_lines_shrink_and_stay_whole(tmp_path: Path) -> None:
    name = "阿卜杜热依木·买买提吐尔逊·吾买尔江"
    target = tmp_path / "sign.pdf"
    block = Signatures(
        (Signature("记录人", name, ""), Signature("审核人", name, "2025-05-05"), Signature("召集人", "", ""))
    )
    printed([Sheet("签字", (block,))], target)
    assert flow(target).count(name) == 2


def test_a3_and_landscape_have_their_sizes(tmp_path: Path) -> None:
    import pypdf

    target = tmp_path / "sizes.pdf"
    printed([Sheet("甲", (Text("字"),), paper="A3"), Sheet("乙", (Text("字"),), paper="A3", landscape=True)], target)
    sizes = [
        (round(float(p.mediabox.width) / MM), round(float(p.mediabox.height) / MM))
        for p in pypdf.PdfReader(target).pages
    ]
    assert sizes == [(297, 420), (420, 297)]


LONGEST = "阿卜杜热依木·买买提吐尔逊·吾买尔江·艾则孜·阿布都热合曼·玉素甫·伊敏江·麦麦提明·艾合买提江·图尔"
"""A name of fifty characters: as long as a person's name may be."""


def test_the_longest_names_and_titles_are_whole_everywhere(tmp_path: Path) -> None:
    title = "关于古城镇老街片区排水管网清淤疏通、井盖补齐、路灯安装及长效管护机制建设等有关问题的民情事项" * 6
    name = LONGEST[:50]
    signin = Signin(tuple(Attendee(f"{i}{name}", title[:100], name) for i in range(20)))
    timeline = Timeline((Step("2025年5月5日上午九时三十分", title, title, name), Step("2025-05-06", title, who=name)))
    photos = Photos((Photo(samples.photo(), title, "2025-05-05"), Photo(samples.photo(), title)))
    sheets = [
        Sheet("签到", (Heading(title[:120]), signin)),
        Sheet("事项", (timeline, photos)),
        Sheet("落款", (Signatures(tuple(Signature(name[:20], name, "2025年5月5日") for _ in range(3))),)),
        Sheet(
            "纪要",
            (
                GongwenMark(title[:54], title[:40], name, "二〇二五年五月五日"),
                Roll("出席", (name, name)),
                Imprint(title, name, "2025年5月5日"),
            ),
            frame="gongwen",
        ),
        Sheet("盒脊", (Spines(Spine(name, "Z109", "2025", "永久", title[:30], "0001", "0046", "3")),), frame="insert"),
        Sheet("封面", (Fields((("全宗名称", title[:100]),)),), frame="insert"),
        Sheet(
            "归档章",
            (Text("文"),),
            stamp=ArchiveStamp("Z109A", "2025", "0001", "社会法制和民族宗教委员会办公室", "永久", "113"),
        ),
    ]
    target = tmp_path / "longest.pdf"
    outcome = printed(sheets, target)
    assert outcome.missing == ()
    for number, (sheet, first, count) in enumerate(zip(sheets, outcome.first_page, outcome.sheet_pages, strict=True)):
        shown = Counter(solid(text_of(target, first, first + count - 1)))
        wanted = Counter("".join(solid(string) for string in strings(sheet)))
        assert wanted - shown == Counter(), f"{number} {sheet.title}"
    for page, left, top, right, bottom, word in words(target):
        if page == outcome.first_page[4]:
            continue
        assert 10 * MM < left < right < 200 * MM, (page, word)
        assert 3 * MM < top < bottom < 292 * MM, (page, word)


def test_a_sheet_laid_out_before_prints_the_same() -> None:
    plain = in_memory([samples.journal(), samples.catalogue()])
    assert in_memory([compose(samples.journal()), compose(samples.catalogue())]) == plain
