"""Pinyin initials of names for finding as one types: every reading of a character, those of surnames first."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations, islice, product

LIMIT = 16
"""Most combinations kept for one text; two readings of every character of a four-character name fill it."""
LONGEST = 50
"""Characters looked at: the longest name (domain.md 2.1)."""

_SURNAMES = dict(zip("单仇解查翟覃区曾朴盖尉乐召繁冼种万黑宓隗折缪", "sqxzzqozpgyyspxcwhmkzm", strict=True))
"""How a character begins when it opens a name (《现代汉语词典》, readings marked 姓), whatever it is elsewhere."""


@lru_cache(maxsize=4096)
def initials(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """All strings of initials a person may type for `text`, the most usual first.

    `张卫国` gives `("zwg",)`, `单雄信` gives `sxx`, `dxx`, `cxx` and more. Latin letters and digits pass through in lower
    case, signs are left out. When a long text has more combinations than `limit`, those with the fewest unusual
    readings are kept.

    Args:
        text: a name or a title; only the first `LONGEST` characters count.
        limit: most combinations returned.
    """
    choices = [letters for place, ch in enumerate(text[:LONGEST]) if (letters := _letters(ch, opens=place == 0))]
    return tuple(dict.fromkeys(islice(_nearest_first(choices), limit))) if choices else ()


def _nearest_first(choices: Sequence[str]) -> Iterator[str]:
    """All combinations of one letter of each choice, by how many letters are not the first of their choice."""
    usual = [letters[0] for letters in choices]
    open_places = [place for place, letters in enumerate(choices) if len(letters) > 1]
    for changed in range(len(open_places) + 1):
        for places in combinations(open_places, changed):
            for others in product(*(choices[place][1:] for place in places)):
                word = list(usual)
                for place, letter in zip(places, others, strict=True):
                    word[place] = letter
                yield "".join(word)


def _letters(ch: str, *, opens: bool) -> str:
    """The initials of one character, most usual first, each once; `""` for signs."""
    readings = _readings(ch)
    surname = _SURNAMES.get(ch, "") if opens else ""
    return surname + readings.replace(surname, "") if surname else readings


@lru_cache(maxsize=8192)
def _readings(ch: str) -> str:
    plain = unicodedata.normalize("NFKD", ch)[0]
    if plain.isascii():
        return plain.lower() if plain.isalnum() else ""
    from pypinyin import Style, pinyin

    found = pinyin(ch, style=Style.NORMAL, heteronym=True, errors="ignore")
    letters = "".join(reading[0] for group in found for reading in group if reading).lower()
    return "".join(dict.fromkeys(letter for letter in letters if letter.isascii() and letter.isalpha()))


@lru_cache(maxsize=1 << 16)
def sounds(text: str, limit: int = 8) -> frozenset[str]:
    """How a name may be read aloud, without tones: 单晴 gives `dan qing`, `shan qing` and `chan qing`.

    Args:
        text: a name; only the first `LONGEST` characters count.
        limit: most readings returned.
    """
    choices = [readings for ch in text[:LONGEST] if (readings := _syllables(ch))]
    return frozenset(" ".join(one) for one in islice(product(*choices), limit)) if choices else frozenset()


@lru_cache(maxsize=8192)
def _syllables(ch: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", ch)[0]
    if plain.isascii():
        return (plain.lower(),) if plain.isalnum() else ()
    from pypinyin import Style, pinyin

    found = pinyin(ch, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(reading for group in found for reading in group if reading))
