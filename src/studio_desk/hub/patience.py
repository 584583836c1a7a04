"""A line that neither asks nor takes is hung up, so that nobody holds a place at the hub by being slow."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from studio_desk.hub import log

HEAD: Final = 45.0
"""Seconds for the first line and headers of a request; longer than a line may be idle between two requests."""
TAKE: Final = 30.0
"""Seconds in which a client must take something of an answer that waits for it."""
LOOK: Final = 5.0
"""Seconds between two looks at a line."""


class Line(H11Protocol):
    """One connection. The server below ends lines that are idle between two requests; this ends those that stop half-way.

    Bodies have limits of their own (`server.SLOW`, `server.SLOWEST`).
    """

    _free_since = 0.0
    _taken_at = 0.0
    _seen = (0, 0)
    _resumed = 0
    _again: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody knocks."""
        super().connection_made(transport)
        self._free_since = self._taken_at = self.loop.time()
        self._again = self.loop.call_later(LOOK, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone."""
        if self._again is not None:
            self._again.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """The next request may come."""
        self._free_since = self.loop.time()
        super().on_response_complete()

    def resume_writing(self) -> None:
        """The client took most of what waited for it."""
        self._resumed += 1
        super().resume_writing()

    def _look(self) -> None:
        now, waits = self.loop.time(), self.transport.get_write_buffer_size()
        if not waits or (waits, self._resumed) != self._seen:
            self._taken_at = now
        self._seen = (waits, self._resumed)
        free = self.cycle is None or self.cycle.response_complete
        if now - self._taken_at > TAKE or (free and now - self._free_since > HEAD):
            log.tell("hung_up", why="nothing taken" if waits else "no request")
            self.transport.abort()
            return
        self._again = self.loop.call_later(LOOK, self._look)
