"""What the inbox keeps: bundles that wait for earlier ones, what was set apart, the log of imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio_desk.desk import theme
from studio_desk.desk.actions import Desk
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import coloured
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange import late, quarantine, review, tables
from studio_desk.exchange.gaps import gaps_before
from studio_desk.exchange.outcomes import Outcome
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.store.home import Home


class Kept(QObject):
    """The three lists and what can be done about them.

    Signals:
        changed: the lists were read again.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.held = Rows(say("等前面的"), (say("文件"), say("站点"), say("收到时间"), say("缺什么")), stretch=3)
        self.apart = Rows(say("隔离的"), (say("文件"), say("站点"), say("时间"), say("为什么")), stretch=3)
        self.log = Rows(
            say("收件记录"),
            (say("文件"), say("站点"), say("时间"), say("新增"), say("更改"), say("冲突"), say("状态")),
            stretch=0,
        )
        self.tables = (self.held, self.apart, self.log)
        self.why = QLabel()
        self.why.setWordWrap(True)
        self.again = push("refresh", say("再收一次"), self.release)
        self.drop = push("trash", say("丢弃…"), self._ask_discard)
        self.undo_button = push("arrow-back-up", say("撤销这次收件…"), self._ask_undo)
        self.apart.picked.connect(self._explain)
        self.log.picked.connect(self._allow)
        self.parts = (
            _part(say("前面的文件还没到，先存着；前面的到了会自动合并。"), self.held),
            _part(
                say("有问题的文件和记录单独放着，不影响别的。弄清原因后再收一次，或者丢弃。"),
                self.apart,
                self.why,
                self.again,
                self.drop,
            ),
            _part(
                say("收错了可以整个撤销，就像没有收过；后面的收件建立在它上面时不能撤销。"), self.log, self.undo_button
            ),
        )

    def read(self) -> None:
        """Read the lists; they are short."""
        home = self._desk.home
        with home.file.read() as c:
            held = c.execute(tables.held.select().order_by(tables.held.c.dev, tables.held.c.first)).all()
        waiting = coloured("clock", theme.colour("warning"))
        self.held.put(
            [
                Row((row.file, row.sender, _time(row.at), _gap(home, row.dev, row.first)), row.sha256, waiting)
                for row in held
            ]
        )
        wrong = coloured("alert-circle", theme.colour("error"))
        self.apart.put(
            [
                Row((_name(one), one["sender"] or "—", _time(one["at"]), one["sentence"]), one["id"], wrong)
                for one in quarantine.entries(home)
            ]
        )
        self.log.put([_logged(one) for one in review.imports(home)])
        self._explain()
        self._allow()
        self.changed.emit()

    # --- set apart -----------------------------------------------------------------------------------------------

    def release(self) -> None:
        """Try a refused bundle again, or accept a flagged record; what a computer that is gone wrote needs a reason."""
        if not self.apart.chosen:
            return
        number, home = self.apart.chosen[0], self._desk.home
        if home.role == "station" or quarantine.entry(home, number)["code"] != late.REFUSED:
            self.retry(number)
            return
        self._desk.ask_reason(
            say("再收一次"),
            say("那台电脑已吊销。确是它坏了、换了以前写的，请写明怎么核实的，就信到这里为止："),
            lambda reason: self.retry(number, reason),
        )

    def retry(self, number: int, reason: str = "") -> None:
        """Take in what was refused (a job)."""
        self._desk.run_job(
            _release, self._desk.home, number, reason, title=say("正在收件…"), done=self._released, writes=True
        )

    def _released(self, outcome: Outcome | None) -> None:
        if outcome is not None and outcome.problem:
            self._desk.tell(say("还是不能收：{why}", why=outcome.problem))
        else:
            self._desk.tell(say("已收下。"))
        self.read()

    def _ask_discard(self) -> None:
        if self.apart.chosen:
            number = self.apart.chosen[0]
            self._desk.ask_reason(
                say("丢弃"), say("丢弃以后要请站点重新送。请写明原因："), lambda reason: self.discard(number, reason)
            )

    def discard(self, number: int, reason: str) -> None:
        """Throw away what was set apart."""
        self._desk.attempt(review.discard, self._desk.home, number, reason)
        self.read()

    # --- imports -------------------------------------------------------------------------------------------------

    def _ask_undo(self) -> None:
        if self.log.chosen:
            bundle = self.log.chosen[0]
            self._desk.confirm(
                say("撤销收件"),
                say("撤销以后，这个文件带来的新记录和改动都会拿掉；以后可以再收。"),
                say("撤销", "按钮"),
                lambda: self.undo(bundle),
            )

    def undo(self, bundle: str) -> None:
        """Take an import back (a job)."""
        self._desk.run_job(_undo, self._desk.home, bundle, title=say("正在撤销…"), done=self._undone, writes=True)

    def _undone(self, answer: dict[str, Any]) -> None:
        self._desk.tell(say("已撤销，涉及{n}条记录。", n=answer["records"]))
        self.read()

    def _explain(self) -> None:
        chosen = self.apart.chosen
        entry = next((one for one in quarantine.entries(self._desk.home) if chosen and one["id"] == chosen[0]), None)
        self.why.setText(f"{entry['sentence']} {entry['remedy']} {entry['code']}" if entry else "")
        self.again.setEnabled(entry is not None)
        self.drop.setEnabled(entry is not None)
        if entry is not None:
            self.again.setText(say("再收一次") if entry["what"] == "bundle" else say("就这样收下"))

    def _allow(self) -> None:
        self.undo_button.setEnabled(bool(self.log.chosen) and self.log.chosen[0] is not None)


def _part(about: str, table: Rows, *more: QWidget) -> QWidget:
    part = QWidget()
    box = QVBoxLayout(part)
    told = QLabel(about)
    told.setProperty("faint", "true")
    told.setWordWrap(True)
    box.addWidget(told)
    box.addWidget(table, 1)
    row = QHBoxLayout()
    for widget in more:
        if isinstance(widget, QPushButton):
            row.addWidget(widget)
        else:
            box.addWidget(widget)
    row.addStretch(1)
    box.addLayout(row)
    return part


def _logged(one: dict[str, Any]) -> Row:
    undone = bool(one["undone_at"])
    state = say("已撤销") if undone else say("有效")
    counts = (str(one["new"]), str(one["changed"]), str(one["conflicts"]))
    sign = (
        coloured("arrow-back-up", theme.colour("faint")) if undone else coloured("circle-check", theme.colour("good"))
    )
    return Row((one["file"], one["sender"], _time(one["at"]), *counts, state), None if undone else one["bundle"], sign)


def _name(one: dict[str, Any]) -> str:
    return (
        str(one["file"])
        if one["what"] == "bundle"
        else say("{device} 第{seq}号的记录", device=one["dev"], seq=one["seq"])
    )


def _gap(home: Home, dev: str, first: int) -> str:
    return series(say("第{first}至{last}号", first=a, last=b) for a, b in gaps_before(home, dev, first))


def _time(stamp: str) -> str:
    return stamp[:16].replace("T", " ")


def _release(home: Home, number: int, reason: str, progress: Progress) -> Outcome | None:
    progress(0, 1, "")
    return review.release(home, number, reason)


def _undo(home: Home, bundle: str, progress: Progress) -> dict[str, Any]:
    progress(0, 1, "")
    return review.undo(home, bundle)
