"""`selftest`: whether every part of this installation works, for a frozen build on somebody else's computer."""

from __future__ import annotations

import importlib
import os
import pkgutil
import tempfile
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio_desk.cli.answer import Answer
from studio_desk.cli.layout import table
from studio_desk.kernel.problem import BUG, DONE
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.cli.call import Call
    from studio_desk.cli.parser import Verbs

LIBRARIES = (
    "PIL",
    "cryptography",
    "fastapi",
    "keyring",
    "pandas",
    "platformdirs",
    "psycopg",
    "pyrage",
    "python_calamine",
    "pypinyin",
    "reportlab",
    "segno",
    "sqlcipher3",
    "sqlmodel",
    "stdnum",
    "uvicorn",
    "xlsxwriter",
    "zstandard",
    "PySide6.QtWidgets",
)
"""What is imported late, so that a build that lost it would only fail in the field."""


def register(verbs: Verbs) -> None:
    """Announce `selftest`."""
    verbs.add("selftest", say("检查这份程序的各部分是否齐全、能用"), selftest)


def selftest(call: Call) -> Answer:
    """Try every part; exit 70 when one fails."""
    del call
    parts = [_try(name, trial) for name, trial in _trials()]
    ok = all(part["ok"] for part in parts)
    rows = [(part["part"], part["ok"], part["detail"]) for part in parts]
    text = table((say("部分"), say("能用"), say("说明")), rows)
    return Answer({"ok": ok, "parts": parts}, text, DONE if ok else BUG)


def _trials() -> list[tuple[str, Callable[[], str]]]:
    return [
        ("modules", _modules),
        ("resources", _resources),
        ("database", _database),
        ("signature", _signature),
        ("sealing", _sealing),
        ("page", _page),
        ("keyring", _keyring),
        *((f"library {name}", partial(_library, name)) for name in LIBRARIES),
    ]


def _try(name: str, trial: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"part": name, "ok": True, "detail": trial()}
    except Exception as error:  # noqa: BLE001 - whatever is broken is what we want to know
        return {"part": name, "ok": False, "detail": f"{type(error).__name__}: {error}"[:300]}


def _modules() -> str:
    import studio_desk

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    names = [found.name for found in pkgutil.walk_packages(studio_desk.__path__, "studio_desk.")]
    for name in names:
        if not name.endswith("__main__"):
            importlib.import_module(name)
    return str(len(names))


def _library(name: str) -> str:
    return str(getattr(importlib.import_module(name), "__version__", ""))


def _resources() -> str:
    from studio_desk.kernel.resources import resource_root
    from studio_desk.kernel.vocabulary import shipped

    return f"{len(shipped())} lists, {len(list((resource_root() / 'fonts').iterdir()))} font files"


def _database() -> str:
    from studio_desk.store.file import StationFile

    with tempfile.TemporaryDirectory(prefix="studio-desk-") as folder:
        path, key = Path(folder) / "test.db", os.urandom(32)
        file = StationFile(path, key, create=True)
        with file.write() as c:
            c.exec_driver_sql("CREATE VIRTUAL TABLE t USING fts5(text)")
            c.exec_driver_sql("INSERT INTO t VALUES ('石桥镇')")
        found = file.facts()
        file.close()
        if "石桥镇".encode() in path.read_bytes():
            raise RuntimeError("the file is not encrypted")
    return f"SQLite {found['sqlite']}, SQLCipher {found['cipher_version']}, {found['journal_mode']}"


def _signature() -> str:
    from studio_desk.exchange.signing import Ed25519Signer, new_private, signature_fits

    signer = Ed25519Signer("TEST-1", new_private())
    if not signature_fits(signer.public, signer.sign(b"test"), b"test"):
        raise RuntimeError("a signature does not verify")
    return "Ed25519"


def _sealing() -> str:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from studio_desk.exchange.bech32 import identity_text, recipient_text
    from studio_desk.exchange.envelope import open_sealed, seal

    private = X25519PrivateKey.generate()
    sealed, plain = BytesIO(), BytesIO()
    seal([b"test"], [recipient_text(private.public_key().public_bytes_raw())], sealed)
    size = sealed.tell()
    sealed.seek(0)
    open_sealed(sealed, size, [identity_text(private.private_bytes_raw())], plain)
    if plain.getvalue() != b"test":
        raise RuntimeError("what was sealed does not open")
    return "age X25519"


def _page() -> str:
    from studio_desk.kernel import clock
    from studio_desk.press import render
    from studio_desk.press.page import Sheet, Text

    out = BytesIO()
    printed = render(
        [Sheet("测试", (Text("石桥镇政协联络站䶮㛃"),))], out, when=clock.today(), title="测试", author="Studio Desk"
    )
    if printed.missing:
        raise RuntimeError(f"missing glyphs: {printed.missing}")
    return f"{printed.pages} page, {len(out.getvalue())} bytes"


def _keyring() -> str:
    from studio_desk.store.keys import keyring_status

    found = keyring_status()
    return f"{found['backend']} {found['reason']}".strip()
