"""A backup is proved before it is announced; a restored home can never contradict what was sent."""

import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from studio_desk.kernel import clock
from studio_desk.kernel.problem import DAMAGED, MEDIUM, Problem
from studio_desk.kernel.progress import Cancelled
from studio_desk.store import snapshot
from studio_desk.store.backup import automatic, backup, latest, restore, verify
from studio_desk.store.home import Home
from studio_desk.store.recovery_code import new_code
from tests.store.conftest import PASSPHRASE, SLIP

NewHome = Callable[..., Home]
ROOT = Path(__file__).parent.parent.parent
KILLS = int(os.environ.get("STUDIO_DESK_KILLS", "6"))
MARKER = "只此一家的记号文字"


@pytest.fixture
def home(new_home: NewHome) -> Home:
    home = new_home()
    for number in range(30):
        home.journal.write("slip", {"day": "2026-11-20", "title": f"{MARKER}{number}", "note": "路灯不亮。" * 40})
    return home


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    stick = tmp_path / "U盘"
    stick.mkdir()
    return stick


@pytest.fixture
def at():
    moment = [datetime(2026, 11, 22, 9, 0, tzinfo=clock.CHINA)]
    clock.set_clock(lambda: moment[0])
    yield moment
    clock.set_clock(None)


def refused(code: str):
    return pytest.raises(Problem, match=f"^{code}:")


def titles(home: Home) -> list[str]:
    with home.file.read() as c:
        return list(c.exec_driver_sql("SELECT title FROM slip ORDER BY uid").scalars())


def work_left(home: Home) -> list[str]:
    folder = home.path / "backups"
    return [p.name for p in folder.iterdir() if not p.name.endswith(".sdbackup")] if folder.exists() else []


def test_a_backup_is_one_proved_file_that_shows_nothing(home: Home, stick: Path):
    told = []
    made = backup(home, stick, lambda *step: told.append(step))
    assert [p.name for p in stick.iterdir()] == [made.file.name]
    assert made.file.name.startswith("SQ-20")
    assert made.bytes == made.file.stat().st_size
    answer = made.as_json()
    assert (answer["records"], answer["attachments"], answer["verified"]) == (30, 0, True)
    assert work_left(home) == []
    assert {text for _, _, text in told} >= {"正在写备份", "正在核对备份", "正在写入", "正在核对"}
    with zipfile.ZipFile(made.file) as file:
        assert sorted(file.namelist()) == ["desk.db", "desk.key", "manifest.json"]
        assert file.testzip() is None
    data = made.file.read_bytes()
    assert MARKER.encode() not in data
    assert b"SQLite format 3" not in data


def test_two_in_one_second_are_two_files(home: Home, stick: Path, at):
    assert {backup(home, stick).file.name, backup(home, stick).file.name} == {
        "SQ-20261122-090000.sdbackup",
        "SQ-20261122-090000-2.sdbackup",
    }


def test_it_verifies_by_passphrase_recovery_code_and_key(home: Home, stick: Path, tmp_path: Path):
    made = backup(home, stick)
    for way in ({"passphrase": PASSPHRASE}, {"recovery": home.recovery_code}, {"key": home.file.key}):
        assert verify(made.file, **way).facts == made.facts
    (tmp_path / "work").mkdir()
    verify(made.file, work=tmp_path / "work", passphrase=PASSPHRASE)
    assert list((tmp_path / "work").iterdir()) == []
    with refused("WRONG_PASSPHRASE"):
        verify(made.file, passphrase="x")
    with refused("WRONG_RECOVERY_CODE"):
        verify(made.file, recovery=new_code())
    with refused("NO_KEY"):
        verify(made.file)


def test_a_damaged_page_stops_the_backup_instead_of_being_copied(home: Home, stick: Path):
    # Pages of indexes too, also of those of empty tables: such a table, whatever else has made tables of its own.
    with home.file.write() as c:
        c.exec_driver_sql("CREATE TABLE empty (name TEXT PRIMARY KEY)")
        index = c.exec_driver_sql("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'empty' AND type = 'index'")
        unread = (index.scalar_one() - 1) * 4096 + 500
    home.close()
    database = home.path / "desk.db"
    whole = database.read_bytes()
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for place in [unread, *(chance.randrange(4096, len(whole)) for _ in range(12))]:
        data = bytearray(whole)
        data[place] ^= 1 << chance.randrange(8)
        database.write_bytes(data)
        with pytest.raises(Problem) as problem, Home.open(home.path, shapes=(SLIP,), passphrase=PASSPHRASE) as hurt:
            backup(hurt, stick)
        assert problem.value.exit_code == DAMAGED
    assert list(stick.iterdir()) == []


def test_every_damage_of_a_backup_is_found(home: Home, stick: Path):
    made = backup(home, stick)
    whole = made.file.read_bytes()
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    directory = whole.rindex(b"PK\x01\x02" + whole[whole.index(b"PK\x01\x02") + 4 :][:2])
    places = [chance.randrange(len(whole)) for _ in range(60)]
    places += [chance.randrange(directory - 300, len(whole)) for _ in range(60)]
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << chance.randrange(8)
        made.file.write_bytes(data)
        try:
            found = verify(made.file, key=home.file.key)
        except Problem as problem:
            assert problem.code in {"BACKUP_DAMAGED", "NOT_A_BACKUP", "FILE_NEWER"}, problem  # noqa: PT017
        else:
            assert found.facts == made.facts  # a date or an attribute of the ZIP, no content
    for size in [0, 1, 3, 22, 4096, *(chance.randrange(len(whole)) for _ in range(20)), len(whole) - 1]:
        made.file.write_bytes(whole[:size])
        with pytest.raises(Problem) as problem:
            verify(made.file, key=home.file.key)
        assert (problem.value.code, problem.value.exit_code) == ("BACKUP_DAMAGED", DAMAGED)


def test_what_is_no_backup_is_named_so(tmp_path: Path, home: Home):
    other = tmp_path / "照片.jpg"
    other.write_bytes(b"\xff\xd8\xff" * 100)
    with refused("NOT_A_BACKUP"):
        verify(other, passphrase=PASSPHRASE)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("../desk.db", "x")
    with refused("NOT_A_BACKUP"):
        restore(tmp_path / "a.zip", tmp_path / "new", (SLIP,), passphrase=PASSPHRASE)
    with refused("MEDIUM_GONE"):
        verify(tmp_path / "none.sdbackup", passphrase=PASSPHRASE)
    with refused("MEDIUM_GONE"):
        backup(home, tmp_path / "none")


def test_a_manifest_that_tells_something_else_is_refused(home: Home, stick: Path):
    made = backup(home, stick)
    with zipfile.ZipFile(made.file) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    for old, new in ((b'"records":30', b'"records":31'), (b'"seq":30', b'"seq":29'), (b'"code":"SQ"', b'"code":"QX"')):
        assert old in parts["manifest.json"]
        with zipfile.ZipFile(made.file, "w") as file:
            for name, data in parts.items():
                file.writestr(name, data.replace(old, new) if name == "manifest.json" else data)
        with refused("BACKUP_DAMAGED"):
            verify(made.file, key=home.file.key)


def test_a_restored_home_holds_everything_and_writes_a_new_chain(home: Home, stick: Path, tmp_path: Path):
    before, frontier = titles(home), home.journal.frontiers()["SQ-1"]
    made = backup(home, stick)
    late = home.journal.write("slip", {"day": "2026-11-21", "title": "备份之后"})
    with restore(made.file, tmp_path / "新电脑" / "home", (SLIP,), passphrase=PASSPHRASE) as new:
        assert titles(new) == before
        assert new.device.startswith("SQ-1.2")
        assert new.journal.frontiers()["SQ-1"] == frontier
        ((op, _, _),) = new.journal.ops(new.device)
        assert op.type == "device.incarnate"
        assert new.read_mark()["device"] == new.device
        written = new.journal.write("slip", {"day": "2026-11-22", "title": "新的"})
        assert written.code > late.code  # numbers given out after the backup are not given again
        assert new.file.key == home.file.key
    with restore(made.file, tmp_path / "third", (SLIP,), passphrase=PASSPHRASE) as third:
        assert third.device not in {new.device, home.device}
    with Home.open(tmp_path / "新电脑" / "home", shapes=(SLIP,), passphrase=PASSPHRASE) as again:
        assert again.device == new.device
        assert "新的" in titles(again)
    assert sorted(p.name for p in (tmp_path / "新电脑").iterdir()) == ["home"]


def test_the_recovery_code_restores_and_sets_a_new_passphrase(home: Home, stick: Path, tmp_path: Path):
    made = backup(home, stick)
    restore(made.file, tmp_path / "new", (SLIP,), recovery=home.recovery_code, passphrase="从今以后").close()
    with Home.open(tmp_path / "new", shapes=(SLIP,), passphrase="从今以后") as new:
        assert len(titles(new)) == 30
    with refused("WRONG_PASSPHRASE"):
        Home.open(tmp_path / "new", shapes=(SLIP,), passphrase=PASSPHRASE)


def test_restoring_never_touches_what_is_there(home: Home, stick: Path, tmp_path: Path):
    made = backup(home, stick)
    with refused("HOME_EXISTS"):
        restore(made.file, home.path, (SLIP,), passphrase=PASSPHRASE)
    other = tmp_path / "other"
    other.mkdir()
    (other / "照片.jpg").write_bytes(b"x")
    with refused("FOLDER_NOT_EMPTY"):
        restore(made.file, other, (SLIP,), passphrase=PASSPHRASE)
    empty = tmp_path / "empty"
    empty.mkdir()
    with refused("WRONG_PASSPHRASE"):
        restore(made.file, empty, (SLIP,), passphrase="x")
    assert list(empty.iterdir()) == []
    restore(made.file, empty, (SLIP,), passphrase=PASSPHRASE).close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["SQ", "U盘", "empty", "other"]


def test_cancelling_leaves_nothing_at_any_step(home: Home, stick: Path, monkeypatch):
    monkeypatch.setattr(snapshot, "_STEPS", 200)  # so that a small file reports while it is copied as a large one does
    steps = []
    backup(home, stick, lambda *step: steps.append(step)).file.unlink()
    copied = [step for step in steps if step[2] == "正在复制数据"]
    assert copied
    assert all(0 <= done <= total for done, total, _ in steps)
    for number in range(0, len(steps), max(1, len(steps) // 12)):
        left = [number]

        def stop(_done: int, _total: int, _text: str, left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Cancelled

        with pytest.raises(Cancelled):
            backup(home, stick, stop)
        assert list(stick.iterdir()) == work_left(home) == []
    home.journal.write("slip", {"day": "2026-11-22", "title": "照常"})


def test_automatic_ones_wait_half_an_hour_and_for_a_change(home: Home, at):
    first = automatic(home)
    assert first
    assert first.file.parent == home.path / "backups"
    home.journal.write("slip", {"day": "2026-11-22", "title": "新"})
    at[0] += timedelta(minutes=29)
    assert automatic(home) is None
    at[0] += timedelta(minutes=1)
    assert automatic(home)
    at[0] += timedelta(hours=5)
    assert automatic(home) is None  # nothing changed
    assert automatic(home, leaving=True) is None
    home.meta.set("setting.font_size", "大")
    assert automatic(home, leaving=True)
    home.journal.write("slip", {"day": "2026-11-22", "title": "再"})
    assert automatic(home) is None
    assert automatic(home, leaving=True)
    assert len(list((home.path / "backups").iterdir())) == 4


def test_automatic_ones_are_thinned_and_foreign_files_stay(home: Home, at):
    folder = home.path / "backups"
    made = automatic(home)
    foreign = [folder / n for n in ("XX-20200101-000000.sdbackup", "说明.txt", "SQ-20209999-000000.sdbackup")]
    for path in foreign:
        path.write_bytes(b"x")
    for day in range(1, 400):
        shutil.copy(made.file, folder / f"SQ-{at[0] - timedelta(days=day):%Y%m%d-%H%M%S}.sdbackup")
    at[0] += timedelta(hours=1)
    home.journal.write("slip", {"day": "2026-11-22", "title": "新"})
    automatic(home)
    assert all(path.exists() for path in foreign)
    assert 20 < len(list(folder.glob("SQ-2*.sdbackup"))) < 40


def test_a_second_copy_goes_where_the_settings_say(home: Home, stick: Path, tmp_path: Path, at):
    home.change_settings(home.settings.changed(second_backup_folder=str(stick)))
    made = automatic(home)
    assert made.second == stick / made.file.name
    assert made.second.read_bytes() == made.file.read_bytes()
    home.change_settings(home.settings.changed(second_backup_folder=str(tmp_path / "拔掉了")))
    made = automatic(home, leaving=True)
    assert made.file.exists()
    assert (made.second, made.trouble.code) == (None, "MEDIUM_GONE")


def test_the_status_bar_knows_the_age(home: Home, stick: Path, at):
    assert (latest(home).at, latest(home).level) == (None, "red")
    made = backup(home, stick)
    assert (latest(home).days, latest(home).level, latest(home).file) == (0, "ok", str(made.file))
    for days, level in ((6, "ok"), (7, "yellow"), (13, "yellow"), (14, "red"), (400, "red")):
        at[0] = datetime(2026, 11, 22, 9, 0, tzinfo=clock.CHINA) + timedelta(days=days)
        assert (latest(home).days, latest(home).level) == (days, level)
    automatic(home)
    assert latest(home).level == "ok"
    assert latest(home).file.startswith(str(home.path))


def test_a_full_disk_is_a_sentence_and_loses_nothing(home: Home, stick: Path):
    resource = pytest.importorskip("resource")  # POSIX alone can limit the size of a file
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (home.path / "desk.db").stat().st_size
    for limit in (4096, size // 2, size + 2000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            with pytest.raises(Problem) as problem:
                backup(home, stick)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert problem.value.exit_code == MEDIUM
        assert list(stick.iterdir()) == work_left(home) == []
    assert backup(home, stick).facts.records == 30


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_stick_is_a_sentence_and_is_left_clean(home: Home, stick: Path):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(stick)], check=False).returncode:
        return
    try:
        with refused("MEDIUM_FULL"):
            backup(home, stick)
        assert list(stick.iterdir()) == work_left(home) == []
    finally:
        subprocess.run(["umount", str(stick)], check=True)


def run(program: str) -> subprocess.Popen:
    code = (
        "from pathlib import Path\nfrom studio_desk.store.home import Home\nfrom studio_desk.store.backup import *\n"
        f"from tests.store.conftest import PASSPHRASE, SLIP\n{program}"
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_some_time_later(child: subprocess.Popen, chance: random.Random, longest: float) -> None:
    assert child.stdout is not None
    assert child.stdout.readline() == "go\n"
    time.sleep(chance.random() * longest)
    child.kill()
    child.wait()
    child.stdout.close()


def test_killed_at_any_moment_of_a_backup_what_lies_there_is_whole(home: Home, stick: Path):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    home.close()
    program = (
        f"home = Home.open(Path({str(home.path)!r}), shapes=(SLIP,), passphrase=PASSPHRASE)\nprint('go', flush=True)\n"
        f"for n in range(1000):\n    home.journal.write('slip', {{'day': '2026-11-22', 'title': str(n)}})\n"
        f"    print(backup(home, Path({str(stick)!r})).file.name, flush=True)"
    )
    for _ in range(KILLS):
        kill_some_time_later(run(program), chance, 0.3)
    with Home.open(home.path, shapes=(SLIP,), passphrase=PASSPHRASE) as again:
        found = [p for p in stick.iterdir() if p.name.endswith(".sdbackup")]
        for path in found:
            assert verify(path, key=again.file.key).facts.records >= 30
        backup(again, stick)
        assert work_left(again) == []


def test_killed_at_any_moment_of_a_restore_there_is_nothing_or_a_whole_home(home: Home, stick: Path, tmp_path: Path):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    made = backup(home, stick)
    place = tmp_path / "there" / "new"
    devices = set()
    for number in range(KILLS):
        program = (
            "print('go', flush=True)\n"
            f"restore(Path({str(made.file)!r}), Path({str(place)!r}), (SLIP,), passphrase=PASSPHRASE)"
        )
        kill_some_time_later(run(program), chance, 0.1 + number / KILLS)
        if place.exists():
            with Home.open(place, shapes=(SLIP,), passphrase=PASSPHRASE) as whole:
                assert len(titles(whole)) == 30
                assert whole.device.startswith("SQ-1.2")
                assert whole.device not in devices
                devices.add(whole.device)
            shutil.rmtree(place)
    with restore(made.file, place, (SLIP,), passphrase=PASSPHRASE) as whole:
        assert len(titles(whole)) == 30
    assert [p.name for p in place.parent.iterdir()] == ["new"]


def test_the_proof_reads_every_page_and_every_chain(home: Home, tmp_path: Path):
    snapshot.copy(home.file, tmp_path / "copy.db")
    assert snapshot.prove(tmp_path / "copy.db", home.file.key) == snapshot.now(home.file)
    with home.file.write() as c:
        c.exec_driver_sql("UPDATE chain SET head = ?", ("0" * 64,))
    snapshot.copy(home.file, tmp_path / "loose.db")
    with refused("FILE_DAMAGED"):
        snapshot.prove(tmp_path / "loose.db", home.file.key)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["SQ", "copy.db", "loose.db"]
