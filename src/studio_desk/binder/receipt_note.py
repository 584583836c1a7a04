"""交接回执: the two-part slip that goes with a bundle on a stick, one half for each side (print.md 2, row 15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio_desk.binder.remarks import groups
from studio_desk.press.page import (
    QR,
    Beside,
    Block,
    Cell,
    Column,
    CutLine,
    Form,
    Gap,
    Row,
    Sheet,
    Signature,
    Signatures,
    Table,
    Text,
)
from studio_desk.record import paper

TITLE = "数据包交接回执"
PARTS = ("移交单位留存", "接收单位留存")


@dataclass(frozen=True)
class Handover:
    """One bundle that changes hands; an empty text leaves room for the pen.

    Attributes:
        station: code of the body that hands over (`SQ`).
        number: running number of its bundles, 0 when unknown.
        from_name: 移交单位.
        to_name: 接收单位.
        file: name of the bundle.
        size: its bytes, 0 when unknown.
        sha256: its digest, 64 hex digits.
        since: ISO date of the oldest content.
        until: ISO date of the newest content.
        counts: per kind its title and the number of records, in the order of the navigation.
        way: medium (`U盘`, `光盘`, `内网`).
        date: ISO date of the handing over.
        clock: its time, `HH:MM`.
    """

    station: str = ""
    number: int = 0
    from_name: str = ""
    to_name: str = ""
    file: str = ""
    size: int = 0
    sha256: str = ""
    since: str = ""
    until: str = ""
    counts: Sequence[tuple[str, int]] = ()
    way: str = ""
    date: str = ""
    clock: str = ""

    @property
    def payload(self) -> str:
        """What the QR symbol says: `SDR1:站号:序号:hash16:date`, ASCII."""
        return f"SDR1:{self.station}:{self.number}:{self.sha256[:16].lower()}:{self.date.replace('-', '')}"


def receipt_note(handover: Handover) -> Sheet:
    """The slip on one page of A4: two equal parts with a cut line between them."""
    upper, lower = (_part(handover, part) for part in PARTS)
    return Sheet(TITLE, (*upper, Gap(4), CutLine(), *lower), numbering="none")


def _part(told: Handover, part: str) -> tuple[Block, ...]:
    number = f"{told.station}第{told.number}号" if told.number else ""
    span = f"{paper.day(told.since)}至{paper.day(told.until)}" if told.since or told.until else ""
    rows = (
        Row((Cell("移交单位", told.from_name),), min_height_mm=10),
        Row((Cell("接收单位", told.to_name),), min_height_mm=10),
        Row((Cell("数据包名", Text(told.file, face="song", size=10.5, align="left")),), min_height_mm=10),
        Row((Cell("字节", f"{told.size:,}" if told.size else ""), Cell("方式", told.way)), min_height_mm=10),
        Row((Cell("时间范围", span),), min_height_mm=10),
        Row((Cell("校验码", Text(groups(told.sha256), face="song", size=14, align="left")),), min_height_mm=10),
    )
    form = Form(rows, label_mm=22)
    symbol = QR(told.payload, 40, number or "扫码核对")
    when = f"{paper.day(told.date)} {told.clock}".strip()
    return (
        Text(f"{TITLE}（{part}）", face="hei", size=15, align="center", indent=0, after_mm=1.5),
        Beside((form,), (Gap(5), symbol), right_mm=44) if told.sha256 else form,
        _counts(told),
        Gap(4),
        Signatures((Signature("移交人（签字）", date=when), Signature("接收人（签字）", date="")), per_row=1),
    )


def _counts(told: Handover) -> Table:
    """How many records of each kind, side by side; blank columns for the pen when nothing is told."""
    counts = [*told.counts] or [("", 0)] * 6
    total = sum(count for _, count in told.counts)
    titles = [*(title for title, _ in counts), "合计"]
    figures = [*(str(count) if title else "" for title, count in counts), str(total) if told.counts else ""]
    return Table(tuple(Column(title) for title in titles), (tuple(figures),), size=9, min_height_mm=8)
