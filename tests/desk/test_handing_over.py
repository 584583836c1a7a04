"""The story of a month through the real windows: logged, handed over, looked at, taken in, decided, acknowledged."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from studio_desk.exchange import outbox, trust_store
from studio_desk.exchange.transports import usb
from studio_desk.exchange.volumes import cut
from studio_desk.kinds import kind
from studio_desk.store import custody
from tests.desk.filled import values_for
from tests.desk.scene import DISTRICT, Scene


@pytest.fixture
def scene(qapp, tmp_path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template)
    yield made
    made.leave()


@pytest.fixture
def strangers(qapp, tmp_path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template, enrolled=False)
    yield made
    made.leave()


def press(button) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    button.click()


def word_of(home, uid: str) -> str:
    return custody.words(home, [uid])[uid]


def test_enrolment_by_two_screens_and_a_telephone(strangers: Scene) -> None:
    at = strangers.sit("SQ")
    page = at.go("handover").enrolment
    assert not page.install_button.isEnabled()
    read_out = page.own.digits.text().split()
    assert [len(group) for group in read_out] == [5] * 6
    press(page.request)
    assert page.asked.isVisible()

    at = strangers.sit(DISTRICT)
    dialog = at.go("stations").accept_one()
    at.idle()
    assert dialog.requests.chosen == [strangers.stick / "SQ-1-enrol-request.json"]
    assert dialog.theirs.digits.text().split() == read_out
    assert not dialog.accept_button.isEnabled()  # nobody has compared the digits yet
    dialog.same.setChecked(True)
    press(dialog.accept_button)
    assert dialog.written.isVisible()
    theirs = dialog.own.digits.text()
    dialog.close()
    at.idle()
    assert [one.code for one in at.window.current.found] == ["SQ"]

    at = strangers.sit("SQ")
    page = at.go("handover").enrolment
    assert page.theirs.digits.text() == theirs
    assert not page.install_button.isEnabled()
    page.same.setChecked(True)
    press(page.install_button)
    at.idle()
    assert trust_store.required(at.home).district == DISTRICT
    assert at.window.current.sending.isVisible()


def test_the_usual_month(scene: Scene) -> None:
    # The station logs a visit in the form and hands over: two clicks once the medium is there.
    at = scene.sit("SQ")
    form = at.go("record", kind="journal_entry", values=values_for(kind("journal_entry"), scene.template.uids))
    press(form.save)
    at.idle()
    press(next(step for step in form.steps if step.text() == "登记"))
    at.idle()
    uid = form.sitting.uid
    assert word_of(at.home, uid) == "final"
    page = at.go("handover")
    told = page.sending.told
    assert told["records"] == len({one["uid"] for one in told["items"]}) > 1
    assert page.sending.kinds.rowCount() == len(told["kinds"])
    assert any(one["P1"] for one in told["kinds"])
    press(page.sending.send_button)
    at.idle()
    assert page.sending.done.isVisible()
    (sent,) = page.sending.sent.files
    assert sent.file.parent == scene.stick
    assert sent.file.exists()
    assert word_of(at.home, uid) == "packed"
    press(page.sending.slip)
    at.idle()
    assert at.window.place[0] == "preview"
    assert at.window.current.page_count == 1
    at.idle()
    places = at.go("custody")
    assert places.buttons["packed"].text() == f"已送出 {custody.custody(at.home).records['packed']}"
    row = next(one for one in places.model.rows if one.uid == uid)
    assert (row.word, row.medium, row.by) == ("packed", str(scene.stick), "李文书")

    # The district looks first: nothing has changed until it takes in.
    at = scene.sit(DISTRICT)
    inbox = at.go("inbox")
    assert [one.outcome for one in inbox.ahead] == ["applied"]
    assert inbox.ahead[0].new == told["records"]
    assert at.home.journal.frontiers().get("SQ-1") is None
    press(inbox.take_button)
    at.idle()
    assert at.home.journal.frontiers()["SQ-1"][0] == sent.last
    assert inbox.kept.log.rowCount() == 1
    receipts = at.go("receipts", station="SQ")
    press(receipts.write_button)
    at.idle()
    assert receipts.done.isVisible()

    # The receipt goes back; the station sees what it will change, then every word is "received".
    at = scene.sit("SQ")
    page = at.go("handover")
    packed = page.taking.seen.before["packed"]
    assert packed > 0
    assert page.taking.seen.after["received"] == packed
    assert page.taking.seen.after["packed"] == 0
    assert word_of(at.home, uid) == "packed"
    press(page.taking.take_button)
    at.idle()
    assert word_of(at.home, uid) == "received"
    assert not page.sending.send_button.isEnabled()
    places = at.go("custody")
    assert places.buttons["received"].text() == f"区里已收 {packed}"
    places.filter("packed")
    at.idle()
    assert places.model.rows == []


def test_a_conflict_is_decided_with_both_values_in_sight(scene: Scene) -> None:
    uid = scene.template.uids["journal_entry"]
    at = scene.sit("SQ")
    at.go("handover").sending.send()
    at.idle()
    at = scene.sit(DISTRICT)
    at.go("inbox").take()
    at.idle()
    at.home.journal.correct(uid, {"place": "石桥村东头"}, "电话核实")
    at = scene.sit("SQ")
    at.home.journal.correct(uid, {"place": "石桥村西头"}, "写错了")
    at.go("handover").sending.send()
    at.idle()

    at = scene.sit(DISTRICT)
    inbox = at.go("inbox")
    assert max(one.conflicts for one in inbox.ahead) == 1
    inbox.take()
    at.idle()
    page = at.go("conflicts")
    assert page.records.rowCount() == 1
    (choice,) = page.choices
    assert {version.value for version in choice.conflict.versions} == {"石桥村东头", "石桥村西头"}
    assert {button.text() for button in choice.buttons} == {"本机（990000）写的", "站点 SQ 写的"}
    assert not page.decide_button.isEnabled()
    wanted = next(n for n, version in enumerate(choice.conflict.versions) if version.value == "石桥村西头")
    choice.buttons[wanted].click()
    assert not page.decide_button.isEnabled()  # a reason is wanted too
    page.reason.setText("问过站点")
    press(page.decide_button)
    at.idle()
    assert page.records.rowCount() == 0
    assert at.home.journal.record(uid)["place"] == "石桥村西头"
    at.go("receipts").write(["SQ"])
    at.idle()

    at = scene.sit("SQ")
    at.go("handover").taking.take()
    at.idle()
    assert at.home.journal.record(uid)["place"] == "石桥村西头"
    assert word_of(at.home, uid) == "received"


def test_a_receipt_code_read_over_the_telephone(scene: Scene) -> None:
    at = scene.sit("SQ")
    at.go("handover").sending.send()
    at.idle()
    at = scene.sit(DISTRICT)
    at.go("inbox").take()
    at.idle()
    page = at.go("receipts", station="SQ")
    press(page.code_button)
    code = page.code.text()
    at = scene.sit("SQ")
    page = at.go("handover").taking
    page.code.setText("AAAA-BBBB-CCCC")
    press(page.enter_button)
    at.idle()
    (box,) = at.boxes()
    assert "RECEIPT_CODE_WRONG" in box.informativeText()
    box.close()
    page.code.setText(code.lower().replace("-", " "))
    press(page.enter_button)
    at.idle()
    assert custody.custody(at.home).records["received"] > 0
    assert custody.custody(at.home).records["packed"] == 0


def test_a_record_goes_back_with_a_remark(scene: Scene) -> None:
    uid = scene.template.uids["journal_entry"]
    at = scene.sit("SQ")
    at.go("handover").sending.send()
    at.idle()
    at = scene.sit(DISTRICT)
    at.go("inbox").take()
    at.idle()
    page = at.go("receipts", uid=uid)
    assert not page.return_button.isEnabled()
    page.remark.setText("请补联系人")
    press(page.return_button)
    at.idle()
    page.write(["SQ"])
    at.idle()
    at = scene.sit("SQ")
    page = at.go("handover")
    assert page.taking.seen.after["returned"] == 1
    page.taking.take()
    at.idle()
    assert word_of(at.home, uid) == "returned"


def test_damaged_early_and_dropped_files(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit("SQ")
    page = at.go("handover")
    page.sending.send()
    at.idle()
    (first,) = page.sending.sent.files
    at.home.meta.set("received.SQ-1", str(first.last))  # as if a receipt had come: the next bundle begins later
    at.home.journal.correct(scene.template.uids["journal_entry"], {"place": "桥头"}, "写错了")
    later = outbox.send(
        at.home,
        cut(at.home, "SQ-1", first.last + 1, at.home.journal.frontiers()["SQ-1"][0]),
        DISTRICT,
        [c.archive for c in trust_store.required(at.home).of(DISTRICT)],
        page.medium.transport,
    )[0].file
    damaged = tmp_path / "damaged.sdx"
    data = bytearray(first.file.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)

    at = scene.sit(DISTRICT)
    inbox = at.go("inbox")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in (later, damaged)])
    inbox.dropEvent(
        QDropEvent(
            QPointF(9, 9),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    at.idle()
    assert [one.outcome for one in inbox.ahead] == ["held", "quarantined"]
    assert inbox.kept.held.rowCount() == inbox.kept.apart.rowCount() == 0  # looking changed nothing
    inbox.take()
    at.idle()
    assert inbox.kept.held.rowCount() == inbox.kept.apart.rowCount() == 1
    stations = at.go("stations")
    assert len(stations.found[0].missing) == 1
    inbox = at.go("inbox")
    inbox.kept.apart.selectRow(0)
    assert "BUNDLE_DAMAGED" in inbox.kept.why.text()
    inbox.kept.release()
    at.idle()
    assert inbox.kept.apart.rowCount() == 1  # still damaged
    inbox.kept.discard(inbox.kept.apart.chosen[0], "已请站点重送")
    assert inbox.kept.apart.rowCount() == 0

    inbox.show_files([first.file])
    at.idle()
    inbox.take()
    at.idle()
    assert inbox.kept.held.rowCount() == 0  # the early one was merged after it
    assert inbox.kept.log.rowCount() == 2
    newest = inbox.kept.log._data(0)
    inbox.kept.undo(newest)
    at.idle()
    assert inbox.kept.log._data(0) is None
    assert at.home.journal.frontiers()["SQ-1"][0] == first.last


def test_a_stick_is_chosen_when_it_is_plugged_in(scene: Scene, monkeypatch, tmp_path: Path) -> None:
    at = scene.sit("SQ")
    page = at.go("handover")
    plugged = tmp_path / "KINGSTON"
    plugged.mkdir()
    stick = usb.Stick(plugged)
    page.medium.sticks = lambda: [stick]
    page.medium.look()
    at.idle()
    assert page.medium.is_stick
    assert "KINGSTON" in page.sending.send_button.text()
    press(page.sending.send_button)  # it is not among the mounted ones: pulled between two looks
    at.idle()
    (box,) = at.boxes()
    assert "MEDIUM_GONE" in box.informativeText()
    box.close()
    assert word_of(at.home, scene.template.uids["journal_entry"]) != "packed"
    monkeypatch.setattr(usb, "mounted", lambda *_: [plugged])
    press(page.sending.send_button)
    at.idle()
    assert page.sending.done.words.text() == "可以拔出 U 盘"
    page.medium.sticks = list
    page.medium.look()
    at.idle()
    assert not page.medium.is_stick


def test_revoking_a_lost_computer(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    page = at.go("stations")
    page.table.selectRow(0)
    assert page.revoke.isEnabled()
    page._revoke("SQ-1", "电脑丢了")
    at.idle()
    assert page.found[0].revoked
    assert not page.revoke.isEnabled()
    assert at.go("receipts").table.rowCount() == 0
