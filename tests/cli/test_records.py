"""Records in and out by the command line: add, show, list, search, change, history, life cycle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal, as_lines, entry

MEMBER = (
    "level=县",
    "unit=青溪区中医院",
    "job_title=主任医师",
    "phone=13912345678",
    'terms={"level":"县","since":"2022-01"}',
)


def test_init_says_everything_the_contract_names(bare: Terminal) -> None:
    answer = bare.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    assert answer["home"] == str(bare.home)
    assert (answer["role"], answer["code"], answer["device"], answer["incarnation"]) == ("station", "SQ", "SQ-1", 1)
    assert len(answer["fingerprint"].split()) == 6
    assert all(len(group) == 5 and group.isdigit() for group in answer["fingerprint"].split())
    assert len(answer["recovery_code"].replace("-", "")) == 28


def test_add_by_set_by_file_and_by_lines(station: Terminal, tmp_path: Path) -> None:
    member = station.json("add", "member", "--set", "name=欧阳思远", "sector=农业界", "--set", *MEMBER)
    assert member["code"] == "SQ-WY-2026-0001"
    file = tmp_path / "entry.json"
    file.write_text(json.dumps(entry(members=["欧阳思远"]), ensure_ascii=False), encoding="utf-8")
    first = station.json("add", "journal_entry", "--file", str(file))
    assert first["state"] == "草稿"
    assert station.json("show", first["code"])["record"]["members"] == [member["uid"]]
    answers = station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(n) for n in range(5)]))
    assert [list(answer) for answer in answers] == [["ack"]] * 5
    assert station.json("list", "journal_entry")["total"] == 6


def test_set_understands_labels_lists_flags_and_child_lines(station: Terminal) -> None:
    added = station.json(
        "add", "journal_entry", "--set", "方式=走访", "日期=3月6日", "地点=石桥村", "记录人=何小兰",
        "content=灌溉渠淤堵约200米,春灌受影响,群众盼着雨季前清淤修好。", "--set", "appeals=清淤", "appeals=修渠",
        "--set", 'persons={"name":"张某","heads":6}', "group_visit=是", 'tags=["农村人居环境整治"]',
    )  # fmt: skip
    record = station.json("show", added["uid"])["record"]
    assert record["day"] == "2026-03-06"
    assert record["appeals"] == ["清淤", "修渠"]
    assert record["persons"][0]["heads"] == 6
    assert record["group_visit"] is True
    assert record["tags"] == ["农村人居环境整治"]


def test_references_by_number_by_title_and_inside_child_lines(station: Terminal) -> None:
    person = station.json("add", "person", "--set", "name=张卫国")
    one = station.json(
        "add", "journal_entry", "--file", "-",
        stdin=json.dumps(entry(persons=[{"name": "张卫国", "person": person["code"]}]), ensure_ascii=False),
    )  # fmt: skip
    assert station.json("show", one["uid"])["record"]["persons"][0]["person"] == person["uid"]
    station.json("add", "person", "--set", "name=张卫国")
    case = ("add", "journal_entry", "--file", "-")
    twice = json.dumps(entry(persons=[{"person": "张卫国"}]), ensure_ascii=False)
    assert station.refused(*case, stdin=twice) == "AMBIGUOUS_NAME"
    nobody = json.dumps(entry(members=["查无此人"]), ensure_ascii=False)
    assert station.refused(*case, stdin=nobody) == "NO_SUCH_RECORD"


def test_a_bad_line_is_answered_and_stops_nothing(station: Terminal) -> None:
    given = as_lines([entry(1), entry(2, day="2023-02-29"), entry(3)]) + "{not json\n[]\n" + as_lines([entry(4)])
    answers = station.lines("add", "journal_entry", "--lines", stdin=given, rc=2)
    assert [("ack" in a, a.get("line"), a.get("code")) for a in answers] == [
        (True, None, None),
        (False, 2, "NO_SUCH_DATE"),
        (True, None, None),
        (False, 4, "NOT_JSON"),
        (False, 5, "NOT_JSON"),
        (True, None, None),
    ]
    assert all(a["problem"] and a["remedy"] for a in answers if "ack" not in a)
    acknowledged = [a["ack"] for a in answers if "ack" in a]
    assert [station.json("show", uid)["record"]["uid"] for uid in acknowledged] == acknowledged
    assert station.json("list", "journal_entry")["total"] == 3


def test_a_line_with_a_known_uid_is_not_saved_twice(station: Terminal) -> None:
    uid = "0198c5a0-1111-7222-8333-444455556666"
    answers = station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(uid=uid)] * 2), rc=2)
    assert answers[0] == {"ack": uid}
    assert answers[1]["code"] == "RECORD_EXISTS"
    assert station.json("history", uid)["revisions"][1:] == []


def test_list_filters_orders_and_limits(station: Terminal) -> None:
    station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(n) for n in range(1, 21)]))

    def days(*more: str) -> list[str]:
        return [row["day"] for row in station.json("list", "journal_entry", *more)["rows"]]

    assert days("--from", "2026-03-05", "--to", "2026-03-07") == ["2026-03-05", "2026-03-06", "2026-03-07"]
    assert days("--from", "3月20日", "--order=-day") == ["2026-03-21", "2026-03-20"]
    assert days("--where", "place=石桥村3组") == ["2026-03-04"]
    assert len(days("--where", "地点~3组")) == 2
    assert len(days("--where", "place=石桥村3组|石桥村4组", "--where", "way=走访")) == 2
    assert days("--where", "day>=2026-03-20", "day<=2026-03-20") == ["2026-03-20"]
    assert station.json("list", "journal_entry", "--state", "已登记")["total"] == 0
    limited = station.json("list", "journal_entry", "--limit", "3")
    assert (len(limited["rows"]), limited["total"]) == (3, 20)
    assert limited["rows"][0]["custody"] == "draft"
    assert station.refused("list", "journal_entry", "--where", "plaec=x") == "UNKNOWN_FIELD"
    assert station.refused("list", "journal_entry", "--where", "place", rc=64) == "WHERE_FORM"
    assert station.refused("list", "journal_entry", "--from", "2023-02-29") == "NO_SUCH_DATE"


def test_search_by_characters_and_initials(station: Terminal) -> None:
    member = station.json("add", "member", "--set", "name=单雄信", "sector=农业界", *MEMBER)
    station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(n) for n in range(3)]))
    assert [hit["uid"] for hit in station.json("search", "sxx")["hits"]] == [member["uid"]]
    found = station.json("search", "淤堵", "--kind", "journal_entry", "--limit", "2")
    assert (len(found["hits"]), found["total"]) == (2, 3)
    assert set(found["hits"][0]) >= {"uid", "kind", "code", "title"}


def test_correct_void_move_and_history(station: Terminal) -> None:
    added = station.json("add", "journal_entry", "--file", "-", stdin=json.dumps(entry(), ensure_ascii=False))
    uid = added["uid"]
    corrected = station.json("correct", uid, "--set", "place=石桥村委会")
    assert corrected["uid"] == uid
    assert corrected["revision"] != added["revision"]
    assert station.json("move", added["code"], "已登记")["state"] == "已登记"
    assert station.refused("correct", uid, "--set", "place=别处") == "REASON_REQUIRED"
    station.json("correct", uid, "--set", "place=别处", "--reason", "写错了")
    assert station.refused("correct", uid, "--reason", "x") == "NOTHING_TO_CHANGE"
    assert station.refused("move", uid, "已归档") == "MOVE_NOT_ALLOWED"
    assert station.refused("void", uid) == "REASON_REQUIRED"
    assert station.json("void", uid, "--reason", "重复")["state"] == "作废"
    assert station.refused("correct", uid, "--set", "place=x", "--reason", "y") == "RECORD_VOID"
    revisions = station.json("history", uid)["revisions"]
    assert [r["type"] for r in revisions] == [
        "record.save", "record.correct", "record.move", "record.correct", "record.void",
    ]  # fmt: skip
    assert revisions[1]["changed"] == ["place"]
    assert revisions[3]["reason"] == "写错了"


def test_a_move_may_bring_what_it_asks_for(station: Terminal) -> None:
    page = station.json("add", "journal_entry", "--file", "-", stdin=json.dumps(entry(), ensure_ascii=False))
    case = station.json(
        "add", "case", "--set", "title=清淤", "registered=2026-03-06", f"journal_entry={page['code']}",
        "category=农业农村", "in_scope=属于", "due=2026-04-01",
    )  # fmt: skip
    assert case["code"] == "SQ-SX-2026-0001"
    station.json("move", case["uid"], "受理")
    assert station.refused("move", case["uid"], "挂起", "--reason", "等雨停") == "NEEDED_NOW"
    moved = station.json(
        "move", case["uid"], "挂起", "--reason", "等雨停", "--set", "suspended_until=2026-05-01", "route=自办"
    )
    assert moved["state"] == "挂起"


def test_a_warning_is_kept_with_its_reason(station: Terminal) -> None:
    values = ("--set", "name=张某", "id_number=11010519491231002X")
    assert station.json("add", "person", *values)["findings"] == []
    wrong = ("--set", "name=张某", "id_number=110105194912310021")
    assert [f["code"] for f in station.json("add", "person", *wrong)["findings"]] == ["ID_CHECK_DIGIT"]
    kept = station.json("add", "person", *wrong, "--keep", "ID_CHECK_DIGIT=证件原件如此")
    assert kept["findings"] == []
    assert station.json("show", kept["uid"])["record"]["kept"][0]["reason"] == "证件原件如此"
    assert station.refused("add", "person", *wrong, "--keep", "ID_CHECK_DIGIT", rc=64) == "SET_FORM"


def test_kinds_and_vocabulary(bare: Terminal) -> None:
    kinds = bare.json("kinds")["kinds"]
    assert {"key", "title", "prefix", "states"} <= set(kinds[0])
    one = bare.json("kinds", "journal_entry")
    assert one["key"] == "journal_entry"
    assert one["schema"]["properties"]["place"]["title"] == "地点"
    assert one["states"][0] == "草稿"
    assert {"from": "草稿", "to": "已登记"}.items() <= one["transitions"][0].items()
    lists = bare.json("vocabulary")["lists"]
    assert lists["contact_way"]["terms"][0]["word"]
    assert list(bare.json("vocabulary", "contact_way")["lists"]) == ["contact_way"]
    assert bare.refused("kinds", "jurnal_entry") == "UNKNOWN_KIND"
    assert bare.refused("vocabulary", "contactway") == "UNKNOWN_LIST"


@pytest.mark.parametrize("verb", [("kinds",), ("list", "journal_entry"), ("show", "SQ-MQ-2026-0001"), ("today",), ("status",),
                                  ("info",), ("history", "SQ-MQ-2026-0001"), ("search", "渠"), ("vocabulary",),
                                  ("kinds", "case"), ("forms",), ("conflicts", "list"), ("keyring", "status")])  # fmt: skip
def test_people_get_plain_text(station: Terminal, verb: tuple[str, ...]) -> None:
    station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry()]))
    rc, out, err = station.run(*verb)
    assert rc == 0, err
    assert out.strip()
    assert not out.lstrip().startswith("{")


def test_erased_by_law(station: Terminal, tmp_path: Path) -> None:
    station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(subject="李四来访")]))
    uid = station.json("search", "李四来访")["hits"][0]["uid"]
    (tmp_path / "kept").mkdir()
    kept = station.json("backup", "--to", str(tmp_path / "kept"))
    code = station.json("show", uid)["record"]["code"]
    assert station.refused("redact", uid) == "REASON_REQUIRED"
    told = station.json("redact", code, "--reason", "依法，站长决定")
    assert (told["uid"], told["code"], told["state"]) == (uid, code, "已删除")
    assert [(b["file"], bool(b["at"])) for b in told["backups"]] == [(kept["file"], True)]
    shown = station.json("show", code)
    assert shown["erased"]
    assert shown["record"]["was"] == "journal_entry"
    assert "李四" not in str(shown)
    assert "已依法删除的记录" in station.run("show", code)[1]
    assert station.json("search", "李四")["hits"] == []
    assert station.json("status")["erased"][0]["waiting"] == ["区级"]
    assert "站长决定" in station.run("status")[1]
    assert [r["values"] is None for r in station.json("history", uid)["revisions"]] == [True, False]
    for again in (("void", uid), ("move", uid, "已登记"), ("redact", uid), ("correct", uid, "--set", "place=x")):
        assert station.refused(*again, *(() if again[0] == "correct" else ("--reason", "x"))) in {
            "RECORD_ERASED",
            "UNKNOWN_KIND",
        }
    assert station.json("check", "--deep")["ok"]
