"""回执: tell the stations what was received: by stick, or by twelve characters over the telephone; send a record back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit

from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.large import BigWords, Card, Scaled, Scrolling
from studio_desk.desk.media import Medium
from studio_desk.desk.rows import Row, Rows
from studio_desk.desk.screens.stations import Standing, standings
from studio_desk.exchange import receipt_code, receipts
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.exchange.receipts import Receipt
    from studio_desk.exchange.transports.folder import Folder
    from studio_desk.kernel.progress import Progress
    from studio_desk.store.home import Home


class ReceiptsPage(Scrolling):
    """Which stations, which medium; the code; returning."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._wanted = ""
        title = QLabel(say("回执"))
        title.setObjectName("title")
        self.medium = Medium(desk.home.meta)
        self.medium.changed.connect(self._allow)
        self.table = Rows(
            say("站点"),
            (say("站码"), say("名称"), say("到第几号"), say("记录"), say("冲突"), say("最近收到"), say("最近回执")),
            stretch=1,
            many=True,
            snug=True,
        )
        self.table.picked.connect(self._allow)
        self.write_button = push("mail-opened", say("给选中的写回执"), lambda: self.write(self.table.chosen), main=True)
        self.all_button = push(
            "send", say("给全部站点写回执"), lambda: self.write([one.code for one in self._stations])
        )
        self.code_button = push("eye", say("显示回执码"), self.show_code)
        self.code_button.setToolTip(say("U 盘带不回去时，在电话里念给站点。"))
        self.done = BigWords()
        self.code = Scaled(times=2.6, fixed=True)
        self.code.setAccessibleName(say("回执码"))
        self.code_about = QLabel()
        self.code_about.setWordWrap(True)
        self._stations: list[Standing] = []
        buttons = QHBoxLayout()
        for button in (self.write_button, self.all_button, self.code_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.box.addWidget(title)
        self.box.addWidget(self.medium)
        self.box.addWidget(self.table)
        self.box.addLayout(buttons)
        for widget in (self.done, self.code, self.code_about):
            self.box.addWidget(widget)
        self.box.addWidget(self._returning())
        self.box.addStretch(1)

    def _returning(self) -> Card:
        card = Card(say("退回一条记录"))
        told = QLabel(say("不改内容，只把意见带给站点；随下一次回执送去。"))
        told.setProperty("faint", "true")
        told.setWordWrap(True)
        self.number, self.remark = QLineEdit(), QLineEdit()
        self.number.setPlaceholderText(say("编号，例如 SQ-MQ-2026-0012"))
        self.number.setAccessibleName(say("编号"))
        self.remark.setPlaceholderText(say("要站点改什么"))
        self.remark.setAccessibleName(say("退回的原因"))
        self.which = QLabel()
        self.number.textChanged.connect(self._find)
        self.remark.textChanged.connect(self._find)
        self.return_button = push("arrow-back-up", say("退回"), self.send_back)
        row = QHBoxLayout()
        row.addWidget(self.number, 1)
        row.addWidget(self.remark, 2)
        row.addWidget(self.return_button)
        card.box.addWidget(told)
        card.box.addLayout(row)
        card.box.addWidget(self.which)
        return card

    def arrive(self, **args: Any) -> None:
        """Read; `station=` chooses one, `uid=` is a record to be returned."""
        self._wanted = str(args.get("station") or "")
        self.done.hide()
        self.code.hide()
        self.code_about.hide()
        if args.get("uid"):
            self.number.setText(self._desk.journal.record(args["uid"])["code"])
            self.remark.setFocus()
        self._find()
        self.read()

    def refresh(self, changes: Any) -> None:
        """Read again."""
        del changes
        if not self._desk.busy:
            self.read()

    def read(self) -> None:
        """Look at every station (a job)."""
        self._desk.run_job(standings, self._desk.home, title=say("正在清点…"), done=self._show)

    def _show(self, found: list[Standing]) -> None:
        once = {one.code: one for one in found if not one.revoked}
        self._stations = list(once.values())
        self.table.put(
            [
                Row(
                    (
                        one.code,
                        one.name,
                        str(one.seq or "—"),
                        str(one.records),
                        str(one.conflicts or "—"),
                        one.last[:16].replace("T", " ") or "—",
                        one.receipt[:16].replace("T", " ") or "—",
                    ),
                    one.code,
                    icon("building-community"),
                )
                for one in self._stations
            ]
        )
        codes = [one.code for one in self._stations]
        if self._wanted in codes:
            self.table.selectRow(codes.index(self._wanted))
            self._wanted = ""
        self._allow()

    # --- by stick ------------------------------------------------------------------------------------------------

    def write(self, stations: Sequence[str]) -> None:
        """Write receipts onto the medium (a job)."""
        place = self.medium.transport
        if place is not None and stations:
            self._desk.run_job(
                _write,
                self._desk.home,
                list(stations),
                place,
                title=say("正在写回执，请不要拔出…"),
                done=self._written,
                writes=True,
            )

    def _written(self, written: list[Receipt]) -> None:
        words = say("可以拔出 U 盘") if self.medium.is_stick else say("已写好并读回核对，可以取走")
        lines = [
            say(
                "{file}：已收{n}条，退回{back}条，冲突{conflicts}条",
                file=one.file.name,
                n=one.said["counts"]["records"],
                back=len(one.said["returned"]),
                conflicts=one.said["counts"]["conflicts"],
            )
            for one in written
        ]
        self.done.say(words, "\n".join(lines[:12] + ([say("等{n}个", n=len(lines))] if len(lines) > 12 else [])))
        self.read()

    # --- by telephone --------------------------------------------------------------------------------------------

    def show_code(self) -> None:
        """Show the code of the chosen station in large type."""
        if not self.table.chosen:
            return
        found = self._desk.attempt(receipt_code.codes, self._desk.home, self.table.chosen[0])
        if found:
            self.code.setText("\n".join(one["code"] for one in found))
            self.code_about.setText(
                "\n".join(
                    [say("{device}：到第{seq}号。", device=one["device"], seq=one["seq"]) for one in found]
                    + receipt_code.earlier_words(found)
                )
                + "\n"
                + say("请站点在“月底交区里”的“电话里的回执码”一栏输入；里面没有字母 I、L、O、U。")
            )
            self.code.show()
            self.code_about.show()

    # --- returning -----------------------------------------------------------------------------------------------

    def _find(self) -> None:
        typed = self.number.text().strip()
        uid = self._uid(typed)
        if uid:
            self.which.setText(self._desk.titles([uid]).get(uid, ""))
        else:
            self.which.setText(say("没有这个编号。") if typed else "")
        self.return_button.setEnabled(bool(uid) and bool(self.remark.text().strip()))

    def _uid(self, typed: str) -> str:
        try:
            return self._desk.journal.find(typed) if typed else ""
        except Problem:
            return ""

    def send_back(self) -> None:
        """Return the record."""
        uid = self._uid(self.number.text().strip())
        if self._desk.attempt(receipts.send_back, self._desk.home, uid, self.remark.text().strip()) is not None:
            self._desk.tell(say("已退回，随下一次回执带给站点。"))
            self.number.clear()
            self.remark.clear()

    def _allow(self) -> None:
        place = self.medium.transport is not None
        self.write_button.setEnabled(place and bool(self.table.chosen))
        self.all_button.setEnabled(place and bool(self._stations))
        self.code_button.setEnabled(len(self.table.chosen) == 1)


def _write(home: Home, stations: list[str], place: Folder, progress: Progress) -> list[Receipt]:
    written = []
    for number, station in enumerate(stations):
        progress(number, len(stations), station)
        written.append(receipts.write(home, station, place))
    return written


SCREEN = Screen(
    "receipts",
    lambda: say("回执"),
    "mail-opened",
    ReceiptsPage,
    roles=("district",),
    shortcut="Ctrl+8",
    group=signs.exchange,
)
