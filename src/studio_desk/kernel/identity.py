"""Read a resident identity number: check digit, date of birth and sex (GB 11643-1999)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from studio_desk.kernel import clock

Fault = Literal["", "form", "birth", "digit"]
"""What is wrong with a number: nothing, not 17 digits and a check character, no such day of birth, check digit."""

LENGTH = 18


@dataclass(frozen=True)
class Identity:
    """What a number says.

    Attributes:
        fault: the first thing wrong with it.
        birth: date of birth as ISO text, `""` when it cannot be read.
        sex: `男` or `女` (odd or even 17th digit), `""` when it cannot be read.
        digit: the check character that would be right, `""` when it cannot be worked out.
    """

    fault: Fault
    birth: str = ""
    sex: str = ""
    digit: str = ""


def read_identity(number: str) -> Identity:
    """Read an 18-character number without blanks; a lower-case `x` is understood.

    The place is not judged: counties are renumbered every year, and the fictional samples use an unassigned prefix.
    """
    from stdnum.cn import ric
    from stdnum.exceptions import ValidationError

    number = number.upper()
    if len(number) != LENGTH or not (number.isascii() and number[:-1].isdigit() and number[-1] in "0123456789X"):
        return Identity("form")
    sex = "男" if int(number[16]) % 2 else "女"
    digit = str(ric.calc_check_digit(number))
    try:
        birth = ric.get_birth_date(number)
    except ValidationError:
        return Identity("birth", "", sex, digit)
    if birth > clock.today():
        return Identity("birth", "", sex, digit)
    return Identity("" if digit == number[-1] else "digit", birth.isoformat(), sex, digit)


def mask(number: str) -> str:
    """A number as it is shown: `990000********0016` (domain.md 2.1); a short one shows nothing."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def age(birth: str, on: date | None = None) -> int | None:
    """Full years on a day (today when not given); an imprecise date of birth counts as the latest day it can mean.

    The latest day is the careful reading: whoever may still be a child is treated as one.
    """
    if not birth:
        return None
    on = on or clock.today()
    year, month, day = int(birth[:4]), int(birth[5:7] or 12), int(birth[8:10] or 31)
    return on.year - year - ((on.month, on.day) < (month, day))
