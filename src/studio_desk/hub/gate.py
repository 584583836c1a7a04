"""Let in as many requests as are answered within seconds; give each of the others a turn of its own to come back at."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

WAIT: Final = 1.0
"""Seconds of work, as measured, that may lie before a request when it is let in; twice as many before a piece of an
upload that was let in. A client waits thirty times longer, so that a machine that suddenly slows down still answers."""
FEW, MOST = 4, 16
"""Requests let in at least, so that the pace of a machine that stood still is measured anew, and at most: twice as many
still leave threads free for health and the status page, whatever the requests wait for."""
LATEST: Final = 300
"""Seconds until the latest turn; who comes when more are waiting than that is sent somewhere into its second half."""
FIRST_PACE: Final = 0.02
"""Seconds a request, before anything was measured."""
_WEIGHT: Final = 1 / 20
"""Of the newest answer in the measured pace."""


class Gate:
    """The requests under way in one worker; used by its event loop alone.

    Attributes:
        work: requests let in, not answered, and not waiting for their client.
        pace: seconds from one answer to the next while there is work.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Begin with an empty house.

        Args:
            now: the time in seconds, from anywhere on.
        """
        self.work = 0
        self.pace = FIRST_PACE
        self._now = now
        self._since = 0.0
        self._turn = 0.0

    def enter(self, *, begun: bool = False) -> int:
        """Ask to be let in.

        Args:
            begun: it goes on with what was let in before.

        Returns:
            0 when it is let in and must `leave`; else seconds after which it may ask again.
        """
        room = min(max(FEW, WAIT / self.pace), MOST)
        if self.work < room or (begun and self.work < 2 * room):
            self._come()
            return 0
        return 1 + secrets.randbelow(math.ceil(2 * WAIT)) if begun else self._next_turn()

    def leave(self) -> None:
        """A request that was let in is answered."""
        now = self._now()
        self.pace += (now - self._since - self.pace) * _WEIGHT
        self.work, self._since = self.work - 1, now

    @contextmanager
    def outside(self) -> Iterator[None]:
        """While a request that was let in waits for its client, it is no work."""
        self.work -= 1
        try:
            yield
        finally:
            self._come()

    def _come(self) -> None:
        if not self.work:
            self._since = self._now()
        self.work += 1

    def _next_turn(self) -> int:
        """No two get the same, and they come as fast as they can be served: nobody asks often in vain."""
        now = self._now()
        self._turn = max(self._turn, now) + self.pace
        if self._turn > now + LATEST:
            self._turn = now + LATEST
            return LATEST - secrets.randbelow(LATEST // 2)
        return math.ceil(self._turn - now)
