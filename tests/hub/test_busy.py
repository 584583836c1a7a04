"""A hub that has no room yet: who pushes or pulls on the command line is told once that it waits, and then it goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

import pytest

from studio_desk.exchange.home_keys import keys_of
from tests.hub.world import DISTRICT, PASSPHRASE, World, crowd

BUSY = "区级接收站正忙，已在排队"


@pytest.mark.parametrize(("verb", "as_json"), [("push", True), ("push", False), ("pull", True)])
def test_who_waits_for_a_turn_is_told_so_once(world: World, verb: str, *, as_json: bool) -> None:
    station = world.station(entries=2)
    signer = keys_of(station).signer
    hub = world.hub()
    hub.merged()
    world.shut("SQ")
    secret = world.folder / "secret"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "studio_desk",
        "--home",
        str(world.folder / "SQ"),
        "--passphrase-file",
        str(secret),
    ]
    command += [*(["--json"] if as_json else []), verb, "--url", hub.url]
    said: list[str] = []
    told = threading.Event()
    environment = {**os.environ, "PYTHONUTF8": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    ) as process:

        def listen() -> None:
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line)
                if BUSY in line:
                    told.set()
            told.set()

        listening = threading.Thread(target=listen)
        with crowd(hub.url, world.folder / DISTRICT, signer):
            listening.start()
            assert told.wait(120)
            assert BUSY in "".join(said)
        assert process.stdout is not None
        out = process.stdout.read()
        listening.join()
    assert process.returncode == 0, said
    assert "".join(said).count(BUSY) == 1, "however often it was asked to wait"
    assert BUSY not in out
    if as_json:
        answer = json.loads(out)
        assert answer["records"] == 2 if verb == "push" else answer["results"] == []
