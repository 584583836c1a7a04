"""dev.py decides rightly what is missing and where pip may come from."""

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index in a folder, with two releases of pip; apt is out of reach."""
    page = tmp_path / "pip"
    page.mkdir()
    links = []
    for version, content in (("9.0.3", b"old"), ("25.1", b"new")):
        name = f"pip-{version}-py3-none-any.whl"
        (tmp_path / name).write_bytes(content)
        links.append(f'<a href="{tmp_path.as_uri()}/{name}#sha256={hashlib.sha256(content).hexdigest()}">{name}</a>')
    (page / "index.html").write_text("\n".join(links), encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", tmp_path.as_uri())
    return tmp_path


def serve_folders(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer the address of a folder with its index.html, as a web server does; the rest is urllib's own file handler."""
    fetch = dev.download
    monkeypatch.setattr(dev, "download", lambda address: fetch(address + "index.html" * address.endswith("/")))


def test_without_a_word_it_explains_itself(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["dev.py"])
    assert dev.main() == 64
    assert "python3 dev.py run" in capsys.readouterr().out


def test_no_display_is_no_display(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "LINUX", True)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not dev.has_display()
    monkeypatch.setenv("DISPLAY", ":4711")  # set, but nobody answers there
    assert not dev.has_display()


@pytest.mark.parametrize("thing", ["libc.so.6", "sh", "/"])
def test_what_is_there_is_found(dev: ModuleType, thing: str) -> None:
    assert dev.is_there(thing)
    assert not dev.is_there(thing.replace(".so.6", ".so.6666") if ".so." in thing else thing + "nowhere-at-all")


def test_without_root_the_command_is_told(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "is_there", lambda thing: thing != "qpdf")
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(dev.SetupError, match=r"sudo apt-get update && sudo apt-get install -y .*qpdf"):
        dev.install_system_packages(dev.JUDGES)


def test_the_newest_pip_of_the_configured_index_is_taken(
    dev: ModuleType, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_folders(dev, monkeypatch)
    target = tmp_path / "target"
    target.mkdir()
    assert dev.fetch_pip(target).name == "pip-25.1-py3-none-any.whl"
    assert (target / "pip-25.1-py3-none-any.whl").read_bytes() == b"new"


def test_a_pip_with_another_digest_is_refused(dev: ModuleType, index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve_folders(dev, monkeypatch)
    (index / "pip-25.1-py3-none-any.whl").write_bytes(b"changed on the way")
    with pytest.raises(dev.SetupError, match="digest"):
        dev.fetch_pip(index / "pip")


def test_an_index_may_stand_in_pips_own_file(dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = file:///srv/index%20one\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    assert dev.configured_index() == "file:///srv/index%20one"
