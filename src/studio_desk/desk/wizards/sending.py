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
from studio_desk.exchange.contents import handed_back
from studio_desk.exchange.outbox import Export, Sent, export
from studio_desk.exchange.preview import preview
from studio_desk.exchange.transports.folder import Folder
from studio_desk.kernel import clock
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import passage, say, series

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
        some = leaving.anything(told)
        if some and self.sent is not None:
            self.summary.setText(say("没有收到回执以前，下次送出会再带上它们，不会重复。"))
        else:
            self.summary.setText(leaving.summary(told))
        leaving.put_kinds(self.kinds, told)
        items = [*told["items"], *told["handed_back"]["items"]]
        self.items.put(
            [
                Row(
                    (one["code"], one["title"], _labels(one["P1"]), _labels(one["P2"])),
                    one["uid"],
                    icon(signs.kind_icon(one["kind"])),
                )
                for one in items[:MOST_LISTED]
            ]
        )
        fresh = some and self.sent is None
        self.kinds.setVisible(fresh and bool(items) and not self.one_by_one.isChecked())
        self.items.setVisible(fresh and self.one_by_one.isChecked())
        self.one_by_one.setVisible(fresh and bool(items))
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
        self.send_button.setEnabled(place is not None and self.told is not None and leaving.anything(self.told))

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
        self.sent = sent
        files = "\n".join(f"{one.file.name}  {size_words(one.size)}" for one in sent.files)
        own, back = (sum(one.ops for one in some) for some in (sent.own, sent.handed_back))
        told = [say("已写入并读回核对无误：本站的{n}个改动。", n=own)]
        if back:
            told.append(say("另有送回给区里的{n}个区级改动，不是本站的新记录。", n=back))
        until = say("区里收下并带回回执以前，这些记录显示“已送出”。") if own else ""
        self.done.say(self._way, "\n".join(filter(None, [passage(*told), files, until])))
        self.slip.show()
        self.slip.setFocus()
        self.everything.setChecked(False)
        self.count()

    def print_slip(self) -> None:
        """The two-part slip that both sides sign, one page for each file."""
        if self.sent is None:
            return
        way = "U盘" if self._medium.is_stick else "文件夹"
        sheets = self._desk.attempt(slips, self._desk.home, self.sent.files, way)
        if sheets:
            self._desk.print_sheets(say("数据包交接回执"), sheets)


def slips(home: Home, files: tuple[Sent, ...], way: str) -> list[Sheet]:
    """The slips of an export (printed, so always Chinese)."""
    now = clock.now()
    at = (now.date().isoformat(), now.strftime("%H:%M"))
    found = []
    for sent in files:
        with home.file.read() as c:
            number = c.exec_driver_sql('SELECT id FROM "export" WHERE bundle = ?', (sent.bundle,)).scalar()
        whole = (int(number or 0), sent.file.name, sent.size, sent.sha256)
        found.append(_slip(home, whole, (sent.device, sent.first, sent.last), way, at))
    return found


def slip_again(home: Home, sent: Departure) -> Sheet:
    """The slip of a bundle that left earlier; its size is left for the pen."""
    way = "文件夹" if {"/", "\\"} & set(sent.medium) else sent.medium
    at = (sent.at[:10], sent.at[11:16])
    return _slip(home, (sent.id, sent.file, 0, sent.sha256), (sent.device, sent.first, sent.last), way, at)


def _slip(
    home: Home, bundle: tuple[int, str, int, str], ops: tuple[str, int, int], way: str, at: tuple[str, str]
) -> Sheet:
    """One bundle: its number, file, size and digest; its chain, first and last op; how and when it leaves."""
    from studio_desk.binder.receipt_note import Handover, receipt_note

    trust = trust_store.required(home)
    with home.file.read() as c:
        since, until = c.exec_driver_sql(
            "SELECT coalesce(min(substr(t, 1, 10)), ''), coalesce(max(substr(t, 1, 10)), '') FROM op"
            " WHERE dev = ? AND seq BETWEEN ? AND ?",
            ops,
        ).one()
        counted = dict[str, int](
            c.exec_driver_sql(
                "SELECT r.kind, count(DISTINCT o.rec) FROM op o JOIN record r ON r.uid = o.rec"
                " WHERE o.dev = ? AND o.seq BETWEEN ? AND ? GROUP BY r.kind",
                ops,
            ).all()
        )
    returned = handed_back(ops[0])
    named = "送回：{}" if returned else "{}"
    counts = [(named.format(shape.title), counted[shape.key]) for shape in home.shapes if shape.key in counted]
    if returned and not counts:
        counts = [("送回的区级内容", ops[2] - ops[1] + 1)]
    number, file, size, sha256 = bundle
    return receipt_note(
        Handover(home.code, number, home.name, trust.name, file, size, sha256, since, until, counts, way, *at)
    )


def _preview(home: Home, everything: bool, progress: Progress) -> dict[str, Any]:
    progress(0, 1, "")
    return preview(home, everything=everything)


def _export(home: Home, place: Folder, everything: bool, progress: Progress) -> Export:
    return export(home, place, everything=everything, progress=progress)


def _labels(labels: list[str]) -> str:
    return series(labels) or "—"
