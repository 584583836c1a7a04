"""站点: which computers are enrolled, what came last from each, what is missing; enrol, revoke."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.media import ask_folder
from studio_desk.desk.rows import Row, Rows
from studio_desk.desk.wizards.accepting import Accepting
from studio_desk.desk.wizards.publishing import Publishing
from studio_desk.exchange import acknowledged, rebuild, tables, trust_store
from studio_desk.exchange.gaps import gaps_before
from studio_desk.exchange.header import chain_age, chain_owner, chain_stem
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Home


@dataclass(frozen=True)
class Standing:
    """One computer of a station as the district sees it.

    Attributes:
        code: station code.
        name: the station's name.
        device: the computer.
        revoked: whether its key is revoked.
        last: time stamp of the last bundle merged, `""` when none came.
        file: its name.
        seq: how far its newest chain is received.
        records: records of the station that are here.
        conflicts: of those, in conflict.
        missing: sentences that name what is missing.
        receipt: time stamp of the newest receipt.
    """

    code: str
    name: str
    device: str
    revoked: bool
    last: str
    file: str
    seq: int
    records: int
    conflicts: int
    missing: tuple[str, ...]
    receipt: str


def standings(home: Home, progress: Progress) -> list[Standing]:
    """Every enrolled computer (a job)."""
    progress(0, 1, "")
    trust = trust_store.required(home)
    frontiers = home.journal.frontiers()
    with home.file.read() as c:
        imported = {
            row.dev: row
            for row in c.execute(tables.imported.select().order_by(tables.imported.c.id))
            if not row.undone_at
        }
        counts = {
            row[0]: (row[1], row[2])
            for row in c.exec_driver_sql(
                "SELECT station, count(*), count(CASE WHEN conflict THEN 1 END) FROM record GROUP BY station"
            )
        }
        held = c.execute(tables.held.select().order_by(tables.held.c.dev, tables.held.c.first)).all()
        wanted: dict[str, int] = {}
        for (dev,) in c.exec_driver_sql(f"SELECT dev FROM {tables.wanted.name} WHERE side = 'here'"):  # noqa: S608
            wanted[chain_owner(dev)] = wanted.get(chain_owner(dev), 0) + 1
        receipts = {
            row[0]: row[1]
            for row in c.exec_driver_sql(f"SELECT station, max(t) FROM {tables.receipt.name} GROUP BY station")  # noqa: S608
        }
    found = []
    for computer in trust.computers:
        changed = computer.revoked is not None and trust.holder(computer.device)
        if computer.code == home.code or changed:  # the key before a change of keys is no computer of its own
            continue
        chains = sorted((dev for dev in frontiers if chain_stem(dev) == computer.device), key=chain_age)
        missing = [
            say("缺 {device} 第{first}至{last}号。", device=row.dev, first=a, last=b)
            for row in held
            if chain_stem(row.dev) == computer.device
            for a, b in gaps_before(home, row.dev, row.first)
        ]
        if wanted.get(computer.code):
            missing.append(say("缺{n}个附件。", n=wanted[computer.code]))
        lasts = [imported[dev] for dev in chains if dev in imported]
        newest = max(lasts, key=lambda row: row.id, default=None)
        records, conflicts = counts.get(computer.code, (0, 0))
        found.append(
            Standing(
                computer.code,
                computer.name,
                computer.device,
                computer.revoked is not None,
                newest.at if newest else "",
                newest.file if newest else "",
                frontiers[chains[-1]][0] if chains else 0,
                records,
                conflicts,
                tuple(missing),
                receipts.get(computer.code, "") if acknowledged.newest(home, computer.code) else "",
            )
        )
    return found


class StationsPage(Page):
    """The table and what is missing for the chosen one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.found: list[Standing] = []
        title = QLabel(say("站点", "页"))
        title.setObjectName("title")
        self.summary = QLabel()
        self.summary.setProperty("faint", "true")
        self.summary.setWordWrap(True)
        self.enrol = push("certificate", say("登记站点…"), self.accept_one, main=True)
        self.receipt = push("mail-opened", say("写回执"), lambda: desk.go("receipts", station=self._code()))
        self.revoke = push("ban", say("吊销…"), self._ask_revoke)
        self.revoke.setToolTip(say("电脑丢了或换了，它以后的数据不再接收。"))
        self.rebuild = push("archive", say("重建文件…"), self._ask_rebuild)
        self.rebuild.setToolTip(say("换了或添了电脑：把本站已收到的记录和附件写给选中的这台。"))
        self.hub = push("send", say("接收站…"), self.publish_hub)
        self.hub.setToolTip(say("公布联网报送的网址和证书，各站随回执自动知道。"))
        self.table = Rows(
            say("站点"),
            (
                say("站码"),
                say("名称"),
                say("电脑"),
                say("最近收到"),
                say("到第几号"),
                say("记录"),
                say("冲突"),
                say("缺少"),
                say("最近回执"),
            ),
            stretch=1,
            fewest=6,
        )
        self.table.picked.connect(self._picked)
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        for button in (self.enrol, self.hub, self.receipt, self.rebuild, self.revoke):
            top.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addLayout(top)
        box.addWidget(self.summary)
        box.addWidget(self.table, 1)
        box.addWidget(self.missing)

    def arrive(self, **args: Any) -> None:
        """Read."""
        del args
        self.read()

    def refresh(self, changes: Any) -> None:
        """Read again."""
        del changes
        if not self._desk.busy:
            self.read()

    def read(self) -> None:
        """Look at every station (a job)."""
        self._desk.run_job(standings, self._desk.home, title=say("正在清点…"), done=self._show)

    def accept_one(self) -> Accepting:
        """Enrol a station."""
        dialog = Accepting(self._desk, self)
        dialog.accepted_one.connect(self.read)
        dialog.open()
        return dialog

    def publish_hub(self) -> Publishing:
        """Name the hub in the trust list."""
        dialog = Publishing(self._desk, self)
        dialog.accepted.connect(self.read)
        dialog.open()
        return dialog

    def _show(self, found: list[Standing]) -> None:
        self.found = found
        trust = trust_store.required(self._desk.home)
        never = sum(not one.last and not one.revoked for one in found)
        self.summary.setText(
            say(
                "已登记{n}台电脑，{never}台还没有交过数据；信任名单第{version}版，有效到{day}。",
                n=sum(not one.revoked for one in found),
                never=never,
                version=trust.version,
                day=trust.expires,
            )
        )
        self.table.put([self._row(one) for one in found])
        self._picked()

    def _row(self, one: Standing) -> Row:
        sign, colour = (
            ("ban", "faint") if one.revoked else ("alert-triangle", "warning") if one.missing else ("check", "")
        )
        return Row(
            (
                one.code,
                one.name + (say("（已吊销）") if one.revoked else ""),
                one.device,
                one.last[:16].replace("T", " ") or say("没有"),
                str(one.seq or "—"),
                str(one.records),
                str(one.conflicts or "—"),
                say("{n}处", n=len(one.missing)) if one.missing else "—",
                one.receipt[:10] or "—",
            ),
            one.device,
            icon(sign),
            colour,
        )

    def _chosen(self) -> Standing | None:
        chosen = self.table.chosen
        return next((one for one in self.found if chosen and one.device == chosen[0]), None)

    def _code(self) -> str:
        chosen = self._chosen()
        return chosen.code if chosen else ""

    def _picked(self) -> None:
        one = self._chosen()
        for button in (self.revoke, self.rebuild):
            button.setEnabled(one is not None and not one.revoked)
        if one is None:
            self.missing.setText(say("选一行，看缺什么。") if self.found else say("还没有登记任何站点。"))
            return
        told = list(one.missing) or [say("没有缺少的。") if one.last else say("还没有交过数据。")]
        if one.file:
            told.insert(0, say("最近一次收到：{file}。", file=one.file))
        self.missing.setText("\n".join([say("{name}（{device}）", name=one.name, device=one.device), *told]))

    def _ask_rebuild(self) -> None:
        one = self._chosen()
        if one is not None:
            ask_folder(self, say("重建文件写到哪里"), lambda folder: self.write_rebuild(one.device, folder))

    def write_rebuild(self, device: str, folder: Path) -> None:
        """Write all that is held of a station for one of its computers (a job)."""
        title = say("正在写重建文件…")
        self._desk.run_job(
            rebuild.write, self._desk.home, device, folder, title=title, done=self._rebuild_written, writes=True
        )

    def _rebuild_written(self, made: rebuild.Made) -> None:
        words = say(
            "重建文件已写好：{folder}（站点记录{n}条）。请把整个文件夹带到新电脑。",
            folder=made.file.parent.name,
            n=made.records,
        )
        self._desk.tell(words)

    def _ask_revoke(self) -> None:
        one = self._chosen()
        if one is None:
            return
        self._desk.ask_reason(
            say("吊销 {device}", device=one.device),
            say("吊销以后，这台电脑新写的数据不再接收，已收到的都留着。请写明原因："),
            lambda reason: self._revoke(one.device, reason),
        )

    def _revoke(self, device: str, reason: str) -> None:
        if self._desk.attempt(trust_store.revoke, self._desk.home, device, reason) is not None:
            self._desk.tell(say("已吊销 {device}；新的信任名单会随回执送给各站点。", device=device))
        self.read()


SCREEN = Screen(
    "stations",
    lambda: say("站点", "页"),
    "building-community",
    StationsPage,
    roles=("district",),
    shortcut="Ctrl+6",
    group=signs.exchange,
)
