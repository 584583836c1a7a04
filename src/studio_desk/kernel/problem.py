"""An error that a clerk can act on: a code, a sentence and a remedy."""

from __future__ import annotations

from typing import Any

DONE, REFUSED, DAMAGED, BUSY, MEDIUM, NETWORK, USAGE, BUG = 0, 2, 3, 4, 5, 6, 64, 70
"""Exit codes of the command line (`cli.md`)."""


class Problem(Exception):  # noqa: N818 - the word a clerk reads
    """A refusal with its remedy.

    Args:
        code: `SCREAMING_SNAKE`, stable; tests and scripts match it.
        sentence: what is wrong, in the user's language (built with `words.say`).
        remedy: what the user can do now, in the user's language.
        exit_code: the command line's exit status, one of the constants of this module.
        **more: further JSON values for scripts (file name, line, field …).
    """

    def __init__(self, code: str, sentence: str, remedy: str, *, exit_code: int = REFUSED, **more: Any) -> None:
        super().__init__(f"{code}: {sentence} {remedy}")
        self.code = code
        self.sentence = sentence
        self.remedy = remedy
        self.exit_code = exit_code
        self.more = more

    def as_json(self) -> dict[str, Any]:
        """The refusal as the command line prints it: `{"code", "problem", "remedy", …}`."""
        return {**self.more, "code": self.code, "problem": self.sentence, "remedy": self.remedy}
