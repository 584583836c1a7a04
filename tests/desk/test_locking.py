"""Getting in: the idle lock, and the recovery code where the passphrase is forgotten."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import keyring
import pytest
from keyring.backend import KeyringBackend
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio_desk.desk import main
from studio_desk.desk.form import drafts
from studio_desk.desk.passphrase import NewPassphrase, Passphrase, Unlock, check_new
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kinds import KINDS
from studio_desk.store.home import KEYS, Home
from studio_desk.store.keys import KeyFile
from studio_desk.store.recovery_code import new_code
from tests.desk.conftest import NOW


class Ring(KeyringBackend):
    """A keyring in memory that can be out of order."""

    priority = 9  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.broken = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.broken:
            raise OSError("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


def later(minutes: float) -> None:
    clock.set_clock(lambda: NOW + timedelta(minutes=minutes))


@pytest.fixture
def locked(seat: Callable[..., SimpleNamespace]) -> Callable[..., SimpleNamespace]:
    """`locked()` sits down and goes away for six minutes."""

    def sit(**settings: object) -> SimpleNamespace:
        at = seat(idle_lock_minutes=5, **settings)
        at.lock = at.session.window.idle_lock
        later(6)
        at.lock.look()
        assert at.lock.locked
        return at

    return sit


def dialogs(kind: type) -> list:
    return [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, kind) and widget.isVisible()]


# --- the idle lock ---------------------------------------------------------------------------------------------------


def test_nothing_is_locked_where_nobody_wants_it(seat) -> None:
    at = seat(idle_lock_minutes=0)
    later(600)
    at.session.window.idle_lock.look()
    assert not at.session.window.idle_lock.locked


def test_a_key_or_the_mouse_puts_it_off(seat) -> None:
    at = seat(idle_lock_minutes=5)
    lock = at.session.window.idle_lock
    lock._watch(at.session.window.windowHandle())
    for act in (
        lambda handle: QTest.keyClick(handle, Qt.Key.Key_Shift),
        lambda handle: QTest.mouseClick(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
    ):
        later(0)
        lock.touch()
        later(4)
        act(at.session.window.windowHandle())
        QApplication.processEvents()
        later(8)
        lock.look()
        assert not lock.locked


def test_a_moving_caret_puts_it_off(seat) -> None:
    """What an input method composes never reaches the window as keys."""
    at = seat(idle_lock_minutes=5)
    box = at.session.window.find_box
    at.session.window.activateWindow()
    box.setFocus()
    QApplication.processEvents()
    later(4)
    box.insert("民情")
    QApplication.processEvents()
    later(8)
    at.session.window.idle_lock.look()
    assert not at.session.window.idle_lock.locked


def test_what_is_half_typed_is_kept_first_and_still_there_afterwards(seat) -> None:
    at = seat(idle_lock_minutes=5)
    at.desk.new_record("person")
    sitting = at.session.window.current.sitting
    sitting.form.put({**sitting.form.values(), "name": "周𬱖"})
    sitting.dirty = True
    later(6)
    at.session.window.idle_lock.look()
    curtain = at.session.window.idle_lock.curtain
    assert curtain is not None
    assert [draft.values["name"] for draft in drafts.all_of(at.home)] == ["周𬱖"]
    curtain.typed.setText("试试口令")
    curtain.open_again()
    assert sitting.form.values()["name"] == "周𬱖"


def test_nothing_behind_the_curtain_can_be_seen_or_pressed(locked) -> None:
    at = locked()
    window, curtain = at.session.window, at.lock.curtain
    place = window.place
    assert curtain.geometry() == window.rect()
    assert not window.body.isEnabled()
    assert [s for s in window.findChildren(QShortcut) if s.isEnabled()] == []
    QTest.keyClick(window, Qt.Key.Key_F1)
    assert window.place == place
    picture = window.grab().toImage()
    corners = {picture.pixelColor(x, y).name() for x in (5, 300, 1300) for y in (60, 400, window.height() - 4)}
    assert len(corners) == 1, "one even colour, nothing shines through"
    window.resize(900, 600)
    QApplication.processEvents()
    assert curtain.geometry() == window.rect()


def test_an_open_dialog_is_put_away_and_comes_back(seat) -> None:
    at = seat(idle_lock_minutes=5)
    asked = at.desk.ask_reason("更正", "为什么", lambda reason: None)
    asked.typed.setPlainText("名字写错了")
    later(6)
    at.session.window.idle_lock.look()
    assert not asked.isVisible()
    curtain = at.session.window.idle_lock.curtain
    curtain.typed.setText("试试口令")
    curtain.open_again()
    assert asked.isVisible()
    assert asked.isModal()
    assert asked.typed.toPlainText() == "名字写错了"


def test_a_wrong_passphrase_keeps_it_shut_and_says_so(locked) -> None:
    at = locked()
    curtain = at.lock.curtain
    for typed, told in (("", "请输入口令"), ("不对的", "口令不对")):
        curtain.typed.setText(typed)
        QTest.keyClick(curtain.typed, Qt.Key.Key_Return)
        assert told in curtain.unlock.words.text()
        assert at.lock.locked
    curtain.typed.setText("试试口令")
    QTest.keyClick(curtain.typed, Qt.Key.Key_Return)
    assert not at.lock.locked
    assert at.session.window.body.isEnabled()
    at.lock.look()
    assert not at.lock.locked, "the time counts from now"
    later(12)
    at.lock.look()
    assert at.lock.locked, "and it locks again"


def test_the_recovery_code_opens_the_curtain_and_offers_a_new_passphrase(locked, copied) -> None:
    at = locked()
    code = at.home.keys.new_recovery(copied.key)
    curtain = at.lock.curtain
    curtain.unlock.other.click()
    curtain.typed.setText(code.lower())
    curtain.go_on.click()
    assert not at.lock.locked
    (offer,) = dialogs(NewPassphrase)
    offer.first.setText("新的口令好")
    offer.again.setText("新的口令")
    offer.accept()
    assert "不一样" in offer.words.text()
    offer.again.setText("新的口令好")
    offer.accept()
    assert dialogs(NewPassphrase) == []
    assert KeyFile.load(copied.path / KEYS).unlock("新的口令好") == copied.key


def test_a_home_of_the_keyring_alone_asks_the_keyring(locked, copied) -> None:
    ring, before = Ring(), keyring.get_keyring()
    keyring.set_keyring(ring)
    try:
        keys = KeyFile.load(copied.path / KEYS)
        keys.add_keyring(copied.key)
        del keys.slots["passphrase"]
        code = keys.new_recovery(copied.key)
        at = locked()
        curtain = at.lock.curtain
        assert not curtain.typed.isVisible()
        assert curtain.go_on.text() == "接着用"
        ring.broken = True
        curtain.go_on.click()
        assert at.lock.locked
        assert "恢复码" in curtain.unlock.words.text()
        ring.broken = False
        curtain.unlock.other.click()
        curtain.go_on.click()
        assert not at.lock.locked
        later(20)
        at.lock.look()
        curtain = at.lock.curtain
        curtain.unlock.other.click()
        curtain.typed.setText(code)
        curtain.go_on.click()
        assert not at.lock.locked
    finally:
        keyring.set_keyring(before)


# --- opening with the recovery code ----------------------------------------------------------------------------------


@pytest.fixture
def starting(qapp, copied, tmp_path, qtbot):
    """Start on the station and answer the dialog that asks for the passphrase."""
    session = main.Session(qapp, copied.path, state=tmp_path / "w.ini")

    def start() -> Passphrase:
        session.start()
        qtbot.waitUntil(lambda: bool(dialogs(Passphrase)), timeout=10000)
        return dialogs(Passphrase)[0]

    yield SimpleNamespace(session=session, start=start, copied=copied)
    for dialog in dialogs(NewPassphrase):
        dialog.reject()
    session.window.before_close = lambda: True
    session.window.detach()
    session.window.close()
    session.finish()


def test_a_forgotten_passphrase_is_replaced_with_the_recovery_code(starting, qtbot) -> None:
    copied = starting.copied
    code = KeyFile.load(copied.path / KEYS).new_recovery(copied.key)
    asked = starting.start()
    asked.unlock.other.click()
    for wrong, told in (("ABC", "抄写有误"), (new_code(), "恢复码")):
        asked.typed.setText(wrong)
        asked.accept()
        assert told in asked.unlock.words.text()
        assert asked.isVisible()
    asked.typed.setText(f" {code.lower().replace('-', ' ')} ")
    asked.accept()
    qtbot.waitUntil(lambda: starting.session.desk is not None, timeout=10000)
    (offer,) = dialogs(NewPassphrase)
    offer.first.setText("短")
    offer.again.setText("短")
    offer.accept()
    assert "太短" in offer.words.text()
    offer.first.setText("桥头有棵老槐树")
    offer.again.setText("桥头有棵老槐树")
    offer.accept()
    assert starting.session.window.toast.text == "新口令已经设好。"
    starting.session.finish()
    with Home.open(copied.path, shapes=KINDS, passphrase="桥头有棵老槐树"):
        pass


def test_setting_a_new_one_can_be_put_off(starting, qtbot) -> None:
    copied = starting.copied
    code = KeyFile.load(copied.path / KEYS).new_recovery(copied.key)
    asked = starting.start()
    asked.unlock.other.click()
    asked.typed.setText(code)
    asked.accept()
    qtbot.waitUntil(lambda: starting.session.desk is not None, timeout=10000)
    dialogs(NewPassphrase)[0].reject()
    assert KeyFile.load(copied.path / KEYS).unlock("试试口令") == copied.key


def test_one_can_go_back_to_the_passphrase(starting) -> None:
    asked = starting.start()
    assert asked.typed.echoMode() == asked.typed.EchoMode.Password
    asked.unlock.other.click()
    assert asked.typed.echoMode() == asked.typed.EchoMode.Normal
    asked.unlock.other.click()
    assert asked.unlock.way == "passphrase"
    assert asked.typed.echoMode() == asked.typed.EchoMode.Password
    asked.typed.setText("试试口令")
    asked.accept()
    assert starting.session.desk is not None
    assert dialogs(NewPassphrase) == []


def test_where_there_is_no_passphrase_only_the_code_is_asked(qtbot, copied) -> None:
    keys = KeyFile.load(copied.path / KEYS)
    del keys.slots["passphrase"]
    unlock = Unlock(keys, "recovery", "打不开。")
    qtbot.addWidget(unlock)
    unlock.show()
    assert unlock.words.text() == "打不开。"
    assert not unlock.other.isVisible()


@pytest.mark.parametrize(
    ("first", "again", "code"),
    [("12345678", "12345679", "PASSPHRASES_DIFFER"), ("1234567", "1234567", "PASSPHRASE_SHORT"), ("三个字", "三个字", "PASSPHRASE_SHORT")],
)  # fmt: skip
def test_a_new_passphrase_is_long_enough_and_typed_twice_alike(first: str, again: str, code: str) -> None:
    with pytest.raises(Problem, match=code):
        check_new(first, again)
    check_new("12345678", "12345678")
    check_new("四个汉字", "四个汉字")
