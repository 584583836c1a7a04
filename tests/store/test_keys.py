"""The database key comes back by keyring, passphrase or recovery code, and by nothing else."""

import base64
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.backends import fail, null

from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.store.keys import KEY_BYTES, KeyFile, keyring_status, new_key
from studio_desk.store.recovery_code import new_code, read_code


class FolderKeyring(keyring.backend.KeyringBackend):
    """A real keyring that keeps its secrets in files of one folder."""

    priority = 5

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def _file(self, service: str, user: str) -> Path:
        return self.folder / f"{service}+{user}"

    def get_password(self, service: str, username: str) -> str | None:
        path = self._file(service, username)
        return path.read_text() if path.exists() else None

    def set_password(self, service: str, username: str, password: str) -> None:
        self._file(service, username).write_text(password)

    def delete_password(self, service: str, username: str) -> None:
        try:
            self._file(service, username).unlink()
        except FileNotFoundError as gone:
            raise keyring.errors.PasswordDeleteError from gone


class LockedKeyring(FolderKeyring):
    """A keyring whose owner refuses to unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("locked")

    set_password = get_password


class ForgetfulKeyring(FolderKeyring):
    """A keyring that says yes and stores nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class PlainFileKeyring(FolderKeyring):
    """A keyring that its own makers do not recommend."""

    priority = 0.5


@pytest.fixture(autouse=True)
def _own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def ring(tmp_path: Path) -> FolderKeyring:
    ring = FolderKeyring(tmp_path / "ring")
    keyring.set_keyring(ring)
    return ring


def refused(code: str):
    return pytest.raises(Problem, match=f"^{code}:")


def test_passphrase_and_recovery_code_both_open(tmp_path: Path):
    key, path = new_key(), tmp_path / "desk.key"
    made, code = KeyFile.create(path, key, "政协 2026 ABC")
    assert sorted(made.slots) == ["passphrase", "recovery"]
    again = KeyFile.load(path)
    assert again.unlock("政协 2026 ABC") == again.unlock("政协 2026 ABC") == key
    assert again.unlock_with_recovery(code) == again.unlock_with_recovery(code.lower().replace("-", " ")) == key
    for wrong in ("政协 2026 ABD", " 政协 2026 ABC", "x" * 10_000, "\udc80"):
        with refused("WRONG_PASSPHRASE"):
            again.unlock(wrong)
    with refused("WRONG_RECOVERY_CODE"):
        again.unlock_with_recovery(new_code())
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_file_shows_neither_key_nor_passphrase_nor_code(tmp_path: Path, ring):
    key, path = new_key(), tmp_path / "desk.key"
    _, code = KeyFile.create(path, key, "hunter-22-long")
    text = path.read_text()
    for secret in (base64.b64encode(key).decode(), key.hex(), "hunter-22-long", code, code.replace("-", "")):
        assert secret not in text
    slot = json.loads(text)["slots"]["passphrase"]
    assert (slot["kdf"], slot["kib"], slot["passes"], slot["lanes"]) == ("argon2id", 65536, 3, 4)


def test_the_keyring_holds_one_secret_of_32_bytes_and_opens_alone(tmp_path: Path, ring):
    key, path = new_key(), tmp_path / "desk.key"
    made, _ = KeyFile.create(path, key)
    assert sorted(made.slots) == ["keyring", "recovery"]
    assert sorted(made.slots["keyring"]) == ["service", "user"]
    (secret,) = ring.folder.iterdir()
    assert base64.b64decode(secret.read_text()) == key
    assert len(key) == KEY_BYTES
    assert KeyFile.load(path).unlock() == key
    assert keyring_status() == {"backend": f"{__name__}.FolderKeyring", "usable": True, "reason": ""}


@pytest.mark.parametrize(
    "backend",
    [fail.Keyring, null.Keyring, LockedKeyring, ForgetfulKeyring, PlainFileKeyring],
    ids=lambda b: b.__module__,
)
def test_without_a_keyring_that_works_a_passphrase_is_demanded_and_enough(tmp_path: Path, backend):
    keyring.set_keyring(backend(tmp_path / "ring") if issubclass(backend, FolderKeyring) else backend())
    path = tmp_path / "desk.key"
    with refused("NO_KEY_PROTECTION") as problem:
        KeyFile.create(path, new_key())
    assert "口令" in problem.value.remedy
    assert "钥匙串" in problem.value.remedy
    assert not path.exists()
    made, _ = KeyFile.create(path, new_key(), "一个很长的口令")
    assert "keyring" not in made.slots
    with refused("NO_KEY") as problem:
        KeyFile.load(path).unlock()
    assert "--passphrase-file" in problem.value.remedy
    with refused("NO_KEYRING"):
        made.add_keyring(made.unlock("一个很长的口令"))
    assert KeyFile.load(path).unlock("一个很长的口令")


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, PlainFileKeyring])
def test_the_status_names_the_backend_and_the_reason(tmp_path: Path, backend):
    keyring.set_keyring(backend(tmp_path / "ring") if issubclass(backend, FolderKeyring) else backend())
    status = keyring_status()
    assert not status["usable"]
    assert status["backend"] in status["reason"]


def test_a_broken_keyring_setting_is_a_reason_and_no_traceback(tmp_path: Path):
    program = "from studio_desk.store.keys import keyring_status; s = keyring_status(); assert not s['usable']; print(s['reason'])"
    for setting in (
        "no.such.module",
        "nonsense",
        "keyring.backends.Windows.WinVaultKeyring",
        "keyring.backends.SecretService.Keyring",
    ):
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={
                **os.environ,
                "PYTHON_KEYRING_BACKEND": setting,
                "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/none",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip()


def test_a_given_passphrase_decides_even_where_the_keyring_would_open(tmp_path: Path, ring):
    key, path = new_key(), tmp_path / "desk.key"
    KeyFile.create(path, key, "right")
    with refused("WRONG_PASSPHRASE"):
        KeyFile.load(path).unlock("wrong")
    assert KeyFile.load(path).unlock() == KeyFile.load(path).unlock("right") == key


def test_another_machine_without_the_secret_says_both_ways(tmp_path: Path, ring):
    path = tmp_path / "desk.key"
    _, code = KeyFile.create(path, new_key())
    (secret,) = ring.folder.iterdir()
    for content in (None, "", "!!", base64.b64encode(new_key()).decode()):
        secret.unlink(missing_ok=True) if content is None else secret.write_text(content)
        with refused("NO_KEY") as problem:
            KeyFile.load(path).unlock("ignored, there is no passphrase")
        assert "恢复码" in problem.value.remedy
    key = KeyFile.load(path).unlock_with_recovery(code)
    KeyFile.load(path).change_passphrase(key, "set after recovery")
    assert KeyFile.load(path).unlock("set after recovery") == key


def test_passphrase_recovery_code_and_keyring_can_be_changed(tmp_path: Path, ring):
    key, path = new_key(), tmp_path / "desk.key"
    made, code = KeyFile.create(path, key, "first", use_keyring=False)
    made.change_passphrase(key, "second")
    with refused("WRONG_PASSPHRASE"):
        KeyFile.load(path).unlock("first")
    newer = KeyFile.load(path).new_recovery(key)
    with refused("WRONG_RECOVERY_CODE"):
        KeyFile.load(path).unlock_with_recovery(code)
    assert KeyFile.load(path).unlock_with_recovery(newer) == key
    KeyFile.load(path).add_keyring(key)
    assert KeyFile.load(path).unlock() == key
    KeyFile.load(path).drop_keyring()
    assert list(ring.folder.iterdir()) == []
    assert KeyFile.load(path).unlock("second") == key
    with pytest.raises(ValueError):
        made.change_passphrase(new_key(), "third")
    with refused("NO_KEY_PROTECTION"):
        made.change_passphrase(key, "")


def test_the_last_way_in_cannot_be_dropped(tmp_path: Path, ring):
    key, path = new_key(), tmp_path / "desk.key"
    made, _ = KeyFile.create(path, key)
    with refused("NO_KEY_PROTECTION"):
        made.drop_keyring()
    assert KeyFile.load(path).unlock() == key


def test_an_existing_key_file_is_never_overwritten(tmp_path: Path):
    path = tmp_path / "desk.key"
    KeyFile.create(path, new_key(), "x")
    before = path.read_bytes()
    with refused("KEY_FILE_EXISTS"):
        KeyFile.create(path, new_key(), "x")
    assert path.read_bytes() == before


def test_a_key_file_that_cannot_be_written_leaves_no_secret_in_the_keyring(tmp_path: Path, ring):
    with refused("MEDIUM_GONE"):
        KeyFile.create(tmp_path / "none" / "desk.key", new_key())
    assert list(ring.folder.iterdir()) == []


def test_every_damage_is_found_at_loading(tmp_path: Path):
    path = tmp_path / "desk.key"
    KeyFile.create(path, new_key(), "x")
    whole = path.read_bytes()
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for at in [*range(0, len(whole), 7), len(whole) - 1]:
        path.write_bytes(whole[:at])
        with refused("KEY_FILE_DAMAGED") as problem:
            KeyFile.load(path)
        assert problem.value.exit_code == DAMAGED
        document = json.loads(whole)
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        try:
            same = json.loads(flipped) == document
        except ValueError:
            same = False
        if not same:
            with pytest.raises(Problem):
                KeyFile.load(path)
    for text in (b"", b"[]", b"{}", b"null", b"[" * 100_000, b'{"format":1,"digest":1}', b'{"format":NaN,"digest":""}'):
        path.write_bytes(text)
        with refused("KEY_FILE_DAMAGED"):
            KeyFile.load(path)
    path.unlink()
    with refused("KEY_FILE_MISSING"):
        KeyFile.load(path)


def test_a_newer_key_file_asks_for_a_newer_program(tmp_path: Path):
    from studio_desk.kernel.canon import canon, digest

    path = tmp_path / "desk.key"
    document = {"format": 2, "check": "", "slots": {}}
    path.write_text(json.dumps({**document, "digest": digest(canon(document))}))
    with refused("FILE_NEWER"):
        KeyFile.load(path)


@pytest.mark.parametrize("change", [{"kib": 1 << 40}, {"kdf": "md5"}, {"salt": "*"}, {"lanes": "4"}, {"passes": 0}])
def test_parameters_that_somebody_changed_are_refused_without_work(tmp_path: Path, change):
    path = tmp_path / "desk.key"
    made, _ = KeyFile.create(path, new_key(), "x")
    made.slots["passphrase"].update(change)
    made.save()
    with refused("KEY_FILE_DAMAGED"):
        KeyFile.load(path).unlock("x")


def test_recovery_codes_carry_over_130_bits_and_find_every_slip():
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4] * 7
    plain = code.replace("-", "")
    assert read_code(plain) == plain[:-1]
    symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    for at in range(len(plain)):
        for symbol in symbols.replace(plain[at], ""):
            with refused("RECOVERY_CODE_MISTYPED"):
                read_code(plain[:at] + symbol + plain[at + 1 :])
        for other in range(at):
            if plain[at] != plain[other]:
                swapped = list(plain)
                swapped[at], swapped[other] = swapped[other], swapped[at]
                with refused("RECOVERY_CODE_MISTYPED"):
                    read_code("".join(swapped))
    for wrong in ("", plain[:-1], plain + "0", "U" * 28, "中" * 28):
        with refused("RECOVERY_CODE_MISTYPED"):
            read_code(wrong)


def test_recovery_codes_are_read_however_they_were_copied():
    wide = str.maketrans({chr(n): chr(n + 0xFEE0) for n in range(0x30, 0x5B)})
    for _ in range(200):
        code = new_code()
        sloppy = code.replace("0", "o").replace("1", "l").lower().replace("-", " – ")
        assert read_code(sloppy) == read_code(code.translate(wide)) == code.replace("-", "")[:-1]
