"""Bad input: each refusal is a sentence and a remedy with a code, nothing saved is lost, nothing is half done."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from tests.cli.terminal import PASSPHRASE, Terminal, as_lines, entry

JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@pytest.fixture
def page(station: Terminal) -> str:
    """One entry that must be the same after every refusal."""
    station.lines("add", "journal_entry", "--lines", stdin=as_lines([entry()]))
    return str(station.json("list", "journal_entry")["rows"][0]["uid"])


@pytest.fixture
def unchanged(station: Terminal, page: str) -> object:
    before = station.json("dump", "--canonical")["digest"]

    def check() -> None:
        assert station.json("dump", "--canonical")["digest"] == before
        assert station.json("check", "--deep")["ok"]

    return check


def add(**more: object) -> tuple[tuple[str, ...], str]:
    return ("add", "journal_entry", "--file", "-"), json.dumps(entry(**more), ensure_ascii=False)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"day": "2023-02-29"}, "NO_SUCH_DATE"),
        ({"day": "昨儿"}, "NO_SUCH_DATE"),
        ({"time": "12:60"}, "NO_SUCH_TIME"),
        ({"time": "25:00"}, "NO_SUCH_TIME"),
        ({"recorder": "何" * 51}, "TEXT_TOO_LONG"),
        ({"content": "渠" * 20001}, "TEXT_TOO_LONG"),
        ({"weather": "晴" * 21}, "TEXT_TOO_LONG"),
        ({"way": "走放"}, "UNKNOWN_WORD"),
        ({"category": "农业"}, "UNKNOWN_WORD"),
        ({"plaec": "石桥"}, "UNKNOWN_FIELD"),
        ({"persons": [{"nmae": "x"}]}, "UNKNOWN_FIELD"),
        ({"persons": "x"}, "WRONG_TYPE"),
        ({"group_visit": "也许"}, "WRONG_TYPE"),
        ({"members": 3}, "WRONG_TYPE"),
        ({"place": ""}, "FIELD_REQUIRED"),
        ({"way": None}, "WRONG_TYPE"),
    ],
)  # fmt: skip
def test_fields(station: Terminal, unchanged, more: dict[str, object], code: str) -> None:
    verb, given = add(**more)
    assert station.refused(*verb, stdin=given) == code
    unchanged()


@pytest.mark.parametrize(("given", "near"), [("plaec", "place"), ("地址点", "place"), ("recoder", "recorder")])
def test_an_unknown_field_names_the_nearest(station: Terminal, given: str, near: str) -> None:
    answer = station.json("add", "journal_entry", "--set", f"{given}=x", rc=2)
    assert answer["code"] == "UNKNOWN_FIELD"
    assert answer["nearest"] == near
    assert near in answer["remedy"]


def test_an_unknown_word_names_the_nearest(station: Terminal) -> None:
    verb, given = add(way="走放")
    answer = station.json(*verb, stdin=given, rc=2)
    assert "走访" in answer["remedy"]
    assert answer["field"] == "way"


def test_identity_number_with_a_wrong_check_digit_is_a_warning(station: Terminal) -> None:
    answer = station.json("add", "person", "--set", "name=张某", "id_number=110105194912310021")
    assert [(f["code"], f["level"]) for f in answer["findings"]] == [("ID_CHECK_DIGIT", "warning")]
    station.json(
        "correct", answer["uid"], "--set", "remark=x", "--keep", "ID_CHECK_DIGIT=证件原件如此", "--reason", "核对"
    )
    assert station.json("show", answer["uid"])["record"]["kept"][0]["code"] == "ID_CHECK_DIGIT"


@pytest.mark.parametrize(
    "text", ["{", "[1,2]", '"x"', "null", '{"place":1e999}', "[" * 100000, '{"a":"\\ud800"}', "\x00"]
)
def test_what_is_no_record(station: Terminal, unchanged, text: str) -> None:
    assert station.refused("add", "journal_entry", "--file", "-", stdin=text) in {
        "NOT_JSON",
        "UNKNOWN_FIELD",
        "WRONG_TYPE",
    }
    unchanged()


def test_a_word_that_is_no_list(station: Terminal, unchanged) -> None:
    for text in ("[", "[" * 100000, "[1e999]", "[NaN]"):
        rc, out, err = station.run("add", "journal_entry", "--set", f"members={text}", "--json")
        assert rc == 2, (out, err)
    unchanged()


def test_a_line_that_is_no_command(station: Terminal, unchanged) -> None:
    bad = ["{", "[" * 100000, "9" * 5000, '{"argv":[1]}', "null"]
    rc, out, err = station.run("rpc", stdin="\n".join(bad) + "\n")
    assert rc == 0, err
    assert [json.loads(json.loads(line)["out"])["code"] for line in out.splitlines()] == ["RPC_LINE"] * len(bad)
    unchanged()


def test_text_with_broken_characters_is_cleaned_or_refused_never_a_crash(station: Terminal) -> None:
    for place in ("石\x00桥", "石\ud800桥", "石\u202e桥", "😀", "\ue863", "李𠅤"):
        rc, out, err = station.run("add", "journal_entry", "--file", "-", stdin=json.dumps(entry(place=place)))
        assert rc in {0, 2}, (out, err)


def test_passphrase_wrong_missing_empty(station: Terminal, tmp_path: Path) -> None:
    station.close()
    station.secret.write_text("不对的口令", encoding="utf-8")
    assert station.refused("status") == "WRONG_PASSPHRASE"
    station.secret.write_text("\n", encoding="utf-8")
    assert station.refused("status") == "PASSPHRASE_EMPTY"
    station.secret.unlink()
    assert station.refused("status") == "NO_PASSPHRASE_FILE"
    station.secret.write_text(PASSPHRASE, encoding="utf-8")
    station.json("status")


def test_a_file_of_a_newer_version(station: Terminal) -> None:
    with station.homes.use(station.home, PASSPHRASE) as home, home.file.write() as c:
        c.exec_driver_sql("PRAGMA user_version = 9999")
    station.close()
    assert station.refused("status") == "FILE_NEWER"


def test_a_damaged_file(station: Terminal, page: str) -> None:
    station.close()
    database = station.home / "desk.db"
    good = database.read_bytes()
    database.write_bytes(good[:4096] + bytes(4096) + good[8192:])
    codes = set()
    for verb in (("status",), ("list", "journal_entry"), ("check", "--deep")):
        rc, out, _ = station.run(*verb, "--json")
        station.close()
        codes.add(rc)
        assert rc in {0, 3}, out
    assert 3 in codes
    database.write_bytes(b"x" * 100)
    assert station.refused("status", rc=3) == "FILE_DAMAGED"
    database.write_bytes(good)
    assert station.json("show", page)["record"]["uid"] == page
    (station.home / "desk.key").write_text("{}", encoding="utf-8")
    station.close()
    assert station.refused("status", rc=3) == "KEY_FILE_DAMAGED"


def test_no_home_a_home_that_exists_and_wrong_codes(bare: Terminal) -> None:
    assert bare.refused("status") == "NO_HOME"
    assert bare.refused("init", "station", "--code", "sq", "--name", "x") == "CODE_NOT_VALID"
    assert bare.refused("init", "district", "--code", "SQ", "--name", "x") == "CODE_NOT_VALID"
    assert bare.refused("init", "station", "--code", "SQ", "--name", " ") == "NAME_REQUIRED"
    assert not (bare.home / "desk.db").exists()
    bare.json("init", "station", "--code", "SQ", "--name", "石桥镇政协联络站")
    assert bare.refused("init", "station", "--code", "SQ", "--name", "再来") == "HOME_EXISTS"


def test_without_keyring_and_passphrase_no_home_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from studio_desk import cli

    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    out, err = io.StringIO(), io.StringIO()
    argv = ["--home", str(tmp_path / "new"), "--json", "init", "station", "--code", "SQ", "--name", "x"]
    assert cli.main(argv, stdin=io.StringIO(), stdout=out, stderr=err) == 2
    assert json.loads(out.getvalue())["code"] == "NO_KEY_PROTECTION"
    assert not (tmp_path / "new" / "desk.db").exists()


def test_a_folder_that_is_not_there_or_is_a_file(station: Terminal, unchanged, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x", encoding="utf-8")
    assert station.refused("backup", "--to", str(blocked), rc=5).startswith("MEDIUM_")
    assert station.refused("backup", "--to", "/media/nobody/stick", rc=5) == "MEDIUM_GONE"
    assert station.refused("keys", "export", "--to", "/proc/1/nowhere", rc=5).startswith("MEDIUM_")
    assert station.refused("print", "journal_entry", "--blank", "--to", str(blocked / "x.pdf"), rc=5).startswith(
        "MEDIUM_"
    )
    assert station.refused("enrol", "request", "--to", str(blocked), rc=5).startswith("MEDIUM_")
    unchanged()


def test_a_full_stick(station: Terminal, unchanged, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def full(handle: int) -> None:
        target = str(Path(f"/proc/self/fd/{handle}").readlink())
        if str(tmp_path / "stick") in target:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    (tmp_path / "stick").mkdir()
    monkeypatch.setattr(os, "fsync", full)
    assert station.refused("backup", "--to", str(tmp_path / "stick"), rc=5) == "MEDIUM_FULL"
    assert station.refused("enrol", "request", "--to", str(tmp_path / "stick"), rc=5) == "MEDIUM_FULL"
    assert list((tmp_path / "stick").iterdir()) == []
    monkeypatch.undo()
    unchanged()


@pytest.mark.parametrize(
    ("name", "content", "codes"),
    [
        ("photo.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", {"NOT_AN_IMAGE", "FILE_TYPE_NOT_ALLOWED", "FILE_TYPE_MISMATCH"}),
        ("photo.jpg", b"%PDF-1.7\n%%EOF", {"FILE_TYPE_MISMATCH", "NOT_AN_IMAGE"}),
        ("photo.jpg", JPEG, {"NOT_AN_IMAGE"}),
        ("photo.jpg", b"", {"FILE_EMPTY"}),
        ("run.exe", b"MZ\x90\x00" * 20, {"FILE_TYPE_NOT_ALLOWED"}),
    ],
)  # fmt: skip
def test_an_image_that_is_none(
    station: Terminal, unchanged, page: str, tmp_path: Path, name: str, content: bytes, codes: set[str]
) -> None:
    good = tmp_path / "good.png"
    _picture(good)
    bad = tmp_path / name
    bad.write_bytes(content)
    assert station.refused("attach", page, str(good), str(bad)) in codes
    assert station.json("list", "attachment")["total"] == 0
    assert station.json("status")["attachments"]["count"] == 0
    assert station.refused("attach", page, str(tmp_path / "none.jpg"), rc=5) == "MEDIUM_GONE"
    unchanged()


def test_a_bundle_that_is_none(station: Terminal, district: Terminal, unchanged, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    request = station.json("enrol", "request", "--to", str(stick))["file"]
    # An installed list belongs to the record of trust, not to the records that `unchanged` watches.
    station.json("enrol", "install", district.json("enrol", "accept", request, "--to", str(stick), "--yes")["file"])
    for content in (b"", b"age-encryption.org/v1\n", os.urandom(3000), b"PK\x03\x04" + bytes(200)):
        bad = tmp_path / "bad.sdx"
        bad.write_bytes(content)
        for terminal in (station, district):
            looked = terminal.json("inspect", str(bad), rc=terminal.run("inspect", str(bad))[0])
            assert looked["verdict"] == "refused"
            assert looked["reasons"]
            rc, out, err = terminal.run("import", str(bad), "--json")
            result = json.loads(out)["results"][0]
            assert rc in {2, 3}, err
            assert result["outcome"] == "quarantined"
            assert result["code"]
            assert result["remedy"]
    rc, out, _ = district.run("import", str(tmp_path / "none.sdx"), "--json")
    assert (rc, json.loads(out)["results"][0]["outcome"]) == (5, "unread")
    unchanged()


def test_a_bundle_for_another_district(station: Terminal, district: Terminal, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    request = station.json("enrol", "request", "--to", str(stick))["file"]
    station.json("enrol", "install", district.json("enrol", "accept", request, "--to", str(stick), "--yes")["file"])
    station.json("add", "person", "--set", "name=张三")
    sent = station.json("export", "--to", str(stick))["file"]
    foreign = Terminal(tmp_path / "other")
    foreign.json("init", "district", "--code", "880000", "--name", "另一区政协")
    rc, out, _ = foreign.run("import", sent, "--json")
    result = json.loads(out)["results"][0]
    assert (rc, result["outcome"]) == (2, "quarantined")
    assert result["problem"]
    assert foreign.json("status")["total"] == 0
    foreign.close()


def _picture(path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 30), "green").save(path)
