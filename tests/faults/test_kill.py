"""kill -9 at random moments: what was acknowledged is there, nothing is half done, nothing lies about in plain text.

`STUDIO_DESK_KILLS=200` runs the whole drill (200 kills while adding, 50 in each of the others).
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from studio_desk.store import keys
from studio_desk.store.file import open_raw
from tests.faults.drill import KILLS, MARK, PASSPHRASE, Drill

OTHERS = max(2, KILLS // 4)
RECORDS = 150
PER_HOME = 10
"""Kills that one home must stand before a fresh one takes its place."""

pytestmark = pytest.mark.timeout(3600)


@pytest.fixture
def drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Drill:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)  # a cheap passphrase: what is tried here is not its strength
    return Drill(tmp_path)


def entries(number: int) -> str:
    """JSON lines of journal entries."""
    lines = [
        {
            "way": "走访",
            "day": f"2026-03-{n % 28 + 1:02d}",
            "place": f"{MARK}村{n}组",
            "recorder": "何小兰",
            "subject": f"{MARK}{n}",
            "content": f"{MARK}第{n}条:灌溉渠淤堵约200米,春灌受影响,群众盼着雨季前清淤修好。",
            "next_step": "查勘。",
        }
        for n in range(number)
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def make_station(drill: Drill, code: str = "SQ") -> Path:
    home = drill.folder / code
    drill.json(home, "init", "station", "--code", code, "--name", f"{code}联络站")
    return home


@pytest.fixture
def pair(drill: Drill) -> tuple[Path, Path, Path]:
    """An enrolled station with records and attachments, its district, a stick."""
    station, district, stick = make_station(drill), drill.folder / "QX", drill.folder / "stick"
    stick.mkdir()
    drill.json(district, "init", "district", "--code", "990000", "--name", "青溪区政协")
    request = drill.json(station, "enrol", "request", "--to", str(stick))["file"]
    answer = drill.json(district, "enrol", "accept", request, "--to", str(stick), "--yes")["file"]
    drill.json(station, "enrol", "install", answer)
    rc, answers = drill.run(station, "add", "journal_entry", "--lines", stdin=entries(RECORDS))
    assert rc == 0
    paper = drill.folder / "clerk" / "说明.txt"
    paper.parent.mkdir()
    paper.write_text(f"{MARK} " * 40000, encoding="utf-8")
    drill.json(station, "attach", answers[0]["ack"], str(paper))
    return station, district, stick


def test_while_lines_are_added(drill: Drill) -> None:
    empty = make_station(drill)
    given = entries(100)
    drill.measure(empty, "add", "journal_entry", "--lines", stdin=given)
    home, acknowledged = drill.copy(empty), set()
    for number in range(KILLS):
        if number % PER_HOME == 0:
            home, acknowledged = drill.copy(empty), set()
        acknowledged |= {answer["ack"] for answer in drill.kill(home, "add", "journal_entry", "--lines", stdin=given)}
        drill.no_plaintext(home)
        rows = drill.json(home, "list", "journal_entry", "--limit", "0")["rows"]
        here = {row["uid"] for row in rows}
        assert acknowledged <= here, drill.told
        assert len({row["code"] for row in rows}) == len(rows), drill.told
        drill.whole(home)
    drill.report("add --lines")


def test_during_export(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    template, district, _ = pair
    drill.measure(template, "export", "--to", str(drill.folder / "measured"))
    for number in range(OTHERS):
        home, stick = drill.copy(template), drill.folder / f"stick-{number}"
        answers = drill.kill(home, "export", "--to", str(stick), "--json")
        drill.no_plaintext(home, drill.folder / "measured", *([stick] if stick.exists() else []))
        files = sorted(stick.glob("*.sdx")) if stick.exists() else []
        assert not answers or Path(answers[0]["file"]) in files, drill.told
        for file in files:  # a file with its last name is whole
            assert drill.json(district, "inspect", str(file))["verdict"] == "good", drill.told
        drill.whole(home)
        again = drill.json(home, "export", "--to", str(stick))
        assert again["records"] == RECORDS + 1, drill.told
        copy = drill.copy(district)
        assert drill.json(copy, "import", again["file"])["results"][0]["new"] == RECORDS + 1, drill.told
    drill.report("export")


def test_during_import(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    station, template, stick = pair
    file = drill.json(station, "export", "--to", str(stick))["file"]
    drill.measure(template, "import", file)
    expected = ""
    for _ in range(OTHERS):
        home = drill.copy(template)
        answers = drill.kill(home, "import", file, "--json")
        drill.no_plaintext(home, stick)
        total = drill.json(home, "list", "journal_entry", "--limit", "1")["total"]
        assert total in ({RECORDS} if answers else {0, RECORDS}), drill.told
        drill.whole(home)
        result = drill.json(home, "import", file)["results"][0]
        assert result["outcome"] == ("applied" if total == 0 else "duplicate"), drill.told
        digest = drill.json(home, "dump", "--canonical")["digest"]
        expected = expected or digest
        assert digest == expected, drill.told
        drill.whole(home)
    drill.report("import")


def test_during_backup(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    template, _, _ = pair
    places = [drill.folder / f"backup-{number}" for number in range(-1, OTHERS)]
    for place in places:
        place.mkdir()
    drill.measure(template, "backup", "--to", str(places[0]))
    home = drill.copy(template)
    for place in places[1:]:
        answers = drill.kill(home, "backup", "--to", str(place), "--json")
        drill.no_plaintext(home, place)
        files = sorted(place.glob("*.sdbackup"))
        assert not answers or Path(answers[0]["file"]) in files, drill.told
        for file in files:
            assert drill.json(home, "backup", "verify", str(file))["records"] == RECORDS + 1, drill.told
        drill.whole(home)
    drill.report("backup")


def test_during_restore(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    template, _, stick = pair
    file = drill.json(template, "backup", "--to", str(stick))["file"]
    drill.measure_new("restore", file)
    for number in range(OTHERS):
        home = drill.folder / f"new-{number}"
        drill.kill(home, "restore", file, "--json")
        drill.no_plaintext(*drill.folder.glob(f"*new-{number}*"))
        if not home.exists():  # nothing or all of it
            drill.json(home, "restore", file)
        assert drill.json(home, "status")["total"] == RECORDS + 1, drill.told
        assert drill.json(home, "status")["device"] != "SQ-1", drill.told
        drill.whole(home)
    drill.report("restore")


def test_while_a_record_is_corrected(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    template, _, _ = pair
    uid = drill.json(template, "list", "journal_entry", "--limit", "1")["rows"][0]["uid"]
    wanted = [f"{MARK}第{n}次更正" for n in range(60)]
    calls = [{"argv": ["correct", uid, "--reason", "写错", "--set", f"content={text}"]} for text in wanted]
    given = "".join(json.dumps(call) + "\n" for call in calls)
    drill.measure(template, "rpc", stdin=given)
    for _ in range(OTHERS):
        home = drill.copy(template)
        answers = drill.kill(home, "rpc", stdin=given)
        assert [answer["rc"] for answer in answers] == [0] * len(answers), (drill.told, answers)
        drill.no_plaintext(home)
        revisions = drill.json(home, "history", uid)["revisions"]
        done = [one["values"]["content"] for one in revisions[1:]]
        assert done == wanted[: len(done)], drill.told
        assert len(done) in {len(answers), len(answers) + 1}, drill.told
        drill.whole(home)
    drill.report("correct")


def test_during_a_receipt(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    station, template, stick = pair
    drill.json(template, "import", drill.json(station, "export", "--to", str(stick))["file"])
    drill.measure(template, "receipt", "--for", "SQ", "--to", str(drill.folder / "measured"))
    for number in range(OTHERS):
        home, medium = drill.copy(template), drill.folder / f"medium-{number}"
        answers = drill.kill(home, "receipt", "--for", "SQ", "--to", str(medium), "--json")
        files = sorted(medium.glob("*.sdx")) if medium.exists() else []
        assert not answers or files, drill.told
        drill.no_plaintext(home, *([medium] if medium.exists() else []))
        drill.whole(home)
        drill.json(home, "receipt", "--for", "SQ", "--to", str(medium))
        copy = drill.copy(station)
        for file in sorted(medium.glob("*.sdx")):
            assert drill.json(copy, "import", str(file))["results"][0]["outcome"] in {"applied", "duplicate"}, (
                drill.told
            )
        status = drill.json(copy, "status")
        assert status["received"]["SQ-1"] == status["frontiers"]["SQ-1"][0], drill.told
    drill.report("receipt")


def test_during_print(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    from pypdf import PdfReader

    template, _, _ = pair
    uids = [row["uid"] for row in drill.json(template, "list", "journal_entry", "--limit", "30")["rows"]]
    drill.measure(template, "print", *uids, "--to", str(drill.folder / "measured.pdf"))
    pages = len(PdfReader(drill.folder / "measured.pdf").pages)
    home = drill.copy(template)
    for number in range(OTHERS):
        folder = drill.folder / f"paper-{number}"
        folder.mkdir()
        answers = drill.kill(home, "print", *uids, "--to", str(folder / "a.pdf"), "--json")
        drill.no_plaintext(home)  # paper is for reading; nothing of it stays anywhere else
        assert not answers or (folder / "a.pdf").exists(), drill.told
        for file in folder.glob("*.pdf"):
            assert len(PdfReader(file).pages) == pages, drill.told
        drill.whole(home)
    drill.report("print")


def test_during_a_migration(drill: Drill, pair: tuple[Path, Path, Path]) -> None:
    """A kind's table of another version of the program is filled anew at the first opening."""
    template, _, _ = pair
    digest = drill.json(template, "dump", "--canonical")["digest"]
    key = keys.KeyFile.load(template / "desk.key").unlock(PASSPHRASE)
    raw = open_raw(template / "desk.db", key)
    with closing(raw):
        raw.execute("UPDATE meta SET value = 'an older one' WHERE key = 'schema'")
        raw.execute("DROP TABLE journal_entry")
        raw.commit()
    drill.measure(template, "status", "--json")
    for _ in range(OTHERS):
        home = drill.copy(template)
        drill.kill(home, "status", "--json")
        drill.no_plaintext(home)
        assert drill.json(home, "status")["total"] == RECORDS + 1, drill.told
        assert drill.json(home, "dump", "--canonical")["digest"] == digest, drill.told
        drill.whole(home)
    drill.report("migration")
