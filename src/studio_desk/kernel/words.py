"""Speak the user's language: Chinese source strings, English from the Qt Linguist file `resources/i18n/en_US.ts`."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from studio_desk.kernel.resources import resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LANGUAGES = ("zh_CN", "en")
_chosen = ["zh_CN"]


def language() -> str:
    """The language in force, one of `LANGUAGES`."""
    return _chosen[0]


def speak(code: str) -> None:
    """Choose the language for the whole program; an unknown code means Chinese."""
    _chosen[0] = code if code in LANGUAGES else "zh_CN"


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Choose a language for the inside of a `with` block (tests, printed pages)."""
    before = _chosen[0]
    speak(code)
    try:
        yield
    finally:
        _chosen[0] = before


def say(text: str, note: str = "", /, **values: object) -> str:
    """Return `text` in the language in force, with `{name}` places filled from `values`.

    `text` is the Chinese source and must be a literal: `packaging/strings.py` collects it for translation. Where one
    Chinese word needs two English ones (取消 on a button, 取消 as a state), a literal `note` tells them apart, as the
    comment of a message does in Qt Linguist. A translation with a singular and a plural is chosen by the value of `n`.
    """
    forms = _english().get((text, note), (text,)) if language() == "en" else (text,)
    told = forms[0] if str(values.get("n")) == "1" else forms[-1]
    return told.format(**{name: _shown(value) for name, value in values.items()}) if values else told


def series(items: Iterable[str]) -> str:
    """Things in a row, with the comma of the language in force."""
    return (", " if language() == "en" else "、").join(items)


def passage(*sentences: str) -> str:
    """Sentences one after another; English wants a blank between them, Chinese none."""
    return (" " if language() == "en" else "").join(filter(None, sentences))


def _shown(value: object) -> object:
    """A value that every terminal can print: half a surrogate pair (from broken JSON) becomes `?`."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value


@cache
def _english() -> dict[tuple[str, str], tuple[str, ...]]:
    """Translations by source and note: one form, or a singular and a plural."""
    import xml.etree.ElementTree as ET

    path = resource("i18n/en_US.ts")
    if not path.is_file():
        return {}  # a folder that lost its translation speaks Chinese rather than not at all
    found = {}
    for message in ET.parse(path).iter("message"):  # noqa: S314 - our own shipped file
        forms = tuple(form.text or "" for form in message.iter("numerusform")) or (message.findtext("translation"),)
        if all(forms):
            found[message.findtext("source") or "", message.findtext("comment") or ""] = tuple(map(str, forms))
    return found
