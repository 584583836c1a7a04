"""What leaves: everything no receipt covers, in as many volumes as the limits ask for, shown before it leaves."""

from __future__ import annotations

import pytest

from studio_desk.exchange import outbox, preview, volumes
from studio_desk.kernel.problem import Problem
from studio_desk.store.tables import export
from tests.exchange.world import JPEG, World, photo, receipt, take, words, write


def test_the_answer_and_the_name(world: World):
    station = world.station(world.district())
    uid = write(station, "一")
    station.journal.correct(uid, {"title": "一改"}, "更正")
    photo(station, uid)
    found = outbox.export(station, world.stick)
    (sent,) = found.files
    assert sent.file.name == "SQ-1-000001-000003.sdx"
    said = found.as_json()
    assert {k: said[k] for k in ("first", "last", "ops", "records")} == {"first": 1, "last": 3, "ops": 3, "records": 2}
    with station.file.read() as c:
        (row,) = c.execute(export.select()).mappings()
    assert (row["dev"], row["first"], row["last"], row["recipient"]) == ("SQ-1", 1, 3, "990000")
    assert (row["sha256"], row["file"], row["medium"]) == (sent.sha256, sent.file.name, str(world.stick))


def test_a_station_that_is_not_enrolled_sends_nothing(world: World):
    station = world.station(None)
    write(station, "一")
    with pytest.raises(Problem) as refused:
        outbox.export(station, world.stick)
    assert refused.value.code == "NOT_ENROLLED"
    assert list(world.stick.iterdir()) == []


def test_many_ops_leave_in_volumes(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(volumes, "VOLUME_OPS", 3)
    district = world.district()
    station = world.station(district)
    for n in range(7):
        write(station, f"第{n}条")
    files = outbox.export(station, world.stick).files
    assert [(f.first, f.last) for f in files] == [(1, 3), (4, 6), (7, 7)]
    assert words(take(district, *(f.file for f in reversed(files)))) == ["applied"] * 3


@pytest.mark.parametrize(("limit", "value"), [("VOLUME_BODIES", 1000), ("VOLUME_BYTES", 60_000)])
def test_large_content_leaves_in_volumes(limit: str, value: int, world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(volumes, limit, value)
    district = world.district()
    station = world.station(district)
    for n in range(4):
        photo(station, write(station, f"第{n}条", note="长" * 100), JPEG + bytes([n]) * 30_000)
    files = outbox.export(station, world.stick).files
    assert len(files) > 1
    assert sum(f.attachments for f in files) == 4
    assert set(words(take(district, *(f.file for f in files)))) == {"applied"}
    with district.file.read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM blob").scalar_one() == 4


def test_an_attachment_travels_once(world: World):
    station = world.station(world.district())
    uid = write(station, "一")
    photo(station, uid)
    photo(station, uid, name="又一张.jpg")
    (sent,) = outbox.export(station, world.stick).files
    assert (sent.ops, sent.attachments) == (3, 1)


def test_what_would_leave_is_shown_first(world: World):
    district = world.district()
    station = world.station(district)
    uid = write(station, "一")
    photo(station, uid)
    found = preview.preview(station)
    assert (found["ops"], found["records"], found["attachments"]) == (2, 2, 1)
    assert found["chains"] == [{"device": "SQ-1", "first": 1, "last": 2}]
    assert {k["kind"]: k["records"] for k in found["kinds"]} == {"slip": 1, "attachment": 1}
    assert {i["title"] for i in found["items"]} == {"一", "村口.jpg"}
    assert found["bytes"] > len(JPEG)
    take(district, outbox.export(station, world.stick).files[0].file)
    take(station, receipt(district, "SQ", world.stick))
    assert preview.preview(station)["ops"] == 0
    assert preview.preview(station, everything=True)["ops"] == 2


def test_personal_data_is_named_in_the_preview(world: World):
    from studio_desk.kinds.person import KIND as PERSON
    from studio_desk.store.home import Home
    from tests.store.conftest import PASSPHRASE

    home = Home.create(
        world.folder / "QX",
        role="station",
        code="QX",
        name="青溪",
        shapes=(PERSON,),
        passphrase=PASSPHRASE,
        use_keyring=False,
    )
    world.homes["QX"] = home
    sensitive = next(
        n for n, a in PERSON.asks.items() if a.personal == "P2" and PERSON.model.model_fields[n].annotation is str
    )
    values = {"name": "李䶮", sensitive: "990000199001010016"}
    try:
        home.journal.write("person", values)
    except Problem as problem:
        pytest.fail(f"{problem} {problem.more}")
    (item,) = preview.preview(home)["items"]
    assert PERSON.label("name") in item["P1"]
    assert PERSON.label(sensitive) in item["P2"]
    (kind,) = preview.preview(home)["kinds"]
    assert (kind["P1"], kind["P2"]) == (1, 1)
