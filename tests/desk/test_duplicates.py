"""重复核对 in the window: both records beside each other, linked or told apart; the record's page shows it and takes it back."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QDialog, QPlainTextEdit

from studio_desk.desk.form.linked import LinkDialog
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.store import links
from tests.desk.scene import DISTRICT, Scene, Seat
from tests.desk.test_every_screen import nameless
from tests.desk.test_exchange_screens import whole

LOOKS = [(language, size, "浅色") for language in ("zh_CN", "en") for size in FONT_POINTS]
LOOKS += [("zh_CN", "中", "深色"), ("zh_CN", "特大", "高对比")]
ID = "110101197003072519"


@pytest.fixture
def scene(qapp, tmp_path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template)
    yield made
    made.leave()


def people(at: Seat) -> list[str]:
    """Two who look alike, one who has the telephone of the first."""
    write = at.home.journal.write
    kept = [{"code": "ID_CHECK_DIGIT", "reason": "核对过"}]
    shared = {"birth": "1970-03-07", "address": "石桥村三组", "kept": kept}
    return [
        write("person", {"name": "李晴", "phone": "13912345678", "id_number": ID, **shared}).uid,
        write("person", {"name": "李睛", "id_number": ID, **shared}).uid,
        write("person", {"name": "王大山", "phone": "13912345678"}).uid,
    ]


def give_reason(at: Seat, text: str) -> None:
    (dialog,) = [d for d in at.window.findChildren(QDialog) if d.isVisible()]
    dialog.findChild(QPlainTextEdit).setPlainText(text)
    dialog.accept()
    at.idle()


@pytest.mark.parametrize(("language", "size", "colours"), LOOKS)
def test_it_opens_whole(scene: Scene, language: str, size: str, colours: str) -> None:
    for code in ("SQ", DISTRICT):
        at = scene.sit(code, language=language, font_size=size, colour_scheme=colours)
        if code == "SQ":
            a, b, _ = people(at)
            links.link(at.home.journal, a, b)
            links.unlink(at.home.journal, a, b, "试")
            links.link(at.home.journal, a, b)
            at.go("record", uid=a)
            assert nameless(at.window.current) == []
            assert at.window.current.linked.part.isVisible()
            links.unlink(at.home.journal, a, b, "试")
        at.go("duplicates")
        whole(at.window, code)
        at.go("duplicates", kind="activity")
        whole(at.window, code)


def test_side_by_side_then_linked_or_told_apart(scene: Scene) -> None:
    at = scene.sit("SQ")
    a, b, c = people(at)
    page = at.go("duplicates")
    assert page.pairs.text_at(0, 2).startswith("身份证号相同")
    assert page.pairs.chosen == [(a, b)]
    cells = {
        page.table.item(r, 0).text(): [page.table.item(r, n).text() for n in (1, 2)]
        for r in range(page.table.rowCount())
    }
    assert cells["姓名"] == ["李晴", "李睛"]
    assert cells["身份证号"] == ["已填，两条相同"] * 2
    assert ID not in str(cells)
    assert not page.apart_button.isEnabled()
    page.link_button.click()
    at.idle()
    assert links.group(at.home.journal, a).members == tuple(sorted((a, b)))
    assert page.pairs.chosen == [(a, c)]
    page.reason.setText("合用电话的邻居")
    page.apart_button.click()
    at.idle()
    assert page.pairs.rowCount() == 0
    assert page.about.text() == "没有发现可能重复的。"
    assert [(t.uid, t.linked, t.reason) for t in links.ties(at.home.journal, a)] == [
        (b, True, ""),
        (c, False, "合用电话的邻居"),
    ]


def test_a_record_shows_its_links_and_takes_them_back(scene: Scene) -> None:
    at = scene.sit("SQ")
    a, b, c = people(at)
    page = at.go("record", uid=a)
    assert not page.linked.part.isVisible()
    page.linked.join.click()
    at.idle()
    (dialog,) = [d for d in at.window.findChildren(LinkDialog) if d.isVisible()]
    assert not dialog.join.isEnabled()
    dialog.line.put(b)
    dialog.line.chosen.emit()
    dialog.reason.setText("核对过身份证")
    dialog.accept()
    at.idle()
    code = at.home.journal.record(b)["code"]
    assert code in page.linked.words.text()
    assert page.linked.words.text().startswith("同一人：")
    links.link(at.home.journal, b, c)
    at.idle()
    assert "王大山" in page.linked.words.text()  # over the other one
    (action,) = page.linked.part.menu().actions()
    action.trigger()
    at.idle()
    give_reason(at, "查明是两个人")
    assert links.group(at.home.journal, a).members == (a,)
    assert not page.linked.part.isVisible()
    tree = at.go("history", uid=a)
    words = [item.text(1) for item in (tree.tree.topLevelItem(n) for n in range(tree.tree.topLevelItemCount()))]
    assert words[:2] == ["认定不同：查明是两个人", "关联：核对过身份证"]


def test_whoever_is_entered_anew_may_be_there_already(scene: Scene) -> None:
    at = scene.sit("SQ")
    a, *_ = people(at)
    page = at.go("record", kind="person")
    form = page.sitting.form
    form.cells["name"].editor.put("李睛")
    form.cells["birth"].editor.put("1970-03-07")
    form.changed.emit()
    form.left.emit()
    at.idle()
    assert page.banner.isVisible()
    assert "姓名相同" in page._banner_text.text()
    form.cells["name"].editor.put("周小七")
    form.changed.emit()
    form.left.emit()
    assert not page.banner.isVisible()
    form.cells["phone"].editor.put("13912345678")
    form.changed.emit()
    form.left.emit()
    assert at.home.journal.record(a)["code"] in page._banner_text.text()
    page._banner_button.click()
    at.idle()
    assert page.sitting.uid == a
    assert not page.banner.isVisible()
