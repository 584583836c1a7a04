"""备份: make one, prove one, see how old the last is, read how to come back from one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from studio_desk.desk import signs, theme
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.flow import flowing
from studio_desk.desk.icons import coloured
from studio_desk.kernel import clock
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.words import say
from studio_desk.store import backup as keeping
from studio_desk.store.home import BACKUPS, Home

LEVELS = {"ok": ("good", "circle-check"), "yellow": ("warning", "alert-triangle"), "red": ("error", "alert-circle")}
ENDING = ".sdbackup"


def prove(home: Home, file: Path, progress: Progress) -> keeping.Backup:
    """Open a backup of this home and check all of it (a job)."""
    return keeping.verify(file, key=home.file.key, progress=progress)


class BackupPage(Page):
    """What there is, newest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.sign, self.state = QLabel(), QLabel()
        self.state.setObjectName("title")
        self.state.setWordWrap(True)
        self.now = push("database-export", say("现在备份"), self._now, main=True)
        self.to = push("usb", say("备份到U盘或别处…"), self._choose)
        self.check = push("shield-check", say("检查这一份"), self._check)
        self.other = push("archive", say("检查别处的一份…"), self._check_other)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([say("时间"), say("文件"), say("大小")])
        self.table.setAccessibleName(say("本机的备份"))
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.how = QLabel(
            say(
                "每次关闭程序、每半小时有改动时自动备份，每份都读回检查过。硬盘坏了或换电脑：在新电脑上打开本程序，"
                "选“从备份恢复”，插上存有备份的U盘，输入口令或恢复码。请至少每周备份一次到U盘，并把U盘放在别处。"
            )
        )
        self.how.setWordWrap(True)
        self.how.setProperty("faint", "true")
        self._lay()

    def _lay(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.sign)
        head.addWidget(self.state, 1)
        row = flowing(self.now, self.to, self.check, self.other)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addLayout(head)
        box.addWidget(row)
        box.addWidget(self.how)
        box.addWidget(self.table, 1)

    def arrive(self, **args: Any) -> None:
        """Read the folder."""
        del args
        self._read()

    def _read(self) -> None:
        home = self._desk.home
        newest = keeping.latest(home)
        colour, sign = LEVELS[newest.level]
        size = self.state.fontMetrics().height()
        self.sign.setPixmap(coloured(sign, theme.colour(colour)).pixmap(size, size))
        if newest.at is None:
            self.state.setText(say("还没有备份。"))
        else:
            when = newest.at.strftime("%Y-%m-%d %H:%M")
            self.state.setText(
                say("上次备份：{when}（今天）", when=when)
                if newest.days == 0
                else say("上次备份：{when}（{n}天前）", when=when, n=newest.days)
            )
        folder = home.path / BACKUPS
        files = sorted(folder.glob(f"*{ENDING}"), key=lambda f: f.stat().st_mtime, reverse=True)
        self.table.setRowCount(len(files))
        for number, file in enumerate(files):
            told = file.stat()
            at = datetime.fromtimestamp(told.st_mtime, clock.CHINA).strftime("%Y-%m-%d %H:%M")
            for column, text in enumerate((at, file.name, _size(told.st_size))):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, str(file))
                self.table.setItem(number, column, item)
        self.table.resizeColumnToContents(0)
        self.table.resizeColumnToContents(2)
        self.table.verticalHeader().setDefaultSectionSize(max(28, self.fontMetrics().height() + 12))
        if files and self.table.currentRow() < 0:
            self.table.selectRow(0)
        self.check.setEnabled(bool(files))

    def _now(self) -> None:
        folder = self._desk.home.path / BACKUPS
        folder.mkdir(mode=0o700, exist_ok=True)
        self._make(folder)

    def _choose(self) -> None:
        dialog = QFileDialog(self, say("备份到哪个文件夹"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda folder: self._make(Path(folder)))
        dialog.open()

    def _make(self, folder: Path) -> None:
        self._desk.run_job(
            keeping.backup, self._desk.home, folder, title=say("正在备份…"), done=self._made, writes=True
        )

    def _made(self, made: keeping.Backup) -> None:
        self._read()
        if self._desk.window is not None and self._desk.window.status is not None:
            self._desk.window.status.refresh()
        inside = self._desk.home.path in made.file.parents
        told = say("备份好了，已经读回检查：{records}条记录。", records=made.facts.records)
        self._desk.tell(told if inside else told + say("现在可以拔出U盘。"))

    def _check(self) -> None:
        item = self.table.item(self.table.currentRow(), 0)
        if item is not None:
            self._prove(Path(item.data(Qt.ItemDataRole.UserRole)))

    def _check_other(self) -> None:
        dialog = QFileDialog(self, say("检查哪一份备份"))
        dialog.setNameFilter(say("备份文件 (*{ending})", ending=ENDING))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda file: self._prove(Path(file)))
        dialog.open()

    def _prove(self, file: Path) -> None:
        self._desk.run_job(
            prove, self._desk.home, file, title=say("正在检查备份…"), done=self._proved, refused=self._not_proved
        )

    def _proved(self, found: keeping.Backup) -> None:
        at = found.at[:16].replace("T", " ")
        self._desk.tell(
            say(
                "这份备份完好：{at}，{records}条记录，{files}个附件，可以用来恢复。",
                at=at,
                records=found.facts.records,
                files=found.facts.attachments,
            )
        )

    def _not_proved(self, problem: Problem) -> None:
        self._desk.refuse(problem)


def _size(number: int) -> str:
    return f"{number / 1e6:.1f} MB" if number >= 100_000 else f"{number / 1e3:.1f} kB"


SCREEN = Screen("backup", lambda: say("备份"), "database-export", BackupPage, group=signs.desk)
