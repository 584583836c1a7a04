"""A task goes down, is answered and is closed; who has not answered; a conflict that the station is asked to decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, entry


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def enrol(station: Terminal, district: Terminal, stick: Path) -> None:
    asked = station.json("enrol", "request", "--to", str(stick))
    answer = district.json("enrol", "accept", asked["file"], "--to", str(stick), "--fingerprint", asked["fingerprint"])
    station.json("enrol", "install", answer["file"])


@pytest.fixture
def enrolled(station: Terminal, district: Terminal, stick: Path) -> tuple[Terminal, Terminal]:
    enrol(station, district, stick)
    return station, district


def down(district: Terminal, station: Terminal, stick: Path, code: str = "SQ") -> dict[str, object]:
    files = district.json("receipt", "--for", code, "--to", str(stick / "down"))["files"]
    *_, last = station.json("import", *files)["results"]
    assert last["outcome"] in {"applied", "duplicate"}
    return dict(last)


def up(station: Terminal, district: Terminal, stick: Path) -> None:
    sent = station.json("export", "--to", str(stick / "up"))
    for one in district.json("import", *[f["file"] for f in sent["files"]])["results"]:
        assert one["outcome"] in {"applied", "duplicate"}, one


def test_a_task_is_answered_returned_and_closed(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    words = ("--title", "报春耕用水情况", "--due", "2026-03-25", "--set", "origin=主席会")
    assert district.refused("task", "add", *words) == "NO_STATION"
    assert district.refused("task", "add", *words, "--station", "HP") == "NO_SUCH_STATION"
    made = district.json("task", "add", *words, "--station", "SQ")
    assert (made["code"], made["state"]) == ("990000-RW-2026-0001", "已下达")
    assert [(t["station"], t["delivered"], t["answered"]) for t in district.json("task", "list")["tasks"]] == [
        ("SQ", False, False)
    ]
    down(district, station, stick)
    (item,) = [i for i in station.json("today")["items"] if i["kind"] == "task"]
    assert (item["what"], item["uid"], item["due"]) == ("task", made["uid"], "2026-03-25")
    # Each side takes its own steps, and only those.
    for step in (("move", made["uid"], "已办结"), ("void", made["uid"], "--reason", "不想办")):
        assert station.refused(*step) in {"MOVE_NOT_ALLOWED", "STEP_OF_OTHER_SIDE"}
    assert district.refused("move", made["uid"], "已签收") == "STEP_OF_OTHER_SIDE"
    assert station.refused(
        "add", "task", "--set", "title=给别人的活", "issued=2026-03-20", "due=2026-03-30", "text=x"
    ) == ("STEP_OF_OTHER_SIDE")
    station.json("move", made["uid"], "已签收", "--set", "accepted=2026-03-20", "accepted_by=赵㛃")
    assert station.refused("move", made["uid"], "已回复") == "NEEDED_NOW"
    station.json("task", "answer", made["uid"], "--result", "八个村用水够，两个村要抽水。")
    up(station, district, stick)
    (item,) = [i for i in district.json("today")["items"] if i["kind"] == "task"]
    assert item["what"] == "answered_task"
    assert district.refused("move", made["uid"], "退回重办") == "REASON_REQUIRED"
    district.json("move", made["uid"], "退回重办", "--reason", "请写清是哪两个村")
    down(district, station, stick)
    assert "退回重办" in next(i["text"] for i in station.json("today")["items"] if i["kind"] == "task")
    station.json("task", "answer", made["uid"], "--result", "上河湾、杏树坪两个村要抽水。")
    up(station, district, stick)
    district.json("move", made["uid"], "已办结", "--set", "closed=2026-03-20", "verdict=情况清楚")
    down(district, station, stick)
    record = station.json("show", made["uid"])["record"]
    assert (record["state"], record["result"], record["verdict"]) == (
        "已办结",
        "上河湾、杏树坪两个村要抽水。",
        "情况清楚",
    )
    assert not [i for i in station.json("today")["items"] if i["kind"] == "task"]
    pages = station.json("print", made["uid"], "--to", str(stick / "task.pdf"))["files"]
    assert pages[0]["pages"] == 1


def test_one_task_for_several_stations_and_who_has_not_answered(
    enrolled: tuple[Terminal, Terminal], stick: Path, tmp_path: Path
) -> None:
    station, district = enrolled
    other = Terminal(tmp_path / "LW")
    other.json("init", "station", "--code", "LW", "--name", "柳湾镇政协联络站")
    enrol(other, district, stick)
    made = district.json(
        "task",
        "add",
        "--station",
        "all",
        "--title",
        "报第一季度小结",
        "--due",
        "2026-03-19",
        "--set",
        "issued=2026-03-10",
    )["tasks"]
    assert [m["code"] for m in made] == ["990000-RW-2026-0001", "990000-RW-2026-0002"]
    listed = district.json("task", "list")
    assert len({t["batch"] for t in listed["tasks"]}) == 1
    assert listed["waiting"] == ["LW", "SQ"]
    assert [t["overdue"] for t in listed["tasks"]] == [True, True]
    assert [i["what"] for i in district.json("today")["items"] if i["kind"] == "task"] == ["overdue_task"] * 2
    down(district, station, stick, "SQ")
    down(district, other, stick, "LW")
    (mine,) = station.json("list", "task")["rows"]
    assert mine["code"] == next(m["code"] for m in made if m["uid"] == mine["uid"])
    assert station.json("list", "task")["total"] == other.json("list", "task")["total"] == 1
    station.json("task", "answer", mine["uid"], "--result", "已报。")
    up(station, district, stick)
    listed = district.json("task", "list", "--open")
    assert (listed["waiting"], [t["station"] for t in listed["tasks"]]) == (["LW"], ["LW"])
    # The other station's bundle proves that it holds the task, though it has not answered.
    other.json("add", "person", "--set", "name=群众")
    up(other, district, stick)
    assert [(t["station"], t["delivered"]) for t in district.json("task", "list", "--open")["tasks"]] == [("LW", True)]
    other.close()


def test_a_task_about_a_record_goes_to_its_station_only(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    uid = station.json("add", "journal_entry", "--set", *(f"{k}={v}" for k, v in entry().items()))["uid"]
    up(station, district, stick)
    words = ("--title", "补一张现场照片", "--due", "2026-03-28", "--about", uid)
    made = district.json("task", "add", *words)
    assert district.json("show", made["uid"])["record"]["station"] == "SQ"
    photo = stick / "样张.txt"
    photo.write_text("样张", encoding="utf-8")
    district.json("attach", made["uid"], str(photo))
    down(district, station, stick)
    record = station.json("show", made["uid"])["record"]
    assert record["about"] == uid
    assert station.json("list", "attachment")["total"] == 1


def test_a_conflict_is_sent_to_the_station_and_decided_there(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    uid = station.json("add", "journal_entry", "--set", *(f"{k}={v}" for k, v in entry().items()))["uid"]
    station.json("move", uid, "已登记")
    up(station, district, stick)
    assert district.refused("conflicts", "send", uid) == "NO_CONFLICT"
    station.json("correct", uid, "--set", "place=上河湾村", "--reason", "站里改")
    district.json("correct", uid, "--set", "place=杏树坪村", "--reason", "区里改")
    up(station, district, stick)
    made = district.json("conflicts", "send", uid, "--note", "请到现场看一下")
    assert made["about"] == uid
    assert district.refused("conflicts", "send", uid) == "CONFLICT_SENT"
    down(district, station, stick)
    task = station.json("show", made["uid"])["record"]
    assert all(word in task["text"] for word in ("请到现场看一下", "区里", "站点 SQ"))
    # The task outlives a legal erasure of the record: it names the field, never what stands in it.
    assert not any(word in task["text"] for word in ("上河湾村", "杏树坪村"))
    assert {i["what"] for i in station.json("today")["items"]} >= {"conflict", "task"}
    (both,) = station.json("conflicts", "show", uid)["conflicts"]
    assert {v["value"] for v in both["versions"]} == {"上河湾村", "杏树坪村"}
    take = next(v["op"] for v in both["versions"] if v["value"] == "杏树坪村")
    station.json("conflicts", "resolve", uid, "--take", take, "--reason", "看过现场")
    assert station.json("show", made["uid"])["record"]["state"] == "已回复"
    up(station, district, stick)
    assert district.json("conflicts", "list")["conflicts"] == []
    assert district.json("show", uid)["record"]["place"] == "杏树坪村"
    assert district.json("show", made["uid"])["record"]["state"] == "已回复"


def test_a_district_that_decides_itself_withdraws_its_question(
    enrolled: tuple[Terminal, Terminal], stick: Path
) -> None:
    station, district = enrolled
    uid = station.json("add", "journal_entry", "--set", *(f"{k}={v}" for k, v in entry().items()))["uid"]
    station.json("move", uid, "已登记")
    up(station, district, stick)
    station.json("correct", uid, "--set", "place=上河湾村", "--reason", "站里改")
    district.json("correct", uid, "--set", "place=杏树坪村", "--reason", "区里改")
    up(station, district, stick)
    made = district.json("conflicts", "send", uid)
    (both,) = district.json("conflicts", "show", uid)["conflicts"]
    district.json("conflicts", "resolve", uid, "--take", both["versions"][0]["op"], "--reason", "打过电话")
    assert district.json("show", made["uid"])["record"]["state"] == "作废"
    down(district, station, stick)
    assert station.json("conflicts", "list")["conflicts"] == []
    assert not [i for i in station.json("today")["items"] if i["kind"] == "task"]
