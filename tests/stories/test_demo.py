"""The whole story through the real command line, and the binder of the sample year held to its promises."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio_desk.binder import print_binder
from studio_desk.kinds import KINDS
from studio_desk.store.home import Home
from studio_desk.story.demo import PASSPHRASE
from tests.press.verapdf import validate

YEAR = re.compile(r"-(\d{4})-")


def _run(folder: Path, *words: str) -> dict[str, Any]:
    secret = folder / "passphrase.txt"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "studio_desk", "--json", "--passphrase-file", str(secret), *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("demo")
    return _run(folder, "demo", "--to", str(folder / "story")) | {"tmp": folder}


@pytest.mark.slow
def test_the_district_holds_both_stations_and_every_record_is_received(told: dict[str, Any]) -> None:
    counts = {}
    for code in ("SQ", "LW"):
        status = _run(told["tmp"], "--home", told["homes"][code], "status")["records"]
        counts[code] = status["received"]
        assert status["received"] > 0
        assert sum(status.values()) == status["received"]
    district = _run(told["tmp"], "--home", told["homes"]["990000"], "dump")
    assert len(district["records"]) == sum(counts.values())


@pytest.mark.slow
def test_the_district_finds_the_one_woman_who_moved_and_nobody_else_twice(told: dict[str, Any]) -> None:
    found = _run(told["tmp"], "--home", told["homes"]["990000"], "duplicates")["duplicates"]
    assert [{pair["one"]["title"], pair["other"]["title"]} for pair in found] == [{"何玉兰", "何玉岚"}]


@pytest.mark.slow
def test_there_are_pictures_of_at_least_twelve_screens(told: dict[str, Any]) -> None:
    shots = [Path(p) for p in told["screenshots"]]
    assert len(shots) >= 12
    assert all(p.read_bytes().startswith(b"\x89PNG") and p.stat().st_size > 5000 for p in shots)
    assert len({p.read_bytes() for p in shots}) >= 12


@pytest.mark.slow
def test_the_binder_of_the_sample_year(told: dict[str, Any], tmp_path: Path) -> None:
    assert told["missing_glyphs"] == []
    assert set(told["binders"]) == {"SQ", "LW"}
    files = [Path(f["path"]) for f in told["binders"]["SQ"]]
    year = int(YEAR.findall(files[0].name)[0])
    with Home.open(Path(told["homes"]["SQ"]), shapes=KINDS, passphrase=PASSPHRASE) as home:
        again = print_binder(home, year, tmp_path / "again")
        with home.file.read() as c:
            titles = set(
                c.exec_driver_sql("SELECT title FROM record WHERE kind IN ('member', 'activity', 'minutes')").scalars()
            )
            cases = set(c.exec_driver_sql("SELECT title FROM record WHERE kind = 'case' AND state <> '作废'").scalars())
    assert [path.read_bytes() for path, _ in again.files] == [f.read_bytes() for f in files]
    printed = re.sub(r"\s", "", "".join(_text(f) for f in files))
    absent = [t for t in titles | cases if re.sub(r"\s", "", t) not in printed]
    assert absent == []
    for file in files:
        assert validate(file) == []
    assert _wrong_catalogue_pages(files) == []


def _text(path: Path) -> str:
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def _wrong_catalogue_pages(files: list[Path]) -> list[str]:
    """Entries of the catalogue whose “第n页” is not the page that bears the stamp of that item."""
    wrong, seen = [], 0
    for file in files:
        pages = _text(file).split("\f")
        for page in pages:
            if "归档文件目录" not in page and "续表" not in page:
                continue
            for item, number in re.findall(r"Z109-\S+?-(\d{4})\s.*?第(\d+)页", page):
                seen += 1
                head = pages[int(number) - 1].split("\n")[0].split()
                if head[:1] != ["Z109"] or head[-1] != item:  # the stamp: fonds, year, item
                    wrong.append(f"{file.name}: item {item} is not on page {number}")
    assert seen > 100
    return wrong
