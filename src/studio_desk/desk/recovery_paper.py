"""The one page with a recovery code, of a home or of a root key; made in memory and never on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio_desk.kernel.progress import silent

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from studio_desk.desk.paper import Pdf
    from studio_desk.store.home import Home


def recovery_pdf(home: Home, code: str, parent: QObject, *, root: bool = False) -> Pdf:
    """The page.

    Args:
        home: whose code it is.
        code: the code as it is shown.
        parent: owner of the document.
        root: it opens the root key on a medium, not the home.

    Raises:
        Problem: `FONT_UNREADABLE`.
    """
    from studio_desk.desk.paper import Pdf
    from studio_desk.desk.printing import make_pdf
    from studio_desk.press.page import Heading, Sheet, Text

    heading = "根钥匙的恢复码" if root else "恢复码"
    forgotten = "忘了根钥匙的口令时，只能靠它打开。" if root else "忘了口令、换了电脑时，只能靠它打开数据。"
    beside = "根钥匙" if root else "电脑"
    sheet = Sheet(
        heading,
        (
            Heading(heading),
            Text(f"{home.name}（{home.code}）", align="center", indent=0, after_mm=10),
            Text(code, face="hei", size=20, align="center", indent=0, after_mm=10),
            Text(f"{forgotten}请锁好，不要和{beside}放在一起，不要拍照。"),
        ),
        numbering="none",
    )
    return Pdf(make_pdf((sheet,), heading, home.name, silent).pdf, parent)
