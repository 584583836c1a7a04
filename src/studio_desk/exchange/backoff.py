"""How long to wait before the next try: twice as long each time, and never all stations at the same moment."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

SPREAD: Final = 0.3
"""Each pause is up to this part shorter or longer: stations that lost the hub together do not come back together."""


@dataclass
class Backoff:
    """Pauses between tries that failed one after the other.

    Attributes:
        first: seconds of the first pause.
        longest: seconds of the longest.
        failures: how many tries failed in a row.
    """

    first: float
    longest: float
    failures: int = 0

    def next(self, asked: float = 0) -> float:
        """Seconds to wait after one more failure; never fewer than the other side `asked` for."""
        self.failures += 1
        pause = self.spread(min(self.first * 2 ** min(self.failures - 1, 30), self.longest))
        return max(pause, self.later(asked))

    def succeeded(self) -> None:
        """Begin anew."""
        self.failures = 0

    @staticmethod
    def later(asked: float) -> float:
        """So many seconds or some more: who was given a time does not come before it."""
        return asked * random.uniform(1, 1 + SPREAD)  # noqa: S311 - no secret hangs on it

    @staticmethod
    def spread(seconds: float) -> float:
        """About so many seconds."""
        return seconds * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - no secret hangs on it
