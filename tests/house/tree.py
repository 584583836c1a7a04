"""The files of this tree that are under version control, for tests about the tree itself."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = {".git", ".venv", "out", "dist", "build", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}
"""Folders that work leaves behind; only looked at where git is not there to say what belongs to the tree."""


@cache
def files() -> tuple[Path, ...]:
    """Return every file of the tree that is kept."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        found = [ROOT / name for name in listed.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not MADE & set(path.relative_to(ROOT).parts)]
    return tuple(sorted(path for path in found if path.is_file()))


@cache
def texts() -> dict[str, str]:
    """Return the content of every text file of the tree by its path from the root."""
    found = {}
    for path in files():
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", "replace")
    return found
