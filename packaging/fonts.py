#!/usr/bin/env python3
"""Build `resources/fonts` from Debian's font packages: outlines to TrueType, subset, renamed, compressed, always the same bytes.

    python packaging/fonts.py [--packages FOLDER] [--only ROLE ...]

Needs `apt-get` and `dpkg` (Debian 12), fontTools and zstandard; about five minutes on one core. The result is committed,
because a fresh machine must print without 270 MB of downloads. Why each face: `resources/fonts/SOURCES.md`.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import hashlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import zstandard
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

OUT = Path(__file__).resolve().parent.parent / "resources" / "fonts"

PACKAGES = {
    "fonts-hanazono": "20170904-2.1",
    "fonts-liberation2": "2.1.5-1",
    "fonts-noto-cjk": "1:20220127+repack1-1",
    "fonts-noto-cjk-extra": "1:20220127+repack1-1",
    "texlive-lang-chinese": "2022.20230122-1",
    "unicode-data": "15.0.0-1",
}
"""Debian 12 packages and the versions the committed files were built from."""

NPM = {"@expo-google-fonts/noto-emoji": "0.4.7"}
"""npm packages: the one outline face with emoji under a free licence (Debian's is a coloured bitmap)."""

FANDOL = "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/Fandol{}-Regular.otf"
NOTO = "usr/share/fonts/opentype/noto/Noto{}.ttc"
NOTO_SC = 2
"""Index of the simplified-Chinese face in Noto's collections."""

MAX_ERROR = 1.0
"""Largest distance of the quadratic outline from the cubic one, in 1/1000 em."""

DROPPED = (
    "locl",
    "GPOS",
    "GSUB",
    "GDEF",
    "BASE",
    "VORG",
    "vhea",
    "vmtx",
    "kern",
    "gasp",
    "FFTM",
    "prop",
    "DSIG",
    "meta",
)
EPOCH_1904 = 3_565_000_000
"""A fixed creation date in seconds since 1904: the same input gives the same bytes."""


@dataclass(frozen=True)
class Face:
    """One file of `resources/fonts`.

    Attributes:
        role: Name of the file.
        family: Name inside it; upstream's reserved names are not used for modified fonts (SIL OFL, clause 3).
        package: Debian package it comes from.
        file: Path inside that package.
        licence: Licence file beside it.
        index: Of the face in a collection.
    """

    role: str
    family: str
    package: str
    file: str
    licence: str
    index: int = -1


FACES = (
    Face("fangsong", "Desk FangSong", "texlive-lang-chinese", FANDOL.format("Fang"), "GPL-3-font-exception.txt"),
    Face("kai", "Desk Kai", "texlive-lang-chinese", FANDOL.format("Kai"), "GPL-3-font-exception.txt"),
    Face("hei", "Desk Hei", "fonts-noto-cjk", NOTO.format("SansCJK-Bold"), "OFL-Noto.txt", NOTO_SC),
    Face("title", "Desk Title", "fonts-noto-cjk", NOTO.format("SerifCJK-Bold"), "OFL-Noto.txt", NOTO_SC),
    Face("song", "Desk Song", "fonts-noto-cjk", NOTO.format("SerifCJK-Regular"), "OFL-Noto.txt", NOTO_SC),
    Face("rare1", "Desk Rare One", "fonts-noto-cjk-extra", NOTO.format("SerifCJK-Light"), "OFL-Noto.txt", NOTO_SC),
    Face("rare2", "Desk Rare Two", "fonts-hanazono", "usr/share/fonts/truetype/hanazono/HanaMinB.ttf", "Hanazono.txt"),
    Face(
        "latin",
        "Desk Latin",
        "fonts-liberation2",
        "usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf",
        "OFL-Liberation.txt",
    ),
    Face(
        "emoji",
        "Desk Emoji",
        "@expo-google-fonts/noto-emoji",
        "package/400Regular/NotoEmoji_400Regular.ttf",
        "OFL-Noto-Emoji.txt",
    ),
)

EXTRA_HEI = frozenset(range(0x9FEB, 0x9FF0))
"""Names of new elements that Noto Serif lacks: taken from Noto Sans, the last resort of every role."""


def han(code: int) -> bool:
    """Whether a code point is a unified or compatibility ideograph."""
    return 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x3FFFF


def hangul(code: int) -> bool:
    """Whether a code point is Korean (a third of Noto's glyphs, used by no form of ours)."""
    return 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F or 0xA960 <= code <= 0xA97F or 0xAC00 <= code <= 0xD7FF


def gb2312() -> set[int]:
    """All characters of GB/T 2312."""
    found = set()
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found


def tongyong(root: Path) -> set[int]:
    """通用规范汉字表 (2013), 8,105 characters: the kTGH field of Unihan."""
    text = bz2.decompress((root / "usr/share/unicode/Unihan_OtherMappings.txt.bz2").read_bytes()).decode()
    lines = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {int(parts[0].removeprefix("U+"), 16) for parts in lines if len(parts) == 3 and parts[1] == "kTGH"}


def symbols(cmap: dict[int, str]) -> set[int]:
    """Every character of a face that is neither Han nor Korean nor private, below plane 1 and the common enclosed forms."""
    return {
        code for code in cmap if not han(code) and not hangul(code) and not 0xE000 <= code <= 0xF8FF and code < 0x1F200
    }


def wanted(role: str, cmap: dict[int, str], root: Path, done: dict[str, set[int]]) -> set[int]:
    """The characters a role keeps of its source.

    Args:
        role: Of `Face`.
        cmap: Characters of the source.
        root: Where the packages are unpacked.
        done: What the earlier roles hold.
    """
    have = set(cmap)
    if role == "emoji":
        return {code for code in have if code > 0x7F} - done["rare1"]
    if role in {"fangsong", "latin"}:
        return {code for code in have if not 0xE000 <= code <= 0xF8FF}
    if role in {"kai", "hei", "title", "song"}:
        keep = (tongyong(root) | gb2312()) & have | symbols(cmap)
        return keep | (EXTRA_HEI & have if role == "hei" else set())
    if role == "rare1":
        return {code for code in have if han(code)} - done["fangsong"] | (symbols(cmap) - done["fangsong"])
    return {code for code in have if 0x20000 <= code <= 0x2FA1F} - done["rare1"]


def to_truetype(font: TTFont) -> None:
    """Replace cubic CFF outlines by quadratic `glyf` ones, in place."""
    order = font.getGlyphOrder()
    glyphs = font.getGlyphSet()
    quadratic = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR * font["head"].unitsPerEm / 1000, reverse_direction=True))
        quadratic[name] = pen.glyph()
    font["loca"] = newTable("loca")
    glyf = font["glyf"] = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = quadratic
    maxp = font["maxp"] = newTable("maxp")
    maxp.tableVersion = 0x00010000
    maxp.numGlyphs = len(order)
    maxp.maxZones = 1
    for field in (
        "maxTwilightPoints",
        "maxStorage",
        "maxFunctionDefs",
        "maxInstructionDefs",
        "maxStackElements",
        "maxSizeOfInstructions",
        "maxComponentElements",
    ):
        setattr(maxp, field, 0)
    del font["CFF "]
    font.sfntVersion = "\x00\x01\x00\x00"


def flatten(font: TTFont) -> None:
    """Turn composite glyphs into simple ones, so that a subset needs no bookkeeping of components."""
    glyf = font["glyf"]
    glyphs = font.getGlyphSet()
    for name in font.getGlyphOrder():
        if glyf[name].isComposite():
            pen = TTGlyphPen(None)
            record = DecomposingRecordingPen(glyphs)
            glyphs[name].draw(record)
            record.replay(pen)
            glyf.glyphs[name] = pen.glyph()


def build(face: Face, root: Path, done: dict[str, set[int]]) -> bytes:
    """Make one face.

    Args:
        face: Which.
        root: Where the packages are unpacked.
        done: Characters of the earlier faces; this face's are added.

    Returns:
        The TrueType file.
    """
    font = TTFont(root / face.file, fontNumber=face.index, recalcTimestamp=False)
    version, holder = font["name"].getDebugName(5), font["name"].getDebugName(0)
    for tag in DROPPED:
        if tag in font:
            del font[tag]
    options = subset.Options(
        hinting=False,
        notdef_outline=True,
        glyph_names=False,
        name_IDs=[],
        layout_features=[],
        drop_tables=[],
        legacy_cmap=True,
    )
    options.recalc_timestamp = False
    keep = wanted(face.role, font.getBestCmap(), root, done)
    done[face.role] = keep
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=keep)
    cutter.subset(font)
    if "CFF " in font:
        to_truetype(font)
    else:
        flatten(font)
    glyf = font["glyf"]
    for name, (advance, _bearing) in list(font["hmtx"].metrics.items()):
        glyf[name].recalcBounds(glyf) if hasattr(glyf[name], "recalcBounds") else None
        font["hmtx"].metrics[name] = (advance, getattr(glyf[name], "xMin", 0) or 0)
    font["head"].created = font["head"].modified = EPOCH_1904
    font["post"].formatType = 3.0
    font["OS/2"].fsType = 0 if "OFL" in face.licence or "Hana" in face.licence else font["OS/2"].fsType
    names = font["name"]
    names.names = []
    post_script = face.family.replace(" ", "")
    licence = f"See {face.licence} beside this file"
    for ident, text in ((0, holder), (1, face.family), (2, "Regular"), (3, post_script), (4, face.family), (5, version), (6, post_script), (13, licence)):  # fmt: skip
        if text:
            names.setName(text, ident, 3, 1, 0x409)
    with tempfile.TemporaryFile() as out:
        font.save(out, reorderTables=True)
        out.seek(0)
        return out.read()


def unpack(folder: Path, root: Path) -> None:
    """Fetch the packages that are not in `folder` and unpack all into `root`.

    Raises:
        SystemExit: When Debian offers another version: the files would not be those of SOURCES.md.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for package, version in PACKAGES.items():
        name = f"{package}_{version.replace(':', '%3a')}_all.deb"
        if not (folder / name).exists():
            subprocess.run(["apt-get", "download", f"{package}={version}"], cwd=folder, check=True)
        if not (folder / name).exists():
            sys.exit(f"{name} was not delivered; change PACKAGES in {__file__} and rebuild all faces")
        subprocess.run(["dpkg", "-x", folder / name, root], check=True)
    for package, version in NPM.items():
        name = f"{package.removeprefix('@').replace('/', '-')}-{version}.tgz"
        if not (folder / name).exists():
            subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True)
        subprocess.run(["tar", "-xzf", folder / name, "-C", root], check=True)


def licences(root: Path) -> None:
    """Copy the licence texts as the packages carry them."""
    share = root / "usr/share/doc"
    gpl = gzip.decompress((share / "texlive-doc/fonts/fandol/COPYING.gz").read_bytes())
    (OUT / "GPL-3-font-exception.txt").write_bytes(gpl)
    for package, name in (
        ("fonts-noto-cjk", "OFL-Noto.txt"),
        ("fonts-liberation2", "OFL-Liberation.txt"),
        ("fonts-hanazono", "Hanazono.txt"),
    ):
        (OUT / name).write_bytes((share / package / "copyright").read_bytes())
    (OUT / "OFL-Noto-Emoji.txt").write_bytes((root / "package/LICENSE_FONT").read_bytes())


WHY = {
    "fangsong": "仿宋, body text (GB/T 9704-2012 5.2.2); the only true simplified 仿宋 with free outlines in Debian",
    "kai": "楷体, second-level headings",
    "hei": "黑体, labels and first-level headings; also the last resort of every role (U+9FEB to U+9FEF)",
    "title": "stand-in for 小标宋: titles and red marks",
    "song": "宋体, page numbers, tables at 10.5 pt",
    "rare1": "what FandolFang lacks of the basic block, Ext A and part of Ext B to F; light, to blend with 仿宋",
    "rare2": "all of Ext B to F",
    "latin": "Western letters and digits beside 仿宋, 楷 and 宋",
    "emoji": "the signs that people put into messages and minutes: nothing that was written may print as a box",
}


def sources() -> None:
    """Write where every file comes from, as the licences ask."""
    rows = "\n".join(
        f"| `{face.role}.ttf.zst` | {WHY[face.role]} | `{Path(face.file).name}`{f' (face {face.index})' if face.index >= 0 else ''} "
        f"| `{face.package}` {(PACKAGES | NPM)[face.package]} | [{face.licence}]({face.licence}) |"
        for face in FACES
    )
    (OUT / "SOURCES.md").write_text(
        f"""# The fonts and where they come from

Built by `packaging/fonts.py` from Debian 12 packages (emoji: an npm package) and committed, so that a fresh machine can print. The same packages
give the same bytes (`SHA256SUMS`). Zstandard-compressed; the program unpacks them once into the user's cache.

| file | why | made from | Debian (or npm) package and version | licence |
| --- | --- | --- | --- | --- |
{rows}

What was changed: cubic outlines became quadratic (largest distance {MAX_ERROR:g}/1000 em), hinting and layout tables were
dropped, characters were left out, and the fonts were renamed ("Desk ...") because modified fonts may not bear reserved
names (SIL OFL 1.1, clause 3). Character sets: 通用规范汉字表 and GB/T 2312 for 楷, 黑, 小标宋 and 宋 (kTGH of `unicode-data`
{PACKAGES["unicode-data"]}); everything for 仿宋; the rare faces hold the rest.

The two Fandol faces are under the GNU GPL version 3 with the font exception. Their preferred form for modification is the
OpenType file named above; Debian ships it in the package named above, whose source package is `texlive-lang`
(`apt-get source texlive-lang={PACKAGES["texlive-lang-chinese"]}`). The exception is extended to the converted fonts: a document that
embeds them is not covered by the GPL for that reason.

A better 仿宋 of your own: put a TrueType file (`.ttf`) into `resources/fonts/user/`. A file named `fangsong*`, `kai*`, `hei*`,
`title*` or `song*` takes that role, any other takes 仿宋; what it lacks still comes from the faces above.
""",
        encoding="utf-8",
    )


def main() -> None:
    """Build what was asked for and write the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, help="folder with the .deb files (fetched there when missing)")
    parser.add_argument("--only", nargs="*", default=[], help="roles to write; the others are only measured")
    asked = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "root"
        unpack(asked.packages or Path(scratch) / "debs", root)
        licences(root)
        sources()
        done: dict[str, set[int]] = {}
        for face in FACES:
            if asked.only and face.role not in asked.only:
                font = TTFont(root / face.file, fontNumber=face.index, lazy=True)
                done[face.role] = wanted(face.role, font.getBestCmap(), root, done)
                continue
            begun = time.process_time()
            plain = build(face, root, done)
            packed = zstandard.ZstdCompressor(level=22, write_checksum=True).compress(plain)
            (OUT / f"{face.role}.ttf.zst").write_bytes(packed)
            took = time.process_time() - begun
            print(
                f"{face.role:9} {len(done[face.role]):6} characters {len(plain) / 1e6:6.2f} MB -> {len(packed) / 1e6:5.2f} MB  {took:4.0f} s",
                flush=True,
            )
    sums = "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n" for p in sorted(OUT.glob("*.ttf.zst")))
    (OUT / "SHA256SUMS").write_text(sums)


if __name__ == "__main__":
    main()
