"""打印预览: the very PDF that is printed and saved, page under page as wide as the window, and what it could not draw."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.desk.buttons import push
from studio_desk.desk.media import ask_save
from studio_desk.desk.paper import Pdf
from studio_desk.kernel.files import put_file
from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say, series

if TYPE_CHECKING:
    from studio_desk.press.outcome import Missing

SHOWN_MISSING = 12
ZOOM = (0.4, 4.0, 1.2)
"""Smallest and largest magnification, and one step."""


class PreviewPage(Page):
    """Pages, and what to do with them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._pdf: Pdf | None = None
        self._path: Path | None = None
        self._title = ""
        self._empty = QPdfDocument(self)
        self.title = QLabel()
        self.title.setObjectName("title")
        self.title.setWordWrap(True)
        self.pages = QLabel()
        self.pages.setProperty("faint", "true")
        self.missing = QLabel()
        self.missing.setProperty("level", "error")
        self.missing.setWordWrap(True)
        self.view = QPdfView(self)
        self.view.setAccessibleName(say("打印预览"))
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.print_button = push("printer", say("打印"), lambda: self._attempt(self._print), main=True)
        self.save_button = push("download", say("另存为 PDF"), lambda: self._save(self._saved))
        self.open_button = push("external-link", say("用系统程序打开"), self._open_outside)
        buttons = QHBoxLayout()
        for button in (self.print_button, self.save_button, self.open_button):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.pages)
        for text, name, act in (
            ("−", say("缩小"), lambda: self._zoom(1 / ZOOM[2])),
            ("+", say("放大"), lambda: self._zoom(ZOOM[2])),
            ("↔", say("和窗口一样宽"), lambda: self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)),
        ):
            small = QToolButton()
            small.setText(text)
            small.setToolTip(name)
            small.setAccessibleName(name)
            small.clicked.connect(act)
            buttons.addWidget(small)
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addWidget(self.title)
        box.addLayout(buttons)
        box.addWidget(self.missing)
        box.addWidget(self.view, 1)
        for keys, act in (
            (QKeySequence.StandardKey.Print, lambda: self._attempt(self._print)),
            (QKeySequence.StandardKey.ZoomIn, lambda: self._zoom(ZOOM[2])),
            (QKeySequence.StandardKey.ZoomOut, lambda: self._zoom(1 / ZOOM[2])),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def arrive(self, **args: Any) -> None:
        """Show `pdf=` (bytes) or the file `path=`, called `title=`; `missing=` are characters no face has."""
        self._close()
        self._path = Path(args["path"]) if args.get("path") else None
        self._title = str(args.get("title") or (self._path.stem if self._path else ""))
        self.title.setText(self._title or say("打印预览"))
        data = args.get("pdf")
        if data is None and self._path is not None:
            data = self._desk.attempt(_read, self._path)
        self._pdf = self._desk.attempt(Pdf, data, self) if data else None
        for button in (self.print_button, self.save_button, self.open_button):
            button.setEnabled(self._pdf is not None)
        if self._pdf is None:
            self.pages.setText(say("没有要看的文件。"))
        else:
            self.view.setDocument(self._pdf.document)
            self.pages.setText(say("共{n}页", n=self._pdf.pages))
        self._show_missing(args.get("missing") or ())
        self.view.setFocus()

    def leave(self) -> None:
        """Let the bytes go; the window brings them again on the way back."""
        self._close()

    @property
    def page_count(self) -> int:
        """Pages of what is shown."""
        return self._pdf.pages if self._pdf else 0

    def _close(self) -> None:
        if self._pdf is not None:
            self.view.setDocument(self._empty)
            self._pdf.deleteLater()
            self._pdf = None

    def _show_missing(self, missing: Sequence[Missing]) -> None:
        self.missing.setVisible(bool(missing))
        if missing:
            told = series(
                say("第{page}页“{char}”（{code}）", page=one.page, char=one.char, code=one.codepoint)
                for one in missing[:SHOWN_MISSING]
            )
            self.missing.setText(
                say("有{n}个字没有字形，印成“〓”，请打印后手工填写：{told}", n=len(missing), told=told)
            )

    def _zoom(self, times: float) -> None:
        factor = self.view.zoomFactor()
        if self.view.zoomMode() == QPdfView.ZoomMode.FitToWidth and self._pdf is not None:
            width = self._pdf.document.pagePointSize(0).width() * self.view.logicalDpiX() / 72
            factor = self.view.viewport().width() / max(width, 1)
        self.view.setZoomMode(QPdfView.ZoomMode.Custom)
        self.view.setZoomFactor(min(max(factor * times, ZOOM[0]), ZOOM[1]))

    # --- what to do with it --------------------------------------------------------------------------------------

    def _attempt(self, act: Any) -> None:
        if self._pdf is not None:
            self._desk.attempt(act, self._pdf)

    def _print(self, pdf: Pdf) -> None:
        pdf.ask_printer(self, self._title, lambda: self._desk.tell(say("已送到打印机。")))

    def _save(self, then: Any) -> None:
        if self._pdf is None:
            return
        data = self._pdf.data

        def save(path: Path) -> None:
            try:
                put_file(path, data)
            except Problem as problem:
                self._desk.refuse(problem)
            else:
                then(path)

        ask_save(self, say("另存为 PDF"), f"{_file_name(self._title)}.pdf", say("PDF 文件 (*.pdf)"), save)

    def _saved(self, path: Path) -> None:
        self._path = path
        self._desk.tell(say("已保存到 {path}", path=str(path)))

    def _open_outside(self) -> None:
        """Other programs need a file; nothing readable is put on the disk before the person says where."""
        if self._path is not None and self._path.exists():
            self._opened(self._path)
        else:
            self._save(self._opened)

    def _opened(self, path: Path) -> None:
        self._path = path
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._desk.refuse(
                Problem(
                    "NO_PDF_PROGRAM",
                    say("系统里没有能打开 PDF 的程序。"),
                    say("文件已保存在 {path}，可以拷到别的电脑打开。", path=str(path)),
                )
            )


def _read(path: Path) -> bytes:
    from studio_desk.kernel.files import medium_problem

    try:
        return path.read_bytes()
    except OSError as error:
        raise medium_problem(error, path) from error


def _file_name(title: str) -> str:
    """A title without what a file system refuses."""
    return "".join("_" if ch in '\\/:*?"<>|' or ord(ch) < 32 else ch for ch in title).strip(" .")[:80] or "print"


SCREEN = Screen("preview", lambda: say("打印预览"), "printer", PreviewPage, listed=False)
