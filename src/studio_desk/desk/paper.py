"""Send the very bytes of a PDF to a printer: what was looked at is what comes out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QDialog, QWidget

from studio_desk.kernel.problem import Problem
from studio_desk.kernel.words import say

MOST_DOTS = 300
"""Dots an inch pages are drawn with; more makes print files of hundreds of megabytes and nobody sees it."""


class Pdf(QObject):
    """A PDF in memory, open."""

    def __init__(self, data: bytes, parent: QObject | None = None) -> None:
        """Open it.

        Raises:
            Problem: `PDF_UNREADABLE`.
        """
        super().__init__(parent)
        self.data = data
        self._bytes = QByteArray(data)
        self._buffer = QBuffer(self._bytes, self)
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document = QPdfDocument(self)
        self.document.load(self._buffer)
        if self.document.status() != QPdfDocument.Status.Ready:
            raise Problem(
                "PDF_UNREADABLE",
                say("这个 PDF 打不开。"),
                say("请重新生成一次；如果是外来的文件，请换一份。"),
            )

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.document.pageCount()

    def ask_printer(self, parent: QWidget, title: str, done: Callable[[], None]) -> QPrintDialog:
        """Ask which printer, then print; `done` is called afterwards.

        Raises:
            Problem: `NO_PRINTER`.
        """
        if not QPrinterInfo.availablePrinterNames():
            raise Problem(
                "NO_PRINTER",
                say("这台电脑上没有打印机。"),
                say("请先在系统里装好打印机；也可以“另存为 PDF”，拿到别处打印。"),
            )
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(title)
        printer.setFullPage(True)
        dialog = QPrintDialog(printer, parent)
        dialog.setMinMax(1, self.pages)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintToFile, on=False)

        def agreed() -> None:
            self.print(printer)
            done()

        dialog.accepted.connect(agreed)
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)  # QPrintDialog hides it behind one that takes a slot
        return dialog

    def print(self, printer: QPrinter) -> None:
        """Draw the wanted pages, each on paper of its own size and turned as it is."""
        first = printer.fromPage() or 1
        last = printer.toPage() or self.pages
        painter = QPainter()
        for number in range(first - 1, min(last, self.pages)):
            points = self.document.pagePointSize(number)
            turned = points.width() > points.height()
            upright = points.transposed() if turned else points
            printer.setPageSize(QPageSize(upright, QPageSize.Unit.Point))
            way = QPageLayout.Orientation.Landscape if turned else QPageLayout.Orientation.Portrait
            printer.setPageOrientation(way)
            if not painter.isActive():
                painter.begin(printer)
            else:
                printer.newPage()
            dots = min(printer.resolution(), MOST_DOTS)
            size = QSize(round(points.width() / 72 * dots), round(points.height() / 72 * dots))
            painter.drawImage(painter.viewport(), self.document.render(number, size))
        painter.end()
