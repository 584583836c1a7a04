"""Every character finds a glyph, a stand-in, or 〓 with a note; the files are those of their sums."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from typing import TYPE_CHECKING

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.resources import resource
from studio_desk.press import fonts
from studio_desk.press.fonts import ABSENT, FontChain, chain, faces_by_key, normalise
from studio_desk.press.page import Sheet, Text
from studio_desk.press.typeface import Typeface
from tests.press.reading import in_memory
from tests.press.samples import RARE_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROLES = ("fangsong", "kai", "hei", "title", "song")


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Chains learnt in one test are not met in another."""
    yield
    chain.cache_clear()
    faces_by_key.cache_clear()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sets_gb2312_and_the_rare_names(role: str) -> None:
    gb2312 = [
        bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
        if not (high == 0xD7 and low > 0xF9)
    ]  # fmt: skip
    assert len(gb2312) == 6763
    for char in [*gb2312, *"".join(RARE_NAMES), *"①②㈠Ⅳ※→★㎡℃‰×÷±§·—…“”‘’〔〕【】《》éüǚαЖ"]:
        assert chain(role).lookup(char).key != ABSENT, f"{char} U+{ord(char):04X}"  # type: ignore[arg-type]


def test_all_of_gb18030_level_3_has_a_glyph() -> None:
    """The target of print.md 3.2: basic block to U+9FEF, Ext A to F."""
    blocks = ((0x4E00, 0x9FEF), (0x3400, 0x4DB5), (0x20000, 0x2A6D6), (0x2A700, 0x2B734), (0x2B740, 0x2B81D), (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0))  # fmt: skip
    faces = list(faces_by_key().values())
    lacking = [
        f"U+{code:04X}"
        for first, last in blocks
        for code in range(first, last + 1)
        if not any(face.typeface.glyph(code) for face in faces)
    ]
    assert lacking == []


def test_what_nobody_has_is_noted_and_keeps_its_place() -> None:
    prepared = chain("fangsong").prepare("王\U0002f800\U000323af\U00013000的")
    assert prepared.text == "王丽\U000323af\U00013000的", "the compatibility ideograph became the unified one"
    assert [key == ABSENT for key in prepared.faces] == [False, False, True, True, False]
    assert prepared.advances == [1.0] * 5


def test_old_encodings_and_what_has_no_shape() -> None:
    assert normalise("\ue831\ue81e\ue855") == "\U000215d7\u9fb4\U000241fe"
    assert normalise("\uf92c\u200b\ufeff郎\ufe00\u200d\x07e\u0301") == "郎郎é"
    assert normalise("plain") == "plain"


def test_stand_ins_where_no_face_has_the_sign() -> None:
    for char in "☑☐✔✘🎉\u2212":
        assert chain("fangsong").lookup(char).key != ABSENT


def test_western_words_beside_chinese_are_times_like() -> None:
    prepared = chain("fangsong").prepare("第12期A—“b”")
    assert prepared.faces == "ahhahaaha"
    assert chain("hei").prepare("12").faces == "cc", "黑体 keeps its own digits"


@pytest.mark.parametrize("role", ROLES)
def test_the_long_dash_has_no_gap(role: str) -> None:
    found = chain(role).lookup("—")  # type: ignore[arg-type]
    face = faces_by_key()[found.key]
    left, right = face.typeface.extent(face.glyph("—"))
    assert (found.advance, left, right) == (1.0, 0.0, 1.0)


def test_marks_give_no_more_than_their_white() -> None:
    for mark in "，。、；：！）》”’":
        assert 0.4 <= chain("fangsong").blank(mark) <= 0.5, mark
    assert chain("fangsong").blank("？") < 0.3, "FandolFang sets it in the middle"
    assert chain("fangsong").blank("（") > 0.4


def test_the_files_are_those_of_the_sums() -> None:
    folder = resource("fonts")
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert sorted(line.split()[1] for line in lines) == sorted(path.name for path in folder.glob("*.ttf.zst"))
    for line in lines:
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert sum(path.stat().st_size for path in folder.glob("*.zst")) < 33_000_000
    sources = (folder / "SOURCES.md").read_text()
    for path in folder.glob("*.ttf.zst"):
        assert f"`{path.name}`" in sources
    for licence in ("GPL-3-font-exception.txt", "OFL-Noto.txt", "OFL-Liberation.txt", "Hanazono.txt"):
        assert licence in sources
        assert (folder / licence).stat().st_size > 1000


def test_fonts_are_unpacked_once_and_a_full_disk_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_a, **_k: str(tmp_path / "cache"))
    packed = resource("fonts") / "latin.ttf.zst"
    first = fonts._unpacked(packed)
    (kept,) = (tmp_path / "cache" / "fonts").iterdir()
    assert kept.read_bytes() == bytes(first)
    again = fonts._unpacked(packed)
    assert bytes(again) == bytes(first)
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_a, **_k: str(tmp_path / "file"))
    assert bytes(fonts._unpacked(packed)) == bytes(first), "unpacked in memory instead"


def test_a_damaged_font_is_a_sentence_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(resource("fonts"), tmp_path / "fonts", ignore=shutil.ignore_patterns("rare*"))
    (tmp_path / "fonts" / "user").mkdir()
    (tmp_path / "fonts" / "user" / "kai-mine.ttf").write_bytes(b"OTTO" + b"\0" * 40)
    monkeypatch.setattr(fonts, "resource", lambda name: tmp_path / name)
    with pytest.raises(Problem) as refused:
        FontChain("kai").lookup("字")
    assert refused.value.code == "FONT_UNREADABLE"
    assert "kai-mine.ttf" in refused.value.sentence


def test_a_face_of_the_users_own_goes_first_and_the_rest_still_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resource("fonts"), tmp_path / "fonts")
    (tmp_path / "fonts" / "user").mkdir()
    (tmp_path / "fonts" / "user" / "Zhuque.ttf").write_bytes(small_font())
    monkeypatch.setattr(fonts, "resource", lambda name: tmp_path / name)
    own = FontChain("fangsong")
    assert own.lookup("一").key == "A"
    assert own.lookup("丁").key == "a"
    assert FontChain("hei").lookup("一").key == "c", "only 仿宋 is replaced"


def small_font(*, composite: bool = False) -> bytes:
    """A TrueType font with 一 (and 二 made of two of them), a format 4 character map only."""
    build = FontBuilder(1000, isTTF=True)
    names = [".notdef", "one", *(["two"] if composite else [])]
    build.setupGlyphOrder(names)
    build.setupCharacterMap({0x4E00: "one"} | ({0x4E8C: "two"} if composite else {}))
    pen = TTGlyphPen(None)
    for point in ((50, 400), (950, 400), (950, 460), (50, 460)):
        (pen.moveTo if point == (50, 400) else pen.lineTo)(point)
    pen.closePath()
    one = pen.glyph()
    glyphs = {".notdef": TTGlyphPen(None).glyph(), "one": one}
    if composite:
        two = TTGlyphPen(glyphs)
        two.addComponent("one", (1, 0, 0, 1, 0, 200))
        two.addComponent("one", (0.5, 0, 0, 0.5, 0, -200))
        glyphs["two"] = two.glyph()
    build.setupGlyf(glyphs)
    build.setupHorizontalMetrics(dict.fromkeys(names, (1000, 50)))
    build.setupHorizontalHeader(ascent=880, descent=-120)
    build.setupNameTable({"familyName": "Small", "styleName": "Regular", "psName": "Small"})
    build.setupPost()
    out = io.BytesIO()
    build.save(out)
    return out.getvalue()


def embedded(pdf: bytes) -> list[tuple[str, TTFont]]:
    """(characters in the order of their codes, font program) of every subset of a printed file."""
    found = []
    for reference in pypdf.PdfReader(io.BytesIO(pdf)).pages[0]["/Resources"]["/Font"].values():
        font = reference.get_object()
        pairs = re.findall(rb"<([0-9A-F]{2})> <([0-9A-F]{4,})>\n", font["/ToUnicode"].get_data())
        chars = {int(code, 16): bytes.fromhex(char.decode()).decode("utf-16-be") for code, char in pairs}
        assert font["/FirstChar"] == 0
        program = TTFont(io.BytesIO(font["/FontDescriptor"]["/FontFile2"].get_data()))
        assert [round(width, 3) for width in font["/Widths"]][1:] == [
            round(program["hmtx"][glyph_of(program, code)][0] * 1000 / program["head"].unitsPerEm, 3)
            for code in range(1, font["/LastChar"] + 1)
        ]
        found.append(("".join(chars.get(code, "?") for code in range(font["/LastChar"] + 1)), program))
    return found


def glyph_of(program: TTFont, code: int) -> str:
    """The glyph a viewer draws for a code of a simple TrueType font."""
    (table,) = program["cmap"].tables
    return table.cmap.get(code, ".notdef")


def test_embedded_subsets_draw_the_same_outlines_as_wide_and_every_character_has_its_own_code() -> None:
    words = "民情☑■\U00020164\U0002a6a5㛃䶮(éЖ)12🎉\U000323af〓" + "".join(
        chr(code) for code in range(0x4E00, 0x4E00 + 300)
    )
    by_name = {face.typeface.name.decode(): face for face in faces_by_key().values()}
    seen = []
    for chars, program in embedded(in_memory([Sheet("字", (Text(words),), numbering="none")])):
        face = by_name[program["name"].getDebugName(6)]
        for code, char in enumerate(chars):
            if code in {0, 32}:
                continue
            seen.append(char)
            number = face.sort(char)
            glyph = program["glyf"][glyph_of(program, code)]
            assert program["hmtx"][glyph_of(program, code)] == face.typeface.hmetrics[number], char
            if glyph.numberOfContours:
                em = program["head"].unitsPerEm
                assert (glyph.xMin / em, glyph.xMax / em) == face.typeface.extent(number), char
    assert sorted(set(seen) - {" "}) == sorted(set(words))


def test_composite_glyphs_bring_their_components() -> None:
    face = Typeface(small_font(composite=True), "x")
    font = TTFont(io.BytesIO(face.makeSubset([0, 0x4E8C])))
    assert font["maxp"].numGlyphs == 3, "the component was appended"
    glyph = font["glyf"][font.getGlyphName(1)]
    assert [component.glyphName for component in glyph.components] == [font.getGlyphName(2)] * 2


@pytest.mark.parametrize("junk", [b"", b"\0\1\0\0\0\1", b"OTTO" + b"\0" * 100, b"\0" * 5000, b"\0\1\0\0" * 50])
def test_junk_is_no_font(junk: bytes) -> None:
    with pytest.raises(ValueError):
        Typeface(junk, "x")


def test_a_cut_font_is_no_font_and_a_nameless_one_is() -> None:
    whole = small_font()
    for length in range(0, len(whole), 7):
        try:
            Typeface(whole[:length], "x")
        except ValueError:
            continue
        assert length > len(whole) - 24, "only the end of `post`, which paper does not need, may be missing"
    font = TTFont(io.BytesIO(whole))
    font["name"].names = []
    out = io.BytesIO()
    font.save(out)
    assert Typeface(out.getvalue(), "A").glyph(0x4E00) == 1


def test_two_faces_of_one_name_and_a_users_face_without_the_common_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(resource("fonts"), tmp_path / "fonts")
    (tmp_path / "fonts" / "user").mkdir()
    for role in ("kai", "hei"):
        (tmp_path / "fonts" / "user" / f"{role}.ttf").write_bytes(small_font())
    monkeypatch.setattr(fonts, "resource", lambda name: tmp_path / name)
    sheet = Sheet("甲", (Text("一 二", face="kai"), Text("一 二", face="hei")), numbering="none")
    assert [chars.count("一") for chars, _program in embedded(in_memory([sheet])) if "一" in chars] == [1, 1]
