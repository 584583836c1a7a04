"""What one sees of a running job: a veil over the window while records are written, a strip at the foot otherwise."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio_desk.desk.jobs import Job
from studio_desk.kernel.words import say

SHOW_AFTER_MS = 300
"""A job shorter than this is not shown at all."""


class _Running(QFrame):
    """Words, bar and cancel button of a job."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self.words = QLabel()
        self.bar = QProgressBar()
        self.bar.setAccessibleName(say("进度"))
        self.cancel = QPushButton(say("取消", "按钮"))
        self.cancel.clicked.connect(self._cancel)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SHOW_AFTER_MS)
        self._late.timeout.connect(self._appear)
        self.hide()

    def begin(self, job: Job) -> None:
        """A job started."""
        self._job = job
        self.words.setText(job.title)
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)
        self._late.start()

    def move_on(self, job: Job) -> None:
        """The job may have got further."""
        done, total, text = job.told
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.words.setText(f"{job.title} {text}".strip())

    def end(self) -> None:
        """The job ended."""
        self._late.stop()
        self._job = None
        self.hide()

    def _appear(self) -> None:
        self.show()

    def _cancel(self) -> None:
        if self._job:
            self._job.cancel()
            self.cancel.setEnabled(False)
            self.words.setText(say("正在停下…"))


class Strip(_Running):
    """In the status bar."""

    def __init__(self) -> None:
        super().__init__()
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        self.bar.setFixedWidth(160)
        for widget in (self.words, self.bar, self.cancel):
            box.addWidget(widget)


class Veil(_Running):
    """Over the whole window: until the job ends nothing else can be touched."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("veil")
        card = QFrame()
        card.setProperty("card", "true")
        card.setMinimumWidth(420)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(24, 20, 24, 20)
        self.words.setWordWrap(True)
        inside.addWidget(self.words)
        inside.addWidget(self.bar)
        inside.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignRight)
        box = QHBoxLayout(self)
        box.addStretch(1)
        box.addWidget(card, 0, Qt.AlignmentFlag.AlignVCenter)
        box.addStretch(1)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window whatever its size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return super().eventFilter(watched, event)

    def _appear(self) -> None:
        window = self.parentWidget()
        if window is not None:
            self.setGeometry(window.rect())
        self.show()
        self.raise_()
        self.cancel.setFocus()
