"""What the fuzzer starts from: the golden bundles, opened, and right inputs of every stage."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from studio_desk.exchange import sshsig
from studio_desk.exchange.bag import manifest
from studio_desk.exchange.enrol import INSTALL, Request
from studio_desk.exchange.envelope import open_sealed
from studio_desk.exchange.signing import to_text
from studio_desk.exchange.trust import Computer, TrustList, sign_list
from studio_desk.kernel.canon import canon
from studio_desk.kernel.problem import Problem
from tests.fuzz import targets
from tests.golden import make
from tests.kinds.bodies import BODIES, typed

LARGEST = 15_000
"""Bytes of a seed: longer ones only make the fuzzer slow."""


def all_seeds() -> Iterator[bytes]:
    """Every seed that is short enough."""
    for seed in (*_bundles(), *_lines(), *_signatures(), *_trust(), *_attachments()):
        if len(seed) <= LARGEST:
            yield seed


def _bundles() -> Iterator[bytes]:
    for file in sorted((Path(make.__file__).parent / "bad").glob("*.sdx")):
        data = file.read_bytes()
        if len(data) > 100_000:
            continue
        plain = io.BytesIO()
        try:
            open_sealed(io.BytesIO(data), len(data), [make.IDENTITY], plain)
        except Problem:
            yield b"e" + data
            continue
        yield b"w" + plain.getvalue()
        yield b"z" + plain.getvalue()
    yield from (b"w" + make.plain(), b"w" + make.plain_twice(), b"z" + make.plain(), b"e" + targets.GOOD)
    small = make.zipped([("a.txt", b""), ("data/blobs/b", b"\0\1\2"), ("c", b"x" * 40)])
    yield b"z" + small


def _lines() -> Iterator[bytes]:
    ops, bodies = make.content()
    photo = hashlib.sha256(make.JPEG).hexdigest()
    named = canon({**make.body(2, name="村口.jpg", sha256=photo), "blobs": [photo]}).encode()
    erasing = make.content(change=lambda o: o[1].update({"type": "record.redact", "x-new": {"a": [1, None]}}))
    for changes in (b"", b"{}", canon({"erased": ["rec-2"], "seen": {"990000-1@SQ": [3, "a" * 64]}}).encode()):
        for switch in range(16):
            yield _bundle(switch, changes, ops, bodies)
        yield _bundle(15, changes, *make.content([bodies[0], named]), make.JPEG)
        yield _bundle(15, changes, erasing[0], erasing[1][:1])
    head = make.header(ops)
    yield from (letter + line for letter in (b"j", b"h") for line in (head, ops[0], bodies[0]))
    yield from (b"j" + text for text in (b"[[[[]]]]", b'{"a":"\xf0\x9f\x98\x80","b":-1}', b'"\\ud83d\\ude00"', b"-0"))
    for kind, values in BODIES.items():
        whole = {**make.body(1), "kind": kind, "values": {**typed(values), "uid": "rec-1"}}
        yield b"f" + canon(whole).encode()
    yield b"m" + manifest({"a.txt": photo, "b.txt": photo}).encode()


def _bundle(switch: int, changes: bytes, ops: list[bytes], bodies: list[bytes], *blobs: bytes) -> bytes:
    sections = (changes, b"\n".join(ops), b"\n".join(bodies), *blobs)
    return b"b" + bytes([switch]) + targets.CUT.join(sections)


def _signatures() -> Iterator[bytes]:
    for namespace in (sshsig.NAMESPACE, "file"):
        yield b"s" + sshsig.sign(targets.MESSAGE, make.STATION.public, make.STATION.sign, namespace).encode()


def _trust() -> Iterator[bytes]:
    station = Computer("SQ", "SQ-1", "上江埠", to_text(make.STATION.public), make.RECIPIENT)
    gone = Computer("HP", "HP-1", "横坪", to_text(make.REVOKED.public), make.ELSEWHERE, {"HP-1": (2, "5" * 64)}, "遗失")
    root = to_text(make.STRANGER.public)
    twofold = replace(station, sm2=to_text(make.SECONDED.public))
    for computers in ((), (station,), (station, gone), (twofold, gone)):
        known = TrustList("990000", "示例区", 2, "2026-01-01", "2027-01-01", 1, (root,), (make.ELSEWHERE,), computers)
        document = sign_list(known, [make.STRANGER])
        yield b"t" + document.encode()
        own = {"code": "SQ", "device": "SQ-1", "sign": station.sign}
        yield b"r" + canon({"format": INSTALL, "for": own, "trust": document}).encode()
    asked = Request("SQ", "SQ-1", "上江埠", station.sign, station.archive, make.MADE)
    for said in (asked.said, replace(asked, sm2=to_text(make.SECONDED.public)).said):
        yield b"r" + targets.request_document(said)


def _attachments() -> Iterator[bytes]:
    from PIL import Image

    for form, mode in (("JPEG", "RGB"), ("PNG", "P"), ("GIF", "P"), ("BMP", "RGB"), ("TIFF", "RGB"), ("WEBP", "RGB")):
        file = io.BytesIO()
        Image.new(mode, (3, 2)).save(file, form)
        for name in ("a.jpg", "image/png", "a.pdf"):
            yield b"a" + name.encode() + b"\0" + file.getvalue()
    heads = (
        b"\0\0\0\x18ftypheic",
        b"RIFF\x10\0\0\0WEBPVP8X",
        b"MZ" + bytes(58) + b"\x40\0\0\0PE\0\0",
        b"%PDF-1.7\n",
        b"<svg/>",
    )
    yield from (b"aa.heic\0" + head for head in (*heads, b"#!/bin/sh\n", b"\x7fELF", make.JPEG))
    yield b"a\0" + json.dumps({}).encode()
