"""`link`, `unlink`, `apart`, `duplicates`: the same citizen entered twice, said, shown, taken back; nothing changes."""

from __future__ import annotations

from pathlib import Path

from tests.cli.terminal import Terminal


def person(terminal: Terminal, name: str, *more: str) -> str:
    """The number of a new citizen."""
    return str(terminal.json("add", "person", "--set", f"name={name}", *more)["code"])


def suggested(terminal: Terminal, kind: str = "person") -> list[tuple[str, str, list[str]]]:
    found = terminal.json("duplicates", kind)["duplicates"]
    return [(one["one"]["code"], one["other"]["code"], one["signs"]) for one in found]


def test_the_story_of_a_citizen_entered_twice(station: Terminal) -> None:
    one = person(station, "李晴", "birth=1970-05-01", "phone=13912345678")
    other = person(station, "李睛", "birth=1970-05-01")
    third = person(station, "王大山", "phone=13912345678")
    assert suggested(station) == [
        (one, other, ["姓名形近", "出生日期相同"]),
        (one, third, ["电话相同"]),
    ]
    before = [station.json("show", code)["record"] for code in (one, other, third)]
    station.json("apart", "person", one, third, "--reason", "同住的邻居，合用电话")
    answer = station.json("link", "person", other, one, "--reason", "核对过身份证")
    uids = [record["uid"] for record in before]
    assert answer["linked"] is True
    assert answer["group"] == {"members": sorted(uids[:2]), "canonical": min(uids[:2])}
    assert suggested(station) == []
    shown = station.json("show", one)
    assert [(t["code"], t["linked"], t["reason"]) for t in shown["links"]] == [
        (other, True, "核对过身份证"),
        (third, False, "同住的邻居，合用电话"),
    ]
    assert shown["group"]["members"] == sorted(uids[:2])
    rc, out, _ = station.run("show", one)
    assert rc == 0
    assert f"{other} 李睛" in out
    revisions = station.json("history", other)["revisions"]
    assert [(r["type"], r["other"], r["changed"] != []) for r in revisions] == [
        ("record.save", "", True),
        ("record.link", uids[0], False),
    ]
    assert station.json("dump", "--canonical")["links"] == [
        {"records": sorted((uids[0], uid)), "linked": uid == uids[1]} for uid in sorted(uids[1:])
    ]
    assert station.refused("unlink", "person", one, other) == "REASON_REQUIRED"
    assert station.json("unlink", "person", one, other, "--reason", "查明是两个人")["linked"] is False
    assert suggested(station) == []
    assert [station.json("show", code)["record"] for code in (one, other, third)] == before
    assert station.json("check", "--deep")["ok"]


def test_refusals(station: Terminal) -> None:
    one, other = person(station, "甲"), person(station, "乙")
    assert station.refused("link", "household", one, other) == "LINK_KINDS"
    assert station.refused("link", "person", one, one) == "LINK_ITSELF"
    assert station.refused("link", "person", one, "SQ-QZ-1999-0001") == "NO_SUCH_RECORD"
    assert station.refused("unlink", "person", one, other, "--reason", "不是") == "NOT_LINKED"
    assert station.refused("apart", "person", one, other) == "REASON_REQUIRED"
    station.json("link", "person", one, other)
    assert station.refused("link", "person", other, one) == "ALREADY_LINKED"
    assert station.refused("duplicates", "member") == "NO_DUPLICATES_OF"


def test_a_backup_keeps_what_was_said(station: Terminal, tmp_path: Path) -> None:
    one, other = (person(station, "李晴", "birth=1970-05-01") for _ in range(2))
    station.json("apart", "person", one, other, "--reason", "两个人")
    (tmp_path / "stick").mkdir()
    file = station.json("backup", "--to", str(tmp_path / "stick"))["file"]
    again = Terminal(tmp_path / "again")
    station.close()
    found = station.json("restore", file, "--home", str(again.home))
    assert found
    assert suggested(again) == []
    assert [t["linked"] for t in again.json("show", one)["links"]] == [False]
    again.close()


def test_a_district_links_two_stations_people_and_their_joint_event(tmp_path: Path, district: Terminal) -> None:
    """The story: two stations report the same citizen and the same event; each is counted once, neither learns of the other."""
    stick = tmp_path / "stick"
    stick.mkdir()
    stations = {code: Terminal(tmp_path / code) for code in ("SQ", "HX")}
    told: dict[str, dict[str, str]] = {}
    for code, name in (("SQ", "石桥镇政协联络站"), ("HX", "河西镇政协联络站")):
        at = stations[code]
        at.json("init", "station", "--code", code, "--name", name)
        asked = at.json("enrol", "request", "--to", str(stick))
        answer = district.json(
            "enrol", "accept", asked["file"], "--to", str(stick), "--fingerprint", asked["fingerprint"]
        )
        at.json("enrol", "install", answer["file"])
        citizen = at.json("add", "person", "--set", f"name={'李晴' if code == 'SQ' else '李睛'}", "birth=1970-05-01")
        event = at.json(
            "add", "activity", "--set", f"title=水韵{'石桥' if code == 'SQ' else '河西'}读书活动", "start_day=2026-03-04",
            "place=石桥村文化广场", "activity_kind=读书", "mode=联合", f"host={citizen['uid']}",
        )  # fmt: skip
        told[code] = {"person": citizen["uid"], "activity": event["uid"]}
        at.json("export", "--to", str(stick))
    district.json("import", str(stick))
    for kind in ("person", "activity"):
        (one,) = district.json("duplicates", kind)["duplicates"]
        assert {one["one"]["uid"], one["other"]["uid"]} == {told["SQ"][kind], told["HX"][kind]}
        district.json("link", kind, told["SQ"][kind], told["HX"][kind], "--reason", "核对过")
        assert district.json("duplicates", kind)["total"] == 0
        assert len(district.json("show", told["SQ"][kind])["group"]["members"]) == 2
    for code, at in stations.items():
        receipt = district.json("receipt", "--for", code, "--to", str(stick))
        at.json("import", receipt["file"])
        assert at.json("show", told[code]["person"])["links"] == []
        assert at.json("dump")["links"] == []
        at.close()
