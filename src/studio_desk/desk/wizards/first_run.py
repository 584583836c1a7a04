"""The first run: a new station or district, a backup restored, a dead computer replaced, sample data; then the desk opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget, QWizard

from studio_desk.desk import theme
from studio_desk.desk.wizards.asking_page import AskingPage
from studio_desk.desk.wizards.end_pages import MakingPage, ReadyPage, RecoveryPage, RestorePage
from studio_desk.desk.wizards.plan import Plan
from studio_desk.desk.wizards.start_pages import (
    ASKING,
    IDENTITY,
    MAKING,
    PROTECTION,
    READY,
    RECOVERY,
    RESTORE,
    START,
    IdentityPage,
    ProtectionPage,
    StartPage,
)
from studio_desk.kernel import words
from studio_desk.kernel.settings import FONT_POINTS
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.desk.paper import Pdf
    from studio_desk.store.home import Home

LETTERS = (46, 27)
"""Width and height of the wizard in capital letters of the font in force."""


def first_run(
    window: QWidget, folder: Path, *, done: Callable[[Home], object], gave_up: Callable[[], object]
) -> FirstRun:
    """Open the wizard.

    Args:
        window: it stands before this window.
        folder: where a new home shall be.
        done: gets the open home, which the caller closes.
        gave_up: the person closed the wizard; nothing was made.
    """
    points = QApplication.font().pointSize()
    size = next((name for name, wanted in FONT_POINTS.items() if wanted == points), "中")
    wizard = FirstRun(window, Plan(folder, font_size=size), done, gave_up)
    wizard.open()
    return wizard


class FirstRun(QWizard):
    """The wizard."""

    def __init__(
        self, window: QWidget, plan: Plan, done: Callable[[Home], object], gave_up: Callable[[], object]
    ) -> None:
        super().__init__(window)
        self.plan = plan
        self.home: Home | None = None
        self._window, self._done, self._gave_up = window, done, gave_up
        self.setWindowTitle("Studio Desk")
        self.setWizardStyle(QWizard.WizardStyle.ModernStyle)
        self.setOption(QWizard.WizardOption.NoBackButtonOnLastPage)
        self.setOption(QWizard.WizardOption.NoCancelButtonOnLastPage)
        self.setOption(QWizard.WizardOption.NoBackButtonOnStartPage)
        for which, text in (
            (QWizard.WizardButton.NextButton, say("下一步")),
            (QWizard.WizardButton.CommitButton, say("下一步")),
            (QWizard.WizardButton.BackButton, say("上一步")),
            (QWizard.WizardButton.CancelButton, say("取消", "按钮")),
            (QWizard.WizardButton.FinishButton, say("开始使用")),
        ):
            self.setButtonText(which, text)
            self.button(which).setMinimumHeight(36)
        self.making = MakingPage(self)
        for number, page in (
            (START, StartPage(self)),
            (IDENTITY, IdentityPage(self)),
            (PROTECTION, ProtectionPage(self)),
            (RESTORE, RestorePage(self)),
            (MAKING, self.making),
            (RECOVERY, RecoveryPage(self)),
            (READY, ReadyPage(self)),
            (ASKING, AskingPage(self)),
        ):
            self.setPage(number, page)
        self.setStartId(START)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fit()

    def fit(self) -> None:
        """As large as the letters ask, never larger than the screen."""
        metrics = QFontMetrics(QApplication.font())
        screen = self.screen().availableSize()
        width = metrics.averageCharWidth() * 2 * LETTERS[0] // 2 + 260
        height = metrics.height() * LETTERS[1] + 60
        self.resize(min(width, screen.width() - 40), min(height, screen.height() - 60))

    def switch_language(self) -> None:
        """Chinese or English: words are made once per window, so another wizard takes over."""
        words.speak("en" if words.language() == "zh_CN" else "zh_CN")
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.speak(app, words.language())
        self._gave_up_quietly()
        FirstRun(self._window, self.plan, self._done, self._gave_up).open()

    def recovery_pdf(self) -> Pdf:
        """One page with the recovery code, made in memory.

        Raises:
            Problem: `FONT_UNREADABLE`.
        """
        from studio_desk.desk.recovery_paper import recovery_pdf

        if self.home is None:
            raise RuntimeError("the recovery code is shown after the home was made")
        return recovery_pdf(self.home, self.home.recovery_code, self)

    def accept(self) -> None:
        """Hand the home over."""
        super().accept()
        self.making.worker.close()
        if self.home is not None:
            home = self.home
            QTimer.singleShot(0, lambda: self._done(home))

    def reject(self) -> None:
        """Give up, or, once the home is made, stay until the recovery code was noted."""
        if self.home is not None:
            self.currentPage().setFocus()
            return
        if self.making.job is not None:
            self.making.job.cancel()
        super().reject()
        self.making.worker.close()
        self._gave_up()

    def _gave_up_quietly(self) -> None:
        super().reject()
        self.making.worker.close()
