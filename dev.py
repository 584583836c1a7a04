#!/usr/bin/env python3
"""Set this tree up and run or test it, with nothing but Python 3.11 and its standard library.

    python3 dev.py run [--headless]   the desk on the sample station; without a display the whole story, told as text
    python3 dev.py test [PYTEST ...]  format, lint, types, import contracts, translations, tests; with paths: those tests
    python3 dev.py lock               write requirements.lock anew from pyproject.toml (needs uv)
    python3 dev.py fonts              build resources/fonts anew from Debian's font packages

Both main commands first do what is missing: system libraries (as root; otherwise the command to type is printed), the
virtual environment .venv, the locked dependencies, the program `studio-desk` inside it. A second start skips all that.
"""

from __future__ import annotations

import configparser
import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import urllib.parse
import urllib.request
import venv
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("dev.py: Python 3.11 or newer is needed; try `python3.11 dev.py ...` (Windows: `py -3.11 dev.py ...`).")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = sys.platform == "win32"
LINUX = sys.platform == "linux"
SCRIPTS = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = SCRIPTS / ("python.exe" if WINDOWS else "python")
PACKAGES = Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)}))
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "studio-desk.stamp"
VENV_PACKAGE = f"python3.{sys.version_info.minor}-venv"  # Debian keeps ensurepip in it
TRANSLATIONS = ROOT / "resources" / "i18n"

# What is looked for -> the Debian package that brings it. Qt itself, with or without a display:
QT = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
}
# Qt on an X display:
X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Programs the tests judge our files with, because they are not ours:
JUDGES = {
    "age": "age",
    "chromium": "chromium",
    "dbus-run-session": "dbus-daemon",
    "gnome-keyring-daemon": "gnome-keyring",
    "javac": "default-jdk-headless",
    "pdftotext": "poppler-utils",
    "qpdf": "qpdf",
    # File systems of sticks: to make and judge them, and drivers for machines whose kernel has none.
    "/usr/sbin/mkfs.vfat": "dosfstools",
    "/usr/sbin/mkfs.exfat": "exfatprogs",
    "/usr/bin/fusefat": "fusefat",
    "/usr/sbin/mount.exfat-fuse": "exfat-fuse",
    "openssl": "openssl",
    "ssh-keygen": "openssh-client",
    "unzip": "unzip",
    # The hub's other database; the tests start a server of their own, not as root.
    "/usr/lib/postgresql": "postgresql",
    "Xvfb": "xvfb",
    # The XML binding that the veraPDF jar expects from the machine.
    "/usr/share/java/jaxb-runtime.jar": "libjaxb-java",
    "/usr/share/java/jaxb-api.jar": "libjaxb-api-java",
    "/usr/share/java/istack-commons-runtime.jar": "libistack-commons-java",
    "/usr/share/java/javax.activation.jar": "libactivation-java",
}


class SetupError(Exception):
    """What keeps us from going on, and what a person can do about it."""


def say(text: str) -> None:
    """Print one line at once, so that it stands before the output of the program started next."""
    print(f"dev.py: {text}", flush=True)


def call(*command: str | Path, **environment: str) -> int:
    """Start a program in the tree, without standard input, and return its exit code."""
    env = {**os.environ, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **environment}
    done = subprocess.run(list(map(str, command)), check=False, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
    return done.returncode


def quiet(*command: str | Path) -> bool:
    """Start a program whose output only matters when it fails; True when it did not."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(list(map(str, command)), check=False, env=env, capture_output=True, text=True)
    if done.returncode:
        print((done.stdout + done.stderr)[-4000:], flush=True)
    return done.returncode == 0


# --- the machine ------------------------------------------------------------------------------------------------------


def has_display() -> bool:
    """Tell whether a window can open. Qt would abort the process where X does not answer, so X is asked first."""
    if not LINUX or os.environ.get("WAYLAND_DISPLAY"):
        return True
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # not installed yet: set_up brings it
    xcb.xcb_connect.restype = ctypes.c_void_p
    return not xcb.xcb_connection_has_error(ctypes.c_void_p(xcb.xcb_connect(None, None)))


def is_there(thing: str) -> bool:
    """Tell whether a shared library loads, a program is on the path, or a file exists."""
    if ".so." not in thing:
        return Path(thing).exists() if thing.startswith("/") else shutil.which(thing) is not None
    try:
        ctypes.CDLL(thing)
    except OSError:
        return False
    return True


def install_system_packages(wanted: dict[str, str]) -> None:
    """Install the Debian packages that are missing from `wanted` (what to look for, and the package that brings it).

    Raises:
        SetupError: something is missing and this process cannot install it; says the command that would.
    """
    missing = sorted(package for thing, package in wanted.items() if not is_there(thing))
    apt = shutil.which("apt-get")
    as_root = apt and os.geteuid() == 0
    if not has_pip() and (as_root or missing):  # without root there is another way: fetch_pip
        missing.append(VENV_PACKAGE)
    if not missing:
        return
    names = " ".join(missing)
    if not apt:
        raise SetupError(f"This system lacks what Debian has in {names}. Install its packages of the same purpose.")
    if not as_root:
        raise SetupError(
            "Some system packages are missing. Install them with this command and start again:\n"
            f"  sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}"
        )
    say(f"installing system packages: {names}")
    quiet(apt, "update", "-q")
    if not quiet(apt, "install", "-y", "-q", "--no-install-recommends", *missing):
        raise SetupError(f"apt-get could not install {names}; its words are above.")


# --- the environment --------------------------------------------------------------------------------------------------


def has_pip() -> bool:
    """Tell whether pip is in the environment already, or this Python can put it there by itself."""
    return (PACKAGES / "pip").exists() or any(importlib.util.find_spec(name) for name in ("ensurepip", "pip"))


def configured_index() -> str | None:
    """Return the package index this machine is set to for pip (environment first, then its configuration files)."""
    files = ["/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf", os.environ.get("PIP_CONFIG_FILE", "")]
    parser = configparser.RawConfigParser()
    parser.read([Path(name).expanduser() for name in files if name])
    return os.environ.get("PIP_INDEX_URL") or parser.get("global", "index-url", fallback=None)


def download(address: str) -> bytes:
    """Return what the package index answers at this address."""
    with urllib.request.urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


def fetch_pip(folder: Path) -> Path | None:
    """Fetch a pip wheel into `folder` where Python came without one and nobody is root; None when there is no source.

    First from Debian's archive, which needs no root and whose signatures apt checks; then from the configured package
    index, checked against the digest the index states (PEP 503).
    """
    if shutil.which("apt-get"):
        subprocess.run(["apt-get", "download", "python3-pip-whl"], cwd=folder, capture_output=True, check=False)
        for package in folder.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
        if wheels := list(folder.glob("usr/share/python-wheels/pip-*.whl")):
            return wheels[0]
    index = configured_index()
    if index is None:
        return None
    page = f"{index.rstrip('/')}/pip/"
    entry = r'href="([^"#]*/(pip-([\d.]+)-py3-none-any\.whl))#sha256=([0-9a-f]{64})"'
    links: list[tuple[str, str, str, str]] = re.findall(entry, download(page).decode())
    link, name, _, digest = max(links, key=lambda found: [int(part) for part in found[2].split(".")])
    content = download(urllib.parse.urljoin(page, link))
    if hashlib.sha256(content).hexdigest() != digest:
        raise SetupError(f"The pip wheel from {page} does not have the digest stated there. Nothing was installed.")
    (folder / name).write_bytes(content)
    return folder / name


def make_environment() -> None:
    """Make .venv with pip in it, also where Debian's python3-venv and pip are missing (PEP 668 does not apply inside).

    Raises:
        SetupError: no pip is to be had from Python, Debian or the configured index.
    """
    if PYTHON.exists() and (PACKAGES / "pip").exists():
        return
    say(f"making the virtual environment {VENV}")
    venv.EnvBuilder(clear=True, with_pip=False, symlinks=not WINDOWS).create(VENV)
    if importlib.util.find_spec("ensurepip") and quiet(PYTHON, "-m", "ensurepip", "--default-pip"):
        return
    if importlib.util.find_spec("pip") and quiet(sys.executable, "-m", "pip", "--python", PYTHON, "install", "pip"):
        return
    with tempfile.TemporaryDirectory() as folder:
        wheel = fetch_pip(Path(folder))
        if not (wheel and quiet(PYTHON, wheel / "pip", "install", "--no-index", "--no-deps", wheel)):
            raise SetupError(f"Python came without pip. Type this first:\n  sudo apt-get install {VENV_PACKAGE}")


def install_dependencies() -> None:
    """Install exactly what requirements.lock says, once per content of the lock, Python and place of the tree.

    Raises:
        SetupError: pip failed; its own words stand above.
    """
    stamp = f"{ROOT}\n{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == stamp:
        return
    say("installing the locked dependencies; the first time some 300 MB are fetched, which takes a minute or two")
    began = time.monotonic()
    options = "--quiet --no-input --no-compile --progress-bar off --only-binary :all: --require-hashes"
    if call(PYTHON, "-m", "pip", "install", *options.split(), "--requirement", LOCK):
        raise SetupError("pip could not install requirements.lock; see above. Is the package index reachable?")
    call(PYTHON, "-m", "compileall", "-qq", "-j", "0", PACKAGES)  # a start without .pyc is three times slower
    STAMP.write_text(stamp, encoding="utf-8")
    say(f"dependencies installed in {time.monotonic() - began:.0f} s")


def install_project() -> None:
    """Make `import studio_desk` and the program `studio-desk` work in .venv straight from src, without the network."""
    (PACKAGES / "studio_desk_dev.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    script = SCRIPTS / ("studio-desk.cmd" if WINDOWS else "studio-desk")
    text = f'@"{PYTHON}" -m studio_desk %*\n' if WINDOWS else f'#!/bin/sh\nexec "{PYTHON}" -m studio_desk "$@"\n'
    script.write_text(text, encoding="utf-8")
    script.chmod(0o755)
    call(PYTHON, "-m", "compileall", "-q", ROOT / "src")


def set_up(system: dict[str, str]) -> None:
    """Do what is still missing until everything can start; `system` is what a Linux machine must have, as in `QT`."""
    if LINUX:
        install_system_packages(system)
    if STAMP.exists() and not STAMP.read_text(encoding="utf-8").startswith(f"{ROOT}\n"):
        shutil.rmtree(VENV)  # the tree was moved: the scripts inside name the old place
    make_environment()
    install_dependencies()
    install_project()
    if not quiet(PYTHON, "-c", "import PySide6.QtWidgets, PySide6.QtPdfWidgets"):
        raise SetupError("Qt does not load; the missing library is named above.")


# --- the commands -----------------------------------------------------------------------------------------------------


def run(arguments: list[str]) -> int:
    """Open the desk on the sample station, or tell the whole story where no window can open."""
    headless = "--headless" in arguments or not has_display()
    set_up(QT if headless else QT | X11)
    if not headless:
        return call(PYTHON, "-m", "studio_desk", "demo")
    target = ROOT / "out" / "demo"
    shutil.rmtree(target, ignore_errors=True)
    return call(PYTHON, "-m", "studio_desk", "demo", "--to", target, QT_QPA_PLATFORM="offscreen")


def test(arguments: list[str]) -> int:
    """Run every check, each with its time, and fail at the end if one failed; with arguments only pytest with those."""
    set_up(QT | X11 | JUDGES)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if arguments:
        return call(PYTHON, "-m", "pytest", *arguments)
    lrelease = PACKAGES / "PySide6" / "lrelease"
    steps: list[tuple[str, list[str | Path]]] = [
        ("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        ("lint", [PYTHON, "-m", "ruff", "check", "."]),
        ("types", [PYTHON, "-m", "mypy"]),
        ("imports", [SCRIPTS / "lint-imports"]),
        ("tests", [PYTHON, "-m", "pytest", "-n", "2"]),
    ]
    for source in sorted(TRANSLATIONS.glob("*.ts")):
        options = ["-silent", "-fail-on-unfinished", "-fail-on-invalid", "-qm", os.devnull]
        steps.insert(-1, (source.name, [lrelease, source, *options]))
    outcome: list[str] = []
    failed = False
    for name, command in steps:
        say(f"== {name}")
        began = time.monotonic()
        code = call(*command)
        failed = failed or code != 0
        outcome.append(f"{name:<14}{time.monotonic() - began:8.1f} s   {'failed' if code else 'ok'}")
    for line in outcome:
        say(line)
    return 1 if failed else 0


def lock(_arguments: list[str]) -> int:
    """Write requirements.lock anew: exact versions and digests for every system, no name of a host inside."""
    uv = shutil.which("uv")
    if uv is None:
        raise SetupError("The lock is written by uv. Install it (`pip install uv` in an environment of its own).")
    options = "--quiet --universal --python-version 3.11 --generate-hashes --group dev --no-header --no-emit-index-url"
    return call(uv, "pip", "compile", *options.split(), "pyproject.toml", "--output-file", LOCK.name)


def fonts(arguments: list[str]) -> int:
    """Build resources/fonts from Debian's packages (packaging/fonts.py)."""
    set_up(QT)
    return call(PYTHON, ROOT / "packaging" / "fonts.py", *arguments)


def main() -> int:
    """Choose the command; return its exit code, or 1 after a sentence that says what to do."""
    commands = {"run": run, "test": test, "lock": lock, "fonts": fonts}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        print(__doc__)
        return 64
    try:
        return commands[sys.argv[1]](sys.argv[2:])
    except SetupError as stop:
        say(str(stop))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
