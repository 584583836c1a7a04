#!/usr/bin/env python3
"""Write THIRD-PARTY-NOTICES.md: what a shipped Studio Desk contains from others, under which licence, with the texts.

    .venv/bin/python packaging/notices.py [--check]

The packages are those that requirements.lock reaches from the program itself (not from the developers' group), on every
system; versions from the lock, licences and texts from the installed metadata. `--check` only tells whether the file is
up to date.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD-PARTY-NOTICES.md"
TEXTS = ROOT / "packaging" / "licences"
PROGRAM = "studio-desk (pyproject.toml)"

# Wheels whose metadata name no licence, or name it in free words; read from their sources.
READ_BY_HAND = {
    "python-stdnum": "LGPL-2.1-or-later",
    "pyrage": "MIT",
    "pyside6": "LGPL-3.0-only",
    "pyside6-addons": "LGPL-3.0-only",
    "pyside6-essentials": "LGPL-3.0-only",
    "pywin32-ctypes": "BSD-3-Clause",
    "reportlab": "BSD-3-Clause",
    "rl-accel": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "shiboken6": "LGPL-3.0-only",
    "sqlcipher3": "Zlib; contains SQLCipher (BSD-3-Clause), SQLite (public domain) and OpenSSL (Apache-2.0)",
}

HEAD = """# Third-party notices

Studio Desk itself is licensed under the Apache License 2.0 (`LICENSE`). This file is written by `packaging/notices.py`;
do not edit it by hand.

## How the licences fit together

- **Qt and PySide6 (LGPL-3.0).** The desk uses them as separate shared libraries through Python's import. The program is
  shipped as a folder, never as one file, so that anyone may replace the Qt and PySide6 libraries in it by builds of
  their own. The licence texts are in `packaging/licences/`; the corresponding sources are those of the version in the
  table, published by The Qt Company, and are handed out on request by whoever hands out a build of Studio Desk.
  Parts of Qt that are only offered under the GPL (Qt Charts, Qt Virtual Keyboard and others) are not used and are left
  out of builds (`build.spec`).
- **psycopg (LGPL-3.0)** is used by the district's hub alone, when its database is PostgreSQL. Its Python part lies in
  builds as files that can be replaced; `psycopg-binary` is a separate shared library with libpq and OpenSSL inside.
- **python-stdnum (LGPL-2.1 or later)** lies in builds as plain `.py` files that can be replaced.
- **Fonts (`resources/fonts`)** are data beside the program, not linked with it. Some are under the SIL Open Font License;
  the Fandol faces are under the GPL 3 **with the font exception**: a document that embeds them does not thereby come
  under the GPL. They were converted and subset, which the GPL asks us to say and to show how: `packaging/fonts.py`
  is that recipe, and `resources/fonts/SOURCES.md` names the Debian source package and version of each. Their
  licence texts lie beside them. A distribution that must be free of the GPL leaves the Fandol files out; body text is
  then set in the fallback face.
- Everything else is under MIT, BSD, Apache-2.0, PSF, MPL, Zlib or similar terms, all of which may be shipped with an
  Apache-2.0 program when their notices are kept, as here.
- Tools of the developers' group in `pyproject.toml` are used while building and testing and are in no build.

## Packages in a build
"""


@dataclass
class Package:
    """One line of the lock: what it is, and who asks for it."""

    name: str
    versions: list[str] = field(default_factory=list)
    wanted_by: set[str] = field(default_factory=set)


def locked() -> dict[str, Package]:
    """Return the packages of requirements.lock by name, with the names of those that want them."""
    found: dict[str, Package] = {}
    package = Package("")
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if head := re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line):
            package = found.setdefault(head[1], Package(head[1]))
            package.versions.append(head[2])
        elif (wanted := re.match(r"\s+# +(?:via )?(\S.*)", line)) and wanted[1] != "via":
            package.wanted_by.add(wanted[1])
    return found


def shipped(packages: dict[str, Package]) -> list[Package]:
    """Return those that the program wants, directly or through others, in order of their names."""
    inside = {PROGRAM}
    while more := {name for name, package in packages.items() if name not in inside and package.wanted_by & inside}:
        inside |= more
    return [packages[name] for name in sorted(inside - {PROGRAM})]


def licence(name: str) -> str:
    """Return the licence of a package as an SPDX expression where its metadata give one.

    Raises:
        SystemExit: nothing is known about it; add it to READ_BY_HAND after reading its source.
    """
    if name in READ_BY_HAND:
        return READ_BY_HAND[name]
    about = metadata.metadata(name)
    classifiers = [
        text.rpartition(" :: ")[2] for text in about.get_all("Classifier") or [] if text.startswith("License")
    ]
    stated = [about[key] for key in ("License-Expression", "License") if key in about]
    words = next(iter([*stated, *classifiers]), "")
    if not words or "\n" in words:
        sys.exit(f"{name} states no licence that can be read; look it up and add it to READ_BY_HAND.")
    return words


def texts(name: str) -> list[tuple[str, str]]:
    """Return the licence files that an installed package carries, as (file name, text)."""
    try:
        files = metadata.files(name) or []
    except metadata.PackageNotFoundError:  # only on another system
        return []
    wanted = [file for file in files if re.search(r"(?i)\.dist-info/.*(licen[cs]e|copying|notice)", str(file))]
    return [(file.name, str(file.read_text(encoding="utf-8"))) for file in sorted(wanted)]


def document() -> str:
    """Return the whole file: how the licences fit, the table, and each different text once."""
    packages = shipped(locked())
    lines = [HEAD, "| package | version | licence |", "| --- | --- | --- |"]
    lines += [f"| {package.name} | {' / '.join(package.versions)} | {licence(package.name)} |" for package in packages]
    holders: dict[str, list[str]] = {}
    for package in packages:
        for file_name, text in texts(package.name):
            clean = "\n".join(line.rstrip() for line in text.strip().splitlines())
            holders.setdefault(clean, []).append(f"{package.name} ({file_name})")
    sqlcipher = (TEXTS / "SQLCipher.txt").read_text(encoding="utf-8").strip()
    holders.setdefault(sqlcipher, []).append("SQLCipher, inside sqlcipher3")
    lines += ["", "## Texts", "", "The LGPL and GPL, version 3, are in `packaging/licences/`.", ""]
    for text, names in holders.items():
        fence = "~" * (max((len(found) for found in re.findall(r"~+", text)), default=0) + 4)
        lines += [f"### {', '.join(names)}", "", fence, text, fence, ""]
    return "\n".join(lines)


def main() -> int:
    """Write the file, or with --check return 1 when it is not what would be written."""
    text = document()
    if "--check" not in sys.argv:
        TARGET.write_text(text, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != text:
        print("THIRD-PARTY-NOTICES.md is out of date; run packaging/notices.py.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
