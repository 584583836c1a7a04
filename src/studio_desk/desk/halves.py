"""Two parts of a page side by side with a handle between them: what to choose from, and what was chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QSplitter, QVBoxLayout, QWidget


def halves(choose: QWidget, *chosen: QWidget | QLayout, share: tuple[int, int]) -> QSplitter:
    """Put them side by side.

    Args:
        choose: the left part.
        chosen: the right part, from top to bottom; the first takes the room left.
        share: of the room, left and right.
    """
    right = QWidget()
    box = QVBoxLayout(right)
    box.setContentsMargins(6, 0, 0, 0)
    for number, one in enumerate(chosen):
        if isinstance(one, QLayout):
            box.addLayout(one)
        else:
            box.addWidget(one, 0 if number else 1)
    both = QSplitter(Qt.Orientation.Horizontal)
    both.addWidget(choose)
    both.addWidget(right)
    both.setSizes([part * 1000 for part in share])  # the room is divided in these proportions
    for number, part in enumerate(share):
        both.setStretchFactor(number, part)
    both.setChildrenCollapsible(False)
    return both
