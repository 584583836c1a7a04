"""A home: made once, held by one, opened in plain words, never rewound unnoticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio_desk.kernel.problem import Problem
from studio_desk.record.kind import Kind
from studio_desk.store.file import SCHEMA, open_raw
from studio_desk.store.home import DATABASE, KEYS, Home
from tests.store.conftest import PASSPHRASE

NewHome = Callable[..., Home]


def _open(path: Path, slip: Kind, passphrase: str | None = PASSPHRASE) -> Home:
    return Home.open(path, shapes=(slip,), passphrase=passphrase)


def _fails(code: str, exit_code: int, call: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as refused:
        call()
    assert (refused.value.code, refused.value.exit_code) == (code, exit_code)
    assert refused.value.sentence
    assert refused.value.remedy
    return refused.value


def test_what_was_saved_is_there_after_reopening(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    written = home.journal.write("slip", {"day": "2026-11-20", "title": "李䶮来访"})
    home.close()
    with _open(home.path, slip) as again:
        assert again.journal.record(written.uid)["title"] == "李䶮来访"
        assert (again.role, again.code, again.device, again.incarnation) == ("station", "SQ", "SQ-1", 1)
        facts = again.file.facts()
        assert (facts["journal_mode"], facts["synchronous"], facts["locking_mode"]) == ("wal", 2, "exclusive")


def test_a_second_opening_is_told_who_holds_the_file(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    problem = _fails("FILE_BUSY", 4, lambda: _open(home.path, slip))
    assert problem.more["holder"]["pid"]


def test_the_lock_ends_with_the_process(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    home.close()
    code = (
        "import sys,time; from studio_desk.store.file import Lock; from pathlib import Path;"
        f"lock = Lock(Path({str(home.path / 'desk.lock')!r})); lock.take(); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        _fails("FILE_BUSY", 4, lambda: _open(home.path, slip))
        other.kill()
    _open(home.path, slip).close()


def test_a_wrong_passphrase_and_a_missing_one(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    home.close()
    _fails("WRONG_PASSPHRASE", 2, lambda: _open(home.path, slip, "别的口令"))
    _fails("NO_KEY", 2, lambda: _open(home.path, slip, None))
    _fails("NO_HOME", 2, lambda: _open(home.path / "none", slip))


def test_a_damaged_file_is_said_to_be_damaged_and_left_alone(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    home.close()
    database = home.path / DATABASE
    data = bytearray(database.read_bytes())
    data[100:200] = bytes(100)
    database.write_bytes(data)
    _fails("FILE_DAMAGED", 3, lambda: _open(home.path, slip))
    assert database.read_bytes() == bytes(data)


def test_a_file_of_a_newer_version_is_not_touched(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    key = home.file.key
    home.close()
    raw = open_raw(home.path / DATABASE, key)
    raw.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    raw.close()
    _fails("FILE_NEWER", 2, lambda: _open(home.path, slip))


@pytest.mark.parametrize(
    ("role", "code", "name", "problem"),
    [
        ("station", "sq", "站", "CODE_NOT_VALID"),
        ("station", "ABCDEFG", "站", "CODE_NOT_VALID"),
        ("district", "99000", "区", "CODE_NOT_VALID"),
        ("station", "SQ", "  ", "NAME_REQUIRED"),
    ],
)
def test_bad_names_make_no_home(tmp_path: Path, slip: Kind, role: str, code: str, name: str, problem: str) -> None:
    _fails(
        problem,
        2,
        lambda: Home.create(tmp_path / "h", role=role, code=code, name=name, shapes=(slip,), passphrase=PASSPHRASE),
    )
    assert not (tmp_path / "h").exists()


def test_an_existing_home_is_never_overwritten(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    home.close()
    before = (home.path / KEYS).read_bytes()
    _fails(
        "HOME_EXISTS",
        2,
        lambda: Home.create(
            home.path, role="station", code="SQ", name="站", shapes=(slip,), passphrase=PASSPHRASE, use_keyring=False
        ),
    )
    assert (home.path / KEYS).read_bytes() == before


def test_a_file_copied_back_over_a_newer_one_begins_a_new_chain(new_home: NewHome, slip: Kind, tmp_path: Path) -> None:
    home = new_home()
    home.journal.write("slip", {"day": "2026-11-20", "title": "一"})
    home.close()
    shutil.copy(home.path / DATABASE, tmp_path / "old.db")
    with _open(home.path, slip) as later:
        later.journal.write("slip", {"day": "2026-11-20", "title": "二"})
        later.mark()  # it left the house
    shutil.copy(tmp_path / "old.db", home.path / DATABASE)
    with _open(home.path, slip) as again:
        assert again.incarnation == 2
        assert again.device.startswith("SQ-1.2")
        written = again.journal.write("slip", {"day": "2026-11-20", "title": "三"})
        assert written.code == "SQ-BT-2026-0102"
        assert again.journal.frontiers()["SQ-1"][0] == 1
        device = again.device
    with _open(home.path, slip) as once_more:
        assert once_more.device == device


def test_a_changed_table_is_filled_again_from_the_journal(new_home: NewHome, slip: Kind) -> None:
    home = new_home()
    uid = home.journal.write("slip", {"day": "2026-11-20", "title": "一"}).uid
    home.meta.set("schema", "an older one")
    with home.file.write() as c:
        c.exec_driver_sql("DROP TABLE slip")
    home.close()
    with _open(home.path, slip) as again:
        assert again.journal.record(uid)["title"] == "一"


def test_an_index_that_came_later_is_made_at_the_next_opening(new_home: NewHome, slip: Kind) -> None:
    """A receipt asks for a station's records and for the rare ops: a home of an earlier version learns to answer quickly."""
    home = new_home()
    with home.file.write() as c:
        for name in ("op_type", "record_station"):
            c.exec_driver_sql(f"DROP INDEX {name}")
            c.exec_driver_sql("UPDATE meta SET value = replace(value, ?, '') WHERE key = 'tables'", (name,))
    home.close()
    with _open(home.path, slip) as again, again.file.read() as c:
        plans = [
            str(c.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all())
            for query in ("SELECT rec FROM op WHERE type = 'x'", "SELECT uid FROM record WHERE station = 'x'")
        ]
    assert "op_type" in plans[0]
    assert "record_station" in plans[1]
