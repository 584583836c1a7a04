"""Settings and backups through their pages."""

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox

from studio_desk.kernel.settings import Settings, settings


def test_every_setting_is_asked_with_its_kind_of_input(seat) -> None:
    at = seat()
    at.desk.go("settings")
    page = at.session.window.current
    assert list(page.inputs) == [one.name for one in settings()]
    for one in settings():
        made = page.inputs[one.name]
        assert isinstance(made, QCheckBox) == (one.type is bool)
        assert isinstance(made, QComboBox) == bool(one.choices)
        assert isinstance(made, QSpinBox) == (one.type is int)
        assert made.accessibleName()


def test_a_changed_setting_is_kept_at_once(seat, qtbot) -> None:
    at = seat()
    at.desk.go("settings")
    page = at.session.window.current
    page.inputs["stick_reminder_days"].setValue(5)
    qtbot.waitUntil(lambda: at.desk.settings.stick_reminder_days == 5)
    page.inputs["operator"].setText("王站长")
    page.inputs["operator"].editingFinished.emit()
    qtbot.waitUntil(lambda: at.desk.settings.operator == "王站长")
    assert Settings.load(at.home.meta).operator == "王站长"
    assert "王站长" in at.session.window.status.who.text()
    box = page.inputs["font_size"]
    box.setCurrentIndex(box.findData("大"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: page.font().pointSize() == 13)


def test_a_setting_that_cannot_be_is_said_beside_it(seat, qtbot) -> None:
    at = seat()
    at.desk.go("settings")
    page = at.session.window.current
    line = page.inputs["archive_code_template"]
    before = at.desk.settings.archive_code_template
    line.setText("{没有}")
    line.editingFinished.emit()
    assert "要改" in page._notes["archive_code_template"].text()
    assert at.desk.settings.archive_code_template == before


def test_a_backup_is_made_listed_and_proved(seat, qtbot) -> None:
    at = seat()
    at.desk.go("backup")
    page = at.session.window.current
    assert page.table.rowCount() == 0
    assert not page.check.isEnabled()
    page.now.click()
    qtbot.waitUntil(lambda: page.table.rowCount() == 1, timeout=30000)
    assert "今天" in page.state.text()
    assert "今天" in at.session.window.status.backup.text()
    page.check.click()
    qtbot.waitUntil(lambda: at.desk.worker.current is None, timeout=30000)
    assert "完好" in at.session.window.toast.text


def test_a_backup_elsewhere_may_be_pulled_out(seat, qtbot, tmp_path) -> None:
    at = seat()
    at.desk.go("backup")
    stick = tmp_path / "stick"
    stick.mkdir()
    at.session.window.current._make(stick)
    qtbot.waitUntil(lambda: bool(list(stick.glob("*.sdbackup"))) and at.desk.worker.current is None, timeout=30000)
    assert "可以拔出" in at.session.window.toast.text


def test_a_damaged_backup_is_refused_in_words(seat, qtbot, tmp_path) -> None:
    from PySide6.QtWidgets import QApplication, QMessageBox

    at = seat()
    at.desk.go("backup")
    page = at.session.window.current
    page._make(tmp_path)
    qtbot.waitUntil(lambda: at.desk.worker.current is None, timeout=30000)
    file = next(tmp_path.glob("*.sdbackup"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    page._prove(file)
    qtbot.waitUntil(lambda: any(isinstance(w, QMessageBox) for w in QApplication.topLevelWidgets()), timeout=30000)


@pytest.mark.parametrize("days", [0, 8, 20])
def test_the_age_of_the_last_backup_has_a_word_and_an_icon(seat, qtbot, days: int) -> None:
    from datetime import timedelta

    from studio_desk.kernel import clock
    from tests.desk.conftest import NOW

    at = seat()
    at.desk.go("backup")
    page = at.session.window.current
    page.now.click()
    qtbot.waitUntil(lambda: page.table.rowCount() == 1, timeout=30000)
    clock.set_clock(lambda: NOW + timedelta(days=days))
    status = at.session.window.status
    status.refresh()
    assert status.backup.text() == ("上次备份：今天" if days == 0 else f"上次备份：{days}天前")
    assert not status.backup.icon().isNull()
