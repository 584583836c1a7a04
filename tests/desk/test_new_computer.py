"""A new computer of a station at the desk: its number, the rebuild folder at the district, and what was missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from studio_desk.exchange import enrol, rebuild
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from tests.desk.scene import DISTRICT, Scene


@pytest.fixture
def scene(qapp, tmp_path, template) -> Iterator[Scene]:
    made = Scene(qapp, tmp_path, template, enrolled=False)
    yield made
    made.leave()


def test_a_second_computer_is_enrolled_filled_and_told_once(scene: Scene) -> None:
    at = scene.sit("SQ")
    page = at.go("handover").enrolment
    assert (page.computer.value(), page.computer.isEnabled()) == (1, True)
    page.computer.setValue(2)
    page.write_request()
    at.idle()
    assert at.boxes() == []
    assert at.home.device == "SQ-2"
    (request,) = scene.stick.glob("SQ-2-enrol-request.json")
    shown = "".join(c for c in page.own.digits.text() if c.isdigit())
    assert shown == "".join(c for c in enrol.read_request(request).fingerprint if c.isdigit())

    at = scene.sit(DISTRICT)
    enrol.accept(at.home, request, scene.stick)
    page = at.go("stations")
    assert not page.rebuild.isEnabled()
    page.table.selectRow(0)
    assert page.rebuild.isEnabled()
    page.write_rebuild("SQ-2", scene.stick)
    at.idle()
    assert at.boxes() == []
    folder = scene.stick / rebuild.FOLDER_NAME.format(device="SQ-2")
    assert {path.suffix for path in folder.iterdir()} == {".json", ".sdx"}

    at = scene.sit("SQ")
    page = at.go("handover").enrolment
    page.look()
    assert page._file is not None
    assert page._file.parent == folder
    page.same.setChecked(True)
    page.install()
    at.idle()
    (box,) = at.boxes()
    assert "已按区里的数据重建" in box.text()
    assert at.home.meta.get(rebuild.NOTICE) == box.text()
    box.accept()
    at.home.close()
    with Home.open(scene.folder / "SQ", shapes=KINDS, key=scene.template.key) as again:
        assert again.device == "SQ-2"
