"""Last pages of the first run: which backup, the work itself, the recovery code shown once, what comes next."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWizard,
)

from studio_desk.desk import messages
from studio_desk.desk.buttons import push
from studio_desk.desk.icons import icon
from studio_desk.desk.jobs import Job, Worker
from studio_desk.desk.large import Scaled
from studio_desk.desk.media import Medium, ask_files
from studio_desk.desk.rows import Row, Rows
from studio_desk.desk.wizards.plan import make
from studio_desk.desk.wizards.start_pages import ASKING, MAKING, READY, RECOVERY, Step
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.wizards.first_run import FirstRun
    from studio_desk.store.home import Home

PATTERN = "*.sdbackup"


class RestorePage(Step):
    """Which backup, and with which key."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, say("从备份恢复"), say("插上有备份的 U 盘，选最新的一份。"))
        self.medium = Medium()
        self.medium.changed.connect(self._list)
        self.files = Rows(say("备份文件"), (say("备份文件"), say("时间"), say("大小")))
        self.files.picked.connect(self.completeChanged)
        self.file_button = push("archive", say("选备份文件…"), self._ask_file)
        self.by_passphrase = QRadioButton(say("用口令"))
        self.by_recovery = QRadioButton(say("用恢复码（忘了口令时）"))
        self.by_passphrase.setChecked(True)
        self.by_passphrase.toggled.connect(self._way)
        self.key = QLineEdit()
        self.new = QLineEdit()
        self.new.setEchoMode(QLineEdit.EchoMode.Password)
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.key_label = QLabel()
        self.key_label.setBuddy(self.key)
        self.form.addRow(self.key_label, self.key)
        self.form.addRow(say("新的口令"), self.new)
        ways = QHBoxLayout()
        ways.addWidget(self.by_passphrase)
        ways.addWidget(self.by_recovery)
        ways.addStretch(1)
        ways.addWidget(self.file_button)
        box = QVBoxLayout(self)
        box.addWidget(self.medium)
        box.addWidget(self.files, 1)
        box.addLayout(ways)
        box.addLayout(self.form)
        box.addWidget(self.wrong)
        self._extra: list[Path] = []
        self._way()

    def take_file(self, path: Path) -> None:
        """List and choose a file that lies elsewhere."""
        self._extra = [path]
        self._list()
        self.files.selectRow(0)

    def isComplete(self) -> bool:
        """A file is chosen."""
        return bool(self.files.chosen)

    def validatePage(self) -> bool:
        """Keep what was typed; whether it fits is found out while restoring."""
        plan = self.run.plan
        plan.backup = self.files.chosen[0]
        typed = self.key.text().strip() if self.by_recovery.isChecked() else self.key.text()
        if not typed and self.by_recovery.isChecked():
            return self.refuse(Problem("RECOVERY_CODE_EMPTY", say("恢复码没有填。"), say("请照纸上抄的逐组输入。")))
        plan.recovery = typed if self.by_recovery.isChecked() else ""
        plan.passphrase = self.new.text() if self.by_recovery.isChecked() else typed
        return True

    def nextId(self) -> int:
        """Do it."""
        return MAKING

    def _ask_file(self) -> None:
        kinds = say("备份文件 (*.sdbackup)")
        ask_files(self, say("选备份文件"), kinds, lambda paths: self.take_file(paths[0]))

    def _list(self) -> None:
        from datetime import datetime

        from studio_desk.desk.media import size_words

        rows = []
        for path in [*self._extra, *sorted(self.medium.files(PATTERN), reverse=True)]:
            try:
                facts = path.stat()
            except OSError:
                continue
            at = datetime.fromtimestamp(facts.st_mtime).astimezone().isoformat(" ", "minutes")[:16]
            rows.append(Row((path.name, at, size_words(facts.st_size)), path, icon("database-export"), hint=str(path)))
        self.files.put(rows)
        if rows and not self.files.chosen:
            self.files.selectRow(0)
        self.completeChanged.emit()

    def _way(self) -> None:
        recovery = self.by_recovery.isChecked()
        self.key_label.setText(say("恢复码") if recovery else say("口令"))
        self.key.setEchoMode(QLineEdit.EchoMode.Normal if recovery else QLineEdit.EchoMode.Password)
        self.key.setPlaceholderText("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX" if recovery else "")
        self.form.setRowVisible(self.new, recovery)


class MakingPage(Step):
    """The work, with progress."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, say("正在准备"), say("请稍等，做完会自动继续。"))
        self.setCommitPage(True)  # what was made stays made
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName(say("进度"))
        self.bar.setRange(0, 0)
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addWidget(self.words)
        box.addWidget(self.bar)
        box.addStretch(2)
        self.job: Job | None = None
        self.worker = Worker(self._refused, self._crashed, self)
        self.worker.moved.connect(self._moved)
        self.worker.ended.connect(self._ended)

    def initializePage(self) -> None:
        """Begin at once."""
        super().initializePage()
        self.bar.setRange(0, 0)
        self.words.setText("")
        self.job = self.worker.submit(Job(make, (self.run.plan,), done=self._done))

    def cleanupPage(self) -> None:
        """Going back stops the work."""
        if self.job is not None:
            self.job.cancel()

    def isComplete(self) -> bool:
        """One goes on when the home is there."""
        return self.run.home is not None

    def nextId(self) -> int:
        """A new home shows its recovery code."""
        return RECOVERY if self.run.plan.what in {"station", "district", "rebuild"} else READY

    def _moved(self, job: Job) -> None:
        done, total, text = job.told
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.words.setText(text)

    def _done(self, home: Home) -> None:
        if self.job is not None and self.job.wish.is_set():  # the person had gone back meanwhile
            home.close()
            return
        self.run.home = home
        self.run.setOption(QWizard.WizardOption.NoCancelButton)
        self.completeChanged.emit()
        self.run.next()

    def _ended(self, job: Job) -> None:
        if job is self.job and job.error is not None and self.run.currentPage() is self:
            self.run.back()

    def _refused(self, problem: Problem) -> None:
        messages.refuse(self.run, problem)

    def _crashed(self, error: BaseException) -> None:
        sys.excepthook(type(error), error, error.__traceback__)


class RecoveryPage(Step):
    """The recovery code, once."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(
            run,
            say("恢复码：请打印或抄下来"),
            say("忘了口令、换了电脑时，只能靠它打开。这里只显示这一次。"),
        )
        self.setFinalPage(True)
        self.code = Scaled(times=1.9, fixed=True)
        self.code.setAccessibleName(say("恢复码"))
        self.print_button = push("printer", say("打印恢复码"), self._print)
        self.noted = QCheckBox(say("已打印或抄下，放在安全的地方，不和这台电脑在一起"))
        self.noted.toggled.connect(self.completeChanged)
        box = QVBoxLayout(self)
        box.addStretch(1)
        box.addWidget(self.code)
        box.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.print_button)
        row.addStretch(1)
        box.addLayout(row)
        box.addWidget(self.noted)

    def initializePage(self) -> None:
        """Show it."""
        super().initializePage()
        self.setFinalPage(self.run.plan.what != "rebuild")
        groups = (self.run.home.recovery_code if self.run.home else "").split("-")
        self.code.setText("\n".join(("-".join(groups[:4]), "-".join(groups[4:]))))

    def isComplete(self) -> bool:
        """Only after it was noted."""
        return self.noted.isChecked()

    def nextId(self) -> int:
        """The end; a computer that takes the place of another asks its district next."""
        return ASKING if self.run.plan.what == "rebuild" else -1

    def _print(self) -> None:
        try:
            self._pdf = self.run.recovery_pdf()
            self._pdf.ask_printer(self, say("恢复码"), self.noted.setFocus)
        except Problem as problem:
            messages.refuse(self.run, problem)


class ReadyPage(Step):
    """What was restored, or what the sample is."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, say("好了"), "")
        self.setFinalPage(True)
        self.words = QLabel()
        self.words.setWordWrap(True)
        box = QVBoxLayout(self)
        box.addWidget(self.words)
        box.addStretch(1)

    def initializePage(self) -> None:
        """Tell."""
        super().initializePage()
        home = self.run.home
        if home is None:
            return
        count = _records(home)
        told: list[Any] = [say("{name}（{code}），{n}条记录。", name=home.name, code=home.code, n=count)]
        if self.run.plan.what == "sample":
            from studio_desk.story.demo import PASSPHRASE

            told += [
                say("里面的人和事都是虚构的，可以随便改。"),
                say("数据在 {folder}，口令是 {passphrase}。", folder=str(home.path), passphrase=PASSPHRASE),
                say("下次打开程序时仍会问要做什么，那时可以建正式的站点。"),
            ]
        else:
            told += [
                say("做备份以后录入的内容不在里面，请照纸上的补录。"),
                say("编号会跳过一百号接着排，以免和已经送出的重复；下次交区里时，区里会对出缺少的部分。"),
            ]
        self.words.setText("\n\n".join(told))

    def nextId(self) -> int:
        """The end."""
        return -1


def _records(home: Home) -> int:
    with home.file.read() as c:
        return int(c.exec_driver_sql("SELECT count(*) FROM record").scalar_one())
