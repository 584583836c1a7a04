"""A restored district gets its own words back: what the station sees before it hands over, and the district before it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from studio_desk.exchange import inbox, outbox, receipts, remarks
from studio_desk.kernel import words
from tests.desk.scene import DISTRICT, Scene


@pytest.fixture
def scene(qapp: Any, tmp_path: Any, template: Any) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template)
    yield made
    made.leave()


def there(scene: Scene) -> None:
    """What the station has goes to the district."""
    with scene.open("SQ") as station:
        files = [one.file for one in outbox.export(station, scene.stick).files]
    with scene.open(DISTRICT) as district:
        assert {one.outcome for one in inbox.receive(district, files)} <= {"applied", "duplicate"}
    clear(scene)


def back(scene: Scene) -> None:
    """What the district has for the station goes back."""
    with scene.open(DISTRICT) as district:
        files = receipts.write(district, "SQ", scene.stick).files
    with scene.open("SQ") as station:
        assert {one.outcome for one in inbox.receive(station, files)} <= {"applied", "duplicate"}
    clear(scene)


def clear(scene: Scene) -> None:
    for file in scene.stick.glob("*.sdx"):
        file.unlink()


def set_back(scene: Scene, *, wrote: bool = True) -> None:
    """The district writes on records, or a receipt only; its file is as it was before, and the station has heard of it."""
    there(scene)
    if wrote:
        back(scene)
    file = scene.folder / DISTRICT / "desk.db"
    before = file.read_bytes()
    if wrote:
        with scene.open(DISTRICT) as district:
            district.journal.correct(scene.template.uids["journal_entry"], {"place": "石桥村东头"}, "电话核实")
            remarks.comment(district, scene.template.uids["case"], "办得及时", who="陈副主席")
    back(scene)
    file.write_bytes(before)
    back(scene)


def test_the_hand_over_says_what_is_the_station_s_and_what_is_handed_back(scene: Scene) -> None:
    scene.leave()
    set_back(scene)
    at = scene.sit("SQ")
    sending = at.go("handover").sending
    assert sending.told["chains"] == []
    returned = sending.told["handed_back"]
    assert (returned["records"], returned["receipts"]) == (2, 1)
    told = sending.summary.text()
    assert "2条记录上区里写的话（更正、退回、批注、任务）、1份回执" in told
    assert "恢复过旧的备份" in told
    assert "0条" not in told
    kinds = [sending.kinds.text_at(row, 0) for row in range(sending.kinds.rowCount())]
    assert kinds
    assert all(kind.startswith("送回：") for kind in kinds)
    assert sending.send_button.isEnabled()
    sending.send_button.click()
    at.idle()
    assert sending.sent is not None
    assert all(one.device == f"{DISTRICT}-1@SQ" for one in sending.sent.handed_back)
    assert "送回给区里的" in sending.done.more.text()
    sending.slip.click()
    at.idle()
    assert at.window.place[0] == "preview"

    at = scene.sit(DISTRICT)
    page = at.go("inbox")
    assert page.table.text_at(0, 2) == "可以收（送回的）"
    assert "新增0条、更改0条" in page.summary.text()
    assert "SQ 送回了区级恢复备份后缺少的" in page.summary.text()
    assert "不是站点的新记录" in page.summary.text()
    place = at.home.journal.record(scene.template.uids["journal_entry"])["place"]
    assert place != "石桥村东头", "looking changes nothing"
    page.take_button.click()
    at.idle()
    assert "1份回执" in page.summary.text()
    assert at.home.journal.record(scene.template.uids["journal_entry"])["place"] == "石桥村东头"


def test_a_return_of_receipts_only_says_so(scene: Scene) -> None:
    scene.leave()
    set_back(scene, wrote=False)
    at = scene.sit("SQ")
    sending = at.go("handover").sending
    returned = sending.told["handed_back"]
    assert returned["records"] == 0
    assert returned["receipts"] > 0
    assert f"{returned['receipts']}份回执" in sending.summary.text()
    assert "0条" not in sending.summary.text()
    with words.speaking("en"):
        assert "receipt" in outbox_told(at.home)


def test_what_the_district_lost_is_said_beside_a_file_that_has_to_wait(scene: Scene) -> None:
    scene.leave()
    there(scene)
    back(scene)
    file = scene.folder / DISTRICT / "desk.db"
    before, uid = file.read_bytes(), scene.template.uids["journal_entry"]
    with scene.open(DISTRICT) as district:
        remarks.comment(district, uid, "办得及时", who="陈副主席")
    for place in ("桥东", "桥西"):
        with scene.open("SQ") as station:
            station.journal.correct(uid, {"place": place}, "更正")
        if place == "桥东":  # the district takes it, says so, and forgets it
            there(scene)
            back(scene)
    file.write_bytes(before)
    with scene.open("SQ") as station:
        outbox.export(station, scene.stick)
    at = scene.sit(DISTRICT)
    page = at.go("inbox")
    page.take_button.click()
    at.idle()
    told = page.table.text_at(0, 6)
    assert told.startswith("等待 SQ-1 第")
    assert "SQ-1 已收下区级的 990000-1@SQ" in told


def outbox_told(home: Any) -> str:
    from studio_desk.exchange.preview import preview, sentences

    return " ".join(sentences(preview(home), str))
