"""Choose where files go or come from: the sticks that are plugged in now, a folder, a file; never a blocking dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from studio_desk.desk.icons import icon
from studio_desk.exchange.transports import usb
from studio_desk.exchange.transports.folder import UNKNOWN, Folder
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

if TYPE_CHECKING:
    from studio_desk.store.home import Meta

LOOK_EVERY_MS = 2000
"""How often the sticks are looked for."""
REMEMBERED = "desk.folder"
"""Name in the home's small texts of the folder chosen last."""


class Medium(QWidget):
    """The medium in hand: a stick is chosen as soon as it is plugged in, a folder is remembered.

    Signals:
        changed: another medium is chosen, or the chosen one has gone.
    """

    changed = Signal()

    def __init__(self, memory: Meta | None = None) -> None:
        """Look for sticks while shown.

        Args:
            memory: where the folder chosen last is remembered, when there is an open home.
        """
        super().__init__()
        self._memory = memory
        self._folder = Path(told) if memory and (told := memory.get(REMEMBERED)) else None
        self._seen: list[Path] | None = None
        self.sticks: Callable[[], Sequence[Folder]] = usb.sticks
        self.box = QComboBox()
        self.box.setAccessibleName(say("U盘或文件夹"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(18)
        self.box.activated.connect(lambda _: self.changed.emit())
        self.other = QPushButton(icon("archive"), say("选文件夹…"))
        self.other.clicked.connect(self._ask)
        label = QLabel(say("U盘或文件夹"))
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.box, 1)
        row.addWidget(self.other)
        self._watch = QTimer(self)
        self._watch.setInterval(LOOK_EVERY_MS)
        self._watch.timeout.connect(self.look)

    @property
    def transport(self) -> Folder | None:
        """The chosen stick or folder, `None` when there is none."""
        found = self.box.currentData()
        return found if isinstance(found, Folder) else None

    @property
    def is_stick(self) -> bool:
        """Whether the chosen medium is a stick that can be pulled."""
        return isinstance(self.transport, usb.Stick)

    @property
    def name(self) -> str:
        """What the chosen stick or folder is called in a few letters, `""` when there is none."""
        place = self.transport
        return (place.path.name or place.label) if place else ""

    def files(self, pattern: str) -> list[Path]:
        """The files on the medium whose name fits, by name; empty when it has gone."""
        if self.transport is None:
            return []
        try:
            return sorted(p for p in self.transport.path.glob(pattern) if p.is_file() and not p.name.startswith("."))
        except OSError:
            return []

    def choose(self, folder: Path) -> None:
        """Take a folder."""
        self._folder, self._seen = folder, None
        if self._memory is not None:
            self._memory.set(REMEMBERED, str(folder))
        self.look(prefer=folder)

    def look(self, prefer: Path | None = None) -> None:
        """Look for sticks now; a newly plugged one is chosen."""
        sticks = list(self.sticks())
        paths = [stick.path for stick in sticks]
        if paths == self._seen:
            return
        new = [path for path in paths if path not in (self._seen or [])]
        before = self.transport.path if self.transport else None
        self._seen = paths
        places: list[Folder] = [*sticks]
        if self._folder is not None and self._folder not in paths:
            places.append(Folder(self._folder))
        wanted = prefer or (new[0] if new else before)
        self.box.clear()
        for place in places:
            self.box.addItem(icon("usb" if isinstance(place, usb.Stick) else "archive"), _words(place), place)
        if not places:
            self.box.addItem(icon("usb"), say("没有找到U盘，请插上U盘或选一个文件夹"))
        chosen = next((n for n, place in enumerate(places) if place.path == wanted), 0)
        self.box.setCurrentIndex(chosen)
        self.box.setToolTip(self.box.currentText())
        self.box.setEnabled(bool(places))
        self.changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """Watch while one can see it."""
        super().showEvent(event)
        self._watch.start()
        self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while nobody sees it."""
        super().hideEvent(event)
        self._watch.stop()

    def _ask(self) -> None:
        ask_folder(self, say("选文件夹"), self.choose, self._folder)


def ask_folder(parent: QWidget, title: str, then: Callable[[Path], None], start: Path | None = None) -> QFileDialog:
    """Ask for a folder."""
    dialog = _dialog(parent, title, start)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
    return dialog


def ask_files(
    parent: QWidget, title: str, kinds: str, then: Callable[[list[Path]], None], *, many: bool = False
) -> QFileDialog:
    """Ask for one file, or several.

    Args:
        parent: owner.
        title: of the dialog.
        kinds: Qt's filter, `名称 (*.sdx)`.
        then: gets the files.
        many: several may be chosen.
    """
    dialog = _dialog(parent, title, None)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if many else QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(kinds)
    dialog.filesSelected.connect(lambda paths: then([Path(path) for path in paths]))
    dialog.open()
    return dialog


def ask_save(parent: QWidget, title: str, name: str, kinds: str, then: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save; a name that is taken is asked about by the dialog."""
    dialog = _dialog(parent, title, None)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilter(kinds)
    dialog.setDefaultSuffix(Path(name).suffix.lstrip("."))
    dialog.selectFile(name)
    dialog.fileSelected.connect(lambda path: then(Path(path)))
    dialog.open()
    return dialog


def _dialog(parent: QWidget, title: str, start: Path | None) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setModal(True)
    if start is not None:
        dialog.setDirectory(str(start))
    dialog.finished.connect(dialog.deleteLater)
    return dialog


def size_words(count: int) -> str:
    """Bytes as a person reads them: `3.2 MB`."""
    size = float(count)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _words(place: Folder) -> str:
    try:
        room = place.free()
    except Problem:
        return place.label
    if room == UNKNOWN:
        return place.label
    free = size_words(room)
    if isinstance(place, usb.Stick):
        return say("U盘 {name}（还能放 {free}）", name=place.label, free=free)
    return say("文件夹 {name}（还能放 {free}）", name=place.label, free=free)
