"""The district's month by the command line: a task, a changed vocabulary, the calendar; the station looks, takes, answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio_desk.kernel.vocabulary import shipped
from tests.cli.terminal import Terminal, entry
from tests.cli.test_tasks import down, enrol, up

URGENCY = [
    {"word": t.word, **t.more} for t in shipped()["urgency"].terms if t.word != "特急"
] + [{"word": "限时", "days": 3}]  # fmt: skip
HOLIDAYS = {
    "days": [
        *({"day": f"2026-10-0{n}", "kind": "法定", "name": "国庆节"} for n in range(1, 9)),
        {"day": "2026-09-26", "kind": "工作", "name": "国庆节调休"},
    ],
    "plan": [{"day": "2026-03-24", "what": "全区委员工作室现场会"}],
}


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def enrolled(station: Terminal, district: Terminal, stick: Path) -> tuple[Terminal, Terminal]:
    enrol(station, district, stick)
    return station, district


def put(district: Terminal, sort: str, key: str, content: object, *more: str) -> dict[str, object]:
    return district.json("lists", "put", sort, key, "--file", "-", *more, stdin=json.dumps(content, ensure_ascii=False))


def words_of(terminal: Terminal, key: str = "urgency") -> dict[str, tuple[str, str]]:
    return {t["word"]: (t["since"], t["until"]) for t in terminal.json("vocabulary", key)["lists"][key]["terms"]}


def test_the_month_of_a_district(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    old = station.json("add", "journal_entry", "--set", *(f"{k}={v}" for k, v in entry(1, urgency="特急").items()))[
        "uid"
    ]
    station.json("move", old, "已登记")
    back = station.json("add", "journal_entry", "--set", *(f"{k}={v}" for k, v in entry(2).items()))["uid"]
    station.json("move", back, "已登记")
    up(station, district, stick)

    task = district.json("task", "add", "--station", "SQ", "--title", "报春耕用水", "--due", "2026-03-27")
    put(district, "vocabulary", "urgency", {"terms": URGENCY})
    put(district, "calendar", "2026", HOLIDAYS)
    put(
        district,
        "rules",
        "koujing-2026",
        {"title": "2026年统计口径", "parameters": [{"name": "集体访人数", "value": 5}]},
        "--from",
        "2026-04-01",
    )
    put(district, "scheme", "gzs-2026", {"title": "工作室考核办法", "items": [{"name": "值班", "points": 15}]})
    put(district, "defaults", "journal_entry", {"values": {"way": "走访", "urgency": "一般"}})
    district.json("return", back, "--reason", "缺地点")
    district.json("comment", old, "处置及时", "--sort", "批示", "--by", "陈副主席")
    files = district.json("receipt", "--for", "SQ", "--to", str(stick / "down"))["files"]

    before = station.json("dump", "--canonical")["digest"]
    (seen,) = station.json("import", *files, "--dry-run")["results"]
    assert station.json("dump", "--canonical")["digest"] == before
    assert words_of(station)["特急"] == ("", "")
    sorts = [one["sort"] for one in seen["changes"]]
    assert sorts == [
        "confirmed",
        "returned",
        "task",
        "comment",
        "vocabulary",
        "rules",
        "scheme",
        "calendar",
        "defaults",
    ]
    told = {one["sort"]: one for one in seen["changes"]}
    assert told["confirmed"]["n"] == 2
    assert (told["returned"]["uid"], told["returned"]["reason"]) == (back, "缺地点")
    assert told["task"]["uid"] == task["uid"]
    assert "2026-03-27" in told["task"]["text"]
    assert "处置及时" in told["comment"]["text"]
    assert all(word in told["vocabulary"]["text"] for word in ("紧急", "2026-03-20", "新增“限时”", "停用“特急”"))
    assert told["rules"]["text"] == "《2026年统计口径》自2026-04-01起执行。"
    assert "放假8天，调休上班1天" in told["calendar"]["text"]
    assert "走访" in told["defaults"]["text"]
    rc, text, _ = station.run("import", *files, "--dry-run")
    assert rc == 0
    assert "导入后的变化：" in text
    assert told["vocabulary"]["text"] in text
    assert ("added", "词“限时”") in {(one["how"], one["what"]) for one in told["vocabulary"]["differences"]}
    assert "新增词“限时”" in text

    (done,) = station.json("import", *files)["results"]
    assert done["changes"] == seen["changes"]
    assert station.json("import", *files)["results"][0]["changes"] == []
    # What it says is in force, and old records keep their word.
    assert words_of(station)["特急"] == ("", "2026-03-19")
    assert words_of(station)["限时"] == ("2026-03-20", "")
    assert station.json("show", old)["record"]["urgency"] == "特急"
    new = ("--set", *(f"{k}={v}" for k, v in entry(20, urgency="特急", day="2026-03-20").items()))
    assert [f["code"] for f in station.json("add", "journal_entry", *new)["findings"]] == [
        "WORD_NOT_IN_FORCE",
        "NO_MEMBER",
    ]
    assert [e["text"] for e in station.json("today")["items"] if e["what"] == "planned"] == [
        "区里年度计划：2026-03-24 全区委员工作室现场会。"
    ]
    (remark,) = [r for r in station.json("history", old)["revisions"] if r["type"] == "record.comment"]
    assert (remark["reason"], remark["values"]) == ("处置及时", {"sort": "批示", "who": "陈副主席"})
    in_force = {(e["sort"], e["key"]): e["in_force"] for e in station.json("lists", "show")["lists"]}
    assert in_force["vocabulary", "urgency"]
    assert not in_force["rules", "koujing-2026"], "its day has not come"

    station.json("comment", old, "已回访，群众满意")
    station.json("task", "answer", task["uid"], "--result", "两个村要抽水")
    up(station, district, stick)
    assert [r["reason"] for r in district.json("history", old)["revisions"]][-1] == "已回访，群众满意"
    district.json("move", task["uid"], "已办结", "--set", "closed=2026-03-20")
    down(district, station, stick)
    assert station.json("show", task["uid"])["record"]["state"] == "已办结"


def test_what_a_district_may_not_send(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    good = json.dumps({"title": "口径"})
    assert station.refused("lists", "put", "rules", "x", "--file", "-", stdin=good) == "NOT_A_DISTRICT"
    for sort, key, content, code in (
        ("words", "x", good, "LIST_SORT_UNKNOWN"),
        ("rules", "x", "{", "NOT_JSON"),
        ("rules", "x", '{"title": "a", "parameters": [{"name": "x", "value": 1.5}]}', "NOT_JSON"),
        ("rules", "x y", good, "LIST_MALFORMED"),
        ("rules", "x", '{"title": ""}', "LIST_MALFORMED"),
        ("vocabulary", "urgencies", '{"terms": [{"word": "急"}]}', "UNKNOWN_LIST"),
        ("vocabulary", "urgency", '{"terms": []}', "LIST_MALFORMED"),
        ("vocabulary", "urgency", '{"terms": [{"word": "急"}, {"word": "急"}]}', "LIST_MALFORMED"),
        ("calendar", "2026", '{"days": [{"day": "2027-01-01", "kind": "法定"}]}', "LIST_MALFORMED"),
        ("calendar", "2026", '{"days": [{"day": "2026-01-01", "kind": "放假"}]}', "LIST_MALFORMED"),
        ("defaults", "nothing", '{"values": {"a": "b"}}', "UNKNOWN_KIND"),
        ("defaults", "case", '{"values": {"a": "b"}}', "DEFAULT_NOT_VALID"),
        ("defaults", "case", '{"values": {"urgency": "很急"}}', "DEFAULT_NOT_VALID"),
    ):
        assert district.refused("lists", "put", sort, key, "--file", "-", stdin=content) == code, (sort, content)
    assert district.json("lists", "show")["lists"] == []
    put(district, "rules", "x", {"title": "口径"})
    assert district.refused("lists", "put", "rules", "x", "--file", "-", stdin=good) == "LIST_SAME"
    assert district.json("lists", "schema", "calendar")["schema"]["properties"].keys() == {"days", "plan"}


def test_the_calendar_moves_working_day_deadlines(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    from datetime import date

    from studio_desk.record.checks import working_days_after

    assert working_days_after(date(2026, 9, 25), 3) == date(2026, 9, 30)
    put(district, "calendar", "2026", HOLIDAYS)
    down(district, station, stick)
    station.json("today")
    assert working_days_after(date(2026, 9, 25), 1) == date(2026, 9, 26), "a Saturday that is worked"
    assert working_days_after(date(2026, 9, 30), 1) == date(2026, 10, 9), "over the holidays"


def test_a_remark_says_what_is_wrong_with_it(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, _ = enrolled
    uid = station.json("add", "journal_entry", "--set", *(f"{k}={v}" for k, v in entry().items()))["uid"]
    assert station.refused("comment", uid, " ") == "COMMENT_EMPTY"
    assert station.refused("comment", uid, "长" * 2001) == "COMMENT_TOO_LONG"
    assert station.refused("comment", uid, "好", "--sort", "表扬") == "UNKNOWN_WORD"
