"""Read one line of JSON that a stranger wrote: only its own canonical form passes, and every refusal has a name.

Equal to `kernel.canon.parse`, but quick enough for 100,000 lines and with one code per way to be wrong
(`docs/bundle-format.md` clause 7).
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from studio_desk.exchange.limits import MAX_DEPTH, MAX_INT_DIGITS
from studio_desk.exchange.refusals import refuse
from studio_desk.kernel.canon import MAX_INT


def read_line(line: str, place: str) -> Any:
    """The value of one canonical line.

    Args:
        line: the text without its line end; it comes from strict UTF-8, so it holds no raw surrogate.
        place: where it stands, for the refusal (`ops.jsonl:12`).

    Raises:
        Problem: `JSON_DUPLICATE_KEY`, `JSON_FLOAT`, `JSON_NAN`, `JSON_HUGE_INTEGER`, `JSON_DEEP`, `JSON_SURROGATE`,
            `JSON_KEY`, `JSON_BROKEN` or `JSON_NOT_CANONICAL`.
    """
    if line.count("[") + line.count("{") > MAX_DEPTH and _depth(line) > MAX_DEPTH:
        raise refuse("JSON_DEEP", place=place, limit=MAX_DEPTH)
    try:
        value = _DECODER.decode(line)
    except _WrongError as wrong:
        raise refuse(str(wrong), place=place) from None
    except (ValueError, RecursionError):
        raise refuse("JSON_BROKEN", place=place) from None
    # Strict UTF-8 in, so a surrogate can only come from an escape; it cannot be written back.
    if json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")) != line:
        raise refuse("JSON_SURROGATE" if _surrogate(value) else "JSON_NOT_CANONICAL", place=place)
    return value


def read_text(data: bytes, place: str) -> str:
    """The text of UTF-8 bytes.

    Raises:
        Problem: `BAD_UTF8`.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise refuse("BAD_UTF8", place=place) from None


class _WrongError(ValueError):
    """Raised inside the decoder with the code of the refusal."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _WrongError("JSON_DUPLICATE_KEY")
    for key in found:
        if not key.isascii():
            raise _WrongError("JSON_KEY")
    return found


def _int(digits: str) -> int:
    if len(digits) > MAX_INT_DIGITS + 1 or not -MAX_INT < (number := int(digits)) < MAX_INT:
        raise _WrongError("JSON_HUGE_INTEGER")
    return number


def _float(_digits: str) -> NoReturn:
    raise _WrongError("JSON_FLOAT")


def _constant(_name: str) -> NoReturn:
    raise _WrongError("JSON_NAN")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_int=_int, parse_float=_float, parse_constant=_constant)


def _depth(line: str) -> int:
    """Deepest nesting of brackets outside strings; wrong on broken JSON only, which is refused anyway."""
    deepest = depth = 0
    inside = escaped = False
    for sign in line:
        if inside:
            inside = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            inside = True
        elif sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]}":
            depth -= 1
    return deepest


def _surrogate(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
