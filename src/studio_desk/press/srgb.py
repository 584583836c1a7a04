"""The sRGB colour profile that PDF/A asks for, computed from IEC 61966-2-1, so that it is free and always the same bytes.

A version 2 matrix profile (ICC.1:2001-04) with primaries adapted to D50; version 2 serves PDF/A-1 to -4 alike.
"""

from __future__ import annotations

import struct
from functools import cache

_WHITE = (0.9642, 1.0, 0.8249)
_PRIMARIES = {
    b"rXYZ": (0.4360747, 0.2225045, 0.0139322),
    b"gXYZ": (0.3850649, 0.7168786, 0.0971045),
    b"bXYZ": (0.1430804, 0.0606169, 0.7141733),
}
"""sRGB primaries, Bradford-adapted to D50."""

_STEPS = 1024


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">l", round(value * 65536)) for value in values)


def _curve() -> bytes:
    """IEC 61966-2-1, 5.2: device value to linear light."""
    points = []
    for step in range(_STEPS):
        value = step / (_STEPS - 1)
        linear = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        points.append(round(linear * 65535))
    return b"curv\0\0\0\0" + struct.pack(f">L{_STEPS}H", _STEPS, *points)


def _description(text: str) -> bytes:
    plain = text.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">L", len(plain)) + plain + b"\0" * (8 + 3 + 67)


@cache
def profile() -> bytes:
    """The profile, about 2.6 kB."""
    curve = _curve()
    tags = {
        b"desc": _description("sRGB IEC61966-2.1"),
        b"cprt": b"text\0\0\0\0No copyright, use freely\0",
        b"wtpt": _xyz(_WHITE),
        **{tag: _xyz(values) for tag, values in _PRIMARIES.items()},
    }
    names = [*tags, b"rTRC", b"gTRC", b"bTRC"]
    at = 128 + 4 + 12 * len(names)
    table, bodies = struct.pack(">L", len(names)), b""
    for tag, body in tags.items():
        table += struct.pack(">4sLL", tag, at + len(bodies), len(body))
        bodies += body + b"\0" * (-len(body) % 4)
    for tag in names[-3:]:
        table += struct.pack(">4sLL", tag, at + len(bodies), len(curve))
    bodies += curve + b"\0" * (-len(curve) % 4)
    header = struct.pack(
        ">L4sL4s4s4s6H4s4sLLLQL3l",
        at + len(bodies),
        b"\0\0\0\0",
        0x02100000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        *(2020, 1, 1, 0, 0, 0),
        b"acsp",
        b"\0\0\0\0",
        0,
        0,
        0,
        0,
        0,
        *(round(value * 65536) for value in _WHITE),
    )
    return header.ljust(128, b"\0") + table + bodies
