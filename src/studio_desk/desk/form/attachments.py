"""Photos and papers of a record: dragged in, pasted or chosen; shrunk and upright; each an attachment record of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QImageWriter, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio_desk.desk.flow import flowing
from studio_desk.desk.icons import icon
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.progress import Progress
from studio_desk.kernel.vocabulary import vocabulary
from studio_desk.kernel.words import say
from studio_desk.record.kind import VOID

if TYPE_CHECKING:
    from studio_desk.desk.actions import Desk
    from studio_desk.store.blobs import Kept
    from studio_desk.store.home import Home

EDGE = 128
UID, SHA, MIME = (Qt.ItemDataRole.UserRole + n for n in range(3))


def take_in(home: Home, sources: Sequence[Path | tuple[str, bytes]], progress: Progress) -> list[Kept | Problem]:
    """Take files in, one after the other; one that is refused does not stop the others (a job)."""
    from studio_desk.store import blobs

    answers: list[Kept | Problem] = []
    for number, source in enumerate(sources):
        name = source.name if isinstance(source, Path) else source[0]
        progress(number, len(sources), name)
        try:
            answers.append(blobs.put(home, source) if isinstance(source, Path) else blobs.put(home, source[1], name))
        except Problem as problem:
            answers.append(problem)
    return answers


def thumbnails(home: Home, digests: Sequence[str], progress: Progress) -> dict[str, bytes]:
    """Small pictures by digest; files that are no picture or are not here are left out (a job)."""
    from studio_desk.store import blobs

    found = {}
    for number, digest in enumerate(digests):
        progress(number, len(digests), "")
        try:
            found[digest] = blobs.thumbnail(home, digest, EDGE)
        except Problem:
            continue
    return found


def sources_of(data: QMimeData) -> list[Path | tuple[str, bytes]]:
    """Files and pictures in what was dragged or pasted."""
    found: list[Path | tuple[str, bytes]] = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if not found and data.hasImage():
        image = data.imageData()
        if isinstance(image, QPixmap):
            image = image.toImage()
        if isinstance(image, QImage) and not image.isNull():
            found.append((say("粘贴的图片") + ".png", _png(image)))
    return found


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(data.data())


class Attachments(QWidget):
    """The files of one record.

    Signals:
        wanted: files were brought while the record was not saved yet; the page saves it and calls `bring` again.
    """

    wanted = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._parent: tuple[str, str] = ("", "")
        self._locked = False
        self.setAcceptDrops(True)
        self.list = QListWidget()
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setIconSize(QSize(EDGE, EDGE))
        self.list.setSpacing(6)
        self.list.setWordWrap(True)
        self.list.setAccessibleName(say("附件"))
        self.list.itemActivated.connect(self._open)
        self.hint = QLabel(say("把照片、文件拖到这里，或按 Ctrl+V 粘贴截图。"))
        self.hint.setWordWrap(True)
        self.hint.setProperty("faint", "true")
        self.add = self._button("photo-plus", say("添加文件"), self._choose)
        self.paste = self._button("clipboard-text", say("粘贴"), self.paste_in)
        self.show_it = self._button("eye", say("看"), lambda: self._open(self.list.currentItem()))
        self.edit = self._button("pencil", say("说明"), self._edit)
        row = flowing(self.add, self.paste, self.show_it, self.edit)
        box = QVBoxLayout(self)
        box.setContentsMargins(6, 6, 6, 6)
        box.addWidget(row)
        box.addWidget(self.hint)
        box.addWidget(self.list, 1)

    def _button(self, sign: str, words: str, act: Any) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(sign))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(lambda _=False: act())
        return button

    def put(self, kind: str, uid: str, *, saved: bool, locked: bool) -> int:
        """Show the files of a record; answers how many.

        Args:
            kind: key of its kind.
            uid: the record.
            saved: it is in the file already.
            locked: nothing may be added.
        """
        self._parent, self._locked = (kind, uid), locked
        for button in (self.add, self.paste):
            button.setDisabled(locked)
        self.list.clear()
        rows = self._rows(uid) if saved else []
        for row in rows:
            item = QListWidgetItem(icon(_sign(row[3])), row[2] or row[1])
            for role, value in ((UID, row[0]), (SHA, row[4]), (MIME, row[3])):
                item.setData(role, value)
            item.setToolTip(f"{row[1]}\n{row[2]}".strip())
            self.list.addItem(item)
        pictures = [row[4] for row in rows if row[3].startswith("image/")]
        if pictures:
            self._desk.run_job(thumbnails, self._desk.home, pictures, done=self._draw, quiet=True)
        return len(rows)

    def _rows(self, uid: str) -> list[tuple[str, str, str, str, str]]:
        with self._desk.home.file.read() as c:
            found = c.exec_driver_sql(
                "SELECT uid, name, caption, mime, sha256 FROM attachment WHERE parent = ? AND state <> ? ORDER BY code",
                (uid, VOID),
            ).all()
        return [(r[0], r[1], r[2], r[3], r[4]) for r in found]

    def _draw(self, pictures: dict[str, bytes]) -> None:
        for number in range(self.list.count()):
            item = self.list.item(number)
            data = pictures.get(item.data(SHA))
            pixmap = QPixmap()
            if data and pixmap.loadFromData(data):
                item.setIcon(pixmap)

    # --- bringing files ------------------------------------------------------------------------------------------

    def bring(self, sources: Sequence[Path | tuple[str, bytes]]) -> None:
        """Take files in and hang them on the record."""
        if sources and not self._locked:
            self._desk.run_job(
                take_in, self._desk.home, list(sources), title=say("正在添加附件…"), done=self._keep, writes=True
            )

    def _keep(self, answers: list[Kept | Problem]) -> None:
        kind, uid = self._parent
        refused = [a for a in answers if isinstance(a, Problem)]
        kept = [a for a in answers if not isinstance(a, Problem)]
        # Files on a task of the district's go to its station with it.
        station = self._desk.journal.record(uid)["station"] if kept else ""
        for one in kept:
            values = {
                "station": station,
                "parent_kind": owner_word(kind),
                "parent": uid,
                "name": one.name,
                "taken": one.taken,
                "mime": one.mime,
                "size": one.size,
                "sha256": one.sha256,
                "photo_kind": "",
            }
            self._desk.attempt(self._desk.journal.write, "attachment", values)
        if kept:
            self._desk.tell(say("添加了{n}个附件。", n=len(kept)))
        if refused:
            self._desk.refuse(refused[0])

    def paste_in(self) -> None:
        """Bring what is in the clipboard."""
        found = sources_of(QApplication.clipboard().mimeData())
        if found:
            self.wanted.emit(found)
        else:
            self._desk.tell(say("剪贴板里没有图片或文件。"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V pastes."""
        if event.matches(QKeySequence.StandardKey.Paste) and not self._locked:
            self.paste_in()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may come in."""
        if not self._locked and (event.mimeData().hasUrls() or event.mimeData().hasImage()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """They come in."""
        found = sources_of(event.mimeData())
        if found and not self._locked:
            event.acceptProposedAction()
            self.wanted.emit(found)

    def _choose(self) -> None:
        dialog = QFileDialog(self, say("添加文件"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.wanted.emit([Path(name) for name in names]))
        dialog.open()

    # --- looking at them -----------------------------------------------------------------------------------------

    def _edit(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._desk.open_record(item.data(UID))

    def _open(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        from studio_desk.store import blobs

        data = self._desk.attempt(blobs.get, self._desk.home, item.data(SHA))
        if data is None:
            return
        if str(item.data(MIME)).startswith("image/"):
            Picture(data, item.text(), self.window()).open()
        else:
            self._save_as(item.text(), data)

    def _save_as(self, name: str, data: bytes) -> None:
        """A file that the desk cannot show is handed out where the person says."""
        dialog = QFileDialog(self, say("另存为"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.selectUrl(QUrl.fromLocalFile(name))
        dialog.selectFile(name)
        dialog.fileSelected.connect(lambda path: self._put_file(Path(path), data))
        dialog.open()

    def _put_file(self, path: Path, data: bytes) -> None:
        from studio_desk.kernel.files import put_file

        self._desk.attempt(put_file, path, data)
        self._desk.tell(say("已存到 {file}", file=path.name))


class Picture(QDialog):
    """One photo as large as the screen allows."""

    def __init__(self, data: bytes, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(name)
        self._pixmap = QPixmap()
        self._pixmap.loadFromData(data)
        self._label = QLabel()
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setMinimumSize(200, 150)
        self._label.setAccessibleName(name)
        box = QVBoxLayout(self)
        box.addWidget(self._label)
        self.resize(int(parent.width() * 0.8), int(parent.height() * 0.85))

    def resizeEvent(self, event: Any) -> None:
        """Fit the picture."""
        super().resizeEvent(event)
        if not self._pixmap.isNull():
            size = self._label.size()
            mode = Qt.AspectRatioMode.KeepAspectRatio
            self._label.setPixmap(self._pixmap.scaled(size, mode, Qt.TransformationMode.SmoothTransformation))


def owner_word(kind: str) -> str:
    """What the list `attachment_of` calls a kind, `""` when nothing hangs on records of that kind."""
    return next((t.word for t in vocabulary("attachment_of").terms if t.more.get("kind") == kind), "")


def _sign(mime: str) -> str:
    return "photo" if mime.startswith("image/") else "file-text"
