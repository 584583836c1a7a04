"""The ways to carry a sealed bundle, one file per way; each passes `tests/exchange/test_every_transport.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from studio_desk.kernel.progress import Progress, silent


class Transport(Protocol):
    """A place to which sealed files are put and where they are found."""

    @property
    def label(self) -> str:
        """What a clerk calls it; stands in the custody of a record."""

    def put(self, source: Path | bytes, name: str, progress: Progress = silent) -> Path:
        """Write a file so that it stays when the medium is pulled; a file of that name is replaced.

        Raises:
            Problem: exit code `MEDIUM`: `MEDIUM_FULL`, `MEDIUM_READ_ONLY`, `MEDIUM_GONE`, …
        """

    def list(self) -> list[Path]:
        """The bundles that lie there, by name.

        Raises:
            Problem: `MEDIUM_GONE`.
        """

    def free(self) -> int:
        """Bytes that still fit.

        Raises:
            Problem: `MEDIUM_GONE`.
        """
