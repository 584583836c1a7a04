"""The program as a process: entry, help, streams, exit codes, what is imported, rpc."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio_desk import app, cli
from studio_desk.kernel import words
from tests.cli.terminal import Terminal, as_lines, entry

HEAVY = ("PySide6", "pandas", "reportlab", "pypinyin", "keyring", "PIL", "xlsxwriter", "python_calamine")
"""Never imported by a verb that only reads."""


def process(*argv: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "studio_desk", *argv],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(app.__file__).parents[1]), **env},
        check=False,
    )


@pytest.fixture
def words_of(station: Terminal) -> list[str]:
    station.lines("add", "person", "--lines", stdin=as_lines([{"name": "张三"}]))
    station.close()
    return ["--home", str(station.home), "--passphrase-file", str(station.secret)]


@pytest.mark.parametrize(
    "verb", [["kinds"], ["list", "person"], ["show", "SQ-QZ-2026-0001"], ["search", "张"], ["status"]]
)
def test_reading_starts_light(words_of: list[str], verb: list[str]) -> None:
    code = (
        "import sys; from studio_desk.app import main\n"
        f"rc = main({[*words_of, '--json', *verb]!r})\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\nsys.exit(rc)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"
    json.loads(done.stdout)


def test_options_stand_before_or_after_the_verb(words_of: list[str]) -> None:
    before = process(*words_of, "--json", "list", "person")
    after = process("list", "person", "--json", *words_of)
    assert before.returncode == after.returncode == 0
    assert json.loads(before.stdout) == json.loads(after.stdout)


def test_the_passphrase_by_standard_input(words_of: list[str]) -> None:
    secret = Path(words_of[3]).read_text(encoding="utf-8").strip()
    done = process(
        *words_of[:2], "--passphrase-file", "-", "add", "person", "--lines", stdin=f'{secret}\n{{"name":"李四"}}\n'
    )
    assert done.returncode == 0, done.stderr
    assert "ack" in json.loads(done.stdout)


def test_nothing_waits_for_input_and_no_key_says_both_ways(words_of: list[str]) -> None:
    done = process(*words_of[:2], "--json", "status")
    answer = json.loads(done.stdout)
    assert done.returncode == 2
    assert answer["code"] == "NO_KEY"
    assert "--passphrase-file" in answer["remedy"]
    assert "钥匙串" in answer["problem"]


def test_a_second_program_is_told_who_has_the_file(words_of: list[str], station: Terminal) -> None:
    station.json("status")  # keeps the home open
    done = process(*words_of, "--json", "status")
    assert done.returncode == 4
    answer = json.loads(done.stdout)
    assert answer["code"] == "FILE_BUSY"
    assert str(os.getpid()) in answer["problem"]


def test_every_verb_explains_itself_in_chinese() -> None:
    verbs = ["init station", "init district", "enrol request", "enrol accept", "enrol install", "kinds", "vocabulary", "add",
             "show", "history", "list", "search", "correct", "void", "redact", "move", "attach", "detach", "today", "status", "info",
             "export", "inspect", "import", "undo-import", "quarantine list", "quarantine show", "quarantine release",
             "quarantine discard", "conflicts list", "conflicts show", "conflicts resolve", "receipt", "receipt enter",
             "receipt-code", "return", "check", "dump", "backup", "backup verify", "restore", "keys export", "rekey",
             "keyring status", "push", "pull", "print", "forms", "selftest", "rpc"]  # fmt: skip
    told = process("--help")
    assert told.returncode == 0
    assert told.stdout.startswith("用法：studio-desk")
    for verb in verbs:
        assert verb.split()[0] in told.stdout
    import io

    for verb in verbs:
        out = io.StringIO()
        from contextlib import redirect_stdout

        with redirect_stdout(out):
            assert cli.main([*verb.split(), "--help"]) == 0
        assert "用法" in out.getvalue()
        assert "options:" not in out.getvalue()


@pytest.mark.parametrize("absent", ["tally", "excel", "task", "salvage", "link", "rebuild"])
def test_later_work_is_absent(absent: str, bare: Terminal) -> None:
    assert bare.refused(absent, rc=64) == "USAGE"


@pytest.mark.parametrize(
    "argv",
    [["show"], ["list"], ["init"], ["backup"], ["nonsense"], ["list", "person", "--limit", "x"], ["add", "person", "--sett", "a=b"],
     ["add", "person", "--lines", "--file", "x"], ["quarantine"], ["export"], ["--lang", "fr", "kinds"]],
)  # fmt: skip
def test_misuse_is_a_sentence_and_64(argv: list[str], bare: Terminal) -> None:
    answer = bare.json(*argv, rc=64)
    assert answer["code"] == "USAGE"
    assert answer["problem"]
    assert answer["remedy"]
    assert "argument" not in answer["problem"]


def test_without_a_verb_the_window_opens() -> None:
    assert cli.wants_window([])
    assert cli.wants_window(["--home", "/x", "--lang=en"])
    assert not cli.wants_window(["--help"])
    assert not cli.wants_window(["--home", "/x", "status"])
    assert cli.window_of(["--home", "/x"]) == (Path("/x"), None)
    assert cli.window_of(["--json"])[0] == cli.default_home()


def test_the_default_home_is_the_systems_place(bare: Terminal, tmp_path: Path) -> None:
    answer = json.loads(process("--json", "status", XDG_DATA_HOME=str(tmp_path / "data")).stdout)
    assert answer["code"] == "NO_HOME"
    assert str(tmp_path / "data" / "studio-desk") in answer["problem"]


def test_a_bug_is_a_sentence_and_a_report_without_content(
    station: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("张三 199****0001 in a message")

    monkeypatch.setattr("studio_desk.store.custody.custody", broken)
    with pytest.raises(AssertionError) as caught:  # the terminal shows the report
        station.run("status", "--json")
    report = str(caught.value)
    assert "RuntimeError" in report
    assert "张三" not in report
    assert "custody" in report or "standing" in report
    import io

    out, err = io.StringIO(), io.StringIO()
    argv = ["--home", str(station.home), "--passphrase-file", str(station.secret), "status"]
    assert cli.main(argv, stdin=io.StringIO(), stdout=out, stderr=err, homes=station.homes) == 70
    assert "Traceback" not in err.getvalue()
    assert "INTERNAL_ERROR" in err.getvalue()


def test_rpc_is_the_same_code_path(words_of: list[str]) -> None:
    calls = [
        {"argv": ["add", "person", "--lines"], "stdin": as_lines([{"name": f"群众{n}"} for n in range(3)])},
        {"argv": ["--json", "list", "person"], "stdin": ""},
        {"argv": ["--json", "show", "查无"]},
        {"argv": ["nonsense"]},
        {"argv": 3},
        {"argv": ["--json", "add", "journal_entry", "--file", "-"], "stdin": json.dumps(entry())},
        {"argv": ["kinds", "--lang", "en"]},
    ]
    given = "".join(json.dumps(call) + "\n" for call in calls) + "no json\n\n"
    done = process(*words_of, "rpc", stdin=given)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["rc"] for a in answers] == [0, 0, 2, 64, 64, 0, 0, 64]
    assert answers[0]["out"].count("ack") == 3
    assert json.loads(answers[1]["out"])["total"] == 4
    assert json.loads(answers[2]["out"])["code"] == "NO_SUCH_RECORD"
    assert json.loads(answers[5]["out"])["state"] == "草稿"


def test_rpc_lets_go_of_the_home_when_idle(words_of: list[str]) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "studio_desk", *words_of, "--json", "rpc"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
    ) as running:  # fmt: skip
        assert running.stdin
        assert running.stdout
        for _ in range(2):
            running.stdin.write('{"argv":["status"]}\n')
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["rc"] == 0
            assert process(*words_of, "list", "person").returncode == 0
        running.stdin.close()
    assert running.returncode == 0


def test_english_is_spoken_on_request(bare: Terminal) -> None:
    with words.speaking("zh_CN"):
        assert bare.json("kinds", "--lang", "en")["kinds"]
        assert words.language() == "zh_CN"


def test_selftest_tries_every_part(bare: Terminal) -> None:
    done = process("selftest", "--json", QT_QPA_PLATFORM="offscreen")
    answer = json.loads(done.stdout)
    assert answer["ok"], [part for part in answer["parts"] if not part["ok"]]
    assert done.returncode == 0
    assert {"database", "signature", "sealing", "page", "keyring"} <= {part["part"] for part in answer["parts"]}
