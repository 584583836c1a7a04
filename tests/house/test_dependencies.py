"""Every dependency has its reason and its digest, and none of them leads to a named host."""

import re
import sys
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.tree import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
DECLARED = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]


def locked() -> dict[str, list[Version]]:
    found: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", LOCK, re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(Version(version))
    return found


@pytest.mark.parametrize("declared", DECLARED)
def test_a_dependency_carries_its_reason(declared: str) -> None:
    line = next(line for line in PYPROJECT.splitlines() if f'"{declared}"' in line)
    reason = line.partition("#")[2].strip()
    assert len(reason) > 4, f"say in pyproject.toml why {declared} is needed"


@pytest.mark.parametrize("declared", DECLARED)
def test_the_lock_holds_what_is_declared(declared: str) -> None:
    requirement = Requirement(declared)
    versions = locked()[canonicalize_name(requirement.name)]
    assert all(version in requirement.specifier for version in versions), "run `python3 dev.py lock`"


def test_every_locked_version_has_a_digest() -> None:
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 40
    without = [entry.split()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)]
    assert without == []


def test_the_lock_names_no_host_and_no_option() -> None:
    """A lock with an index inside would break every machine that reaches packages another way."""
    assert "://" not in LOCK
    assert [line for line in LOCK.splitlines() if line.startswith("-")] == []


def test_qt_stays_below_the_release_that_loses_references() -> None:
    """PySide6 6.12.0 on CPython 3.11 loses references to True and None (docs/decisions/0005)."""
    for name in ("pyside6", "pyside6-essentials", "pyside6-addons", "shiboken6"):
        assert all(version < Version("6.12") for version in locked()[name])


def test_the_environment_is_the_locked_one() -> None:
    """Tests against other versions than the locked ones would prove nothing about what is shipped."""
    wrong = {}
    for requirement in map(Requirement, DECLARED):
        name = canonicalize_name(requirement.name)
        installed = Version(metadata.version(name))
        if installed not in locked()[name]:
            wrong[name] = installed
    assert wrong == {}, "run `python3 dev.py test`, which installs the lock first"


def test_the_notices_name_every_shipped_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    import notices

    table = (ROOT / "THIRD-PARTY-NOTICES.md").read_text(encoding="utf-8")
    packages = notices.shipped(notices.locked())
    names = {package.name for package in packages}
    assert {"pyside6", "sqlcipher3", "numpy", "pywin32-ctypes"} <= names
    assert not {"pytest", "ruff", "opendataloader-pdf"} & names
    missing = [p.name for p in packages if f"| {p.name} | {' / '.join(p.versions)} |" not in table]
    assert missing == [], "run `python packaging/notices.py`"
    assert sys.modules.pop("notices", None) is notices
