"""Make the bad bundles of this folder: one per way to be refused, plus a good bundle of each reader's version.

`python -m tests.golden.make` writes `bad/*.sdx`, `good/*.sdx` and `index.json` anew. The keys are fixed and worthless. Every
case but those about signatures is signed by an enrolled station: the reader must not rely on honest writers.
"""

import base64
import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio_desk.exchange import bech32
from studio_desk.exchange.bag import BAGIT_TEXT, bag_info, manifest, readme
from studio_desk.exchange.bundle import Known, Policy
from studio_desk.exchange.envelope import seal
from studio_desk.exchange.header import GENESIS, MIN_READER, READER, SECOND_READER, Header
from studio_desk.exchange.limits import (
    BLOBS,
    BODIES,
    HEADER,
    MAX_ENTRIES,
    MAX_OP_LINE,
    OPS,
    ORDER,
    SECOND,
    SIGNATURE,
    TAGMANIFEST,
    TWICE,
)
from studio_desk.exchange.signing import Ed25519Signer, SM2Signer, sign_bundle, to_text
from studio_desk.exchange.vouch import vouch
from studio_desk.exchange.zip_write import CENTRAL_SIGN, END, Entry, end
from studio_desk.kernel.canon import canon

HERE = Path(__file__).parent
MADE = "2026-03-06T10:00:00+08:00"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9"


def raw_key(label: str) -> bytes:
    """A worthless private key that is always the same."""
    return hashlib.sha256(f"studio-desk golden {label}".encode()).digest()


def public_x25519(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


STATION = Ed25519Signer("SQ-1", raw_key("SQ-1"))
STRANGER = Ed25519Signer("XX-1", raw_key("stranger"))
REVOKED = Ed25519Signer("HP-1", raw_key("HP-1"))
TWOFOLD = Ed25519Signer("SQ-2", raw_key("SQ-2"))


def sm2(label: str, name: str = "SQ-2") -> SM2Signer:
    """A second signer whose signatures are always the same, which is right for worthless keys only."""
    return SM2Signer(name, raw_key(label), lambda bits: int.from_bytes(raw_key("nonce"), "big") >> (256 - bits))


SECONDED = sm2("SQ-2 sm2")
DISTRICT = raw_key("990000")
IDENTITY = bech32.identity_text(DISTRICT)
RECIPIENT = bech32.recipient_text(public_x25519(DISTRICT))
ELSEWHERE = bech32.recipient_text(public_x25519(raw_key("990001")))
POLICY = Policy(
    "990000",
    {
        to_text(STATION.public): Known("SQ", "SQ-1"),
        to_text(TWOFOLD.public): Known("SQ", "SQ-2", sm2=to_text(SECONDED.public)),
        to_text(REVOKED.public): Known("HP", "HP-1", {"HP-1": (2, "5" * 64)}),
    },
)

Lines = list[bytes]
CASES: dict[str, tuple[str, Callable[[], bytes]]] = {}


def bad(code: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    """Register a case under the name of its function."""

    def add(make: Callable[[], bytes]) -> Callable[[], bytes]:
        CASES[make.__name__] = (code, make)
        return make

    return add


# --- a good bundle, piece by piece, each piece replaceable -----------------------------------------------------------


def body(number: int, **values: Any) -> dict[str, Any]:
    return {
        "v": 1, "kind": "slip", "version": 1, "salt": f"{number:024x}", "by": "张三", "reason": "", "blobs": [],
        "values": {"uid": f"rec-{number}", "day": "2026-03-06", "title": f"第{number}条", **values},
    }  # fmt: skip


def content(
    bodies: Lines | None = None, dev: str = "SQ-1", change: Callable[[list[dict[str, Any]]], None] | None = None
) -> tuple[Lines, Lines]:
    """Op and body lines of a chain; `change` may spoil the ops before they are linked."""
    bodies = [canon(body(n)).encode() for n in (1, 2, 3)] if bodies is None else bodies
    ops: list[dict[str, Any]] = [
        {
            "v": 1, "dev": dev, "seq": n, "t": MADE, "type": "record.save", "rec": f"rec-{n}", "base": [],
            "body": hashlib.sha256(line).hexdigest(), "size": len(line),
        }
        for n, line in enumerate(bodies, 1)
    ]  # fmt: skip
    if change:
        change(ops)
    lines: Lines = []
    prev = GENESIS
    for op in ops:
        lines.append(canon({"prev": prev, **op}).encode())
        prev = hashlib.sha256(lines[-1]).hexdigest()
    return lines, bodies


def header(ops: Lines, **changes: Any) -> bytes:
    """The header's line; `changes` spoil it after its id was worked out."""
    known = {"sender": "SQ", "to": "990000", "device": "SQ-1", "first": 1, "last": len(ops), "prev": GENESIS}
    known |= {"min_reader": MIN_READER, "vouch": ""}
    own = {k: changes.pop(k) for k in list(changes) if k in known}
    made = Header(**{**known, "head": hashlib.sha256(ops[-1]).hexdigest(), **own})
    return canon({**made.as_json(), **changes}).encode()


def entries(
    parts: tuple[Lines, Lines] | None = None,
    head: bytes | None = None,
    *,
    blobs: dict[str, bytes] | None = None,
    signer: Ed25519Signer = STATION,
    raw_ops: bytes | None = None,
    tags: Callable[[dict[str, bytes]], None] | None = None,
    listed: Callable[[dict[str, str]], None] | None = None,
    sign: Callable[[bytes], bytes] | None = None,
    second: Callable[[bytes], bytes] | None = None,
) -> list[tuple[str, bytes]]:
    """The entries of a bundle in order; each hook may spoil one layer, all layers above stay consistent."""
    ops, bodies = parts or content()
    payload = {
        HEADER: head or header(ops),
        OPS: b"".join(line + b"\n" for line in ops) if raw_ops is None else raw_ops,
        BODIES: b"".join(line + b"\n" for line in bodies),
        **{BLOBS + name: data for name, data in sorted((blobs or {}).items())},
    }
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in payload.items()}
    if listed:
        listed(digests)
    said = json.loads(header(ops))
    files = {
        "bagit.txt": BAGIT_TEXT.encode(),
        "bag-info.txt": bag_info(said, MADE, sum(map(len, payload.values())), len(payload)).encode(),
        "README.txt": readme(said, "SQ-2" if second else "SQ-1", second=second is not None).encode(),
        "manifest-sha256.txt": manifest(digests).encode(),
    }
    if tags:
        tags(files)
    tagmanifest = manifest({n: hashlib.sha256(d).hexdigest() for n, d in files.items()}).encode()
    signature = (sign or (lambda m: sign_bundle(signer, m).encode()))(tagmanifest)
    found = {**files, TAGMANIFEST: tagmanifest, SIGNATURE: signature, **payload}
    if second:
        found[SECOND] = second(tagmanifest)
    rest = [name for name in found if name not in TWICE]
    return [(name, found[name]) for name in (*(TWICE if second else ORDER), *rest)]


def packed(data: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def zipped(
    items: list[tuple[str, bytes]],
    *,
    local: Callable[[int, bytearray], None] | None = None,
    central: Callable[[int, bytearray], None] | None = None,
    tail: Callable[[bytearray], None] | None = None,
    skip: int | None = None,
    more: bytes = b"",
) -> bytes:
    """A ZIP; `local`, `central` and `tail` may spoil its records in place, `skip` leaves an entry out of the directory."""
    out, directory, count = bytearray(), bytearray(), 0
    for number, (name, data) in enumerate(items):
        store = name.startswith(BLOBS)
        inside = data if store else packed(data)
        raw = name.encode()
        entry = Entry("x" * len(raw), 0 if store else 8, zlib.crc32(data), len(inside), len(data), len(out))
        head, line = bytearray(entry.local()), bytearray(entry.central())
        head[len(head) - len(raw) :] = line[len(line) - len(raw) :] = raw
        if local:
            local(number, head)
        if central:
            central(number, line)
        out += head + inside
        if number != skip:
            directory += line
            count += 1
    last = bytearray(end(count, len(directory), len(out)))
    if tail:
        tail(last)
    return bytes(out + directory + last + more)


def sealed(plain: bytes, recipient: str = RECIPIENT) -> bytes:
    target = io.BytesIO()
    seal([plain], [recipient], target)
    return target.getvalue()


def plain() -> bytes:
    """The ZIP of the good bundle of version 1, with a photo."""
    digest = hashlib.sha256(JPEG).hexdigest()
    lines = [canon(body(1)).encode(), canon({**body(2, name="村口.jpg", sha256=digest), "blobs": [digest]}).encode()]
    return zipped(entries(content(lines), blobs={digest: JPEG}))


def seconded(message: bytes) -> bytes:
    """The right second signature."""
    return SECONDED.sign(message).hex().encode() + b"\n"


def plain_twice() -> bytes:
    """The ZIP of the good bundle of version 2: the same with both signatures."""
    digest = hashlib.sha256(JPEG).hexdigest()
    lines = [canon(body(1)).encode(), canon({**body(2, name="村口.jpg", sha256=digest), "blobs": [digest]}).encode()]
    parts = content(lines, dev="SQ-2")
    head = header(parts[0], device="SQ-2", min_reader=SECOND_READER)
    return zipped(entries(parts, head, blobs={digest: JPEG}, signer=TWOFOLD, second=seconded))


def twice(
    second: Callable[[bytes], bytes] | None, signer: Ed25519Signer = TWOFOLD, needed: int = SECOND_READER
) -> list[tuple[str, bytes]]:
    """The entries of a bundle with some second signature, or without one."""
    parts = content(dev=signer.principal)
    head = header(parts[0], device=signer.principal, min_reader=needed)
    return entries(parts, head, signer=signer, second=second)


def good() -> bytes:
    """The good bundle, sealed."""
    return sealed(plain())


def with_op(**changes: Any) -> bytes:
    """A bundle whose second op is spoilt; everything around it fits."""
    parts = content(change=lambda ops: ops[1].update(changes))
    return sealed(zipped(entries(parts)))


def with_line(place: int, text: bytes) -> bytes:
    """A bundle whose op line at `place` is replaced by some text, chained and signed."""
    ops, bodies = content()
    ops[place] = text
    return sealed(zipped(entries((ops, bodies), header(ops))))


def with_name(name: str) -> bytes:
    """A bundle whose last entry bears a bad name."""
    return sealed(zipped([*entries(), (name, b"x")]))


def with_body(text: bytes) -> bytes:
    """A bundle whose second body is some text that its op names."""
    return sealed(zipped(entries(content([canon(body(1)).encode(), text]))))


def with_blob(data: bytes, name: str) -> bytes:
    """A bundle with one attachment, called `name` by a body."""
    digest = hashlib.sha256(data).hexdigest()
    line = canon({**body(1, name=name, sha256=digest), "blobs": [digest]}).encode()
    return sealed(zipped(entries(content([line]), blobs={digest: data})))


# --- clause 2: the outer file ----------------------------------------------------------------------------------------


@bad("BUNDLE_EMPTY")
def empty() -> bytes:
    return b""


@bad("BUNDLE_NOT_ONE")
def a_photo_instead() -> bytes:
    return JPEG


@bad("BUNDLE_TRUNCATED")
def cut_in_the_magic() -> bytes:
    return good()[:12]


@bad("BUNDLE_TRUNCATED")
def cut_in_the_header() -> bytes:
    return good()[:60]


@bad("BUNDLE_TRUNCATED")
def cut_right_after_the_header() -> bytes:
    whole = good()
    return whole[: whole.index(b"\n", whole.index(b"\n--- ") + 1) + 1 + 16 + 9]


@bad("BUNDLE_DAMAGED")
def cut_in_the_middle() -> bytes:
    whole = good()
    return whole[: len(whole) * 2 // 3]


@bad("BUNDLE_DAMAGED")
def one_bit_flipped() -> bytes:
    whole = bytearray(good())
    whole[len(whole) * 2 // 3] ^= 4
    return bytes(whole)


@bad("BUNDLE_NOT_FOR_US")
def sealed_for_another_district() -> bytes:
    return sealed(zipped(entries()), ELSEWHERE)


@bad("BUNDLE_NOT_FOR_US")
def sealed_with_a_passphrase() -> bytes:
    import pyrage

    return bytes(pyrage.passphrase.encrypt(zipped(entries()), "1234"))


@bad("BUNDLE_NOT_ONE")
def in_letters_for_a_mail() -> bytes:
    return b"-----BEGIN AGE ENCRYPTED FILE-----\n" + base64.encodebytes(good()) + b"-----END AGE ENCRYPTED FILE-----\n"


# --- clause 3: the ZIP -----------------------------------------------------------------------------------------------


@bad("ZIP_DAMAGED")
def zip_cut_inside_a_whole_envelope() -> bytes:
    return sealed(zipped(entries())[:-30])


@bad("ZIP_PREPENDED")
def a_program_before_the_zip() -> bytes:
    return sealed(b"MZ" + bytes(62) + zipped(entries()))


@bad("ZIP_PREPENDED")
def bytes_before_the_directory() -> bytes:
    return sealed(zipped(entries(), tail=lambda t: struct.pack_into("<L", t, 16, 12)))


@bad("ZIP_APPENDED")
def bytes_after_the_zip() -> bytes:
    return sealed(zipped(entries()) + b"\0")


@bad("ZIP_APPENDED")
def a_second_zip_after_the_first() -> bytes:
    return sealed(zipped(entries()) + zipped(entries()))


@bad("ZIP_COMMENT")
def a_zip_comment() -> bytes:
    return sealed(zipped(entries(), tail=lambda t: struct.pack_into("<H", t, 20, 5), more=b"hello"))


@bad("ZIP64")
def zip64_sizes() -> bytes:
    return sealed(
        zipped(entries(), local=lambda n, h: struct.pack_into("<2L", h, 18, *2 * [0xFFFFFFFF]) if n == 6 else None)
    )


@bad("ZIP64")
def zip64_end_of_directory() -> bytes:
    whole = zipped(entries())
    at = len(whole) - END.size
    return sealed(whole[:at] + b"PK\x06\x06" + bytes(52) + whole[at:])


@bad("ZIP_SPLIT")
def split_over_several_disks() -> bytes:
    return sealed(zipped(entries(), tail=lambda t: struct.pack_into("<2H", t, 4, 1, 1)))


@bad("ZIP_SPLIT")
def an_entry_on_another_disk() -> bytes:
    return sealed(zipped(entries(), central=lambda n, c: struct.pack_into("<H", c, 34, 1) if n == 7 else None))


@bad("ENTRY_OVERLAP")
def fewer_entries_than_counted() -> bytes:
    return sealed(zipped(entries(), tail=lambda t: struct.pack_into("<2H", t, 8, 60_000, 60_000)))


@bad("NAME_CLIMBS")
def climbs_out() -> bytes:
    return with_name("data/../../desk.db")


@bad("NAME_ABSOLUTE")
def absolute_name() -> bytes:
    return with_name("/etc/passwd")


@bad("NAME_BACKSLASH")
def backslash_in_name() -> bytes:
    return with_name("data\\blobs\\x")


@bad("NAME_DRIVE")
def drive_in_name() -> bytes:
    return with_name("C:/x")


@bad("NAME_NUL")
def nul_in_name() -> bytes:
    return with_name("data/header.json\0.jpg")


@bad("NAME_LOOKALIKE")
def cyrillic_letter_in_name() -> bytes:
    return with_name("d\u0430ta/header.json")


@bad("NAME_LOOKALIKE")
def bad_utf8_in_name() -> bytes:
    return sealed(zipped([*entries(), ("data/xx", b"x")], local=_last_name, central=_last_name))


def _last_name(number: int, record: bytearray) -> None:
    if number == len(ORDER):
        record[-2:] = b"\xff\xfe"


@bad("NAME_RESERVED")
def reserved_name() -> bytes:
    return with_name("data/aux.txt")


@bad("NAME_STRANGE")
def blank_in_name() -> bytes:
    return with_name("data/a b")


@bad("NAME_ABSOLUTE")
def a_network_share_in_name() -> bytes:
    return with_name("//10.0.0.5/share/x")


@bad("NAME_LOOKALIKE")
def full_width_letters_in_name() -> bytes:
    return with_name("ｄata/ops.jsonl")


@bad("NAME_LOOKALIKE")
def a_name_that_reads_backwards() -> bytes:
    return with_name("data/blobs/\u202egpj.exe")


@bad("NAME_LOOKALIKE")
def twins_by_normal_form() -> bytes:
    return sealed(zipped([*entries(), ("data/\u00e9", b"x"), ("data/e\u0301", b"x")]))


@bad("NAME_LOOKALIKE")
def a_reserved_name_with_a_raised_digit() -> bytes:
    return with_name("data/COM\u00b9")


@bad("NAME_RESERVED")
def a_reserved_folder() -> bytes:
    return with_name("data/NUL/x")


@bad("NAME_STRANGE")
def a_second_stream_in_name() -> bytes:
    return with_name("data/header.json:x")


@bad("NAME_STRANGE")
def a_dot_at_the_end_of_a_name() -> bytes:
    return with_name("data/header.json.")


@bad("NAME_STRANGE")
def a_name_without_end() -> bytes:
    return with_name("data/" + "a" * 1_000)


@bad("NAME_STRANGE")
def no_name_at_all() -> bytes:
    return with_name("")


@bad("NAME_STRANGE")
def the_name_of_a_folder() -> bytes:
    return with_name("data/blobs/")


@bad("ENTRY_LINK")
def a_symbolic_link() -> bytes:
    return sealed(
        zipped(entries(), central=lambda n, c: struct.pack_into("<L", c, 38, 0o120777 << 16) if n == 7 else None)
    )


@bad("ENTRY_LINK")
def a_folder_entry() -> bytes:
    return sealed(
        zipped(entries(), central=lambda n, c: struct.pack_into("<L", c, 38, 0o40755 << 16 | 0x10) if n == 7 else None)
    )


@bad("ENTRY_LINK")
def a_device_of_the_system() -> bytes:
    return sealed(
        zipped(entries(), central=lambda n, c: struct.pack_into("<L", c, 38, 0o020666 << 16) if n == 7 else None)
    )


@bad("ENTRY_MISMATCH")
def a_program_by_its_mode() -> bytes:
    return sealed(
        zipped(entries(), central=lambda n, c: struct.pack_into("<L", c, 38, 0o104755 << 16) if n == 7 else None)
    )


@bad("ENTRY_TWICE")
def the_same_entry_twice() -> bytes:
    items = entries()
    return sealed(zipped([*items, items[-1]]))


@bad("ENTRY_TWIN")
def a_twin_by_case() -> bytes:
    return with_name("data/OPS.jsonl")


@bad("ENTRY_UNLISTED")
def an_unlisted_file() -> bytes:
    return with_name("data/blobs/" + "a" * 64)


@bad("ENTRY_UNLISTED")
def an_unlisted_file_in_front() -> bytes:
    return sealed(zipped([("autorun.inf", b"x"), *entries()]))


@bad("ENTRY_MISSING")
def a_listed_attachment_is_missing() -> bytes:
    digest = hashlib.sha256(JPEG).hexdigest()
    items = entries(blobs={digest: JPEG})
    return sealed(zipped(items[:-1]))


@bad("ENTRY_MISSING")
def the_bodies_are_missing() -> bytes:
    return sealed(zipped(entries()[:-1]))


@bad("ENTRY_ORDER")
def payload_before_the_signature() -> bytes:
    items = entries()
    return sealed(zipped([items[6], *items[:6], *items[7:]]))


@bad("ENTRY_ORDER")
def attachments_out_of_order() -> bytes:
    photos = {hashlib.sha256(JPEG + bytes([n])).hexdigest(): JPEG + bytes([n]) for n in range(2)}
    items = entries(blobs=photos)
    return sealed(zipped([*items[:-2], items[-1], items[-2]]))


@bad("ENTRY_BOMB")
def a_zip_bomb() -> bytes:
    return sealed(zipped(entries(raw_ops=bytes(32 << 20))))


@bad("ENTRY_BOMB")
def a_bomb_that_claims_to_be_small() -> bytes:
    items = entries(raw_ops=bytes(32 << 20))
    spoil = lambda n, h, at: struct.pack_into("<L", h, at, 4096) if n == 7 else None  # noqa: E731
    return sealed(zipped(items, local=lambda n, h: spoil(n, h, 22), central=lambda n, h: spoil(n, h, 24)))


@bad("ENTRY_TOO_BIG")
def a_huge_header() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, bodies), header(ops, more=hashlib.sha256(b"x").hexdigest() * 5000))))


@bad("ENTRY_OVERLAP")
def two_lines_for_one_entry() -> bytes:
    items = entries()

    def spoil(number: int, line: bytearray) -> None:
        if number == 8:
            struct.pack_into("<L", line, 42, 0)

    return sealed(zipped(items, central=spoil))


@bad("ENTRY_OVERLAP")
def one_line_too_many() -> bytes:
    whole = zipped(entries())
    at = len(whole) - END.size
    line = Entry("data/x", 0, 0, 0, 0, 0).central()
    count, size, offset = struct.unpack_from("<H2L", whole, at + 10)
    return sealed(whole[:at] + line + end(count + 1, size + len(line), offset))


@bad("ENTRY_ENCRYPTED")
def an_encrypted_entry() -> bytes:
    return sealed(zipped(entries(), local=lambda n, h: struct.pack_into("<H", h, 6, 1) if n == 7 else None))


@bad("ENTRY_ENCRYPTED")
def a_strongly_encrypted_entry() -> bytes:
    return sealed(zipped(entries(), local=lambda n, h: struct.pack_into("<H", h, 6, 0x41) if n == 7 else None))


@bad("ENTRY_METHOD")
def an_unknown_method() -> bytes:
    return sealed(zipped(entries(), local=lambda n, h: struct.pack_into("<H", h, 8, 12) if n == 7 else None))


@bad("ENTRY_EXTRA")
def extra_field() -> bytes:
    def spoil(number: int, head: bytearray) -> None:
        if number == 7:
            struct.pack_into("<H", head, 28, 4)
            head += b"\x55\x54\0\0"

    return sealed(zipped(entries(), local=spoil))


@bad("ENTRY_EXTRA")
def sizes_after_the_data() -> bytes:
    return sealed(zipped(entries(), local=lambda n, h: struct.pack_into("<H", h, 6, 8) if n == 7 else None))


@bad("ENTRY_EXTRA")
def a_name_said_to_be_in_another_script() -> bytes:
    spoil = lambda n, r, at: struct.pack_into("<H", r, at, 0x800) if n == 7 else None  # noqa: E731
    return sealed(zipped(entries(), local=lambda n, h: spoil(n, h, 6), central=lambda n, c: spoil(n, c, 8)))


@bad("ENTRY_EXTRA")
def a_comment_on_an_entry() -> bytes:
    def spoil(number: int, line: bytearray) -> None:
        if number == 7:
            struct.pack_into("<H", line, 32, 4)
            line += b"look"

    return sealed(zipped(entries(), central=spoil))


@bad("ENTRY_EXTRA")
def an_extra_field_in_the_directory_only() -> bytes:
    def spoil(number: int, line: bytearray) -> None:
        if number == 7:
            struct.pack_into("<H", line, 30, 4)
            line += b"\x55\x54\0\0"

    return sealed(zipped(entries(), central=spoil))


@bad("ENTRY_MISMATCH")
def two_scripts_for_one_name() -> bytes:
    return sealed(zipped(entries(), central=lambda n, c: struct.pack_into("<H", c, 8, 0x800) if n == 7 else None))


@bad("ENTRY_MISMATCH")
def encrypted_by_the_directory_only() -> bytes:
    return sealed(zipped(entries(), central=lambda n, c: struct.pack_into("<H", c, 8, 1) if n == 7 else None))


@bad("ENTRY_MISMATCH")
def an_entry_that_swallows_the_next() -> bytes:
    items = entries()
    more = len(packed(items[8][1])) + 30 + len(items[8][0])
    spoil = lambda n, r, at: struct.pack_into("<L", r, at, len(packed(items[7][1])) + more) if n == 7 else None  # noqa: E731
    return sealed(zipped(items, local=lambda n, h: spoil(n, h, 18), central=lambda n, c: spoil(n, c, 20)))


@bad("ENTRY_MISMATCH")
def two_names_for_one_entry() -> bytes:
    def spoil(number: int, line: bytearray) -> None:
        if number == 7:
            line[-9:] = b"evl.jsonl"

    return sealed(zipped(entries(), central=spoil))


@bad("ENTRY_MISMATCH")
def a_hidden_entry() -> bytes:
    return sealed(zipped(entries(), skip=8))


@bad("ENTRY_CHECKSUM")
def a_wrong_checksum() -> bytes:
    spoil = lambda n, h, at: struct.pack_into("<L", h, at, 1) if n == 7 else None  # noqa: E731
    return sealed(zipped(entries(), local=lambda n, h: spoil(n, h, 14), central=lambda n, h: spoil(n, h, 16)))


# --- clauses 4 and 5: bag and signature ------------------------------------------------------------------------------


@bad("BAG_WRONG")
def another_bag_version() -> bytes:
    return sealed(zipped(entries(tags=lambda t: t.update({"bagit.txt": BAGIT_TEXT.replace("1.0", "0.97").encode()}))))


@bad("MANIFEST_WRONG")
def a_manifest_out_of_order() -> bytes:
    def spoil(tags: dict[str, bytes]) -> None:
        lines = tags["manifest-sha256.txt"].splitlines(keepends=True)
        tags["manifest-sha256.txt"] = b"".join(reversed(lines))

    return sealed(zipped(entries(tags=spoil)))


@bad("MANIFEST_WRONG")
def a_manifest_that_names_a_path_outside() -> bytes:
    return sealed(zipped(entries(listed=lambda d: d.update({"../desk.db": "0" * 64}))))


@bad("MANIFEST_WRONG")
def an_attachment_under_a_false_digest() -> bytes:
    return sealed(zipped(entries(blobs={"0" * 64: JPEG})))


@bad("DIGEST_WRONG")
def ops_changed_after_signing() -> bytes:
    items = dict(entries())
    items[OPS] = items[OPS].replace(b"rec-1", b"rec-9")
    return sealed(zipped(list(items.items())))


@bad("DIGEST_WRONG")
def readme_changed_after_signing() -> bytes:
    items = dict(entries())
    items["README.txt"] += b"http://example.invalid/\n"
    return sealed(zipped(list(items.items())))


@bad("SIGNATURE_WRONG")
def manifest_changed_after_signing() -> bytes:
    items = dict(entries())
    items[TAGMANIFEST] = items[TAGMANIFEST].replace(b"a", b"b", 1)
    if items[TAGMANIFEST] == dict(entries())[TAGMANIFEST]:
        raise AssertionError
    # The tag manifest must still list the right digests to get as far as the signature.
    files = {n: hashlib.sha256(items[n]).hexdigest() for n in ORDER[:4]}
    items[TAGMANIFEST] = manifest(files).encode()
    items[SIGNATURE] = sign_bundle(STATION, items[TAGMANIFEST] + b"x").encode()
    return sealed(zipped(list(items.items())))


@bad("SIGNATURE_WRONG")
def signed_for_another_purpose() -> bytes:
    from studio_desk.exchange.sshsig import sign

    return sealed(zipped(entries(sign=lambda m: sign(m, STATION.public, STATION.sign, "file").encode())))


@bad("SIGNATURE_WRONG")
def no_signature_text() -> bytes:
    return sealed(zipped(entries(sign=lambda _: b"trust me\n")))


@bad("SIGNER_UNKNOWN")
def signed_by_a_stranger() -> bytes:
    return sealed(zipped(entries(signer=STRANGER)))


@bad("SIGNER_REVOKED")
def signed_by_a_revoked_key() -> bytes:
    ops, bodies = content(dev="HP-1")
    return sealed(zipped(entries((ops, bodies), header(ops, sender="HP", device="HP-1"), signer=REVOKED)))


@bad("SECOND_SIGNATURE_WRONG")
def a_second_signature_of_something_else() -> bytes:
    return sealed(zipped(twice(lambda m: seconded(m + b"\n"))))


@bad("SECOND_SIGNATURE_WRONG")
def a_second_signature_of_another_key() -> bytes:
    return sealed(zipped(twice(lambda m: sm2("stranger sm2").sign(m).hex().encode() + b"\n")))


@bad("SECOND_SIGNATURE_WRONG")
def a_second_signature_under_another_name() -> bytes:
    return sealed(zipped(twice(lambda m: sm2("SQ-2 sm2", "SQ-1").sign(m).hex().encode() + b"\n")))


@bad("SECOND_SIGNATURE_WRONG")
def a_second_signature_of_zeros() -> bytes:
    return sealed(zipped(twice(lambda _: b"0" * 128 + b"\n")))


@bad("SECOND_SIGNATURE_WRONG")
def a_second_signature_in_capitals() -> bytes:
    return sealed(zipped(twice(lambda m: seconded(m).upper())))


@bad("SECOND_SIGNATURE_WRONG")
def a_second_signature_without_its_line_feed() -> bytes:
    return sealed(zipped(twice(lambda m: seconded(m)[:-1])))


@bad("SECOND_SIGNATURE_MISSING")
def a_second_signature_left_out() -> bytes:
    return sealed(zipped(twice(None)))


@bad("SECOND_SIGNATURE_UNASKED")
def a_second_signature_without_a_listed_key() -> bytes:
    return sealed(zipped(twice(seconded, STATION)))


@bad("ENTRY_ORDER")
def a_second_signature_before_the_first() -> bytes:
    items = twice(seconded)
    return sealed(zipped([*items[:5], items[6], items[5], *items[7:]]))


@bad("SIGNER_UNKNOWN")
def a_second_signature_of_a_stranger() -> bytes:
    return sealed(zipped(twice(seconded, STRANGER)))


# --- clause 6: the header --------------------------------------------------------------------------------------------


def _with_header(**changes: Any) -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, bodies), header(ops, **changes))))


@bad("HEADER_WRONG")
def first_number_is_a_text() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, bodies), canon({**json.loads(header(ops)), "first": "1"}).encode())))


@bad("HEADER_WRONG")
def a_wrong_bundle_id() -> bytes:
    return _with_header(bundle="0" * 32)


@bad("HEADER_WRONG")
def a_wrong_bundle_id_beside_an_unknown_key() -> bytes:
    return _with_header(mood="good")


@bad("HEADER_WRONG")
def a_key_is_missing() -> bytes:
    ops, bodies = content()
    said = json.loads(header(ops))
    del said["head"]
    return sealed(zipped(entries((ops, bodies), canon(said).encode())))


def _with_raw_header(**changes: Any) -> bytes:
    """A header that no writer of ours could make, with the id that its content has."""
    ops, bodies = content()
    said = {**json.loads(header(ops)), **changes}
    del said["bundle"]
    said["bundle"] = hashlib.sha256(canon(said).encode()).hexdigest()[:32]
    return sealed(zipped(entries((ops, bodies), canon(said).encode())))


@bad("HEADER_WRONG")
def a_header_that_is_a_list() -> bytes:
    return sealed(zipped(entries(head=b"[1,2]")))


@bad("HEADER_WRONG")
def a_sender_that_is_a_list() -> bytes:
    return _with_raw_header(**{"from": ["SQ"]})


@bad("HEADER_WRONG")
def a_first_number_that_is_true() -> bytes:
    return _with_raw_header(first=True)


@bad("HEADER_WRONG")
def a_last_before_the_first() -> bytes:
    return _with_raw_header(first=4, prev="1" * 64)


@bad("HEADER_WRONG")
def a_first_op_with_one_before_it() -> bytes:
    return _with_raw_header(prev="1" * 64)


@bad("HEADER_WRONG")
def a_chain_that_is_none() -> bytes:
    return _with_raw_header(device="SQ-1@990000")


@bad("HEADER_WRONG")
def seen_of_rubbish() -> bytes:
    return _with_raw_header(seen={"990000-1": [-1, "x"]})


@bad("HEADER_WRONG")
def needs_of_rubbish() -> bytes:
    return _with_raw_header(needs=["../desk.db"])


@bad("HEADER_WRONG")
def erased_that_is_an_object() -> bytes:
    return _with_raw_header(erased={"rec-1": True})


@bad("ENTRY_TOO_BIG")
def thousands_of_chains_seen() -> bytes:
    point = [1, hashlib.sha256(b"x").hexdigest()]
    digests = (hashlib.sha256(bytes([n // 256, n % 256])).hexdigest() for n in range(3000))
    return _with_raw_header(seen={f"990000-1.{digest[:9]}": point for digest in digests})


@bad("HEADER_WRONG")
def a_second_signature_that_the_header_hides() -> bytes:
    return sealed(zipped(twice(seconded, needed=MIN_READER)))


@bad("FORMAT_UNKNOWN")
def another_format() -> bytes:
    return _with_header(format="ZDX/1")


@bad("FORMAT_OLD")
def an_old_format_replayed() -> bytes:
    return _with_header(format="SDX/0")


@bad("FORMAT_NEWER")
def a_future_version() -> bytes:
    return _with_header(min_reader=READER + 1)


@bad("WRONG_DISTRICT")
def for_another_district_but_readable() -> bytes:
    return _with_header(to="990001")


@bad("SENDER_FALSE")
def in_another_stations_name() -> bytes:
    return _with_header(sender="HP")


@bad("DEVICE_FALSE")
def ops_of_another_device() -> bytes:
    ops, bodies = content(dev="HP-1")
    return sealed(zipped(entries((ops, bodies), header(ops, device="HP-1"))))


@bad("VOUCH_WRONG")
def a_station_signs_a_districts_chain() -> bytes:
    ops, bodies = content(dev="990000-1@SQ")
    return sealed(zipped(entries((ops, bodies), header(ops, device="990000-1@SQ"))))


@bad("DEVICE_FALSE")
def a_station_writes_to_another() -> bytes:
    ops, bodies = content(dev="SQ-1@HP")
    return sealed(zipped(entries((ops, bodies), header(ops, device="SQ-1@HP"))))


@bad("SENDER_FALSE")
def a_station_relays_as_the_district() -> bytes:
    return _with_header(sender="990000")


@bad("VOUCH_WRONG")
def words_put_into_the_districts_mouth() -> bytes:
    ops, bodies = content(dev="990000-1@SQ")
    theirs = vouch(STATION, "990000-1@SQ", len(ops), hashlib.sha256(ops[-1]).hexdigest())
    return sealed(zipped(entries((ops, bodies), header(ops, device="990000-1@SQ", vouch=theirs))))


# --- clause 7: JSON and ops ------------------------------------------------------------------------------------------


@bad("BAD_UTF8")
def bad_utf8_in_an_op() -> bytes:
    return with_line(1, content()[0][1].replace(b"rec-2", b"rec-\xff"))


@bad("BAD_UTF8")
def overlong_utf8_in_a_body() -> bytes:
    return with_body(canon(body(2)).encode().replace("第".encode(), b"\xc0\xaf"))


@bad("BAD_UTF8")
def an_encoded_surrogate_in_a_body() -> bytes:
    return with_body(canon(body(2)).encode().replace("第".encode(), b"\xed\xa0\x80"))


@bad("JSON_BROKEN")
def broken_json() -> bytes:
    return with_line(1, b"{")


@bad("JSON_BROKEN")
def an_empty_line() -> bytes:
    ops, _ = content()
    return sealed(zipped(entries(raw_ops=b"\n".join([ops[0], b"", *ops[1:], b""]))))


@bad("JSON_BROKEN")
def a_byte_order_mark() -> bytes:
    ops, _ = content()
    return sealed(zipped(entries(raw_ops=b"\xef\xbb\xbf" + b"".join(line + b"\n" for line in ops))))


@bad("JSON_BROKEN")
def a_last_line_without_its_end() -> bytes:
    ops, _ = content()
    return sealed(zipped(entries(raw_ops=b"\n".join(ops))))


@bad("JSON_BROKEN")
def a_raw_nul_in_a_body() -> bytes:
    return with_body(canon(body(2)).encode().replace("第".encode(), b"\0"))


@bad("JSON_NOT_CANONICAL")
def lines_that_end_as_on_windows() -> bytes:
    ops, _ = content()
    return sealed(zipped(entries(raw_ops=b"".join(line + b"\r\n" for line in ops))))


@bad("JSON_NOT_CANONICAL")
def a_negative_zero() -> bytes:
    return with_body(canon(body(2, n=0)).encode().replace(b'"n":0', b'"n":-0'))


@bad("JSON_NOT_CANONICAL")
def blanks_in_the_json() -> bytes:
    return with_line(1, json.dumps(json.loads(content()[0][1])).encode())


@bad("JSON_NOT_CANONICAL")
def an_escape_where_none_is_needed() -> bytes:
    return with_line(1, content()[0][1].replace(b"rec-2", rb"re\u0063-2"))


@bad("JSON_NOT_CANONICAL")
def keys_out_of_order() -> bytes:
    op = json.loads(content()[0][1])
    return with_line(1, json.dumps(dict(reversed(op.items())), separators=(",", ":")).encode())


@bad("JSON_DUPLICATE_KEY")
def a_duplicate_key() -> bytes:
    return with_line(1, content()[0][1].replace(b'"seq":2', b'"seq":2,"seq":2'))


@bad("JSON_DUPLICATE_KEY")
def a_duplicate_key_in_the_header() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, bodies), header(ops).replace(b'"to":', b'"to":"990001","to":'))))


@bad("JSON_KEY")
def a_key_that_is_not_ascii() -> bytes:
    return with_body(canon(body(2)).encode().replace(b'"title"', '"标题"'.encode()))


@bad("JSON_FLOAT")
def a_float() -> bytes:
    return with_line(1, content()[0][1].replace(b'"seq":2', b'"seq":2.0'))


@bad("JSON_FLOAT")
def an_exponent_in_a_body() -> bytes:
    return with_body(canon(body(2, n=1)).encode().replace(b'"n":1', b'"n":1e999'))


@bad("JSON_NAN")
def not_a_number() -> bytes:
    return with_line(1, content()[0][1].replace(b'"seq":2', b'"seq":NaN'))


@bad("JSON_NAN")
def below_all_numbers() -> bytes:
    return with_body(canon(body(2, n=1)).encode().replace(b'"n":1', b'"n":-Infinity'))


@bad("JSON_FLOAT")
def a_float_in_the_header() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, bodies), header(ops).replace(b'"first":1', b'"first":1.0'))))


@bad("JSON_DEEP")
def deep_nesting_in_the_header() -> bytes:
    ops, bodies = content()
    deep = b"[" * 5000 + b"]" * 5000
    return sealed(zipped(entries((ops, bodies), header(ops).replace(b'"seen":{}', b'"seen":' + deep))))


@bad("JSON_HUGE_INTEGER")
def a_huge_integer() -> bytes:
    return with_line(1, content()[0][1].replace(b'"seq":2', b'"seq":9007199254740992'))


@bad("JSON_HUGE_INTEGER")
def an_integer_of_a_million_digits() -> bytes:
    return with_body(canon(body(2, n=1)).encode().replace(b'"n":1', b'"n":1' + b"0" * 1_000_000))


@bad("JSON_DEEP")
def deep_nesting() -> bytes:
    return with_body(canon(body(2, n=1)).encode().replace(b'"n":1', b'"n":' + b"[" * 20_000 + b"]" * 20_000))


@bad("JSON_DEEP")
def brackets_without_end() -> bytes:
    return with_line(1, b"[" * 60_000)


@bad("JSON_SURROGATE")
def a_lone_surrogate() -> bytes:
    return with_body(canon(body(2)).encode().replace("第".encode(), rb"\ud800"))


@bad("LINE_TOO_LONG")
def a_very_long_op() -> bytes:
    # Digests, so that it does not shrink to a bomb.
    text = "".join(hashlib.sha256(bytes([n % 256, n // 256])).hexdigest() for n in range(MAX_OP_LINE // 64 + 1))
    return with_op(more=text)


@bad("OPS_TOO_MANY")
def three_hundred_thousand_ops_announced() -> bytes:
    return _with_header(last=300_000)


@bad("OP_WRONG")
def an_op_that_is_a_list() -> bytes:
    return with_line(1, b"[1,2]")


@bad("OP_WRONG")
def an_op_without_a_type() -> bytes:
    return with_op(type="")


@bad("OP_WRONG")
def a_number_that_is_true() -> bytes:
    return with_op(size=True)


@bad("OP_WRONG")
def a_base_that_is_no_list() -> bytes:
    return with_op(base="a" * 64)


@bad("OP_WRONG")
def a_base_of_rubbish() -> bytes:
    return with_op(base=["x"])


@bad("OP_WRONG")
def a_record_op_without_a_record() -> bytes:
    return with_op(rec="")


@bad("OP_WRONG")
def a_version_of_zero() -> bytes:
    return with_op(v=0)


@bad("OP_WRONG")
def a_base_out_of_order() -> bytes:
    return with_op(base=["b" * 64, "a" * 64])


@bad("OP_WRONG")
def a_base_without_end() -> bytes:
    return with_op(base=[hashlib.sha256(bytes([n])).hexdigest() for n in range(65)])


@bad("OP_WRONG")
def a_very_long_record_name() -> bytes:
    return with_op(rec="x" * 129)


@bad("OP_WRONG")
def a_pair_of_one() -> bytes:
    return with_op(type="record.link", rec="rec-1")


@bad("OP_NOT_ENTITLED")
def a_station_writes_a_trust_list() -> bytes:
    return with_op(type="trust", rec="")


@bad("OP_NOT_ENTITLED")
def a_station_sends_a_record_back() -> bytes:
    return with_op(type="record.return")


@bad("OP_NOT_ENTITLED")
def a_station_writes_a_receipt() -> bytes:
    return with_op(type="receipt", rec="")


@bad("OP_NOT_ENTITLED")
def a_station_writes_a_list() -> bytes:
    return with_op(type="list", rec="")


@bad("FOREIGN_OPS")
def another_stations_op_among_ours() -> bytes:
    return with_op(dev="HP-1")


@bad("CHAIN_BROKEN")
def a_number_left_out() -> bytes:
    return with_op(seq=3)


@bad("CHAIN_BROKEN")
def a_link_that_does_not_fit() -> bytes:
    return with_op(prev="7" * 64)


@bad("CHAIN_BROKEN")
def fewer_ops_than_announced() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops[:2], bodies[:2]), header(ops))))


# --- clause 8: bodies ------------------------------------------------------------------------------------------------


@bad("BODY_UNLISTED")
def a_body_that_no_op_names() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, [*bodies, canon(body(9)).encode()]), header(ops))))


@bad("BODY_UNLISTED")
def a_body_of_the_wrong_size() -> bytes:
    return with_op(size=5)


@bad("BODY_TWICE")
def the_same_body_twice() -> bytes:
    ops, bodies = content()
    return sealed(zipped(entries((ops, [*bodies, bodies[-1]]), header(ops))))


@bad("BODY_TWICE")
def two_ops_with_one_body() -> bytes:
    line = canon(body(1)).encode()
    return sealed(zipped(entries(content([line, line]))))


# --- clause 9: attachments -------------------------------------------------------------------------------------------


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    start = chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@bad("IMAGE_BOMB")
def an_image_bomb() -> bytes:
    return with_blob(_png(60_000, 60_000), "大图.png")


def _webp(width: int, height: int) -> bytes:
    """A film with one small picture on a huge canvas: decoders set room for the canvas aside when they open it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<L", len(data)) + data + b"\0" * (len(data) % 2)

    def three(number: int) -> bytes:
        return number.to_bytes(3, "little")

    dot = chunk(b"VP8L", bytes.fromhex("2f0000000007 1011fd0f4444ff03"))
    parts = (
        chunk(b"VP8X", b"\x02\0\0\0" + three(width - 1) + three(height - 1)),
        chunk(b"ANIM", bytes(6)),
        chunk(b"ANMF", three(0) * 4 + three(100) + b"\0" + dot),
    )
    return chunk(b"RIFF", b"WEBP" + b"".join(parts))


@bad("IMAGE_BOMB")
def an_image_bomb_on_a_huge_canvas() -> bytes:
    return with_blob(_webp(16_383, 16_383), "大图.webp")


@bad("IMAGE_BOMB")
def an_image_bomb_of_one_webp_picture() -> bytes:
    bits = 16_382 | 16_382 << 14
    picture = b"\x2f" + struct.pack("<L", bits) + bytes(9)
    return with_blob(b"RIFF" + struct.pack("<L", 26) + b"WEBPVP8L" + struct.pack("<L", 14) + picture, "大图.webp")


@bad("IMAGE_BOMB")
def an_image_bomb_of_film() -> bytes:
    head = b"\0\0\0\x9d\x01\x2a" + struct.pack("<2H", 16_383, 16_383)
    return with_blob(b"RIFF" + struct.pack("<L", 22) + b"WEBPVP8 " + struct.pack("<L", 10) + head, "大图.webp")


@bad("IMAGE_BOMB")
def an_image_bomb_in_a_bitmap() -> bytes:
    info = struct.pack("<LllHHLLllLL", 40, 40_000, 40_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return with_blob(b"BM" + struct.pack("<LHHL", 54, 0, 0, 54) + info, "大图.bmp")


@bad("IMAGE_BOMB")
def an_image_bomb_in_the_first_picture_of_a_gif() -> bytes:
    """A small screen whose first picture is huge and to be wiped: decoders fill that place when they open the file."""
    wipe = b"!\xf9\4" + bytes([2 << 2, 0, 0, 0, 0])
    picture = b"," + struct.pack("<4HB", 0, 0, 60_000, 60_000, 0) + b"\2\2\x44\1\0"
    return with_blob(b"GIF89a" + struct.pack("<2H3B", 8, 8, 0, 0, 0) + wipe + picture + b";", "大图.gif")


@bad("IMAGE_FALSE")
def a_page_called_jpg() -> bytes:
    return with_blob(b"<!doctype html><script>alert(1)</script>", "村口.jpg")


@bad("IMAGE_FALSE")
def an_svg_called_jpg() -> bytes:
    return with_blob(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "村口.jpg")


@bad("IMAGE_FALSE")
def a_pdf_called_jpg() -> bytes:
    return with_blob(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "村口.JPG")


@bad("BLOB_PROGRAM")
def a_program_called_pdf() -> bytes:
    return with_blob(b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0", "说明.pdf")


@bad("BLOB_PROGRAM")
def a_script() -> bytes:
    return with_blob(b"#!/bin/sh\nrm -rf ~\n", "说明.txt")


@bad("BLOB_PROGRAM")
def a_batch_file() -> bytes:
    return with_blob(b"@echo off\r\ndel /q *\r\n", "通知.bat")


@bad("BLOB_PROGRAM")
def a_page_with_a_script() -> bytes:
    return with_blob(b"<!doctype html><script>alert(1)</script>", "通知.HTML. ")


@bad("BLOB_PROGRAM")
def a_drawing_with_a_script() -> bytes:
    return with_blob(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "地图.svg")


@bad("BLOB_PROGRAM")
def a_shortcut() -> bytes:
    return with_blob(b"L\0\0\0\x01\x14\x02\0" + bytes(68), "通知.docx")


@bad("BLOB_MACRO")
def a_document_with_macros() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in ("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"):
            made.writestr(zipfile.ZipInfo(name), b"x")
    return with_blob(file.getvalue(), "通知.docx")


@bad("BLOB_MACRO")
def an_old_document_with_macros() -> bytes:
    start = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return with_blob(start + "_VBA_PROJECT".encode("utf-16-le") + bytes(104), "通知.doc")


BIG: dict[str, tuple[str, Callable[[], bytes]]] = {}
"""Cases too large to keep in the tree; tests make them when they need them."""


def too_many_entries() -> bytes:
    blobs = {hashlib.sha256(data := str(n).encode()).hexdigest(): data for n in range(MAX_ENTRIES)}
    return sealed(zipped(entries(blobs=blobs)))


BIG["too_many_entries"] = ("ENTRIES_TOO_MANY", too_many_entries)


def a_million_entries() -> bytes:
    more = (Entry(f"data/blobs/{n}", 0, 0, 0, 0).local() for n in range(10**6))
    whole = zipped(entries())
    return sealed(whole[: whole.index(CENTRAL_SIGN)] + b"".join(more))


BIG["a_million_entries"] = ("ENTRY_UNLISTED", a_million_entries)


def a_million_attachments_asked_for() -> bytes:
    ops, bodies = content()
    digests = (hashlib.sha256(n.to_bytes(4, "big")).hexdigest() for n in range(10**6))
    return sealed(zipped(entries((ops, bodies), header(ops, needs=list(digests)))))


BIG["a_million_attachments_asked_for"] = ("ENTRY_TOO_BIG", a_million_attachments_asked_for)


def fifty_thousand_recipients() -> bytes:
    whole = good()
    stanza = b"-> X25519 " + b"A" * 43 + b"\n" + b"B" * 43 + b"\n"
    at = whole.index(b"\n") + 1
    return whole[:at] + stanza * 50_000 + whole[at:]


BIG["fifty_thousand_recipients"] = ("BUNDLE_DAMAGED", fifty_thousand_recipients)


def main() -> None:
    for folder in ("bad", "good"):
        (HERE / folder).mkdir(exist_ok=True)
    for old in (HERE / "bad").glob("*.sdx"):
        old.unlink()
    for name, (_, make) in CASES.items():
        (HERE / "bad" / f"{name}.sdx").write_bytes(make())
    for version, whole in ((1, plain), (2, plain_twice)):
        kept = HERE / "good" / f"version-{version}.sdx"
        if not kept.exists():  # a bundle of a released version is never made anew
            kept.write_bytes(sealed(whole()))
    index = {name: code for name, (code, _) in CASES.items()}
    (HERE / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
