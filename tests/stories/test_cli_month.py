"""A month at the terminal, each step a process of its own: from an empty folder to the district's receipt and the box."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import studio_desk

MARK = "石桥村灌溉渠"


class Desk:
    """One computer: its home and the file with its passphrase."""

    def __init__(self, folder: Path, name: str) -> None:
        self.home, self.secret, self.folder = folder / name, folder / f"{name}.txt", folder
        self.secret.write_text(f"口令-{name}\n", encoding="utf-8")

    def do(self, *argv: str, stdin: str = "", rc: int = 0) -> dict[str, Any]:
        """The answer of one verb."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "studio_desk",
                "--home",
                self.home,
                "--passphrase-file",
                self.secret,
                "--json",
                *argv,
            ],
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(Path(studio_desk.__file__).parents[1])},
            check=False,
        )
        assert done.returncode == rc, (argv, done.stdout, done.stderr)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(lines) == 1 or "--lines" in argv
        return {"answers": lines} if "--lines" in argv else lines[0]


@pytest.mark.slow
def test_a_month_of_a_station(tmp_path: Path) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    district, station = Desk(tmp_path, "QX"), Desk(tmp_path, "SQ")

    # First day: files, keys, enrolment with both fingerprints compared over the telephone.
    district_print = district.do("init", "district", "--code", "990000", "--name", "青溪区政协")["fingerprint"]
    made = station.do("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站", "--town", "石桥镇")
    station.do("settings", "--set", "operator=何小兰", "fonds_number=Z109")
    request = station.do("enrol", "request", "--to", str(stick))
    assert request["fingerprint"] == made["fingerprint"]
    accepted = district.do(
        "enrol", "accept", request["file"], "--to", str(stick), "--fingerprint", made["fingerprint"]
    )  # fmt: skip
    station.do("enrol", "install", accepted["file"], "--fingerprint", district_print)

    # The month: visits, one of them grows into a matter that is solved.
    visits = [
        {
            "way": "走访", "day": f"2026-03-{day:02d}", "place": "石桥村", "recorder": "何小兰", "subject": f"{MARK}{day}",
            "content": f"{MARK}淤堵约{day}00米,春灌受影响,群众盼着雨季前清淤修好。", "next_step": "查勘。", "state": "已登记",
        }
        for day in range(1, 11)
    ]  # fmt: skip
    text = "".join(json.dumps(visit, ensure_ascii=False) + "\n" for visit in visits)
    acks = [answer["ack"] for answer in station.do("add", "journal_entry", "--lines", stdin=text)["answers"]]
    assert len(acks) == 10
    matter = station.do(
        "add", "case", "--set", "title=清淤200米", "registered=2026-03-02", f"journal_entry={acks[0]}",
        "category=农业农村", "in_scope=属于", "due=2026-04-02",
    )  # fmt: skip
    for state, values in (
        ("受理", []),
        ("办理中", ["route=转办(单位)", "host_unit=镇水利站"]),
        ("已答复", ["answered=2026-03-12", "answer_way=书面"]),
    ):
        assert station.do("move", matter["code"], state, *(["--set", *values] if values else []))["state"] == state
    assert station.do("today")["next"]

    # Month's end: the stick goes to the district and comes back with the receipt.
    sent = station.do("export", "--to", str(stick))
    assert station.do("status")["records"]["packed"] == 11
    assert district.do("inspect", sent["file"])["verdict"] == "good"
    assert district.do("import", sent["file"])["results"][0]["new"] == 11
    assert district.do("search", "灌溉渠")["total"] >= 10
    receipt = district.do("receipt", "--for", "SQ", "--to", str(stick))
    station.do("import", receipt["file"])
    status = station.do("status")
    assert status["records"] == {"draft": 0, "final": 0, "packed": 0, "received": 11, "returned": 0, "conflict": 0}

    # Both hold the same records; a backup proves itself; the year's boxes come out of the printer.
    assert station.do("dump", "--canonical")["records"] == district.do("dump", "--canonical")["records"]
    assert station.do("backup", "verify", station.do("backup", "--to", str(stick))["file"])["verified"]
    boxes = station.do("print", "binder", "--year", "2026", "--to", str(tmp_path / "box"))
    assert boxes["missing_glyphs"] == []
    assert all(file["pages"] > 0 for file in boxes["files"])
    assert station.do("check", "--deep")["ok"]
    assert district.do("check", "--deep")["ok"]

    # What travels is sealed: nothing on the stick can be read.
    for file in stick.iterdir():
        assert MARK.encode() not in file.read_bytes()
