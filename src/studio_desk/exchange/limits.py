"""How much a bundle may hold: the figures of `docs/bundle-format.md` clause 11, read by the packer and the reader."""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

MAX_FILE: Final = 2 * 1024 * MIB - 1
"""Bytes of a sealed file: under 2 GiB, so that FAT32 holds it and no zip64 is needed."""
MAX_ENTRIES: Final = 20_000
MAX_NAME: Final = 128
MAX_OPS: Final = 200_000
MAX_OP_LINE: Final = 64 * KIB
MAX_BODY_LINE: Final = 2 * MIB
MAX_DEPTH: Final = 16
"""Nesting of JSON; a deeper line is refused before it is parsed."""
MAX_INT_DIGITS: Final = 16
"""2^53 has 16 digits."""
MAX_RATIO: Final = 400
"""Times a deflated entry of more than `RATIO_FROM` bytes may grow; journals grow 5 to 40 times."""
RATIO_FROM: Final = 4 * MIB
MAX_PIXELS: Final = 178_956_970
"""Pixels of an attached picture: what Pillow itself calls a decompression bomb (a quarter of 2 GiB at 3 bytes, twice)."""

BAGIT, INFO, README = "bagit.txt", "bag-info.txt", "README.txt"
MANIFEST, TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE: Final = TAGMANIFEST + ".sig"
SECOND: Final = TAGMANIFEST + ".sm2"
"""The second signature, directly after the first (clause 5.3)."""
HEADER, OPS, BODIES, BLOBS = "data/header.json", "data/ops.jsonl", "data/bodies.jsonl", "data/blobs/"
TAGS: Final = (BAGIT, INFO, README, MANIFEST)
"""The tag files that the tag manifest lists."""
ORDER: Final = (*TAGS, TAGMANIFEST, SIGNATURE, HEADER, OPS, BODIES)
"""The entries that every bundle has, in the one order allowed; attachments follow, sorted."""
TWICE: Final = (*TAGS, TAGMANIFEST, SIGNATURE, SECOND, HEADER, OPS, BODIES)
"""The same with a second signature."""

SIZES: Final = {
    BAGIT: KIB,
    INFO: 16 * KIB,
    README: 64 * KIB,
    MANIFEST: 4 * MIB,
    TAGMANIFEST: 4 * KIB,
    SIGNATURE: 4 * KIB,
    SECOND: 4 * KIB,
    HEADER: 256 * KIB,
    OPS: 128 * MIB,
    BODIES: 256 * MIB,
}
"""Most bytes of each entry, unpacked."""
MAX_BLOB: Final = 128 * MIB
"""Most bytes of one attachment."""

VOLUME_OPS: Final = 50_000
VOLUME_BODIES: Final = 128 * MIB
VOLUME_BYTES: Final = 1_900 * MIB
"""Where the packer starts the next volume: well inside what the reader allows."""

MEMORY: Final = 2 * 1024 * MIB
"""Address space of the reading process in bytes."""
SECONDS: Final = 60
"""Wall seconds a reading may take, plus one second for every `BYTES_A_SECOND` of the file."""
BYTES_A_SECOND: Final = 4 * MIB
