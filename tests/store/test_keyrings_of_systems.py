"""Keyrings as the systems have them: a real Secret Service on a bus of its own; the limits of the Windows vault.

There is no Windows where these tests run. Its half is `keyring`'s own code for Windows over a vault in memory that has the
documented limits of `CredWrite`; that the real vault behaves so is not shown here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keyring
import pytest
from keyring.backends import Windows

from studio_desk.kernel.problem import Problem
from studio_desk.store.keys import KeyFile, keyring_status, new_key

ROOT = Path(__file__).resolve().parents[2]
SESSION = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@"'
LOCKED = 'gnome-keyring-daemon --start --components=secrets >/dev/null && exec "$0" "$@"'


def in_session(folder: Path, wanted: str, session: str = SESSION) -> dict[str, Any]:
    """Run the driver in a new login session: its own bus and daemon, the person's keyring files from `folder`."""
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    env = {
        **{
            k: v
            for k, v in os.environ.items()
            if k not in {"PYTHON_KEYRING_BACKEND", "DBUS_SESSION_BUS_ADDRESS", "DISPLAY"}
        },
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(runtime),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    driver = [sys.executable, "-m", "tests.store.secret_service", str(folder), wanted]
    command = ["dbus-run-session", "--", "bash", "-c", session, *driver]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_the_secret_service_keeps_the_key_over_logins(tmp_path: Path):
    made = in_session(tmp_path, "make")
    assert (made["backend"], made["usable"]) == ("keyring.backends.SecretService.Keyring", True)
    assert made["slots"] == ["keyring", "recovery"]
    again = in_session(tmp_path, "open")  # another session, another daemon
    assert again["key"] == made["key"]
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert bytes.fromhex(made["key"]) not in path.read_bytes()
    assert in_session(tmp_path, "lost")["key"] == made["key"]
    lost = in_session(tmp_path, "open")
    assert lost["code"] == "NO_KEY"
    assert lost["remedy"]
    assert KeyFile.load(tmp_path / "SQ" / "desk.key").unlock_with_recovery(made["code"]).hex() == made["key"]


def test_a_locked_secret_service_without_a_screen_is_a_reason_and_no_waiting(tmp_path: Path):
    made = in_session(tmp_path, "make")
    told = in_session(tmp_path, "open", LOCKED)
    assert told["code"] == "NO_KEY"
    assert told["remedy"]
    assert "key" not in told
    assert in_session(tmp_path, "open")["key"] == made["key"]


class VaultError(Exception):
    """What pywin32 raises."""

    def __init__(self, winerror: int, funcname: str) -> None:
        super().__init__(winerror, funcname, "")
        self.winerror, self.funcname = winerror, funcname


class Vault:
    """The credential manager's calls as `keyring` uses them, with Windows' limits (wincred.h)."""

    CRED_TYPE_GENERIC, CRED_PERSIST_ENTERPRISE = 1, 3
    BLOB, NAME, USER = 5 * 512, 32767, 513
    """CRED_MAX_CREDENTIAL_BLOB_SIZE, CRED_MAX_GENERIC_TARGET_NAME_LENGTH, CRED_MAX_USERNAME_LENGTH."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.largest = 0

    def CredWrite(self, credential: dict[str, Any], flags: int) -> None:
        assert flags == 0
        blob = credential["CredentialBlob"].encode("utf-16-le")
        self.largest = max(self.largest, len(blob))
        if (
            len(blob) > self.BLOB
            or len(credential["TargetName"]) > self.NAME
            or len(credential["UserName"]) > self.USER
        ):
            raise VaultError(1783, "CredWrite")  # RPC_X_BAD_STUB_DATA, what Windows says to a blob that is too large
        self.kept[credential["TargetName"]] = {**credential, "CredentialBlob": blob}

    def CredRead(self, Type: int, TargetName: str) -> dict[str, Any]:  # noqa: N803 - Windows' names
        assert Type == self.CRED_TYPE_GENERIC
        if TargetName not in self.kept:
            raise VaultError(1168, "CredRead")
        return dict(self.kept[TargetName])

    def CredDelete(self, Type: int, TargetName: str) -> None:  # noqa: N803 - Windows' names
        assert Type == self.CRED_TYPE_GENERIC
        if self.kept.pop(TargetName, None) is None:
            raise VaultError(1168, "CredDelete")


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    made = Vault()
    monkeypatch.setattr(Windows, "win32cred", made, raising=False)
    monkeypatch.setattr(Windows, "pywintypes", SimpleNamespace(error=VaultError), raising=False)
    monkeypatch.setattr(Windows, "missing_deps", None)
    keyring.set_keyring(Windows.WinVaultKeyring())
    return made


def test_the_windows_vault_takes_our_secret_with_room_to_spare(tmp_path: Path, vault: Vault):
    assert keyring_status() == {"backend": "keyring.backends.Windows.WinVaultKeyring", "usable": True, "reason": ""}
    key = new_key()
    KeyFile.create(tmp_path / "desk.key", key)
    assert 0 < vault.largest <= 100
    assert KeyFile.load(tmp_path / "desk.key").unlock() == key


def test_several_homes_of_one_windows_user_keep_their_own_keys(tmp_path: Path, vault: Vault):
    """The vault has one place per service; `keyring` moves the earlier ones aside."""
    keys = [new_key() for _ in range(4)]
    files = [KeyFile.create(tmp_path / f"{number}.key", key)[0] for number, key in enumerate(keys)]
    assert len(vault.kept) == 4
    for file, key in zip(files, keys, strict=True):
        assert KeyFile.load(file.path).unlock() == key
    files[1].change_passphrase(keys[1], "一个口令")
    files[1].drop_keyring()
    for number in (0, 2, 3):
        assert KeyFile.load(files[number].path).unlock() == keys[number]
    with pytest.raises(Problem) as gone:
        KeyFile.load(files[1].path).unlock()
    assert gone.value.code == "NO_KEY"
    assert KeyFile.load(files[1].path).unlock("一个口令") == keys[1]


def test_a_vault_that_refuses_is_a_reason(tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vault, "BLOB", 10)
    with pytest.raises(Problem) as refused:
        KeyFile.create(tmp_path / "desk.key", new_key())
    assert refused.value.code == "NO_KEY_PROTECTION"
    assert "WinVaultKeyring" in refused.value.sentence
    assert "1783" in refused.value.sentence
    assert vault.kept == {}
    assert not (tmp_path / "desk.key").exists()
    made, _ = KeyFile.create(tmp_path / "desk.key", new_key(), "一个口令")
    assert sorted(made.slots) == ["passphrase", "recovery"]
