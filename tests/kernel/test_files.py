"""What leaves the program is whole and synced, or nothing is there and a sentence says why."""

import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio_desk.kernel import files
from studio_desk.kernel.files import medium_problem, put_file, sweep, write_private
from studio_desk.kernel.problem import MEDIUM, Problem
from studio_desk.kernel.progress import Cancelled

CONTENT = b"".join(hashlib.sha256(str(n).encode()).digest() for n in range(100_000))


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, len(CONTENT)])
def test_bytes_and_files_arrive_whole(tmp_path: Path, size: int):
    source = tmp_path / "源.bin"
    source.write_bytes(CONTENT[:size])
    folder = tmp_path / "U盘"
    folder.mkdir()
    wanted = hashlib.sha256(CONTENT[:size]).hexdigest()
    assert put_file(folder / "甲.sdx", CONTENT[:size]) == wanted
    assert put_file(folder / "乙.sdx", source) == wanted
    assert (folder / "甲.sdx").read_bytes() == (folder / "乙.sdx").read_bytes() == CONTENT[:size]
    assert sorted(p.name for p in folder.iterdir()) == ["乙.sdx", "甲.sdx"]


def test_progress_counts_writing_and_reading_back(tmp_path: Path):
    told: list[tuple[int, int]] = []
    put_file(tmp_path / "a", CONTENT, lambda done, total, _text: told.append((done, total)))
    assert told[-1] == (2 * len(CONTENT), 2 * len(CONTENT))
    assert told == sorted(told)


def test_the_renamed_file_and_its_folder_are_synced_after_the_rename(tmp_path: Path, monkeypatch):
    steps: list[str] = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(
        os, "fsync", lambda fd: (steps.append(str(Path(f"/proc/self/fd/{fd}").readlink())), fsync(fd))[1]
    )
    monkeypatch.setattr(Path, "replace", lambda a, b: (steps.append("rename"), replace(a, b))[1])
    put_file(tmp_path / "a", b"x")
    assert steps[0].endswith(".part")
    assert steps[1:] == ["rename", str(tmp_path / "a"), str(tmp_path)]


def test_cancelling_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"old")

    def stop(done: int, total: int, text: str) -> None:
        if done > total // 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        put_file(tmp_path / "a", CONTENT, stop)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"old")]


def test_a_medium_that_gives_back_other_bytes_is_refused(tmp_path: Path, monkeypatch):
    write = files._write

    def write_badly(temporary, *rest):
        wanted = write(temporary, *rest)
        with temporary.open("r+b") as file:
            file.write(b"?")
        return wanted

    monkeypatch.setattr(files, "_write", write_badly)
    with pytest.raises(Problem) as refused:
        put_file(tmp_path / "a", CONTENT)
    assert (refused.value.code, refused.value.exit_code) == ("MEDIUM_CORRUPT", MEDIUM)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_a_missing_source_are_named(tmp_path: Path):
    with pytest.raises(Problem) as refused:
        put_file(tmp_path / "没有" / "a", b"x")
    assert (refused.value.code, refused.value.more["file"]) == ("MEDIUM_GONE", str(tmp_path / "没有" / "a"))
    with pytest.raises(Problem) as refused:
        put_file(tmp_path / "a", tmp_path / "没有")
    assert (refused.value.code, refused.value.more["file"]) == ("MEDIUM_GONE", str(tmp_path / "没有"))
    with pytest.raises(Problem) as refused:
        put_file(tmp_path / ("长" * 300), b"x")
    assert refused.value.code == "MEDIUM_NAME"


def test_a_full_medium_is_refused_and_left_clean(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"old")
    resource = pytest.importorskip("resource")  # POSIX alone can limit the size of a file
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(Problem) as refused:
            put_file(tmp_path / "a", CONTENT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (refused.value.code, refused.value.exit_code) == ("MEDIUM_FULL", MEDIUM)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"old")]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "MEDIUM_FULL"),
        (errno.EDQUOT, "MEDIUM_FULL"),
        (errno.EFBIG, "MEDIUM_FULL"),
        (errno.EROFS, "MEDIUM_READ_ONLY"),
        (errno.EACCES, "MEDIUM_READ_ONLY"),
        (errno.EPERM, "MEDIUM_READ_ONLY"),
        (errno.ENOENT, "MEDIUM_GONE"),
        (errno.EIO, "MEDIUM_GONE"),
        (errno.ENODEV, "MEDIUM_GONE"),
        (errno.ENXIO, "MEDIUM_GONE"),
        (errno.ENOTCONN, "MEDIUM_GONE"),
        (errno.EBUSY, "MEDIUM_BUSY"),
        (errno.ENAMETOOLONG, "MEDIUM_NAME"),
        (errno.EMFILE, "MEDIUM_FAILED"),
    ],
)
def test_every_error_of_the_system_is_a_sentence_and_a_remedy(number: int, code: str):
    problem = medium_problem(OSError(number, os.strerror(number)), "/媒介/U盘")
    assert (problem.code, problem.exit_code) == (code, MEDIUM)
    assert "/媒介/U盘" in problem.sentence
    assert problem.remedy


def test_windows_tells_a_pulled_stick_from_a_protected_one():
    pulled = OSError(errno.EACCES, "not ready")
    pulled.winerror = 21
    held = OSError(errno.EACCES, "sharing violation")
    held.winerror = 32
    assert [medium_problem(e, "E:").code for e in (pulled, held)] == ["MEDIUM_GONE", "MEDIUM_BUSY"]


@pytest.mark.parametrize("at", ["open", "fsync", "replace"])
def test_an_error_at_any_step_removes_the_temporary_file(tmp_path: Path, monkeypatch, at: str):
    def fail(*_args, **_more):
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(Path if at == "replace" else os, at, fail)
    with pytest.raises(Problem) as refused:
        put_file(tmp_path / "a", b"x")
    monkeypatch.undo()
    assert refused.value.code == "MEDIUM_GONE"
    assert list(tmp_path.iterdir()) == []


def test_private_files_are_for_their_owner_alone(tmp_path: Path):
    path = tmp_path / "desk.key"
    write_private(path, b"one")
    write_private(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600


def test_leftovers_of_killed_programs_go_and_those_of_running_ones_stay(tmp_path: Path):
    old, fresh, other = (tmp_path / n for n in (".studio-desk-00.part", ".studio-desk-11.part", "别人.part"))
    for path in (old, fresh, other):
        path.write_bytes(b"x")
    os.utime(old, (time.time() - 7200,) * 2)
    put_file(tmp_path / "a", b"x")
    assert not old.exists()
    assert sweep(tmp_path, 0) == 1
    assert other.exists()


def test_killed_at_any_moment_the_file_is_old_or_new(tmp_path: Path):
    target, source = tmp_path / "a", tmp_path / "source"
    source.write_bytes(CONTENT * 4)
    target.write_bytes(b"old")
    program = f"from pathlib import Path\nfrom studio_desk.kernel.files import put_file\nprint(1, flush=True)\nput_file(Path({str(target)!r}), Path({str(source)!r}))"
    for delay in [0.0, 0.002, 0.005, 0.01, 0.02, 0.04]:
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
            child.stdout.readline()
            time.sleep(delay)
            child.kill()
        assert target.read_bytes() in (b"old", source.read_bytes())
    sweep(tmp_path, 0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "source"]
