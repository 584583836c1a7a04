"""The tree keeps its habits: no machine's paths, no marks of unfinished work, small modules with honest names."""

import ast
import re

import pytest

from tests.house.tree import ROOT, texts

SOURCES = sorted(name for name in texts() if name.startswith("src/") and name.endswith(".py"))
MACHINE = re.compile(r"(?<![\w.$}~-])/(?:home|root|work|Users)/[\w.-]+|\b[A-Z]:\\Users\\")
MARK = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}


def lines_with(pattern: re.Pattern[str], *but: str) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts().items()
        if not name.startswith(but)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_a_machine() -> None:
    assert lines_with(MACHINE, "THIRD-PARTY-NOTICES.md", "tests/house/test_tree.py") == []
    assert lines_with(re.compile(re.escape(f"{ROOT}/"))) == []


def test_no_mark_of_unfinished_work() -> None:
    assert lines_with(MARK, "THIRD-PARTY-NOTICES.md", "resources/", "packaging/licences/") == []


def test_the_set_up_names_no_host() -> None:
    """Packages come from where the machine is told to take them; a host in the tree would be wrong somewhere."""
    for name in ("requirements.lock", "pyproject.toml", "dev.py", ".ci/run", "justfile"):
        assert "://" not in texts()[name], name


def lines_of_code(text: str) -> int:
    """Count the lines that do something: neither empty nor comment nor docstring."""
    lines = {n for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.lstrip().startswith("#")}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


@pytest.mark.parametrize("source", SOURCES)
def test_a_module_is_small_and_has_an_honest_name(source: str) -> None:
    text = texts()[source]
    assert lines_of_code(text) < 400, "one topic each: divide it"
    parts = set(source.removesuffix(".py").split("/"))
    assert not parts & VAGUE, "name it by what it does"


def test_a_text_ends_with_a_newline() -> None:
    wrong = [
        n for n, text in texts().items() if n.endswith((".py", ".toml", ".md")) and text and not text.endswith("\n")
    ]
    assert wrong == []
