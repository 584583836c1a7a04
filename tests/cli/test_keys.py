"""`keys …` at the terminal: change, roots on media, escrow, and a district that is lost and begun again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal


@pytest.fixture
def word(tmp_path: Path) -> str:
    file = tmp_path / "word.txt"
    file.write_text("根钥匙的口令\n", encoding="utf-8")
    return str(file)


def enrol(station: Terminal, district: Terminal, stick: str) -> None:
    asked = station.json("enrol", "request", "--to", stick)
    answer = district.json("enrol", "accept", asked["file"], "--to", stick, "--fingerprint", asked["fingerprint"])
    station.json("enrol", "install", answer["file"])


def test_a_station_changes_its_keys(station: Terminal, district: Terminal, tmp_path: Path) -> None:
    stick = str(tmp_path / "stick")
    assert station.refused("keys", "rotate", "--to", stick) == "NOT_ENROLLED"
    enrol(station, district, stick)
    assert station.refused("keys", "rotate") == "TO_REQUIRED"
    station.json("add", "person", "--set", "name=群众")
    old = station.json("export", "--to", stick)["file"]
    asked = station.json("keys", "rotate", "--to", stick)
    assert not station.json("keys", "status")["listed"]
    answer = district.json("enrol", "accept", asked["file"], "--to", stick, "--fingerprint", asked["fingerprint"])
    station.json("enrol", "install", answer["file"])
    found = station.json("keys", "status")
    assert (found["listed"], found["retired"], found["version"]) == (True, 1, answer["trust_version"])
    assert district.json("import", old)["results"][0]["outcome"] == "applied"
    assert district.json("keys", "rotate")["trust_version"] == answer["trust_version"] + 1
    down = district.json("receipt", "--for", "SQ", "--to", stick)
    assert station.json("import", down["file"])["results"][0]["outcome"] == "applied"
    exported = station.json("keys", "export", "--to", str(tmp_path / "archivist"))
    assert Path(exported["identity"]).read_text(encoding="utf-8").count("AGE-SECRET-KEY-1") == 2


def test_a_second_signature(station: Terminal, district: Terminal, tmp_path: Path) -> None:
    stick = str(tmp_path / "stick")
    assert station.refused("keys", "sm2", "on", "--to", stick) == "NOT_ENROLLED"
    enrol(station, district, stick)
    assert station.refused("keys", "sm2", "on") == "TO_REQUIRED"
    assert station.json("keys", "status")["sm2"] == ""
    assert "sm2" not in station.json("keys", "export", "--to", str(tmp_path / "archivist"))
    asked = station.json("keys", "sm2", "on", "--to", stick)
    assert station.refused("keys", "sm2", "off", "--to", stick) == "CHANGE_WAITING"
    assert station.json("keys", "sm2", "on", "--to", stick)["fingerprint"] == asked["fingerprint"]
    answer = district.json("enrol", "accept", asked["file"], "--to", stick, "--fingerprint", asked["fingerprint"])
    station.json("enrol", "install", answer["file"])
    assert station.json("keys", "status")["sm2"]
    assert district.json("keys", "sm2", "on")["trust_version"] == answer["trust_version"] + 1
    station.json("add", "person", "--set", "name=群众")
    up = station.json("export", "--to", stick)["file"]
    assert district.json("import", up)["results"][0]["outcome"] == "applied"
    down = district.json("receipt", "--for", "SQ", "--to", stick)
    assert station.json("import", down["file"])["results"][0]["outcome"] == "applied"
    exported = district.json("keys", "export", "--to", str(tmp_path / "archivist"))
    assert {Path(file).name for file in exported["sm2"]} == {"SQ-1-sm2.pem", "990000-1-sm2.pem"}
    assert district.json("keys", "sm2", "off")["trust_version"] == answer["trust_version"] + 2
    assert district.json("keys", "status")["sm2"] == ""


def test_a_lost_district_with_three_root_keys(station: Terminal, district: Terminal, tmp_path: Path, word: str) -> None:
    stick, safe = str(tmp_path / "stick"), str(tmp_path / "safe")
    enrol(station, district, stick)
    holders = [
        district.json(
            "keys", "root", "new", "--to", str(tmp_path / name), "--holder", name, "--new-passphrase-file", word
        )
        for name in ("甲", "乙", "丙")
    ]
    three = [part for made in holders for part in ("--root", made["public_file"])]
    assert district.refused("keys", "root", "set", *three, "--threshold", "2") == "TRUST_UNSIGNED"
    draft = district.json("keys", "root", "set", *three, "--threshold", "2", "--to", stick)
    assert draft["lacking"] == 2
    assert district.refused("keys", "root", "take", draft["file"]) == "TRUST_UNSIGNED"
    assert district.refused("keys", "root", "sign", draft["file"]) == "ROOT_KEY_REQUIRED"
    assert district.refused("keys", "root", "sign", draft["file"], "--key", holders[0]["file"]) == "NO_PASSPHRASE_FILE"

    def sign(terminal: Terminal, *which: int) -> int:
        file = terminal.json("keys", "root", "draft", "--to", stick)["file"]
        keys = [part for n in which for part in ("--key", holders[n]["file"])]
        told = terminal.json("keys", "root", "sign", file, *keys, "--key-passphrase-file", word)
        assert told["lacking"] == 0
        return int(terminal.json("keys", "root", "take", file)["trust_version"])

    version = sign(district, 0, 1)
    found = district.json("keys", "status")
    assert (found["version"], found["threshold"], found["root_here"], found["waiting"]) == (version, 2, False, None)
    assert district.refused("keys", "escrow", "drop") == "NO_ESCROW"
    made = district.json("keys", "escrow", "new", "--to", safe)
    assert made["lacking"] == 2
    assert district.refused("keys", "renew") == "TRUST_UNSIGNED"
    sign(district, 1, 2)
    identity = made["identity"]
    district.json("keys", "escrow", "check", identity)
    listed = district.json("keys", "list", "--to", safe)["file"]
    station.json("import", *district.json("receipt", "--for", "SQ", "--to", stick)["files"])
    station.json("add", "person", "--set", "name=群众")
    bundle = station.json("export", "--to", stick)["file"]

    district.close()
    shutil.rmtree(tmp_path / "QX")
    new = Terminal(tmp_path / "QX2")
    given = ("--escrow", identity, "--key", holders[2]["file"], "--key-passphrase-file", word)
    begun = new.json("keys", "recover", listed, *given)
    assert (begun["code"], begun["lacking"], begun["device"][:9]) == ("990000", 1, "990000-1.")
    assert begun["recovery_code"]
    sign(new, 0)
    assert new.json("import", bundle)["results"][0]["outcome"] == "applied"
    assert new.json("list", "person")["total"] == 1
    back = new.json("receipt", "--for", "SQ", "--to", stick)
    assert station.json("import", *back["files"])["results"][-1]["outcome"] == "applied"
    assert station.json("status")["records"]["received"] == 1
    assert new.refused("keys", "recover", listed, *given) == "HOME_EXISTS"
    new.close()


def test_one_officer_saves_the_root_key(district: Terminal, tmp_path: Path, word: str) -> None:
    saved = district.json(
        "keys", "root", "save", "--to", str(tmp_path / "safe"), "--holder", "备份", "--new-passphrase-file", word
    )
    assert saved["public"] in district.json("keys", "status")["roots"]
    made = district.json("keys", "escrow", "new", "--to", str(tmp_path / "safe"))
    assert district.json("keys", "escrow", "check", made["identity"])["recipient"] == made["recipient"]
    assert district.json("keys", "renew")["trust_version"] == 3
    assert district.json("keys", "escrow", "drop")["trust_version"] == 4
    assert district.refused("keys", "root", "new", "--to", str(tmp_path), "--holder", "x") == "NO_PASSPHRASE_FILE"
