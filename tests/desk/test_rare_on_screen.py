"""No name shows as a box: rare characters are drawn by the shipped faces once the window is up."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont, QImage, QTextLayout
from PySide6.QtWidgets import QApplication, QLabel

from studio_desk.desk import main, rare, theme
from studio_desk.kernel.progress import Cancelled, silent

RARE = "𬱖𠅤䶮㛃𫘦"
"""Of Ext E, B, A and C: they stand in people's names."""
NOBODY = "\U000f0000"
"""A private character that no font has: what it looks like is the box."""


@pytest.fixture
def font(qapp: QApplication) -> Iterator[None]:
    """The application's font as it was, once the test is over."""
    before = QFont(qapp.font())
    yield
    qapp.setFont(before)
    qapp.setStyleSheet(qapp.styleSheet())


def glyphs(text: str, font: QFont) -> list[tuple[str, int]]:
    """Family and glyph number of every glyph that shows `text`."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return [(run.rawFont().familyName(), glyph) for run in layout.glyphRuns() for glyph in run.glyphIndexes()]


def drawn(char: str) -> QImage:
    label = QLabel(char)
    label.setFixedSize(60, 60)
    return label.grab().toImage()


@pytest.mark.usefixtures("font")
def test_every_rare_character_has_a_glyph_and_no_two_look_alike(qapp: QApplication) -> None:
    theme.ensure_chinese_font(qapp)
    rare.register(qapp, rare.unpack(silent))
    known = [char for char in RARE if all(glyph for _, glyph in glyphs(char, qapp.font()))]
    assert known == list(RARE)
    pictures = [drawn(char) for char in known]
    box = drawn(NOBODY)
    assert all(picture != box for picture in pictures)
    assert all(a != b for n, a in enumerate(pictures) for b in pictures[:n])


@pytest.mark.usefixtures("font")
def test_usual_characters_keep_the_systems_face(qapp: QApplication) -> None:
    theme.ensure_chinese_font(qapp)
    before = {char: glyphs(char, qapp.font()) for char in "周孙民情日志Ab1，。"}
    rare.register(qapp, rare.unpack(silent))
    families = qapp.font().families()
    assert {char: glyphs(char, qapp.font()) for char in before} == before
    assert [name for name in families if name.startswith("Desk Rare")] == ["Desk Rare One", "Desk Rare Two"]
    rare.register(qapp, rare.unpack(silent))
    assert qapp.font().families() == families, "a second time changes nothing"


@pytest.mark.usefixtures("font")
def test_a_size_chosen_later_keeps_them(qapp: QApplication) -> None:
    rare.register(qapp, rare.unpack(silent))
    families = qapp.font().families()
    theme.apply(qapp, "浅色", "特大")
    assert qapp.font().families() == families


def test_a_full_disk_only_leaves_them_out(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_a, **_k: str(tmp_path / "file"))
    assert rare.unpack(silent) == []


def test_unpacking_can_be_given_up() -> None:
    def stop(done: int, total: int, text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        rare.unpack(stop)


@pytest.mark.usefixtures("font")
def test_the_desk_does_it_by_itself_after_the_window_is_shown(seat, qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "WARM_AFTER_MS", 1)
    at = seat()
    qtbot.waitUntil(lambda: "Desk Rare Two" in at.session.app.font().families(), timeout=20000)
    label = at.session.window.findChild(QLabel)
    assert "Desk Rare Two" in label.font().families(), "open windows follow"
