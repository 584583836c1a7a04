"""The one page with a home's recovery code, made in memory and never on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.kernel.progress import silent

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from studio_desk.desk.paper import Pdf
    from studio_desk.store.home import Home


def recovery_pdf(home: Home, code: str, parent: QObject) -> Pdf:
    """The page.

    Args:
        home: whose code it is.
        code: the code as it is shown.
        parent: owner of the document.

    Raises:
        Problem: `FONT_UNREADABLE`.
    """
    from studio_desk.desk.paper import Pdf
    from studio_desk.desk.printing import make_pdf
    from studio_desk.press.page import Heading, Sheet, Text

    sheet = Sheet(
        "恢复码",
        (
            Heading("恢复码"),
            Text(f"{home.name}（{home.code}）", align="center", indent=0, after_mm=10),
            Text(code, face="hei", size=20, align="center", indent=0, after_mm=10),
            Text("忘了口令、换了电脑时，只能靠它打开数据。请锁好，不要和电脑放在一起，不要拍照。"),
        ),
        numbering="none",
    )
    return Pdf(make_pdf((sheet,), "恢复码", home.name, silent).pdf, parent)
