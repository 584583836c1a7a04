"""Write PDF/A-2u (ISO 19005-2, level U) page by page: what is written is forgotten, so a thousand pages cost no memory.

Every object is written once, in one order, with the date it is told: two runs give the same bytes. Fonts are embedded as
Type 0 fonts with a subset of their glyphs and a ToUnicode map (ISO 32000-1, 9.7 and 9.10), so that every character,
those beyond the basic plane included, can be searched and copied.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO
from xml.sax.saxutils import escape

from studio_desk.press.srgb import profile

if TYPE_CHECKING:
    from datetime import date

    from studio_desk.press.ink import Ink, Inkwell, Subset
    from studio_desk.press.pictures import Picture

PRODUCER = "Studio Desk press"

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator><dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate><xmp:CreatorTool>{tool}</xmp:CreatorTool></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{tool}</pdf:Producer></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
"""The metadata packet (ISO 19005-2, 6.6): uncompressed, in step with the document information dictionary."""


def text_string(text: str) -> bytes:
    """A PDF text string (ISO 32000-1, 7.9.2.2): UTF-16BE with a byte order mark, in hexadecimal."""
    return b"<FEFF" + text.encode("utf-16-be", "replace").hex().upper().encode("ascii") + b">"


def _xml(text: str) -> str:
    """Text that an XML 1.0 document may hold."""
    kept = (ch for ch in text if ch >= " " and not "\ud800" <= ch <= "\udfff" and ch not in "\ufffe\uffff")
    return escape("".join(kept))


class _File:
    """Numbered objects, their places, the cross-reference table."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0
        self._places: list[int] = [0]
        self._sum = hashlib.sha256()
        # The comment of four high bytes marks a binary file (ISO 19005-2, 6.1.2).
        self._write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def _write(self, data: bytes) -> None:
        self._out.write(data)
        self._sum.update(data)
        self._at += len(data)

    def reserve(self) -> int:
        """The number of an object to be written later."""
        self._places.append(0)
        return len(self._places) - 1

    def put(self, body: bytes, number: int | None = None) -> int:
        """Write an object; its number."""
        number = self.reserve() if number is None else number
        self._places[number] = self._at
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def stream(self, entries: bytes, data: bytes, number: int | None = None, *, compress: bool = True) -> int:
        """Write a stream object (ISO 19005-2, 6.1.7: the line ends around it are counted exactly)."""
        if compress:
            data, entries = zlib.compress(data, 6), entries + b" /Filter /FlateDecode"
        return self.put(b"<<%b /Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data), number)

    def finish(self, root: int, info: int) -> None:
        """Write the cross-reference table and the trailer; the identifier is a digest of all that went before."""
        ident = self._sum.hexdigest()[:32].upper().encode("ascii")
        start = self._at
        rows = b"".join(b"%010d 00000 n \n" % place for place in self._places[1:])
        count = len(self._places)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n%b" % (count, rows))
        trailer = b"trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%b> <%b>]>>\nstartxref\n%d\n%%%%EOF\n"
        self._write(trailer % (count, root, info, ident, ident, start))


@dataclass(slots=True)
class Entry:
    """An entry of the outline.

    Attributes:
        title: What it says.
        page: True page number, from 1.
        children: Entries below it.
    """

    title: str
    page: int
    children: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Label:
    """How the pages from one on are named in a viewer (ISO 32000-1, 12.4.2).

    Attributes:
        page: True page number, from 1.
        prefix: Words before the number.
        start: The first number; None for no number.
    """

    page: int
    prefix: str
    start: int | None


class Document:
    """One PDF file being written.

    Args:
        out: Where to; nothing is read back.
        well: The pages' fonts and pictures.
        when: Date of the document.
        title: Of the document, shown in the window's title.
        author: Who it is from.
        subject: What it is about.
    """

    def __init__(self, out: BinaryIO, well: Inkwell, *, when: date, title: str, author: str, subject: str) -> None:
        self._file = _File(out)
        self._well = well
        self._when, self._title, self._author, self._subject = when, title, author, subject
        self._tree, self._fonts = self._file.reserve(), self._file.reserve()
        self._pages: list[int] = []
        self._pictures: dict[str, int] = {}

    def page(self, ink: Ink) -> None:
        """Write one page."""
        drawings = []
        for name in ink.pictures:
            if name not in self._pictures:
                self._pictures[name] = self._picture(self._well.pictures.pop(name))
            drawings.append(b"/%b %d 0 R" % (name.encode("ascii"), self._pictures[name]))
        content = self._file.stream(b"", ink.content())
        objects = b" /XObject <<%b>>" % b" ".join(drawings) if drawings else b""
        self._pages.append(
            self._file.put(
                b"<</Type /Page /Parent %d 0 R /MediaBox [0 0 %.3f %.3f] /Resources <</Font %d 0 R%b>> /Contents %d 0 R>>"
                % (self._tree, ink.width, ink.height, self._fonts, objects, content)
            )
        )

    def _picture(self, picture: Picture) -> int:
        entries = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /%b /BitsPerComponent 8 /Filter /%b"
        values = (picture.width, picture.height, picture.space.encode("ascii"), picture.filter.encode("ascii"))
        return self._file.stream(entries % values, picture.data, compress=False)

    def close(self, outline: list[Entry], labels: list[Label]) -> None:
        """Write fonts, outline, labels, metadata and the table of objects."""
        file = self._file
        fonts = [
            b"/%b %d 0 R" % (key.encode("ascii"), _font(file, subset))
            for key, subset in sorted(self._well.subsets.items())
        ]
        file.put(b"<<%b>>" % b" ".join(fonts), self._fonts)
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        file.put(b"<</Type /Pages /Count %d /Kids [%b]>>" % (len(self._pages), kids), self._tree)
        icc = file.stream(b"/N 3", profile())
        intent = file.put(
            b"<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) "
            b"/Info (sRGB IEC61966-2.1) /DestOutputProfile %d 0 R>>" % icc
        )
        xmp = _XMP.format(
            title=_xml(self._title),
            author=_xml(self._author),
            subject=_xml(self._subject),
            when=f"{self._when.isoformat()}T00:00:00+08:00",
            tool=PRODUCER,
        )
        metadata = file.stream(b"/Type /Metadata /Subtype /XML", xmp.encode("utf-8"), compress=False)
        stamp = b"(D:%b000000+08'00')" % self._when.strftime("%Y%m%d").encode("ascii")
        tool = text_string(PRODUCER)
        info = file.put(
            b"<</Title %b /Author %b /Subject %b /Creator %b /Producer %b /CreationDate %b /ModDate %b>>"
            % (*map(text_string, (self._title, self._author, self._subject)), tool, tool, stamp, stamp)
        )
        root = file.reserve()
        tree = b" /Outlines %d 0 R /PageMode /UseOutlines" % self._outline(outline) if outline else b""
        names = b" ".join(_label(label) for label in labels)
        file.put(
            b"<</Type /Catalog /Pages %d 0 R /Metadata %d 0 R /OutputIntents [%d 0 R] /Lang (zh-CN) "
            b"/ViewerPreferences <</DisplayDocTitle true>> /PageLabels <</Nums [%b]>>%b>>"
            % (self._tree, metadata, intent, names, tree),
            root,
        )
        file.finish(root, info)

    def _outline(self, entries: list[Entry]) -> int:
        """The outline's root (ISO 32000-1, 12.3.3); sub-entries are closed."""
        root = self._file.reserve()
        first, last = self._level(entries, root)
        self._file.put(b"<</Type /Outlines /First %d 0 R /Last %d 0 R /Count %d>>" % (first, last, len(entries)), root)
        return root

    def _level(self, entries: list[Entry], parent: int) -> tuple[int, int]:
        """One level's entries; the first and the last number."""
        numbers = [self._file.reserve() for _ in entries]
        for at, entry in enumerate(entries):
            links = b"/Prev %d 0 R " % numbers[at - 1] if at else b""
            links += b"/Next %d 0 R " % numbers[at + 1] if at + 1 < len(entries) else b""
            if entry.children:
                first, last = self._level(entry.children, numbers[at])
                links += b"/First %d 0 R /Last %d 0 R /Count -%d " % (first, last, len(entry.children))
            self._file.put(
                b"<</Title %b /Parent %d 0 R %b/Dest [%d 0 R /Fit]>>"
                % (text_string(entry.title), parent, links, self._pages[entry.page - 1]),
                numbers[at],
            )
        return numbers[0], numbers[-1]


def _label(label: Label) -> bytes:
    number = b" /S /D /St %d" % label.start if label.start is not None else b""
    prefix = b" /P %b" % text_string(label.prefix) if label.prefix else b""
    return b"%d <<%b>>" % (label.page - 1, (number + prefix).strip())


def _font(file: _File, subset: Subset) -> int:
    """Embed a subset as a Type 0 font; its number."""
    sfnt = subset.face.sfnt
    scale = 1000 / sfnt.units
    program = sfnt.subset(subset.glyphs)
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program).digest()[:6])
    name = f"{tag}+Desk-{subset.face.name}".encode("ascii", "replace").replace(b" ", b"-")
    widths = [sfnt.advance(glyph) * 1000 for glyph in subset.glyphs]
    bbox = b" ".join(b"%d" % round(value * scale) for value in sfnt.bbox)
    program_number = file.stream(b"/Length1 %d" % len(program), program)
    descriptor = file.put(
        b"<</Type /FontDescriptor /FontName /%b /Flags 4 /FontBBox [%b] /ItalicAngle 0 /Ascent %d /Descent %d "
        b"/CapHeight %d /StemV 80 /FontFile2 %d 0 R>>"
        % (
            name,
            bbox,
            round(sfnt.ascent * scale),
            round(sfnt.descent * scale),
            round(sfnt.ascent * scale),
            program_number,
        )
    )
    descendant = file.put(
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /%b /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0>> /FontDescriptor %d 0 R /DW 1000 /W [%b] /CIDToGIDMap /Identity>>"
        % (name, descriptor, _widths(widths))
    )
    unicode_map = file.stream(b"", _to_unicode(subset.chars))
    return file.put(
        b"<</Type /Font /Subtype /Type0 /BaseFont /%b /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>"
        % (name, descendant, unicode_map)
    )


def _widths(widths: list[float]) -> bytes:
    """Widths that are not a full em, as runs of neighbouring codes (ISO 32000-1, 9.7.4.3)."""
    parts: list[str] = []
    for code, width in enumerate(widths):
        if round(width) == 1000:
            continue
        shown = f"{round(width)}"
        if parts and code and round(widths[code - 1]) != 1000:
            parts[-1] += f" {shown}"
        else:
            parts.append(f"{code} [{shown}")
    return " ".join(part + "]" for part in parts).encode("ascii")


def _to_unicode(chars: list[str]) -> bytes:
    """The map from codes to characters, UTF-16BE, so that characters beyond the basic plane are two units (ISO 32000-1, 9.10.3)."""
    pairs = [
        f"<{code:04X}> <{char.encode('utf-16-be', 'replace').hex().upper()}>" for code, char in enumerate(chars) if code
    ]
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<</Registry (Adobe) "
        "/Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n{body}\nendcmap\n"
        "CMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")
