"""Documents about keys that travel as files: one canonical JSON line with a `format`, read within a bound."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from studio_desk.exchange.strict_json import read_line, read_text
from studio_desk.exchange.trust import MAX_DOCUMENT
from studio_desk.kernel.canon import canon
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import Problem

MOST: Final = 4 * MAX_DOCUMENT
"""Bytes of a file: a trust list, those that lead to it, and room."""


def read(file: Path, forms: Collection[str], wrong: Callable[[], Problem]) -> dict[str, Any]:
    """The object in a file.

    Args:
        file: the file.
        forms: the values of `format` that are good.
        wrong: the refusal when the file is none of these.

    Raises:
        Problem: what `wrong` gives; `MEDIUM_…`.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST + 1)
    except OSError as error:
        raise medium_problem(error, file) from error
    try:
        found = read_line(read_text(data, file.name).removesuffix("\n"), file.name)
    except Problem:
        raise wrong() from None
    if len(data) > MOST or not isinstance(found, dict) or str(found.get("format")) not in forms:
        raise wrong()
    return found


def written(value: Mapping[str, Any]) -> bytes:
    """The bytes of such a file."""
    return (canon(dict(value)) + "\n").encode()
