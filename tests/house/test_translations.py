"""What a person reads in English says what the Chinese says: all of it, with its places filled, and nothing left over."""

import importlib.util
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable
from types import ModuleType
from typing import NamedTuple

import pytest

from studio_desk.kernel.settings import settings
from studio_desk.kernel.vocabulary import Vocabulary, vocabularies
from studio_desk.kernel.words import say, speaking
from studio_desk.kinds import KINDS
from studio_desk.record.kind import Kind
from tests.house.tree import ROOT

QUOTED = re.compile(r'"[^"]*"|“[^”]*”|\{[^{}]*\}')
"""What may hold Chinese in English: a word to be typed or chosen as it is, and the names of places."""
EAST = re.compile(r"[\u2e80-\u303f\u3040-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
"""Han characters and the punctuation that goes with them."""
PLACE = re.compile(r"\{[^{}]*\}")
KEYS = re.compile(r"\(&\w\)|\((?:Ctrl|Alt|Shift)\+[^)]*\)|（(?:Ctrl|Alt|Shift)\+[^）]*）")
"""An access key, or a shortcut named in brackets."""
OPTION = re.compile(r"--[a-z][a-z-]*|\*\.\w+|\*-[\w.-]+|\.sdx\b")


class Told(NamedTuple):
    """One message of the file."""

    note: str
    source: str
    english: str
    state: str


def collector() -> ModuleType:
    """Load `packaging/strings.py`; a plain import would find the library called packaging."""
    spec = importlib.util.spec_from_file_location("strings_of_the_desk", ROOT / "packaging" / "strings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(message: ET.Element) -> list[Told]:
    """One message, once for each form of its translation."""
    translation = message.find("translation")
    note, source = message.findtext("comment") or "", message.findtext("source") or ""
    if translation is None:
        return [Told(note, source, "", "missing")]
    forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
    return [Told(note, source, form, translation.get("type", "")) for form in forms]


STRINGS = collector()
TREE = ET.parse(STRINGS.TARGET)
MESSAGES = [one for message in TREE.iter("message") for one in read(message)]


def told(wrong: Iterable[Told]) -> list[str]:
    return [f"{one.source} -> {one.english}" for one in wrong]


def east(text: str) -> bool:
    return bool(EAST.search(QUOTED.sub("", text)))


def repeated(words: Iterable[str]) -> list[str]:
    return [word for word, number in Counter(words).items() if number > 1]


def test_the_file_is_up_to_date() -> None:
    """`python packaging/strings.py` would change nothing: no new sentence is missing, none that is gone remains."""
    fresh = STRINGS.document(STRINGS.collect(), STRINGS.translations())
    assert STRINGS.TARGET.read_text(encoding="utf-8") == fresh, "run python packaging/strings.py"


def test_nothing_is_unfinished() -> None:
    assert told(one for one in MESSAGES if one.state or not one.english.strip()) == []


def test_places_are_the_same_on_both_sides() -> None:
    assert told(o for o in MESSAGES if sorted(PLACE.findall(o.source)) != sorted(PLACE.findall(o.english))) == []


def test_english_holds_chinese_only_where_it_quotes() -> None:
    assert told(one for one in MESSAGES if east(one.english)) == []


def test_no_sentence_is_its_own_translation() -> None:
    assert told(one for one in MESSAGES if one.source == one.english) == []


def test_a_sentence_stays_a_sentence() -> None:
    """A full stop, an ellipsis and a colon at the end stay, so does the number of lines."""
    ends = {"。": ".", "…": "…", "：": ":"}
    wrong = [o for o in MESSAGES if (e := ends.get(o.source[-1])) and not o.english.rstrip().endswith(e)]
    wrong += [o for o in MESSAGES if o.source[-1] != "。" and o.english.endswith(".") and o.english != "No."]
    wrong += [o for o in MESSAGES if o.source.count("\n") != o.english.count("\n")]
    assert told(wrong) == []


def test_keys_options_and_file_names_stay() -> None:
    def typed(text: str) -> tuple[list[str], list[str]]:
        keys = ["".join(key.split()).strip("()（）").replace("左", "Left") for key in KEYS.findall(text)]
        return sorted(keys), sorted(set(OPTION.findall(text)))

    assert told(one for one in MESSAGES if typed(one.source) != typed(one.english)) == []


def test_a_note_gives_one_word_two_meanings() -> None:
    plain = {one.source: one.english for one in MESSAGES if not one.note}
    noted = [one for one in MESSAGES if one.note]
    assert noted, "say(…, note) is not collected"
    assert told(one for one in noted if plain.get(one.source) == one.english) == [], "the note is not needed"
    with speaking("en"):
        assert (say("取消"), say("取消", "按钮")) == ("Cancelled", "Cancel")


def test_singular_and_plural_go_by_n() -> None:
    counted = [message for message in TREE.iter("message") if message.get("numerus")]
    assert [message.findtext("source") for message in counted if "{n}" not in (message.findtext("source") or "")] == []
    assert {len(list(message.iter("numerusform"))) for message in counted} == {2}
    with speaking("en"):
        assert (say("共{n}条", n=1), say("共{n}条", n=2)) == ("1 record", "2 records")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.key))
def test_the_fields_and_states_of_a_kind_have_names_of_their_own(kind: Kind) -> None:
    """The command line takes a field by its label; two with one label could not be told apart."""
    with speaking("en"):
        assert repeated(say(ask.label) for ask in kind.asks.values()) == []
        assert repeated(say(state) for state in kind.life.states) == []


def test_the_choices_of_a_setting_have_names_of_their_own() -> None:
    with speaking("en"):
        for setting in settings():
            assert repeated(say(word) for _, word in setting.choices) == [], setting.name
        assert repeated(say(setting.ask.label) for setting in settings()) == []


@pytest.mark.parametrize("listed", vocabularies().values(), ids=vocabularies())
def test_every_term_has_english(listed: Vocabulary) -> None:
    assert listed.en, listed.title
    assert not east(listed.en), listed.title
    assert [term.word for term in listed.terms if not term.en or east(term.en)] == []
    assert repeated(term.en for term in listed.terms) == []
