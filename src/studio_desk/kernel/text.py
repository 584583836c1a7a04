"""Clean what is typed or imported: control characters, look-alike middle dots, private-use leftovers of old encodings."""

from __future__ import annotations

import re
import unicodedata

MIDDLE_DOT = "\u00b7"
"""The only dot inside personal names (domain.md 2.1; national notice on names of ethnic minorities)."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_DOTS = re.compile("[\u2022\u2027\u30fb\uff65\u22c5\u2219\u318d\u2e31\u16eb]")
_LOOSE_DOTS = re.compile(f"(?<=[{_HAN}])[.\uff0e\ufe52\u25cf](?=[{_HAN}])")
"""Full stops and black circles are dots only between two Han characters: `J.` keeps its own, `张●●` stays struck out."""
_PLAIN_NAME = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
"""Han characters that are their own NFC form: nothing to clean."""
_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
"""Other ways to end a line: old Mac, Word's soft break, form feed, Unicode separators."""
_WHOLE = re.compile(r"-?\d{1,17}")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# GBK (1995) and GB 18030-2000/2005 left these characters in the private use area, GB 18030-2022 gives all of them real
# code points. 0xE815 to 0xE864 are the 80 codes FE50 to FEA0 in order; the others A2E3, A6D9 to A6F3, A8BC, A8BF, A989 to A995.
PRIVATE_USE = {
    0xE76C: 0x20AC, 0xE7C8: 0x01F9, 0xE7E7: 0x303E, 0xE7E8: 0x2FF0, 0xE7E9: 0x2FF1, 0xE7EA: 0x2FF2, 0xE7EB: 0x2FF3,
    0xE7EC: 0x2FF4, 0xE7ED: 0x2FF5, 0xE7EE: 0x2FF6, 0xE7EF: 0x2FF7, 0xE7F0: 0x2FF8, 0xE7F1: 0x2FF9, 0xE7F2: 0x2FFA,
    0xE7F3: 0x2FFB,
    0xE7C7: 0x1E3F, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8,
    0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB, 0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11,
    0xE790: 0xFE13, 0xE791: 0xFE14, 0xE792: 0xFE15, 0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19,
    0xE815: 0x2E81, 0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE819: 0x2E84, 0xE81A: 0x3473,
    0xE81B: 0x3447, 0xE81C: 0x2E88, 0xE81D: 0x2E8B, 0xE81F: 0x359E, 0xE820: 0x361A, 0xE821: 0x360E,
    0xE822: 0x2E8C, 0xE823: 0x2E97, 0xE824: 0x396E, 0xE825: 0x3918, 0xE827: 0x39CF, 0xE828: 0x39DF,
    0xE829: 0x3A73, 0xE82A: 0x39D0, 0xE82D: 0x3B4E, 0xE82E: 0x3C6E, 0xE82F: 0x3CE0, 0xE830: 0x2EA7,
    0xE831: 0x215D7, 0xE833: 0x2EAA, 0xE834: 0x4056, 0xE835: 0x415F, 0xE836: 0x2EAE, 0xE837: 0x4337,
    0xE838: 0x2EB3, 0xE839: 0x2EB6, 0xE83A: 0x2EB7, 0xE83B: 0x2298F, 0xE83C: 0x43B1, 0xE83D: 0x43AC,
    0xE83E: 0x2EBB, 0xE83F: 0x43DD, 0xE840: 0x44D6, 0xE841: 0x4661, 0xE842: 0x464C, 0xE844: 0x4723,
    0xE845: 0x4729, 0xE846: 0x477C, 0xE847: 0x478D, 0xE848: 0x2ECA, 0xE849: 0x4947, 0xE84A: 0x497A,
    0xE84B: 0x497D, 0xE84C: 0x4982, 0xE84D: 0x4983, 0xE84E: 0x4985, 0xE84F: 0x4986, 0xE850: 0x499F,
    0xE851: 0x499B, 0xE852: 0x49B7, 0xE853: 0x49B6, 0xE855: 0x241FE, 0xE856: 0x4CA3, 0xE857: 0x4C9F,
    0xE858: 0x4CA0, 0xE859: 0x4CA1, 0xE85A: 0x4C77, 0xE85B: 0x4CA2, 0xE85C: 0x4D13, 0xE85D: 0x4D14,
    0xE85E: 0x4D15, 0xE85F: 0x4D16, 0xE860: 0x4D17, 0xE861: 0x4D18, 0xE862: 0x4D19, 0xE863: 0x4DAE,
}  # fmt: skip


def clean(value: str) -> str:
    """Several lines of text: NFC, one kind of line end, private-use leftovers mapped, unseen characters dropped.

    Tabs stay; a half of a surrogate pair becomes `?`. Cleaning twice gives the same as once.
    """
    if _faultless(value):
        return value.strip(" ")
    value = _UNSEEN.sub("", _BREAK.sub("\n", value)).translate(PRIVATE_USE)
    value = value.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", value).strip(" \n\t\u3000")


def one_line(value: str) -> str:
    """One line: as `clean`, direction marks dropped and every run of white space a single blank."""
    if _faultless(value) and "  " not in value:
        return value.strip(" ")
    value = clean(_DIRECTION.sub("", value))
    return re.sub(r"\s+", " ", value).strip()


def person_name(value: str) -> str:
    """A personal name: one line, the middle dot always U+00B7, no blank between Han characters (`王 磊` is `王磊`).

    Blanks between other letters stay, they part the names of a Mongolian or Uygur name in its own script.
    """
    if _PLAIN_NAME.fullmatch(value):
        return value
    value = _LOOSE_DOTS.sub(MIDDLE_DOT, _DOTS.sub(MIDDLE_DOT, one_line(value)))
    value = re.sub(rf"\s*{MIDDLE_DOT}\s*", MIDDLE_DOT, value)
    return re.sub(f"(?<=[{_HAN}]) (?=[{_HAN}])", "", value)


def half_width(value: str) -> str:
    """Digits, letters and signs typed full-width, turned half-width (codes, numbers, dates)."""
    return unicodedata.normalize("NFKC", value).strip()


def whole(value: str) -> int | None:
    """The whole number that was typed, full-width or with commas between thousands; `None` when it is none."""
    plain = half_width(value).replace(",", "")
    return int(plain) if _WHOLE.fullmatch(plain) else None


def private_use(value: str) -> list[str]:
    """The private-use characters left in `value`: nobody else can read them, the clerk must replace them."""
    if value.isprintable():  # private-use characters are not
        return []
    return sorted({ch for ch in value if unicodedata.category(ch) == "Co"})


def _faultless(value: str) -> bool:
    """Whether there is nothing to clean but blanks at the ends: no control, format, private-use or unassigned character.

    Most texts are; they are spared the slow way (a record of 40 fields is read 100,000 times in a merge).
    """
    return value.isprintable() and unicodedata.is_normalized("NFC", value)
