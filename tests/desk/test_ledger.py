"""Ledgers through the real table: pages, order, filters, finding, columns, copying out and pasting in."""

import tracemalloc

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio_desk.desk.table import copying, pasting
from studio_desk.desk.table.model import UID
from studio_desk.desk.table.pages import PAGE, PAGES_KEPT, Pages
from studio_desk.desk.table.paste_dialog import PasteDialog
from studio_desk.kinds import kind
from tests.desk.filled import values_for


@pytest.fixture
def at(seat):
    """A desk with sixty entries of two months, some of them registered."""
    at = seat()
    one = kind("journal_entry")
    with at.home.transaction():
        for number in range(60):
            at.desk.journal.write(
                "journal_entry",
                values_for(
                    one,
                    at.uids,
                    subject=f"第{number:02d}件",
                    day=f"2026-{9 + number // 30:02d}-{number % 28 + 1:02d}",
                    place="桥头村" if number % 3 else "河西村",
                    members=[at.uids["member"]],
                    state="已登记" if number % 2 else "草稿",
                    answer="当场说明了情况。",
                ),
            )
    at.desk.go("ledger.journal_entry")
    at.page = at.session.window.current
    at.model = at.page.model
    at.names = [c.name for c in at.model.columns]
    return at


def column(at, name: str) -> int:
    return at.names.index(name)


def cell(at, row: int, name: str) -> str:
    return at.model.index(row, column(at, name)).data()


def test_the_newest_day_stands_on_top(at) -> None:
    days = [cell(at, row, "day") for row in range(at.model.rowCount())]
    assert days == sorted(days, reverse=True)
    assert at.model.rowCount() == 61
    assert cell(at, 5, "members") == "张卫国"


def test_a_click_on_a_heading_sorts_and_sorts_back(at) -> None:
    header = at.page.table.filter_header
    for _ in range(2):
        header.sectionClicked.emit(column(at, "subject"))
        subjects = [cell(at, row, "subject") for row in range(61)]
        assert subjects == sorted(subjects, reverse=header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)


def test_filters_narrow_together(at) -> None:
    header = at.page.table.filter_header
    header.filters[column(at, "place")].setText("河西")
    header.filters[column(at, "day")].setText(">=2026-10-01")
    header.narrowed.emit()
    assert 0 < at.model.rowCount() < 20
    assert {cell(at, r, "place") for r in range(at.model.rowCount())} == {"河西村"}
    header.filters[column(at, "members")].setText("zwg")
    header.narrowed.emit()
    some = at.model.rowCount()
    assert some > 0
    header.filters[column(at, "members")].setText("没有这个人")
    header.narrowed.emit()
    assert at.model.rowCount() == 0
    at.page.clear.click()
    assert at.model.rowCount() == 61


def test_chips_show_states_with_their_numbers(at) -> None:
    assert at.page.chips["已登记"].text() == "已登记 30"
    at.page.chips["已登记"].setChecked(True)
    assert at.model.rowCount() == 30
    at.page.chips["草稿"].setChecked(True)
    assert at.model.rowCount() == 61


@pytest.mark.parametrize(("typed", "count"), [("第07件", 1), ("件", 60), ("、", 0), ("qtc", 0), ("", 61)])
def test_found_in_the_ledger_as_one_types(at, typed: str, count: int) -> None:
    at.page.find_line.setText(typed)
    at.page.narrow()
    assert at.model.rowCount() == count


def test_custody_is_a_word_with_an_icon(at) -> None:
    index = at.model.index(0, column(at, "custody"))
    assert index.data() in {"未完成", "待送"}
    assert not index.data(Qt.ItemDataRole.DecorationRole).isNull()


def test_enter_opens_the_record(at) -> None:
    at.page.table.go_to_row(3)
    uid = at.model.index(3, 0).data(UID)
    QTest.keyClick(at.page.table, Qt.Key.Key_Return)
    assert at.session.window.current.sitting.uid == uid


def test_the_list_reloads_when_a_record_is_saved(at, qtbot) -> None:
    at.page.table.go_to_row(4)
    at.desk.journal.write("journal_entry", values_for(kind("journal_entry"), at.uids, subject="刚写的"))
    qtbot.waitUntil(lambda: at.model.rowCount() == 62)
    assert at.page.table.currentIndex().row() == 4


def test_columns_are_chosen_and_remembered(at, seat) -> None:
    table = at.page.table
    weather = column(at, "weather")
    assert table.isColumnHidden(weather)
    next(a for a in table.column_menu().actions() if a.text() == "天气").trigger()
    assert not table.isColumnHidden(weather)
    table.setColumnWidth(column(at, "place"), 333)
    at.desk.go("today")
    at.session.finish()
    later = seat()
    later.desk.go("ledger.journal_entry")
    again = later.session.window.current.table
    assert not again.isColumnHidden(weather)
    assert again.columnWidth(column(at, "place")) == 333


def test_sensitive_fields_are_no_columns(at) -> None:
    assert "situation" not in at.names
    at.desk.go("ledger.person")
    assert "id_number" not in [c.name for c in at.session.window.current.model.columns]


@pytest.mark.parametrize("size", ["小", "中", "大", "特大"])
def test_dates_and_numbers_are_never_cut(at, size: str) -> None:
    at.desk.change_settings(at.desk.settings.changed(font_size=size))
    table = at.page.table
    metrics = table.fontMetrics()
    for name, text in (("day", "2026-11-22"), ("code", "SQ-MQ-2026-0001")):
        assert table.columnWidth(column(at, name)) >= metrics.horizontalAdvance(text) + 8
    assert table.rowHeight(0) >= metrics.height() + 4


def test_the_first_column_stays_in_sight(at) -> None:
    table = at.page.table
    at.session.window.resize(900, 600)
    for section, one in enumerate(at.model.columns):
        table.show_column(section, one.stored)
    QApplication.processEvents()
    assert not table.frozen.isVisible()
    table.horizontalScrollBar().setValue(300)
    QApplication.processEvents()
    assert table.frozen.isVisible()
    assert table.frozen.columnWidth(0) == table.columnWidth(0)
    header = table.filter_header
    assert header.first.isVisible()
    assert header.first.text() == "编号"
    assert header.first.geometry().left() == header.filters[0].geometry().left() == 0
    assert header.first.width() == header.filters[0].width() == table.frozen.width()
    assert table.frozen.x() == table.viewport().x(), "not a pixel of it is cut"
    assert all(line.geometry().bottom() < header.height() for line in header.filters)
    header.first.click()
    assert header.property("sorted") == 0
    table.horizontalScrollBar().setValue(0)
    QApplication.processEvents()
    assert not header.first.isVisible()
    table.horizontalScrollBar().setValue(300)
    table.verticalScrollBar().setValue(7)
    assert table.frozen.verticalScrollBar().value() == 7


def test_memory_does_not_grow_with_the_list(at) -> None:
    """However far one scrolls, only some pages are kept."""
    pages = Pages(at.home, kind("journal_entry"))
    pages.total = 100_000  # as if there were so many: pages behind the end are empty

    class Endless:
        def page(self, view, limit, after):
            raise AssertionError

        def at(self, view, offset, limit, total):
            return [(f"u{offset + n}", *([f"值{offset + n}"] * (len(pages.columns) - 1))) for n in range(limit)]

    pages._ledger = Endless()
    pages._after = {}
    pages._pages[0] = []
    for number in range(PAGE, 20_000, PAGE):
        pages.row(number)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(20_000, 60_000, PAGE):
        pages.row(number)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(pages._pages) == PAGES_KEPT
    rows = 40_000
    assert grown / rows < 500  # a row of twenty-five cells takes more than 2,000 bytes: most were forgotten


# --- copying ---------------------------------------------------------------------------------------------------------


def test_cells_are_copied_as_text_and_as_a_table_that_stays_text(at) -> None:
    table = at.page.table
    top, bottom = at.model.index(0, 0), at.model.index(2, column(at, "day"))
    table.selectionModel().select(QItemSelection(top, bottom), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    QTest.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QApplication.clipboard().mimeData()
    lines = data.text().split("\n")
    assert lines[0].strip().split("\t") == ["编号", "方式", "日期"]
    assert len(lines) == 4
    assert lines[1].split("\t")[2].strip() == cell(at, 0, "day")
    assert "mso-number-format:'\\@'" in data.html()


def test_one_cell_is_copied_without_its_heading(at) -> None:
    at.page.table.go_to_row(0)
    at.page.table.copy()
    assert QApplication.clipboard().text() == cell(at, 0, "code")


def test_many_rows_are_copied_in_a_job(at, qtbot, monkeypatch) -> None:
    from studio_desk.desk.table import view

    monkeypatch.setattr(view, "PAGE", 2)
    at.page.table.selectAll()
    at.page.table.copy()
    assert at.desk.worker.current is not None
    qtbot.waitUntil(lambda: at.desk.worker.current is None)
    assert len(QApplication.clipboard().text().splitlines()) == 62


@pytest.mark.parametrize("cells", [["一", '带"引号"的'], ["两\n行", "制\t表"], ["", "330102199001011234"], ['"', "尾"]])
def test_what_is_copied_is_read_back(cells: list[str]) -> None:
    assert pasting.cells_of(copying.tsv([cells, ["末", "行"]])) == [cells, ["末", "行"]]


def test_html_is_escaped() -> None:
    html = copying.html([["头"], ["<b>&\n"]], [True])
    assert "&lt;b&gt;&amp;<br>" in html


# --- pasting ---------------------------------------------------------------------------------------------------------


def paste(at, text: str) -> PasteDialog:
    data = QMimeData()
    data.setText(text)
    QApplication.clipboard().setMimeData(data)
    at.page.paste()
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, PasteDialog) and w.isVisible())


GOOD = "日期\t方式\t地点\t委员\t记录人\t反映情况\n" + "\n".join(
    f"2026.10.{n}\t走访\t桥头村\tSQ-WY-2026-0001\t李文书\t河边路灯坏了{n}盏,晚上看不清路,住户希望尽快修好。"
    for n in range(1, 4)
)


def test_rows_are_pasted_in_one_step(at, qtbot) -> None:
    dialog = paste(at, GOOD)
    assert [box.currentData() for box in dialog.maps] == ["day", "way", "place", "members", "recorder", "content"]
    assert dialog.headed.isChecked()
    assert [row.errors for row in dialog.rows] == [[], [], []]
    dialog.accept()
    qtbot.waitUntil(lambda: at.desk.worker.current is None and at.model.rowCount() == 64)
    row = at.desk.journal.record(at.model.index(at.names.index("code"), 0).data(UID))
    assert row
    pasted = [r for r in range(64) if cell(at, r, "place") == "桥头村" and cell(at, r, "day") == "2026-10-03"]
    uid = at.model.index(pasted[0], 0).data(UID)
    values = [at.desk.journal.record(at.model.index(r, 0).data(UID)) for r in pasted]
    assert any(v["source"] == "导入" and v["members"] == [at.uids["member"]] for v in values), uid


def test_one_wrong_row_keeps_all_out(at) -> None:
    dialog = paste(at, GOOD.replace("2026.10.2\t", "2026.2.30\t"))
    assert [bool(row.errors) for row in dialog.rows] == [False, True, False]
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert not ok.isEnabled()
    assert dialog.table.item(2, 0).text() == "没有“2026.2.30”这个日期。"
    assert dialog.table.item(2, 1).text() == "2026.2.30"
    dialog.reject()
    assert at.model.rowCount() == 61


def test_a_name_twice_is_not_guessed_and_a_damaged_number_is_refused(at) -> None:
    at.desk.journal.write("member", values_for(kind("member"), at.uids))
    two = paste(at, GOOD.replace("SQ-WY-2026-0001", "张卫国"))
    assert {f.code for row in two.rows for f in row.errors} == {"NOT_CHOSEN"}
    two.reject()
    at.desk.go("ledger.person")
    at.page = at.session.window.current
    bad = paste(at, "姓名\t身份证号\n张三\t3.30102E+17")
    assert [f.code for f in bad.rows[0].errors] == ["NUMBER_DAMAGED"]
    bad.reject()


def test_rows_without_a_heading_are_mapped_by_hand(at) -> None:
    dialog = paste(at, "走访\t2026-10-05\t桥头村\n来电\t2026-10-06\t河西村")
    assert not dialog.headed.isChecked()
    assert [box.currentData() for box in dialog.maps] == ["way", "day", "place"]
    dialog.maps[0].setCurrentIndex(0)
    assert "way" not in dialog.rows[0].values or dialog.rows[0].values["way"] == ""
    assert all(row.errors for row in dialog.rows)
    dialog.reject()


def test_an_empty_clipboard_is_said(at) -> None:
    QApplication.clipboard().clear()
    at.page.paste()
    assert "剪贴板里没有表格" in at.session.window.toast.text
