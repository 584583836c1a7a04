"""The desk finds the network by itself: a real hub in a second process, and lines that are cut, deaf or forbidden."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from studio_desk.desk import line as desk_line
from studio_desk.desk.line import Line
from studio_desk.exchange import inbox, network, receipts, rotation, trust_store
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.transports import https
from studio_desk.exchange.transports.https import HubClient
from studio_desk.kernel import words
from studio_desk.kernel.problem import BUSY, Problem
from studio_desk.store import custody
from tests.desk.scene import DISTRICT, Scene, Seat
from tests.hub.world import Cutter, Hub, crowd, until, write
from tests.hub.world import line as hub_line

WAIT_MS = 60_000


class Net:
    """A station at its desk, a district whose hub serves, the place of the hub in the trust list."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.hub = Hub(scene.folder / DISTRICT, passphrase="试试口令")

    def publish(self, url: str) -> None:
        """The district names its hub; the station hears of it by stick."""
        with until(self._district, 60) as district:
            trust_store.publish_hub(district, url, [])
            files = receipts.write(district, "SQ", self.scene.stick).files
        with self.scene.open("SQ") as station:
            assert all(one.outcome == "applied" for one in inbox.receive(station, list(files)))

    def _district(self) -> Any:
        try:
            return self.scene.open(DISTRICT)
        except Problem as problem:
            if problem.exit_code != BUSY:
                raise
            return None

    def sit(self, *, agreed: bool = False, **settings: Any) -> Seat:
        seat = self.scene.sit("SQ", **settings)
        if agreed:
            seat.home.meta.set(desk_line.AGREED, "2026-11-22T09:00:00+08:00")
        return seat


@pytest.fixture
def net(
    qapp: QApplication, tmp_path: Path, template: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Net]:
    monkeypatch.setattr(desk_line, "FIRST_S", 0.01)
    monkeypatch.setattr(desk_line, "FOLLOW_S", (0.2,) * 200)
    made = Net(Scene(qapp, tmp_path, template))
    yield made
    made.scene.leave()
    made.hub.stop()


def line_of(seat: Seat) -> Line:
    seat.session.look_for_network()
    found = seat.session.desk.line
    assert found is not None
    return found


def round_of(qtbot: Any, line: Line, begin: Callable[[], object] | None = None) -> desk_line.Round:
    """The next round that ends."""
    with qtbot.waitSignal(line.ended, timeout=WAIT_MS) as heard:
        if begin:
            begin()
    return heard.args[0]


def called(deaf: socket.socket, qtbot: Any, line: Line) -> socket.socket:
    """The call of a round that begins."""
    qtbot.waitUntil(lambda: line._thread is not None, timeout=WAIT_MS)
    near, _ = deaf.accept()
    near.recv(10)
    return near


def received(seat: Seat) -> bool:
    counts = custody.custody(seat.home).records
    return counts["packed"] == counts["final"] == 0 < counts["received"]


def test_looked_at_agreed_handed_over_received(net: Net, qtbot: Any) -> None:
    """Nothing leaves before the clerk saw it and agreed; then the receipt comes by itself and the indicator says so."""
    net.publish(net.hub.url)
    seat = net.sit()
    assert not seat.window.status.line.isVisible()  # the start comes first
    line = line_of(seat)
    assert line.state == "ask"
    assert seat.window.status.line.isVisible()
    page = seat.go("network")
    assert page.agree.isVisible()
    assert page.kinds.rowCount() > 0
    assert page.kinds.isVisible()
    with qtbot.waitSignal(line.ended, timeout=WAIT_MS):
        qtbot.mouseClick(page.agree, Qt.MouseButton.LeftButton)
        assert line.state == "busy"
        assert page.halt.isVisible()
    assert not page.agree.isVisible()
    assert line.last.problem is None
    assert [one.arrived for one in line.last.sent] == [True]
    qtbot.waitUntil(lambda: received(seat), timeout=WAIT_MS)  # the rounds that follow fetch the receipt
    qtbot.waitUntil(lambda: line.state == "idle", timeout=WAIT_MS)
    assert "已联网" in seat.window.status.line.text()
    assert seat.boxes() == []
    assert "都已送出" in seat.window.status.unsent.text()
    assert round_of(qtbot, line, line._by_itself).sent == []  # nothing goes twice, whatever the district still lacks
    assert line.agreed
    seat = net.sit()  # the next start: no question, a round by itself
    line = line_of(seat)
    assert round_of(qtbot, line).problem is None
    assert not seat.go("network").agree.isVisible()


def test_a_save_goes_after_a_quiet_while(net: Net, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_line, "QUIET_S", 0.05)
    net.publish(net.hub.url)
    seat = net.sit(agreed=True)
    line = line_of(seat)
    qtbot.waitUntil(lambda: received(seat) and line.state == "idle", timeout=WAIT_MS)
    sent: list[desk_line.Round] = []
    line.ended.connect(lambda done: sent.append(done) if done.sent else None)
    seat.home.journal.correct(net.scene.template.uids["journal_entry"], {"place": "上河湾村"}, "改地点")
    qtbot.waitUntil(lambda: bool(sent), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: received(seat), timeout=WAIT_MS)


def test_without_a_network_it_is_silent(net: Net, qtbot: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = taken.getsockname()[1]
    net.publish(f"http://127.0.0.1:{nobody}")
    seat = net.sit(agreed=True)
    line = line_of(seat)
    done = round_of(qtbot, line)
    assert done.problem is not None
    assert done.problem.code == "NETWORK_AWAY"
    assert line.state == "away"
    assert "未联网" in seat.window.status.line.text()
    assert seat.boxes() == []
    assert custody.custody(seat.home).records["packed"] == 0  # nothing counts as sent while nobody is there
    first = line._next.interval()
    assert 0 < first < 90_000
    line._by_itself()
    round_of(qtbot, line)
    assert line._backoff.failures == 2
    round_of(qtbot, line, line.start)  # asked for by hand, it answers by a sentence
    (box,) = seat.boxes()
    assert "NETWORK_AWAY" in box.informativeText()


def test_a_deaf_hub_keeps_nobody_waiting(net: Net, qtbot: Any) -> None:
    """While the network is waited for, jobs run, places open, and leaving wakes the thread."""
    deaf = socket.create_server(("127.0.0.1", 0))
    net.publish(f"http://127.0.0.1:{deaf.getsockname()[1]}")
    seat = net.sit(agreed=True)
    line = line_of(seat)
    near = called(deaf, qtbot, line)
    assert line.state == "busy"
    seat.go("custody")
    assert seat.window.current.online.isVisible()
    seat.home.meta.set("tried", "1")  # the file is free too
    thread = line._thread
    assert thread is not None
    assert thread.is_alive()
    qtbot.mouseClick(seat.go("network").halt, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: line.state != "busy", timeout=WAIT_MS)
    assert seat.boxes() == []
    line.start()
    again = called(deaf, qtbot, line)
    thread = line._thread
    net.scene.leave()
    assert thread is not None
    assert not thread.is_alive()
    for one in (near, again, deaf):
        one.close()


def test_a_refusal_is_said_once(net: Net, qtbot: Any) -> None:
    """Revoked meanwhile: one message with a remedy, none while the curtain is drawn, none again."""
    net.publish(net.hub.url)
    with until(net._district, 60) as district:
        trust_store.revoke(district, "SQ-1", "电脑丢失")
    with net.scene.open("SQ") as station:
        client = hub_line(station, net.hub.url)
        until(lambda: said(client) == "DEVICE_REVOKED", 60)
        client.close()
    seat = net.sit(agreed=True)
    seat.window.idle_lock.lock()
    line = line_of(seat)
    done = round_of(qtbot, line)
    assert done.problem is not None
    assert done.problem.code == "DEVICE_REVOKED"
    assert line.state == "refused"
    assert seat.boxes() == []
    curtain = seat.window.idle_lock.curtain
    curtain.typed.setText("试试口令")
    curtain.open_again()
    (box,) = seat.boxes()
    assert done.problem.remedy in box.informativeText()
    box.close()
    line._by_itself()
    round_of(qtbot, line)
    QApplication.processEvents()
    assert [one for one in seat.boxes() if one is not box] == []


def said(client: HubClient) -> str:
    """The code of the hub's refusal."""
    try:
        client.listing(0)
    except Problem as problem:
        return problem.code
    return ""


def test_cut_on_the_way_it_goes_on_where_it_stopped(net: Net, qtbot: Any) -> None:
    cutter = Cutter(net.hub.port, 2500, cuts=12)
    net.publish(cutter.url)
    seat = net.sit(agreed=True)
    line = line_of(seat)
    done = round_of(qtbot, line)
    rounds = 1
    while not done.sent and rounds < 30:
        assert seat.boxes() == []
        line._by_itself()
        done = round_of(qtbot, line)
        rounds += 1
    assert len(done.sent) == 1
    assert cutter.cuts > 2
    assert len([e for e in net.hub.lines() if e["event"] == "arrived"]) == 1
    assert list((seat.home.path / network.OUTGOING).iterdir()) == []
    line.stop()
    cutter.close()


def test_turned_off_it_waits_to_be_asked(net: Net, qtbot: Any) -> None:
    net.publish(net.hub.url)
    seat = net.sit(agreed=True, auto_network=False)
    line = line_of(seat)
    assert line.state == "off"
    assert not line._next.isActive()
    seat.go("custody")
    assert seat.window.current.online.isVisible()
    with qtbot.waitSignal(line.ended, timeout=WAIT_MS):
        qtbot.mouseClick(seat.window.current.online, Qt.MouseButton.LeftButton)
    assert seat.window.place[0] == "network"
    assert line.last.problem is None
    assert line.last.sent
    assert not line._next.isActive()
    assert line.state == "off"


def test_without_a_hub_nothing_is_seen(net: Net) -> None:
    seat = net.sit()
    assert line_of(seat).state == "none"
    assert not seat.window.status.line.isVisible()
    page = seat.go("network")
    assert not page.now.isVisible()
    assert "U盘" in page.about.text()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_district_publishes_from_its_desk(
    qapp: QApplication, tmp_path: Path, template: SimpleNamespace, qtbot: Any, language: str
) -> None:
    from tests.desk.test_every_screen import chinese, small
    from tests.hub.test_publish import Certificate

    scene = Scene(qapp, tmp_path, template)
    seat = scene.sit(DISTRICT, language=language)
    page = seat.go("stations")
    dialog = page.publish_hub()
    assert not dialog.publish.isEnabled()
    assert not dialog.withdraw.isVisible()
    dialog.url.setText("http://hub.example.gov.cn")
    qtbot.mouseClick(dialog.publish, Qt.MouseButton.LeftButton)
    assert dialog.wrong.isVisible()  # refused beside the field, nothing published
    assert trust_store.required(seat.home).hub is None
    old, new = Certificate(tmp_path, "old"), Certificate(tmp_path, "new")
    dialog.add_certificates([old.secret])
    assert dialog.pins.toPlainText() == ""
    dialog.add_certificates([old.file, new.file])
    dialog.url.setText("https://hub.example.gov.cn:8440")
    assert small(dialog) == []
    if language == "en":
        assert chinese(dialog) == []
    qtbot.mouseClick(dialog.publish, Qt.MouseButton.LeftButton)
    seat.idle()
    hub = trust_store.required(seat.home).hub
    assert hub is not None
    assert (hub.url, hub.pins) == ("https://hub.example.gov.cn:8440", (old.pin, new.pin))
    dialog = page.publish_hub()
    assert dialog.pins.toPlainText().split() == [old.pin, new.pin]
    qtbot.mouseClick(dialog.withdraw, Qt.MouseButton.LeftButton)
    seat.idle()
    assert trust_store.required(seat.home).hub is None
    scene.leave()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_page_reads_in_both_languages(net: Net, qtbot: Any, language: str) -> None:
    from tests.desk.test_every_screen import chinese, nameless, small

    net.publish(net.hub.url)
    seat = net.sit(agreed=True, language=language)
    line = line_of(seat)
    qtbot.waitUntil(lambda: line.last is not None, timeout=WAIT_MS)
    line._next.stop()
    page = seat.go("network")
    qtbot.waitUntil(lambda: line.state != "busy", timeout=WAIT_MS)
    seat.idle()
    assert page.results.isVisible()
    assert nameless(seat.window) == []
    assert small(page) == []
    if language == "en":
        assert [text for text in chinese(page) if "云岭" not in text] == []
    assert words.language() == language


def test_a_changed_key_waits_for_the_district_without_a_refusal(net: Net, qtbot: Any) -> None:
    """Nobody is told that something is wrong: mail comes, sending waits, the home page says what is next."""
    net.publish(net.hub.url)
    seat = net.sit(agreed=True)
    line = line_of(seat)
    qtbot.waitUntil(lambda: received(seat), timeout=WAIT_MS)
    line.cancel()
    qtbot.waitUntil(lambda: line.state != "busy", timeout=WAIT_MS)
    rotation.change(seat.home)
    uid = write(seat.home, 7)
    done = round_of(qtbot, line, line._by_itself)
    while done.problem is None and not done.outcomes:  # a round that had begun before
        done = round_of(qtbot, line)
    assert done.problem is not None
    assert done.problem.code == "KEY_WAITS"
    assert done.sent == []
    assert seat.boxes() == []
    seat.idle()
    assert "换了钥匙" in seat.go("network").told.text()
    today = seat.go("today")
    (told,) = [one for n in range(today.list.count()) if "换了钥匙" in (one := today.list.item(n)).text()]
    today.list.itemActivated.emit(told)
    seat.idle()
    assert seat.window.current.enrolment.isVisible()
    assert seat.go("today")
    assert seat.go("handover").sending.isVisible()  # by stick it can go at once
    assert custody.words(seat.home, [uid]) == {uid: "final"}


def test_the_desk_says_that_it_waits_for_its_turn_and_goes_on(net: Net, qtbot: Any) -> None:
    net.publish(net.hub.url)
    net.hub.merged()
    seat = net.sit(agreed=True)
    signer = keys_of(seat.home).signer
    with crowd(net.hub.url, net.scene.folder / DISTRICT, signer):
        line = line_of(seat)
        qtbot.waitUntil(lambda: "已在排队" in line.words(), timeout=WAIT_MS)
        assert line.state == "busy"
        assert "已在排队" in seat.window.status.line.text()
        page = seat.go("network")  # nothing is blocked while it waits
        assert page.halt.isVisible()
        assert seat.boxes() == []
    qtbot.waitUntil(lambda: received(seat) and line.state == "idle", timeout=3 * WAIT_MS)
    assert "已联网" in seat.window.status.line.text()


def test_a_turn_that_is_too_late_is_no_lost_network(net: Net, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(https, "PATIENCE", 0.0)
    net.publish(net.hub.url)
    net.hub.merged()
    seat = net.sit(agreed=True)
    signer = keys_of(seat.home).signer
    with crowd(net.hub.url, net.scene.folder / DISTRICT, signer):
        line = line_of(seat)
        done = round_of(qtbot, line)
        assert done.problem is not None
        assert line.state == "away"
        assert seat.window.status.line.text() == "接收站正忙，稍后自动再试"
        assert seat.boxes() == []
