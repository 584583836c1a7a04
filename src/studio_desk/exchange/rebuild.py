"""Fill a new computer of a station from the district's copy, and say by name what is not in it (clause 15.4)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from studio_desk.exchange import acknowledged, enrol, inbox, outbox, receipts, relay, tables, trust_store
from studio_desk.exchange.header import chain_age, chain_owner, chain_stem, chain_to
from studio_desk.exchange.outcomes import Outcome
from studio_desk.exchange.transports.folder import SUFFIX, Folder
from studio_desk.kernel.files import medium_problem
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress, silent
from studio_desk.kernel.words import passage, say, series
from studio_desk.store.custody import AWAITED
from studio_desk.store.ops import read_body

if TYPE_CHECKING:
    from studio_desk.store.home import Home

FOLDER_NAME: Final = "{device}-rebuild"
NOTICE: Final = "incarnation_notice"
"""Small text of the home: the one thing its clerk has to know about its chains; `status` and the desk show it."""


@dataclass(frozen=True)
class Made:
    """What the district wrote for one computer.

    Attributes:
        device: the computer.
        file: the file the station opens; the others lie beside it and travel with it.
        files: the sealed files.
        records: records of the station that are in them.
    """

    device: str
    file: Path
    files: tuple[Path, ...]
    records: int

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line."""
        return {
            "device": self.device,
            "file": str(self.file),
            "files": [str(f) for f in self.files],
            "records": self.records,
        }


@dataclass(frozen=True)
class Missing:
    """Something that is known to have existed and is not here.

    Attributes:
        chain: whose.
        first: number of the first op, 0 for an attachment.
        last: number of the last.
        text: a sentence that names it.
    """

    chain: str
    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Rebuilt:
    """What a new computer holds now.

    Attributes:
        outcomes: one for each sealed file.
        records: records here.
        attachments: attachments here.
        missing: what is known to be missing.
        notice: the one notice for the clerk.
    """

    outcomes: tuple[Outcome, ...]
    records: int
    attachments: int
    missing: tuple[Missing, ...]
    notice: str

    def as_json(self) -> dict[str, Any]:
        """The answer of the command line."""
        return {
            "records": self.records,
            "attachments": self.attachments,
            "missing": [one.__dict__ for one in self.missing],
            "notice": self.notice,
            "results": [one.as_json() for one in self.outcomes],
        }


def write(home: Home, device: str, to: Path, progress: Progress = silent) -> Made:
    """At the district: write all that is held of a station for one of its computers, with its install file.

    Args:
        home: the district.
        device: the enrolled computer that is to be filled.
        to: a folder; one of its own is made in it.
        progress: in bytes of the bundle being written.

    Raises:
        Problem: `NOT_A_DISTRICT`, `NO_SUCH_DEVICE`, `MEDIUM_…`.
    """
    if home.role != "district":
        raise Problem("NOT_A_DISTRICT", say("只有区级才能写重建文件。"), say("请在区级的电脑上操作。"))
    computers = [c for c in trust_store.required(home).computers if c.revoked is None and c.code != home.code]
    computer = next((c for c in computers if c.device == device), None)
    if computer is None:
        raise Problem(
            "NO_SUCH_DEVICE",
            say("没有登记过“{device}”，或它已吊销。", device=device[:40]),
            say("请先接受新电脑的登记申请（enrol accept）。已登记的有：{known}。", known=series(c.device for c in computers) or "—"),
        )  # fmt: skip
    said = receipts.issue(home, computer.code)
    frontiers = home.journal.frontiers()
    own = {dev: 0 for dev in frontiers if chain_to(dev) == computer.code}
    volumes = [*relay.volumes(home, computer.code, everything=True), *outbox.downward(home, computer.code, own)]
    folder = Folder(to / FOLDER_NAME.format(device=device))
    sent = outbox.send(home, volumes, computer.code, [computer.archive], folder, progress=progress)
    file = enrol.answer(home, computer, folder.path)
    return Made(device, file, tuple(s.file for s in sent), said["counts"]["records"])


def expect(home: Home) -> None:
    """A new computer begins to wait for the district's copy of its station; `read` ends it."""
    home.meta.set(AWAITED, "ask")


def awaited(home: Home) -> str:
    """`ask` before the request of a new computer is written, `asked` while its district is waited for, else `""`."""
    return home.meta.get(AWAITED)


def give_up(home: Home) -> None:
    """The district holds nothing of this station: wait no more."""
    home.meta.set(AWAITED, "")


def file_in(folder: Path, device: str) -> Path | None:
    """The install file for a computer in its rebuild folder, or in the folder that holds it; `None` without bundles beside it.

    Raises:
        Problem: `MEDIUM_…`.
    """
    stem = chain_stem(device)
    for place in (folder, folder / FOLDER_NAME.format(device=stem)):
        file = place / enrol.INSTALL_NAME.format(device=stem)
        try:
            if file.is_file() and any(place.glob(f"*{SUFFIX}")):
                return file
        except OSError as error:
            raise medium_problem(error, place) from error
    return None


def read(home: Home, path: Path, expected: str = "", progress: Progress = silent) -> Rebuilt:
    """At the new computer: believe the district, take in all it holds, and name what is missing.

    Args:
        home: the new computer's home.
        path: the install file in the folder the district wrote, or that folder.
        expected: the district's fingerprint as read over the telephone; compared when given.
        progress: counts files.

    Raises:
        Problem: `NOT_A_STATION`, `NO_REBUILD_FILE`, `REBUILD_INCOMPLETE`; as `enrol.install` and `inbox.receive`.
    """
    folder = path if path.is_dir() else path.parent
    file = folder / enrol.INSTALL_NAME.format(device=chain_stem(home.device)) if path.is_dir() else path
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not file.is_file() or not files:
        raise Problem(
            "NO_REBUILD_FILE",
            say("“{folder}”里没有给本机（{device}）的重建文件。", folder=str(folder), device=chain_stem(home.device)),
            say("请让区级在“站点”里选本机，写重建文件（rebuild --for {device}），把整个文件夹带回来。", device=chain_stem(home.device)),
        )  # fmt: skip
    enrol.install(home, file, expected)
    outcomes = tuple(inbox.receive(home, files, progress=progress))
    wrong = next((o for o in outcomes if o.outcome not in {"applied", "duplicate"}), None)
    if wrong is not None:
        raise Problem(
            "REBUILD_INCOMPLETE",
            passage(say("重建还没有完成，“{file}”没有装入。", file=Path(wrong.file).name), wrong.problem),
            say("已装入的都在；请把整个文件夹重新拷一次再装，重复装入不会出错。"),
        )
    with home.file.write() as c:
        records = c.exec_driver_sql("SELECT count(*) FROM record").scalar_one()
        attachments = c.exec_driver_sql("SELECT count(*) FROM blob").scalar_one()
        missing = (*_gaps(c, home), *_attachments(c))
        notice = _notice(c, home, records, missing)
        home.meta.set(NOTICE, notice)
        give_up(home)
    return Rebuilt(outcomes, records, attachments, missing, notice)


def _gaps(c: Connection, home: Home) -> list[Missing]:
    """Ends of other computers' chains that the district knows of and does not hold."""
    del c
    here = home.journal.frontiers()
    found = []
    for dev, last in acknowledged.newest(home, home.code).get("known", {}).items():
        first = here.get(dev, (0, ""))[0] + 1
        if chain_stem(dev) != chain_stem(home.device) and first <= last:
            words = say("缺 {dev} 第{first}至{last}号：原来的电脑写过，区里没有收到。", dev=dev, first=first, last=last)
            found.append(Missing(dev, first, last, words))
    return found


def _attachments(c: Connection) -> list[Missing]:
    """Attachments that records here name and the district does not hold."""
    rows = c.exec_driver_sql(f"SELECT sha256, dev FROM {tables.wanted.name} WHERE side = 'here' ORDER BY sha256").all()  # noqa: S608
    found = []
    for sha256, dev in rows:
        lines = c.exec_driver_sql("SELECT line FROM body WHERE instr(line, ?)", (sha256,)).scalars()
        said = [read_body(line).get("values", {}) for line in lines]  # receipts name it too, by its digest alone
        names = [str(values.get("name") or "") for values in said if values.get("sha256") == sha256]
        words = say("缺附件“{name}”：区里没有收到。", name=names[0] if names and names[0] else sha256[:12])
        found.append(Missing(dev, 0, 0, words))
    return found


def _notice(c: Connection, home: Home, records: int, missing: tuple[Missing, ...]) -> str:
    """What came, what is known to be missing, and until when the old computers had handed over."""
    told = [say("已按区里的数据重建：记录{n}条。本机的编号链是 {dev}。", n=records, dev=home.device)]
    told += [one.text for one in missing]
    chains = [d for d in home.journal.frontiers() if chain_owner(d) == home.code and chain_stem(d) != chain_stem(home.device)]  # fmt: skip
    for stem in sorted({chain_stem(dev) for dev in chains}):
        newest = max((dev for dev in chains if chain_stem(dev) == stem), key=chain_age)
        at = c.exec_driver_sql("SELECT t FROM op WHERE dev = ? ORDER BY seq DESC LIMIT 1", (newest,)).scalar()
        told.append(
            say(
                "{device} 交到区里的最后一条写于{at}；那以后在它上面录入、没有上交的，这里没有，请对照纸质台账补录。",
                device=stem,
                at=str(at or "")[:16].replace("T", " "),
            )
        )
    return passage(*told)
