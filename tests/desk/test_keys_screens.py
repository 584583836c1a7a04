"""Passphrase and recovery code in the settings; the page of the keys at a station and at a district."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from studio_desk.exchange import enrol, roots, rotation, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.signing import to_text
from studio_desk.kernel.problem import Problem
from studio_desk.store.home import KEYS
from studio_desk.store.keys import KeyFile
from tests.desk.scene import DISTRICT, Scene


@pytest.fixture
def scene(qapp, tmp_path: Path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template)
    yield made
    made.leave()


OLD, NEW = "试试口令", "换过的口令"


def test_the_passphrase_is_changed_by_who_knows_it(seat) -> None:
    at = seat()
    at.desk.go("settings")
    page = at.session.window.current
    assert page.ways.text() == "口令、恢复码"
    assert page.passphrase.text() == "换口令…"
    dialog = page.change_passphrase()
    dialog.first.setText(NEW)
    dialog.again.setText(NEW)
    dialog.old.setText("猜的口令")
    dialog.accept()
    assert dialog.isVisible()
    assert "口令不对" in dialog.words.text()
    dialog.old.setText(OLD)
    dialog.again.setText("另一个口令")
    dialog.accept()
    assert "不一样" in dialog.words.text()
    dialog.again.setText(NEW)
    dialog.accept()
    kept = KeyFile.load(at.home.path / KEYS)
    assert kept.unlock(NEW) == at.home.file.key
    with pytest.raises(Problem) as wrong:
        kept.unlock(OLD)
    assert wrong.value.code == "WRONG_PASSPHRASE"


def test_a_new_recovery_code_is_shown_once_and_must_be_noted(seat) -> None:
    at = seat()
    at.desk.go("settings")
    page = at.session.window.current
    page.recovery.click()
    agree(at.session.window)
    shown = page.shown
    assert shown.isVisible()
    assert not shown.finish.isEnabled()
    shown.reject()
    assert shown.isVisible()
    assert shown.shown.text().replace("\n", "-") == shown.code
    assert KeyFile.load(at.home.path / KEYS).unlock_with_recovery(shown.code) == at.home.file.key
    shown.noted.setChecked(True)
    shown.finish.click()
    assert not shown.isVisible()


def agree(window) -> None:
    (box,) = (w for w in window.findChildren(QMessageBox) if w.isVisible())
    next(b for b in box.buttons() if box.buttonRole(b) == QMessageBox.ButtonRole.AcceptRole).click()


def choose(page, path: Path) -> None:
    (dialog,) = (w for w in page.findChildren(QFileDialog) if w.isVisible())
    dialog.fileSelected.emit(str(path))
    dialog.close()


def test_one_officer_renews_and_makes_an_escrow_key(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit(DISTRICT)
    page = at.go("trust")
    assert "有效到" in page.listed.text()
    assert "没有" in page.escrow.text()
    assert not page.waiting.parentWidget().isVisible()
    before = trust_store.required(at.home).version
    page.renew.click()
    assert trust_store.required(at.home).version == before + 1
    page.make.click()
    choose(page, tmp_path)
    assert page.escrow.text().startswith("有")
    assert list(tmp_path.glob("*-escrow-*.txt"))
    page.rotate.click()
    agree(at.window)
    assert trust_store.required(at.home).version == before + 3
    assert "有本机的钥匙" in page.own.text()
    assert "SM2" not in page.own.text()


def test_a_second_signature_is_shown(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    rotation.change_district(at.home, second=True)
    page = at.go("trust")
    assert page.own.text() == "名单里有本机的钥匙。另有第二签名（SM2）。"


def test_the_second_signature_is_switched_on_and_off_at_a_district(scene: Scene) -> None:
    at = scene.sit(DISTRICT)
    page = at.go("trust")
    assert "没有打开" in page.second.text()
    assert "认证" in page.second.text()  # and none is claimed
    page.switch.click()
    agree(at.window)
    assert keys_of(at.home).second is not None
    assert page.second.text().startswith("已打开")
    page.switch.click()
    agree(at.window)
    assert keys_of(at.home).second is None
    assert "没有打开" in page.second.text()
    assert at.boxes() == []


def test_a_stations_second_signature_goes_to_the_district_with_its_request(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit("SQ")
    page = at.go("trust")
    page.leaked.setChecked(True)  # is about a change of keys of its own
    page.switch.click()
    agree(at.window)
    choose(page, scene.stick)
    (request,) = scene.stick.glob("SQ-1-enrol-request.json")
    asked = enrol.read_request(request)
    assert asked.sm2
    assert asked.replaces is not None
    assert asked.replaces.points is not None
    assert page.digits.isVisible()
    assert page.second.text().startswith("已打开")
    page.switch.click()  # before the district has answered
    agree(at.window)
    choose(page, scene.stick)
    (box,) = at.boxes()
    assert "CHANGE_WAITING" in box.informativeText()
    box.close()
    with scene.open(DISTRICT) as district:
        enrol.accept(district, request, scene.stick)
        assert trust_store.required(district).holder("SQ-1").sm2 == asked.sm2


def test_one_officer_copies_the_root_key_to_a_stick(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit(DISTRICT)
    page = at.go("trust")
    page.save.click()
    asking = page.asking
    asking.first.setText(NEW)
    asking.accept()
    assert "不一样" in asking.words.text()
    asking.again.setText(NEW)
    asking.accept()
    choose(page, tmp_path)
    shown = page.shown
    assert shown.isVisible()
    file = tmp_path / f"{DISTRICT}-root.root-key"
    public = roots.open_key(file, NEW).public
    assert roots.open_key(file, recovery=shown.code).public == public
    assert to_text(public) in trust_store.required(at.home).roots
    shown.noted.setChecked(True)
    shown.finish.click()


def test_a_list_that_waits_for_holders(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit(DISTRICT)
    holders = [roots.make(tmp_path / name, name, OLD) for name in ("甲", "乙", "丙")]
    with pytest.raises(Problem):
        roots.change(at.home, [made.public for made in holders], 2)
    page = at.go("trust")
    assert page.waiting.parentWidget().isVisible()
    assert "还差2把签名" in page.waiting.text()
    page.draft.click()
    choose(page, tmp_path)
    (file,) = tmp_path.glob("*-draft.json")
    for made in holders[:2]:
        roots.sign(file, roots.open_key(made.file, OLD))
    page.signed.click()
    choose(page, file)
    assert not page.waiting.parentWidget().isVisible()
    assert "3把，要2把签名" in page.root.text()
    page.renew.click()  # refused with a sentence, and it waits
    assert "TRUST_UNSIGNED" in refusal(at.window)
    assert page.waiting.parentWidget().isVisible()


def refusal(window) -> str:
    (box,) = (w for w in window.findChildren(QMessageBox) if w.isVisible())
    return box.informativeText()


def test_a_station_changes_its_keys_and_reads_out_six_groups(scene: Scene, tmp_path: Path) -> None:
    at = scene.sit("SQ")
    page = at.go("trust")
    assert not page.root.parentWidget().isVisible()
    page.leaked.setChecked(True)
    page.rotate.click()
    agree(at.window)
    choose(page, tmp_path)
    assert len(page.digits.text().split()) == 6
    (file,) = tmp_path.glob("SQ-1-enrol-request.json")
    scene.leave()
    with scene.open(DISTRICT) as district:
        answer = enrol.accept(district, file, tmp_path)
    with scene.open("SQ") as station:
        enrol.install(station, answer.file)
    page = scene.sit("SQ").go("trust")
    assert "有本机的钥匙" in page.own.text()
