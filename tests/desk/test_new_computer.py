"""A new computer of a station at the desk: its number, the rebuild folder at the district, and what was missing."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QWizard

from studio_desk.desk import messages
from studio_desk.desk.window import MainWindow
from studio_desk.desk.wizards import start_pages as ids
from studio_desk.desk.wizards.first_run import first_run
from studio_desk.exchange import enrol, inbox, outbox, rebuild, trust_store
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from tests.desk.scene import DISTRICT, Scene, Seat


def open_letter(at: Seat) -> str:
    """What the open notice says; it is put away."""
    (letter,) = [one for one in at.window.findChildren(messages.Letter) if one.isVisible()]
    text = letter.text.toPlainText()
    letter.accept()
    return text


@pytest.fixture
def scene(qapp, tmp_path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template, enrolled=False)
    yield made
    made.leave()


def test_a_second_computer_is_enrolled_filled_and_told_once(scene: Scene) -> None:
    at = scene.sit("SQ")
    page = at.go("handover").enrolment
    assert (page.computer.value(), page.computer.isEnabled()) == (1, True)
    page.computer.setValue(2)
    page.write_request()
    at.idle()
    assert at.boxes() == []
    assert at.home.device == "SQ-2"
    (request,) = scene.stick.glob("SQ-2-enrol-request.json")
    shown = "".join(c for c in page.own.digits.text() if c.isdigit())
    assert shown == "".join(c for c in enrol.read_request(request).fingerprint if c.isdigit())

    at = scene.sit(DISTRICT)
    enrol.accept(at.home, request, scene.stick)
    page = at.go("stations")
    assert not page.rebuild.isEnabled()
    page.table.selectRow(0)
    assert page.rebuild.isEnabled()
    page.write_rebuild("SQ-2", scene.stick)
    at.idle()
    assert at.boxes() == []
    folder = scene.stick / rebuild.FOLDER_NAME.format(device="SQ-2")
    assert {path.suffix for path in folder.iterdir()} == {".json", ".sdx"}

    at = scene.sit("SQ")
    page = at.go("handover").enrolment
    page.look()
    assert page._file is not None
    assert page._file.parent == folder
    page.same.setChecked(True)
    page.install()
    at.idle()
    assert at.boxes() == []
    letter = open_letter(at)
    assert "已按区里的数据重建" in letter
    assert at.home.meta.get(rebuild.NOTICE) == letter
    page = at.window.current
    assert page.told.isVisible()  # the one notice can be read again
    page.told.click()
    assert open_letter(at) == letter
    at.home.close()
    with Home.open(scene.folder / "SQ", shapes=KINDS, key=scene.template.key) as again:
        assert again.device == "SQ-2"


def test_a_dead_computer_is_replaced_from_the_first_run_to_the_notice(scene: Scene, qtbot) -> None:
    """The wizard writes the request; the home page leads on until the rebuild folder was opened, days later."""
    scene.enrol()
    with scene.open("SQ") as old:
        sent = outbox.export(old, Folder(scene.stick)).files
        held = len(listed(old))
    with scene.open(DISTRICT) as district:
        inbox.receive(district, [one.file for one in sent])
    told = SimpleNamespace(homes=[], gave_up=[])
    window = MainWindow()
    window.show()
    run = first_run(window, scene.folder / "SQ-2", done=told.homes.append, gave_up=lambda: told.gave_up.append(True))
    run.currentPage().ways["rebuild"].click()
    run.next()
    page = run.currentPage()
    page.code.setText("SQ")
    page.name.setText("石桥镇政协联络站")
    assert page.computer.value() == 2
    run.next()
    page = run.currentPage()
    page.keyring.setChecked(False)
    page.first.setText("春天的石桥镇")
    page.again.setText("春天的石桥镇")
    run.next()
    qtbot.waitUntil(lambda: run.currentId() == ids.RECOVERY, timeout=20000)
    assert run.nextId() == ids.ASKING
    assert not run.button(QWizard.WizardButton.NextButton).isEnabled()
    assert not run.button(QWizard.WizardButton.CancelButton).isVisible()
    assert not run.button(QWizard.WizardButton.BackButton).isEnabled()
    run.currentPage().noted.click()
    run.button(QWizard.WizardButton.NextButton).click()
    assert run.currentId() == ids.ASKING
    page = run.currentPage()
    page.medium.choose(scene.stick)
    page.request.click()
    assert page.written.isVisible()
    run.button(QWizard.WizardButton.FinishButton).click()
    qtbot.waitUntil(lambda: bool(told.homes))
    (home,) = told.homes
    assert home.device == "SQ-2"
    scene.know("SQ-2", home)
    home.close()
    window.close()

    at = scene.sit("SQ-2")
    today = at.go("today")
    assert "重建文件" in today.next.text()
    today.list.itemActivated.emit(today.list.item(0))
    at.idle()
    assert at.window.place[0] == "handover"
    page = at.window.current.enrolment
    assert page.isVisible()
    assert page.awaited.isVisible()
    page.take_folder(scene.stick)  # nothing there yet
    (box,) = at.boxes()
    assert "SQ-2" in box.text()
    box.accept()

    with scene.open(DISTRICT) as district:
        enrol.accept(district, scene.stick / "SQ-2-enrol-request.json", scene.stick, replaces="SQ-1")
        assert trust_store.required(district).holder("SQ-1") is None  # revoked
        (scene.folder / "later").mkdir()
        rebuild.write(district, "SQ-2", scene.folder / "later")

    at = scene.sit("SQ-2")
    page = at.go("handover").enrolment
    page.take_folder(scene.folder / "later")
    assert "重建文件" in page.found.text()
    page.same.setChecked(True)
    page.install()
    at.idle()
    assert at.boxes() == []
    assert "SQ-1 交到区里的最后一条" in open_letter(at)
    assert rebuild.awaited(at.home) == ""
    assert len(listed(at.home)) == held
    assert "重建" not in at.go("today").next.text()
    assert not at.go("handover").enrolment.isVisible()
    assert told.gave_up == []


def test_nothing_to_wait_for_ends_the_waiting(scene: Scene) -> None:
    with scene.open("SQ") as home:
        rebuild.expect(home)
    at = scene.sit("SQ")
    assert "接替" in at.go("today").next.text()
    page = at.go("handover").enrolment
    page.enough.click()
    (box,) = at.boxes()
    next(b for b in box.buttons() if b.text() == "不等了").click()
    assert rebuild.awaited(at.home) == ""
    assert not page.enough.isVisible()


def listed(home: Home) -> list[str]:
    with home.file.read() as c:
        return [row[0] for row in c.exec_driver_sql("SELECT uid FROM record ORDER BY uid")]


def test_the_district_says_which_computer_is_replaced(scene: Scene) -> None:
    with scene.open("SQ") as old:
        request, _ = enrol.request(old, scene.stick)
    with scene.open(DISTRICT) as district:
        enrol.accept(district, request, scene.stick)
    request.unlink()
    with Home.create(
        scene.folder / "SQ-2", role="station", code="SQ", name="石桥镇政协联络站", shapes=KINDS, computer=2,
        passphrase="试试口令", use_keyring=False,
    ) as new:  # fmt: skip
        enrol.request(new, scene.stick)
    at = scene.sit(DISTRICT)
    dialog = at.go("stations").accept_one()
    at.idle()
    assert dialog.requests.chosen
    assert [dialog.replacing.box.itemData(n) for n in range(dialog.replacing.box.count())] == ["", "SQ-1"]
    assert dialog.replacing.box.currentData() == ""  # nothing is revoked unless it is said
    dialog.replacing.box.setCurrentIndex(1)
    dialog.replacing.box.activated.emit(1)
    assert "吊销SQ-1" in dialog.replacing.gone.text()
    dialog.same.setChecked(True)
    dialog.enrol()
    assert at.boxes() == []
    assert "重建文件" in dialog.written.more.text()
    trust = trust_store.required(at.home)
    assert trust.holder("SQ-1") is None  # revoked
    assert trust.holder("SQ-2") is not None
    dialog.close()
