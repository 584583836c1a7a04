"""What goes down, on screen: the district assigns, changes a list, asks about a conflict; the station looks, takes, answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit

from studio_desk.desk.wizards.list_editor import ListEditor
from studio_desk.exchange import inbox, outbox, receipts, remarks, trust_parts
from studio_desk.exchange import lists as send_down
from studio_desk.exchange.header import chain_owner
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.store import list_parts, lists
from studio_desk.store.list_words import labels
from tests.desk.scene import DISTRICT, Scene


@pytest.fixture
def scene(qapp: Any, tmp_path: Any, template: Any) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template)
    yield made
    made.leave()


def press(button: Any) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    button.click()


def editor_of(at: Any) -> ListEditor:
    (editor,) = [one for one in at.window.findChildren(ListEditor) if one.isVisible()]
    return editor


def edit(at: Any, sort: str, key: str) -> ListEditor:
    """Open the editor of a list at the district."""
    page = at.go("lists")
    page.choose(sort, key)
    press(page.edit_button)
    return editor_of(at)


def up(scene: Scene) -> None:
    with scene.open("SQ") as station:
        files = [sent.file for sent in outbox.export(station, scene.stick).files]
    with scene.open(DISTRICT) as district:
        inbox.receive(district, files)


def texts(table: Any, column: int) -> list[str]:
    return [table.text_at(row, column) for row in range(table.rowCount())]


def test_the_district_sends_down_and_the_station_sees_what_will_change(scene: Scene) -> None:
    scene.leave()
    up(scene)
    entry = scene.template.uids["journal_entry"]
    at = scene.sit(DISTRICT)
    page = at.go("assign")
    assert texts(page.stations, 0) == ["SQ"]
    assert not page.assign_button.isEnabled()
    page.headline.setText("报春耕用水情况")
    page.text.setPlainText("逐村写明够不够用。")
    press(page.everyone)
    press(page.assign_button)
    assert texts(page.table, 2) == ["报春耕用水情况"]
    assert "SQ" in page.waiting.text()

    page = at.go("lists", list="urgency")
    first = page.words.rowCount()
    press(page.add_button)
    page.words.item(first, 0).setText("限时")
    page.words.setCurrentCell(3, 1)
    assert page.words.item(3, 0).text() == "特急"
    press(page.end_button)
    press(page.put_button)
    assert "限时" in vocabulary("urgency").words()
    assert "特急" not in vocabulary("urgency").words()
    assert "停用“特急”" in page.sent.text_at(0, 3)
    file = scene.folder / "2026.json"
    file.write_text(json.dumps({"days": [{"day": "2026-12-31", "kind": "法定"}]}, ensure_ascii=False), encoding="utf-8")
    page.choose("calendar", "2026")
    page.put_file(file)
    editor = editor_of(at)
    assert "放假1天" in editor.told.text()  # what will change is said before it is settled
    press(editor.put_button)
    assert page.sent.rowCount() == 2
    receipts.send_back(at.home, entry, "缺地点")
    remarks.comment(at.home, scene.template.uids["case"], "办得及时", who="陈副主席")
    receipts_page = at.go("receipts", station="SQ")
    press(receipts_page.write_button)
    at.idle()

    at = scene.sit("SQ")
    page = at.go("handover").taking
    at.idle()
    assert {"确认", "退回", "任务", "批注", "词表", "日历"} <= set(texts(page.news, 0))
    assert any("报春耕用水情况" in text for text in texts(page.news, 1))
    assert lists.editions(at.home) == []
    assert page.differing.isVisible()
    told = list(zip(*(texts(page.differing, column) for column in range(3)), strict=True))
    assert ("词表：紧急程度", "", "") in told
    assert any(row[0] == "新增词“限时”" and row[1] == "—" for row in told)
    assert any(row[0] == "删去词“特急”" and row[2] == "—" for row in told)
    assert ("新增放假和调休“2026-12-31”", "—", "哪一种 法定") in told
    press(page.take_button)
    at.idle()
    assert not page.news.isVisible()
    assert not page.differing.isVisible()
    assert len(lists.editions(at.home)) == 2
    today = at.go("today")
    found = [today.list.item(row).text() for row in range(today.list.count())]
    assert any("报春耕用水情况" in text and "前回复" in text for text in found)
    record = at.go("record", uid=scene.template.uids["case"])
    assert "陈副主席" in record._banner_text.text()
    with at.home.file.read() as c:
        task = c.exec_driver_sql("SELECT uid FROM task WHERE title = '报春耕用水情况'").scalar_one()
    record = at.go("record", uid=task)
    steps = [step.text() for step in record.steps if step.isVisible()]
    assert steps == ["签收", "直接回复"], "what is the district's to do is not offered"
    assert not record.void.isEnabled()
    press(record.steps[0])
    at.idle()
    assert at.home.journal.record(task)["state"] == "已签收"


def test_a_conflict_becomes_a_task(scene: Scene) -> None:
    scene.leave()
    up(scene)
    uid = scene.template.uids["journal_entry"]
    with scene.open("SQ") as station:
        station.journal.correct(uid, {"place": "上河湾村"}, "站里改")
    with scene.open(DISTRICT) as district:
        district.journal.correct(uid, {"place": "杏树坪村"}, "区里改")
    up(scene)
    at = scene.sit(DISTRICT)
    page = at.go("conflicts", uid=uid)
    page.reason.setText("请到现场看一下")
    press(page.send_button)
    assert at.boxes() == []
    with at.home.file.read() as c:
        (text,) = c.exec_driver_sql("SELECT text FROM task WHERE about = ?", (uid,)).scalars()
    assert all(word in text for word in ("请到现场看一下", "区里", "站点 SQ"))
    press(page.send_button)
    assert len(at.boxes()) == 1, "asked once already"
    at.boxes()[0].close()
    receipts.write(at.home, "SQ", scene.stick / "down")

    at = scene.sit("SQ")
    inbox.receive(at.home, sorted((scene.stick / "down").glob("*.sdx")))
    at.idle()
    page = at.go("conflicts", uid=uid)
    assert not page.send_button.isVisible()
    (choice,) = page.choices
    mine = next(n for n, v in enumerate(choice.conflict.versions) if chain_owner(v.dev) == "SQ")
    choice.buttons[mine].click()
    page.reason.setText("看过现场")
    press(page.decide_button)
    with at.home.file.read() as c:
        (state,) = c.exec_driver_sql("SELECT state FROM task WHERE about = ?", (uid,)).scalars()
    assert state == "已回复"


def test_a_remark_is_written_on_the_record_s_page(scene: Scene) -> None:
    at = scene.sit("SQ")
    uid = scene.template.uids["case"]
    page = at.go("record", uid=uid)
    press(page.remark)
    (dialog,) = [one for one in at.window.findChildren(QDialog) if one.isVisible()]
    line = (dialog.findChildren(QPlainTextEdit) or dialog.findChildren(QLineEdit))[0]
    line.setPlainText("已回访") if isinstance(line, QPlainTextEdit) else line.setText("已回访")
    dialog.accept()
    at.idle()
    assert [r.reason for r in at.home.journal.history(uid) if r.type == "record.comment"] == ["已回访"]
    assert not page.banner.isVisible(), "one's own remark is no news"


def test_a_station_s_new_records_begin_as_the_district_wants(scene: Scene) -> None:
    scene.leave()
    with scene.open(DISTRICT) as district:
        from studio_desk.exchange import lists as send

        send.put(district, "defaults", "journal_entry", {"values": {"way": "走访", "place": "石桥镇"}}, "2026-01-01")
        receipts.write(district, "SQ", scene.stick / "down")
    at = scene.sit("SQ")
    inbox.receive(at.home, sorted((scene.stick / "down").glob("*.sdx")))
    page = at.go("record", kind="journal_entry")
    assert page.sitting.form.values()["place"] == "石桥镇"
    assert page.sitting.form.values()["way"] == "走访"


def cells(field: Any, row: int, *texts: str) -> None:
    for column, text in enumerate(texts):
        field.table.item(row, column).setText(text)


def test_every_part_of_every_list_has_a_name() -> None:
    paths = {path for part in trust_parts.PARTS for path in (part.path, *(one.path for one in part.columns[1:]))}
    for sort in lists.SORTS:
        for part in list_parts.parts(sort):
            paths |= {part.path, *(column.path for column in part.columns)}
    figures = {"days", "working_days", "hours", "years", "points"}
    assert paths | {f"vocabulary.terms.{name}" for name in figures} == set(labels())


def test_a_scheme_is_written_by_its_own_shape(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    editor = edit(at, "scheme", "kaoping-2026")
    title, _, _, _, items = editor.fields
    assert not editor.put_button.isEnabled()
    assert title.wrong.text() == "还没有填。"
    assert items.wrong.text() == "至少要有一行。"
    title.typed.setText("委员履职量化")
    press(items.add)
    cells(items, 0, "提交意见建议", "每条", "两分", "条", "10")
    editor.check()
    assert items.wrong.text() == "第1行“分值”：要写整数。"
    cells(items, 0, "提交意见建议", "每条", "2")
    press(items.add)
    editor.check()
    assert editor.told.text() == "会变什么：方案《委员履职量化》自2026-11-22起执行，共1项。"
    press(editor.put_button)
    assert at.boxes() == []
    (made,) = lists.editions(at.home, "scheme")
    assert made.content == {
        "title": "委员履职量化",
        "items": [{"name": "提交意见建议", "trigger": "每条", "points": 2, "unit": "条", "cap": 10}],
    }
    # The next edition begins with what holds; nothing that was not touched becomes different.
    editor = edit(at, "scheme", "kaoping-2026")
    assert "完全相同" in editor.told.text()
    assert not editor.put_button.isEnabled()
    editor.since.setText("2027-01-01")
    editor.fields[4].table.selectRow(0)
    cells(editor.fields[4], 0, "提交意见建议", "每条", "3")
    editor.check()
    press(editor.put_button)
    old, new = lists.editions(at.home, "scheme")
    assert [old.content["items"][0]["points"], new.content["items"][0]["points"]] == [2, 3]
    assert new.since == "2027-01-01"


def test_a_calendar_says_in_which_row_a_day_is_wrong(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    editor = edit(at, "calendar", "2027")
    days, plan = editor.fields
    press(days.add)
    press(days.add)
    cells(days, 0, "2027.1.1", "法定", "元旦")
    cells(days, 1, "哪天", "放假")
    editor.check()
    assert "第2行“日期”：请按“2026-03-06”的样子填写。" in days.wrong.text()
    assert "第2行“哪一种”：只能是工作、休息、法定。" in days.wrong.text()
    cells(days, 1, "2028-01-02", "休息")
    editor.check()
    assert "那一年" in editor.told.text()
    days.table.selectRow(1)
    press(days.drop)
    press(plan.add)
    cells(plan, 0, "2027-03-05", "全会")
    editor.check()
    assert editor.told.text() == "会变什么：2027年日历：放假1天，调休上班0天，年度计划1项。"
    press(editor.put_button)
    (made,) = lists.editions(at.home, "calendar")
    assert made.content["days"] == [{"day": "2027-01-01", "kind": "法定", "name": "元旦"}]


def test_an_english_desk_chooses_days_in_english_and_the_list_stays_chinese(scene: Scene) -> None:
    at = scene.sit(DISTRICT, language="en")
    page = at.go("lists")
    page.choose("calendar", "2027")
    editor = page.edit({"days": [{"day": "2027-01-01", "kind": "法定"}, {"day": "2027-01-03", "kind": "工作"}]})
    days, _ = editor.fields
    assert [days.table.item(row, 1).text() for row in range(2)] == ["Public holiday", "Working day"]
    assert list(days.choices(0, 1).values()) == ["Working day", "Day off", "Public holiday"]
    days.table.item(1, 1).setText("Day off")
    press(days.add)
    cells(days, 2, "2027-01-04", "休息")
    editor.check()
    assert not days.wrong.isVisible()
    press(editor.put_button)
    (made,) = lists.editions(at.home, "calendar")
    assert [one["kind"] for one in made.content["days"]] == ["法定", "休息", "休息"]


def test_old_and_new_stand_side_by_side_before_an_edition_is_settled(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    old = {"title": "考核", "items": [{"name": "走访", "points": 2}, {"name": "会议", "points": 1}]}
    send_down.put(at.home, "scheme", "kp", old, "2026-01-01")
    page = at.go("lists")
    page.choose("scheme", "kp")
    editor = page.edit()
    assert not editor.item_by_item.isVisible(), "nothing is different yet"
    _, _, _, _, items = editor.fields
    points = [one.name for one in items.part.columns].index("points")
    items.table.item(0, points).setText("5")
    editor.since.setText("2026-12-01")
    editor.check()
    assert "与现在的相比：改动1处。" in editor.told.text()
    press(editor.item_by_item)
    assert not items.isVisible()
    told = [tuple(editor.differing.text_at(row, column) for column in range(3)) for row in range(2)]
    assert told == [("方案：考核", "", ""), ("改指标“走访”的分值", "2", "5")]
    press(editor.item_by_item)
    assert items.isVisible()
    assert not editor.differing.isVisible()
    editor.close()


def test_what_a_new_form_begins_with_is_chosen_from_its_fields(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    editor = edit(at, "defaults", "journal_entry")
    (values,) = editor.fields
    names = [one.name for one in values._named]
    way, place = names.index("way"), names.index("place")
    assert "走访" in values.choices(way, 1)
    assert not values.choices(place, 1)
    values.table.item(way, 1).setText("飞鸽传书")
    editor.check()
    assert "飞鸽传书" in values.wrong.text()
    assert not editor.put_button.isEnabled()
    values.table.item(way, 1).setText("走访")
    values.table.item(place, 1).setText("石桥村")
    editor.check()
    assert "预填" in editor.told.text()
    press(editor.put_button)
    (made,) = lists.editions(at.home, "defaults")
    assert made.content == {"values": {"way": "走访", "place": "石桥村"}}


@pytest.mark.parametrize("typed", ["①", "--5", "9" * 5000])
def test_a_number_to_begin_with_that_is_none_is_said_beside_it(scene: Scene, typed: str) -> None:
    at = scene.sit(DISTRICT)
    editor = edit(at, "defaults", "activity")
    (values,) = editor.fields
    row = [one.name for one in values._named].index("served")
    values.table.item(row, 1).setText(typed)
    editor.check()
    assert values.wrong.text().startswith("“")
    assert not editor.put_button.isEnabled()
    values.table.item(row, 1).setText("3")
    editor.check()
    assert editor.put_button.isEnabled()
    assert editor.content() == {"values": {"served": 3}}


def test_a_file_that_is_no_list_is_refused_and_one_with_flaws_is_shown(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    page = at.go("lists")
    page.choose("rules", "koujing")
    bad = scene.folder / "bad.json"
    bad.write_text("[", encoding="utf-8")
    page.put_file(bad)
    (box,) = at.boxes()
    assert "NOT_JSON" in box.informativeText()
    box.close()
    bad.write_text(json.dumps({"title": "口径", "parameters": [{"name": "", "value": True}]}), encoding="utf-8")
    page.put_file(bad)
    editor = editor_of(at)
    parameters = editor.fields[4]
    assert parameters.table.item(0, 1).text() == "是"
    assert parameters.wrong.text() == "第1行“名称”：还没有填。"
    cells(parameters, 0, "走访次数")
    editor.check()
    press(editor.put_button)
    (made,) = lists.editions(at.home, "rules")
    assert made.content["parameters"] == [{"name": "走访次数", "value": True}]


@pytest.mark.parametrize("size", ["中", "特大"])
def test_long_words_and_keys_take_several_lines_and_nothing_is_beyond_the_edge(scene: Scene, size: str) -> None:
    at = scene.sit("SQ", font_size=size)
    page = at.go("handover").taking
    rows = [
        {"how": "altered", "what": "有效期到", "old": "2026-12-31", "new": "2027-12-31"},
        {"how": "added", "what": "接收站证书指纹“" + "0123456789abcdef" * 4 + "”", "old": "", "new": ""},
        {"how": "altered", "what": "正文第1段", "old": "逐村走访，" * 30, "new": "逐户走访，" * 30},
    ]
    page.differing.show_changes(
        [{"sort": "trust", "title": "第3版", "text": "信任名单更新到第3版。", "differences": rows}]
    )
    at.idle()
    table = page.differing
    assert table.isVisible()
    assert table.horizontalScrollBar().maximum() == 0
    heights = [table.rowHeight(row) for row in range(table.rowCount())]
    assert heights[3] > heights[1] < heights[2]
    for row in range(1, 4):
        for column in range(3):
            lines = table.fontMetrics().boundingRect(
                0, 0, table.columnWidth(column) - 8, 9999, Qt.TextFlag.TextWordWrap, table.text_at(row, column)
            )
            assert lines.width() <= table.columnWidth(column)
    page.differing.show_changes([{"sort": "confirmed", "text": "区里确认收到3条记录。"}])
    assert not table.isVisible(), "nothing is different in a list"
