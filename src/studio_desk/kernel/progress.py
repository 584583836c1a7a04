"""Report how far a long job is and learn that it was cancelled, in one call."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int, str], None]
"""`progress(done, total, text)`: units are the job's own; raises `Cancelled` when the user gave up."""


class Cancelled(Exception):  # noqa: N818 - not an error: the user's wish
    """The user cancelled the job; whatever transaction was open is rolled back."""


def silent(done: int, total: int, text: str) -> None:
    """The progress of a job that nobody watches."""
    del done, total, text
