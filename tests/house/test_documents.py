"""What the documents promise exists: commands, files, the version that is current."""

import re
import tomllib

import pytest

from tests.house.tree import ROOT, texts

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
DOCUMENTS = sorted(name for name in texts() if name.endswith(".md") and name != "THIRD-PARTY-NOTICES.md")
DEV = (ROOT / "dev.py").read_text(encoding="utf-8")


def test_one_version_everywhere() -> None:
    import studio_desk

    assert studio_desk.__version__ == VERSION


def test_the_changelog_has_the_current_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(VERSION)}\]", changelog, re.MULTILINE)


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_a_readme_names_both_commands(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert "python3 dev.py run" in text
    assert "python3 dev.py test" in text
    assert "docs/pictures/today.png" in text


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_of_dev_py_exist(document: str) -> None:
    verbs = set(re.search(r"commands = \{(.*?)\}", DEV, re.DOTALL)[1].replace('"', "").split()) & {
        verb.removesuffix(":") + ":" for verb in ("run", "test", "lock", "fonts")
    }
    assert verbs == {"run:", "test:", "lock:", "fonts:"}
    named = set(re.findall(r"dev\.py ([a-z]+)", texts()[document]))
    assert {f"{verb}:" for verb in named} <= verbs


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document: str) -> None:
    folder = (ROOT / document).parent
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", texts()[document])
    missing = [link for link in links if not (folder / link).exists()]
    assert missing == []


def test_decisions_are_numbered_without_a_gap_and_weigh_options() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert len(set(numbers)) == len(numbers)
    assert numbers[0] == 1
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        wanted = ("## Context", "## Options", "## Choice", "Good, because", "Bad, because")
        assert [word for word in wanted if word.lower() not in text.lower()] == [], path.name
        assert len(text.splitlines()) <= 70, f"{path.name}: one page"


def test_the_architecture_names_every_module_in_its_place() -> None:
    """Screens and kinds have lists of their own in the program."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named: dict[str, list[str]] = {}
    for place, modules in re.findall(r"^\| `([a-z/]+)` \| [^|]*\| ((?:`\w+` ?)+)\|$", text, re.MULTILINE):
        named.setdefault(place, []).extend(re.findall(r"\w+", modules))
    source = ROOT / "src/studio_desk"
    there: dict[str, list[str]] = {}
    for file in source.rglob("*.py"):
        place = file.parent.relative_to(source).as_posix()
        if file.stem != "__init__" and place not in {".", "desk/screens"} and not place.startswith("kinds/"):
            there.setdefault(place, []).append(file.stem)
    assert {place: sorted(modules) for place, modules in named.items()} == {p: sorted(m) for p, m in there.items()}
