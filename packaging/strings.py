"""Collect every sentence that a person sees into the Qt Linguist file `resources/i18n/en_US.ts`.

`python packaging/strings.py` brings the file up to date, keeps what is translated and drops what is gone;
`--check` changes nothing and fails when the file is behind, `--missing` prints what still lacks a translation as JSON.
A source with a note (`say("取消", "按钮")`) is a message of its own; in JSON its key is note, U+0004, source.
A translation that needs a singular and a plural, chosen by the value of `n`, is a list of two in JSON.
Source strings are Chinese literals: `say("…")` anywhere, the words of `Ask`, and what the kinds declare.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "studio_desk"
TARGET = ROOT / "resources" / "i18n" / "en_US.ts"
CONTEXT = "studio_desk"
HAN = range(0x3400, 0xFFF0)
NOTE = "\4"
"""Stands between a note and its source where both are one key, as in the `.mo` files of gettext."""


def han(text: str) -> bool:
    """Whether a text holds Chinese."""
    return any(ord(ch) in HAN for ch in text)


def literals(tree: ast.AST, path: Path) -> Iterator[str]:
    """The Chinese literals handed to `say` and `Ask` in one file; a text put together at run time is a mistake."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "say" and node.args:
            first = node.args[0]
            if isinstance(first, ast.JoinedStr):
                sys.exit(f'{path}:{node.lineno}: say(f"…") can never be translated; use say("… {{n}}", n=n)')
            notes = (n.value for n in node.args[1:2] if isinstance(n, ast.Constant) and isinstance(n.value, str))
            note = "".join(note + NOTE for note in notes if note)
            words = (c.value for c in ast.walk(first) if isinstance(c, ast.Constant) and isinstance(c.value, str))
            yield from (note + word for word in words)
        elif name == "Ask":
            values = [*node.args[:2], *(k.value for k in node.keywords if k.arg in {"label", "group", "hint"})]
            yield from (v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str))


def declared() -> Iterator[str]:
    """What the kinds declare: titles, states, the labels of moves; and what lists of choices in settings say."""
    sys.path.insert(0, str(SOURCE.parent))
    from studio_desk.kernel.settings import settings
    from studio_desk.kinds import KINDS
    from studio_desk.record.kind import VOID

    yield VOID
    for kind in KINDS:
        yield kind.title
        if kind.same:
            yield kind.same
        yield from kind.life.states
        yield from (move.label for move in kind.life.moves)
    for setting in settings():
        yield from (word for choice in setting.choices for word in choice)


def collect() -> list[str]:
    """All source strings, each once, in a stable order."""
    found = {text for text in declared() if han(text)}
    for path in sorted(SOURCE.rglob("*.py")):
        found |= {text for text in literals(ast.parse(path.read_text(encoding="utf-8")), path) if han(text)}
    return sorted(found)


def translations() -> dict[str, list[str]]:
    """What is translated now: one form, or a singular and a plural."""
    if not TARGET.exists():
        return {}
    found = {}
    for message in ET.parse(TARGET).iter("message"):
        source, note = message.findtext("source") or "", message.findtext("comment")
        forms = [form.text or "" for form in message.iter("numerusform")] or [message.findtext("translation") or ""]
        found[note + NOTE + source if note else source] = forms
    return found


def document(strings: list[str], known: dict[str, list[str]]) -> str:
    """The file as Qt Linguist writes it."""
    root = ET.Element("TS", version="2.1", language="en_US", sourcelanguage="zh_CN")
    context = ET.SubElement(root, "context")
    ET.SubElement(context, "name").text = CONTEXT
    for text in strings:
        forms = known.get(text, [""])
        message = ET.SubElement(context, "message", {"numerus": "yes"} if len(forms) > 1 else {})
        note, between, source = text.rpartition(NOTE)
        ET.SubElement(message, "source").text = source
        if between:
            ET.SubElement(message, "comment").text = note
        translation = ET.SubElement(message, "translation")
        if len(forms) > 1:
            for form in forms:
                ET.SubElement(translation, "numerusform").text = form
        else:
            translation.text = forms[0]
        if not all(forms):
            translation.set("type", "unfinished")
    ET.indent(root, "    ")
    return '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n' + ET.tostring(root, encoding="unicode") + "\n"


def main() -> int:
    """Run as described above; answers the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is behind")
    parser.add_argument("--missing", action="store_true", help="print untranslated strings as JSON")
    parser.add_argument("--fill", type=Path, help="JSON file {source: English} to take translations from")
    chosen = parser.parse_args()
    strings, known = collect(), translations()
    if chosen.fill:
        filled = json.loads(chosen.fill.read_text(encoding="utf-8"))
        known |= {text: [forms] if isinstance(forms, str) else forms for text, forms in filled.items()}
    missing = [text for text in strings if not all(known.get(text, [""]))]
    if chosen.missing:
        print(json.dumps(missing, ensure_ascii=False, indent=1))
        return 0
    text = document(strings, known)
    if chosen.check:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        if not same:
            print("resources/i18n/en_US.ts is behind: run python packaging/strings.py")
        return 0 if same else 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(strings)} strings, {len(missing)} without a translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
