"""What the fuzzer drives: every stage between a stranger's bytes and a record, each with its own judge.

An input is one letter, which names the stage, and the bytes for it. A stage ends in silence: bytes are taken, or refused by a
`Problem`; anything else, an altered content taken for the signed one, and a second opinion that differs is a find. Signatures
and digests would stop every mutation, so the stage `b` works them out anew around what the fuzzer wrote.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from studio_desk.exchange import enrol, sshsig, trust
from studio_desk.exchange.attachments import check_attachment
from studio_desk.exchange.bag import read_manifest
from studio_desk.exchange.bundle import BundleReader, Reading
from studio_desk.exchange.envelope import open_sealed
from studio_desk.exchange.flaws import flaw, newer
from studio_desk.exchange.header import GENESIS, read_header
from studio_desk.exchange.limits import MAX_BLOB, SIZES
from studio_desk.exchange.signing import to_text
from studio_desk.exchange.strict_json import read_line, read_text
from studio_desk.exchange.zip_read import ZipReader
from studio_desk.kernel.canon import canon, parse
from studio_desk.kernel.problem import Problem
from studio_desk.kinds import KINDS
from tests.golden import make

CUT = b"\xff\xfe"
"""Parts the sections of an input; it is in no UTF-8 text."""
GOOD = (Path(make.__file__).parent / "good" / "version-1.sdx").read_bytes()
MESSAGE = b"what was signed\n"
RELINK, NAME_BODIES, FIT_HEADER, FIT_ID = 1, 2, 4, 8
"""Switches of the stage `b`: which of the bundle's own cross-references are worked out anew."""
_HOME: Any = SimpleNamespace(shapes=KINDS)


def run(data: bytes) -> bool:
    """Try one input; whether it was one at all."""
    stage = STAGES.get(data[:1])
    if stage is not None:
        stage(data[1:])
    return stage is not None


class Entries:
    """A sink that keeps what it is given, and holds the reader to the sizes it announced."""

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}
        self._name, self._size = "", 0

    def begin(self, name: str, size: int) -> None:
        assert name not in self.found
        self._name, self._size, self.found[name] = name, size, b""

    def data(self, block: bytes) -> None:
        self.found[self._name] += block
        assert len(self.found[self._name]) <= self._size

    def end(self) -> None:
        assert len(self.found[self._name]) == self._size


def _unzip(data: bytes, sink: Any, step: int) -> str:
    """Read a ZIP in pieces of `step` bytes: the code of the refusal, `""` when it was taken."""
    reader = ZipReader(sink)
    try:
        for at in range(0, len(data), step):
            reader.write(data[at : at + step])
        reader.finish()
    except Problem as problem:
        return problem.code
    return ""


def zip_bytes(data: bytes) -> None:
    """What is taken, the standard library reads alike; in whatever pieces the bytes come, it is taken or refused."""
    sink, again = Entries(), Entries()
    code = _unzip(data, sink, max(len(data), 1))
    assert bool(_unzip(data, again, 7)) == bool(code)  # which of two faults is met first may differ
    if code:
        return
    assert sink.found == again.found
    with zipfile.ZipFile(io.BytesIO(data)) as second:
        assert second.namelist() == list(sink.found)
        assert all(second.read(name) == plain for name, plain in sink.found.items())


def whole(data: bytes) -> None:
    """Nobody has the station's key: only what it signed is ever taken."""
    found = _read(data)
    assert found is None or _content(found) in _signed()


def bundle(data: bytes) -> None:
    """An enrolled station with bad intent: its signature and its manifests are right, whatever it wrote."""
    switches, *rest = data[:1], *data[1:].split(CUT)
    if not switches or len(rest) < 3:
        return
    switch, (changes, ops, bodies, *blobs) = switches[0], rest
    op_lines, body_lines = _lines(ops), _lines(bodies)
    if switch & (RELINK | NAME_BODIES):
        op_lines = _linked(op_lines, body_lines, switch)
    head = _header(changes, op_lines, switch)
    files = {hashlib.sha256(blob).hexdigest(): blob for blob in blobs}
    raw = b"".join(line + b"\n" for line in op_lines)
    found = _read(make.zipped(make.entries((_SAFE[0], body_lines), head, blobs=files, raw_ops=raw)))
    if found is not None:
        _judge(found, raw, b"".join(line + b"\n" for line in body_lines), files)


def json_line(data: bytes) -> None:
    """The quick reader and the plain one agree."""
    try:
        line = read_text(data, "x")
        value = read_line(line, "x")
    except Problem:
        return
    assert "\n" not in line
    assert canon(value) == line
    assert parse(line) == value


def header(data: bytes) -> None:
    """What is taken says the same when it is written again."""
    try:
        found = read_line(read_text(data, "x"), "x")
        read = read_header(found)
    except Problem:
        return
    said = read.as_json()
    assert read_header(said) == read
    assert all(said[key] == value for key, value in found.items() if key in said and key not in {"bundle", "seen"})


def envelope(data: bytes) -> None:
    """Only what was sealed for us comes out of an envelope, and nobody else can seal it so."""
    plain = io.BytesIO()
    try:
        open_sealed(io.BytesIO(data), len(data), [make.IDENTITY], plain)
    except Problem:
        return
    assert data == GOOD


def signature(data: bytes) -> None:
    """A text is a signature of the message by the one key that made one, or none."""
    try:
        key = sshsig.verify(MESSAGE, data.decode("ascii"))
    except ValueError:
        return
    assert key == make.STATION.public


def manifest(data: bytes) -> None:
    """What is taken is what the writer of manifests would write."""
    try:
        found = read_manifest(data, "x")
    except Problem:
        return
    assert "".join(f"{digest}  {name}\n" for name, digest in sorted(found.items())).encode() == data


def attachment(data: bytes) -> None:
    """Any file under any name is kept or refused."""
    name, _, blob = data.partition(b"\0")
    try:
        check_attachment("0" * 64, blob, [name.decode("utf-8", "replace")])
    except Problem:
        return
    assert not blob.startswith((b"\x7fELF", b"#!/"))


def trust_list(data: bytes) -> None:
    """Root keys signed what is believed; one root has bad intent and signs whatever the fuzzer wrote."""
    said = _object(data)
    for document in (data, data if said is None else _signed_list(said)):
        try:
            found = trust.read_list(read_text(document, "x"))
        except Problem:
            continue
        assert found.threshold >= 1
        assert read_line(document.decode(), "x")["list"] == found.as_json()


def enrolment(data: bytes) -> None:
    """A file on a stick that claims to be an enrolment, of either kind, signed anew."""
    said = _object(data)
    asked = None if said is None else said.get("request")
    with TemporaryDirectory(dir=_RAM) as folder:
        file = Path(folder) / "x"
        for document in (data, data if asked is None else request_document(asked)):
            file.write_bytes(document)
            for read in (enrol.read_request, enrol.read_install):
                try:
                    read(file)
                except Problem:
                    continue


def request_document(asked: Any) -> bytes:
    """A request for enrolment that asks for this, signed by the station."""
    message = enrol.REQUEST.encode() + b"\n" + _plain(asked)
    signature = to_text(make.STATION.sign(message))
    return _plain({"format": enrol.REQUEST, "request": asked, "signature": signature})


def _signed_list(said: dict[str, Any]) -> bytes:
    signature = make.STRANGER.sign(trust.FORMAT.encode() + b"\n" + _plain(said.get("list")))
    line = {"key": to_text(make.STRANGER.public), "signature": to_text(signature)}
    return _plain({**said, "signatures": [line]})


def body(data: bytes) -> None:
    """A body that passed the reader becomes a record, or is told to be odd."""
    try:
        value = read_line(read_text(data, "x"), "x")
    except Problem:
        return
    odd = flaw(_HOME, "record.save", "rec-1", value)
    assert odd is None or all(isinstance(part, str) and part for part in odd)
    assert newer(_HOME, "record.save", value) in {True, False}


STAGES: dict[bytes, Callable[[bytes], None]] = {
    b"a": attachment, b"b": bundle, b"e": envelope, b"f": body, b"h": header, b"j": json_line, b"m": manifest,
    b"r": enrolment, b"s": signature, b"t": trust_list, b"w": whole, b"z": zip_bytes,
}  # fmt: skip

_RAM = "/dev/shm" if Path("/dev/shm").is_dir() else None
_SAFE = make.content()


def _read(data: bytes) -> Reading | None:
    reader = BundleReader(make.POLICY)
    if _unzip_bundle(data, reader):
        return None
    return reader.found


def _unzip_bundle(data: bytes, reader: BundleReader) -> str:
    code = _unzip(data, reader, max(len(data), 1))
    if code:
        return code
    try:
        reader.finish()
    except Problem as problem:
        return problem.code
    return ""


def _content(found: Reading) -> tuple[bytes, bytes, str, tuple[str, ...]]:
    assert found.header is not None
    return found.ops, found.bodies, found.header.line, tuple(found.blobs)


def _signed() -> set[tuple[bytes, bytes, str, tuple[str, ...]]]:
    if not _KNOWN:
        for good in (make.plain(), make.plain_twice(), make.zipped(make.entries())):
            found = _read(good)
            assert found is not None
            _KNOWN.add(_content(found))
    return _KNOWN


_KNOWN: set[tuple[bytes, bytes, str, tuple[str, ...]]] = set()


def _lines(text: bytes) -> list[bytes]:
    return text.split(b"\n") if text else []


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _plain(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _linked(ops: list[bytes], bodies: list[bytes], switch: int) -> list[bytes]:
    """The op lines in one chain, each naming the body of its place."""
    made: list[bytes] = []
    prev = GENESIS
    for place, line in enumerate(ops):
        op = _object(line)
        if op is not None:
            if switch & RELINK:
                op |= {"seq": place + 1, "prev": prev}
            if switch & NAME_BODIES and place < len(bodies):
                op |= {"body": hashlib.sha256(bodies[place]).hexdigest(), "size": len(bodies[place])}
        made.append(line if op is None else _plain(op))
        prev = hashlib.sha256(made[-1]).hexdigest()
    return made


def _header(changes: bytes, ops: list[bytes], switch: int) -> bytes:
    """A header that fits the ops, with the fuzzer's changes; without `FIT_HEADER` the fuzzer's text as it is."""
    changed = _object(changes) if changes else {}
    if not switch & FIT_HEADER or changed is None:
        return changes
    said = {**json.loads(make.header(ops or [b""])), "last": max(len(ops), 1), **changed}
    if switch & FIT_ID:
        with suppress(Problem, ValueError):  # ValueError: half a character, which the reader refuses before
            said["bundle"] = read_header(said).bundle
    return _plain(said)


def _judge(found: Reading, ops: bytes, bodies: bytes, blobs: dict[str, bytes]) -> None:
    """Every promise of the format once more, in as few words as possible and without the reader's code."""
    assert found.header is not None
    assert (found.ops, found.bodies) == (ops, bodies)
    assert found.blobs == {digest: len(blob) for digest, blob in blobs.items()}
    assert all(size <= MAX_BLOB for size in found.blobs.values())
    assert len(ops) <= SIZES["data/ops.jsonl"]
    assert (found.header.sender, found.header.to) == ("SQ", "990000")
    assert found.header.device.partition(".")[0] == "SQ-1"
    prev, number, named = found.header.prev, found.header.first, {}
    for line in ops.decode().split("\n")[:-1]:
        op = json.loads(line)
        assert _plain(op) == line.encode()
        assert (op["dev"], op["seq"], op["prev"]) == (found.header.device, number, prev)
        assert op["type"] not in {"receipt", "trust", "record.return"}
        assert op["type"]
        named[op["body"]] = op["size"]
        prev, number = hashlib.sha256(line.encode()).hexdigest(), number + 1
    assert (prev, number) == (found.header.head, found.header.last + 1)
    assert len(named) == found.checked.ops
    for line in bodies.decode().split("\n")[:-1]:
        assert named.pop(hashlib.sha256(line.encode()).hexdigest()) == len(line.encode())
        assert _plain(json.loads(line)) == line.encode()
