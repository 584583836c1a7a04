"""What goes down, on screen: the district assigns, changes a list, asks about a conflict; the station looks, takes, answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QLineEdit, QPlainTextEdit

from studio_desk.exchange import inbox, outbox, receipts, remarks
from studio_desk.exchange.header import chain_owner
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.store import lists
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
    page.key.setText("2026")
    page.sort.setCurrentIndex(page.sort.findData("calendar"))
    page.put_file(file)
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
    press(page.take_button)
    at.idle()
    assert not page.news.isVisible()
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
