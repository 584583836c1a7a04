"""The recovery code a person keeps on paper: made, grouped, and read back however it was copied."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Final

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

# Crockford's base 32: no I, L, O, U. 27 symbols carry 135 bits, the 28th checks them.
_SYMBOLS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_SYMBOLS: Final = 27
_LOOK_ALIKES: Final = str.maketrans("OIL", "011", "- \t\r\n")


def new_code() -> str:
    """A fresh code of 135 random bits, as it is printed: seven groups of four."""
    code = "".join(secrets.choice(_SYMBOLS) for _ in range(_CODE_SYMBOLS))
    code += _check_symbol(code)
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The 27 symbols of a recovery code as a person copied it, without its check character.

    Raises:
        Problem: `RECOVERY_CODE_MISTYPED` when its length, a symbol or the check character is wrong.
    """
    code = unicodedata.normalize("NFKC", typed).upper().translate(_LOOK_ALIKES)
    for dash in "‐‑‒–—−":
        code = code.replace(dash, "")
    alien = [symbol for symbol in code if symbol not in _SYMBOLS]
    if alien or len(code) != _CODE_SYMBOLS + 1 or _check_symbol(code[:-1]) != code[-1]:
        raise Problem(
            "RECOVERY_CODE_MISTYPED",
            say("恢复码抄写有误：应有{wanted}个字母或数字，现有{n}个。", wanted=_CODE_SYMBOLS + 1, n=len(code)),
            say("请对照打印的恢复码逐组核对，里面没有字母 I、L、O、U。"),
        )
    return code[:-1]


def _check_symbol(code: str) -> str:
    """Weighted sum over GF(32): finds every single wrong symbol and every swap of two."""
    total = 0
    for symbol in code:  # Horner's rule with the primitive element 2, polynomial x^5 + x^2 + 1
        total = (total << 1 ^ (0b100101 if total & 0b10000 else 0)) ^ _SYMBOLS.index(symbol)
    return _SYMBOLS[total << 1 ^ (0b100101 if total & 0b10000 else 0)]
