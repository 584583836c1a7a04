"""Keep the database key: wrapped by the system's keyring or a passphrase, and always by a recovery code."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from studio_desk.kernel.canon import canon, digest
from studio_desk.kernel.files import medium_problem, write_private
from studio_desk.kernel.problem import DAMAGED, Problem
from studio_desk.kernel.words import say
from studio_desk.store.recovery_code import new_code, read_code

KEY_BYTES: Final = 32
"""Length of the database key (SQLCipher raw key, 256 bits)."""
SERVICE: Final = "studio-desk"
"""The name under which the system's keyring lists our secrets."""
_FORMAT: Final = 1
_ARGON2: Final = {"kib": 64 * 1024, "passes": 3, "lanes": 4}
"""Argon2id, RFC 9106 section 4, second recommended option: 64 MiB, t=3, p=4."""
_ARGON2_MOST: Final = {"kib": 1024 * 1024, "passes": 16, "lanes": 16}


def new_key() -> bytes:
    """A fresh database key from the system's randomness."""
    return secrets.token_bytes(KEY_BYTES)


@dataclass
class KeyFile:
    """The file `desk.key` beside the database: the same key wrapped once per way in.

    Attributes:
        path: where the file lies.
        check: tells whether a key is the right one without opening the database; reveals nothing about it.
        slots: the ways in, by name: `keyring`, `passphrase`, `recovery`.
    """

    path: Path
    check: str
    slots: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def create(
        cls, path: Path, key: bytes, passphrase: str | None = None, use_keyring: bool = True
    ) -> tuple[KeyFile, str]:
        """Wrap a new key and write the file.

        Args:
            path: the file to make; it must not exist.
            key: 32 bytes of `new_key`.
            passphrase: wraps the key as well when given.
            use_keyring: put the key into the system's keyring when it has a usable one.

        Returns:
            The key file and the recovery code, which is shown once and stored nowhere.

        Raises:
            Problem: `NO_KEY_PROTECTION` neither keyring nor passphrase; `KEY_FILE_EXISTS`; `MEDIUM_…`.
        """
        if path.exists():
            raise Problem(
                "KEY_FILE_EXISTS",
                say("“{path}”已经有密钥文件。", path=path),
                say("请换一个空文件夹，或打开这里已有的数据。"),
            )
        made = cls(path, _check(key))
        if passphrase:
            made.slots["passphrase"] = _wrap_passphrase(key, passphrase)
        reason = _to_keyring(made, key) if use_keyring else say("没有选用系统钥匙串")
        if "passphrase" not in made.slots and "keyring" not in made.slots:
            raise _unprotected(reason)
        code = made._recovery(key)
        try:
            made.save()
        except Problem:
            made._forget()
            raise
        return made, code

    @classmethod
    def load(cls, path: Path) -> KeyFile:
        """Read the key file.

        Raises:
            Problem: `KEY_FILE_MISSING`, `KEY_FILE_DAMAGED` (exit 3), `FILE_NEWER`, `MEDIUM_…`.
        """
        try:
            return cls.parse(path, path.read_bytes())
        except FileNotFoundError:
            raise Problem(
                "KEY_FILE_MISSING",
                say("密钥文件“{path}”不见了。", path=path),
                say("请从备份恢复；每个备份里都有密钥文件。"),
                exit_code=DAMAGED,
            ) from None
        except OSError as error:
            raise medium_problem(error, path) from error

    @classmethod
    def parse(cls, path: Path, data: bytes) -> KeyFile:
        """The key file of these bytes (from the folder or from a backup), to be saved at `path`.

        Raises:
            Problem: `KEY_FILE_DAMAGED` (exit 3) or `FILE_NEWER`.
        """
        try:
            document = json.loads(data.decode("utf-8"))
            version, told = document["format"], document.pop("digest")
            whole = digest(canon(document)) == told
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise _damaged(path) from None
        if not whole or not isinstance(version, int):
            raise _damaged(path)
        if version > _FORMAT:
            raise Problem(
                "FILE_NEWER",
                say("密钥文件“{path}”是新版本的程序写的。", path=path),
                say("请先升级本程序，再打开。"),
            )
        return cls(path, document["check"], document["slots"])

    def save(self) -> None:
        """Write the file, readable by its owner alone, in one durable step.

        Raises:
            Problem: `MEDIUM_…`.
        """
        document = {"format": _FORMAT, "check": self.check, "slots": self.slots}
        text = json.dumps({**document, "digest": digest(canon(document))}, indent=1, sort_keys=True)
        write_private(self.path, text.encode("utf-8"))

    def unlock(self, passphrase: str | None = None) -> bytes:
        """The database key.

        A passphrase that is given decides; without one the keyring is asked.

        Raises:
            Problem: `WRONG_PASSPHRASE`; `NO_KEY` when nothing given opens the file; `KEY_FILE_DAMAGED` (exit 3).
        """
        if passphrase and "passphrase" in self.slots:
            return self._unwrap("passphrase", passphrase)
        reason = say("这份数据没有交给系统钥匙串")
        if "keyring" in self.slots:
            key, reason = self._from_keyring()
            if key:
                return key
        if "passphrase" in self.slots:
            remedy = say("请输入口令（命令行用 --passphrase-file），或用恢复码打开。")
        else:
            remedy = say("请在原来的电脑、原来的用户下打开，或用恢复码打开后设一个口令（命令行用 --passphrase-file）。")
        raise Problem("NO_KEY", say("打不开：系统钥匙串取不到密钥（{reason}），也没有口令。", reason=reason), remedy)

    def opens_with(self, key: bytes) -> bool:
        """Whether `key` is the key this file keeps."""
        return hmac.compare_digest(_check(key), self.check)

    def unlock_with_recovery(self, code: str) -> bytes:
        """The database key, by the recovery code printed at first run (spaces, hyphens, case, O and I do not matter).

        Raises:
            Problem: `RECOVERY_CODE_MISTYPED` when the check character disagrees; `WRONG_RECOVERY_CODE`;
                `KEY_FILE_DAMAGED` (exit 3).
        """
        return self._unwrap("recovery", read_code(code))

    def change_passphrase(self, key: bytes, new: str) -> None:
        """Set or replace the passphrase.

        Raises:
            Problem: `NO_KEY_PROTECTION` when `new` is empty; `MEDIUM_…`.
            ValueError: `key` is not this file's key.
        """
        self._demand(key)
        if not new:
            raise _unprotected(say("新口令是空的"))
        self.slots["passphrase"] = _wrap_passphrase(key, new)
        self.save()

    def new_recovery(self, key: bytes) -> str:
        """Replace the recovery code; the old one opens this file no more (older backups it still does).

        Raises:
            Problem: `MEDIUM_…`.
            ValueError: `key` is not this file's key.
        """
        self._demand(key)
        code = self._recovery(key)
        self.save()
        return code

    def add_keyring(self, key: bytes) -> None:
        """Put the key into the system's keyring, so that no passphrase is asked on this machine.

        Raises:
            Problem: `NO_KEYRING` with the reason; `MEDIUM_…`.
            ValueError: `key` is not this file's key.
        """
        self._demand(key)
        self.slots.pop("keyring", None)
        if reason := _to_keyring(self, key):
            raise Problem(
                "NO_KEYRING", say("系统钥匙串用不了：{reason}。", reason=reason), say("请改用口令；数据不受影响。")
            )
        self.save()

    def drop_keyring(self) -> None:
        """Take the key out of the system's keyring; from now on the passphrase is asked.

        Raises:
            Problem: `NO_KEY_PROTECTION` when there is no passphrase; `MEDIUM_…`.
        """
        if "passphrase" not in self.slots:
            raise _unprotected(say("还没有设口令"))
        self._forget()
        if self.slots.pop("keyring", None):
            self.save()

    def _recovery(self, key: bytes) -> str:
        printed = new_code()
        self.slots["recovery"] = _wrap(
            key, {"kdf": "hkdf-sha256", "salt": _b64(secrets.token_bytes(16))}, read_code(printed)
        )
        return printed

    def _from_keyring(self) -> tuple[bytes | None, str]:
        import keyring

        status = keyring_status()
        if not status["usable"]:
            return None, str(status["reason"])
        slot = self.slots["keyring"]
        try:
            secret = keyring.get_password(slot["service"], slot["user"])
            key = base64.b64decode(secret or "", validate=True)
        except Exception as error:  # noqa: BLE001 - a backend raises what it likes (D-Bus, COM, its own)
            return None, f"{status['backend']}: {error}"[:200]
        if not secret:
            return None, say("钥匙串里没有这份数据的密钥")
        if not self.opens_with(key):
            return None, say("钥匙串里的密钥不是这份数据的")
        return key, ""

    def _forget(self) -> None:
        """Delete our secret from the keyring; a keyring that cannot is left alone (the secret is then useless)."""
        import keyring

        if slot := self.slots.get("keyring"):
            with suppress(Exception):
                keyring.delete_password(slot["service"], slot["user"])

    def _unwrap(self, name: str, secret: str) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if name not in self.slots:
            raise _damaged(self.path)
        slot = dict(self.slots[name])
        try:
            nonce, wrapped = (base64.b64decode(slot.pop(part), validate=True) for part in ("nonce", "wrapped"))
            key = AESGCM(_stretch(slot, secret)).decrypt(nonce, wrapped, canon(slot).encode())
        except InvalidTag:
            raise _wrong(name) from None
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise _damaged(self.path) from None
        if not self.opens_with(key):
            raise _damaged(self.path)
        return key

    def _demand(self, key: bytes) -> None:
        if not self.opens_with(key):
            raise ValueError("not the key of this file")


def keyring_status() -> dict[str, Any]:
    """What the system's keyring is, without asking it for anything.

    Returns:
        `{"backend": class name, "usable": bool, "reason": sentence, "" when usable}`.
    """
    try:
        import keyring
        from keyring.backends import chainer, fail, null

        backend = keyring.get_keyring()
        name = f"{type(backend).__module__}.{type(backend).__qualname__}"
        empty = isinstance(backend, chainer.ChainerBackend) and not backend.backends
        weak = float(backend.priority) < 1
    except Exception as error:  # noqa: BLE001 - a broken configuration raises whatever its backend does
        return {"backend": "", "usable": False, "reason": f"{type(error).__name__}: {error}"[:200]}
    if isinstance(backend, fail.Keyring | null.Keyring) or empty:
        reason = say("这台电脑没有可用的系统钥匙串（{backend}）", backend=name)
    elif weak:  # keyrings.alt writes plain files; the package itself does not recommend what is below 1
        reason = say("系统钥匙串不够安全（{backend}）", backend=name)
    else:
        reason = ""
    return {"backend": name, "usable": not reason, "reason": reason}


def _to_keyring(file: KeyFile, key: bytes) -> str:
    """Store the key and read it back; return `""`, or why it did not work."""
    status = keyring_status()
    if not status["usable"]:
        return str(status["reason"])
    import keyring

    slot, secret = {"service": SERVICE, "user": f"desk-{secrets.token_hex(8)}"}, _b64(key)
    try:
        keyring.set_password(slot["service"], slot["user"], secret)
        same = keyring.get_password(slot["service"], slot["user"]) == secret
    except Exception as error:  # noqa: BLE001 - a locked or headless keyring raises what it likes
        return f"{status['backend']}: {error}"[:200]
    if not same:
        return say("系统钥匙串没有存住密钥（{backend}）", backend=status["backend"])
    file.slots["keyring"] = slot
    return ""


def _wrap_passphrase(key: bytes, passphrase: str) -> dict[str, Any]:
    return _wrap(key, {"kdf": "argon2id", **_ARGON2, "salt": _b64(secrets.token_bytes(16))}, passphrase)


def _wrap(key: bytes, parameters: dict[str, Any], secret: str) -> dict[str, Any]:
    """AES-256-GCM; the parameters are bound as associated data, so that nobody can weaken them unseen."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    wrapped = AESGCM(_stretch(parameters, secret)).encrypt(nonce, key, canon(parameters).encode())
    return {**parameters, "nonce": _b64(nonce), "wrapped": _b64(wrapped)}


def _stretch(parameters: dict[str, Any], secret: str) -> bytes:
    """The wrapping key of a passphrase or recovery code; full-width and half-width typing are the same secret.

    Raises:
        ValueError: unknown or unreasonable parameters.
    """
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    material = unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")
    salt = base64.b64decode(parameters["salt"], validate=True)
    if parameters["kdf"] == "hkdf-sha256":
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"studio-desk recovery 1").derive(material)
    if parameters["kdf"] != "argon2id" or any(parameters[name] > most for name, most in _ARGON2_MOST.items()):
        raise ValueError("unknown key derivation")
    kib, passes, lanes = (parameters[name] for name in _ARGON2)
    return Argon2id(salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=kib).derive(material)


def _check(key: bytes) -> str:
    """A mark of a 256-bit random key that cannot be turned back into it."""
    return hmac.new(key, b"studio-desk key check 1", hashlib.sha256).hexdigest()[:32]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _unprotected(reason: str) -> Problem:
    return Problem(
        "NO_KEY_PROTECTION",
        say("密钥没有东西保护：系统钥匙串用不了（{reason}），也没有口令。", reason=reason),
        say(
            "请设一个口令（命令行用 --passphrase-file），或在有系统钥匙串的桌面里运行（Windows 自带；Linux 装 gnome-keyring 或 KWallet）。"
        ),
    )


def _wrong(name: str) -> Problem:
    if name == "recovery":
        return Problem(
            "WRONG_RECOVERY_CODE",
            say("这个恢复码不是这份数据的。"),
            say("请找这份数据首次运行时打印的恢复码，换过恢复码的用最新的一张。"),
        )
    return Problem(
        "WRONG_PASSPHRASE",
        say("口令不对。"),
        say("请检查大小写和输入法后再试；忘记口令时，可用首次运行时打印的恢复码。"),
    )


def _damaged(path: Path) -> Problem:
    return Problem(
        "KEY_FILE_DAMAGED",
        say("密钥文件“{path}”损坏了。", path=path),
        say("请从备份恢复；每个备份里都有密钥文件。"),
        exit_code=DAMAGED,
    )
