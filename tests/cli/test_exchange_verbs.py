"""The whole way of a record by the command line: enrol, export, import, receipts, conflicts, quarantine, undo."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from studio_desk.kernel import clock
from tests.cli.conftest import NOW
from tests.cli.terminal import Terminal, as_lines, entry


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def enrolled(station: Terminal, district: Terminal, stick: Path) -> tuple[Terminal, Terminal]:
    asked = station.json("enrol", "request", "--to", str(stick))
    assert district.refused("enrol", "accept", asked["file"], "--to", str(stick)) == "FINGERPRINT_NOT_COMPARED"
    wrong = ("--fingerprint", "11111 22222 33333 44444 55555 66666")
    assert district.refused("enrol", "accept", asked["file"], "--to", str(stick), *wrong) == "FINGERPRINT_DIFFERS"
    answer = district.json("enrol", "accept", asked["file"], "--to", str(stick), "--fingerprint", asked["fingerprint"])
    assert (answer["station"], answer["fingerprint"]) == ("SQ", asked["fingerprint"])
    installed = station.json("enrol", "install", answer["file"])
    assert installed["district"] == "990000"
    assert installed["trust_version"] == answer["trust_version"]
    return station, district


def test_a_record_travels_and_comes_back_received(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    station.lines("add", "person", "--lines", stdin=as_lines([{"name": f"群众{n}"} for n in range(5)]))
    assert station.json("status")["records"]["final"] == 5
    sent = station.json("export", "--to", str(stick))
    assert {"file", "sha256", "first", "last", "ops", "records"} <= set(sent)
    assert station.json("status")["records"]["packed"] == 5
    looked = district.json("inspect", sent["file"])
    assert (looked["from"], looked["to"], looked["verdict"], looked["signer"]) == ("SQ", "990000", "good", "SQ-1")
    dry = district.json("import", sent["file"], "--dry-run")["results"][0]
    assert (dry["outcome"], dry["new"]) == ("applied", 5)
    assert district.json("list", "person")["total"] == 0
    done = district.json("import", str(stick))["results"]
    assert [(r["outcome"], r["new"]) for r in done] == [("applied", 5)]
    assert district.json("import", sent["file"])["results"][0]["outcome"] == "duplicate"
    receipt = district.json("receipt", "--for", "SQ", "--to", str(stick))
    assert {"file", "frontiers", "accepted", "returned", "conflicts"} <= set(receipt)
    assert receipt["accepted"] == 5
    station.json("import", receipt["file"])
    status = station.json("status")
    assert status["records"]["received"] == 5
    assert status["received"]["SQ-1"] == status["frontiers"]["SQ-1"][0]
    assert station.refused("export", "--to", str(stick)) == "NOTHING_TO_EXPORT"
    assert station.json("export", "--to", str(stick), "--all")["first"] == 1


def test_what_would_leave_is_told_first_and_how_it_left_after(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    added = station.json("add", "person", "--set", "name=李晴", "id_number=11010119700307251X")
    told = station.json("export", "--preview")
    (person,) = [one for one in told["kinds"] if one["kind"] == "person"]
    assert (person["records"], person["P1"], person["P2"]) == (1, 1, 1)
    (item,) = [one for one in told["items"] if one["uid"] == added["uid"]]
    assert item["P2"] == ["身份证号"]
    assert "姓名" in item["P1"]
    rc, out, _ = station.run("export", "--preview")
    assert rc == 0
    assert "身份证号" in out
    assert "11010119700307251X" not in out
    assert list(stick.glob("SQ-1-0*.sdx")) == []
    assert station.json("show", added["uid"])["packed"] is None
    assert station.json("status")["unconfirmed"] == []
    assert station.run("export")[0] == station.run("export", "--preview", "--to", str(stick))[0] == 64
    sent = station.json("export", "--to", str(stick))
    packed = station.json("show", added["uid"])["packed"]
    assert (packed["file"], packed["medium"], packed["received"]) == (Path(sent["file"]).name, str(stick), False)
    (waiting,) = station.json("status")["unconfirmed"]
    assert (waiting["file"], waiting["at"]) == (packed["file"], packed["at"])
    assert "receipt" not in station.json("today")["counts"]
    days = int(station.json("status")["receipt_days"])
    clock.set_clock(lambda: NOW + timedelta(days=days))
    assert station.json("today")["counts"]["receipt"] == 1
    district.json("import", sent["file"])
    station.json("receipt", "enter", district.json("receipt-code", "--for", "SQ")["codes"][0]["code"])
    assert station.json("show", added["uid"])["packed"]["received"] is True
    assert "receipt" not in station.json("today")["counts"]
    assert station.json("status")["unconfirmed"] == []


def test_a_receipt_code_over_the_telephone(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    station.json("add", "person", "--set", "name=张三")
    assert district.refused("receipt-code", "--for", "SQ") == "NOTHING_RECEIVED"
    district.json("import", station.json("export", "--to", str(stick))["file"])
    code = district.json("receipt-code", "--for", "SQ")["code"]
    assert len(code.replace("-", "")) == 12
    assert station.refused("receipt", "enter", "0000-0000-0000") == "RECEIPT_CODE_WRONG"
    station.json("receipt", "enter", *code.lower().split("-"))
    assert station.json("status")["records"]["received"] == 1


def test_a_gap_is_held_and_named(enrolled: tuple[Terminal, Terminal], stick: Path, tmp_path: Path) -> None:
    station, district = enrolled
    station.json("add", "person", "--set", "name=甲")
    first = station.json("export", "--to", str(stick))
    district.json("import", first["file"])
    district.json("receipt", "--for", "SQ", "--to", str(stick))
    station.json("receipt", "enter", district.json("receipt-code", "--for", "SQ")["code"])
    station.json("add", "person", "--set", "name=乙")
    second = station.json("export", "--to", str(stick))
    assert second["first"] == first["last"] + 1
    fresh = Terminal(tmp_path / "fresh")
    fresh.json("restore", str(_backup(district, tmp_path)))
    undone = fresh.json("undo-import", fresh.json("import", first["file"])["results"][0]["bundle"])
    assert undone["undone"]
    held = fresh.json("import", second["file"], rc=2)["results"][0]
    assert (held["outcome"], held["code"]) == ("held", "WAITING_FOR_EARLIER")
    assert held["waiting_for"]["first"] == 1
    assert fresh.json("import", first["file"])["results"][0]["outcome"] == "applied"
    assert fresh.json("list", "person")["total"] == 2
    fresh.close()


def test_a_returned_record_and_a_conflict(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    uid = station.json("add", "person", "--set", "name=张三")["uid"]
    district.json("import", station.json("export", "--to", str(stick))["file"])
    assert district.refused("return", uid) == "REASON_REQUIRED"
    district.json("return", uid, "--reason", "缺住址")
    station.json("import", district.json("receipt", "--for", "SQ", "--to", str(stick))["file"])
    assert station.json("status")["records"]["returned"] == 1
    assert "returned" in {item["what"] for item in station.json("today")["items"]}
    # Both sides now correct the same field without having seen each other.
    station.json("correct", uid, "--set", "address=一组", "--reason", "补")
    district.json("correct", uid, "--set", "address=二组", "--reason", "补")
    result = district.json("import", station.json("export", "--to", str(stick))["file"])["results"][0]
    assert result["conflicts"] == 1
    assert district.refused("correct", uid, "--set", "address=x", "--reason", "y") == "RECORD_IN_CONFLICT"
    (conflict,) = district.json("conflicts", "list")["conflicts"]
    assert (conflict["field"], {v["value"] for v in conflict["versions"]}) == ("address", {"一组", "二组"})
    assert district.json("conflicts", "show", uid)["conflicts"][0]["uid"] == uid
    take = next(v["op"] for v in conflict["versions"] if v["value"] == "一组")
    assert district.refused("conflicts", "resolve", uid, "--take", "ffff", "--reason", "x") == "NO_SUCH_VERSION"
    assert district.refused("conflicts", "resolve", uid, "--take", take) == "REASON_REQUIRED"
    district.json("conflicts", "resolve", uid, "--take", take[:12], "--reason", "站点到过现场")
    assert district.json("show", uid)["record"]["address"] == "一组"
    assert district.json("conflicts", "list")["conflicts"] == []
    station.json("import", district.json("receipt", "--for", "SQ", "--to", str(stick))["file"])
    assert station.json("show", uid)["record"]["address"] == "一组"


def test_quarantine_list_show_release_discard(enrolled: tuple[Terminal, Terminal], stick: Path) -> None:
    station, district = enrolled
    station.json("add", "person", "--set", "name=张三")
    sent = Path(station.json("export", "--to", str(stick))["file"])
    good = sent.read_bytes()
    sent.write_bytes(good[: len(good) // 2])
    result = district.json("import", str(sent), rc=3)["results"][0]
    assert result["outcome"] == "quarantined"
    assert result["code"]
    assert result["problem"]
    assert district.json("list", "person")["total"] == 0
    (one,) = district.json("quarantine", "list")["quarantine"]
    number = str(one["id"])
    assert district.json("quarantine", "show", number)["code"] == result["code"]
    assert district.json("quarantine", "release", number, "--reason", "再试", rc=3)["outcome"] == "quarantined"
    assert district.refused("quarantine", "discard", number) == "REASON_REQUIRED"
    district.json("quarantine", "discard", number, "--reason", "站点重新送来")
    assert district.json("quarantine", "list")["quarantine"] == []
    assert len(district.json("quarantine", "list", "--all")["quarantine"]) == 1
    sent.write_bytes(good)
    assert district.json("import", str(sent))["results"][0]["outcome"] == "applied"


def test_dump_is_the_same_in_any_order(enrolled: tuple[Terminal, Terminal], stick: Path, tmp_path: Path) -> None:
    station, district = enrolled
    other = Terminal(tmp_path / "YH")
    other.json("init", "station", "--code", "YH", "--name", "银花联络站")
    request = other.json("enrol", "request", "--to", str(stick))["file"]
    other.json("enrol", "install", district.json("enrol", "accept", request, "--to", str(stick), "--yes")["file"])
    files = []
    for terminal in (station, other):
        terminal.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(n) for n in range(3)]))
        files.append(terminal.json("export", "--to", str(stick))["file"])
    other.close()
    copy = Terminal(tmp_path / "copy")
    copy.json("restore", str(_backup(district, tmp_path)))
    district.json("import", *files)
    copy.json("import", *reversed(files), *files)
    # A restored district has its own chain; what the stations wrote must be equal.
    one, two = (t.json("dump", "--canonical") for t in (district, copy))
    assert one["records"] == two["records"]
    assert len(one["records"]) == 6
    assert district.run("dump", "--canonical", "--json")[1] == district.run("dump", "--canonical", "--json")[1]
    written = tmp_path / "dump.json"
    district.json("dump", "--canonical", "--to", str(written))
    assert one["digest"] in written.read_text(encoding="utf-8")
    copy.close()


def test_exchange_needs_enrolment_and_the_right_side(station: Terminal, district: Terminal, stick: Path) -> None:
    assert station.refused("export", "--to", str(stick)) == "NOT_ENROLLED"
    assert station.refused("receipt", "--for", "SQ", "--to", str(stick)) == "NOT_A_DISTRICT"
    assert district.refused("export", "--to", str(stick)) == "NOT_A_STATION"
    assert district.refused("receipt", "--for", "XX", "--to", str(stick)) == "NO_SUCH_STATION"
    assert station.refused("receipt", "--to", str(stick), rc=64) == "USAGE"
    assert station.refused("enrol", "accept", str(station.secret), "--to", str(stick)) in {
        "NOT_A_DISTRICT",
        "ENROL_FILE_WRONG",
    }


def _backup(terminal: Terminal, folder: Path) -> Path:
    return Path(terminal.json("backup", "--to", str(folder))["file"])
