"""Painted stand-ins for the photos of a sample station: real JPEG files, different each time, the same for the same seed."""

from __future__ import annotations

import io
import random


def photo(seed: int, *, width: int = 1200, height: int = 900) -> bytes:
    """A painted village scene as JPEG.

    Args:
        seed: the same seed gives the same picture.
        width: pixels.
        height: pixels.
    """
    from PIL import Image, ImageDraw, ImageFilter

    chance = random.Random(seed)  # noqa: S311 - a picture, not a secret
    sky = tuple(chance.randint(150, 235) for _ in range(3))
    image = Image.new("RGB", (width, height), sky)
    draw = ImageDraw.Draw(image)
    horizon = int(height * chance.uniform(0.4, 0.6))
    for _ in range(5):
        x, top, reach = chance.randint(-200, width), chance.randint(horizon // 3, horizon), chance.randint(250, 700)
        shade = chance.randint(70, 140)
        draw.polygon([(x, horizon), (x + reach // 2, top), (x + reach, horizon)], fill=(shade, shade + 25, shade))
    draw.rectangle((0, horizon, width, height), fill=(chance.randint(90, 150), chance.randint(120, 170), 90))
    road = chance.randint(width // 5, 4 * width // 5)
    draw.polygon(
        [(road - 30, horizon), (road + 30, horizon), (road + 260, height), (road - 260, height)], fill=(150, 150, 145)
    )
    for _ in range(chance.randint(2, 5)):
        x, size = chance.randint(0, width - 220), chance.randint(110, 220)
        base = chance.randint(horizon + 40, height - 60)
        wall, roof = chance.randint(170, 240), (chance.randint(120, 170), 60, 50)
        draw.rectangle((x, base - size // 2, x + size, base), fill=(wall, wall - 10, wall - 25))
        draw.polygon(
            [(x - 15, base - size // 2), (x + size // 2, base - size), (x + size + 15, base - size // 2)], fill=roof
        )
        draw.rectangle((x + size // 3, base - size // 4, x + size // 2, base), fill=(90, 70, 60))
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1.2)).save(out, "JPEG", quality=82)
    return out.getvalue()
