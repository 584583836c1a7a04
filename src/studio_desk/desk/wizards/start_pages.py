"""First pages of the first run: what to do and how large the letters are, who we are, how the file is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWizardPage,
)

from studio_desk.desk import theme
from studio_desk.desk.passphrase import check_new
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.kernel.words import language, say
from studio_desk.store import numbers

if TYPE_CHECKING:
    from studio_desk.desk.wizards.first_run import FirstRun

START, IDENTITY, PROTECTION, RESTORE, MAKING, RECOVERY, READY, ASKING = range(8)
"""Ids of the pages."""


class Step(QWizardPage):
    """A page that knows its wizard and can say what is wrong in place."""

    def __init__(self, run: FirstRun, title: str, subtitle: str) -> None:
        super().__init__()
        self.run = run
        self.setTitle(title)
        self.setSubTitle(subtitle)
        self.wrong = QLabel()
        self.wrong.setProperty("level", "error")
        self.wrong.setWordWrap(True)
        self.wrong.hide()

    def refuse(self, problem: Problem) -> bool:
        """Show what is wrong on the page; answers `False` for `validatePage`."""
        self.wrong.setText(f"{problem.sentence} {problem.remedy}")
        self.wrong.show()
        return False

    def initializePage(self) -> None:
        """Begin without a complaint."""
        self.wrong.hide()


class StartPage(Step):
    """Language, letters, and one of five ways."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, say("欢迎使用"), say("先选字号和要做的事；以后都可以在设置里改。"))
        self.sizes: dict[str, QPushButton] = {}
        sizes = QHBoxLayout()
        sizes.addWidget(QLabel(say("字号")))
        words = {"小": say("小"), "中": say("中"), "大": say("大"), "特大": say("特大")}
        chosen = QButtonGroup(self)
        for size in FONT_POINTS:
            button = QPushButton(words[size])
            button.setCheckable(True)
            button.setChecked(size == run.plan.font_size)
            button.clicked.connect(lambda _=False, size=size: self.take_size(size))
            chosen.addButton(button)
            sizes.addWidget(button)
            self.sizes[size] = button
        sizes.addStretch(1)
        self.other = QPushButton("English" if language() == "zh_CN" else "中文")
        self.other.setProperty("link", "true")
        self.other.clicked.connect(run.switch_language)
        sizes.addWidget(self.other)
        self.ways: dict[str, QRadioButton] = {}
        box = QVBoxLayout(self)
        box.addLayout(sizes)
        for what, title, more in (
            ("station", say("新建站点"), say("联络站、委员工作室：记民情、办事项，月底交给区里。")),
            ("district", say("新建区级办公室"), say("区县政协：收各站点的数据，写回执。")),
            ("restore", say("从备份恢复"), say("换了电脑或硬盘坏了：用 U 盘上的备份恢复。")),
            ("rebuild", say("电脑坏了，没有备份"), say("在这台电脑上接着用：请区里把收到过的记录送回来。")),
            ("sample", say("看看示例数据"), say("建一个虚构的站点，可以随便试，不影响正式数据。")),
        ):
            way = QRadioButton(title)
            way.setChecked(what == run.plan.what)
            way.toggled.connect(lambda on, what=what: self._take_way(what) if on else None)
            way.setAccessibleDescription(more)
            told = QLabel(more)
            told.setProperty("faint", "true")
            told.setWordWrap(True)
            told.setIndent(26)
            box.addSpacing(4)
            box.addWidget(way)
            box.addWidget(told)
            self.ways[what] = way
        box.addStretch(1)

    def initializePage(self) -> None:
        """The ways are asked first."""
        super().initializePage()
        QTimer.singleShot(0, self.ways[self.run.plan.what].setFocus)  # after the wizard took its first widget
        self._mark_size()

    def take_size(self, size: str) -> None:
        """Put a font size in force at once."""
        self.run.plan.font_size = size
        self._mark_size()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, "浅色", size)
        self.run.fit()

    def _mark_size(self) -> None:
        """The size in force stands out."""
        for size, button in self.sizes.items():
            button.setProperty("main", "true" if size == self.run.plan.font_size else "")
            button.style().unpolish(button)
            button.style().polish(button)

    def _take_way(self, what: Any) -> None:
        self.run.plan.what = what

    def nextId(self) -> int:
        """Each way has its own pages."""
        return {"restore": RESTORE, "sample": MAKING}.get(self.run.plan.what, IDENTITY)


class IdentityPage(Step):
    """Who works here."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, "", "")
        self.code, self.name, self.town, self.operator = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self.place = QLabel()
        self.place.setProperty("faint", "true")
        self.place.setWordWrap(True)
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.computer = QSpinBox()
        self.computer.setRange(2, numbers.MOST)
        self.computer.setToolTip(say("每换一台写下一个没用过的号；第一次换写2。写错了区里会说，可以再改。"))
        self.form.addRow(say("代码"), self.code)
        self.form.addRow(say("全称"), self.name)
        self.form.addRow(say("所在乡镇（街道）"), self.town)
        self.form.addRow(say("本站第几台电脑"), self.computer)
        self.form.addRow(say("经办人"), self.operator)
        box = QVBoxLayout(self)
        box.addLayout(self.form)
        box.addWidget(self.wrong)
        box.addStretch(1)
        box.addWidget(self.place)
        self.code.textEdited.connect(lambda text: self.code.setText(text.upper()))

    def initializePage(self) -> None:
        """Ask as a station or as a district is asked."""
        super().initializePage()
        station, again = self.run.plan.role == "station", self.run.plan.what == "rebuild"
        self.setTitle(say("站点的情况") if station else say("区级办公室的情况"))
        self.setSubTitle(
            say("代码、全称照旧，和原来那台电脑一样；本站原来只有一台的，这台写2。")
            if again
            else say("站码由区里统一给，定了就不能改；编号都以它开头。")
            if station
            else say("用六位行政区划代码，定了就不能改。")
        )
        self.code.setPlaceholderText(say("2至6个字母，例如 SQ") if station else say("6位数字，例如 990000"))
        self.name.setPlaceholderText(
            say("例如：石桥镇政协联络站") if station else say("例如：清溪区政协委员联络办公室")
        )
        self.operator.setPlaceholderText(say("谁在这台电脑上录入"))
        self.form.setRowVisible(self.town, station)
        self.form.setRowVisible(self.computer, again)
        self.place.setText(say("数据存放在：{folder}", folder=str(self.run.plan.folder)))
        self.code.setFocus()

    def validatePage(self) -> bool:
        """Check as the store does."""
        from studio_desk.store.home import check_identity

        plan = self.run.plan
        plan.code, plan.name = self.code.text().strip(), self.name.text().strip()
        plan.town, plan.operator = self.town.text().strip(), self.operator.text().strip()
        plan.computer = self.computer.value()
        try:
            check_identity(plan.role, plan.code, plan.name)
        except Problem as problem:
            return self.refuse(problem)
        return True

    def nextId(self) -> int:
        """How the file is locked."""
        return PROTECTION


class ProtectionPage(Step):
    """The system's keyring, a passphrase, or both."""

    def __init__(self, run: FirstRun) -> None:
        super().__init__(run, say("加锁"), say("记录都加密保存。打开时要用下面的一种钥匙。"))
        self.keyring = QCheckBox(say("用这台电脑的系统钥匙串（登录电脑后不用再输口令）"))
        self.why_not = QLabel()
        self.why_not.setProperty("faint", "true")
        self.why_not.setWordWrap(True)
        self.first, self.again = QLineEdit(), QLineEdit()
        for line in (self.first, self.again):
            line.setEchoMode(QLineEdit.EchoMode.Password)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.addRow(say("口令"), self.first)
        form.addRow(say("再输一遍"), self.again)
        self.hint = QLabel()
        self.hint.setProperty("faint", "true")
        self.hint.setWordWrap(True)
        self.keyring.toggled.connect(self._say_hint)
        box = QVBoxLayout(self)
        for widget in (self.keyring, self.why_not):
            box.addWidget(widget)
        box.addSpacing(8)
        box.addLayout(form)
        box.addWidget(self.hint)
        box.addWidget(self.wrong)
        box.addStretch(1)

    def initializePage(self) -> None:
        """Ask the system whether it has a keyring."""
        from studio_desk.store.keys import keyring_status

        super().initializePage()
        status = keyring_status()
        self.keyring.setEnabled(bool(status["usable"]))
        self.keyring.setChecked(bool(status["usable"]))
        self.why_not.setText("" if status["usable"] else say("{why}，请用口令。", why=status["reason"]))
        self.why_not.setVisible(not status["usable"])
        self._say_hint()
        (self.first if not status["usable"] else self.keyring).setFocus()

    def _say_hint(self) -> None:
        self.hint.setText(
            say("有了系统钥匙串，口令可以不填；填了，换电脑时也能用。")
            if self.keyring.isChecked()
            else say("至少8个字母或4个汉字，可以用一句话；每次打开都要输。")
        )

    def validatePage(self) -> bool:
        """Two equal passphrases that are long enough, or a keyring alone."""
        typed = self.first.text()
        if typed or self.again.text() or not self.keyring.isChecked():
            try:
                check_new(typed, self.again.text())
            except Problem as problem:
                return self.refuse(problem)
        self.run.plan.passphrase, self.run.plan.keyring = typed, self.keyring.isChecked()
        return True

    def nextId(self) -> int:
        """Make it."""
        return MAKING
