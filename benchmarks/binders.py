"""Pages per CPU second: plain forms and a whole year's box against plain ReportLab paragraphs."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import stock
from benchmarks.race import Goal, Lane, Page, Taken, race
from studio_desk.binder import print_binder
from studio_desk.binder.sight import Sight
from studio_desk.press import render
from studio_desk.story.names import PLACES
from studio_desk.story.sample import DEMO, Sample

FORMS, BOX, PLAIN = (
    "民情日志 forms (ours)",
    "a year's boxes, laid out, counted, stamped (ours)",
    "plain ReportLab CJK (peer)",
)
UNTIL = date(2023, 6, 4)


def measure(folder: Path, *, quick: bool) -> Page:
    """Print the sample station's year."""
    page = Page(
        "binder",
        "Paper",
        "Ours: every 民情日志 of the sample year read, judged and printed as its set form, with real line breaking, font chain and"
        " PDF/A-2u; `print_binder` of the whole year. Peer and limit: the same texts as ReportLab paragraphs with"
        " `wordWrap=CJK` in the same typeface, one entry a page, without labels, rules, boxes or tick marks. Oracle: page counts, no missing glyph.",
        head=("what", "pages", "CPU ms a page", "pages per CPU second", "ratio"),
    )
    home = stock.new_home(folder / "binder")
    Sample(home, PLACES[0], UNTIL, size=DEMO.smaller(4) if quick else DEMO).fill()
    with home.file.read() as c:
        uids = c.exec_driver_sql("SELECT uid FROM record WHERE kind = 'journal_entry' AND NOT draft").scalars().all()
    texts = [_text(home, uid) for uid in uids]
    pages: dict[str, int] = {}

    def forms() -> None:
        sight = Sight(home)
        sheets = (sheet for uid in uids for kind, record in (sight.model(uid),) for sheet in kind.sheets(record, sight))
        printed = render(sheets, folder / "forms.pdf", when=UNTIL, title="民情日志", author=home.name)
        assert not printed.missing
        pages[FORMS] = printed.pages

    def box() -> None:
        printed = print_binder(home, UNTIL.year, folder / "boxes")
        assert not printed.missing_glyphs
        pages[BOX] = sum(count for _, count in printed.files)

    def plain() -> None:
        pages[PLAIN] = _plain(folder / "plain.pdf", texts, folder)

    def clear() -> None:
        shutil.rmtree(folder / "boxes", ignore_errors=True)

    taken = race([Lane(PLAIN, plain), Lane(FORMS, forms), Lane(BOX, box, before=clear)], 3 if quick else 7)
    speed = {name: pages[name] / one.cpu for name, one in taken.items()}
    for name, one in taken.items():
        _row(page, name, pages[name], one, speed)
    page.goals.append(Goal("forms, pages per CPU second", speed[FORMS], 178, "pages/s", least=True))
    page.remarks.append(f"Forms print at {speed[FORMS] / speed[PLAIN]:.2f}× the speed of plain ReportLab in this run.")
    page.remarks.append(
        "178 is what Typst reached on the machine of the first spike, where plain ReportLab reached 173 to 221:"
        " on a slower or busier machine compare the ratio."
    )
    home.close()
    return page


def _row(page: Page, name: str, count: int, one: Taken, speed: dict[str, float]) -> None:
    ratio = "1" if name == PLAIN else f"{speed[name] / speed[PLAIN]:.2f}"
    page.rows.append((name, str(count), f"{one.cpu / count * 1000:.2f}", f"{speed[name]:.0f}", ratio))


def _text(home: Any, uid: str) -> list[str]:
    row = home.journal.record(uid)
    return [str(v) for k, v in row.items() if isinstance(v, str) and v and k not in {"uid", "rev", "kind", "studio"}]


def _plain(target: Path, texts: list[list[str]], folder: Path) -> int:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

    from studio_desk.kernel.resources import resource

    face = folder / "fangsong.ttf"
    if not face.exists():
        import zstandard

        packed = resource("fonts/fangsong.ttf.zst").read_bytes()
        face.write_bytes(zstandard.ZstdDecompressor().decompress(packed))
        pdfmetrics.registerFont(TTFont("bench", str(face)))
    style = ParagraphStyle("bench", fontName="bench", fontSize=12, leading=20, wordWrap="CJK")
    story: list[Any] = []
    for lines in texts:
        story += [Paragraph(line.replace("&", "&amp;").replace("<", "&lt;"), style) for line in lines]
        story.append(PageBreak())
    document = SimpleDocTemplate(str(target), pagesize=A4)
    document.build(story)
    return int(document.page)
