"""帮助: the clerk's manual, offline, at the page for where the person was (F1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSplitter, QTextBrowser, QVBoxLayout

from studio_desk import __version__
from studio_desk.desk import signs
from studio_desk.desk.actions import Desk, Page, Screen
from studio_desk.kernel.resources import resource_root
from studio_desk.kernel.words import say


def manual() -> list[Path]:
    """The chapters of the manual in reading order, empty when this copy ships none."""
    places = (resource_root() / "manual", resource_root().parent / "docs" / "manual")
    folder = next((place for place in places if place.is_dir()), None)
    return sorted(folder.glob("*.md")) if folder else []


def keys() -> str:
    """The keys that work everywhere, as Markdown: what F1 shows when there is no manual."""
    rows = [
        ("Ctrl+F", say("查找")),
        ("Ctrl+1", say("今天")),
        ("Ctrl+N", say("在台账里新建一条")),
        ("Ctrl+S", say("存好")),
        ("Ctrl+Shift+N", say("照上一条新建")),
        ("Ctrl+P", say("打印")),
        ("Alt+R", say("从这条记录新建相关的记录")),
        ("Ctrl+Enter", say("到下一个必填而没填的栏")),
        ("F6", say("在左边的功能和右边的内容之间来回")),
        ("Alt+←", say("返回")),
        ("Ctrl+C / Ctrl+V", say("台账：复制到表格、从表格粘贴")),
    ]
    table = "\n".join(f"| {key} | {what} |" for key, what in rows)
    head = f"# {say('常用键')}\n\n| {say('按键')} | {say('做什么')} |\n|---|---|\n{table}\n"
    return f"{head}\nStudio Desk {__version__}\n"


class HelpPage(Page):
    """Chapters on the left, text on the right."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        del desk
        self.chapters = QListWidget()
        self.chapters.setAccessibleName(say("目录"))
        self.text = QTextBrowser()
        self.text.setAccessibleName(say("帮助内容"))
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self._add(say("常用键"), "")
        for path in manual():
            first = path.read_text(encoding="utf-8").lstrip().split("\n", 1)[0]
            self._add(first.lstrip("# ").strip() or path.stem, str(path))
        self.chapters.currentItemChanged.connect(self._show)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.chapters)
        both.addWidget(self.text)
        both.setStretchFactor(1, 1)
        both.setSizes([220, 700])
        box = QVBoxLayout(self)
        box.setContentsMargins(18, 12, 18, 12)
        box.addWidget(both)

    def arrive(self, **args: Any) -> None:
        """Open the chapter whose file name holds `about=` (a screen's key), else stay."""
        about = str(args.get("about", "")).split(".")[0]
        rows = [r for r in range(self.chapters.count()) if about and about in Path(self._path(r)).stem]
        if rows or self.chapters.currentRow() < 0:
            self.chapters.setCurrentRow(rows[0] if rows else min(1, self.chapters.count() - 1))
        self.text.setFocus()

    def _add(self, title: str, path: str) -> None:
        item = QListWidgetItem(title)
        item.setData(Qt.ItemDataRole.UserRole, path)
        self.chapters.addItem(item)

    def _path(self, row: int) -> str:
        return str(self.chapters.item(row).data(Qt.ItemDataRole.UserRole))

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        path = str(item.data(Qt.ItemDataRole.UserRole))
        if path:
            self.text.setSearchPaths([str(Path(path).parent)])
            self.text.setMarkdown(Path(path).read_text(encoding="utf-8"))
        else:
            self.text.setMarkdown(keys())

    def _follow(self, link: QUrl) -> None:
        """A link to another chapter opens it here; others go to the browser."""
        name = Path(link.path()).name
        for row in range(self.chapters.count()):
            if name and Path(self._path(row)).name == name:
                self.chapters.setCurrentRow(row)
                return
        if link.scheme() in {"http", "https"}:
            QDesktopServices.openUrl(link)


SCREEN = Screen("help", lambda: say("帮助"), "help", HelpPage, group=signs.desk)
