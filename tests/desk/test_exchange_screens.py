"""The screens of exchange and paper open in both languages, all sizes and colours, whole and reachable by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from studio_desk.desk.wizards.sending import slip_again
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.press.outcome import Missing
from studio_desk.record.checks import receipt_days
from studio_desk.store import custody
from studio_desk.tally import today
from tests.desk.scene import DISTRICT, Scene
from tests.desk.test_every_screen import nameless, small

STATION = ("handover", "custody", "conflicts", "binder", "trust")
OFFICE = ("inbox", "stations", "conflicts", "receipts", "binder", "trust")
LOOKS = [(language, size, "浅色") for language in ("zh_CN", "en") for size in FONT_POINTS]
LOOKS += [("zh_CN", "中", "深色"), ("zh_CN", "特大", "高对比")]


@pytest.fixture
def scene(qapp, tmp_path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template)
    yield made
    made.leave()


def cut(page: QWidget) -> list[str]:
    """Buttons and one-line words that have less room than they ask for."""
    found = []
    for widget in page.findChildren(QWidget):
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        if not widget.isVisible() or wraps or not isinstance(widget, (QPushButton, QLabel)):
            continue
        if widget.width() + 1 < widget.minimumSizeHint().width():
            found.append(f"{type(widget).__name__} {widget.text()[:30]} {widget.width()}")
    return found


def whole(window: QWidget, key: str) -> None:
    page = window.current
    assert nameless(page) == [], key
    assert [one for one in small(page) if "QRadioButton" not in one] == [], key
    assert cut(page) == [], key
    sideways = getattr(page, "area", None)
    if sideways is not None:
        assert sideways.horizontalScrollBar().maximum() == 0, key
    assert page.minimumSizeHint().width() + window.places.width() <= 1366, key
    assert page.minimumSizeHint().height() <= 640, key


@pytest.mark.parametrize(("language", "size", "colours"), LOOKS)
def test_every_place_opens(scene: Scene, language: str, size: str, colours: str) -> None:
    look = {"language": language, "font_size": size, "colour_scheme": colours}
    at = scene.sit("SQ", **look)
    for key in STATION:
        at.go(key)
        whole(at.window, key)
    page = at.go("handover")
    page.again.click()
    at.idle()
    whole(at.window, "enrolment")
    page.again.click()
    at.idle()
    page.sending.one_by_one.click()
    page.sending.send_button.click()
    at.idle()
    whole(at.window, "sent")
    page.sending.slip.click()
    at.idle()
    whole(at.window, "preview")
    at = scene.sit(DISTRICT, **look)
    for key in OFFICE:
        at.go(key)
        whole(at.window, key)
    page = at.go("inbox")
    page.take_button.click()
    at.idle()
    for tab in range(page.tabs.count()):
        page.tabs.setCurrentIndex(tab)
        whole(at.window, f"inbox {tab}")
    page = at.go("receipts", station="SQ")
    page.code_button.click()
    page.write_button.click()
    at.idle()
    whole(at.window, "receipts")
    dialog = at.go("stations").accept_one()
    at.idle()
    assert nameless(dialog) == []
    assert cut(dialog) == []


def test_the_size_of_letters_is_followed_at_once(scene: Scene) -> None:
    at = scene.sit("SQ", font_size="小")
    page = at.go("handover")
    page.again.click()
    at.idle()
    digits, table = page.enrolment.own.digits, page.sending.kinds
    before = digits.font().pointSizeF(), table.verticalHeader().defaultSectionSize()
    at.session.desk.change_settings(at.home.settings.changed(font_size="特大"))
    at.idle()
    assert digits.font().pointSizeF() == pytest.approx(before[0] * 1.6)
    assert table.verticalHeader().defaultSectionSize() > before[1]


def test_the_preview_shows_the_pages_of_the_very_pdf(scene: Scene, tmp_path: Path, monkeypatch) -> None:
    from studio_desk.kernel import clock
    from studio_desk.press.page import Heading, PageBreak, Sheet
    from studio_desk.press.printing import render

    blocks = (Heading("第一页"), PageBreak(), Heading("第二页"), PageBreak(), Heading("第三页"))
    path = tmp_path / "三页.pdf"
    printed = render((Sheet("三页", blocks),), path, when=clock.today(), title="三页", author="测试")
    at = scene.sit("SQ")
    page = at.go("preview", title="三页", pdf=path.read_bytes(), missing=(Missing(2, "三页", "𰻝", "U+30EDD"),))
    assert page.page_count == printed.pages == 3
    assert "U+30EDD" in page.missing.text()
    assert page.missing.isVisible()
    assert page.view.document().pageCount() == 3
    # What is saved is what was looked at.
    asked = []
    monkeypatch.setattr("studio_desk.desk.screens.preview.ask_save", lambda *args: asked.append(args[-1]))
    page.save_button.click()
    asked[0](tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == path.read_bytes()
    # Without a printer the refusal says what to do.
    monkeypatch.setattr("studio_desk.desk.paper.QPrinterInfo.availablePrinterNames", list)
    page.print_button.click()
    (box,) = at.boxes()
    assert "NO_PRINTER" in box.informativeText()
    box.close()
    # Going elsewhere and back shows it again; a file that is none is refused.
    at.go("today")
    at.session.desk.back()
    assert at.window.current.page_count == 3
    (tmp_path / "none.pdf").write_bytes(b"no pdf")
    page = at.go("preview", path=str(tmp_path / "none.pdf"))
    (box,) = at.boxes()
    assert "PDF_UNREADABLE" in box.informativeText()
    assert not any(button.isEnabled() for button in (page.print_button, page.save_button, page.open_button))


def test_printing_draws_every_page(scene: Scene, tmp_path: Path, qapp) -> None:
    """A printer that is a file takes the place of the one of iron."""
    import pypdf
    from PySide6.QtPrintSupport import QPrinter

    from studio_desk.desk.paper import Pdf
    from studio_desk.kernel import clock
    from studio_desk.press.page import Heading, Sheet
    from studio_desk.press.printing import render

    path, out = tmp_path / "in.pdf", tmp_path / "out.pdf"
    sheets = (Sheet("直", (Heading("直"),)), Sheet("横", (Heading("横"),), landscape=True))
    render(sheets, path, when=clock.today(), title="两页", author="测试")
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setFullPage(True)
    printer.setOutputFileName(str(out))
    Pdf(path.read_bytes()).print(printer)
    sizes = [tuple(round(float(n)) for n in page.mediabox[2:]) for page in pypdf.PdfReader(out).pages]
    assert len(sizes) == 2
    assert sizes[0][0] < sizes[0][1]
    assert sizes[1][0] > sizes[1][1]


def test_the_year_is_checked_sealed_printed_and_looked_at(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit("SQ", fonds_number="Z109")
    page = at.go("binder", year=2026)
    assert page.items.rowCount() > 0
    assert page.gaps.rowCount() > 0
    press = page.print_into
    press(tmp_path)
    at.idle()
    assert page.files.rowCount() == len(page.result.files) > 0
    name, pages = page.result.files[0]
    page._preview(str(name))
    at.idle()
    assert at.window.place[0] == "preview"
    assert at.window.current.page_count == pages
    page = at.go("binder")
    page.seal_button.click()
    (box,) = at.boxes()
    assert str(page.gaps.rowCount()) in box.text()
    box.close()
    page.seal(accept_gaps=True)
    at.idle()
    assert page.shown.state.sealed
    assert page.shown.state.items[0].pages > 0
    assert not page.seal_button.isEnabled()


def test_sealing_without_a_fonds_number_leads_to_the_settings(scene: Scene) -> None:
    at = scene.sit("SQ")
    at.go("binder", year=2026).seal(accept_gaps=True)
    at.idle()
    (box,) = at.boxes()
    assert "FONDS_NUMBER_MISSING" in box.informativeText()
    assert at.window.place[0] == "settings"


def test_the_reminder_when_no_receipt_comes(scene: Scene) -> None:
    from datetime import timedelta

    from studio_desk.kernel import clock

    at = scene.sit("SQ")
    at.go("handover").sending.send()
    at.idle()
    page = at.go("custody")
    assert page.reminder.property("level") == ""
    late = clock.now() + timedelta(days=receipt_days())
    clock.set_clock(lambda: late)
    page.read()
    at.idle()
    assert page.reminder.property("level") == "warning"
    assert str(receipt_days()) in page.reminder.text()
    told = today.today(at.home)
    (item,) = [one for one in told.items if one.what == "receipt"]
    assert "李文书" in item.text
    assert not [one for one in told.items if one.what == "send"]
    packed = next(row for row, place in enumerate(page.model.rows) if place.word == "packed")
    assert f"{receipt_days()}天" in page.model.data(page.model.index(packed, 4))


def test_the_slip_is_printed_again_and_a_record_tells_how_it_left(scene: Scene) -> None:
    at = scene.sit("SQ")
    page = at.go("custody")
    assert not page.slip.isEnabled()
    at.go("handover").sending.send()
    at.idle()
    page = at.go("custody")
    row = next(n for n, place in enumerate(page.model.rows) if place.word == "packed")
    page.table.setCurrentIndex(page.model.index(row, 0))
    place = page.model.rows[row]
    (sent,) = {one.file: one for one in custody.unconfirmed(at.home)}.values()
    assert custody.departure(at.home, place.uid) == sent
    sheet = slip_again(at.home, sent)
    told = repr(sheet)
    assert sent.file in told
    assert f"SDR1:SQ:{sent.id}:{sent.sha256[:16]}" in told
    page.slip.click()
    at.idle()
    assert at.window.place[0] == "preview"
    record = at.go("record", uid=place.uid)
    assert sent.at[:10] in record.signs.text()
    assert sent.file in record.signs.toolTip()
    assert "李文书" in record.signs.toolTip()


def test_the_list_of_places_pages_and_filters(scene: Scene, monkeypatch) -> None:
    monkeypatch.setattr("studio_desk.desk.screens.custody.AT_ONCE", 4)
    at = scene.sit("SQ")
    page = at.go("custody")
    total = sum(custody.custody(at.home).records.values())
    assert len(page.model.rows) <= total
    while page.model.canFetchMore(page.table.rootIndex()):
        page.model.fetchMore(page.table.rootIndex())
    assert len({row.uid for row in page.model.rows}) == len(page.model.rows) == total
    page.filter("final")
    at.idle()
    while page.model.canFetchMore(page.table.rootIndex()):
        page.model.fetchMore(page.table.rootIndex())
    assert {row.word for row in page.model.rows} == {"final"}
    assert len(page.model.rows) == custody.custody(at.home).records["final"]
    assert isinstance(page.buttons["final"], QAbstractButton)
    assert page.buttons["final"].isChecked()
