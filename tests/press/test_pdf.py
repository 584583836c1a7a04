"""The written file: PDF/A-2u by veraPDF, the same bytes twice, true page numbers, every character to be copied."""

from __future__ import annotations

import io
import os
import random
import re
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pypdf
import pytest
from PIL import Image
from reportlab.pdfbase import pdfdoc, ttfonts
from reportlab.pdfgen.canvas import Canvas

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Cancelled
from studio_desk.press import first_pages, measure, render
from studio_desk.press.breaker import CLOSERS, NON_STARTERS, OPENERS
from studio_desk.press.fonts import faces_by_key
from studio_desk.press.page import Heading, PageBreak, Photo, Photos, Sheet, Text
from studio_desk.press.typeface import check_version
from tests.press import samples
from tests.press.reading import WHEN, in_memory, lines, printed, solid, text_of, words
from tests.press.verapdf import validate_all

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of each document in one file."""
    target = tmp_path_factory.mktemp("press") / "box.pdf"
    printed(samples.everything(), target)
    return target


def test_every_form_is_pdf_a_2u_and_broken_files_are_not(box: Path, tmp_path: Path) -> None:
    whole = box.read_bytes()
    controls = {
        "conformance": (b"<pdfaid:conformance>U<", b"<pdfaid:conformance>X<"),
        "output intent": (b"/OutputIntents [", b"/OutputIntentz ["),
        "unicode map": (b"/ToUnicode ", b"/ToUnicodX "),
        "embedding": (b"/FontFile2 ", b"/FontFileX "),
        "widths": (b" 1000 1000 1000 ", b" 1100 1100 1100 "),
    }
    broken = {}
    for name, (old, new) in controls.items():
        assert old in whole, name
        broken[name] = tmp_path / f"{name}.pdf"
        broken[name].write_bytes(whole.replace(old, new))
    odd = tmp_path / "odd.pdf"
    text = "罕见字🎉\U000323af☑，〓，" + "".join(samples.RARE_NAMES)
    printed([Sheet("怪字", (Text(text),)), samples.minutes(draft=True)], odd)
    found = validate_all([box, odd, *broken.values()])
    assert found[box] == []
    assert found[odd] == []
    for name, path in broken.items():
        assert found[path] != [], f"the validator let a file without {name} pass"


def test_two_runs_give_the_same_bytes_and_another_date_does_not(box: Path) -> None:
    again = io.BytesIO()
    render(
        iter(samples.everything()), again, when=WHEN, title="归档文件 2025", author="古城镇委员联络站", subject="样张"
    )
    assert again.getvalue() == box.read_bytes()
    other = io.BytesIO()
    render(
        samples.everything(),
        other,
        when=date(2026, 1, 13),
        title="归档文件 2025",
        author="古城镇委员联络站",
        subject="样张",
    )
    assert other.getvalue() != again.getvalue()


def test_neither_the_machine_nor_an_earlier_print_shows_in_the_bytes(box: Path, tmp_path: Path) -> None:
    """Another process with other settings, another clock and something printed before gives the same file."""
    (tmp_path / ".reportlab_settings").write_text("pageCompression = 0\nuseA85 = 1\npdfMultiLine = 1\ninvariant = 0\n")
    target = tmp_path / "other.pdf"
    program = (
        "import sys; from pathlib import Path; from tests.press import samples; from tests.press.reading import printed\n"
        "printed([samples.signin(), samples.minutes()], Path(sys.argv[1]))\n"
        "printed(samples.everything(), Path(sys.argv[1]))\n"
    )
    settings = {
        "HOME": str(tmp_path), "RL_useA85": "1", "RL_ttfAsciiReadable": "1", "RL_pdfComments": "1", "TZ": "America/Lima",
        "RL_canvas_basefontname": "Courier", "SOURCE_DATE_EPOCH": "1", "PYTHONHASHSEED": "7",
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    }  # fmt: skip
    paths = os.pathsep.join(path for path in sys.path if path)
    subprocess.run(
        [sys.executable, "-c", program, target], env=os.environ | settings | {"PYTHONPATH": paths}, check=True
    )
    assert target.read_bytes() == box.read_bytes()


def test_two_prints_at_a_time_give_what_each_alone_gives() -> None:
    alone = [in_memory([samples.minutes()]), in_memory([samples.case()])]

    def first(pages: list[bytes]) -> Iterator[Sheet]:
        pages.append(in_memory([samples.case()]))
        yield samples.minutes()

    pages: list[bytes] = []
    assert in_memory(first(pages)) == alone[0]
    assert pages == [alone[1]]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(in_memory, [[samples.minutes()], [samples.case()]] * 4))
    assert done == alone * 4


def test_reportlab_writes_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    show = Canvas.showPage
    monkeypatch.setattr(Canvas, "showPage", lambda canvas: (shown.append(canvas), show(canvas))[1])
    written = in_memory([samples.minutes(), samples.case()])
    reader = pypdf.PdfReader(io.BytesIO(written))
    assert len(shown) == len(reader.pages)
    assert {type(canvas).__mro__[1] for canvas in shown} == {Canvas}
    assert b"ReportLab" in written[:80]
    assert reader.metadata is not None
    assert str(reader.metadata.producer).startswith("ReportLab")
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            assert font["/Subtype"] == "/TrueType", "cut and embedded by ReportLab's TTFont"
            assert re.fullmatch(r"/[A-Z]{6}\+Desk\w+", font["/BaseFont"])


def test_describing_paper_loads_no_engine() -> None:
    program = (
        "import sys, studio_desk.kinds, studio_desk.press.page, studio_desk.press.outcome, studio_desk.press as press\n"
        "engine = {'reportlab', 'PIL', 'studio_desk.press.composing', 'studio_desk.press.fonts', 'studio_desk.press.printing'}\n"
        "assert not engine & set(sys.modules), engine & set(sys.modules)\n"
        "assert callable(press.compose) and callable(press.render) and not hasattr(press, 'ink_well')\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, check=True
    )


def test_another_version_of_reportlab_is_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    check_version()
    monkeypatch.setattr("reportlab.Version", "5.2.0")
    with pytest.raises(Problem) as refused:
        check_version()
    assert refused.value.code == "REPORTLAB_VERSION"
    assert "5.2.0" in refused.value.sentence


def test_what_is_mended_is_still_broken_in_reportlab() -> None:
    """When one of these fails, ReportLab has mended it: drop ours."""
    assert "<2B6D6>" in ttfonts.makeToUnicodeCMap("x", [0, 0x2B6D6]), "five digits are no UTF-16"
    face = ttfonts.TTFontFace(io.BytesIO(bytes(faces_by_key()["i"].typeface._ttf_data)))
    assert any(advance != round(advance) for advance, _bearing in face.hmetrics), "advances in mixed units"
    document = pdfdoc.PDFDocument()
    assert pdfdoc.PDFStream(content=b"x").format(document).endswith(b"\nxendstream\n"), "no end of line"
    assert "Helvetica" in Canvas(io.BytesIO())._doc.fontMapping, "named, not embedded"
    assert "OutputIntents" not in pdfdoc.PDFCatalog.__NoDefault__


def test_what_is_written_is_forgotten() -> None:
    """Forty different photographs take the memory of a few."""
    chance = random.Random(5)
    out = io.BytesIO()

    class Counter:
        size = 0

        def write(self, data: bytes) -> int:
            self.size += len(data)
            return len(data)

    def sheets() -> Iterator[Sheet]:
        for number in range(40):
            Image.frombytes("RGB", (400, 300), chance.randbytes(360_000)).save(out, "JPEG", quality=95)
            yield Sheet(f"照片 {number}", (Photos((Photo(out.getvalue(), "照片"),)),))
            out.seek(0)
            out.truncate()

    in_memory([samples.journal()])
    counter = Counter()
    tracemalloc.start()
    render(sheets(), counter, when=WHEN, title="", author="")  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counter.size > 5_000_000
    assert peak < 2_000_000


def test_characters_beyond_the_basic_plane_can_be_copied(tmp_path: Path) -> None:
    rare = [*"䶮㛃𠅤𫖯𬱖㴔𪚥𬭎", *(chr(code) for code in range(0x20000, 0x2EBE0, 977)), *"\u9feb\u9fef"]
    rare = [char for char in rare if not 0x2CEA2 <= ord(char) <= 0x2CEAF]
    target = tmp_path / "rare.pdf"
    outcome = printed(
        [Sheet("生僻字", (Text("、".join(rare), face=face),)) for face in ("fangsong", "hei", "song")], target
    )
    assert outcome.missing == ()
    found = solid(text_of(target))
    assert [char for char in rare if found.count(char) != 3] == []


def test_what_nobody_can_draw_is_listed_and_still_copied(tmp_path: Path) -> None:
    target = tmp_path / "missing.pdf"
    outcome = printed(
        [
            Sheet("甲", (Text("完好"),)),
            Sheet("乙", (Text("王\U000323af明"), PageBreak(), Text("\U00013000\U00013000\U000323af"))),
        ],
        target,
    )
    assert [(m.page, m.sheet, m.char, m.codepoint) for m in outcome.missing] == [
        (2, "乙", "\U000323af", "U+323AF"), (3, "乙", "\U00013000", "U+13000"), (3, "乙", "\U000323af", "U+323AF"),
    ]  # fmt: skip
    assert "王\U000323af明" in text_of(target)
    assert "\U00013000\U00013000" in text_of(target)


def test_page_numbers_are_true(tmp_path: Path) -> None:
    sheets = [
        samples.catalogue(60),
        samples.journal(),
        samples.minutes(),
        samples.signin(70),
        samples.spines(),
        samples.case(),
    ]
    target = tmp_path / "numbers.pdf"
    outcome = printed(sheets, target)
    counts = measure(sheets)
    assert outcome.sheet_pages == tuple(counts)
    assert outcome.first_page == tuple(first_pages(sheets, counts))
    assert outcome.pages == sum(counts)
    reader = pypdf.PdfReader(target)
    assert len(reader.pages) == outcome.pages
    for sheet, first, count in zip(sheets, outcome.first_page, counts, strict=True):
        for at in range(count):
            shown = solid(text_of(target, first + at, first + at))
            if sheet.numbering == "document":
                assert f"—{first + at}—" in shown
            elif sheet.numbering == "sheet":
                assert f"第{at + 1}页共{count}页" in shown
            else:
                assert not re.search(r"—\d+—", shown)
    outline = [entry for entry in reader.outline if not isinstance(entry, list)]
    assert [reader.get_destination_page_number(entry) + 1 for entry in outline] == list(outcome.first_page)  # type: ignore[arg-type,operator]
    assert [entry.title for entry in outline] == [sheet.title for sheet in sheets]  # type: ignore[union-attr]
    assert reader.page_labels[counts[0]] == str(counts[0] + 1)
    assert reader.page_labels[1] == "归档文件目录 2"


def test_headings_asked_for_are_in_the_outline() -> None:
    reader = pypdf.PdfReader(io.BytesIO(in_memory([samples.minutes()])))
    (_sheet, below) = reader.outline
    assert isinstance(below, list)
    assert [(entry.title, reader.get_destination_page_number(entry)) for entry in below] == [  # type: ignore[union-attr,arg-type]
        ("一、关于清淤疏通", 0), ("二、关于长效管护", 1),
    ]  # fmt: skip


def test_a_recto_sheet_begins_on_a_front_page(tmp_path: Path) -> None:
    one = Sheet("甲", (Heading("一"),), recto=True)
    sheets = [one, Sheet("乙", (Heading("二"),), recto=True), Sheet("丙", (Heading("三"),))]
    target = tmp_path / "recto.pdf"
    outcome = printed(sheets, target)
    assert outcome.first_page == (1, 3, 4) == tuple(first_pages(sheets, measure(sheets)))
    assert (outcome.sheet_pages, outcome.pages) == ((1, 1, 1), 4)
    assert text_of(target, 2, 2).strip() == "", "the blank page carries no number"


def test_the_inner_margin_is_the_wide_one_on_both_sides(tmp_path: Path) -> None:
    target = tmp_path / "margins.pdf"
    printed([Sheet("纪要", (Text("满" * 1500),), frame="gongwen")], target)
    left = {page: min(box[1] for box in words(target) if box[0] == page and "满" in box[5]) for page in (1, 2)}
    assert left[1] == pytest.approx(28 * 72 / 25.4, abs=1.0)
    assert left[2] == pytest.approx(26 * 72 / 25.4, abs=1.0)


def _speech(chance: random.Random) -> str:
    marks = [
        "，",
        "。",
        "、",
        "；",
        "：",
        "！",
        "？",
        "，“",
        "。”",
        "（",
        "）",
        "《",
        "》",
        "——",
        "……",
        "”，",
        "（2025年）",
        "12.5%",
        "〔2025〕3号",
    ]
    pool = "古城镇委员联络站民情日志群众反映水务办理的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定"
    return "".join(
        "".join(chance.choice(pool) for _ in range(chance.randint(1, 11))) + chance.choice(marks) for _ in range(chance.randint(4, 30))
    ) + "此致。"  # fmt: skip


@pytest.mark.parametrize("frame", ["form", "gongwen"])
def test_no_printed_line_breaks_a_rule(tmp_path: Path, frame: str) -> None:
    seed = 20250505
    print("seed", seed)
    chance = random.Random(seed)
    texts = [_speech(chance) for _ in range(300)]
    target = tmp_path / "speech.pdf"
    printed([Sheet("发言", tuple(Text(text) for text in texts), frame=frame, numbering="none")], target)  # type: ignore[arg-type]
    found = lines(target)
    assert len(found) > 1000
    assert [line for line in found if line[0] in CLOSERS | NON_STARTERS] == []
    assert [line for line in found if line[-1] in OPENERS] == []
    solid_found = solid(text_of(target))
    assert [text for text in texts if solid(text) not in solid_found] == []


def test_metadata_says_what_it_was_told(box: Path) -> None:
    reader = pypdf.PdfReader(box)
    info = reader.metadata
    assert info is not None
    assert (info.title, info.author, info.subject) == ("归档文件 2025", "古城镇委员联络站", "样张")
    assert info.creation_date is not None
    assert info.creation_date.date() == WHEN
    xmp = reader.xmp_metadata
    assert xmp is not None
    assert xmp.dc_title == {"x-default": "归档文件 2025"}
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    awkward = pypdf.PdfReader(io.BytesIO(in_memory([Sheet("<&>\x01\ud800", (Text("字"),))])))
    assert awkward.outline[0].title.startswith("<&>")  # type: ignore[union-attr]


def test_cancelling_and_failing_leave_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "box.pdf"
    target.write_text("old")

    def cancel(done: int, total: int, text: str) -> None:
        assert total == 3
        assert "民情日志" in text
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        render([samples.journal(photos=False)] * 3, target, when=WHEN, title="", author="", progress=cancel)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["box.pdf"], "no temporary file is left"
    with pytest.raises(Problem) as refused:
        render([samples.journal(photos=False)], tmp_path / "nowhere" / "x.pdf", when=WHEN, title="", author="")
    assert refused.value.code.startswith("MEDIUM_")
    with pytest.raises(ValueError, match="no sheets"):
        render([], target, when=WHEN, title="", author="")
    assert target.read_text() == "old"
