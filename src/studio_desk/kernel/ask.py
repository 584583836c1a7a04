"""What a person sees of a field: its label, where it shows, what it may hold. Types and limits stay in SQLModel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PersonalData = Literal["P0", "P1", "P2"]
"""Personal-data class (domain.md 2.1): P0 none, P1 personal, P2 sensitive (PIPL Art. 28)."""


@dataclass(frozen=True)
class Ask:
    """How one field is asked.

    Attributes:
        label: Chinese label, the source string of its translation.
        group: heading of the form section the field stands under; `""` continues the section before.
        listed: shown as a column of the ledger.
        search: its words (and, for names, the pinyin initials) are found by the search.
        vocabulary: key of the controlled list its value, or each of its values, must come from.
        refers: key of the kind whose `uid` the field holds (or holds a list of).
        personal: personal-data class; P2 is never listed and never printed in public.
        long: asked in a box of several lines.
        hint: one sentence under the field.
    """

    label: str
    group: str = ""
    listed: bool = False
    search: bool = False
    vocabulary: str = ""
    refers: str = ""
    personal: PersonalData = "P0"
    long: bool = False
    hint: str = ""
