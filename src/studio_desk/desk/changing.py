"""What a bundle brings and what is different in its lists: the two tables that taking in, the network and the editor share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from PySide6.QtCore import Qt

from studio_desk.desk import signs, theme
from studio_desk.desk.icons import coloured
from studio_desk.desk.rows import Row, Rows
from studio_desk.exchange.differences import heading
from studio_desk.kernel.words import say

_SIGNS: Final = {
    "added": ("plus", "good"),
    "removed": ("x", "error"),
    "altered": ("pencil", "accent"),
    "moved": ("list-details", "text"),
}
"""Icon and colour by how something is different; the word stands beside them."""
_RUN, _PIECE = re.compile(r"[!-~]{17,}"), 8
"""Letters without a blank that may be wider than a column, and after how many of them a line may end."""


def news_table() -> Rows:
    """The empty table of what a bundle brings, a sentence each."""
    return Rows(say("这次带来的"), (say("内容"), say("说明")), snug=True, wrapped=True)


def news(number: int, change: Mapping[str, Any]) -> Row:
    """One change (`exchange.changes`)."""
    word, sign, colour = signs.change_sign(str(change["sort"]))
    return Row((word, change["text"]), str(number), coloured(sign, theme.colour(colour)))


class Differing(Rows):
    """What is different in the lists, old and new beside each other, whole sentences; nothing when nothing is."""

    def __init__(self) -> None:
        super().__init__(
            say("下发的内容变在哪里"), (say("变在哪里"), say("现在"), say("收下后")), snug=True, wrapped=True
        )
        self.hide()

    def show_changes(self, changes: Iterable[Mapping[str, Any]]) -> None:
        """Show those of some changes that are lists, each under its name."""
        rows: list[Row] = []
        heads: list[int] = []
        for change in changes:
            if not (found := change.get("differences")):
                continue
            heads.append(len(rows))
            word, sign, _ = signs.change_sign(str(change["sort"]))
            name = signs.named(word, str(change["title"]))
            rows.append(Row((name, "", ""), name, coloured(sign, theme.colour("text")), hint=str(change["text"])))
            rows += [_row(one) for one in found]
        self.clearSpans()
        self.put(rows)
        for row in heads:
            self.setSpan(row, 0, 1, self.columnCount())
            if (item := self.item(row, 0)) is not None:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, item.text())
        self.setVisible(bool(rows))


def _row(one: Mapping[str, str]) -> Row:
    sign, colour = _SIGNS.get(one["how"], ("info-circle", "faint"))
    cells = tuple(_breakable(text or "—") for text in (heading(one), one["old"], one["new"]))
    return Row(cells, None, coloured(sign, theme.colour(colour)))


def _breakable(text: str) -> str:
    """Let a long run without a blank (a key, a fingerprint, an address) go on in the next line."""
    return _RUN.sub(lambda run: "\u200b".join(run[0][n : n + _PIECE] for n in range(0, len(run[0]), _PIECE)), text)
