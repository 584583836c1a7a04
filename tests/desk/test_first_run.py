"""The first run: a station, a district, a restored backup, sample data; nothing is made when one gives up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWizard

from studio_desk.desk import main, theme
from studio_desk.desk.window import MainWindow
from studio_desk.desk.wizards import start_pages as ids
from studio_desk.desk.wizards.first_run import FirstRun, first_run
from studio_desk.kernel import words
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.kinds import KINDS
from studio_desk.store.backup import backup
from studio_desk.store.home import Home
from tests.desk.test_every_screen import nameless
from tests.desk.test_exchange_screens import cut

PASSPHRASE = "春天的石桥镇"


@pytest.fixture
def wizard(qapp: QApplication, tmp_path: Path, monkeypatch) -> Iterator[Callable[..., SimpleNamespace]]:
    """`wizard()` opens it; `.done` and `.gave_up` tell how it ended."""
    theme.apply(qapp, "浅色", "中")  # as the program does before its first window
    window = MainWindow()
    window.show()
    opened: list[SimpleNamespace] = []
    monkeypatch.setattr(
        "studio_desk.store.keys.keyring_status", lambda: {"usable": False, "reason": "没有", "backend": ""}
    )

    def start(folder: str = "home") -> SimpleNamespace:
        told = SimpleNamespace(homes=[], gave_up=[], window=window)
        told.run = first_run(
            window, tmp_path / folder, done=told.homes.append, gave_up=lambda: told.gave_up.append(True)
        )
        opened.append(told)
        return told

    yield start
    for told in opened:
        for home in told.homes:
            home.close()
    window.close()
    window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    theme.apply(qapp, "浅色", "中")
    words.speak("zh_CN")


def button(run: FirstRun, which: QWizard.WizardButton):
    return run.button(which)


def on(run: FirstRun) -> None:
    found = button(run, QWizard.WizardButton.NextButton)
    assert found.isEnabled()
    found.click()


def identify(run: FirstRun, code: str, name: str) -> None:
    page = run.currentPage()
    assert run.currentId() == ids.IDENTITY
    page.code.setText(code)
    page.name.setText(name)
    page.operator.setText("何小兰")


def lock(run: FirstRun) -> None:
    page = run.currentPage()
    page.first.setText(PASSPHRASE)
    page.again.setText(PASSPHRASE)


@pytest.mark.parametrize(
    ("what", "code", "name"), [("station", "SQ", "石桥镇政协联络站"), ("district", "990000", "云岭市青溪区政协")]
)
def test_a_new_home(qtbot, wizard, tmp_path: Path, what: str, code: str, name: str) -> None:
    told = wizard()
    run = told.run
    run.currentPage().ways[what].click()
    run.currentPage().sizes["大"].click()
    assert QApplication.font().pointSize() == FONT_POINTS["大"]  # at once, on page one
    on(run)
    identify(run, "x", "")
    on(run)
    assert run.currentId() == ids.IDENTITY
    assert run.currentPage().wrong.isVisible()
    identify(run, code, name)
    on(run)
    assert run.currentId() == ids.PROTECTION
    on(run)
    assert run.currentPage().wrong.isVisible()  # no passphrase and no keyring
    run.currentPage().first.setText(PASSPHRASE)
    run.currentPage().again.setText("别的口令也很长")
    on(run)
    assert run.currentId() == ids.PROTECTION
    lock(run)
    on(run)
    qtbot.waitUntil(lambda: run.currentId() == ids.RECOVERY, timeout=20000)
    shown = run.currentPage().code.text().replace("\n", "-")
    assert shown == run.home.recovery_code
    finish = button(run, QWizard.WizardButton.FinishButton)
    assert not finish.isEnabled()  # until it was noted
    assert not button(run, QWizard.WizardButton.CancelButton).isVisible()
    run.reject()
    assert run.isVisible()
    assert run.recovery_pdf().pages == 1
    run.currentPage().noted.click()
    finish.click()
    qtbot.waitUntil(lambda: bool(told.homes))
    (home,) = told.homes
    assert (home.role, home.code, home.name) == (what, code, name)
    assert (home.settings.operator, home.settings.font_size) == ("何小兰", "大")
    home.close()
    told.homes.clear()
    with Home.open(tmp_path / "home", shapes=KINDS, passphrase=PASSPHRASE) as again:
        assert again.code == code
    assert told.gave_up == []


@pytest.mark.parametrize("by", ["passphrase", "recovery"])
def test_a_backup_is_restored(qtbot, wizard, tmp_path: Path, by: str) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    with Home.create(
        tmp_path / "old", role="station", code="SQ", name="旧站", shapes=KINDS, passphrase=PASSPHRASE, use_keyring=False
    ) as old:
        code, device = old.recovery_code, old.device
        made = backup(old, stick).file
    told = wizard()
    run = told.run
    run.currentPage().ways["restore"].click()
    on(run)
    page = run.currentPage()
    assert not button(run, QWizard.WizardButton.NextButton).isEnabled()  # no file yet
    page.medium.choose(stick)
    assert page.files.chosen == [made]
    (page.by_recovery if by == "recovery" else page.by_passphrase).click()
    page.key.setText("wrong" if by == "passphrase" else "")
    on(run)
    if by == "passphrase":  # found out while restoring: one is back where it was typed
        qtbot.waitUntil(lambda: run.currentId() == ids.RESTORE, timeout=20000)
        box = next(box for box in run.findChildren(QMessageBox) if box.isVisible())
        assert "WRONG_PASSPHRASE" in box.informativeText()
        box.close()
        assert not (tmp_path / "home").exists()
        page.key.setText(PASSPHRASE)
    else:
        assert page.wrong.isVisible()
        page.key.setText(code.lower())
    on(run)
    qtbot.waitUntil(lambda: run.currentId() == ids.READY, timeout=20000)
    assert "旧站" in run.currentPage().words.text()
    button(run, QWizard.WizardButton.FinishButton).click()
    qtbot.waitUntil(lambda: bool(told.homes))
    assert told.homes[0].name == "旧站"
    assert told.homes[0].device != device  # a chain of its own: nothing that was sent is contradicted


def test_sample_data_lies_beside_the_home(qtbot, wizard, tmp_path: Path, monkeypatch) -> None:
    from studio_desk.story import demo

    small = demo.DEMO.smaller(40)
    whole = demo.sample_home
    monkeypatch.setattr(demo, "sample_home", lambda folder, progress: whole(folder, size=small, progress=progress))
    told = wizard()
    told.run.currentPage().ways["sample"].click()
    on(told.run)
    qtbot.waitUntil(lambda: told.run.currentId() == ids.READY, timeout=120000)
    assert demo.PASSPHRASE in told.run.currentPage().words.text()
    button(told.run, QWizard.WizardButton.FinishButton).click()
    qtbot.waitUntil(lambda: bool(told.homes))
    assert told.homes[0].path.parent == tmp_path / "home-sample"
    assert not (tmp_path / "home").exists()
    with told.homes[0].file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM record").scalar_one() > 5


def test_giving_up_makes_nothing(wizard, tmp_path: Path) -> None:
    told = wizard()
    on(told.run)
    identify(told.run, "SQ", "石桥镇政协联络站")
    on(told.run)
    button(told.run, QWizard.WizardButton.CancelButton).click()
    assert told.gave_up == [True]
    assert told.homes == []
    assert list(tmp_path.iterdir()) == []


def test_the_other_language_takes_over(wizard) -> None:
    told = wizard()
    assert told.run.currentPage().other.text() == "English"
    told.run.currentPage().ways["district"].click()
    told.run.currentPage().other.click()
    other = next(run for run in told.window.findChildren(FirstRun) if run.isVisible())
    assert words.language() == "en"
    assert other.currentPage().other.text() == "中文"
    assert other.plan.what == "district"
    assert told.gave_up == []
    other.reject()
    assert told.gave_up == [True]


def test_the_letters_may_be_changed_again_and_again(qapp: QApplication, wizard) -> None:
    run = wizard().run
    for size in [*FONT_POINTS, *reversed(FONT_POINTS), *FONT_POINTS]:
        run.currentPage().sizes[size].click()
        qapp.processEvents()
        for which in (QWizard.WizardButton.NextButton, QWizard.WizardButton.CancelButton):
            assert run.button(which).font().pointSize() == FONT_POINTS[size]
    run.reject()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("size", FONT_POINTS)
def test_every_page_is_whole(qtbot, wizard, tmp_path: Path, language: str, size: str) -> None:
    words.speak(language)
    run = wizard().run
    run.currentPage().sizes[size].click()
    assert run.width() <= 1366
    assert run.height() <= 768

    def whole() -> None:
        QApplication.processEvents()
        assert nameless(run.currentPage()) == [], run.currentId()
        assert cut(run) == [], run.currentId()

    whole()
    run.currentPage().ways["restore"].click()
    on(run)
    whole()
    run.back()
    run.currentPage().ways["rebuild"].click()
    on(run)
    identify(run, "SQ", "石桥镇政协联络站")
    whole()
    on(run)
    lock(run)
    whole()
    on(run)
    qtbot.waitUntil(lambda: run.currentId() == ids.RECOVERY, timeout=20000)
    whole()
    run.currentPage().noted.click()
    on(run)
    assert run.currentId() == ids.ASKING
    run.currentPage().medium.choose(tmp_path)
    run.currentPage().request.click()
    assert run.currentPage().written.isVisible()
    whole()
    run.home.close()
    run.home = None
    run.reject()


def test_the_desk_opens_the_wizard_when_there_is_no_home(qtbot, qapp, tmp_path: Path) -> None:
    session = main.Session(qapp, tmp_path / "home", state=tmp_path / "window.ini")
    session.start()
    qtbot.waitUntil(lambda: bool(session.window.findChildren(FirstRun)))
    run = session.window.findChildren(FirstRun)[0]
    on(run)
    identify(run, "SQ", "石桥镇政协联络站")
    on(run)
    lock(run)
    on(run)
    qtbot.waitUntil(lambda: run.currentId() == ids.RECOVERY, timeout=20000)
    run.currentPage().noted.click()
    button(run, QWizard.WizardButton.FinishButton).click()
    qtbot.waitUntil(lambda: session.desk is not None)
    assert session.window.place[0] == "today"
    session.window.before_close = lambda: True
    session.window.detach()
    session.window.close()
    session.finish()
