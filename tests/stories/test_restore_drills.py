"""Restore drills at the terminal: every accident of `exchange.md` (a) to (d), from the accident to whole homes again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio_desk.exchange import inbox
from studio_desk.store import keys
from tests.cli.terminal import Terminal
from tests.exchange.test_model import Here

VISIT = {
    "way": "走访", "day": "2026-03-06", "place": "石桥村", "recorder": "何小兰", "content": "渠道淤堵，盼着雨季前修好。",
    "next_step": "查勘。", "state": "已登记",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases and the reader's process have tests of their own."""
    monkeypatch.setitem(keys._ARGON2, "kib", 64)
    monkeypatch.setattr(inbox, "Worker", Here)


class Drill:
    """A district, a stick and the computers of one station."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.trips = folder, 0
        self.open: dict[str, Terminal] = {}
        self.district = self.at("QX")
        self.print = self.district.json("init", "district", "--code", "990000", "--name", "青溪区政协")["fingerprint"]

    def at(self, name: str) -> Terminal:
        """Sit down at the computer whose home is this folder."""
        self.open[name] = self.open.get(name) or Terminal(self.folder / name)
        return self.open[name]

    def stick(self) -> str:
        self.trips += 1
        made = self.folder / f"stick{self.trips}"
        made.mkdir()
        return str(made)

    def station(self, name: str, computer: int = 1, replaces: str = "") -> Terminal:
        """A new computer of station SQ, enrolled with both fingerprints compared."""
        made = self.at(name)
        begun = made.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站", "--computer", str(computer))
        stick = self.stick()
        request = made.json("enrol", "request", "--to", stick)
        more = ("--replaces", replaces) if replaces else ()
        accepted = self.district.json(
            "enrol", "accept", request["file"], "--to", stick, "--fingerprint", begun["fingerprint"], *more
        )
        if not replaces:
            made.json("enrol", "install", accepted["file"], "--fingerprint", self.print)
        return made

    def hand_over(self, station: Terminal, rc: int = 0) -> list[dict[str, Any]]:
        """The stick goes to the district."""
        files = station.json("export", "--to", self.stick())["files"]
        results: list[dict[str, Any]] = self.district.json("import", *(f["file"] for f in files), rc=rc)["results"]
        return results

    def bring_back(self, station: Terminal) -> list[dict[str, Any]]:
        """The stick comes back."""
        files = self.district.json("receipt", "--for", "SQ", "--to", self.stick())["files"]
        results: list[dict[str, Any]] = station.json("import", *files)["results"]
        return results

    def meet(self, *stations: Terminal, rounds: int = 2) -> list[str]:
        """Each hands over what it has, if anything, and takes back what waits; answers all notices."""
        told = []
        for _ in range(rounds):
            for station in stations:
                rc, out, _ = station.run("export", "--to", self.stick(), "--json")
                if rc == 0:
                    self.district.run("import", *(f["file"] for f in json.loads(out)["files"]), "--json")
                told += [notice for one in self.bring_back(station) for notice in one["notices"]]
        return told

    def agree(self, *stations: Terminal, records: set[str]) -> None:
        """Everybody is whole and holds exactly these records, each once."""
        wanted = self.district.json("dump", "--canonical")["records"]
        assert sorted(one["values"]["subject"] for one in wanted) == sorted(records)
        for home in (self.district, *stations):
            assert home.json("check", "--deep") == {"ok": True, "findings": []}
            assert home.json("dump", "--canonical")["records"] == wanted
        for station in stations:
            counts = station.json("status")["records"]
            assert counts["final"] == counts["packed"] == counts["conflict"] == 0, counts

    def close(self) -> None:
        for terminal in self.open.values():
            terminal.close()


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    made = Drill(tmp_path)
    yield made
    made.close()


def visit(home: Terminal, subject: str) -> str:
    """One record; answers its number."""
    values = [f"{field}={value}" for field, value in {**VISIT, "subject": subject}.items()]
    return str(home.json("add", "journal_entry", "--set", *values)["code"])


def copy(drill: Drill, source: str, target: str) -> None:
    """The folder as it lies on the disk, while nobody has it open."""
    drill.at(source).close()
    drill.at(target).close()
    shutil.rmtree(drill.folder / target, ignore_errors=True)
    shutil.copytree(drill.folder / source, drill.folder / target)


def only(notices: list[str], words: str) -> None:
    """Exactly one notice says it."""
    assert len([one for one in notices if words in one]) == 1, notices


@pytest.mark.slow
def test_a_station_is_restored_from_its_backup(drill: Drill) -> None:
    old = drill.station("SQ")
    visit(old, "一")
    backup = old.json("backup", "--to", drill.stick())["file"]
    drill.meet(old)
    visit(old, "二")
    drill.meet(old)
    old.close()
    new = drill.at("SQ-new")
    restored = new.json("restore", backup)
    assert restored["device"].startswith("SQ-1.2")
    assert "备份恢复" in new.json("status")["notice"]
    visit(new, "三")
    told = drill.meet(new)
    only(told, "区级送回了本机缺少的 SQ-1 的内容")
    drill.agree(new, records={"一", "二", "三"})


@pytest.mark.slow
def test_a_folder_is_copied_back_and_the_mark_knows(drill: Drill) -> None:
    station = drill.station("SQ")
    visit(station, "一")
    copy(drill, "SQ", "saved")
    visit(station, "二")
    drill.meet(station)
    station.close()
    shutil.copyfile(drill.folder / "saved" / "desk.db", drill.folder / "SQ" / "desk.db")
    status = station.json("status")
    assert status["notice"] == "文件比上次送出时旧，已开始新的编号链。"
    assert status["device"].startswith("SQ-1.2")
    visit(station, "三")
    only(drill.meet(station), "区级送回了本机缺少的 SQ-1 的内容")
    drill.agree(station, records={"一", "二", "三"})


@pytest.mark.slow
def test_a_folder_is_copied_back_with_its_mark(drill: Drill) -> None:
    station = drill.station("SQ")
    visit(station, "一")
    drill.meet(station)
    copy(drill, "SQ", "saved")
    visit(station, "二")
    drill.meet(station)
    copy(drill, "saved", "SQ")
    assert station.json("status")["device"] == "SQ-1"  # nothing on this computer can know
    visit(station, "三")
    (refused,) = drill.hand_over(station, rc=2)
    assert refused["code"] == "FORK"
    told = [notice for one in drill.bring_back(station) for notice in one["notices"]]
    only(told, "这台电脑的历史分成了两支")
    only(told, "没有丢失，也不会重复")
    drill.meet(station)
    drill.agree(station, records={"一", "二", "三"})
    (entry,) = drill.district.json("quarantine", "list")["quarantine"]
    assert "重新上报" in entry["problem"]
    assert "可以丢弃" in entry["remedy"]
    drill.district.json("quarantine", "discard", str(entry["id"]), "--reason", "已核对")


@pytest.mark.slow
def test_a_home_is_cloned_and_both_machines_write(drill: Drill) -> None:
    one = drill.station("SQ")
    visit(one, "原有")
    drill.meet(one)
    copy(drill, "SQ", "clone")
    two = drill.at("clone")
    visit(one, "甲")
    visit(two, "乙")
    drill.meet(one, rounds=1)
    assert "FORK" in [result["code"] for result in drill.hand_over(two, rc=2)]
    told = [notice for result in drill.bring_back(two) for notice in result["notices"]]
    only(told, "这台电脑的历史分成了两支")
    visit(two, "丙")
    visit(one, "丁")
    drill.meet(two, one, two)
    drill.agree(one, two, records={"原有", "甲", "乙", "丙", "丁"})
    assert {entry["code"] for entry in drill.district.json("quarantine", "list")["quarantine"]} <= {"FORK_HEALED"}


@pytest.mark.slow
def test_the_district_is_restored_from_its_backup(drill: Drill) -> None:
    station = drill.station("SQ")
    visit(station, "一")
    drill.meet(station)
    backup = drill.district.json("backup", "--to", drill.stick())["file"]
    visit(station, "二")
    drill.meet(station)
    drill.district.close()
    drill.district = drill.at("QX-new")
    drill.district.json("restore", backup)
    assert "备份恢复" in drill.district.json("status")["notice"]
    visit(station, "三")
    told = drill.meet(station, rounds=3)
    only(told, "区级的数据恢复过备份")
    drill.agree(station, records={"一", "二", "三"})


@pytest.mark.slow
def test_a_dead_disk_is_rebuilt_and_what_is_missing_is_named(drill: Drill) -> None:
    old = drill.station("SQ")
    visit(old, "一")
    drill.meet(old)
    visit(old, "路上丢了")
    old.json("export", "--to", drill.stick())  # this stick never arrives
    old.close()
    copy(drill, "SQ", "saved")
    lost = drill.at("saved")
    old = drill.station("SQ-new", 2, replaces="SQ-1")
    made = drill.district.json("rebuild", "--for", "SQ-2", "--to", drill.stick())
    done = old.json("rebuild", "--from-district", made["file"], "--fingerprint", drill.print)
    assert (done["records"], done["device"]) == (1, "SQ-2")
    assert "SQ-1 交到区里的最后一条写于" in done["notice"]
    assert "请对照纸质台账补录" in done["notice"]
    assert old.json("status")["notice"] == done["notice"]
    assert visit(old, "补录").endswith("-20001")
    drill.meet(old)
    drill.agree(old, records={"一", "补录"})
    # The old disk comes to life again: what it says after its point is not believed, and it is said why.
    visit(lost, "旧电脑又写")
    (refused,) = drill.hand_over(lost, rc=2)
    assert refused["code"] == "SIGNER_REVOKED"


@pytest.mark.slow
def test_numbers_that_are_known_to_have_existed_are_named(drill: Drill) -> None:
    station = drill.station("SQ")
    visit(station, "一")
    drill.meet(station)
    for subject in ("二", "三"):
        visit(station, subject)
    station.json("export", "--to", drill.stick())  # never arrives; the mark knows how far it went
    copy(drill, "SQ", "saved")
    station.close()
    (drill.folder / "SQ" / "desk.mark").write_text(
        json.dumps({**json.loads((drill.folder / "SQ" / "desk.mark").read_text()), "seq": 9, "head": "f" * 64})
    )
    assert station.json("status")["device"].startswith("SQ-1.2")  # a later mark: the file was rewound from number 9
    visit(station, "四")
    files = station.json("export", "--to", drill.stick())["files"]
    drill.district.json("import", next(f["file"] for f in files if f["device"].startswith("SQ-1.2")))
    new = drill.station("SQ-new", 2, replaces="SQ-1")
    made = drill.district.json("rebuild", "--for", "SQ-2", "--to", drill.stick())
    done = new.json("rebuild", "--from-district", made["file"])
    assert [(one["chain"], one["first"], one["last"]) for one in done["missing"]] == [("SQ-1", 2, 9)]
    assert "缺 SQ-1 第2至9号" in done["notice"]
    drill.agree(new, records={"一", "四"})


@pytest.mark.slow
def test_a_computer_is_replaced_while_the_old_one_still_works(drill: Drill) -> None:
    old = drill.station("SQ")
    visit(old, "一")
    drill.meet(old)
    new = drill.station("SQ-new", 2, replaces="SQ-1")
    made = drill.district.json("rebuild", "--for", "SQ-2", "--to", drill.stick())
    assert new.json("rebuild", "--from-district", made["file"])["missing"] == []
    computers = {one["device"]: one["revoked"] for one in new.json("status")["trust"]["computers"]}
    assert computers == {"990000-1": False, "SQ-1": True, "SQ-2": False}
    visit(old, "旧的还在写")
    assert [result["code"] for result in drill.hand_over(old, rc=2)] == ["SIGNER_REVOKED"]
    visit(new, "二")
    drill.meet(new)
    drill.agree(new, records={"一", "二"})
    # Revoked at the terminal as well, with its point and its reason.
    done = drill.district.json("enrol", "revoke", "SQ-2", "--reason", "站点撤销")
    assert list(done["revoked"]) == ["SQ-2"]
    assert drill.district.json("enrol", "revoke", "SQ-2", "--reason", "再来一次", rc=2)["code"] == "NO_SUCH_DEVICE"


@pytest.mark.slow
def test_two_computers_side_by_side(drill: Drill) -> None:
    one = drill.station("SQ")
    two = drill.at("SQ-two")  # set up without a word of the first one
    two.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    visit(two, "乙先写的")
    stick = drill.stick()
    request = two.json("enrol", "request", "--to", stick)
    refused = drill.district.json("enrol", "accept", request["file"], "--to", stick, "--yes", rc=2)
    assert refused["code"] == "DEVICE_TAKEN"
    assert f"--computer {refused['free']}" in refused["remedy"]
    request = two.json("enrol", "request", "--to", stick, "--computer", str(refused["free"]))
    assert (request["device"], request["renumbered"]) == ("SQ-2", 1)
    accepted = drill.district.json("enrol", "accept", request["file"], "--to", stick, "--yes")
    two.json("enrol", "install", accepted["file"])
    codes = {visit(one, "甲一"), visit(two, "乙二"), visit(one, "甲三")}
    assert len(codes) == 3
    told = drill.meet(one, two, one)
    assert any("本站另一台电脑（SQ-2）写的内容已带到本机" in notice for notice in told)
    drill.agree(one, two, records={"乙先写的", "甲一", "乙二", "甲三"})
    # One record on both: different fields merge, the same field is a conflict that a person decides.
    uid = one.json("list", "journal_entry", "--where", "subject=甲一")["rows"][0]["uid"]
    one.json("correct", uid, "--set", "place=石桥村东", "--reason", "核对")
    two.json("correct", uid, "--set", "content=渠道淤堵三百米。", "--reason", "核对")
    drill.meet(one, two, one)
    record = drill.district.json("show", uid)["record"]
    assert (record["place"], record["content"]) == ("石桥村东", "渠道淤堵三百米。")
    one.json("correct", uid, "--set", "subject=甲改", "--reason", "核对")
    two.json("correct", uid, "--set", "subject=乙改", "--reason", "核对")
    drill.meet(one, two, one)
    (conflict,) = two.json("conflicts", "list")["conflicts"]
    assert {version["value"] for version in conflict["versions"]} == {"甲改", "乙改"}
    take = next(v["op"] for v in conflict["versions"] if v["value"] == "甲改")
    two.json("conflicts", "resolve", uid, "--take", take, "--reason", "电话核对")
    drill.meet(two, one, two)
    drill.agree(one, two, records={"乙先写的", "甲改", "乙二", "甲三"})
