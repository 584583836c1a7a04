"""Flip a bit of every byte and cut at every length of a small bundle: nothing altered may ever be accepted.

`python -m tests.golden.every_byte` tries all (some minutes); the tests try a sample. Two layers are tried: the sealed file,
and the ZIP inside a whole envelope, as an enrolled station with bad intent would send it.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from studio_desk.exchange.bundle import BundleReader, Reading
from studio_desk.exchange.reader import read_file
from studio_desk.exchange.zip_read import ZipReader
from studio_desk.kernel.problem import Problem
from tests.golden import make


def altered(whole: bytes, places: Iterator[int] | range) -> Iterator[tuple[str, bytes]]:
    """Each place flipped, and the file cut there."""
    for at in places:
        flipped = bytearray(whole)
        flipped[at] ^= 1 << (at % 8)
        yield f"flip {at}", bytes(flipped)
        yield f"cut {at}", whole[:at]


def accepted_sealed(data: bytes, path: Path) -> bool:
    """Whether the reader takes a sealed file."""
    path.write_bytes(data)
    try:
        read_file(path, [make.IDENTITY], make.POLICY)
    except Problem:
        return False
    return True


def read_zip(data: bytes) -> Reading | None:
    """What the reader takes out of a ZIP from a whole envelope, `None` when it refuses.

    Compressed data may end with unused bits: a flip there changes nothing that was signed, so contents are compared.
    """
    bundle = BundleReader(make.POLICY)
    unzip = ZipReader(bundle)
    try:
        unzip.write(data)
        unzip.finish()
        return bundle.finish()
    except Problem:
        return None


def sample(size: int, count: int, seed: int) -> list[int]:
    """Some places, the first and last bytes among them."""
    places = random.Random(seed).sample(range(size), min(count, size))
    return sorted({*places, *range(min(40, size)), *range(max(0, size - 40), size)})


def main() -> int:
    wrong = [each for plain in (make.plain(), make.plain_twice()) for each in _try(plain)]
    print(f"all bytes flipped, all lengths cut: {len(wrong)} accepted {wrong[:10]}")
    return 1 if wrong else 0


def _try(plain: bytes) -> list[str]:
    sealed, wrong = make.sealed(plain), []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.sdx"
        assert accepted_sealed(sealed, path)
        untouched = read_zip(plain)
        assert untouched is not None
        for what, data in altered(sealed, range(len(sealed))):
            if accepted_sealed(data, path):
                wrong.append(f"sealed {what}")
        for what, data in altered(plain, range(len(plain))):
            if (found := read_zip(data)) is not None and found != untouched:
                wrong.append(f"zip {what}")
    print(f"{2 * len(sealed)} sealed and {2 * len(plain)} unsealed variants tried")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
