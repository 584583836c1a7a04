"""Find characters in a record that no other computer can read: private-use codes of old fonts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio_desk.kernel.finding import Finding
from studio_desk.kernel.text import private_use
from studio_desk.kernel.words import say, series


def unreadable(values: Mapping[str, Any]) -> list[Finding]:
    """A warning for each field that holds private-use characters, naming them: nobody else can read them.

    Args:
        values: field values as JSON types; child lines are looked into and named `terms.0.post`.
    """
    findings = []
    for field, text in _texts(values, ""):
        if strange := private_use(text):
            findings.append(
                Finding(
                    field,
                    "PRIVATE_USE",
                    say("有别的电脑认不出的自造字：{list}。", list=series(f"{ch}(U+{ord(ch):04X})" for ch in strange)),
                    say("请用生僻字输入换成标准字；字库里没有的，用同音字或拆写，并在备注说明。"),
                    "warning",
                )
            )
    return findings


def _texts(value: Any, where: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(where, value)]
    if isinstance(value, Mapping):
        pairs = [(str(key), inner) for key, inner in value.items()]
    elif isinstance(value, list):
        pairs = [(str(number), inner) for number, inner in enumerate(value)]
    else:
        return []
    return [found for key, inner in pairs for found in _texts(inner, f"{where}.{key}" if where else key)]
