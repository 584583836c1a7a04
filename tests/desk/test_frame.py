"""The frame: a window before anything heavy, one window per home, jobs, refusals, crashes, languages, leaving."""

import subprocess
import sys
import threading
import time

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from studio_desk.desk import input_methods, theme
from studio_desk.desk.crash import Crash
from studio_desk.desk.jobs import Job, Worker
from studio_desk.desk.passphrase import Passphrase
from studio_desk.desk.single import Single
from studio_desk.kernel.crash import write_report
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home

HEAVY = (
    "pandas",
    "reportlab",
    "pypinyin",
    "alembic",
    "PIL",
    "keyring",
    "openpyxl",
    "xlsxwriter",
    "studio_desk.exchange.network",
)
SHELL = f"""
import sys
from pathlib import Path
from studio_desk.desk import main

app = main.application(["desk"])
session = main.Session(app, Path(sys.argv[1]), state=Path(sys.argv[2]))
session.window.show()
app.processEvents()
assert session.window.isVisible()
early = [name for name in {(*HEAVY, "sqlmodel", "sqlalchemy", "pydantic")!r} if name in sys.modules]
session.start("试试口令")
import time
end = time.monotonic() + 60
while session.desk is None and time.monotonic() < end:
    app.processEvents()
app.processEvents()
late = [name for name in {HEAVY!r} if name in sys.modules]
print("early", early, "late", late, session.window.place[0])
session.finish()
"""


def test_nothing_heavy_is_loaded_before_the_window_shows_or_for_it(copied, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHELL, str(copied.path), str(tmp_path / "w.ini")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "early [] late [] today", done.stderr


def test_a_signal_keeps_its_references() -> None:
    """PySide6 6.12.0 on CPython 3.11 loses references to True and None and aborts after some 570 emissions."""

    class Bell(QObject):
        rung = Signal(object, bool)

    bell, heard = Bell(), []
    bell.rung.connect(lambda what, on: heard.append((what, on)))
    before = (sys.getrefcount(None), sys.getrefcount(True))
    for _ in range(5000):
        bell.rung.emit(None, True)
        bell.rung.emit(True, False)
    assert heard[-2:] == [(None, True), (True, False)]
    assert len(heard) == 10000
    heard.clear()
    assert sys.getrefcount(None) >= before[0] - 2000
    assert sys.getrefcount(True) >= before[1] - 2000


def test_a_second_start_raises_the_first(qapp, qtbot, tmp_path) -> None:
    first, second, other = Single(tmp_path), Single(tmp_path), Single(tmp_path / "other")
    assert not first.raise_first(200)
    first.listen()
    with qtbot.waitSignal(first.wanted):
        assert second.raise_first()
    assert not other.raise_first(200)
    first.close()
    assert not second.raise_first(200)


# --- jobs ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def worker(qapp):
    refused, crashed = [], []
    made = Worker(refused.append, crashed.append)
    made.refused_list, made.crashed_list = refused, crashed
    yield made
    made.close()


def test_a_job_works_elsewhere_and_answers_here(worker, qtbot) -> None:
    answers, threads = [], []

    def work(number, progress):
        threads.append(threading.current_thread())
        for done in range(3):
            progress(done, 3, "一步")
        return number * 2

    job = worker.submit(Job(work, (21,), "算", answers.append))
    qtbot.waitUntil(lambda: answers == [42])
    assert threads[0] is not threading.main_thread()
    assert job.told == (2, 3, "一步")
    assert worker.current is None


def test_jobs_go_one_after_the_other(worker, qtbot) -> None:
    order = []

    def work(name, progress):
        order.append(f"{name}+")
        time.sleep(0.05)
        order.append(f"{name}-")

    for name in "ab":
        worker.submit(Job(work, (name,)))
    qtbot.waitUntil(lambda: len(order) == 4 and worker.current is None)
    assert order == ["a+", "a-", "b+", "b-"]


def test_a_job_is_cancelled_at_its_next_report(worker, qtbot) -> None:
    answers = []

    def work(progress):
        for done in range(1000):
            progress(done, 1000, "")
            time.sleep(0.005)

    job = worker.submit(Job(work, done=answers.append))
    qtbot.waitUntil(lambda: job.told[0] > 2)
    job.cancel()
    qtbot.waitUntil(lambda: worker.current is None)
    assert answers == []
    assert worker.refused_list == worker.crashed_list == []


def test_a_problem_is_refused_and_a_bug_reported(worker, qtbot) -> None:
    def refuse(progress):
        raise Problem("NO", "不行。", "换一个。")

    def crash(progress):
        raise ValueError("内部")

    worker.submit(Job(refuse))
    worker.submit(Job(crash))
    qtbot.waitUntil(lambda: worker.current is None)
    assert [p.code for p in worker.refused_list] == ["NO"]
    assert [type(e) for e in worker.crashed_list] == [ValueError]


def test_a_writing_job_veils_the_window_and_gives_the_focus_back(seat, qtbot) -> None:
    at = seat()
    window = at.session.window
    window.find_box.setFocus()
    gate = threading.Event()

    def work(progress):
        progress(1, 4, "第一步")
        gate.wait(5)

    at.desk.run_job(work, title="正在写", writes=True)
    assert at.desk.busy
    assert not window.body.isEnabled()
    at.desk.go("settings")
    assert window.place[0] == "today"
    qtbot.waitUntil(window.veil.isVisible)
    qtbot.waitUntil(lambda: window.veil.bar.value() == 1)
    assert "第一步" in window.veil.words.text()
    gate.set()
    qtbot.waitUntil(lambda: at.desk.worker.current is None)
    assert window.body.isEnabled()
    assert not window.veil.isVisible()


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_refusal_shows_sentence_remedy_and_code(seat) -> None:
    at = seat()
    at.desk.attempt(lambda: (_ for _ in ()).throw(Problem("STICK_FULL", "U盘满了。", "请换一个U盘。")))
    box = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox))
    assert box.text() == "U盘满了。"
    assert "请换一个U盘。" in box.informativeText()
    assert "STICK_FULL" in box.informativeText()


def test_a_crash_is_told_in_plain_words_without_anybodys_data(qapp, qtbot, monkeypatch, tmp_path) -> None:
    from studio_desk.kernel import crash as kernel_crash

    monkeypatch.setattr(kernel_crash, "_logs", lambda: tmp_path)
    crash = Crash(lambda problem: None)
    told = []
    crash.told.connect(told.append)
    crash.caught(KeyError("张卫国 13909140000"))
    qtbot.waitUntil(lambda: bool(told))
    report = next(tmp_path.glob("crash-*.txt")).read_text(encoding="utf-8")
    assert "张卫国" not in report
    assert "KeyError" in report
    box = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible())
    assert "已存的内容都在" in box.text()
    box.accept()
    assert write_report(ValueError("x")).exists()


def test_a_problem_nobody_took_is_no_crash(qapp, qtbot) -> None:
    refused = []
    crash = Crash(refused.append)
    crash.caught(Problem("NO", "不行。", "换一个。"))
    qtbot.waitUntil(lambda: len(refused) == 1)


# --- looks and languages ---------------------------------------------------------------------------------------------


def test_the_font_size_changes_live(seat) -> None:
    at = seat()
    for size, points in FONT_POINTS.items():
        at.desk.change_settings(at.desk.settings.changed(font_size=size))
        assert QApplication.font().pointSize() == points
        assert at.session.window.places.font().pointSize() == points


def test_the_language_changes_by_another_window_at_the_same_place(seat, qtbot) -> None:
    at = seat()
    at.desk.go("ledger.case")
    old = at.session.window
    at.desk.change_settings(at.desk.settings.changed(language="en"))
    qtbot.waitUntil(lambda: at.session.window is not old)
    new = at.session.window
    assert new.place[0] == "ledger.case"
    assert new.current.new.text() == "New"
    assert at.desk.window is new
    at.desk.change_settings(at.desk.settings.changed(language="zh_CN"))
    qtbot.waitUntil(lambda: at.session.window is not new)
    assert at.session.window.current.new.text() == "新建"


@pytest.mark.parametrize("scheme", theme.SCHEMES)
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    """Contrast of at least 4.5 (WCAG 2.1, 1.4.3) for text and for words in the colours of findings."""

    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        told = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * told[0] + 0.7152 * told[1] + 0.0722 * told[2]

    def contrast(a: str, b: str) -> float:
        high, low = sorted((light(a), light(b)), reverse=True)
        return (high + 0.05) / (low + 0.05)

    colours = theme.SCHEMES[scheme]
    for ground in (colours.window, colours.base, colours.stripe):
        for text in (colours.text, colours.faint, colours.error, colours.warning, colours.good, colours.accent):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(colours.on_accent, colours.accent) >= 4.5


def test_the_style_sheet_is_short_and_whole() -> None:
    from studio_desk.kernel.resources import resource

    text = resource("desk.qss").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    for scheme in theme.SCHEMES.values():
        assert "@" not in theme._sheet(scheme, 11).split("*/", 1)[1]


# --- input methods ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owned", "wanted"),
    [
        ({"org.freedesktop.portal.IBus"}, "org.freedesktop.portal.IBus"),
        ({"org.freedesktop.IBus"}, "org.freedesktop.IBus"),
        (set(), ""),
    ],
)
def test_chinese_input_is_prepared_where_somebody_answers(monkeypatch, owned, wanted) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    environment = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere", "QT_IM_MODULE": "fcitx"}
    assert input_methods.prepare(environment, owned.__contains__) == wanted
    if wanted:
        assert (environment["QT_IM_MODULE"], environment["IBUS_USE_PORTAL"]) == ("ibus", "1")
    else:
        assert environment["QT_IM_MODULE"] == "fcitx"


def test_what_is_still_composed_is_not_searched(seat) -> None:
    from PySide6.QtGui import QInputMethodEvent

    at = seat()
    box = at.session.window.find_box
    box.setFocus()
    QApplication.sendEvent(box, QInputMethodEvent("zhang", []))
    assert box.text() == ""
    assert not box._wait.isActive()
    commit = QInputMethodEvent()
    commit.setCommitString("张")
    QApplication.sendEvent(box, commit)
    assert box.text() == "张"
    assert box._wait.isActive()


# --- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["张", "张卫国", "zwg", "ZWG", "张 国"])
def test_found_as_one_types(seat, qtbot, typed: str) -> None:
    at = seat()
    box = at.session.window.find_box
    box.setFocus()
    box.setText(typed)
    box.look_up()
    hits = [box.list.item(n).text() for n in range(box.list.count())]
    assert any("-WY-" in hit for hit in hits)
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert at.session.window.place[0] == "record"


def test_all_hits_on_a_page_of_their_own(seat) -> None:
    at = seat()
    box = at.session.window.find_box
    box.setText("张卫国")
    QTest.keyClick(box, Qt.Key.Key_Return)
    page = at.session.window.current
    assert at.session.window.place[0] == "search"
    assert page.model.rowCount() >= 3
    page.kinds.setCurrentIndex(page.kinds.findData("member"))
    assert [hit.kind for hit in page.model.hits] == ["member"]


# --- opening and leaving ---------------------------------------------------------------------------------------------


def test_a_home_without_a_keyring_asks_for_the_passphrase(qapp, qtbot, copied, tmp_path) -> None:
    from studio_desk.desk import main

    session = main.Session(qapp, copied.path, state=tmp_path / "w.ini")
    session.start()
    dialogs = lambda: [w for w in qapp.topLevelWidgets() if isinstance(w, Passphrase) and w.isVisible()]  # noqa: E731
    qtbot.waitUntil(lambda: bool(dialogs()))
    asked = dialogs()[0]
    asked.typed.setText("错的")
    asked.accept()
    assert dialogs() == [asked]
    assert "口令不对" in asked.unlock.words.text()
    asked.typed.setText("试试口令")
    asked.accept()
    qtbot.waitUntil(lambda: session.desk is not None, timeout=10000)
    session.window.before_close = lambda: True
    session.window.detach()
    session.window.close()
    session.finish()


def test_leaving_makes_a_backup_when_something_changed(seat, qtbot, copied) -> None:
    at = seat()
    window = at.session.window
    at.desk.journal.correct(copied.uids["person"], {"address": "桥头村"}, "补")
    window.close()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=20000)
    files = list((copied.path / "backups").glob("*.sdbackup"))
    assert len(files) == 1


def test_a_desk_left_alone_hides_itself(seat, monkeypatch) -> None:
    from datetime import timedelta

    from studio_desk.kernel import clock
    from tests.desk.conftest import NOW

    at = seat(idle_lock_minutes=5)
    lock = at.session.window.idle_lock
    lock.look()
    assert lock.curtain is None
    clock.set_clock(lambda: NOW + timedelta(minutes=6))
    lock.look()
    curtain = lock.curtain
    assert curtain is not None
    assert not at.session.window.body.isEnabled()
    curtain.typed.setText("错的")
    curtain.open_again()
    assert not at.session.window.body.isEnabled()
    curtain.typed.setText("试试口令")
    curtain.open_again()
    assert at.session.window.body.isEnabled()


def test_the_foot_says_whose_desk_and_how_much_waits(seat) -> None:
    at = seat()
    status = at.session.window.status
    assert "石桥镇政协联络站" in status.who.text()
    assert "李文书" in status.who.text()
    assert status.backup.text() == "还没有备份"
    assert str(len(at.uids)) in status.unsent.text()


def test_the_home_page_always_says_what_is_next(seat, qtbot) -> None:
    at = seat()
    page = at.session.window.current
    assert page.next.text()
    assert [b.text() for b in page.buttons] == ["记一条民情", "办事项", "办活动", "月底交区里"]
    page.buttons[0].click()
    assert at.session.window.current.sitting.kind.key == "journal_entry"


def test_help_opens_where_one_was(seat) -> None:
    at = seat()
    at.desk.go("backup")
    at.session.window._help()
    page = at.session.window.current
    assert "backup" in page.chapters.currentItem().data(Qt.ItemDataRole.UserRole)
    assert page.text.toPlainText().strip()


def test_the_file_is_free_again_after_leaving(seat, copied) -> None:
    at = seat()
    at.session.finish()
    Home.open(copied.path, shapes=KINDS, key=copied.key).close()


def test_an_answer_for_a_widget_that_is_gone_is_dropped(worker, qtbot) -> None:
    import shiboken6
    from PySide6.QtWidgets import QLabel

    class Waiting(QLabel):
        def show_it(self, answer: str) -> None:
            self.setText(answer)

    label = Waiting()
    gate = threading.Event()
    worker.submit(Job(lambda progress: gate.wait(5) and "fertig", done=label.show_it))
    shiboken6.delete(label)
    gate.set()
    qtbot.waitUntil(lambda: worker.current is None)
    assert worker.crashed_list == []
