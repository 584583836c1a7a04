"""Attachments, paper, backups, keys, settings and today's list by the command line."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from studio_desk.kernel import clock
from tests.cli.terminal import PASSPHRASE, Terminal, as_lines, entry


def test_attach_and_detach(station: Terminal, tmp_path: Path) -> None:
    from PIL import Image

    files = []
    for number, colour in enumerate(("red", "blue")):
        files.append(tmp_path / f"现场{number}.png")
        Image.new("RGB", (300, 200), colour).save(files[-1])
    (uid,) = [a["ack"] for a in station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry()]))]
    answer = station.json("attach", uid, *map(str, files), "--caption", "渠首", "--kind", "现场照片")
    assert {"sha256", "mime", "size"} <= set(answer)
    assert [one["name"] for one in answer["files"]] == ["现场0.png", "现场1.png"]
    shown = station.json("show", uid)["attachments"]
    assert [one["sha256"] for one in shown] == [one["sha256"] for one in answer["files"]]
    sha = answer["sha256"]
    assert station.refused("detach", uid, sha) == "REASON_REQUIRED"
    assert station.refused("detach", uid, "ffffffff", "--reason", "x") == "NO_SUCH_ATTACHMENT"
    assert station.refused("detach", uid, sha[:4], "--reason", "x") == "NO_SUCH_ATTACHMENT"
    assert station.json("detach", uid, sha[:10], "--reason", "拍错了")["state"] == "作废"
    assert [one["sha256"] for one in station.json("show", uid)["attachments"]] == [answer["files"][1]["sha256"]]
    assert station.json("check", "--deep")["ok"]


def test_print_records_forms_and_binder(station: Terminal, tmp_path: Path) -> None:
    station.json("settings", "--set", "fonds_number=Z109", "operator=何小兰")
    given = as_lines([entry(n, state="已登记") for n in range(1, 4)])
    uids = [a["ack"] for a in station.lines("add", "journal_entry", "--lines", stdin=given)]
    printed = station.json("print", *uids, "--to", str(tmp_path / "a.pdf"))
    assert printed["missing_glyphs"] == []
    text = subprocess.run(["pdftotext", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert text.replace("\n", "").count("灌溉渠淤堵1") >= 1
    assert station.json("forms")["forms"]
    blank = station.json("print", "journal_entry", "--blank", "--to", str(tmp_path / "b.pdf"))
    assert blank["files"][0]["pages"] >= 1
    assert station.refused("print", "jurnal", "--blank", "--to", str(tmp_path / "c.pdf")) == "UNKNOWN_FORM"
    assert station.refused("print", "SQ-MQ-2026-9999", "--to", str(tmp_path / "c.pdf")) == "NO_SUCH_RECORD"
    binder = station.json("print", "binder", "--year", "2026", "--to", str(tmp_path / "box"))
    assert binder["files"]
    assert all(Path(one["path"]).read_bytes().startswith(b"%PDF") for one in binder["files"])
    assert station.refused("print", "binder", "--year", "1990", "--to", str(tmp_path / "box")) == "BINDER_EMPTY"
    assert station.refused("print", "binder", "--to", str(tmp_path / "box"), rc=64) == "USAGE"


def test_backup_verify_restore(station: Terminal, tmp_path: Path) -> None:
    station.lines("add", "person", "--lines", stdin=as_lines([{"name": f"群众{n}"} for n in range(4)]))
    answer = station.json("backup", "--to", str(tmp_path))
    assert {"file", "records", "attachments", "verified"} <= set(answer)
    assert (answer["records"], answer["verified"]) == (4, True)
    assert station.json("status")["last_backup"].startswith("2026-03-20")
    assert station.json("backup", "verify", answer["file"])["records"] == 4
    new = Terminal(tmp_path / "new")
    restored = new.json("restore", answer["file"])
    assert restored["incarnation"] == 2
    assert restored["device"] != "SQ-1"
    assert new.json("list", "person")["total"] == 4
    assert new.refused("restore", answer["file"]) == "HOME_EXISTS"
    broken = Path(answer["file"])
    data = bytearray(broken.read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(data)
    assert new.refused("backup", "verify", str(broken), rc=3)
    assert Terminal(tmp_path / "third").refused("restore", str(broken), rc=3)
    assert not (tmp_path / "third").exists()
    new.close()


def test_restore_with_the_recovery_code(bare: Terminal, tmp_path: Path) -> None:
    code = bare.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")["recovery_code"]
    file = bare.json("backup", "--to", str(tmp_path))["file"]
    paper = tmp_path / "code"
    paper.write_text(code.lower(), encoding="utf-8")
    new = Terminal(tmp_path / "new")
    new.secret.write_text("新口令-2026", encoding="utf-8")
    new.json("restore", file, "--recovery-file", str(paper))
    new.close()
    assert new.json("status")["code"] == "SQ"
    new.close()


def test_rekey(bare: Terminal, tmp_path: Path) -> None:
    code = bare.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")["recovery_code"]
    assert bare.refused("rekey") == "NOTHING_TO_CHANGE"
    fresh = tmp_path / "fresh"
    fresh.write_text("新的口令", encoding="utf-8")
    assert bare.json("rekey", "--new-passphrase-file", str(fresh))["passphrase_changed"]
    assert bare.refused("status") == "WRONG_PASSPHRASE"
    bare.secret.write_text("新的口令", encoding="utf-8")
    second = bare.json("rekey", "--new-recovery")["recovery_code"]
    assert second != code
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text(code, encoding="utf-8")
    new.write_text(second, encoding="utf-8")
    fresh.write_text(PASSPHRASE, encoding="utf-8")
    change = ("rekey", "--new-passphrase-file", str(fresh), "--recovery-file")
    assert bare.refused(*change, str(old)) == "WRONG_RECOVERY_CODE"
    bare.json(*change, str(new))
    bare.secret.write_text(PASSPHRASE, encoding="utf-8")
    assert bare.json("status")["code"] == "SQ"
    assert bare.json("keyring", "status")["ways"] == ["passphrase", "recovery"]


def test_keys_open_and_verify_with_standard_tools(station: Terminal, tmp_path: Path) -> None:
    answer = station.json("keys", "export", "--to", str(tmp_path))
    assert set(answer) == {"identity", "allowed_signers", "principal"}
    assert (Path(answer["identity"]).stat().st_mode & 0o777) == 0o600
    recipient = subprocess.run(["age-keygen", "-y", answer["identity"]], capture_output=True, text=True, check=True)
    assert recipient.stdout.startswith("age1")
    assert answer["principal"] in Path(answer["allowed_signers"]).read_text(encoding="utf-8")


def test_settings(station: Terminal) -> None:
    assert (
        station.json("settings", "--set", "operator=何小兰", "backup_red_days=30")["settings"]["backup_red_days"] == 30
    )
    assert station.refused("settings", "--set", "operater=x") == "UNKNOWN_SETTING"
    assert station.refused("settings", "--set", "backup_red_days=900000") == "OUT_OF_RANGE"
    assert station.refused("settings", "--set", "backup_red_days", rc=64) == "SET_FORM"
    assert station.json("settings")["settings"]["operator"] == "何小兰"
    uid = station.json("add", "person", "--set", "name=张三")["uid"]
    assert station.json("history", uid)["revisions"][0]["by"] == "何小兰"


def test_check_finds_what_was_changed_behind_its_back(station: Terminal) -> None:
    station.json("add", "person", "--set", "name=张三")
    assert station.json("check", "--deep") == {"ok": True, "findings": []}
    with station.homes.use(station.home, PASSPHRASE) as home, home.file.write() as c:
        c.exec_driver_sql("UPDATE person SET name = '李四'")
    found = station.json("check", "--deep", rc=3)
    assert not found["ok"]
    assert found["findings"][0]["remedy"]
    station.json("check", "--deep", "--mend", rc=station.run("check", "--deep", "--mend")[0])
    assert station.json("check", "--deep")["ok"]
    assert station.json("show", "SQ-QZ-2026-0001")["record"]["name"] == "张三"


def test_a_copied_back_home_begins_a_new_chain(station: Terminal, tmp_path: Path, district: Terminal) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    request = station.json("enrol", "request", "--to", str(stick))["file"]
    station.json("enrol", "install", district.json("enrol", "accept", request, "--to", str(stick), "--yes")["file"])
    station.json("add", "person", "--set", "name=甲")
    station.close()
    shutil.copyfile(station.home / "desk.db", tmp_path / "old.db")
    station.json("add", "person", "--set", "name=乙")
    district.json("import", station.json("export", "--to", str(stick))["file"])
    station.close()
    shutil.copyfile(tmp_path / "old.db", station.home / "desk.db")
    status = station.json("status")
    assert status["incarnation"] == 2
    assert status["notice"]
    station.json("add", "person", "--set", "name=丙")
    results = district.json("import", station.json("export", "--to", str(stick), "--all")["file"])["results"]
    assert [r["outcome"] for r in results] in (["applied"], ["duplicate"])
    assert district.json("check", "--deep")["ok"]


HELD = {
    "title": "议渠",
    "activity_kind": "微协商",
    "mode": "团体",
    "start_day": "2026-03-02",
    "place": "村部",
    "host": "0198c5a0-1111-7222-8333-444455556666",
    "committee": "农业委",
    "state": "已举办",
    "attendance": [
        {"name": "赵主任", "side": "部门", "actual": "签到"},
        {"name": "张某", "side": "群众方", "actual": "签到"},
    ],
}
MINUTES = {
    "title": "议路纪要",
    "activity": "0198c5a0-1111-7222-8333-444455557777",
    "day": "2026-03-01",
    "chair": "王站长",
    "recorder": "何小兰",
    "actions": [
        {"what": "清淤", "who": "水利站", "due": "2026-03-10"},
        {"what": "验收", "who": "水利站", "due": "2026-03-24"},
        {"what": "已经做完的", "who": "水利站", "due": "2026-03-05", "state": "已完成"},
    ],
}


@pytest.fixture
def busy(station: Terminal) -> Terminal:
    """A station with one of everything that waits."""
    station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry(1), entry(2, state="已登记", next_step="")]))
    page = station.json("list", "journal_entry")["rows"][0]["uid"]
    case = ("registered=2026-01-06", f"journal_entry={page}", "category=农业农村", "in_scope=属于")
    for title, due in (("过期的", "2026-03-01"), ("快到的", "2026-03-25"), ("还早的", "2026-09-01")):
        one = station.json("add", "case", "--set", f"title={title}", f"due={due}", *case)
        station.json("move", one["uid"], "受理")
    extended = station.json("add", "case", "--set", "title=默认时限", "urgency=急", *case)
    assert extended["code"]
    station.lines("add", "activity", "--lines", stdin=as_lines([HELD]))
    station.lines("add", "minutes", "--lines", stdin=as_lines([MINUTES]))
    return station


def test_today_lists_what_waits_most_urgent_first(busy: Terminal) -> None:
    found = busy.json("today")
    assert {"what", "kind", "uid", "code", "due", "text"} <= set(found["items"][0])
    sorts = [item["what"] for item in found["items"]]
    assert sorts[0] == "overdue_case"
    assert found["next"] == found["items"][0]["text"]
    titles = {item["what"]: item["text"] for item in found["items"]}
    assert "过期的" in "".join(i["text"] for i in found["items"] if i["what"] == "overdue_case")
    assert "默认时限" in "".join(i["text"] for i in found["items"] if i["what"] == "overdue_case")
    assert "快到的" in titles["due_case"]
    assert "还早的" not in "".join(titles.values())
    assert {"draft", "review", "unhandled", "enrol", "backup", "minutes"} <= set(sorts)
    assert "清淤" in titles["overdue_action"]
    assert "验收" in titles["due_action"]
    assert "已经做完的" not in "".join(titles.values())
    assert "议渠" in titles["minutes"]
    clock.set_clock(lambda: datetime(2026, 9, 20, 9, 30, tzinfo=clock.CHINA))
    assert "还早的" in "".join(i["text"] for i in busy.json("today")["items"] if i["what"] == "overdue_case")
    assert "missing" in {i["what"] for i in busy.json("today")["items"]}


def test_today_of_a_quiet_district(district: Terminal, tmp_path: Path) -> None:
    district.json("backup", "--to", str(tmp_path))
    found = district.json("today")
    assert found["items"] == []
    assert found["next"]
