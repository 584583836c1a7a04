"""Send what no receipt covers: bundles of this home's own chains, repeated until the district has confirmed them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from studio_desk.exchange import acknowledged, erasure, giving_back, relay, sealed_files, tables, trust_store
from studio_desk.exchange.bundle import Content, pack
from studio_desk.exchange.contents import handed_back
from studio_desk.exchange.envelope import seal
from studio_desk.exchange.header import MIN_READER, SECOND_READER, Header, chain_age, chain_owner, chain_to, file_name
from studio_desk.exchange.home_keys import keys_of
from studio_desk.exchange.transports import Transport
from studio_desk.exchange.transports.folder import Folder
from studio_desk.exchange.volumes import Volume, cut, fetch, sizes
from studio_desk.exchange.vouch import vouch
from studio_desk.kernel import clock, ids
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import say
from studio_desk.store import custody
from studio_desk.store.tables import export as exported

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Sent:
    """One bundle that lies on the medium.

    Attributes:
        file: where it lies.
        sha256: digest of the sealed file.
        bundle: the bundle's id.
        device: the chain.
        first: number of the first op.
        last: number of the last op.
        ops: how many ops.
        records: how many records they are about.
        attachments: how many attachments.
        size: bytes of the sealed file.
    """

    file: Path
    sha256: str
    bundle: str
    device: str
    first: int
    last: int
    ops: int
    records: int
    attachments: int
    size: int

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line for one file."""
        return {**self.__dict__, "file": str(self.file)}


@dataclass(frozen=True)
class Export:
    """The answer to an export: its files in order.

    Attributes:
        files: what lies on the medium; a return stands before the station's own chains.
        device: the chain that the station writes.
        last: number of its last op.
    """

    files: tuple[Sent, ...]
    device: str
    last: int

    @property
    def own(self) -> tuple[Sent, ...]:
        """The station's own chains."""
        return tuple(one for one in self.files if not handed_back(one.device))

    @property
    def handed_back(self) -> tuple[Sent, ...]:
        """What the district wrote itself and does not hold any more."""
        return tuple(one for one in self.files if handed_back(one.device))

    def as_json(self) -> dict[str, Any]:
        """`{file, sha256, first, last, ops, records, …, handed_back, files}` of the command line.

        The first file of the station's own chains stands for the whole; when nothing but a return left, the range of the own
        chain is empty (`first` is one more than `last`).
        """
        own = self.own
        lead = (own or self.files)[0]
        total = {
            "device": lead.device if own else self.device,
            "first": lead.first if own else self.last + 1,
            "last": max((f.last for f in own if f.device == lead.device), default=self.last),
            **_sums(own),
        }
        files = [{**f.as_json(), "handed_back": handed_back(f.device)} for f in self.files]
        back = {"files": [str(f.file) for f in self.handed_back], **_sums(self.handed_back)}
        return {**lead.as_json(), **total, "handed_back": back, "files": files}


def _sums(files: Sequence[Sent]) -> dict[str, int]:
    return {name: sum(getattr(one, name) for one in files) for name in ("ops", "records", "attachments")}


def export(home: Home, to: Path | Transport, *, everything: bool = False, progress: Progress = silent) -> Export:
    """Write bundles of all that no verified receipt covers.

    What left is noted in the table `export` and in the mark outside the database before the first byte leaves.

    Args:
        home: the station.
        to: a folder, or any transport.
        everything: from the first op on, whatever receipts say.
        progress: in bytes written and read back of the bundle being written.

    Raises:
        Problem: `NOT_A_STATION`, `NOT_ENROLLED`, `NOTHING_TO_EXPORT`, `MEDIUM_…`.
    """
    if home.role != "station":
        raise Problem("NOT_A_STATION", say("只有站点才导出上报数据。"), say("区级请用“回执”（receipt）给站点回传。"))
    trust = trust_store.required(home)
    wanted = asked(home)
    volumes = waiting(home, everything=everything, asked=wanted)
    if not volumes:
        raise Problem(
            "NOTHING_TO_EXPORT",
            say("没有要上报的内容：全部记录区级都已收到。"),
            say("有了新的记录再导出；要重新导出全部内容，请选“全部导出”（--all）。"),
        )
    recipients = [c.archive for c in trust.of(trust.district)]
    transport = Folder(to) if isinstance(to, Path) else to
    sent = send(home, volumes, trust.district, recipients, transport, progress=progress)
    return Export(sent, home.device, home.journal.frontiers().get(home.device, (0, ""))[0])


def waiting(home: Home, *, everything: bool = False, asked: Sequence[str] = ()) -> list[Volume]:
    """What would leave: all own chains, oldest incarnation first, from the first op that no receipt covers.

    Before them goes what a restored district wrote itself and lost.
    """
    covered = {} if everything else acknowledged.settle(home)
    frontiers = home.journal.frontiers()
    chains = sorted(custody.own_chains(home), key=chain_age)
    volumes = giving_back.volumes(home)
    for dev in chains:
        last = frontiers[dev][0]
        if covered.get(dev, 0) < last:
            volumes += cut(home, dev, covered.get(dev, 0) + 1, last)
    if not volumes and (
        asked or relay.missing(home) or relay.lacking(home) or relay.held_up(home) or relay.ahead(home)
    ):
        # Asked-for attachments, and a word of what is lacking here, need an op to travel with: the newest one goes again.
        last = frontiers.get(home.device, (0, ""))[0]
        volumes = cut(home, home.device, last, last) if last else []
    if asked and volumes:
        volumes[-1].blobs |= sizes(home, asked)
    return volumes


def asked(home: Home) -> list[str]:
    """Attachments that the district's newest receipt says it lacks and that are here."""
    with home.file.read() as c:
        query = f"SELECT sha256 FROM {tables.wanted.name} WHERE side = 'there' ORDER BY sha256"  # noqa: S608
        found = list(c.exec_driver_sql(query).scalars())
    return sorted(sizes(home, found))


def downward(home: Home, station: str, chains: dict[str, int]) -> list[Volume]:
    """What a district's chains for a station hold beyond the given numbers; the newest chain comes last."""
    frontiers = home.journal.frontiers(f"*@{station}")
    volumes: list[Volume] = []
    for dev, known in sorted(chains.items(), key=lambda item: chain_age(item[0])):
        assert dev.endswith(f"@{station}")
        if known < frontiers[dev][0]:
            volumes += cut(home, dev, known + 1, frontiers[dev][0])
    return volumes


def send(
    home: Home,
    volumes: Sequence[Volume],
    to: str,
    recipients: Sequence[str],
    transport: Transport,
    *,
    progress: Progress = silent,
) -> tuple[Sent, ...]:
    """Seal volumes and put them on a medium.

    Args:
        home: who writes.
        volumes: what to pack.
        to: code of the addressee.
        recipients: its `age1…` keys; the home's own archive key and the escrow keys are added.
        transport: where to.
        progress: see `export`.

    Raises:
        Problem: `MEDIUM_…`; the custody of the records is then as before.
    """
    sealed_files.sweep(home)
    trust = trust_store.required(home)
    keys = keys_of(home)
    everyone = sorted({*recipients, keys.recipient, *trust.escrow})
    epoch = (
        epoch_of(home) if home.role == "district" else str(acknowledged.newest(home, home.code).get("hub_epoch", ""))
    )
    seen = _seen(home, to)
    needs = relay.lacking(home) if home.role == "station" else []
    sent = []
    for volume in volumes:
        header = Header(
            home.code, to, volume.dev, volume.first, volume.last, volume.prev, volume.head, trust.version, epoch, seen=seen,
            erased=erasure.elsewhere(home, volume), needs=needs, vouch=volume.vouch or _vouch(home, volume),
            min_reader=SECOND_READER if keys.second else MIN_READER,
        )  # fmt: skip
        content = Content(header, volume.ops, volume.bodies, volume.blobs, lambda d: fetch(home, d), clock.stamp())
        with TemporaryDirectory(prefix="outbox-", dir=home.path) as folder:
            spool = Path(folder) / "bundle.sdx"
            sha256, size = _seal(pack(content, keys.signer, keys.second), everyone, spool)
            number = _note(home, header, volume, sha256, transport.label)
            home.mark()
            try:
                target = transport.put(spool, file_name(header), progress)
            except BaseException:
                _forget(home, number)
                raise
        sent.append(
            Sent(
                target,
                sha256,
                header.bundle,
                volume.dev,
                volume.first,
                volume.last,
                len(volume.ops),
                len(volume.recs),
                len(volume.blobs),
                size,
            )
        )
    return tuple(sent)


def epoch_of(home: Home) -> str:
    """The district's epoch: changes when the district was restored, so that stations send again what it lost."""
    epoch = home.meta.get("hub_epoch")
    if not epoch:
        epoch = ids.new_salt()[:16]
        home.meta.set("hub_epoch", epoch)
    return f"{epoch}.{home.incarnation}"


def _seen(home: Home, to: str) -> dict[str, tuple[int, str]]:
    """How far this home holds the addressee's chains and those of its station; a district says that in its receipts."""
    if home.role == "district":
        return {}
    addressed = {dev: point for dev, point in home.journal.frontiers().items() if chain_owner(dev) == to}
    return addressed | relay.held(home)


def _vouch(home: Home, volume: Volume) -> str:
    """A district's signature over its chain, for the day on which it has to be brought back."""
    own = home.role == "district" and chain_to(volume.dev) != ""
    return vouch(keys_of(home).signer, volume.dev, volume.last, volume.head) if own else ""


def _seal(plain: Iterator[bytes], recipients: Sequence[str], spool: Path) -> tuple[str, int]:
    try:
        with spool.open("wb") as file:
            seal(plain, recipients, file)
        with spool.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), spool.stat().st_size
    except OSError as error:
        raise medium_problem(error, spool.parent.parent) from error


def _note(home: Home, header: Header, volume: Volume, sha256: str, medium: str) -> int:
    with home.file.write() as c:
        row = c.execute(
            exported.insert().values(
                bundle=header.bundle,
                dev=volume.dev,
                first=volume.first,
                last=volume.last,
                recipient=header.to,
                file=file_name(header),
                sha256=sha256,
                medium=medium,
                at=clock.stamp(),
                by=home.journal.operator(),
                ops=len(volume.ops),
                records=len(volume.recs),
            )
        )
    assert row.inserted_primary_key is not None
    return int(row.inserted_primary_key[0])


def _forget(home: Home, number: int) -> None:
    """The bundle did not reach the medium: it is not packed. The mark stays, it only ever errs on the safe side."""
    with home.file.write() as c:
        c.exec_driver_sql('DELETE FROM "export" WHERE id = ?', (number,))
