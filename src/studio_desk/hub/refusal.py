"""A refusal that the hub answers with: a Problem with its HTTP status and headers."""

from __future__ import annotations

import secrets
from typing import Any

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say


class Refusal(Problem):
    """A Problem for the other side of the wire.

    Args:
        status: HTTP status.
        code: as in `Problem`.
        sentence: as in `Problem`.
        remedy: as in `Problem`.
        headers: further headers of the answer.
        retry: seconds after which trying again may help; sent as `Retry-After`.
        **more: further JSON values.
    """

    def __init__(
        self,
        status: int,
        code: str,
        sentence: str,
        remedy: str,
        *,
        headers: dict[str, str] | None = None,
        retry: int = 0,
        **more: Any,
    ) -> None:
        super().__init__(code, sentence, remedy, **more)
        self.status = status
        self.headers = {**(headers or {}), **({"Retry-After": str(retry)} if retry else {})}


def too_many(sentence: str) -> Refusal:
    """A computer that takes more than its share comes back later, each at a moment of its own."""
    return Refusal(429, "TOO_MANY_REQUESTS", sentence, say("程序会稍后自动再试。"), retry=5 + secrets.randbelow(10))
