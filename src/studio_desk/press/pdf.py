"""Write PDF/A-2u (ISO 19005-2, level U) with ReportLab, page by page: what is written is forgotten.

ReportLab keeps a whole document in memory until it is saved; a binder of a thousand pages with photographs would not fit
into a small machine. `Written` is its document that writes pages and pictures as soon as they are complete. Everything
that ReportLab would take from the machine (the clock, settings, environment) is said explicitly: two runs, in one process
or in two, give the same bytes. Mended here (version 5.1, see `typeface`): no end of line before `endstream`
(ISO 19005-2, 6.1.7.1), and a Helvetica named but not embedded wherever no other font is said first (6.2.11.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from types import SimpleNamespace
from typing import TYPE_CHECKING, BinaryIO
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.pdfbase.pdfdoc import (
    XMP,
    PDFArray,
    PDFCrossReferenceTable,
    PDFDictionary,
    PDFDocument,
    PDFFile,
    PDFImageXObject,
    PDFIndirectObject,
    PDFName,
    PDFPageLabel,
    PDFPageLabels,
    PDFStream,
    PDFString,
    PDFTrailer,
    PDFZCompress,
)
from reportlab.pdfgen.canvas import Canvas

from studio_desk.press.fonts import faces_by_key
from studio_desk.press.srgb import profile
from studio_desk.press.typeface import Sorts, check_version

if TYPE_CHECKING:
    from datetime import date

    from reportlab.pdfbase.pdfdoc import PDFObject, PDFPage

    from studio_desk.press.pictures import Picture

CREATOR = "Studio Desk"

_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance></rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator><dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description></rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate><xmp:CreatorTool>{creator}</xmp:CreatorTool></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><pdf:Producer>{producer}</pdf:Producer></rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
"""The metadata packet (ISO 19005-2, 6.6): uncompressed, in step with the document information dictionary."""


def _settle() -> None:
    """Set what ReportLab reads from a user's settings file or the environment: the same for every document."""
    rl_config.invariant = 1
    rl_config.useA85 = 0
    rl_config.pdfMultiLine = 0
    rl_config.pdfComments = 0
    rl_config.canvas_baseColor = None


def _whole(text: str) -> str:
    """Text without halves of characters, which have no place in a file."""
    return text.encode("utf-16-le", "replace").decode("utf-16-le")


def _xml(text: str) -> str:
    """Text that an XML 1.0 document may hold."""
    return escape("".join(ch for ch in text if ch >= " " and ch not in "\ufffe\uffff"))


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


class _Sink(PDFFile):  # type: ignore[misc]  # ReportLab carries no types
    """ReportLab's file, which counts places; what it is given goes out at once."""

    def __init__(self, out: BinaryIO, version: tuple[int, int]) -> None:
        super().__init__(version)
        self.write = out.write
        for part in self.strings:
            self.write(part)
        self.strings.clear()


class Written(PDFDocument):  # type: ignore[misc]  # ReportLab carries no types
    """A document that is written as it grows.

    Args:
        out: Where to; nothing is read back.
        when: Its date, at midnight in China.
    """

    def __init__(self, out: BinaryIO, when: date) -> None:
        super().__init__(compression=1, invariant=1, pdfVersion=(1, 7), lang="zh-CN")
        self._timeStamp = SimpleNamespace(YMDhms=(when.year, when.month, when.day, 0, 0, 0), dhh=8, dmm=0)
        self.signature = md5(usedforsecurity=False)  # the file's identifier: a digest of what was written
        self._sink = _Sink(out, self._pdfVersion)

    def addPage(self, page: PDFPage) -> None:  # noqa: N802 - ReportLab calls it so
        """Write a page and its contents."""
        super().addPage(page)
        self.put(page)
        self.put(page.Contents)
        page.stream = page.Contents = page.Resources = None

    def put(self, thing: PDFObject) -> None:
        """Write an object that is complete."""
        self._put(self.Reference(thing).name)

    def _put(self, name: str) -> None:
        data: bytes = PDFIndirectObject(name, self.idToObject[name]).format(self)
        if data.endswith(b"endstream\nendobj\n"):
            data = data.removesuffix(b"endstream\nendobj\n") + b"\nendstream\nendobj\n"
        self.signature.update(data)
        self.idToOffset[name] = self._sink.add(data)
        self.idToObject[name] = None

    def format(self) -> bytes:
        """Write what is left, the table of objects and the trailer.

        Returns:
            Nothing: it is written already.
        """
        root, info = self.Reference(self.Catalog), self.Reference(self.info)
        number = 1
        while number in self.numberToId:  # writing one may add others
            if self.numberToId[number] not in self.idToOffset:
                self._put(self.numberToId[number])
            number += 1
        table = PDFCrossReferenceTable()
        table.addsection(0, [self.numberToId[at] for at in range(1, number)])
        start = self._sink.add(table.format(self))
        self._sink.add(PDFTrailer(startxref=start, Size=number, Root=root, Info=info, ID=self.ID()).format(self))
        return b""


class Paper(Canvas):  # type: ignore[misc]  # ReportLab carries no types
    """ReportLab's canvas on a document that is written as it grows.

    Args:
        out: Where to.
        document: The document.
    """

    def __init__(self, out: BinaryIO, document: Written) -> None:
        super().__init__(out, pageCompression=1, invariant=1)
        self._doc = document

    def _make_preamble(self) -> None:
        """Begin pages without a font: ReportLab names Helvetica here, or one that is registered process-wide."""
        self._preamble = "1 0 0 1 0 0 cm"


class _Image(PDFImageXObject):  # type: ignore[misc]  # ReportLab carries no types
    """A picture that is encoded already (ReportLab's own readers would decode a JPEG only to name it)."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(picture.name)
        self.width, self.height, self.bitsPerComponent = picture.width, picture.height, 8
        self.colorSpace, self._filters, self.streamContent = picture.space, (picture.filter,), picture.data


class Document:
    """One PDF file being written.

    Args:
        out: Where to; nothing is read back.
        when: Date of the document.
        title: Of the document, shown in the window's title.
        author: Who it is from.
        subject: What it is about.

    Attributes:
        paper: What the current page is drawn on.
    """

    def __init__(self, out: BinaryIO, *, when: date, title: str, author: str, subject: str) -> None:
        check_version()
        _settle()
        self._written = Written(out, when)
        self.paper = Paper(out, self._written)
        self._when, self._title, self._author, self._subject = when, _whole(title), _whole(author), _whole(subject)
        self._sorts: dict[str, Sorts] = {}
        self._entries = 0

    def sorts(self, key: str) -> Sorts:
        """The sorts of a face, begun when first asked for."""
        if key not in self._sorts:
            self._sorts[key] = Sorts(faces_by_key()[key], self._written)
        return self._sorts[key]

    def begin(self, width: float, height: float) -> None:
        """Begin a page of this size in points."""
        self.paper.setPageSize((round(width, 3), round(height, 3)))

    def end(self) -> None:
        """Write the page."""
        self.paper.showPage()

    def entry(self, title: str, level: int) -> None:
        """An entry of the outline for the current page; level 1 stands closed below level 0."""
        key = f"{self._entries}"
        self._entries += 1
        self.paper.bookmarkPage(key)
        self.paper.addOutlineEntry(_whole(title), key, level, closed=1)

    def embed(self, picture: Picture) -> None:
        """Write a picture, once."""
        if self.paper.hasForm(picture.name):
            return
        image = _Image(picture)
        self._written.addForm(picture.name, image)
        self._written.put(image)

    def close(self, labels: list[Label]) -> None:
        """Write fonts, outline, labels, metadata and the table of objects."""
        paper, catalog = self.paper, self._written.Catalog
        paper.setTitle(self._title)
        paper.setAuthor(self._author)
        paper.setSubject(self._subject)
        paper.setCreator(CREATOR)
        paper.showOutline()
        paper.setViewerPreference("DisplayDocTitle", "true")
        catalog.PageLabels = PDFPageLabels()
        for label in labels:
            style = PDFPageLabel.ARABIC if label.start is not None else None
            catalog.PageLabels.addPageLabel(label.page - 1, PDFPageLabel(style, label.start, _whole(label.prefix)))
        catalog.Metadata = XMP(creator=self._packet)
        # ReportLab's catalogue knows no output intents (ISO 32000-1, 14.11.5): told to this one alone.
        catalog.__NoDefault__ = [*catalog.__NoDefault__, "OutputIntents"]
        catalog.OutputIntents = PDFArray([self._intent()])
        paper.save()

    def _intent(self) -> PDFDictionary:
        colours = PDFStream(PDFDictionary({"N": 3}), profile(), [PDFZCompress])
        words = PDFString("sRGB IEC61966-2.1")
        return PDFDictionary(
            {
                "Type": PDFName("OutputIntent"),
                "S": PDFName("GTS_PDFA1"),
                "OutputConditionIdentifier": words,
                "Info": words,
                "DestOutputProfile": self._written.Reference(colours),
            }
        )

    def _packet(self, document: PDFDocument) -> bytes:
        words = {
            "title": self._title,
            "author": self._author,
            "subject": self._subject,
            "when": f"{self._when.isoformat()}T00:00:00+08:00",
            "creator": document.info.creator,
            "producer": document.info.producer,
        }
        return _XMP.format(**{name: _xml(text) for name, text in words.items()}).encode("utf-8")
