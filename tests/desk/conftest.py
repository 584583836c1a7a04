"""A filled home, opened in a real window; any remark of Qt fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog

from studio_desk.desk import main
from studio_desk.desk.crash import HARMLESS
from studio_desk.kernel import clock, words
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from tests.desk.filled import fill

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=clock.CHINA)


@pytest.fixture(autouse=True)
def pinned() -> Iterator[None]:
    clock.set_clock(lambda: NOW)
    yield
    clock.set_clock(None)
    words.speak("zh_CN")


@pytest.fixture(autouse=True)
def silent_qt() -> Iterator[None]:
    """Whatever Qt remarks on during a test, is wrong."""
    said: list[str] = []

    def heard(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        del context
        if kind != QtMsgType.QtInfoMsg and not text.startswith(HARMLESS):
            said.append(text)

    qInstallMessageHandler(heard)
    yield
    qInstallMessageHandler(None)
    assert said == []


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A station with one record of every kind, made once."""
    clock.set_clock(lambda: NOW)
    path = tmp_path_factory.mktemp("template") / "home"
    with Home.create(
        path, role="station", code="SQ", name="石桥镇政协联络站", shapes=KINDS, passphrase="试试口令", use_keyring=False
    ) as home:
        home.change_settings(home.settings.changed(operator="李文书"))
        uids = fill(home)
        key = home.file.key
    clock.set_clock(None)
    return SimpleNamespace(path=path, uids=uids, key=key)


@pytest.fixture
def copied(template: SimpleNamespace, tmp_path: Path) -> SimpleNamespace:
    """A copy of the filled station that a test may change."""
    path = tmp_path / "home"
    shutil.copytree(template.path, path)
    return SimpleNamespace(path=path, uids=template.uids, key=template.key)


def open_home(copied: SimpleNamespace) -> Home:
    return Home.open(copied.path, shapes=KINDS, key=copied.key)


@pytest.fixture
def opened(copied: SimpleNamespace) -> Iterator[Home]:
    """The open home, its settings to be changed before the window shows it."""
    home = open_home(copied)
    yield home
    home.close()


@pytest.fixture
def seat(qapp: QApplication, copied: SimpleNamespace, tmp_path: Path) -> Iterator[Callable[..., SimpleNamespace]]:
    """Sit down at the desk: `seat(font_size="大")` answers session, desk, window, home and uids."""
    sessions: list[main.Session] = []

    def sit(**settings: object) -> SimpleNamespace:
        home = open_home(copied)
        if settings:
            home.change_settings(home.settings.changed(**settings))
        session = main.Session(qapp, copied.path, state=tmp_path / "window.ini")
        sessions.append(session)
        session.window.resize(1366, 768)
        session.window.show()
        session.take(home)
        qapp.processEvents()
        return SimpleNamespace(session=session, desk=session.desk, home=home, uids=copied.uids)

    yield sit
    for session in sessions:
        for widget in qapp.topLevelWidgets():
            if isinstance(widget, QDialog):
                widget.close()
        session.window.before_close = lambda: True
        session.window.detach()
        session.window.close()
        session.finish()
        session.window.deleteLater()
        session.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qapp.processEvents()
