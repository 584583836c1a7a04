"""Stations that are only what a hub sees of them: keys, a chain of ops, sealed bundles. Everything in them is real.

A whole home for each of a thousand stations would measure the making of homes. These hold an Ed25519 and an X25519 key,
stand in a trust list that the district's root key signed, and their bundles are packed, signed and sealed by the
program's own packer; a district cannot tell them from homes.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from benchmarks import stock
from studio_desk.exchange import trust_store
from studio_desk.exchange.bech32 import identity_text, recipient_text
from studio_desk.exchange.bundle import Content, Policy, pack
from studio_desk.exchange.envelope import seal
from studio_desk.exchange.header import Header, file_name
from studio_desk.exchange.reader import read_file
from studio_desk.exchange.signing import Ed25519Signer, new_private, to_text
from studio_desk.exchange.trust import Computer, TrustList
from studio_desk.kernel import clock, ids
from studio_desk.kernel.canon import digest
from studio_desk.store.home import Home
from studio_desk.store.ops import FORMAT, GENESIS, Op, body_line, read_body


@dataclass(frozen=True)
class Sealed:
    """A bundle ready to leave: its file, the file's digest, how far its chain then is."""

    file: Path
    sha256: str
    last: int
    head: str


@dataclass
class Station:
    """One station's computer.

    Attributes:
        code: the station's code.
        signer: its key.
        bundles: one for each month, in order.
        records: uids of all its records.
        held: how far the hub has acknowledged its chain, `(seq, head)`.
    """

    code: str
    signer: Ed25519Signer
    archive: X25519PrivateKey
    bundles: list[Sealed] = field(default_factory=list)
    records: set[str] = field(default_factory=set)
    held: tuple[int, str] = (0, GENESIS)

    @property
    def device(self) -> str:
        return f"{self.code}-1"

    @property
    def identity(self) -> str:
        return identity_text(self.archive.private_bytes_raw())

    @property
    def recipient(self) -> str:
        return recipient_text(self.archive.public_key().public_bytes_raw())

    def report(self, trust: TrustList, folder: Path, chance: random.Random, months: int, records: int) -> None:
        """Make and seal the bundles of some months: new records, and in every month one correction of the month before."""
        seq, prev, last = 0, GENESIS, {}
        recipients = sorted({*(c.archive for c in trust.of(trust.district)), self.recipient})
        for month in range(1, months + 1):
            first, before, lines, bodies = seq + 1, prev, [], []
            for number in range(records + (month > 1)):
                correct = number == records
                if not correct:
                    last = self._record(chance, month, seq + 1)
                    self.records.add(last["uid"])
                values = {**last, "next_step": "已回访，群众满意。"} if correct else last
                body = body_line(
                    values, kind="journal_entry", by="何小兰", reason="补记" if correct else ""
                )  # the last record of the month is corrected in the same month
                base, type_ = ((prev,), "record.correct") if correct else ((), "record.save")
                seq += 1
                size = len(body.encode())
                op = Op(FORMAT, self.device, seq, prev, _time(month), type_, values["uid"], base, digest(body), size)
                prev = op.digest
                lines.append(op.line)
                bodies.append(body)
            header = Header(self.code, trust.district, self.device, first, seq, before, prev, trust.version)
            content = Content(header, lines, bodies, {}, lambda _: b"", clock.stamp())
            file = folder / file_name(header)
            with file.open("wb") as target:
                seal(pack(content, self.signer), recipients, target)
            self.bundles.append(Sealed(file, hashlib.sha256(file.read_bytes()).hexdigest(), seq, prev))

    def receipt(self, file: Path, policy: Policy) -> dict[str, Any]:
        """Verify a downward bundle and give what its last receipt says."""
        read = read_file(file, [self.identity], Policy(self.code, policy.signers))
        bodies = {digest(line): line for line in read.bodies.decode().split("\n")[:-1]}
        ops = [Op.from_line(line) for line in read.ops.decode().split("\n")[:-1]]
        return read_body(bodies[[op for op in ops if op.type == "receipt"][-1].body])["values"]

    def _record(self, chance: random.Random, month: int, seq: int) -> dict[str, Any]:
        common = {"uid": ids.new_uid(), "code": f"{self.code}-MQ-2026-{seq:04d}", "station": self.code}
        common |= {"state": "已登记", "source": "手工", "created_at": _time(month), "created_by": "何小兰"}
        return {**stock.entry(chance, seq), **common, "day": f"2026-{month:02d}-{seq % 28 + 1:02d}"}


def enrolled(district: Home, number: int) -> list[Station]:
    """So many stations, all in one new version of the district's signed trust list."""
    made = []
    for one in range(number):
        code = code_of(one)
        made.append(Station(code, Ed25519Signer(f"{code}-1", new_private()), X25519PrivateKey.generate()))
    computers = [Computer(s.code, s.device, f"{s.code}站", to_text(s.signer.public), s.recipient) for s in made]
    trust_store.renew(district, lambda known: [*known, *computers])
    return made


def policy_of(district: Home) -> Policy:
    """Whom a station of this district believes."""
    signers = trust_store.required(district).signers()
    return Policy("", {key: known for key, known in signers.items() if known.code == district.code})


def code_of(number: int) -> str:
    """Four capital letters."""
    letters = ""
    for _ in range(4):
        number, rest = divmod(number, 26)
        letters = chr(65 + rest) + letters
    return letters


def _time(month: int) -> str:
    return f"2026-{month:02d}-28T17:00:00+08:00"
