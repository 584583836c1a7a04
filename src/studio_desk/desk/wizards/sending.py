"""Hand over to the district: what would leave, one button, read back, “可以拔出 U 盘”, the slip to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton

from studio_desk.desk import leaving, signs
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.large import BigWords, Card
from studio_desk.desk.media import Medium, size_words
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import trust_store
from studio_desk.exchange.outbox import Export, Sent, export
from studio_desk.exchange.preview import preview
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel import clock
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.press.page import Sheet
    from studio_desk.store.custody import Departure
    from studio_desk.store.home import Home

MOST_LISTED = 2000
"""Records listed one by one."""


class Sending(Card):
    """What leaves."""

    def __init__(self, desk: Desk, medium: Medium) -> None:
        """Make it.

        Args:
            desk: a station's desk.
            medium: the chosen stick or folder, shown above by the page.
        """
        super().__init__(say("交给区里"))
        self._desk, self._medium = desk, medium
        self.told: dict[str, Any] | None = None
        self.sent: Export | None = None
        self._way = ""
        medium.changed.connect(self._allow)
        self.summary = QLabel(say("正在清点…"))
        self.summary.setWordWrap(True)
        self.kinds = leaving.kinds_table()
        self.one_by_one = QPushButton(say("逐条查看"))
        self.one_by_one.setProperty("link", "true")
        self.one_by_one.setCheckable(True)
        self.one_by_one.toggled.connect(self._toggle)
        self.items = Rows(
            say("逐条查看"), (say("编号"), say("名称"), say("个人信息"), say("敏感信息")), stretch=1, fewest=5
        )
        self.items.opened.connect(desk.open_record)
        self.items.hide()
        self.everything = QCheckBox(say("全部重新导出（区里说数据丢了时才用）"))
        self.everything.toggled.connect(self.count)
        self.send_button = push("usb", "", self.send, main=True)
        self.done = BigWords()
        self.slip = push("printer", say("打印回执单"), self.print_slip)
        self.slip.hide()
        row = QHBoxLayout()
        row.addWidget(self.send_button)
        row.addWidget(self.slip)
        row.addStretch(1)
        row.addWidget(self.one_by_one)
        self.box.addWidget(self.done)
        self.box.addWidget(self.summary)
        self.box.addLayout(row)
        self.box.addWidget(self.kinds)
        self.box.addWidget(self.items)
        self.box.addWidget(self.everything)

    def arrive(self) -> None:
        """Begin anew."""
        self.sent = None
        self.done.hide()
        self.slip.hide()
        self.count()

    def count(self) -> None:
        """Count what would leave (a job)."""
        self.told = None
        self._allow()
        self._desk.run_job(
            _preview, self._desk.home, self.everything.isChecked(), title=say("正在清点…"), done=self._counted
        )

    def _counted(self, told: dict[str, Any]) -> None:
        self.told = told
        some = bool(told["chains"])
        if some and self.sent is not None:
            self.summary.setText(say("没有收到回执以前，下次送出会再带上它们，不会重复。"))
        elif some:
            self.summary.setText(
                say(
                    "将送出{records}条记录、{attachments}个附件，约 {size}。送出的文件已加密，只有区里能打开。",
                    records=told["records"],
                    attachments=told["attachments"],
                    size=size_words(told["bytes"]),
                )
            )
        else:
            self.summary.setText(leaving.nothing())
        leaving.put_kinds(self.kinds, told)
        self.items.put(
            [
                Row(
                    (one["code"], one["title"], _labels(one["P1"]), _labels(one["P2"])),
                    one["uid"],
                    icon(signs.kind_icon(one["kind"])),
                )
                for one in told["items"][:MOST_LISTED]
            ]
        )
        fresh = some and self.sent is None
        self.kinds.setVisible(fresh and not self.one_by_one.isChecked())
        self.items.setVisible(fresh and self.one_by_one.isChecked())
        self.one_by_one.setVisible(fresh and bool(told["items"]))
        self._allow()

    def _toggle(self, on: bool) -> None:
        self.kinds.setVisible(not on)
        self.items.setVisible(on)
        self.one_by_one.setText(say("按种类查看") if on else say("逐条查看"))

    def _allow(self) -> None:
        place = self._medium.transport
        self.send_button.setText(
            say("送出到 {name}", name=self._medium.name) if place else say("送出（先插上 U 盘或选文件夹）")
        )
        self.send_button.setEnabled(place is not None and self.told is not None and bool(self.told["chains"]))

    # --- sending -------------------------------------------------------------------------------------------------

    def send(self) -> None:
        """Write and read back (a job)."""
        place = self._medium.transport
        if place is None:
            return
        self._way = say("可以拔出 U 盘") if self._medium.is_stick else say("已写好并读回核对，可以取走")
        self.done.hide()
        self._desk.run_job(
            _export,
            self._desk.home,
            place,
            self.everything.isChecked(),
            title=say("正在写到 {name}，请不要拔出…", name=self._medium.name),
            done=self._written,
            writes=True,
        )

    def _written(self, sent: Export) -> None:
        self.sent, before = sent, self.told
        self._slip_counts = before["kinds"] if before else []
        files = "\n".join(f"{one.file.name}  {size_words(one.size)}" for one in sent.files)
        ops = sum(one.ops for one in sent.files)
        told = say("已写入并读回核对无误，共{n}个改动：", n=ops)
        self.done.say(self._way, f"{told}\n{files}\n{say('区里收下并带回回执以前，这些记录显示“已送出”。')}")
        self.slip.show()
        self.slip.setFocus()
        self.everything.setChecked(False)
        self.count()

    def print_slip(self) -> None:
        """The two-part slip that both sides sign, one page for each file."""
        if self.sent is None:
            return
        counts = [(one["title"], one["records"]) for one in self._slip_counts]
        way = "U盘" if self._medium.is_stick else "文件夹"
        sheets = self._desk.attempt(slips, self._desk.home, self.sent.files, counts, way)
        if sheets:
            self._desk.print_sheets(say("数据包交接回执"), sheets)


def slips(home: Home, files: tuple[Sent, ...], counts: list[tuple[str, int]], way: str) -> list[Sheet]:
    """The slips of an export (printed, so always Chinese)."""
    from studio_desk.binder.receipt_note import Handover, receipt_note

    trust = trust_store.required(home)
    now = clock.now()
    found = []
    for sent in files:
        with home.file.read() as c:
            since, until = c.exec_driver_sql(
                "SELECT coalesce(min(substr(t, 1, 10)), ''), coalesce(max(substr(t, 1, 10)), '') FROM op"
                " WHERE dev = ? AND seq BETWEEN ? AND ?",
                (sent.device, sent.first, sent.last),
            ).one()
            number = c.exec_driver_sql('SELECT id FROM "export" WHERE bundle = ?', (sent.bundle,)).scalar()
        found.append(
            receipt_note(
                Handover(
                    home.code,
                    int(number or 0),
                    home.name,
                    trust.name,
                    sent.file.name,
                    sent.size,
                    sent.sha256,
                    since,
                    until,
                    counts,
                    way,
                    now.date().isoformat(),
                    now.strftime("%H:%M"),
                )
            )
        )
    return found


def slip_again(home: Home, sent: Departure) -> Sheet:
    """The slip of a bundle that left earlier; its size is left for the pen."""
    from studio_desk.binder.receipt_note import Handover, receipt_note

    trust = trust_store.required(home)
    with home.file.read() as c:
        between = (sent.device, sent.first, sent.last)
        since, until = c.exec_driver_sql(
            "SELECT substr(min(t), 1, 10), substr(max(t), 1, 10) FROM op WHERE dev = ? AND seq BETWEEN ? AND ?", between
        ).one()
        counted = dict[str, int](
            c.exec_driver_sql(
                "SELECT r.kind, count(DISTINCT o.rec) FROM op o JOIN record r ON r.uid = o.rec"
                " WHERE o.dev = ? AND o.seq BETWEEN ? AND ? GROUP BY r.kind",
                between,
            ).all()
        )
    counts = [(shape.title, counted[shape.key]) for shape in home.shapes if shape.key in counted]
    way = "文件夹" if {"/", "\\"} & set(sent.medium) else sent.medium
    return receipt_note(
        Handover(
            home.code, sent.id, home.name, trust.name, sent.file, 0, sent.sha256, since or "", until or "", counts, way,
            sent.at[:10], sent.at[11:16],
        )
    )  # fmt: skip


def _preview(home: Home, everything: bool, progress: Progress) -> dict[str, Any]:
    progress(0, 1, "")
    return preview(home, everything=everything)


def _export(home: Home, place: Folder, everything: bool, progress: Progress) -> Export:
    return export(home, place, everything=everything, progress=progress)


def _labels(labels: list[str]) -> str:
    return series(labels) or "—"
