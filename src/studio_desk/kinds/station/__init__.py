"""联络站, a liaison station, group or chamber."""

from __future__ import annotations

from studio_desk.kinds.station.model import Station
from studio_desk.kinds.station.rules import LIFE, check
from studio_desk.record.kind import Kind

KIND = Kind(
    key="station",
    title="联络站",
    prefix="ZD",
    model=Station,
    life=LIFE,
    name="name",
    check=check,
    retention="永久",
)
