"""A record typed, kept, recovered, saved, corrected, moved on and withdrawn through the real form."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from studio_desk.desk.form import drafts
from studio_desk.desk.form.attachments import Attachments
from studio_desk.desk.form.quick_new import QuickNew
from studio_desk.desk.messages import Reason
from studio_desk.record.kind import VOID


def focused():
    """The widget that gets the keys; without a window manager a closed popup may leave no window active."""
    windows = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.focusWidget() is not None]
    widget = QApplication.focusWidget() or windows[0].focusWidget()
    assert widget is not None
    return widget


def type_in(text: str) -> None:
    """Letters as keys; Chinese as an input method commits it."""
    from PySide6.QtGui import QInputMethodEvent

    widget = focused()
    if text.isascii():
        QTest.keyClicks(widget, text)
    else:
        event = QInputMethodEvent()
        event.setCommitString(text)
        QApplication.sendEvent(widget, event)


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focused(), key, modifier)
    QApplication.processEvents()


def dialog(kind: type[QDialog]) -> QDialog:
    QApplication.processEvents()
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def give_reason(text: str) -> None:
    asked = dialog(Reason)
    asked.typed.setPlainText(text)
    asked.accept()


def editor(at, name: str):
    return at.session.window.current.sitting.form.cells[name].editor


def set_value(at, name: str, value) -> None:
    """As if typed."""
    made = editor(at, name)
    made.put(value)
    made.changed.emit()
    made.leave()


def new_entry(at, **values) -> None:
    at.desk.new_record("journal_entry")
    wanted = {"way": "走访", "place": "桥头村", "content": "河边路灯坏了两盏,晚上看不清路,住户希望尽快修好。"}
    for name, value in (wanted | values).items():
        set_value(at, name, value)


def save(at) -> None:
    at.session.window.current.save.click()
    QApplication.processEvents()


def test_a_new_record_is_saved_numbered_and_told(seat) -> None:
    at = seat()
    new_entry(at)
    sitting = at.session.window.current.sitting
    assert sitting.dirty
    save(at)
    assert not sitting.dirty
    row = at.desk.journal.record(sitting.uid)
    assert (row["place"], row["recorder"], row["day"], row["state"]) == ("桥头村", "李文书", "2026-11-22", "草稿")
    assert row["code"] in at.session.window.toast.text
    assert drafts.all_of(at.home) == []
    assert at.session.window.place == ("record", {"uid": sitting.uid})


def test_what_is_missing_stands_beside_its_field_and_nothing_is_lost(seat) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    set_value(at, "place", "桥头村")
    form = at.session.window.current.sitting.form
    save(at)
    shown = {name for name, cell in form.cells.items() if cell.findings}
    assert shown >= {"way", "content"}
    assert "place" not in shown
    assert [d.values["place"] for d in drafts.all_of(at.home)] == ["桥头村"]


def test_findings_come_as_one_leaves_a_field_not_before(seat, qtbot) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    form = at.session.window.current.sitting.form
    assert not any(cell.findings for cell in form.cells.values())
    form.go_to("way")
    press(Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: bool(form.cells["way"].findings))
    assert not form.cells["content"].findings
    assert form.cells["way"].editor.box.property("bad") == "error"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("11.22", "2026-11-22"),
        ("1122", "2026-11-22"),
        ("今天", "2026-11-22"),
        ("-1", "2026-11-21"),
        ("6月24日", "2026-06-24"),
    ],
)
def test_a_day_is_understood_as_it_is_typed(seat, typed: str, day: str) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    made = editor(at, "day")
    made.line.setFocus()
    made.line.clear()
    type_in(typed)
    press(Qt.Key.Key_Tab)
    assert made.line.text() == day
    assert made.value() == day


def test_a_day_that_is_none_stays_and_is_named(seat, qtbot) -> None:
    at = seat()
    new_entry(at, day="2023-02-29")
    cell = at.session.window.current.sitting.form.cells["day"]
    qtbot.waitUntil(lambda: [f.code for f in cell.findings] == ["NO_SUCH_DATE"])
    assert cell.editor.line.text() == "2023-02-29"


def test_half_typed_text_outlives_a_crash_for_that_record_only(seat, copied) -> None:
    at = seat()
    new_entry(at, content="打到一半")
    uid = at.session.window.current.sitting.uid
    assert [d.key for d in drafts.all_of(at.home)] == [uid]
    at.session.window.current.leave = lambda: None  # the process dies: nobody leaves anything
    at.session.finish()
    later = seat()
    items = [later.session.window.current.list.item(0).text()]
    assert "没存完的民情日志" in items[0]
    later.session.window.current.list.setCurrentRow(0)
    later.session.window.current._open(later.session.window.current.list.item(0))
    page = later.session.window.current
    assert page.sitting.uid == uid
    assert page.sitting.form.cells["content"].editor.value() == "打到一半"
    assert page.banner.isVisible()
    later.desk.open_record(copied.uids["journal_entry"])
    assert not later.session.window.current.banner.isVisible()


def test_a_changed_record_is_recovered_over_what_was_saved(seat, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["case"])
    set_value(at, "title", "路灯修好了没有")
    at.desk.go("today")
    at.desk.open_record(copied.uids["case"])
    page = at.session.window.current
    assert editor(at, "title").value() == "路灯修好了没有"
    assert at.desk.journal.record(copied.uids["case"])["title"] != "路灯修好了没有"
    page._banner_button.click()
    assert editor(at, "title").value() != "路灯修好了没有"
    assert drafts.all_of(at.home) == []


def test_the_form_is_kept_two_seconds_after_the_last_key(seat, qtbot, monkeypatch) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    sitting = at.session.window.current.sitting
    assert sitting._keep.interval() == 2000
    sitting._keep.setInterval(30)
    editor(at, "content").text.setFocus()
    type_in("abc")
    assert drafts.all_of(at.home) == []
    qtbot.waitUntil(lambda: [d.values["content"] for d in drafts.all_of(at.home)] == ["abc"])


def test_a_registered_record_is_corrected_with_a_reason(seat, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["person"])
    set_value(at, "address", "桥头村3组")
    save(at)
    assert at.desk.journal.record(copied.uids["person"])["address"] == ""
    give_reason("地址写漏了")
    assert at.desk.journal.record(copied.uids["person"])["address"] == "桥头村3组"
    last = at.desk.journal.history(copied.uids["person"])[-1]
    assert (last.type, last.reason, last.by) == ("record.correct", "地址写漏了", "李文书")


def test_a_step_of_life_saves_what_was_typed(seat) -> None:
    at = seat()
    new_entry(at, answer="已转镇里,一周内修好。")
    page = at.session.window.current
    page.steps[0].click()
    QApplication.processEvents()
    row = at.desk.journal.record(page.sitting.uid)
    assert (row["state"], row["answer"]) == ("已登记", "已转镇里,一周内修好。")
    assert page.sitting.state == "已登记"


def test_a_step_that_wants_a_reason_can_be_given_up(seat, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["case"])
    page = at.session.window.current
    move = next(m for m in page.sitting.moves() if m.reason)
    set_value(at, "refusal_ground", "")
    page.sitting.move(move)
    QApplication.processEvents()
    assert page.sitting.state == "登记"
    assert page.sitting.form.values()["state"] == "登记"


def test_withdrawn_is_shown_and_not_changed(seat, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["suggestion"])
    page = at.session.window.current
    page.void.click()
    give_reason("重复登记")
    assert at.desk.journal.record(copied.uids["suggestion"])["state"] == VOID
    assert "重复登记" in page._banner_text.text()
    assert not page.save.isEnabled()
    assert page.sitting.moves() == []


def test_a_warning_is_kept_with_a_reason(seat, qtbot) -> None:
    at = seat()
    new_entry(at, content="路灯坏了")
    form = at.session.window.current.sitting.form
    cell = form.cells["content"]
    qtbot.waitUntil(lambda: [f.code for f in cell.findings] == ["THIN_ENTRY"])
    cell.kept.emit(cell.findings[0])
    give_reason("只有这一句")
    save(at)
    row = at.desk.journal.record(at.session.window.current.sitting.uid)
    assert [(k["code"], k["reason"]) for k in row["kept"]] == [("THIN_ENTRY", "只有这一句")]
    set_value(at, "weather", "晴")
    qtbot.waitUntil(lambda: [f.code for f in cell.findings] == ["THIN_ENTRY"])
    assert "只有这一句" in "".join(label.text() for r in cell._remarks for label in r.findChildren(QLabel))


def test_a_person_is_found_by_initials_and_chosen_by_keyboard(seat, qtbot, copied) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    made = editor(at, "members")
    made.line.setFocus()
    type_in("zwg")
    popup = made.line._suggest.popup
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: made.value() == [copied.uids["member"]])
    assert made.line.text() == ""


def test_a_name_that_is_nobody_is_said(seat, qtbot) -> None:
    at = seat()
    new_entry(at)
    made = editor(at, "studio")
    made.line.setFocus()
    type_in("没有的工作室")
    press(Qt.Key.Key_Tab)
    cell = at.session.window.current.sitting.form.cells["studio"]
    qtbot.waitUntil(lambda: [f.code for f in cell.findings] == ["NOT_CHOSEN"])
    save(at)
    assert at.session.window.current.sitting.row is None


def test_somebody_new_is_made_on_the_spot(seat, qtbot) -> None:
    at = seat()
    at.desk.new_record("household")
    made = editor(at, "head_person")
    made.line.setFocus()
    type_in("欧阳修远")
    popup = made.line._suggest.popup
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Up)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: any(isinstance(w, QuickNew) for w in QApplication.topLevelWidgets()))
    quick = dialog(QuickNew)
    assert quick.form.cells["name"].editor.value() == "欧阳修远"
    quick.accept()
    uid = made.value()
    assert at.desk.journal.record(uid)["name"] == "欧阳修远"
    assert made.line.text() == "欧阳修远"


def test_a_word_is_chosen_by_a_piece_or_by_initials(seat) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    made = editor(at, "way")
    made.box.setFocus()
    type_in("xinx")  # 信箱
    press(Qt.Key.Key_Tab)
    first = made.value()
    made.put("")
    made.box.setFocus()
    type_in("信箱")
    press(Qt.Key.Key_Tab)
    assert made.value() == "信箱"
    assert first in {"xinx", "信箱"}


def test_the_wheel_changes_no_word(seat) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    at = seat()
    at.desk.new_record("journal_entry")
    made = editor(at, "way")
    made.put("走访")
    at_point = QPointF(5, 5)
    event = QWheelEvent(
        at_point, at_point, QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(made.box, event)
    assert made.value() == "走访"


def test_child_lines_are_added_moved_and_removed(seat) -> None:
    at = seat()
    new_entry(at)
    table = editor(at, "persons")
    for name in ("张三", "李四"):
        table.add()
        type_in(name)
        press(Qt.Key.Key_Return)
    table._shift(-1)
    assert [row["name"] for row in table.value()] == ["李四", "张三"]
    table.table.setCurrentIndex(table.model.index(1, 0))
    table._remove()
    save(at)
    row = at.desk.journal.record(at.session.window.current.sitting.uid)
    assert [p["name"] for p in row["persons"]] == ["李四"]


def test_a_line_is_typed_cell_by_cell(seat, qtbot) -> None:
    at = seat()
    at.desk.new_record("journal_entry")
    table = editor(at, "persons")
    table.add()
    type_in("张三")
    press(Qt.Key.Key_Return)
    type_in("3")
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.value() == [{"name": "张三", "heads": 3}])


def test_a_finding_shown_meanwhile_undoes_no_typing_in_a_cell(seat, qtbot) -> None:
    at = seat()
    at.desk.new_record("activity")
    table = editor(at, "attendance")
    table.add()
    column = next(n for n, f in enumerate(table.model.fields) if f.name == "name")
    index = table.model.index(0, column)
    table.table.setCurrentIndex(index)
    table.table.edit(index)
    type_in("欧阳")
    at.session.window.current.sitting.form.show_all()
    type_in("修")
    press(Qt.Key.Key_Return)
    assert table.value()[0]["name"] == "欧阳修"


def test_a_chosen_person_fills_the_line(seat, copied) -> None:
    at = seat()
    at.desk.journal.correct(copied.uids["person"], {"phone": "13909140000", "address": "桥头村"}, "补")
    at.desk.new_record("journal_entry")
    table = editor(at, "persons")
    table.add()
    column = next(n for n, f in enumerate(table.model.fields) if f.name == "person")
    table.model.setData(table.model.index(0, column), copied.uids["person"])
    line = table.value()[0]
    assert (line["name"], line["phone"], line["address"]) == ("张卫国", "13909140000", "桥头村")


def test_a_finding_inside_a_line_marks_its_cell(seat, qtbot) -> None:
    at = seat()
    new_entry(at, persons=[{"name": "张三", "phone": "12"}])
    cell = at.session.window.current.sitting.form.cells["persons"]
    qtbot.waitUntil(lambda: any(f.code == "PHONE_FORM" for f in cell.findings))
    model = cell.editor.model
    column = next(n for n, f in enumerate(model.fields) if f.name == "phone")
    assert "12" in model.data(model.index(0, column), Qt.ItemDataRole.ToolTipRole)


def test_like_the_last_one(seat, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["journal_entry"])
    at.session.window.current.again.click()
    sitting = at.session.window.current.sitting
    assert sitting.row is None
    values = sitting.form.values()
    before = at.desk.journal.record(copied.uids["journal_entry"])
    assert (values["way"], values["place"], values["recorder"]) == (before["way"], before["place"], before["recorder"])
    assert values["uid"] != before["uid"]
    assert values["content"] == ""


def test_a_visit_begins_from_the_household(seat, qtbot, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["household"])
    page = at.session.window.current
    page.beside.setCurrentWidget(page.related)
    action = next(a for a in page.related.new.menu().actions() if a.text() == "民情日志")
    action.trigger()
    assert editor(at, "household").value() == copied.uids["household"]
    set_value(at, "way", "走访")
    set_value(at, "place", "桥头村")
    set_value(at, "content", "到家里看望,了解了今年收成和孩子上学的情况,没有别的困难。")
    save(at)
    at.desk.open_record(copied.uids["household"])
    page.beside.setCurrentWidget(page.related)
    tree = page.related.tree
    qtbot.waitUntil(lambda: tree.topLevelItemCount() > 0)
    assert any(tree.topLevelItem(n).text(0).startswith("民情日志") for n in range(tree.topLevelItemCount()))


def picture(width: int = 64, height: int = 48):
    from PySide6.QtGui import QColor, QImage

    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    return image


def test_a_screenshot_is_pasted(seat, qtbot, copied) -> None:
    at = seat()
    at.desk.open_record(copied.uids["case"])
    page = at.session.window.current
    QApplication.clipboard().setImage(picture())
    pane: Attachments = page.attachments
    pane.paste_in()
    qtbot.waitUntil(lambda: pane.list.count() == 1, timeout=10000)
    row = at.desk.journal.record(pane.list.item(0).data(Qt.ItemDataRole.UserRole))
    assert (row["parent"], row["parent_kind"]) == (copied.uids["case"], "民情事项")
    assert row["mime"].startswith("image/")
    qtbot.waitUntil(lambda: at.desk.worker.current is None)


def test_a_dragged_file_saves_the_new_record_first(seat, qtbot, tmp_path) -> None:
    from PySide6.QtCore import QMimeData, QUrl

    from studio_desk.desk.form.attachments import sources_of

    at = seat()
    new_entry(at)
    picture().save(str(tmp_path / "现场.png"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "现场.png"))])
    page = at.session.window.current
    page.attachments.wanted.emit(sources_of(data))
    qtbot.waitUntil(lambda: page.attachments.list.count() == 1, timeout=10000)
    assert page.sitting.row is not None
    assert page.attachments.list.item(0).text() == "现场.png"
    qtbot.waitUntil(lambda: at.desk.worker.current is None)


def test_an_image_that_is_none_is_refused_in_words(seat, qtbot, tmp_path, copied) -> None:
    from PySide6.QtWidgets import QMessageBox

    at = seat()
    at.desk.open_record(copied.uids["case"])
    (tmp_path / "假.jpg").write_bytes(b"<svg></svg>")
    page = at.session.window.current
    page.attachments.wanted.emit([tmp_path / "假.jpg"])
    qtbot.waitUntil(lambda: any(isinstance(w, QMessageBox) for w in QApplication.topLevelWidgets()), timeout=10000)
    box = dialog(QMessageBox)
    assert "假.jpg" in box.text()
    assert page.attachments.list.count() == 0


def test_a_record_prints(seat, qtbot, copied) -> None:
    from studio_desk.desk.printing import make_pdf

    at = seat()
    kind = at.desk.kind("journal_entry")
    row = at.desk.journal.record(copied.uids["journal_entry"])
    record = kind.read({n: v for n, v in row.items() if n in kind.model.model_fields})
    sheets = kind.sheets(record, at.desk.look)
    done = []
    at.desk.run_job(make_pdf, sheets, "民情日志", at.home.name, done=done.append)
    qtbot.waitUntil(lambda: bool(done), timeout=60000)
    assert done[0].pdf.startswith(b"%PDF")
    assert done[0].printed.missing == ()


def test_a_visit_is_logged_by_keyboard_alone(seat, qtbot, monkeypatch, copied) -> None:
    """新建走访 → 保存 → 打印 from the home page, keys counted: at most 25 besides free text (desk.md 8)."""
    at = seat()
    window = at.session.window
    printed = []
    monkeypatch.setattr(at.desk, "print_sheets", lambda title, sheets: printed.append((title, sheets)))
    keys = 0

    def key(which: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        nonlocal keys
        keys += 1
        window.activateWindow()  # what a window manager does when a popup closes
        QApplication.processEvents()
        press(which, modifier)

    window.activateWindow()
    window.find_box.setFocus()
    key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    for letter in (Qt.Key.Key_Z, Qt.Key.Key_W, Qt.Key.Key_G):
        key(letter)
    qtbot.waitUntil(window.find_box.popup.isVisible)
    rows = [window.find_box.list.item(n).text() for n in range(window.find_box.list.count())]
    for _ in range(1 + next(n for n, row in enumerate(rows) if "-JT-" in row)):
        key(Qt.Key.Key_Down)
    key(Qt.Key.Key_Return)
    page = window.current
    assert page.sitting.uid == copied.uids["household"]
    key(Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier)
    menu = page.related.new.menu()
    qtbot.waitUntil(menu.isVisible)
    for which in (Qt.Key.Key_Down,) * [a.text() for a in menu.actions()].index("民情日志") + (Qt.Key.Key_Return,):
        keys += 1
        QTest.keyClick(menu, which)
    QApplication.processEvents()
    assert focused() is editor(at, "way").box.lineEdit() or focused() is editor(at, "way").box
    for letter in (Qt.Key.Key_Z, Qt.Key.Key_F):  # 走访
        key(letter)
    key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    type_in("桥头村")
    key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    type_in("到家里看望,了解了今年收成和孩子上学的情况,没有别的困难。")
    key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.current.sitting.row is not None)  # a button pressed by its key shows that it is
    row = at.desk.journal.record(window.current.sitting.uid)
    assert (row["way"], row["household"], row["place"]) == ("走访", copied.uids["household"], "桥头村")
    key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(printed) == 1)
    assert keys <= 25, keys
