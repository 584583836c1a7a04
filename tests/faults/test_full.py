"""A disk that is full, at every size: what was acknowledged is there, the refusal is a sentence, nothing is half done."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from studio_desk.store import keys
from tests.faults.drill import Drill

LINE = json.dumps({"name": "群众", "remark": "石桥村" * 400}, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("room", [0, 4096, 60_000, 200_000, 600_000])
def test_adding_until_nothing_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setitem(keys._ARGON2, "kib", 64)
    drill, home = Drill(tmp_path), tmp_path / "SQ"
    drill.json(home, "init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    limit = max(path.stat().st_size for path in home.iterdir() if path.is_file()) + room
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "studio_desk",
            "--home",
            home,
            "--passphrase-file",
            drill.secret,
            "--json",
            "add",
            "person",
            "--lines",
        ],
        input=LINE * 400,
        capture_output=True,
        encoding="utf-8",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )
    assert done.returncode == 5, (done.stdout[-500:], done.stderr[-500:])
    *lines, last = [json.loads(line) for line in done.stdout.splitlines()]
    assert last["code"] in {"DISK_FULL", "DISK_ERROR"}
    assert last["problem"]
    assert last["remedy"]
    acknowledged = {line["ack"] for line in lines}
    here = {row["uid"] for row in drill.json(home, "list", "person", "--limit", "0")["rows"]}
    assert acknowledged <= here
    assert len(here) <= len(acknowledged) + 1  # the answer to the last one may be lost, never its predecessor
    drill.whole(home)
    drill.json(home, "add", "person", "--set", "name=又有地方了")
